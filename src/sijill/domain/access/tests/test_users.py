"""Authorities, users and signing in."""

from uuid import UUID, uuid4

import pytest
from django.contrib.auth.hashers import identify_hasher, make_password

from sijill.domain.access import actions, queries
from sijill.domain.access.models import User
from sijill.domain.access.rules import AUDITOR_ID, REGISTER_ID, NotAllowed, NotVisible, Refused
from sijill.domain.access.signin import RegisterBackend
from sijill.domain.access.viewing import viewing
from tests.cast import NOON, PASSWORD, Cast


def test_the_register_enters_an_authority(cast: Cast) -> None:
    with viewing(REGISTER_ID):
        register = queries.viewer_of(REGISTER_ID, NOON)
        made = actions.create_authority(
            code="ECHO", names={"en": "Echo", "ar": "صدى"}, keeps_book=False, by=register, at=NOON
        )
    with viewing(cast.user["dora"]):
        row = queries.authority_by_code(cast.viewer("dora"), "ECHO")
        assert [a.code for a in queries.authorities(cast.viewer("dora"))] == [*sorted(cast.authority), "ECHO"]
    assert row == queries.AuthorityRow(made, "ECHO", {"en": "Echo", "ar": "صدى"}, False)
    assert (row.name("ar"), row.name("ckb")) == ("صدى", "Echo")


@pytest.mark.parametrize("who", ["alice", "dora", "farid"])
def test_no_user_enters_an_authority(cast: Cast, who: str) -> None:
    with viewing(cast.user[who]), pytest.raises(NotAllowed):
        actions.create_authority(code="X", names={}, keeps_book=True, by=cast.viewer(who), at=NOON)


def test_an_unknown_authority_is_not_visible(cast: Cast) -> None:
    with viewing(cast.user["alice"]), pytest.raises(NotVisible):
        queries.authority_by_code(cast.viewer("alice"), "NOBODY")


def create(who: UUID, password: str = PASSWORD, username: str = "zoe") -> UUID:
    """Enter a user as this user."""
    with viewing(who):
        return actions.create_user(
            user_id=uuid4(), username=username, name="Zoe", password=password, by=queries.viewer_of(who, NOON), at=NOON
        )


def test_a_password_has_at_least_twelve_characters(cast: Cast) -> None:
    with pytest.raises(Refused, match="password-too-short") as refused:
        create(REGISTER_ID, password="x" * 11)
    assert refused.value.about == {"least": 12}
    assert create(REGISTER_ID, password="x" * 12)


@pytest.mark.parametrize("who", ["alice", "dora"])
def test_who_manages_no_users_enters_none(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        create(cast.user[who])


def test_the_right_password_signs_in_and_no_other(cast: Cast) -> None:
    backend = RegisterBackend()
    user = backend.authenticate(None, "alice", PASSWORD)
    assert user is not None
    assert user.pk == cast.user["alice"]
    assert backend.authenticate(None, "alice", PASSWORD + "x") is None
    assert backend.authenticate(None, "nobody", PASSWORD) is None
    assert backend.authenticate(None, "", PASSWORD) is None
    assert backend.authenticate(None, "alice", None) is None


def test_an_inactive_user_does_not_sign_in(cast: Cast) -> None:
    with viewing(REGISTER_ID):
        User.objects.filter(username="alice").update(is_active=False)
    assert RegisterBackend().authenticate(None, "alice", PASSWORD) is None
    assert RegisterBackend().get_user(cast.user["alice"]) is None


@pytest.mark.parametrize("name", ["register", "auditor"])
@pytest.mark.parametrize("password", ["!", "", "register", PASSWORD])
def test_the_built_in_two_never_sign_in(cast: Cast, name: str, password: str) -> None:
    assert RegisterBackend().authenticate(None, name, password) is None


def test_signing_in_shows_that_one_user_and_then_nobody(cast: Cast) -> None:
    RegisterBackend().authenticate(None, "alice", PASSWORD)
    assert User.objects.count() == 0


def test_passwords_are_kept_as_hashes(cast: Cast) -> None:
    with viewing(cast.user["alice"]):
        stored = User.objects.get(pk=cast.user["alice"]).password
    assert PASSWORD not in stored
    assert identify_hasher(stored) is not None


def test_language_is_one_s_own(cast: Cast) -> None:
    with viewing(cast.user["alice"]):
        actions.set_language(language="ar", by=cast.viewer("alice"), at=NOON)
    assert cast.viewer("alice").language == "ar"
    assert cast.viewer("anton").language == "en"


def test_names_of_colleagues_are_known_and_of_strangers_not(cast: Cast) -> None:
    everybody = list(cast.user.values())
    with viewing(cast.user["dora"]):
        assert queries.user_names(cast.viewer("dora"), everybody) == {cast.user["dora"]: "Dora"}
    with viewing(cast.user["basil"]):
        assert set(queries.user_names(cast.viewer("basil"), everybody).values()) == {"Basil", "Bushra"}


def test_the_built_in_two_are_there(cast: Cast) -> None:
    with viewing(REGISTER_ID):
        assert set(User.objects.filter(pk__in=[REGISTER_ID, AUDITOR_ID]).values_list("is_active", flat=True)) == {False}


def test_a_password_kept_with_older_costs_is_hashed_anew_when_it_is_right(cast: Cast) -> None:
    user = create(REGISTER_ID)
    kept = make_password(PASSWORD, hasher="argon2")  # the tests prefer a cheaper one
    with viewing(user):
        User.objects.filter(pk=user).update(password=kept)
    backend = RegisterBackend()
    assert backend.authenticate(None, "zoe", "not this one") is None
    assert stored(user) == kept
    signed_in = backend.authenticate(None, "zoe", PASSWORD)
    assert signed_in and signed_in.pk == user
    assert stored(user) != kept
    assert backend.authenticate(None, "zoe", PASSWORD) == signed_in


def stored(user: UUID) -> str:
    """The hash as it is kept."""
    with viewing(user):
        return str(User.objects.get(pk=user).password)
