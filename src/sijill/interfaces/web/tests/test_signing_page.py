"""Opening a signing session."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from sijill.domain.access import queries as access
from sijill.domain.access.viewing import viewing
from tests.cast import PASSWORD, Cast

Browse = Callable[[str], Client]


def form(cast: Cast, authority: str = "ALPHA", password: str = PASSWORD, **more: str) -> dict[str, str]:
    """The form as sent."""
    return {"key": str(uuid4()), "authority": str(cast.authority[authority]), "password": password, **more}


def is_open(cast: Cast, name: str, authority: str = "ALPHA") -> bool:
    """True when this user may sign for this authority now."""
    viewer = cast.viewer(name)
    with viewing(viewer.user_id):
        found = access.open_session(viewer, authority_id=cast.authority[authority], at=timezone.now())
    return found is not None


def test_the_password_opens_it_and_leads_back(browse: Browse, cast: Cast) -> None:
    """Allowed; then the page says until when."""
    client = browse("asma")
    assert client.post("/sign", form(cast, next="/places"))["Location"] == "/places"
    assert is_open(cast, "asma")
    assert "You can sign now for" in client.get("/sign").content.decode()


def test_a_wrong_password_opens_nothing_and_five_lock(browse: Browse, cast: Cast) -> None:
    """The page says so, never shows the password again, and guessing here counts as guessing at the sign-in page."""
    client = browse("asma")
    for _n in range(5):
        answer = client.post("/sign", form(cast, password="wrong guess wrong"))
        assert answer.status_code == 422
        assert "not your password" in answer.content.decode() and "wrong guess" not in answer.content.decode()
    locked = client.post("/sign", form(cast))
    assert locked.status_code == 422 and "quarter of an hour" in locked.content.decode()
    assert not is_open(cast, "asma")
    assert Client().post("/sign-in", {"username": "asma", "password": PASSWORD}).status_code == 429


@pytest.mark.parametrize("name", ["farid", "dora", "amal"])
def test_who_signs_nothing_has_no_such_page(name: str, browse: Browse, cast: Cast) -> None:
    """Wrong role and stranger: 403 for the page and for the form."""
    assert browse(name).get("/sign").status_code == 403
    assert browse(name).post("/sign", form(cast)).status_code == 403


def test_nobody_signs_for_another_authority(browse: Browse, cast: Cast) -> None:
    """The carrier's officer cannot open a session for the holder, whatever he sends."""
    answer = browse("basil").post("/sign", form(cast))
    assert answer.status_code == 422 and not is_open(cast, "basil")


def test_the_same_form_twice_is_one_session(browse: Browse, cast: Cast) -> None:
    """Already done: the same answer."""
    client, sent = browse("asma"), form(cast)
    assert client.post("/sign", sent)["Location"] == client.post("/sign", sent)["Location"] == "/"
    assert client.put("/sign").status_code == 405
