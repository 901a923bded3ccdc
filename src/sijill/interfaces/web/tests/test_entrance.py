"""Signing in and out, the lock, the language, the size of the text."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from tests.cast import PASSWORD, Cast

Browse = Callable[[str], Client]


def test_signing_in_leads_on_and_speaks_the_user_s_language(cast: Cast) -> None:
    """Allowed: the right password, then the page one wanted."""
    client = Client()
    answer = client.post("/sign-in", {"username": "alice", "password": PASSWORD, "next": "/places"})
    assert (answer.status_code, answer["Location"]) == (302, "/places")
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert client.get("/places").status_code == 200


@pytest.mark.parametrize("username", ["alice", "nobody-of-this-name", "", "register", "auditor"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_page(username: str, cast: Cast) -> None:
    """Nobody learns who has an account; the built-in users cannot sign in."""
    answer = Client().post("/sign-in", {"username": username, "password": "wrong wrong wrong"})
    page = answer.content.decode().replace(f'value="{username}"', 'value=""')
    assert answer.status_code == 422
    assert "do not go together" in page and "wrong wrong" not in page


def test_five_wrong_passwords_lock_the_name_even_for_the_right_one(cast: Cast) -> None:
    """The lock holds at this address for this name; others go on."""
    statuses = [Client().post("/sign-in", {"username": "alice", "password": "x"}).status_code for _n in range(5)]
    assert statuses == [422, 422, 422, 422, 429]
    locked = Client().post("/sign-in", {"username": "alice", "password": PASSWORD})
    assert locked.status_code == 429 and "locked here" in locked.content.decode()
    assert locked.cookies.get(settings.SESSION_COOKIE_NAME) is None
    assert Client().post("/sign-in", {"username": "asma", "password": PASSWORD}).status_code == 302


def test_a_right_password_forgets_the_wrong_ones(cast: Cast) -> None:
    """Four, then the right one, then four: never locked."""
    for _round in range(2):
        for _n in range(4):
            assert Client().post("/sign-in", {"username": "alice", "password": "x"}).status_code == 422
        assert Client().post("/sign-in", {"username": "alice", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize(
    "next_page",
    ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)", "places", "", "\t//x"],
)
def test_nobody_is_sent_to_another_site(next_page: str, cast: Cast) -> None:
    """A link with a foreign `next` ends on the first page."""
    answer = Client().post("/sign-in", {"username": "alice", "password": PASSWORD, "next": next_page})
    assert answer["Location"] == "/"


def test_already_done_signed_in_goes_on_and_signed_out_stays_out(browse: Browse) -> None:
    """Both forms may be sent twice."""
    client = browse("alice")
    assert client.get("/sign-in?next=/places")["Location"] == "/places"
    assert client.post("/sign-in", {"username": "x", "password": "y"})["Location"] == "/"
    for _twice in range(2):
        assert client.post("/sign-out")["Location"] == "/sign-in"
    assert client.get("/")["Location"] == "/sign-in"


def test_signing_out_needs_a_form(browse: Browse) -> None:
    """A link or a picture cannot sign anybody out."""
    client = browse("alice")
    assert client.get("/sign-out").status_code == 405
    assert client.get("/").status_code == 200


def test_the_language_is_kept_with_the_browser_and_with_the_user(browse: Browse, cast: Cast) -> None:
    """Arabic mirrors the page; the choice follows the user to another browser."""
    client = browse("alice")
    answer = client.post("/language", {"language": "ar", "next": "/places"})
    assert answer["Location"] == "/places"
    page = client.get("/places").content.decode()
    assert '<html lang="ar" dir="rtl"' in page and "المنشآت" in page
    assert cast.viewer("alice").language == "ar"
    elsewhere = Client()
    elsewhere.post("/sign-in", {"username": "alice", "password": PASSWORD})
    assert 'lang="ar"' in elsewhere.get("/").content.decode()


def test_a_chosen_language_stays_when_signing_in(cast: Cast) -> None:
    """Who reads the sign-in page in Kurdish goes on in Kurdish."""
    client = Client()
    client.post("/language", {"language": "ckb", "next": "/sign-in"})
    assert 'lang="ckb" dir="rtl"' in client.get("/sign-in").content.decode()
    client.post("/sign-in", {"username": "alice", "password": PASSWORD})
    assert 'lang="ckb"' in client.get("/").content.decode()


@pytest.mark.parametrize("language", ["xx", "", "../ar", "ku"])
def test_an_unknown_language_changes_nothing(language: str, browse: Browse, cast: Cast) -> None:
    """And the page goes on."""
    answer = browse("alice").post("/language", {"language": language, "next": "//example.org"})
    assert answer["Location"] == "/" and settings.LANGUAGE_COOKIE_NAME not in answer.cookies
    assert cast.viewer("alice").language == "en"


def test_the_size_of_the_text(browse: Browse) -> None:
    """Three steps up, no further, and nonsense is ignored."""
    client = browse("alice")
    client.post("/text-size", {"size": "2"})
    page = client.get("/").content.decode()
    assert 'class="text-2"' in page and 'value="1"' in page and 'value="3"' in page
    client.post("/text-size", {"size": "99"})
    assert 'class="text-2"' in client.get("/").content.decode()
    client.cookies["text_size"] = "<script>alert"
    assert "<script>" not in client.get("/").content.decode()
