"""A demo says on every page what is real and what is invented; no other register does, and no page asks the database."""

import pytest
from django.test import Client

from sijill.domain.access import actions as access
from sijill.domain.access import queries
from sijill.domain.access.rules import REGISTER_ID
from sijill.domain.access.viewing import viewing
from sijill.interfaces.web import notice
from tests.cast import NOON

pytestmark = pytest.mark.django_db
WORDS = "Real operation, published figures; people and single events are invented"


@pytest.fixture(autouse=True)
def _forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this test's register is holds for this test only."""
    monkeypatch.setattr(notice, "_known", notice._Known())


def _mark(kind: str) -> None:
    with viewing(REGISTER_ID):
        access.mark_installation(kind=kind, version=1, by=queries.viewer_of(REGISTER_ID, NOON), at=NOON)


@pytest.mark.parametrize(("kind", "shown"), [("demo", True), ("own", False)])
def test_the_notice_stands_on_a_demo_alone(kind: str, *, shown: bool) -> None:
    _mark(kind)
    notice.look()
    for address in ("/sign-in", "/nowhere"):
        assert (WORDS in Client().get(address, follow=True).content.decode()) is shown


def test_a_register_nobody_looked_at_shows_none() -> None:
    _mark("demo")
    assert WORDS not in Client().get("/sign-in").content.decode()


def test_what_could_not_be_asked_is_asked_by_the_first_page_without_a_viewer() -> None:
    _mark("demo")
    notice._known.asked = False
    assert WORDS in Client().get("/sign-in").content.decode()
