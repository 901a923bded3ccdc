"""Person-days and rates on screen: allowed, wrong role, stranger, wrong method, already done; what is hidden stays hidden."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sijill.domain.access import actions as access
from sijill.domain.access import queries as access_queries
from sijill.domain.access.rules import REGISTER_ID
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Admission, Kind, NewEvent, NewSubject
from sijill.domain.sharing import queries
from sijill.domain.sharing.rules import Night
from sijill.interfaces.web import notice
from sijill.interfaces.web.pages.sharing import money
from sijill.interfaces.web.pages.sharing_days import line_of, runs_of
from tests.cast import NOON, Cast

Browse = Callable[[str], Client]
DAYS = {"since": "2026-02-01", "until": "2026-02-28"}
RATE = {
    "label": "Food", "amount": "6600000/511", "currency": "IQD", "valid_from": "2026-01-01", "illustrative": "on",
    "source": "Ministry of Justice, 2 February 2026",
}  # fmt: skip


def admit(cast: Cast, n: int, place: str = "A-MAIN") -> list[UUID]:
    """People are admitted to ALPHA's book on 1 February."""
    ids, by = [uuid4() for _ in range(n)], cast.viewer("alice")
    with viewing(by.user_id):
        ledger.add_subjects(subjects=[NewSubject(i) for i in ids], by=by, at=NOON)
        ledger.admit(
            admissions=[Admission(uuid4(), i) for i in ids], book_id=cast.authority["ALPHA"],
            facility_id=cast.facility[place], hall_id=None, occurred_from=NOON, occurred_to=NOON, by=by, at=NOON,
        )  # fmt: skip
    return ids


def lose(cast: Cast, people: list[UUID], days: int) -> None:
    """Control over them is lost some days later."""
    by, at = cast.viewer("amal"), NOON + timedelta(days=days)
    to = AccountSpec(AccountKind.CONTROL_LOST, facility_id=cast.facility["A-MAIN"])
    events = [NewEvent(uuid4(), cast.authority["ALPHA"], p, Kind.CONTROL_LOST, to, at, at) for p in people]
    with viewing(by.user_id):
        ledger.report(events=events, by=by, at=at)


def stated(client: Client, **changes: str) -> int:
    """A rate is sent; the status of the answer."""
    return client.post("/sharing/rates", {**RATE, **changes, "key": str(uuid4())}).status_code


def shown(client: Client, address: str = "/sharing", **query: str) -> str:
    """The page of these days."""
    answer = client.get(address, {**DAYS, **query})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_whole_cost_stands_first_as_unallocated(browse: Browse, cast: Cast) -> None:
    """Before any table; exact beside rounded; and nothing is agreed."""
    admit(cast, 12)
    client = browse("fatima")
    assert "the cost is not known" in shown(client)
    assert stated(client) == 302
    page = shown(client)
    cost = Fraction(6_600_000, 511) * 12 * 28
    assert f"{round(cost):,}" in page and f"{cost.numerator:,}/{cost.denominator:,}" in page
    assert page.index('class="most"') < page.index("<table")
    assert page.index("Unallocated") < page.index(f"{round(cost):,}") < page.index("agreed, IQD")
    assert "illustrative" in page and ">336<" in page


def test_nobody_sees_names_and_a_stranger_sees_his_own_nothing(browse: Browse, cast: Cast) -> None:
    """DELTA's registrar gets the same page without anybody; so does the address of a facility."""
    admit(cast, 12)
    page = shown(browse("dora"))
    assert "Nobody was held on these days" in page and "A-MAIN" not in page
    assert "There is nothing to draw" in shown(browse("dora"), "/sharing/places/A-MAIN")


def test_the_wrong_role_is_refused(browse: Browse) -> None:
    """An administrator of users reads no counts; a registrar states no rates, and is not shown the form."""
    for address in ("/sharing", "/sharing/person-days.csv", "/sharing/places/A-MAIN"):
        assert browse("adil").get(address).status_code == 403
    for name in ("alice", "farid", "dora", "adil"):
        assert stated(browse(name)) == 403, name
    assert "State a rate" not in browse("alice").get("/sharing/rates").content.decode()
    assert "State a rate" in browse("fatima").get("/sharing/rates").content.decode()


