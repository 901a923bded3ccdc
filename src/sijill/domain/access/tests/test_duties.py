"""Duties begin, end, and may be limited to a facility; the database counts them as Python does."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from sijill.domain.access import actions, queries
from sijill.domain.access.models import Duty, User
from sijill.domain.access.rules import (
    AUDITOR_ID,
    PERMITS,
    REGISTER_ID,
    Act,
    DutyKind,
    NotAllowed,
    NotVisible,
    Refused,
)
from sijill.domain.access.rules import Duty as HeldDuty
from sijill.domain.access.viewing import viewing
from tests.cast import NOON, Cast

DAY = timedelta(days=1)


def ask(function: str) -> list[int]:
    """What a function of the policies answers for this transaction's viewer."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {function}()")
        return sorted(cursor.fetchone()[0] or [])


def end(cast: Cast, who: str, at: datetime) -> None:
    """End all duties of this user, as the register."""
    with viewing(REGISTER_ID):
        assert Duty.objects.filter(user_id=cast.user[who]).update(valid_to=at) == 1


def test_a_viewer_holds_the_duties_of_the_moment(cast: Cast) -> None:
    alice = cast.viewer("alice")
    assert (alice.user_id, alice.username, alice.name, alice.language) == (cast.user["alice"], "alice", "Alice", "en")
    assert alice.duties == (HeldDuty(DutyKind.REGISTRAR, cast.authority["ALPHA"]),)


def test_a_duty_begins_at_its_moment(cast: Cast) -> None:
    assert cast.viewer("alice", NOON - timedelta(microseconds=1)).duties == ()
    assert len(cast.viewer("alice", NOON).duties) == 1


def test_a_duty_ends_at_its_moment(cast: Cast) -> None:
    end(cast, "alice", NOON + DAY)
    assert len(cast.viewer("alice", NOON + DAY - timedelta(microseconds=1)).duties) == 1
    assert cast.viewer("alice", NOON + DAY).duties == ()
    assert not cast.viewer("alice", NOON + DAY).may(Act.READ_PEOPLE)


def test_when_a_duty_has_ended_the_walls_close_too(cast: Cast) -> None:
    with viewing(cast.user["alice"]):
        assert ask("viewer_books") == ask("viewer_people_books") == [cast.authority["ALPHA"]]
        assert queries.user_names(cast.viewer("alice"), [cast.user["anton"]])
    end(cast, "alice", NOON + DAY)
    with viewing(cast.user["alice"]):
        assert ask("viewer_books") == ask("viewer_people_books") == ask("viewer_authorities") == []
        assert queries.user_names(cast.viewer("alice"), [cast.user["anton"]]) == {}


def instead(cast: Cast, who: str, kind: DutyKind, since: datetime = NOON - DAY) -> None:
    """End what this user of ALPHA did, and give him another duty."""
    with viewing(REGISTER_ID):
        Duty.objects.filter(user_id=cast.user[who]).update(valid_to=NOON)
        Duty.objects.create(
            user_id=cast.user[who], kind=kind.value, authority_id=cast.authority["ALPHA"], valid_from=since
        )


def test_a_duty_that_has_not_begun_opens_no_wall(cast: Cast) -> None:
    instead(cast, "alice", DutyKind.REGISTRAR, since=datetime(2999, 1, 1, tzinfo=UTC))
    with viewing(cast.user["alice"]):
        assert ask("viewer_books") == []


def test_a_duty_limited_to_a_facility_opens_no_book(cast: Cast) -> None:
    with viewing(cast.user["adnan"]):
        assert ask("viewer_books") == ask("viewer_people_books") == []
        assert ask("viewer_facilities") == ask("viewer_people_facilities") == [cast.facility["A-SIDE"]]
        assert ask("viewer_authorities") == [cast.authority["ALPHA"]]


def test_an_analyst_reads_the_book_and_nobody_in_it(cast: Cast) -> None:
    with viewing(cast.user["farid"]):
        assert ask("viewer_books") == [cast.authority["ALPHA"]]
        assert ask("viewer_people_books") == []


@pytest.mark.parametrize("kind", [k for k in DutyKind if k not in (DutyKind.REGISTER, DutyKind.AUDITOR)])
def test_the_policies_and_the_table_of_permits_agree_on_every_duty(cast: Cast, kind: DutyKind) -> None:
    instead(cast, "alice", kind)
    alpha = [cast.authority["ALPHA"]]
    with viewing(cast.user["alice"]):
        assert ask("viewer_books") == (alpha if Act.READ_COUNTS in PERMITS[kind] else [])
        assert ask("viewer_people_books") == (alpha if Act.READ_PEOPLE in PERMITS[kind] else [])
        assert ask("viewer_manages") == (alpha if Act.MANAGE_USERS in PERMITS[kind] else [])


@pytest.mark.parametrize("who", [REGISTER_ID, AUDITOR_ID])
def test_the_built_in_two_read_every_book_and_nobody(cast: Cast, who: UUID) -> None:
    with viewing(who):
        assert ask("viewer_books") == sorted(cast.authority.values())
        assert ask("viewer_people_books") == []
        assert queries.viewer_of(who, NOON).authorities(Act.READ_COUNTS) == tuple(sorted(cast.authority.values()))


def test_an_inactive_user_is_no_viewer(cast: Cast) -> None:
    with viewing(REGISTER_ID):
        User.objects.filter(pk=cast.user["alice"]).update(is_active=False)
    with pytest.raises(NotVisible):
        cast.viewer("alice")


def test_an_unknown_user_is_no_viewer(cast: Cast) -> None:
    nobody = uuid4()
    with viewing(nobody), pytest.raises(NotVisible):
        queries.viewer_of(nobody, NOON)


def manager(cast: Cast, who: str = "farid") -> None:
    """Make this user the administrator of ALPHA."""
    instead(cast, who, DutyKind.ADMINISTRATOR)


def grant(cast: Cast, by: str, to: str, kind: DutyKind, authority: str) -> None:
    """Give a duty as this user."""
    with viewing(cast.user[by]):
        actions.grant_duty(
            user_id=cast.user[to], kind=kind, authority_id=cast.authority[authority], by=cast.viewer(by), at=NOON
        )


def test_an_administrator_gives_duties_in_his_own_authority_only(cast: Cast) -> None:
    manager(cast)
    grant(cast, "farid", "dora", DutyKind.VISITING_BODY, "ALPHA")
    assert cast.viewer("dora").may(Act.READ_PEOPLE, authority_id=cast.authority["ALPHA"])
    with pytest.raises(NotAllowed):
        grant(cast, "farid", "farid", DutyKind.REGISTRAR, "BRAVO")
    assert not cast.viewer("farid").may(Act.READ_PEOPLE)


@pytest.mark.parametrize("by", ["alice", "anton", "amal", "dora"])
def test_nobody_else_gives_duties(cast: Cast, by: str) -> None:
    with pytest.raises(NotAllowed):
        grant(cast, by, by, DutyKind.SENDING_OFFICER, "ALPHA")


@pytest.mark.parametrize("kind", [DutyKind.REGISTER, DutyKind.AUDITOR])
def test_the_built_in_duties_are_given_to_nobody(cast: Cast, kind: DutyKind) -> None:
    manager(cast)
    with pytest.raises(Refused, match="built-in-duty"):
        grant(cast, "farid", "dora", kind, "ALPHA")


def test_no_user_is_a_superuser() -> None:
    """What a user may do comes from duties alone."""
    fields = {f.name for f in User._meta.get_fields()}
    assert not fields & {"is_superuser", "is_staff", "groups", "user_permissions"}
