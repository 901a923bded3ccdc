"""Register numbers: S-XXXX-XXXX-C, read aloud and typed by tired people. Pure.

The alphabet has no two characters that look alike. Its 23 characters are a prime number of them, so the check character
(a pure polynomial system in the manner of ISO 7064, modulus 23, radix 5, which generates all of 1..22) catches every
single substitution and every transposition, adjacent or not.
"""

from sijill.domain.people.spelling import plain

ALPHABET = "34679ACDEFHJKMNPQRTUWXY"
MODULUS = len(ALPHABET)
RADIX = 5
BODY_LENGTH = 8
SERIALS = MODULUS**BODY_LENGTH
_VALUE = {c: v for v, c in enumerate(ALPHABET)}


def _remainder(characters: str) -> int:
    """The polynomial of these characters in the radix, last one with weight 1."""
    value = 0
    for character in characters:
        value = (value * RADIX + _VALUE[character]) % MODULUS
    return value


def check_character(body: str) -> str:
    """The character that makes the whole number congruent to 1."""
    return ALPHABET[(1 - _remainder(body) * RADIX) % MODULUS]


def is_valid(characters: str) -> bool:
    """True for nine characters of the alphabet that end in the right check character."""
    return len(characters) == BODY_LENGTH + 1 and all(c in _VALUE for c in characters) and _remainder(characters) == 1


def register_number(serial: int) -> str:
    """The register number of a serial (0 <= serial < 23**8), as shown."""
    if not 0 <= serial < SERIALS:
        raise ValueError("no such serial")
    body = ""
    for _ in range(BODY_LENGTH):
        serial, value = divmod(serial, MODULUS)
        body = ALPHABET[value] + body
    return f"S-{body[:4]}-{body[4:]}-{check_character(body)}"


def parse(text: str) -> str | None:
    """A register number as typed or scanned, with or without S and dashes, in the form shown; None if it is none."""
    characters = "".join(c for c in plain(text).upper() if c.isalnum())
    if len(characters) == BODY_LENGTH + 2 and characters.startswith("S"):
        characters = characters[1:]
    return f"S-{characters[:4]}-{characters[4:8]}-{characters[8]}" if is_valid(characters) else None