def test_wrong_methods_and_unknown_places(browse: Browse) -> None:
    """405; and a facility that is not there is the same 404 as no address."""
    client = browse("fatima")
    for address in ("/sharing", "/sharing/person-days.csv", "/sharing/places/A-MAIN"):
        assert client.post(address).status_code == 405
    assert client.delete("/sharing/rates").status_code == 405
    nothing = client.get("/no/such/address")
    assert client.get("/sharing/places/NOPE").content == nothing.content


def test_a_rate_sent_twice_is_stated_once(browse: Browse, cast: Cast) -> None:
    """Already done: the same key, the same answer, one row."""
    client, key = browse("fatima"), str(uuid4())
    for _ in range(2):
        assert client.post("/sharing/rates", {**RATE, "key": key}).status_code == 302
    viewer = cast.viewer("fatima")
    with viewing(viewer.user_id):
        assert len(queries.rates(viewer)) == 1
    page = client.get("/sharing/rates").content.decode()
    assert "12,916" in page and "6,600,000/511" in page and "Ministry of Justice" in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"amount": "9,78"}, "plain digits"),
        ({"valid_to": "2025-01-01"}, "ends before it begins"),
        ({"source": " "}, "required"),
    ],
)
def test_a_refused_rate_is_shown_again_with_the_reason(browse: Browse, changes: dict[str, str], sentence: str) -> None:
    """422, in words, with what was typed."""
    answer = browse("fatima").post("/sharing/rates", {**RATE, **changes, "key": str(uuid4())})
    assert answer.status_code == 422
    assert sentence in answer.content.decode() and 'value="Food"' in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"since": "2026-03-01", "until": "2026-02-01"}, "ends before it begins"),
        ({"since": "2001-01-01", "until": "2026-02-01"}, "ten years"),
        ({"since": "9999-12-31", "until": "9999-12-31"}, "1900 to 2200"),
        ({"since": "0001-01-01", "until": "0001-01-01"}, "1900 to 2200"),
        ({"known": "0001-01-01T00:00"}, "too far away to be meant"),
        ({"since": "yesterday"}, "Enter a valid date"),
    ],
)  # fmt: skip
def test_a_period_that_cannot_be_is_said_and_another_is_shown(
    browse: Browse, query: dict[str, str], sentence: str
) -> None:
    """Never an error page."""
    for address in ("/sharing", "/sharing/places/A-MAIN"):
        answer = browse("fatima").get(address, query)
        assert answer.status_code == 422 and sentence in answer.content.decode()
    assert browse("fatima").get("/sharing/person-days.csv", query).status_code == 200


def test_small_numbers_are_hidden_on_every_way_in(browse: Browse, cast: Cast) -> None:
    """Three people: not in the table, the file, the days, the line, the cost. The registrar, who may read people, sees them."""
    admit(cast, 3)
    client = browse("fatima")
    stated(client)
    cost = f"{round(Fraction(6_600_000, 511) * 84):,}"
    for address in ("/sharing", "/sharing/places/A-MAIN", "/sharing/person-days.csv"):
        page = shown(client, address)
        assert ">84<" not in page and cost not in page and ",84," not in page, address
        assert "ewer than 10" in page or "<10" in page
        assert "ath d=" not in page.replace('<path d="M0 5H32"', "")
    page = shown(browse("alice"))
    assert ">84<" in page and cost in page


def test_as_known_then_stands_beside_as_known_now(browse: Browse, cast: Cast) -> None:
    """The loss was reported later: then they were still counted."""
    lose(cast, admit(cast, 20)[:12], 5)
    then = shown(browse("fatima"), known="2026-02-03T12:00")
    assert ">40<" in then and "as it was known at" in then
    now = shown(browse("fatima"))
    assert "control lost" in now and f">{12 * 5 + 8 * 28}<" in now and f">{12 * 23}<" in now
    assert f"<strong>{12 * 5 + 8 * 28}</strong>" in then


