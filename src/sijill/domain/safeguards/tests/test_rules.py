"""What stands of several bases: pure."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijill.domain.safeguards.rules import (
    NO_GROUND,
    BasisRow,
    Ground,
    NewBasis,
    Standing,
    flaw,
    standing,
)

TODAY = date(2026, 2, 1)
NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)


def basis(ground: Ground, *, expires: date | None = None, withdrawn: bool = False) -> BasisRow:
    """A basis as read."""
    return BasisRow(
        uuid4(), UUID(int=1), 1, ground, "Court", "Order 1", "Court file", TODAY, expires, NOW, UUID(int=2),
        NOW if withdrawn else None,
    )  # fmt: skip


def new(**changes: object) -> NewBasis:
    """A basis to be recorded."""
    values: dict[str, object] = {
        "id": uuid4(), "subject_id": uuid4(), "ground": "remand-order", "source": "Court file", "stated_on": TODAY,
    }  # fmt: skip
    return NewBasis(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bases", "expected"),
    [
        ([], Standing.NOT_RECORDED),
        ([basis(Ground.CONVICTION)], Standing.RECORDED),
        ([basis(Ground.CONVICTION, withdrawn=True)], Standing.NOT_RECORDED),
        ([basis(Ground.REMAND_ORDER, expires=TODAY)], Standing.RECORDED),
        ([basis(Ground.REMAND_ORDER, expires=TODAY - timedelta(days=1))], Standing.EXPIRED),
        ([basis(Ground.NONE_STATED)], Standing.NONE_STATED),
        ([basis(Ground.UNKNOWN)], Standing.NONE_STATED),
        ([basis(Ground.NONE_STATED), basis(Ground.REMAND_ORDER, expires=date(2026, 1, 1))], Standing.EXPIRED),
        ([basis(Ground.NONE_STATED), basis(Ground.ARREST_WARRANT)], Standing.RECORDED),
    ],
)
def test_what_stands(bases: list[BasisRow], expected: Standing) -> None:
    """One basis in force is enough; otherwise the absence says which kind of absence it is."""
    assert standing(bases, TODAY) is expected


rows = st.lists(
    st.builds(
        basis,
        st.sampled_from(Ground),
        expires=st.none() | st.dates(date(2025, 12, 1), date(2026, 4, 1)),
        withdrawn=st.booleans(),
    ),
    max_size=6,
)


@given(rows, st.dates(date(2025, 12, 1), date(2026, 4, 1)))
def test_a_further_statement_never_takes_a_basis_away(bases: list[BasisRow], on: date) -> None:
    """Beside a basis in force, whatever else is said, it stands; and the order of statements means nothing."""
    before = standing(bases, on)
    for ground in Ground:
        after = standing([*bases, basis(ground)], on)
        assert after is Standing.RECORDED or (before is not Standing.RECORDED and ground in NO_GROUND)
    assert standing(list(reversed(bases)), on) is before


@given(rows, st.dates(date(2025, 12, 1), date(2026, 4, 1)))
def test_recorded_means_that_one_is_in_force(bases: list[BasisRow], on: date) -> None:
    """Neither more nor less: the list of those without is exactly the rest."""
    assert (standing(bases, on) is Standing.RECORDED) == any(b.in_force(on) for b in bases)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, ""),
        ({"ground": "guilty"}, "ground-unknown"),
        ({"source": "  "}, "basis-needs-source"),
        ({"document": "x" * 201}, "text-too-long"),
        ({"document": "x" * 200}, ""),
        ({"source": "a\x00b"}, "claim-unreadable"),
        ({"stated_on": date(2026, 2, 3)}, "stated-in-future"),
        ({"stated_on": date(2026, 2, 2)}, ""),  # there are clocks 14 hours ahead
        ({"expires_on": date(2020, 1, 1)}, ""),  # it was over before it was told here: testimony all the same
        ({"ground": "none-stated", "ordering_authority": "", "document": ""}, ""),
    ],
)
def test_what_is_refused(changes: dict[str, object], code: str) -> None:
    """A ground, a source and a day; what is missing besides is kept as missing."""
    assert flaw(new(**changes), NOW) == code
