"""The board: every person of the viewer's books in one account, at any instant; nobody else's book, nobody's name."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from sijill.domain.access import actions as access
from sijill.domain.access.rules import DutyKind
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Admission, Kind, NewEvent, NewSubject
from sijill.domain.places import actions as places
from sijill.interfaces.web import notice
from sijill.interfaces.web.pages import board, situation_when
from sijill.interfaces.web.pages.situation_map import Spot, outlines
from sijill.interfaces.web.pages.situation_times import draw
from tests.cast import NOON, Cast
from tests.story import Story

Browse = Callable[[str], Client]
QUERIES = 27
HOUR = timedelta(hours=1)
HELD, ESCAPED, STATED = AccountKind.HELD, AccountKind.REPORTED_ESCAPED, AccountKind.STATED
LOST = "control lost, or whereabouts unknown"
OPENED = '<details class="behind newcomer not-on-paper" open>'
LOOK = situation_when.LOOK_COOKIE


@pytest.fixture
def admitted(cast: Cast) -> Cast:
    """Seven people are held at A-MAIN, two at A-SIDE."""
    alice = cast.viewer("alice")
    with viewing(alice.user_id):
        for place, n in (("A-MAIN", 7), ("A-SIDE", 2)):
            people = [uuid4() for _each in range(n)]
            ledger.add_subjects(subjects=[NewSubject(p) for p in people], by=alice, at=NOON)
            ledger.admit(
                admissions=[Admission(event_id=uuid4(), subject_id=p) for p in people],
                book_id=cast.authority["ALPHA"], facility_id=cast.facility[place], hall_id=None,
                occurred_from=NOON, occurred_to=NOON, by=alice, at=NOON,
            )  # fmt: skip
    return cast


@pytest.fixture
def moved(cast: Cast) -> Story:
    """Four of five people went from ALPHA with BRAVO to CHARLIE; BRAVO and CHARLIE signed."""
    story = Story(cast)
    story.open_operation()
    story.admit(5)
    story.plan(4)
    story.authorise()
    story.draw(story.people[:4])
    story.seal()
    for ordinal in (1, 2):
        story.present(ordinal)
        story.count(ordinal)
        story.names(ordinal)
    return story


def body(response: object) -> str:
    assert isinstance(response, HttpResponse) and response.status_code == 200
    return response.content.decode()


def at_address(at: datetime, known: str = "then") -> str:
    local = timezone.localtime(at)
    return f"/?day={local:%Y-%m-%d}&time={local:%H:%M:%S}&known={known}"


def figure(page: str, words: str) -> str:
    """The number that stands with these words at the head of the board."""
    found = re.search(rf"<dt>{words}</dt><dd>(.*?)</dd>", page)
    assert found, words
    return re.sub(r"<[^>]+>", "", found[1])


def flow_of(page: str) -> dict[str, Any]:
    """What the chart is given."""
    found = re.search(r'<script id="flow-data" type="application/json">(.*?)</script>', page)
    return json.loads(found[1]) if found else {"nodes": [], "links": []}


# ---------------------------------------------------------------------------- who sees what
def test_the_books_of_the_viewer_and_how_they_close(admitted: Cast, browse: Browse) -> None:
    """Nine people, two places, opening + in - out = closing, for the day and from the beginning."""
    page = body(browse("alice").get("/"))
    assert "<dd>9</dd>" in page
    assert "opening <b>0</b> + in <b>9</b> − out <b>0</b> = closing <b>9</b>" in page
    assert "opening <b>9</b> + in <b>0</b> − out <b>0</b> = closing <b>9</b>" in page and "differs" not in page


def test_a_stranger_sees_his_own_book_and_nothing_of_this_one(admitted: Cast, browse: Browse) -> None:
    """No count, no name of the place's people, no trace; not in the data of the chart either."""
    page = body(browse("dora").get("/"))
    assert "Delta" in page and "Alpha" not in page and "A-MAIN" not in page and "<dd>9</dd>" not in page


