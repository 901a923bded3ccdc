"""References of batches and manifests that people read aloud."""

from uuid import UUID

from sijill.domain.people import numbers
from sijill.domain.transfers.models import Batch, Manifest


def reference(prefix: str, key: UUID, attempt: int = 0) -> str:
    """A reference to read aloud: prefix, six characters that do not look alike, a check character."""
    value, body = key.int // numbers.MODULUS ** (6 * attempt), ""
    for _ in range(6):
        value, digit = divmod(value, numbers.MODULUS)
        body += numbers.ALPHABET[digit]
    return f"{prefix}-{body}-{numbers.check_character(body)}"


def free_reference(prefix: str, key: UUID, kind: type[Batch] | type[Manifest]) -> str:
    """The reference of this id; when another has it already, the next six of its characters. Called as the register.

    Six characters name 148 million: among ten thousand batches two alike are as likely as not.
    """
    candidates = [reference(prefix, key, attempt) for attempt in range(4)]
    taken = set(kind.objects.filter(code__in=candidates).values_list("code", flat=True))
    return next((code for code in candidates if code not in taken), candidates[0])