def test_the_file_opens_in_a_spreadsheet(browse: Browse, cast: Cast) -> None:
    """A mark for UTF-8, one header, exact and rounded cost, codes, no names."""
    lose(cast, admit(cast, 24)[:12], 5)
    client = browse("fatima")
    stated(client)
    answer = client.get("/sharing/person-days.csv", DAYS)
    assert answer.content.startswith(b"\xef\xbb\xbf") and answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="person-days_2026-02-01_2026-02-28.csv"'
    counted, lost = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    days = 12 * 5 + 12 * 28
    assert (counted["authority"], counted["facility"], counted["line"]) == ("ALPHA", "A-MAIN", "counted")
    assert (counted["person_days"], Fraction(counted["cost_exact_IQD"])) == (str(days), days * Fraction(6_600_000, 511))
    assert (lost["line"], lost["person_days"]) == ("control-lost", str(12 * 23))


def test_the_days_of_a_facility_are_a_line_and_runs(browse: Browse, cast: Cast) -> None:
    """Equal days on one line, the loss dashed."""
    lose(cast, admit(cast, 24)[:12], 5)
    page = shown(browse("fatima"), "/sharing/places/A-MAIN")
    assert page.count('<tr><th scope="row">') == 2
    assert 'class="beside" d="M' in page and "396 person-days" in page


def test_the_page_asks_as_much_for_many_as_for_few(browse: Browse, cast: Cast) -> None:
    """Query counts do not grow with people."""
    client = browse("fatima")
    stated(client)
    counts = []
    for n in (1, 40):
        admit(cast, n)
        with CaptureQueriesContext(connection) as captured:
            shown(client)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 24


def test_what_somebody_wrote_is_never_markup_nor_a_formula(browse: Browse, cast: Cast) -> None:
    """Labels and sources are text."""
    client = browse("fatima")
    admit(cast, 12)
    stated(client, label="<b>x</b>", source="=cmd()")
    for address in ("/sharing", "/sharing/rates"):
        page = shown(client, address)
        assert "<b>x</b>" not in page and "&lt;b&gt;x&lt;/b&gt;" in page
    assert "=cmd" not in client.get("/sharing/person-days.csv", DAYS).content.decode()


# ---------------------------------------------------------------------------- pure
def night(n: int, named: int, *, hidden: bool = False, lost: int = 0) -> Night:
    """A day in February."""
    return Night(date(2026, 2, 1) + timedelta(days=n), named, 0, 0, lost, hidden)


def test_runs_hold_every_day_once() -> None:
    """And hidden days of different numbers are one run: their border would tell."""
    days = [night(0, 5), night(1, 5), night(2, 6), night(3, 1, hidden=True), night(4, 2, hidden=True), night(5, 6)]
    runs = runs_of(days)
    assert [(r.length, r.total) for r in runs if not r.day.hidden] == [(2, 10), (1, 6), (1, 6)]
    assert sum(r.length for r in runs) == 6 and len(runs) == 4


def test_the_line_has_a_gap_where_a_day_is_hidden() -> None:
    """Nought at the foot, the most at the top, nothing in between for what is hidden."""
    line = line_of([night(0, 0), night(1, 20), night(2, 3, hidden=True), night(3, 10)])
    assert line is not None
    assert (line.most, line.counted, line.beside) == (20, "M0.0 150H180.0V0H360.0M540.0 75H720.0", "")
    assert line_of([night(0, 20)]) is None and line_of([night(0, 0), night(1, 0)]) is None


def test_money_says_when_it_is_rounded() -> None:
    """Exact beside, only where it differs."""
    assert (money(Fraction(5000, 511), "USD").shown, money(Fraction(5000, 511), "USD").exact) == ("9.78", "5,000/511")
    assert (money(Fraction(12_916), "IQD").shown, money(Fraction(12_916), "IQD").exact) == ("12,916", "")


def test_a_demo_ends_with_its_last_recording(browse: Browse, cast: Cast) -> None:
    """Nobody is simulated after that: without a period, no day after it is reckoned."""
    admit(cast, 12)
    client = browse("alice")
    before = client.get("/sharing").content.decode()
    with viewing(REGISTER_ID):
        register = access_queries.viewer_of(REGISTER_ID, NOON)
        access.mark_installation(kind="demo", version=1, by=register, at=NOON)
    try:
        notice.look()
        page = client.get("/sharing").content.decode()
    finally:
        notice._known = notice._Known()
    assert 'value="2026-02-01"' in page and 'value="2026-02-01"' not in before