def test_a_duty_of_one_facility_sees_that_facility(admitted: Cast, browse: Browse) -> None:
    """The officer of the side building counts two."""
    page = body(browse("adnan").get("/"))
    assert "A-SIDE" in page and "A-MAIN" not in page and "<dd>2</dd>" in page


def test_the_wrong_method(browse: Browse) -> None:
    """The board only shows."""
    assert browse("alice").post("/").status_code == 405


def test_who_reads_counts_alone_sees_the_board_and_nobody_s_name_is_on_it(moved: Story, browse: Browse) -> None:
    """The analyst; and the registrar, who could read names elsewhere."""
    for name in ("farid", "alice"):
        page = body(browse(name).get("/"))
        assert figure(page, "person answered for, counted once") == "1"
        assert "Person Number" not in page and str(moved.people[0]) not in page


def test_the_number_of_queries_does_not_grow(admitted: Cast, moved: Story, browse: Browse) -> None:
    """Pinned: the door, the viewer, then one query per question; the same at a past instant."""
    client = browse("alice")
    client.get("/")
    for address in ("/", at_address(moved.now)):
        with CaptureQueriesContext(connection) as seen:
            client.get(address)
        assert len(seen) == QUERIES, [q["sql"][:100] for q in seen]


def test_the_page_is_small_and_needs_neither_inline_style_nor_script(moved: Story, browse: Browse) -> None:
    """Under 150 kB before the chart library, and whole without it."""
    page = body(browse("alice").get("/"))
    assert len(page.encode()) < 150_000 and ' style="' not in page
    assert all("src=" in tag or "application/json" in tag for tag in re.findall(r"<script[^>]*>", page))


# ---------------------------------------------------------------------------- the instant
def test_as_known_then_and_as_known_now(admitted: Cast, browse: Browse) -> None:
    """An escape at one o'clock, reported at five: at three o'clock it was not known; now we know better."""
    alice = admitted.viewer("alice")
    with viewing(alice.user_id), connection.cursor() as cursor:
        cursor.execute("select subject_id from ledger_folio limit 1")
        event = NewEvent(
            uuid4(), admitted.authority["ALPHA"], cursor.fetchone()[0], Kind.REPORTED_ESCAPED, AccountSpec(ESCAPED),
            NOON + HOUR, NOON + HOUR,
        )  # fmt: skip
        ledger.report(events=[event], by=alice, at=NOON + 5 * HOUR)
    client = browse("alice")
    then, now = (body(client.get(at_address(NOON + 3 * HOUR, known))) for known in ("then", "now"))
    assert "reported escaped" not in then and "reported escaped" in now
    assert figure(then, "findings not closed") == figure(now, "findings not closed") == "0"  # opened at five
    later = body(client.get(at_address(NOON + 6 * HOUR)))
    assert "reported escaped" in later and figure(later, "finding not closed") == "1"
    before = body(client.get(at_address(NOON - HOUR)))
    assert figure(before, "people answered for, each counted once") == "0"


@pytest.mark.parametrize(
    "asked",
    ["day=yesterday", "day=2026-13-01", "day=0001-01-01", "day=2026-02-01&time=25:00", "day=%00", "day=1&day=2"],
)
def test_a_day_that_is_none_shows_the_present_and_says_so(asked: str, admitted: Cast, browse: Browse) -> None:
    page = body(browse("alice").get(f"/?{asked}"))
    assert "no day and time the board can show" in page and "<dd>9</dd>" in page


def test_the_future_is_the_present(admitted: Cast, browse: Browse) -> None:
    """Nothing is known of it."""
    page = body(browse("alice").get("/?day=9999-12-31"))
    assert "Now. Every person" in page and "<dd>9</dd>" in page


