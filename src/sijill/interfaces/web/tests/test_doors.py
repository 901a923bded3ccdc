"""The door: closed by default, one page per refusal, nothing written when refused, nothing personal in the log."""

import logging
import re
from collections.abc import Callable

import pytest
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from sijill.domain.access import queries as access
from sijill.domain.access.viewing import viewing
from sijill.interfaces.web.tests.failing_urls import SECRET
from tests.cast import NOON, Cast

Browse = Callable[[str], Client]
FAILING = override_settings(ROOT_URLCONF="sijill.interfaces.web.tests.failing_urls")
OPEN = {"sign-in", "sign-out", "language", "text-size"}
METHODS = ("get", "post", "put", "delete", "patch", "head", "options")
# One value per kind of thing an address may hold; an address with another kind must be added here to pass.
VALUES = {"uuid": "00000000-0000-4000-8000-000000000009", "int": "1", "str": "A-MAIN", "slug": "a", "path": "a"}


def addresses(patterns: list[URLPattern | URLResolver], before: str = "/") -> list[tuple[str, URLPattern]]:
    """Every address there is, with a value for each of its parts."""
    found = []
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += addresses(pattern.url_patterns, route)
            continue
        for name, converter in pattern.pattern.converters.items():
            kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
            route = route.replace(f"<{kind}:{name}>", VALUES[kind]).replace(f"<{name}>", VALUES[kind])
        found.append((route, pattern))
    return found


def test_every_address_is_closed_unless_it_is_one_of_the_four_open_ones(db: None) -> None:
    """Walks all routes with every method: without a user the answer is the way to the sign-in page, whatever it is."""
    walked = addresses(get_resolver().url_patterns)
    assert len(walked) > len(OPEN)
    for address, pattern in walked:
        assert bool(getattr(pattern.callback, "open_to_all", False)) == (pattern.name in OPEN), address
        if pattern.name in OPEN:
            continue
        for method in METHODS:
            answer = getattr(Client(), method)(address)
            assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in"), (method, address)
            assert not answer.content


def test_where_one_wanted_to_go_is_kept_for_reading_only(db: None) -> None:
    """After signing in a page that was read comes back; a form that was sent does not."""
    assert Client().get("/places?x=1")["Location"] == "/sign-in?next=%2Fplaces%3Fx%3D1"
    assert Client().post("/places/A-MAIN/control")["Location"] == "/sign-in"


@FAILING
def test_a_hidden_record_an_absent_one_and_no_address_at_all_look_alike(browse: Browse) -> None:
    """Law 9: same status, same body, same headers."""
    client = browse("alice")
    answers = [client.get(a) for a in ("/try/invisible", "/try/absent", "/places/NOWHERE", "/places/nowhere%20else")]
    answers.append(client.get("/no/such/address"))
    assert {a.status_code for a in answers} == {404}
    assert len({a.content for a in answers}) == 1
    assert len({tuple(sorted(a.headers.items())) for a in answers}) == 1
    assert SECRET not in answers[1].content.decode()


@FAILING
def test_a_refusal_is_a_sentence_and_undoes_everything(browse: Browse, cast: Cast) -> None:
    """What the action wrote before it refused is gone."""
    answer = browse("alice").get("/try/refused")
    assert answer.status_code == 409
    assert "12 characters are the least" in answer.content.decode()
    assert cast.viewer("alice").language == "en"


@FAILING
def test_without_a_duty_the_answer_is_403_and_names_no_act(browse: Browse, cast: Cast) -> None:
    """Nothing is written, nothing is explained."""
    answer = browse("alice").get("/try/forbidden")
    assert answer.status_code == 403
    assert "manage-users" not in answer.content.decode()
    assert cast.viewer("alice").language == "en"


