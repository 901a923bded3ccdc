"""Signing sessions: the password again, one user, one authority, fifteen minutes."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from sijill.domain.access import actions, queries
from sijill.domain.access.models import SigningSession
from sijill.domain.access.rules import NotAllowed, Refused
from sijill.domain.access.viewing import viewing
from tests.cast import NOON, PASSWORD, Cast

MINUTE = timedelta(minutes=1)


def open_one(
    cast: Cast, who: str = "asma", authority: str = "ALPHA", password: str = PASSWORD, at: datetime = NOON,
    session_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """Enter the password again to sign."""
    with viewing(cast.user[who]):
        return actions.open_signing_session(
            session_id=session_id or uuid4(), authority_id=cast.authority[authority], device="phone",
            password=password, by=cast.viewer(who), at=at,
        )  # fmt: skip


def sign(cast: Cast, who: str = "asma", authority: str = "ALPHA", at: datetime = NOON) -> UUID:
    """The session with which this user may sign for this authority now."""
    with viewing(cast.user[who]):
        return actions.signing_session(authority_id=cast.authority[authority], by=cast.viewer(who), at=at)


def test_an_open_session_signs_until_fifteen_minutes_are_over(cast: Cast) -> None:
    session = open_one(cast)
    assert sign(cast) == session
    assert sign(cast, at=NOON + 15 * MINUTE - timedelta(microseconds=1)) == session
    with pytest.raises(Refused, match="no-signing-session"):
        sign(cast, at=NOON + 15 * MINUTE)


def test_without_a_session_nobody_signs(cast: Cast) -> None:
    with pytest.raises(Refused, match="no-signing-session"):
        sign(cast)


@pytest.mark.parametrize("password", ["", PASSWORD + " ", PASSWORD.upper()])
def test_a_wrong_password_opens_nothing(cast: Cast, password: str) -> None:
    with pytest.raises(Refused, match="wrong-password"):
        open_one(cast, password=password)
    with pytest.raises(Refused, match="no-signing-session"):
        sign(cast)


def test_a_wrong_password_leaves_the_open_session_open(cast: Cast) -> None:
    session = open_one(cast)
    with pytest.raises(Refused, match="wrong-password"):
        open_one(cast, password="not this one", at=NOON + MINUTE)
    assert sign(cast, at=NOON + MINUTE) == session


@pytest.mark.parametrize("authority", ["BRAVO", "CHARLIE", "DELTA"])
def test_nobody_opens_a_session_for_another_authority(cast: Cast, authority: str) -> None:
    with pytest.raises(NotAllowed):
        open_one(cast, authority=authority)


@pytest.mark.parametrize(("who", "authority"), [("alice", "ALPHA"), ("farid", "ALPHA"), ("dora", "DELTA")])
def test_who_has_no_duty_to_sign_opens_no_session(cast: Cast, who: str, authority: str) -> None:
    with pytest.raises(NotAllowed):
        open_one(cast, who=who, authority=authority)


def test_a_coordinator_seals_so_he_may_open_one(cast: Cast) -> None:
    session = open_one(cast, who="anton")
    assert sign(cast, who="anton") == session


def test_a_session_is_good_for_its_own_authority_only(cast: Cast) -> None:
    open_one(cast)
    with pytest.raises(Refused, match="no-signing-session"):
        sign(cast, authority="BRAVO")


def test_a_session_is_good_for_its_own_user_only(cast: Cast) -> None:
    open_one(cast)
    with pytest.raises(Refused, match="no-signing-session"):
        sign(cast, who="anton")
    with viewing(cast.user["anton"]):
        assert SigningSession.objects.count() == 0


def test_a_new_session_closes_the_one_before(cast: Cast) -> None:
    first = open_one(cast)
    second = open_one(cast, at=NOON + MINUTE)
    assert sign(cast, at=NOON + MINUTE) == second
    with viewing(cast.user["asma"]):
        assert SigningSession.objects.get(pk=first).closed_at == NOON + MINUTE


def test_sending_the_form_twice_opens_one_session_that_lasts_no_longer(cast: Cast) -> None:
    session = uuid4()
    assert open_one(cast, session_id=session) == session
    assert open_one(cast, session_id=session, at=NOON + 10 * MINUTE) == session
    with pytest.raises(Refused, match="no-signing-session"):
        sign(cast, at=NOON + 15 * MINUTE)
    with viewing(cast.user["asma"]):
        assert SigningSession.objects.count() == 1


def test_the_session_says_who_signs_where_and_from_what(cast: Cast) -> None:
    session = open_one(cast)
    with viewing(cast.user["asma"]):
        row = queries.open_session(cast.viewer("asma"), authority_id=cast.authority["ALPHA"], at=NOON)
    assert row == queries.SessionRow(session, cast.user["asma"], cast.authority["ALPHA"], "phone", NOON)
