"""The pure rules of access: who may do what, where, and for how long a signing session signs."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijill.domain.access.rules import (
    AUDITOR_ID,
    PERMITS,
    REGISTER_ID,
    SIGNING_SESSION_LENGTH,
    Act,
    Duty,
    DutyKind,
    NotAllowed,
    Viewer,
    require,
    session_open,
)

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
DUTIES = st.lists(
    st.builds(Duty, st.sampled_from(DutyKind), st.integers(1, 3), st.none() | st.integers(10, 12)), max_size=5
)


def viewer(*duties: Duty) -> Viewer:
    """Somebody with these duties."""
    return Viewer(uuid4(), "somebody", "Some Body", duties)


def test_every_duty_has_its_permits() -> None:
    assert set(PERMITS) == set(DutyKind)


def test_every_act_is_permitted_to_somebody() -> None:
    assert set().union(*PERMITS.values()) == set(Act)


def test_the_two_built_in_duties_read_counts_and_nothing_else() -> None:
    for kind in (DutyKind.REGISTER, DutyKind.AUDITOR):
        assert PERMITS[kind] == {Act.READ_COUNTS}


def test_who_manages_users_reads_nobody() -> None:
    assert PERMITS[DutyKind.ADMINISTRATOR] == {Act.MANAGE_USERS}


def test_a_visiting_body_reads_and_changes_nothing() -> None:
    assert PERMITS[DutyKind.VISITING_BODY] == {Act.READ_COUNTS, Act.READ_PEOPLE}


@pytest.mark.parametrize("act", [Act.RECORD_CUSTODY, Act.CORRECT, Act.SIGN_HANDOVER])
def test_planners_analysts_and_finance_write_no_custody(act: Act) -> None:
    for kind in (DutyKind.PLANNER, DutyKind.ANALYST, DutyKind.FINANCE_OFFICER):
        assert act not in PERMITS[kind]
        assert Act.READ_PEOPLE not in PERMITS[kind]


def test_a_duty_of_one_authority_is_none_in_another() -> None:
    registrar = viewer(Duty(DutyKind.REGISTRAR, 1))
    assert registrar.may(Act.RECORD_CUSTODY, authority_id=1)
    assert not registrar.may(Act.RECORD_CUSTODY, authority_id=2)
    with pytest.raises(NotAllowed) as refused:
        require(registrar, Act.RECORD_CUSTODY, authority_id=2)
    assert refused.value.act is Act.RECORD_CUSTODY


def test_a_duty_limited_to_a_facility_covers_only_it() -> None:
    officer = viewer(Duty(DutyKind.SENDING_OFFICER, 1, 10))
    assert officer.may(Act.COUNT_HEADS, authority_id=1, facility_id=10)
    assert not officer.may(Act.COUNT_HEADS, authority_id=1, facility_id=11)
    require(officer, Act.COUNT_HEADS, authority_id=1, facility_id=10)
    with pytest.raises(NotAllowed):
        require(officer, Act.COUNT_HEADS, authority_id=1, facility_id=11)


def test_permits_of_two_duties_do_not_mix() -> None:
    """Planner of 1 and registrar of 2: he imports no list in 1."""
    both = viewer(Duty(DutyKind.PLANNER, 1), Duty(DutyKind.REGISTRAR, 2))
    assert not both.may(Act.IMPORT_LIST, authority_id=1)
    assert both.authorities(Act.IMPORT_LIST) == (2,)
    assert both.authorities() == (1, 2)


def test_only_two_viewers_are_built_in() -> None:
    assert Viewer(REGISTER_ID, "", "", ()).built_in
    assert Viewer(AUDITOR_ID, "", "", ()).built_in
    assert not viewer(Duty(DutyKind.REGISTER, 1)).built_in


@given(DUTIES, st.sampled_from(Act), st.integers(1, 3), st.integers(10, 12))
def test_one_more_duty_never_takes_a_right_away(held: list[Duty], act: Act, authority: int, facility: int) -> None:
    less, more = viewer(*held[1:]), viewer(*held)
    if less.may(act, authority_id=authority, facility_id=facility):
        assert more.may(act, authority_id=authority, facility_id=facility)


@given(DUTIES, st.sampled_from(Act), st.integers(1, 3), st.integers(10, 12))
def test_what_is_allowed_at_a_facility_is_allowed_somewhere(
    held: list[Duty], act: Act, authority: int, facility: int
) -> None:
    somebody = viewer(*held)
    if somebody.may(act, authority_id=authority, facility_id=facility):
        assert somebody.may(act, authority_id=authority)
        assert authority in somebody.authorities(act)


@pytest.mark.parametrize(
    ("after", "open_"),
    [
        (timedelta(0), True),
        (SIGNING_SESSION_LENGTH - timedelta(microseconds=1), True),
        (SIGNING_SESSION_LENGTH, False),
        (timedelta(days=1), False),
        (timedelta(microseconds=-1), False),
    ],
)
def test_a_session_signs_for_fifteen_minutes(after: timedelta, open_: bool) -> None:
    assert timedelta(minutes=15) == SIGNING_SESSION_LENGTH
    assert session_open(NOON, None, NOON + after) is open_


def test_a_closed_session_signs_nothing() -> None:
    assert not session_open(NOON, NOON + timedelta(minutes=1), NOON)
