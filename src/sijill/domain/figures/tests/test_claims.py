"""Who writes figures down, that twice is once, that rivals stand side by side, and what becomes of a claim."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sijill.domain.access.rules import NotAllowed, NotVisible, Refused
from sijill.domain.figures import queries
from sijill.domain.figures.rules import ClaimRow, ClaimState, Modality, TopicRow
from sijill.domain.figures.tests.press import LATER, TODAY, acting, add_topic, claim, held_at, step
from tests.cast import Cast


@pytest.fixture
def topic(cast: Cast) -> int:
    """The topic the claims of these tests are on."""
    return add_topic(cast)


def read(cast: Cast, who: str = "dora") -> list[ClaimRow]:
    """Every claim, as somebody of another authority reads them."""
    with acting(cast, who) as viewer:
        return queries.claims(viewer, [t.id for t in queries.topics(viewer)])


def test_rivals_stand_side_by_side_for_everybody_who_signs_in(cast: Cast, topic: int) -> None:
    one = claim(cast, 120, 120, modality="reported", speaker="Damascus")
    other = claim(cast, 1500, 1500, speaker="The holder", as_of=TODAY - timedelta(days=1))
    rows = read(cast)
    assert [(r.id, r.low, r.high, r.speaker, r.state) for r in rows] == [
        (other, 1500, 1500, "The holder", ClaimState.STANDING), (one, 120, 120, "Damascus", ClaimState.STANDING),
    ]  # fmt: skip
    assert (rows[0].outlet, rows[0].published_on, rows[0].quoted) == ("The Alpha Courier", TODAY, "we hold them")


def test_open_ends_and_no_number_are_values(cast: Cast, topic: int) -> None:
    claim(cast, None, 7000, modality="could")
    claim(cast, 270, None)
    claim(cast, None, None, modality="unclear")
    assert [(r.low, r.high) for r in sorted(read(cast), key=lambda r: r.modality)] == [
        (None, 7000), (270, None), (None, None),
    ]  # fmt: skip


def test_the_same_claim_sent_twice_is_recorded_once_and_one_id_says_one_thing(cast: Cast, topic: int) -> None:
    made = uuid4()
    assert claim(cast, 150, 150, claim_id=made) == made
    assert claim(cast, 150, 150, claim_id=made, at=LATER + timedelta(days=1)) == made
    changes: list[dict[str, Any]] = [{"low": 144, "high": 144}, {"low": 150, "high": 150, "speaker": "Another"}]
    for changed in changes:
        with pytest.raises(Refused, match="id-already-used"):
            claim(cast, claim_id=made, **changed)
    assert [(r.id, r.low) for r in read(cast)] == [(made, 150)]


@pytest.mark.parametrize("who", ["alice", "anton", "amal", "basil", "charlie", "dora"])
def test_only_an_analyst_writes_figures_down(cast: Cast, topic: int, who: str) -> None:
    made = claim(cast, 150, 150)
    with pytest.raises(NotAllowed):
        claim(cast, 150, 150, who=who)
    with pytest.raises(NotAllowed):
        step(cast, made, "denied", who=who)
    with pytest.raises(NotAllowed):
        add_topic(cast, "another", who=who)
    assert len(read(cast)) == 1 and read(cast)[0].steps == ()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"modality": "guessed"}, "unknown-modality"),
        ({"low": 151}, "low-above-high"),
        ({"low": -1}, "figure-out-of-range"),
        ({"low": None, "high": None}, "figure-missing"),
        ({"modality": "unclear"}, "figure-not-wanted"),
        ({"speaker": " "}, "source-missing"),
        ({"outlet": ""}, "source-missing"),
        ({"quoted": "x" * 281}, "quoted-too-long"),
        ({"note": "x" * 401}, "text-too-long"),
        ({"address": "x" * 401}, "text-too-long"),
        ({"published_on": date(2026, 5, 1)}, "published-in-future"),
        ({"as_of": date(2026, 5, 1)}, "as-of-in-future"),
        ({"as_of": date(1, 1, 1)}, "day-out-of-range"),
        ({"modality": "derived"}, "derivation-missing"),
        ({"rule": "a rule"}, "derivation-not-wanted"),
        ({"modality": "derived", "rule": "a rule", "derived_from": [uuid4()]}, "sources-unknown"),
    ],
)
def test_what_is_no_claim_is_refused(cast: Cast, topic: int, changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        claim(cast, **{"low": 150, "high": 150, **changed})
    assert refused.value.code == code
    assert read(cast) == []


def test_a_topic_in_words_has_words_and_no_number(cast: Cast) -> None:
    add_topic(cast, "held-in-all", "words")
    with pytest.raises(Refused, match="figure-not-wanted"):
        claim(cast, 1, 1)
    with pytest.raises(Refused, match="words-missing"):
        claim(cast, None, None, quoted="")
    claim(cast, None, None, quoted="we control the town")
    assert [r.quoted for r in read(cast)] == ["we control the town"]


def test_a_derived_claim_names_its_sources_and_never_itself(cast: Cast, topic: int) -> None:
    total, nationals, made = claim(cast, 7000, 7000), claim(cast, 1500, 2000), uuid4()
    said: dict[str, Any] = {"modality": "derived", "rule": "total minus nationals", "derived_from": [total, nationals]}
    claim(cast, 5000, 5500, claim_id=made, **said)
    with acting(cast) as viewer:
        assert queries.claim(viewer, made).derived_from == (total, nationals)
        assert {r.id for r in queries.claims_by_id(viewer, [total, nationals])} == {total, nationals}
    own = uuid4()
    with pytest.raises(Refused, match="sources-unknown"):
        claim(cast, 1, 1, claim_id=own, **{**said, "derived_from": [own]})
    assert claim(cast, 5000, 5500, claim_id=made, **said) == made


def test_a_withdrawn_figure_is_a_state_and_no_deletion(cast: Cast, topic: int) -> None:
    made = claim(cast, 460, 460)
    first = step(cast, made, "disowned", note="the list is not ours")
    assert step(cast, made, "disowned", note="the list is not ours", step_id=first) == first
    (row,) = read(cast)
    assert (row.low, row.state) == (460, ClaimState.DISOWNED)
    assert [(s.state, s.said_by, s.outlet, s.said_on) for s in row.steps] == [
        (ClaimState.DISOWNED, "Press office of Bravo", "Bravo Radio", date(2026, 2, 3)),
    ]  # fmt: skip
    step(cast, made, "denied", said_on=date(2026, 2, 2))  # said earlier, entered later
    assert read(cast)[0].state is ClaimState.DISOWNED
    step(cast, made, "standing", said_on=date(2026, 2, 4))
    assert [s.state for s in read(cast)[0].steps] == [ClaimState.DENIED, ClaimState.DISOWNED, ClaimState.STANDING]
    assert read(cast)[0].state is ClaimState.STANDING


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"state": "forgotten"}, "unknown-state"),
        ({"said_by": " "}, "source-missing"),
        ({"outlet": " "}, "source-missing"),
        ({"said_on": date(2026, 5, 1)}, "said-in-future"),
        ({"said_on": date(1, 1, 1)}, "day-out-of-range"),
        ({"note": "x" * 401}, "text-too-long"),
    ],
)
def test_what_is_no_state_is_refused(cast: Cast, topic: int, changed: dict[str, Any], code: str) -> None:
    made = claim(cast, 1, 1)
    with pytest.raises(Refused) as refused:
        step(cast, made, **{"state": "denied", **changed})
    assert refused.value.code == code
    assert read(cast)[0].steps == ()


def test_one_step_s_id_says_one_thing(cast: Cast, topic: int) -> None:
    made, other = claim(cast, 1, 1), claim(cast, 2, 2)
    first = step(cast, made, "denied")
    with pytest.raises(Refused, match="id-already-used"):
        step(cast, other, "denied", step_id=first)


def test_what_is_not_there_is_not_visible(cast: Cast, topic: int) -> None:
    with pytest.raises(NotVisible):
        claim(cast, 1, 1, topic="no-such-topic")
    with pytest.raises(NotVisible):
        step(cast, uuid4(), "denied")
    with acting(cast) as viewer:
        for ask in (lambda: queries.topic(viewer, "no-such-topic"), lambda: queries.claim(viewer, uuid4())):
            with pytest.raises(NotVisible):
                ask()


# ------------------------------------------------------------------ topics
def topics(cast: Cast) -> list[TopicRow]:
    """Every topic, as somebody of another authority reads them."""
    with acting(cast, "dora") as viewer:
        return queries.topics(viewer)


def test_a_topic_entered_twice_is_one_and_its_code_asks_one_thing(cast: Cast) -> None:
    made = add_topic(cast, measure=held_at(cast, "A-MAIN"))
    assert add_topic(cast, measure=held_at(cast, "A-MAIN")) == made
    changes: list[dict[str, Any]] = [{"unit": "families"}, {"names": {"en": "Another"}}, {"measure": {}}]
    for changed in changes:
        with pytest.raises(Refused, match="code-taken"):
            add_topic(cast, **{"measure": held_at(cast, "A-MAIN"), **changed})
    (row,) = topics(cast)
    assert (row.id, row.measure and row.measure.facility_id) == (made, cast.facility["A-MAIN"])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"code": "No Code"}, "bad-topic-code"),
        ({"unit": "souls"}, "unknown-unit"),
        ({"names": {}}, "names-missing"),
        ({"measure": {"what": "average"}}, "bad-measure"),
        ({"measure": {"what": "standing", "accounts": ["held"], "books": [10**9]}}, "bad-measure"),
        ({"measure": {"what": "standing", "accounts": 3, "books": 3}}, "bad-measure"),
    ],
)
def test_what_is_no_topic_is_refused(cast: Cast, changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        add_topic(cast, **changed)
    assert refused.value.code == code
    assert topics(cast) == []


def test_a_measure_at_a_place_that_is_not_there_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="bad-measure"):
        add_topic(cast, measure=held_at(cast) | {"facility": 10**9})


def test_all_topics_and_all_claims_are_one_query_each(cast: Cast) -> None:
    for n in range(4):
        add_topic(cast, f"topic-{n}")
        made: UUID = claim(cast, n, n, topic=f"topic-{n}")
        step(cast, made, "denied")
    with acting(cast, "dora") as viewer, CaptureQueriesContext(connection) as seen:
        rows = queries.claims(viewer, [t.id for t in queries.topics(viewer)])
    assert len(seen) == 3  # topics, claims, steps
    assert [r.modality for r in rows] == [Modality.STATED] * 4 and all(len(r.steps) == 1 for r in rows)