@FAILING
@pytest.mark.parametrize("address", ["/try/broken", "/try/broken-query"])
def test_a_failure_of_ours_tells_nobody_about_anybody(
    address: str, browse: Browse, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has the class, the place and a code; the reader has the code; the message is nowhere."""
    client, log = browse("alice"), logging.getLogger("sijill")
    log.addHandler(caplog.handler)
    try:
        answer = client.get(address, {"q": SECRET})
    finally:
        log.removeHandler(caplog.handler)
    assert answer.status_code == 500
    written = caplog.text
    assert "failing_urls.py:" in written and ("ValueError" in written or "ProgrammingError" in written)
    code = written.partition("incident ")[2].partition(":")[0]
    assert len(code) == 9 and code in answer.content.decode()
    for word in (SECRET, "Hassan", "no such person", str(cast.user["alice"]), "alice"):
        assert word not in written and word not in answer.content.decode()
    assert cast.viewer("alice").language == "en"
    assert client.get("/").status_code == 200


@FAILING
def test_what_is_rendered_late_is_rendered_as_the_viewer(browse: Browse, cast: Cast) -> None:
    """Streams and late templates still stand inside the transaction that knows who looks."""
    client, who = browse("alice"), str(cast.user["alice"])
    assert client.get("/try/streamed").getvalue().decode() == who
    assert who in client.get("/try/late").content.decode()


@FAILING
def test_after_the_request_nobody_looks(browse: Browse) -> None:
    """The viewer ends with the transaction."""
    from django.db import connection

    assert browse("alice").get("/try/plain").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("select viewer()")
        assert cursor.fetchone() == (None,)


@FAILING
def test_what_no_page_sends_is_400(browse: Browse) -> None:
    """And says nothing about what it was."""
    answer = browse("alice").get("/try/suspicious")
    assert answer.status_code == 400 and SECRET not in answer.content.decode()


def test_the_wrong_method_has_a_page_and_names_the_right_one(browse: Browse) -> None:
    """405 with Allow, in words."""
    answer = browse("alice").post("/places")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert b"<h1>" in answer.content


def test_a_form_without_its_token_is_refused_in_words(cast: Cast) -> None:
    """Another site cannot make a browser act."""
    answer = Client(enforce_csrf_checks=True).post("/sign-in", {"username": "alice", "password": "x"})
    assert answer.status_code == 403 and b"too old" in answer.content


def test_pages_are_not_kept_by_browsers_and_run_no_foreign_script(browse: Browse) -> None:
    """Cache, policy and frame headers of every page."""
    answer = browse("alice").get("/")
    assert answer["Cache-Control"] == "no-store, private"
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    page = answer.content.decode()
    assert " style=" not in page and " onclick=" not in page
    for script in re.findall(r"<script[^>]*>", page):  # files of this server, and data that no browser runs
        assert 'src="/static/' in script or 'type="application/json"' in script, script


def test_a_user_who_was_switched_off_is_out_at_once(browse: Browse, cast: Cast) -> None:
    """A session outlives nobody's account."""
    from django.db import connection

    client = browse("alice")
    assert client.get("/").status_code == 200
    with viewing(cast.user["alice"]), connection.cursor() as cursor:
        cursor.execute("update access_user set is_active = false where id = %s", [cast.user["alice"]])
    assert client.get("/")["Location"] == "/sign-in"


def test_a_session_with_another_password_hash_is_out(browse: Browse, cast: Cast) -> None:
    """Changing the password ends the sessions made with the old one."""
    from django.db import connection

    client = browse("alice")
    with viewing(cast.user["alice"]), connection.cursor() as cursor:
        cursor.execute("update access_user set password = 'md5$x$y' where id = %s", [cast.user["alice"]])
    assert client.get("/")["Location"] == "/sign-in"


def test_the_viewer_of_a_request_is_the_signed_in_user(browse: Browse, cast: Cast) -> None:
    """Whose duties count, at the moment of the request."""
    with viewing(cast.user["dora"]):
        assert access.viewer_of(cast.user["dora"], NOON).username == "dora"
    text = browse("dora").get("/").content.decode()
    assert "Dora" in text and "Delta" in text and "Alpha" not in text