def test_the_days_of_the_records_are_one_step_away(moved: Story, browse: Browse) -> None:
    """The day itself is marked; the present leads back to the last recorded day."""
    day = f"{timezone.localtime(moved.now):%Y-%m-%d}"
    page = body(browse("alice").get("/"))
    assert f'href="/?day={day}"' in page and 'aria-current="date"' not in page
    assert 'aria-current="date"' in body(browse("alice").get(f"/?day={day}"))
    assert f'href="/?day={day}&amp;known=now"' in body(browse("alice").get(f"/?day={day}&known=now"))


# ---------------------------------------------------------------------------- the pictures
def test_everybody_is_in_the_flows_once(moved: Story, browse: Browse) -> None:
    """From the first place through the carrier; who sees all books sees four arrive, the sender four handed over."""
    with moved.register() as by:
        for authority in ("BRAVO", "CHARLIE"):
            access.grant_duty(
                user_id=moved.cast.user["farid"], kind=DutyKind.ANALYST, authority_id=moved.cast.authority[authority],
                facility_id=None, by=by, at=NOON,
            )  # fmt: skip
    page = body(browse("farid").get("/"))
    data = flow_of(page)
    label = {node["id"]: node["label"] for node in data["nodes"]}
    links = {(label[x["source"]], label[x["target"]]): x["value"] for x in data["links"]}
    assert links == {("A-MAIN", "Bravo"): 4, ("Bravo", "C-HUB"): 4, ("A-MAIN", "A-MAIN"): 1}
    assert figure(page, "people answered for, each counted once") == "5"
    alpha = flow_of(body(browse("alice").get("/")))
    assert {"handed over to Bravo", "A-MAIN"} == {n["label"] for n in alpha["nodes"]}


def test_in_arabic_the_flows_run_the_other_way(moved: Story, browse: Browse) -> None:
    client = browse("alice")
    client.cookies["django_language"] = "ar"
    data = flow_of(body(client.get("/")))
    columns = {node["id"]: node["column"] for node in data["nodes"]}
    assert {(columns[x["source"]], columns[x["target"]]) for x in data["links"]} == {(0, 2)}
    origin = {columns[x["target"]] for x in data["links"]}
    assert origin == {2} and data["mirrored"] is True


def test_two_answer_nobody_answers_and_what_is_beside_the_sums(cast: Cast, browse: Browse) -> None:
    """Seen at the head of the board, and in the flows as places of their own."""
    story = Story(cast)
    twice, escaped = story.admit(2)
    alpha = cast.authority["ALPHA"]
    story.report("ALPHA", escaped, Kind.REPORTED_ESCAPED, AccountSpec(ESCAPED))
    story.report("CHARLIE", twice, Kind.ADMISSION, AccountSpec(HELD, facility_id=cast.facility["C-HUB"]))
    with story.acting("alice") as by:
        ledger.count_tally(
            tally_id=uuid4(), event_id=uuid4(), book_id=alpha, to=AccountSpec(STATED, facility_id=cast.facility["A-SIDE"]),
            n=14000, basis="stated", label="said by the governor", occurred_at=story.now, by=by, at=story.now,
        )  # fmt: skip
    page = body(browse("alice").get("/"))
    assert figure(page, "people answered for, each counted once") == "2"
    assert figure(page, "claimed by two books") == "1"  # the finding in her own book says so
    with story.register() as by:  # who reads both books sees a finding in each, of one person
        access.grant_duty(
            user_id=cast.user["farid"], kind=DutyKind.ANALYST, authority_id=cast.authority["CHARLIE"], facility_id=None,
            by=by, at=NOON,
        )  # fmt: skip
    assert figure(body(browse("farid").get("/")), "claimed by two books") == "1"
    assert "outside every sum" in page and "<b>14,000</b>" in page
    there = body(browse("farid").get("/places/C-HUB")) + body(browse("farid").get("/places/A-MAIN"))
    assert "Charlie" in there and "do not add their lines up" not in there  # one book has people at each
    assert "reported escaped" in {n["label"] for n in flow_of(page)["nodes"]}
    assert not any(n["n"] == "14,000" for n in flow_of(page)["nodes"])


