"""The law of the books, without a database: what follows what, what a late report does, and that nothing is lost."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijill.domain.ledger.folding import History, Report, Stay, change, lines, standing, stays, take
from sijill.domain.ledger.rules import (
    BESIDE,
    CLOSED,
    FINDINGS,
    FOLLOW_UP,
    FOREVER,
    LOST,
    MOVES,
    OPEN,
    AccountKind,
    AccountRef,
    Kind,
    compare,
)

T0 = datetime(2026, 1, 1, tzinfo=UTC)
A = AccountKind
REFS = {kind: AccountRef(i, kind) for i, kind in enumerate(AccountKind, 1)}
REPORTS = st.builds(
    lambda kind, to, hour: Report(uuid4(), kind, REFS[to], T0 + timedelta(hours=hour), None),
    st.sampled_from([k for k in Kind if k is not Kind.TALLY_COUNTED]),
    st.sampled_from([k for k in AccountKind if k is not A.OUTSIDE]),
    st.integers(0, 8),
)


def told(*steps: tuple[Kind, AccountKind, int]) -> History:
    """A history in which every step has effect."""
    history: History = ()
    for kind, to, hour in steps:
        verdict = take(history, Report(uuid4(), kind, REFS[to], T0 + timedelta(hours=hour)), is_tally=False)
        assert verdict.reason == ""
        history = verdict.history
    return history


HELD = (Kind.ADMISSION, A.HELD, 1)
GONE = (Kind.DEPARTURE, A.HANDING_OVER, 2)
PASSED = (Kind.TRANSFER_OUT, A.TRANSFERRED_OUT, 3)


def report(kind: Kind, to: AccountKind | None, hour: int, supersedes: UUID | None = None) -> Report:
    return Report(uuid4(), kind, REFS[to] if to else None, T0 + timedelta(hours=hour), supersedes=supersedes)


# ---------------------------------------------------------------------------- the tables
def test_every_account_is_open_closed_beside_or_the_boundary() -> None:
    groups = [OPEN, CLOSED, BESIDE, frozenset({A.OUTSIDE})]
    assert frozenset().union(*groups) == frozenset(AccountKind)
    assert sum(len(g) for g in groups) == len(AccountKind)
    assert LOST <= OPEN


def test_every_kind_has_moves_except_those_that_may_do_anything_or_count() -> None:
    assert set(Kind) - set(MOVES) == {Kind.CORRECTION, Kind.TALLY_COUNTED}


def test_four_doors_lead_out_of_the_open_accounts() -> None:
    """The doors out: handed over, released, dead and confirmed, a duplicate. Nothing else closes a person."""
    out = {kind for kind, (leaves, reaches) in MOVES.items() if leaves & OPEN and reaches & CLOSED}
    assert out == {Kind.TRANSFER_OUT, Kind.RELEASE, Kind.DEATH_CONFIRMED, Kind.DUPLICATE_RECORD}
    assert not any(A.OUTSIDE in reaches for _leaves, reaches in MOVES.values())


def test_whoever_is_lost_released_or_reported_dead_has_a_finding() -> None:
    for kind, (_leaves, reaches) in MOVES.items():
        if reaches & (LOST | {A.RELEASED_UNVERIFIED}) and not reaches & {A.HELD, A.IN_TRANSIT}:
            assert kind in FOLLOW_UP, kind
    assert set(FOLLOW_UP.values()) <= set(FINDINGS)


def test_the_dead_are_not_admitted_again() -> None:
    for kind in (Kind.ADMISSION, Kind.TRANSFER_IN, Kind.REPORTED_ESCAPED, Kind.RELEASE, Kind.RECAPTURE):
        assert not MOVES[kind][0] & {A.REPORTED_DEAD, A.DEAD_CONFIRMED}


# ---------------------------------------------------------------------------- one report more
@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (report(Kind.DEPARTURE, A.HANDING_OVER, 4), "does-not-fit"),  # he has left already
        (report(Kind.DEPARTURE, A.HELD, 4), "does-not-fit"),
        (report(Kind.ADMISSION, A.IN_TRANSIT, 4), "wrong-account"),
        (report(Kind.TALLY_COUNTED, A.HELD, 4), "not-a-tally"),
        (report(Kind.CORRECTION, None, 4, uuid4()), "unknown-target"),
        (report(Kind.CORRECTION, None, 4), "nothing-to-do"),
        (report(Kind.REPORTED_ESCAPED, A.REPORTED_ESCAPED, 1), "contradicts-later"),
    ],
)
def test_what_does_not_fit_leaves_the_history_as_it_was(new: Report, reason: str) -> None:
    history = told(HELD, GONE, PASSED)
    assert take(history, new, is_tally=False) == type(take(history, new, False))(history, reason)


def test_a_late_report_goes_where_it_occurred() -> None:
    history = told(HELD, (Kind.REPORTED_ESCAPED, A.REPORTED_ESCAPED, 5))
    out = take(history, report(Kind.TEMPORARY_OUT, A.TEMPORARY_OUT, 2), is_tally=False)
    assert out.reason == "" and [s.kind for s in out.history] == [
        Kind.ADMISSION, Kind.TEMPORARY_OUT, Kind.REPORTED_ESCAPED,
    ]  # fmt: skip


def test_reports_of_one_instant_keep_the_order_they_came_in() -> None:
    history = told(HELD, (Kind.TEMPORARY_OUT, A.TEMPORARY_OUT, 1), (Kind.TEMPORARY_RETURN, A.HELD, 1))
    assert [s.kind for s in history] == [Kind.ADMISSION, Kind.TEMPORARY_OUT, Kind.TEMPORARY_RETURN]
    assert standing(history, is_tally=False).account == REFS[A.HELD]


def test_voiding_is_refused_while_something_later_stands_on_it() -> None:
    history = told(HELD, GONE)
    void = report(Kind.CORRECTION, None, 1, history[0].event)
    assert take(history, void, is_tally=False).reason == "contradicts-later"
    last = report(Kind.CORRECTION, None, 2, history[1].event)
    assert standing(take(history, last, is_tally=False).history, is_tally=False).account == REFS[A.HELD]


def test_a_tally_is_counted_drawn_down_and_never_below_nought() -> None:
    history: History = ()
    for kind, n, reason in (
        (Kind.REGISTERED, 1, "does-not-fit"),
        (Kind.TALLY_COUNTED, 2, ""),
        (Kind.REGISTERED, 1, ""),
        (Kind.REGISTERED, 2, "tally-exhausted"),
        (Kind.REGISTERED, 1, ""),
        (Kind.REGISTERED, 1, "tally-exhausted"),
        (Kind.ADMISSION, 1, "does-not-fit"),
        (Kind.TALLY_COUNTED, 5, ""),
    ):
        verdict = take(history, Report(uuid4(), kind, REFS[A.HELD], T0, n), is_tally=True)
        assert verdict.reason == reason
        history = verdict.history
    assert standing(history, is_tally=True).n == 5


def test_a_tally_may_not_be_released_or_hidden_in_a_closed_account() -> None:
    history = take((), Report(uuid4(), Kind.TALLY_COUNTED, REFS[A.HELD], T0, 9), is_tally=True).history
    for kind, to in ((Kind.RELEASE, A.RELEASED_UNVERIFIED), (Kind.CORRECTION, A.TRANSFERRED_OUT)):
        assert take(history, Report(uuid4(), kind, REFS[to], T0, 9), is_tally=True).reason == "wrong-account"


# ---------------------------------------------------------------------------- over all histories
@given(st.lists(REPORTS, max_size=14))
def test_a_person_is_always_in_exactly_one_account(reports: list[Report]) -> None:
    history: History = ()
    for new in reports:
        before = history
        verdict = take(history, new, is_tally=False)
        history = verdict.history
        assert bool(verdict.reason) == (history == before)
        assert [s.at for s in history] == sorted(s.at for s in history)
        for rows in lines(history, is_tally=False).values():
            assert sum(row.n for row in rows) == 0
        line = stays(history, is_tally=False)
        assert all(a.to_at == b.from_at for a, b in pairwise(line))
        assert not line or line[-1].to_at == FOREVER
        if before:
            assert standing(history, is_tally=False).account is not None  # once in the book, never out of it


@given(st.lists(REPORTS, max_size=12))
def test_changes_add_up_to_the_history_they_stand_for(reports: list[Report]) -> None:
    """Whatever came in which order: the postings of all changes sum, account by account, to those of the end."""
    history: History = ()
    sums: dict[int | None, int] = {}
    open_stays: set[Stay] = set()
    for new in reports:
        after = take(history, new, is_tally=False).history
        difference = change(history, after, is_tally=False)
        for row in difference.lines:
            sums[row.account] = sums.get(row.account, 0) + row.n
        open_stays -= {s for s in open_stays for gone in difference.dropped if s == gone}
        for ended in difference.ended:
            open_stays -= {s for s in open_stays if (s.event, s.from_at) == (ended.event, ended.from_at)}
            open_stays.add(ended)
        open_stays |= set(difference.added)
        history = after
    expected: dict[int | None, int] = {}
    for rows in lines(history, is_tally=False).values():
        for row in rows:
            expected[row.account] = expected.get(row.account, 0) + row.n
    assert {k: n for k, n in sums.items() if n} == {k: n for k, n in expected.items() if n}
    assert open_stays == set(stays(history, is_tally=False))


@given(st.sets(st.uuids(), max_size=6), st.sets(st.uuids(), max_size=6), st.integers(0, 5), st.integers(0, 5))
def test_a_head_count_is_compared_as_sets(roll: set[UUID], seen: set[UUID], tallied: int, unknown: int) -> None:
    both = roll | seen
    found = compare(frozenset(both), tallied, frozenset(seen), unknown)
    assert set(found.missing) == both - seen and found.unlisted == ()
    assert found.unnamed == unknown - tallied
