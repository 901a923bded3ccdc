"""What a figure may be, where a count lies beside it, and that nothing is ever averaged."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijill.domain.figures.rules import (
    FIGURE_MAX,
    NOT_YET,
    TAKEN_BACK,
    Beside,
    ClaimRow,
    ClaimState,
    Modality,
    StepRow,
    Unit,
    beside,
    dates_fault,
    derivation_fault,
    figure_fault,
    measure_as_json,
    measure_of,
    source_fault,
    span,
    topic_fault,
)

AT = datetime(2026, 2, 1, 12, tzinfo=UTC)
NUMBERS = st.integers(0, 30_000)
MAYBE = st.none() | NUMBERS
STATES = st.sampled_from(list(ClaimState))
MODALITIES = st.sampled_from(list(Modality))


def row(low: int | None, high: int | None, speaker: str = "A", *states: ClaimState) -> ClaimRow:
    """A claim with these steps."""
    steps = tuple(StepRow(s, "B", "Paper", date(2026, 2, 1), "", "", AT) for s in states)
    return ClaimRow(
        uuid4(), 1, low, high, Modality.STATED, speaker, "Paper", "", date(2026, 2, 2), date(2026, 2, 1), "", "", (),
        "", AT, steps,
    )  # fmt: skip


@given(MAYBE, MAYBE, NUMBERS, MODALITIES)
def test_a_count_lies_within_below_or_above_and_only_where_it_can_be_compared(
    low: int | None, high: int | None, n: int, modality: Modality
) -> None:
    low, high = sorted((low, high)) if low is not None and high is not None else (low, high)
    found = beside(low, high, modality, n)
    if modality in NOT_YET or (low is None and high is None):
        assert found is Beside.NOT_COMPARABLE
    else:
        assert (found is Beside.BELOW) == (low is not None and n < low)
        assert (found is Beside.ABOVE) == (high is not None and n > high)
        assert (found is Beside.WITHIN) == ((low is None or low <= n) and (high is None or n <= high))


@given(MAYBE, MAYBE, NUMBERS, st.integers(0, 5_000))
def test_people_nobody_knows_enough_of_never_decide_where_a_count_lies(
    low: int | None, high: int | None, n: int, more: int
) -> None:
    answers = {beside(low, high, Modality.STATED, n), beside(low, high, Modality.STATED, n + more)}
    found = beside(low, high, Modality.STATED, n, more)
    assert found is (answers.pop() if len(answers) == 1 else Beside.NOT_COMPARABLE)


@given(st.lists(st.tuples(MAYBE, MAYBE, STATES, st.sampled_from("ABCa "))))
def test_a_span_is_made_of_figures_somebody_said_and_of_nothing_else(
    said: list[tuple[int | None, int | None, ClaimState, str]],
) -> None:
    rows = [row(low, high, f"speaker {who}", state) for low, high, state, who in said]
    found = span(rows)
    kept = {n for c in rows if c.state not in TAKEN_BACK for n in (c.low, c.high) if n is not None}
    assert {found.lowest, found.highest} - {None} <= kept
    assert all(found.lowest <= n <= found.highest for n in kept if found.lowest is not None and found.highest)
    assert (found.lowest is None) == (not kept)
    assert sum(n for _state, n in found.states) == found.claims == len(rows)
    assert found.speakers <= len(rows)


def test_what_was_taken_back_is_counted_and_stretches_nothing() -> None:
    rows = [row(120, 120), row(1500, 1500, "B", ClaimState.WITHDRAWN), row(200, 200, "C", ClaimState.DENIED)]
    found = span(rows)
    assert (found.lowest, found.highest, found.claims, found.speakers) == (120, 200, 3, 3)
    assert dict(found.states) == {ClaimState.STANDING: 1, ClaimState.WITHDRAWN: 1, ClaimState.DENIED: 1}


def test_the_last_step_says_what_became_of_a_claim() -> None:
    assert row(1, 1).state is ClaimState.STANDING
    assert row(1, 1, "A", ClaimState.DENIED, ClaimState.STANDING).state is ClaimState.STANDING


def test_the_day_of_publication_is_only_the_second_best_day() -> None:
    claim = row(1, 1)
    assert claim.day == date(2026, 2, 1)
    assert replace(claim, as_of=None).day == date(2026, 2, 2)
    assert replace(claim, as_of=None, published_on=None).day is None


@given(MAYBE, MAYBE, MODALITIES, st.sampled_from(list(Unit)))
def test_figures_are_taken_exactly_when_they_run_upwards_and_belong_there(
    low: int | None, high: int | None, modality: Modality, unit: Unit
) -> None:
    numbers = [n for n in (low, high) if n is not None]
    wanted = unit is not Unit.WORDS and modality is not Modality.UNCLEAR
    upwards = low is None or high is None or low <= high
    empty_is_right = unit is Unit.WORDS or modality is Modality.UNCLEAR
    assert (figure_fault(unit, low, high, modality) == "") == (
        upwards and ((bool(numbers) and wanted) or (not numbers and empty_is_right))
    )


@pytest.mark.parametrize("n", [-1, FIGURE_MAX + 1])
def test_a_figure_has_its_limits(n: int) -> None:
    assert figure_fault(Unit.PERSONS, n, None, Modality.STATED) == "figure-out-of-range"
    assert figure_fault(Unit.PERSONS, None, n, Modality.STATED) == "figure-out-of-range"
    assert figure_fault(Unit.PERSONS, 0, FIGURE_MAX, Modality.STATED) == ""


@pytest.mark.parametrize(
    ("unit", "speaker", "outlet", "quoted", "note", "code"),
    [
        (Unit.PERSONS, "", "Paper", "", "", "source-missing"),
        (Unit.PERSONS, "Somebody", " ", "", "", "source-missing"),
        (Unit.PERSONS, "Somebody", "Paper", "x" * 281, "", "quoted-too-long"),
        (Unit.PERSONS, "Somebody", "Paper", "x" * 280, "", ""),
        (Unit.WORDS, "Somebody", "Paper", " ", "", "words-missing"),
        (Unit.WORDS, "Somebody", "Paper", "", "the army", ""),
    ],
)
def test_a_figure_keeps_its_speaker(unit: Unit, speaker: str, outlet: str, quoted: str, note: str, code: str) -> None:
    assert source_fault(unit, speaker, outlet, quoted, note) == code


def test_a_derived_figure_names_what_it_follows_from_and_the_rule_and_no_other_does() -> None:
    one, other = uuid4(), uuid4()
    assert derivation_fault(Modality.DERIVED, [one, other], "total minus nationals") == ""
    for sources, rule in (([], "rule"), ([one], " ")):
        assert derivation_fault(Modality.DERIVED, sources, rule) == "derivation-missing"
    for sources, rule in (([one], ""), ([], "rule")):
        assert derivation_fault(Modality.STATED, sources, rule) == "derivation-not-wanted"
    assert derivation_fault(Modality.DERIVED, [one, one], "rule") == "sources-not-distinct"
    assert derivation_fault(Modality.DERIVED, [uuid4() for _n in range(21)], "rule") == "sources-not-distinct"


def test_nothing_is_published_tomorrow_and_only_what_may_come_speaks_of_it() -> None:
    today, tomorrow = AT.date(), AT.date() + timedelta(days=2)
    assert dates_fault(Modality.STATED, today, today, AT) == ""
    assert dates_fault(Modality.STATED, None, None, AT) == ""
    assert dates_fault(Modality.FORECAST, tomorrow, None, AT) == "published-in-future"
    assert dates_fault(Modality.STATED, today, tomorrow, AT) == "as-of-in-future"
    assert dates_fault(Modality.FORECAST, today, tomorrow, AT) == ""
    assert dates_fault(Modality.FORECAST, today, date.max, AT) == "day-out-of-range"
    assert dates_fault(Modality.STATED, date.min, None, AT) == "day-out-of-range"


@pytest.mark.parametrize("code", ["", "A", "a--b", "-a", "a-", "a b", "a" * 41, "الف"])
def test_a_topic_s_code_is_plain(code: str) -> None:
    assert topic_fault(code, "persons") == "bad-topic-code"


def test_a_topic_counts_something_known() -> None:
    assert topic_fault("first-batch", "persons") == ""
    assert topic_fault("first-batch", "souls") == "unknown-unit"


REASONS = "counts nothing|not a number|not a code|unknown field|is not a valid|Invalid isoformat"
FULL = {"what": "standing", "accounts": ["held", "control-lost"], "books": [2, 1], "facility": 3, "age_class": "child"}


def test_a_measure_says_the_same_after_a_round_trip() -> None:
    for given_ in (FULL, {"what": "entered", "event": "transfer-in", "books": [1], "since": "2026-01-21"}):
        made = measure_of(given_)
        assert made is not None and measure_of(measure_as_json(made)) == made
    assert measure_of({}) is None and measure_as_json(None) == {}
    assert measure_as_json(measure_of(FULL))["books"] == [1, 2]


@pytest.mark.parametrize(
    "given_",
    [
        {"what": "average", "accounts": ["held"], "books": [1]},
        {"what": "standing", "accounts": ["held"]},
        {"what": "standing", "accounts": ["held"], "books": []},
        {"what": "standing", "accounts": [], "books": [1]},
        {"what": "standing", "accounts": ["outside"], "books": [1]},
        {"what": "standing", "accounts": ["held"], "books": [1], "since": "2026-01-21"},
        {"what": "standing", "accounts": ["held"], "books": [1, 1]},
        {"what": "standing", "accounts": ["held"], "books": ["1"]},
        {"what": "standing", "accounts": ["held"], "books": [True]},
        {"what": "standing", "accounts": ["held"], "books": [1], "age_class": "old"},
        {"what": "standing", "accounts": ["held"], "books": [1], "names": "all"},
        {"what": "standing", "accounts": ["held"], "books": [1], "event": "transfer-in"},
        {"what": "entered", "accounts": ["held"], "books": [1]},
        {"what": "entered", "event": "teleported", "books": [1]},
        {"what": "entered", "event": "transfer-in", "books": [1], "since": "yesterday"},
    ],
)
def test_a_measure_that_counts_nothing_is_refused(given_: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=REASONS):
        measure_of(given_)