def test_who_is_lost_is_a_figure_of_its_own(admitted: Cast, browse: Browse) -> None:
    """Seven stand where control is lost: they are answered for, and the head of the board says how many they are."""
    assert figure(body(browse("alice").get("/")), LOST) == "0"
    loss, amal, ahmad = uuid4(), admitted.viewer("amal"), admitted.viewer("ahmad")
    with viewing(amal.user_id):
        ledger.propose_loss(
            loss_id=loss, book_id=admitted.authority["ALPHA"], facility_id=admitted.facility["A-MAIN"],
            kind="control-lost", other_id=None, ground="No contact since dawn.", occurred_at=NOON + HOUR, by=amal,
            at=NOON + HOUR,
        )  # fmt: skip
    with viewing(ahmad.user_id):
        ledger.confirm_loss(loss_id=loss, confirm_id=uuid4(), by=ahmad, at=NOON + 2 * HOUR)
    page = body(browse("alice").get("/"))
    assert (figure(page, LOST), figure(page, "people answered for, each counted once")) == ("7", "9")


def test_a_newcomer_is_led_through_a_demo_and_through_nothing_else(
    admitted: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Open in the first sitting, folded afterwards, absent from a register that is no demo and from the past."""
    assert "New here?" not in body(browse("alice").get("/"))
    monkeypatch.setattr(notice, "_known", notice._Known(demo=True))
    client = browse("amal")
    first, second, past = (body(client.get(address)) for address in ("/", "/", "/?day=2026-02-01"))
    assert OPENED in first and OPENED in second and "/figures/moved-in-total" in first
    assert "New here?" not in past
    monkeypatch.setattr(board, "last_look", lambda _request: timezone.now() - HOUR)
    later = body(client.get("/"))
    assert "New here?" in later and OPENED not in later


def test_a_place_is_shown_by_what_was_said_last_and_doubt_stays_doubt(cast: Cast, browse: Browse) -> None:
    """One holder named, rivals, unclear, nobody: a word each; known then, only what the register had learnt."""
    alpha, bravo = cast.authority["ALPHA"], cast.authority["BRAVO"]
    amal = cast.viewer("amal")
    said = (
        ("A-MAIN", "guards-inside", alpha, "Alpha", 0), ("A-SIDE", "perimeter", alpha, "Alpha", 0),
        ("A-SIDE", "perimeter", bravo, "Bravo", 2), ("C-HUB", "administers", None, "A field report", 0),
    )  # fmt: skip
    with viewing(amal.user_id):
        for place, aspect, holder, speaker, late in said:
            places.state_control(
                statement_id=uuid4(), facility_id=cast.facility[place], aspect=aspect, holder_id=holder, holder_text="",
                speaker=speaker, since=None, stated_at=NOON, note="", by=amal, at=NOON + late * HOUR,
            )  # fmt: skip

    def states(address: str) -> dict[str, str]:
        page = body(browse("farid").get(address))
        return dict(re.findall(r'href="/places/([A-Z-]+)"><bdi>.*?class="control said-(\w+)"', page))

    assert "not in your books" in body(browse("farid").get("/"))  # C-HUB is CHARLIE's: not nought, but not to be seen
    assert "not in your books" not in body(browse("farid").get(at_address(NOON - HOUR)))
    assert states("/") == {"A-MAIN": "one", "A-SIDE": "rival", "C-HUB": "unclear"}
    assert states(at_address(NOON + HOUR))["A-SIDE"] == "one"
    assert states(at_address(NOON + HOUR, "now"))["A-SIDE"] == "rival"


def test_the_outlines_are_of_the_two_countries_and_places_do_not_cover_each_other(cast: Cast) -> None:
    ids = [code for code, _line in outlines()]
    assert len(ids) == 33 and {"SY-HA", "SY-RA", "IQ-BG", "IQ-KI", "IQ-SU"} <= set(ids) and len(set(ids)) == 33
    assert all(re.fullmatch(r"[Mlz0-9 -]+", line) for _code, line in outlines())
    from sijill.domain.places import queries
    from sijill.interfaces.web.pages import situation_map

    with viewing(cast.user["alice"]):
        facility = queries.facilities(cast.viewer("alice"))[0]
    spots = [
        Spot(no, facility, situation_map.Control("unsaid"), people=n, stated=0)
        for no, n in enumerate((5000, 10, 900, 0))
    ]
    situation_map._place(spots)
    for one in spots:
        assert one.halo == 0
        for other in spots[: one.no]:
            assert (one.x - other.x) ** 2 + (one.y - other.y) ** 2 >= (one.r + other.r) ** 2 * 0.98


def test_arrivals_by_the_signed_word_against_the_ceiling(moved: Story, browse: Browse) -> None:
    """Counted and named at the last handover; nothing of it an hour before."""
    page = body(browse("alice").get("/"))
    assert figure(page, "counted at arrival") == figure(page, "signed for by name") == "4"
    assert figure(page, "ceiling") == "1,000" and figure(page, "left under the ceiling") == "996"
    assert '<path class="stair"' in page and "Council of Charlie" in page
    early = body(browse("alice").get(at_address(NOON + 3 * timedelta(minutes=1))))
    assert figure(early, "counted at arrival") == "0" and "Nobody has arrived yet" in early


def test_the_time_line_runs_with_the_language(moved: Story) -> None:
    """Left to right, or mirrored: the same heights."""
    from sijill.interfaces.web.pages.situation_times import ArrivalDay

    days = [ArrivalDay(NOON.date() + timedelta(days=i), ("B",), 10, 10, 10 * (i + 1), 10 * (i + 1)) for i in range(3)]
    straight, mirrored = draw(days, 25, mirrored=False), draw(days, 25, mirrored=True)
    assert [y for _x, y in straight.dots] == [y for _x, y in mirrored.dots]
    assert [round(420 - x, 1) for x, _y in straight.dots] == [x for x, _y in mirrored.dots]
    assert straight.ceiling_y > straight.dots[-1][1]  # thirty came, twenty-five were allowed: the line is crossed


# ---------------------------------------------------------------------------- since the last look
def test_what_changed_since_the_last_look(admitted: Cast, browse: Browse) -> None:
    """A look sets the mark only when the sitting is over; the mark of one user says nothing to another."""
    alice = admitted.viewer("alice")
    request = RequestFactory().get("/")
    request.viewer, answer = alice, HttpResponse()  # type: ignore[attr-defined]

    def look(minutes: int) -> datetime | None:
        request.at = NOON + timedelta(minutes=minutes)  # type: ignore[attr-defined]
        before = situation_when.last_look(request)  # type: ignore[arg-type]
        situation_when.remember_look(request, answer)  # type: ignore[arg-type]
        request.COOKIES[LOOK] = answer.cookies[LOOK].value
        return before

    assert [look(0), look(10), look(25)] == [None, None, None]
    assert look(90) == NOON + timedelta(minutes=25)
    assert look(100) == NOON + timedelta(minutes=25)
    request.viewer = admitted.viewer("amal")  # type: ignore[attr-defined]
    assert situation_when.last_look(request) is None  # type: ignore[arg-type]
    request.viewer, request.COOKIES[LOOK] = alice, request.COOKIES[LOOK][:-3] + "xxx"  # type: ignore[attr-defined]
    assert situation_when.last_look(request) is None  # type: ignore[arg-type]


def test_the_look_is_kept_by_the_browser_alone(admitted: Cast, browse: Browse) -> None:
    """A signed cookie for no script to read; a look at the past sets none."""
    client = browse("alice")
    assert LOOK not in client.get(at_address(NOON)).cookies
    cookie = client.get("/").cookies[LOOK]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert str(admitted.user["alice"]) not in cookie.value
    page = body(client.get(at_address(NOON + HOUR)))
    assert "Recorded on this day" in page and re.search(r"admission</th><td class=\"num\">9<", page)
    with translation.override("en"):
        assert "Nothing was recorded." in body(client.get(at_address(NOON + 48 * HOUR)))
