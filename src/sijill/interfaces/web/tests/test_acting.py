"""Exactly once: a double click, two at the same instant, a key used elsewhere, a refused form sent again."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from sijill.config import environment
from sijill.domain.access.viewing import viewing
from sijill.domain.places import queries as places
from sijill.interfaces.web.tests.conftest import signed_in
from tests.cast import Cast, assemble

Browse = Callable[[str], Client]
ADDRESS = "/places/A-MAIN/control"


def said(key: UUID, **more: str) -> dict[str, str]:
    """A control statement as the form sends it."""
    return {
        "key": str(key), "aspect": "perimeter", "holder": "", "holder_text": "Brigade 7", "speaker": "Field report",
        "stated_at": "2026-02-01T10:00", "since": "", "note": "", **more,
    }  # fmt: skip


def statements(cast: Cast) -> int:
    """How many control statements there are about A-MAIN."""
    viewer = cast.viewer("amal")
    with viewing(viewer.user_id):
        from django.utils import timezone

        return len(places.control(viewer, cast.facility["A-MAIN"], timezone.now()))


def test_twice_is_once_with_the_same_answer(browse: Browse, cast: Cast) -> None:
    """A double click or a reload: one row, the same address, and the reader is told."""
    client, key = browse("amal"), uuid4()
    first, second = (client.post(ADDRESS, said(key)) for _twice in range(2))
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"] == "/places/A-MAIN"
    assert statements(cast) == 1
    assert "carried out once" in client.get("/places/A-MAIN").content.decode()


def test_the_same_key_with_other_content_still_gets_the_first_answer(browse: Browse, cast: Cast) -> None:
    """The key decides, not what is sent with it."""
    client, key = browse("amal"), uuid4()
    client.post(ADDRESS, said(key))
    assert client.post(ADDRESS, said(key, speaker="Somebody else")).status_code == 302
    assert statements(cast) == 1


def test_two_keys_are_two_acts(browse: Browse, cast: Cast) -> None:
    """A fresh form acts again."""
    client = browse("amal")
    for _two in range(2):
        assert client.post(ADDRESS, said(uuid4())).status_code == 302
    assert statements(cast) == 2


def test_a_key_of_another_form_or_user_is_not_an_answer(browse: Browse, cast: Cast) -> None:
    """One key, two forms: the second is refused. One key, two users: one of the two acts, nobody reads the other's answer."""
    client, key = browse("alice"), uuid4()
    capacity = {"kind": "maximum", "places": "10", "approver": "R. H.", "approved_on": "2026-01-01", "key": str(key)}
    assert client.post("/places/A-MAIN/capacity", capacity).status_code == 302
    answer = browse("amal").post(ADDRESS, said(key))
    assert answer.status_code == 302 and statements(cast) == 1
    both = browse("asma")
    assert (
        both.post("/sign", {"key": str(key), "authority": cast.authority["ALPHA"], "password": "x"}).status_code == 422
    )


@pytest.mark.parametrize("key", ["", "not-a-uuid", "00000000"])
def test_without_a_key_nothing_is_done(key: str, browse: Browse, cast: Cast) -> None:
    """The form comes back with what is missing."""
    answer = browse("amal").post(ADDRESS, {**said(uuid4()), "key": key})
    assert answer.status_code == 422
    assert statements(cast) == 0


def test_a_refused_form_keeps_its_key_and_may_be_sent_again(browse: Browse, cast: Cast) -> None:
    """A refusal is not an answer: the corrected form acts, with the same key."""
    client, key = browse("amal"), uuid4()
    refused = client.post(ADDRESS, said(key, stated_at="2999-01-01T00:00"))
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "later than now" in page and f'value="{key}"' in page and "Brigade 7" in page
    assert client.post(ADDRESS, said(key)).status_code == 302
    assert statements(cast) == 1


def test_every_form_shown_has_a_fresh_key(browse: Browse) -> None:
    """Two readings, two keys."""
    client = browse("amal")
    keys = [client.get("/places/A-MAIN").content.decode().partition('name="key" value="')[2][:36] for _two in range(2)]
    assert len(set(keys)) == 2 and all(UUID(key) for key in keys)


@contextmanager
def connected_to(url: str, unblock: Any) -> Iterator[None]:
    """New threads connect to this database instead of the worker's."""
    mine = settings.DATABASES["default"]
    before = dict(mine)
    mine.update(environment.database(url))
    try:
        with unblock:
            yield
    finally:
        mine.update(before)


def in_a_thread(work: Callable[[], Any]) -> Any:
    """Run on a connection of its own, and close it."""

    def run() -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(30)


def test_at_the_same_instant_the_second_waits_and_gets_the_first_answer(
    new_database: str, django_db_blocker: Any
) -> None:
    """Eight threads, eight connections, committed for real: one row, eight equal answers, seven are told."""
    with connected_to(new_database, django_db_blocker.unblock()):

        def prepare() -> tuple[Cast, str]:
            with transaction.atomic():
                cast = assemble()
            return cast, signed_in(cast.user["amal"]).cookies[settings.SESSION_COOKIE_NAME].value

        cast, session = in_a_thread(prepare)
        key, together = uuid4(), threading.Barrier(8)

        def send() -> tuple[int, str, bool]:
            client = Client()
            client.cookies[settings.SESSION_COOKIE_NAME] = session
            together.wait(20)
            answer = client.post(ADDRESS, said(key))
            return answer.status_code, answer.get("Location", ""), "messages" in answer.cookies

        threads = [ThreadPoolExecutor(1) for _n in range(8)]

        def send_and_close() -> tuple[int, str, bool]:
            try:
                return send()
            finally:
                connection.close()

        answers = [f.result(60) for f in [pool.submit(send_and_close) for pool in threads]]
        for pool in threads:
            pool.shutdown()
        assert {(status, place) for status, place, _told in answers} == {(302, "/places/A-MAIN")}
        assert sum(told for *_answer, told in answers) == 7
        assert in_a_thread(lambda: statements(cast)) == 1
