"""The facility pages: allowed, wrong role, stranger, wrong method, already done (test_acting)."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from sijill.domain.access.viewing import viewing
from sijill.domain.places import actions as places_actions
from sijill.domain.places import queries as places
from tests.cast import NOON, Cast

Browse = Callable[[str], Client]


def state(cast: Cast, speaker: str, holder: str, hours: int = 0) -> None:
    """Somebody says who holds the perimeter of A-MAIN."""
    amal = cast.viewer("amal")
    with viewing(amal.user_id):
        places_actions.state_control(
            statement_id=uuid4(), facility_id=cast.facility["A-MAIN"], aspect="perimeter",
            holder_id=cast.authority[holder], holder_text="", speaker=speaker, since=None,
            stated_at=NOON - timedelta(hours=hours), note="", by=amal, at=NOON,
        )  # fmt: skip


def test_the_list_says_not_known_where_no_book_is_read(browse: Browse) -> None:
    """Nought is said only of places whose authority's book the viewer reads."""
    page = browse("alice").get("/places").content.decode()
    rows = {part.partition(">")[0]: part for part in page.split('<a href="/places/')[1:]}
    assert '<td class="num zero">0</td>' in rows['A-MAIN"']
    assert "not known" in rows['C-HUB"']


def test_rivals_stand_side_by_side_and_neither_overwrites(browse: Browse, cast: Cast) -> None:
    """Law 11: two speakers, two holders, a word that they contradict each other; a speaker's older word stays readable."""
    state(cast, "Ministry", "ALPHA", hours=2)
    state(cast, "Press office", "BRAVO", hours=1)
    page = browse("farid").get("/places/A-MAIN").content.decode()
    assert page.count("contradict each other") == 1
    assert "Ministry" in page and "Press office" in page
    state(cast, "ministry ", "BRAVO")
    page = browse("farid").get("/places/A-MAIN").content.decode()
    assert "contradict each other" not in page and "1 earlier statement" in page


def test_forms_are_shown_to_those_who_may_use_them(browse: Browse) -> None:
    """The registrar sets capacities, the duty officer states control, the analyst does neither."""
    for name, control, capacity in (
        ("amal", True, False),
        ("alice", False, True),
        ("farid", False, False),
        ("dora", False, False),
    ):
        page = browse(name).get("/places/A-MAIN").content.decode()
        assert ('action="/places/A-MAIN/control"' in page, 'action="/places/A-MAIN/capacity"' in page) == (
            control,
            capacity,
        ), name


CONTROL = {"aspect": "perimeter", "holder_text": "x", "speaker": "y", "stated_at": "2026-02-01T10:00"}
CAPACITY = {"kind": "working", "places": "25", "approver": "R. Haddad", "approved_on": "2026-01-02"}


def test_the_wrong_role_and_a_stranger_are_refused(browse: Browse, cast: Cast) -> None:
    """403, and nothing is written."""
    for name in ("alice", "farid", "dora"):
        answer = browse(name).post("/places/A-MAIN/control", {**CONTROL, "key": str(uuid4())})
        assert answer.status_code == 403, name
    for name in ("amal", "dora", "charlie", "farid"):
        answer = browse(name).post("/places/A-MAIN/capacity", {**CAPACITY, "key": str(uuid4())})
        assert answer.status_code == 403, name
    viewer = cast.viewer("alice")
    with viewing(viewer.user_id):
        assert places.control(viewer, cast.facility["A-MAIN"], timezone.now()) == []
        assert places.capacities(viewer, cast.facility["A-MAIN"]) == []


def test_a_capacity_has_its_approver(browse: Browse) -> None:
    """Allowed, with the sentence when the numbers contradict each other."""
    client = browse("alice")
    assert client.post("/places/A-MAIN/capacity", {**CAPACITY, "key": str(uuid4())}).status_code == 302
    page = client.get("/places/A-MAIN").content.decode()
    assert "R. Haddad" in page and ">25<" in page and 'datetime="2026-01-02"' in page
    refused = client.post(
        "/places/A-MAIN/capacity", {**CAPACITY, "kind": "maximum", "places": "20", "key": str(uuid4())}
    )
    assert refused.status_code == 422 and "below the working capacity" in refused.content.decode()
    missing = client.post("/places/A-MAIN/capacity", {**CAPACITY, "approver": " ", "key": str(uuid4())})
    assert missing.status_code == 422


def test_an_unknown_place_is_the_same_404_for_reading_and_acting(browse: Browse) -> None:
    """Whoever asks."""
    for name in ("alice", "dora"):
        client = browse(name)
        bodies = {client.get("/places/NOPE").content, client.post("/places/NOPE/control", CONTROL).content}
        assert len(bodies) == 1
    assert browse("alice").delete("/places/A-MAIN").status_code == 405


def test_what_people_wrote_is_never_markup(browse: Browse, cast: Cast) -> None:
    """A speaker's name is text in every place it is shown."""
    state(cast, "<script>alert(1)</script>", "ALPHA")
    page = browse("amal").get("/places/A-MAIN").content.decode()
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert date(2026, 2, 1).isoformat() in page
