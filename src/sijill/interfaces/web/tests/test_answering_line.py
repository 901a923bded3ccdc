"""Who answered when: bars that stay on their lane, overlaps that are exactly the instants two books share."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sijill.domain.ledger.queries import AccountRow
from sijill.domain.ledger.rules import OPEN, AccountKind
from sijill.domain.safeguards.queries import Stay
from sijill.interfaces.web.pages.answering_line import LANE, lanes, overlaps
from sijill.interfaces.web.pages.standing import Gazetteer

START = datetime(2026, 2, 1, tzinfo=UTC)
NOW = START + timedelta(hours=60)
HERE = Gazetteer({}, {}, {})


def stay(book: int, kind: AccountKind, start: int, end: int | None) -> Stay:
    """A stay by the hour."""
    account = AccountRow(book * 100, book, kind, None, None, None, "")
    return Stay(account, START + timedelta(hours=start), None if end is None else START + timedelta(hours=end))


@st.composite
def histories(draw: st.DrawFn) -> list[Stay]:
    """For each of three books, stays that follow each other; the last may be open."""
    found = []
    for book in (1, 2, 3):
        hours = sorted(draw(st.sets(st.integers(0, 59), max_size=5)))
        for start, end in zip(hours, [*hours[1:], None], strict=False):
            found.append(stay(book, draw(st.sampled_from(AccountKind)), start, end))
    return found


def answers(stays: list[Stay], book: int, at: datetime) -> bool:
    """Naively: does this book answer at this instant?"""
    return any(
        s.account.book_id == book and s.account.kind in OPEN and s.from_at <= at and (s.to_at is None or at < s.to_at)
        for s in stays
    )


@given(histories())
def test_overlaps_are_the_hours_in_which_two_books_answer(stays: list[Stay]) -> None:
    found = overlaps(stays, HERE)
    for hour in range(70):
        at = START + timedelta(hours=hour)
        naive = sum(answers(stays, one, at) and answers(stays, other, at) for one, other in ((1, 2), (1, 3), (2, 3)))
        told = sum(o.from_at <= at and (o.to_at is None or at < o.to_at) for o in found)
        assert told == naive, hour


@given(histories())
def test_bars_are_seen_and_stay_on_their_lane(stays: list[Stay]) -> None:
    for lane in lanes(stays, HERE, NOW):
        for bar in lane.bars:
            assert bar.width >= 1 and bar.x >= 0 and bar.x + bar.width <= LANE


def test_a_handover_in_one_instant_is_no_overlap() -> None:
    stays = [
        stay(1, AccountKind.HELD, 0, 5),
        stay(1, AccountKind.TRANSFERRED_OUT, 5, None),
        stay(2, AccountKind.HELD, 5, None),
    ]
    assert overlaps(stays, HERE) == []


def test_nobody_anywhere_has_no_lane() -> None:
    assert lanes([], HERE, NOW) == [] and overlaps([], HERE) == []
