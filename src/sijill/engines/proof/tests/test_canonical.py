"""Our canonical bytes are those of an independent implementation of RFC 8785."""

from datetime import UTC, datetime, timedelta, timezone

import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sijill.engines.proof.canonical import canonical, instant

KEYS = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=12)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), st.text(max_size=20))
VALUES = st.recursive(SCALARS, lambda v: st.lists(v, max_size=4) | st.dictionaries(KEYS, v, max_size=4), max_leaves=12)


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(st.dictionaries(KEYS, VALUES, max_size=6))
def test_the_same_bytes_as_another_implementation(value: dict[str, object]) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


def test_an_instant_has_one_spelling() -> None:
    here = datetime(2026, 2, 1, 15, 0, 0, 5, tzinfo=timezone(timedelta(hours=3)))
    assert instant(here) == instant(here.astimezone(UTC)) == "2026-02-01T12:00:00.000005Z"
