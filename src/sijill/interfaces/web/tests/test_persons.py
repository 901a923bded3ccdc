"""Search, the file, reports, corrections, claims and verdicts: allowed, wrong role, stranger, wrong method, already done."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sijill.domain.access import actions as access_actions
from sijill.domain.access import queries as access
from sijill.domain.access.rules import DutyKind
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger_actions
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.queries import EventRow
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind, NewEvent
from sijill.domain.people import actions as people_actions
from sijill.domain.people import queries as people
from sijill.domain.people.rules import Birth, ClaimValue, Name, Nationality, NewClaim, Precision, Sex
from sijill.interfaces.web.tests.conftest import signed_in
from tests.cast import NOON, PASSWORD, Cast
from tests.story import Story

Browse = Callable[[str], Client]
WHEN = "2026-02-01T18:00"
REPORT = {"occurred_from": WHEN, "reported_by": "own-staff"}


@pytest.fixture
def story(cast: Cast) -> Story:
    """Three people at A-MAIN."""
    story = Story(cast)
    story.admit(3)
    return story


def history(cast: Cast, person: UUID, name: str = "alice") -> list[EventRow]:
    """The person's history as somebody reads it."""
    viewer = cast.viewer(name)
    with viewing(viewer.user_id):
        return ledger.history(viewer, person)


def stands(cast: Cast, person: UUID) -> list[str]:
    """Where the person stands in ALPHA's book."""
    viewer = cast.viewer("alice")
    with viewing(viewer.user_id):
        return [w.account.kind.value for w in ledger.where(viewer, [person])]


def findings_of(cast: Cast, person: UUID) -> list[str]:
    """Codes of the person's findings."""
    viewer = cast.viewer("amal")
    with viewing(viewer.user_id):
        return [f.code for f in ledger.findings(viewer, subject_id=person)]


def post(client: Client, address: str, data: dict[str, str], key: UUID | None = None) -> Any:
    """Send a form with its key."""
    return client.post(address, {**data, "key": str(key or uuid4())})


def find(client: Client, text: str, **more: str) -> str:
    """The page a search gives."""
    return client.post("/people", {"text": text, "purpose": "record", **more}).content.decode()


# ------------------------------------------------------------------ search
def test_search_by_the_start_of_a_name_or_a_number(browse: Browse, story: Story) -> None:
    """Every word must start some word of the person; a register number finds exactly one."""
    client = browse("alice")
    assert find(client, "per num").count('class="person"') == 3
    page = find(client, "person 2")
    assert page.count('class="person"') == 1 and "Person Number 2" in page and "A-MAIN" in page and ">held<" in page
    viewer = story.cast.viewer("alice")
    with viewing(viewer.user_id):
        number = people.names_of(viewer, [story.people[0]])[story.people[0]].register_number
    assert find(client, number).count('class="person"') == 1
    assert "Nobody found" in find(client, "zzz")


def test_a_stranger_finds_nobody_and_those_without_the_duty_do_not_search(browse: Browse, story: Story) -> None:
    """DELTA's registrar searches his own; the analyst may not open the page."""
    assert "Nobody found" in find(browse("dora"), "person")
    assert browse("farid").get("/people").status_code == 403
    assert browse("farid").post("/people", {"text": "person", "purpose": "record"}).status_code == 403
    assert browse("alice").put("/people").status_code == 405


def test_the_words_of_a_search_stay_out_of_addresses(browse: Browse, story: Story) -> None:
    """A query string is not read; the next page is asked for by POST."""
    client = browse("alice")
    assert "Person Number" not in client.get("/people?text=person").content.decode()
    story.admit(60)
    page = find(client, "person")
    assert page.count('class="person"') == 50 and 'name="after"' in page
    after = page.partition('name="after" value="')[2].partition('"')[0]
    rest = find(client, "person", after=after)
    assert rest.count('class="person"') == 13 and 'href="/people?' not in page


def test_search_asks_the_same_number_of_questions_for_one_and_for_fifty(browse: Browse, story: Story) -> None:
    """No query per row."""
    client, counts = browse("alice"), []
    story.admit(50)
    for text in ("person 2", "person number"):
        client.get("/people")
        with CaptureQueriesContext(connection) as seen:
            find(client, text)
        counts.append(len(seen))
    assert counts[0] == counts[1] and counts[1] <= 22


# ------------------------------------------------------------------ the file
def test_opening_a_file_is_recorded_with_its_purpose(browse: Browse, story: Story) -> None:
    """Each time, and what for."""
    client, person = browse("alice"), story.people[0]
    page = client.get(f"/people/{person}").content.decode()
    assert "Person Number 1" in page and "admission" in page and "A-MAIN" in page and "12:01 UTC" in page
    client.post("/people", {"text": "person", "purpose": "welfare"})
    client.get(f"/people/{person}")
    client.get(f"/people/{person}?for=finding")
    client.get(f"/people/{person}?for=Robert')")
    viewer = story.cast.viewer("alice")
    with viewing(viewer.user_id):
        assert [what for _at, what in access.reads_of(viewer, person)] == [
            "record",
            "finding",
            "welfare",
            "record",
        ] or [what for _at, what in access.reads_of(viewer, person)] == ["welfare", "finding", "welfare", "record"]


def test_a_stranger_gets_the_same_page_for_a_file_and_for_none(browse: Browse, story: Story) -> None:
    """404 for both, word for word, and no read is recorded."""
    client = browse("dora")
    hidden, absent = client.get(f"/people/{story.people[0]}"), client.get(f"/people/{uuid4()}")
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content) and hidden.status_code == 404
    for address in ("claims/new/name", "report/ALPHA/reported-escaped", "verdicts/new", "duplicate/ALPHA"):
        assert client.get(f"/people/{story.people[0]}/{address}").status_code == 404, address
    assert browse("alice").post(f"/people/{story.people[0]}").status_code == 405


def test_a_reader_is_shown_no_forms(browse: Browse, story: Story) -> None:
    """The coordinator reads the file; reports, claims and verdicts are for others."""
    page = browse("anton").get(f"/people/{story.people[0]}").content.decode()
    assert "Person Number 1" in page
    assert (
        "/report/" not in page and "/claims/new/" not in page and "/verdicts/new" not in page and "/correct" not in page
    )


# ------------------------------------------------------------------ reports
def test_an_escape_is_recorded_once_as_unconfirmed_with_a_finding(browse: Browse, story: Story) -> None:
    """A double click, and one more with another key: nothing twice."""
    client, person, key = browse("alice"), story.people[0], uuid4()
    address = f"/people/{person}/report/ALPHA/reported-escaped"
    page = client.get(address).content.decode()
    assert "not as confirmed" in page and "6 hours" in page and "duty officer" in page
    for _ in range(2):
        answer = post(client, address, REPORT, key)
        assert answer.status_code == 302 and answer["Location"] == f"/people/{person}"
    assert stands(story.cast, person) == ["reported-escaped"]
    assert findings_of(story.cast, person) == ["escape-reported"]
    assert len(history(story.cast, person)) == 2
    shown = client.get(f"/people/{person}").content.decode()
    assert "An escape is reported and not confirmed" in shown
    offered = shown.partition("Something that does not fit")[0]
    assert "/report/ALPHA/recapture" in offered and "/report/ALPHA/temporary-out" not in offered


def test_a_report_that_does_not_fit_is_recorded_without_effect_and_may_be_given_effect(
    browse: Browse, story: Story
) -> None:
    """Law 4, and a named person answers for the effect."""
    client, person = browse("alice"), story.people[0]
    address = f"/people/{person}/report/ALPHA/recapture"
    assert "has no effect" in client.get(address).content.decode()
    place = f"{story.cast.facility['A-SIDE']}:"
    assert post(client, address, {**REPORT, "place": place}).status_code == 302
    last = history(story.cast, person)[-1]
    assert (last.effect, last.reason) == ("none", "does-not-fit")
    page = client.get(f"/people/{person}").content.decode()
    assert "no effect" in page and f"/events/{last.id}/give-effect" in page
    assert (
        post(client, f"/people/{person}/events/{last.id}/give-effect", {"ground": "confirmed-since"}).status_code == 302
    )
    viewer = story.cast.viewer("alice")
    with viewing(viewer.user_id):
        assert ledger.where(viewer, [person])[0].account.facility_id == story.cast.facility["A-SIDE"]
    assert client.get(f"/people/{person}/events/{uuid4()}/give-effect").status_code == 404


def test_the_wrong_role_reports_and_corrects_nothing(browse: Browse, story: Story) -> None:
    """403 for a coordinator, in another's book, and for an officer who may not correct."""
    person = story.people[0]
    first = history(story.cast, person)[0]
    assert post(browse("anton"), f"/people/{person}/report/ALPHA/release", REPORT).status_code == 403
    assert post(browse("alice"), f"/people/{person}/report/BRAVO/release", REPORT).status_code == 403
    assert browse("asma").get(f"/people/{person}/events/{first.id}/correct").status_code == 403
    assert browse("alice").get(f"/people/{person}/report/ALPHA/transfer-out").status_code == 404
    assert browse("alice").get(f"/people/{person}/report/NOWHERE/release").status_code == 404
    assert len(history(story.cast, person)) == 1


def test_nothing_is_reported_before_it_happens_or_backwards(browse: Browse, story: Story) -> None:
    """422 with the sentence, and nothing is written."""
    client, person = browse("alice"), story.people[0]
    address = f"/people/{person}/report/ALPHA/release"
    late = post(client, address, {**REPORT, "occurred_from": "2999-01-01T00:00"})
    assert late.status_code == 422 and "later than now" in late.content.decode()
    backwards = post(client, address, {**REPORT, "occurred_to": "2026-01-01T10:00"})
    assert backwards.status_code == 422 and "before the beginning" in backwards.content.decode()
    assert post(client, f"/people/{person}/report/ALPHA/control-lost", REPORT).status_code == 422
    assert len(history(story.cast, person)) == 1


@pytest.mark.parametrize(
    ("kind", "more", "account"),
    [
        ("temporary-out", {"outing": "hospital"}, "temporary-out"),
        ("control-lost", {"place": "A-MAIN"}, "control-lost"),
        ("control-changed", {"place": "A-MAIN", "custodian": "BRAVO"}, "under-another"),
        ("whereabouts-unknown", {}, "whereabouts-unknown"),
        ("reported-dead", {}, "reported-dead"),
        ("release", {}, "released-unverified"),
    ],
)  # fmt: skip
def test_every_report_that_fits_leads_where_it_says(
    kind: str, more: dict[str, str], account: str, browse: Browse, story: Story
) -> None:
    """Each kind asks what it needs."""
    given = dict(more)
    if "place" in given:
        given["place"] = f"{story.cast.facility[given['place']]}:"
    if "custodian" in given:
        given["custodian"] = str(story.cast.authority[given["custodian"]])
    answer = post(browse("alice"), f"/people/{story.people[0]}/report/ALPHA/{kind}", {**REPORT, **given})
    assert answer.status_code == 302
    assert stands(story.cast, story.people[0]) == [account]


def test_an_officer_limited_to_a_place_is_not_sent_to_a_file_he_lost_from_sight(browse: Browse, story: Story) -> None:
    """adnan answers for A-SIDE only."""
    person = story.admit(1, facility="A-SIDE")[0]
    client = browse("adnan")
    assert client.get(f"/people/{person}").status_code == 200
    assert client.get(f"/people/{story.people[0]}").status_code == 404
    answer = post(client, f"/people/{person}/report/ALPHA/reported-escaped", REPORT)
    assert answer.status_code == 302 and client.get(answer["Location"]).status_code == 200


# ------------------------------------------------------------------ corrections and duplicates
def test_a_correction_stands_beside_what_it_corrects(browse: Browse, story: Story) -> None:
    """An escape that did not happen: the person is back, and both reports stay readable."""
    client, person, key = browse("alice"), story.people[0], uuid4()
    post(client, f"/people/{person}/report/ALPHA/reported-escaped", REPORT)
    escape = history(story.cast, person)[-1]
    address = f"/people/{person}/events/{escape.id}/correct"
    for _ in range(2):
        assert post(client, address, {"what": "void", "ground": "did-not-happen"}, key).status_code == 302
    assert stands(story.cast, person) == ["held"] and len(history(story.cast, person)) == 3
    page = client.get(f"/people/{person}").content.decode()
    assert "superseded" in page and "<s>escape reported</s>" in page


def test_a_correction_may_say_what_happened_instead(browse: Browse, story: Story) -> None:
    """Another place and another time; a place is needed where one is held."""
    client, person = browse("alice"), story.people[0]
    admission = history(story.cast, person)[0]
    address = f"/people/{person}/events/{admission.id}/correct"
    wrong = {
        "what": "instead",
        "account": "held",
        "place": "",
        "occurred_at": "2026-01-30T09:00",
        "ground": "wrong-place",
    }
    assert post(client, address, wrong).status_code == 422
    right = {**wrong, "place": f"{story.cast.facility['A-SIDE']}:"}
    assert post(client, address, right).status_code == 302
    viewer = story.cast.viewer("alice")
    with viewing(viewer.user_id):
        now = ledger.where(viewer, [person])[0]
    assert now.account.facility_id == story.cast.facility["A-SIDE"] and now.since < NOON


def test_a_duplicate_leaves_the_sums_and_comes_back(browse: Browse, story: Story) -> None:
    """By the register number of the other record; a correction takes it back."""
    client, (one, other, *_rest) = browse("alice"), story.people
    viewer = story.cast.viewer("alice")
    with viewing(viewer.user_id):
        number = people.names_of(viewer, [other])[other].register_number
    address = f"/people/{one}/duplicate/ALPHA"
    assert "has this number" in post(client, address, {"reference": "S-XXXX-XXXX-X"}).content.decode()
    assert post(client, address, {"reference": number}).status_code == 302
    assert stands(story.cast, one) == ["duplicate-of"]
    marked = history(story.cast, one)[-1]
    assert "Take it back" in client.get(f"/people/{one}").content.decode()
    assert (
        post(
            client, f"/people/{one}/events/{marked.id}/correct", {"what": "void", "ground": "wrong-person"}
        ).status_code
        == 302
    )
    assert stands(story.cast, one) == ["held"]
    assert browse("asma").get(address).status_code == 403


def test_verdicts_link_and_never_merge(browse: Browse, story: Story) -> None:
    """The same person; withdrawn; then lastingly not, which forbids a link."""
    client, (one, other, *_rest) = browse("alice"), story.people
    viewer = story.cast.viewer("alice")
    with viewing(viewer.user_id):
        number = people.names_of(viewer, [other])[other].register_number
    address, given = f"/people/{one}/verdicts/new", {"reference": number, "reason": "same number"}
    assert post(client, address, {**given, "verdict": "same"}).status_code == 302
    assert "Person Number 2" in client.get(f"/people/{one}").content.decode()
    assert "already linked" in post(client, address, {**given, "verdict": "same"}).content.decode()
    with viewing(viewer.user_id):
        link = people.links_of(viewer, one)[0].id
    assert post(client, f"/people/{one}/verdicts/{link}/withdraw", {"reason": "mistaken"}).status_code == 302
    assert client.get(f"/people/{one}/verdicts/{link}/withdraw").status_code == 404
    assert post(client, address, {**given, "verdict": "not-same"}).status_code == 302
    refused = post(client, address, {**given, "verdict": "same"})
    assert refused.status_code == 422 and "declared not to be one person" in refused.content.decode()


# ------------------------------------------------------------------ claims
CLAIMS = {
    "name": {"full": "صالح حسن العزاوي", "father": "حسن"},
    "sex": {"sex": "M"},
    "birth": {"born": "about 1985"},
    "nationality": {"nationality": "سوريا"},
    "number": {"number": "ISN-77", "issuer": "Camp office"},
    "document": {"type": "passport", "number": "N00123"},
}


@pytest.mark.parametrize("kind", CLAIMS)
def test_a_claim_stands_beside_the_others_and_can_be_withdrawn(kind: str, browse: Browse, story: Story) -> None:
    """Each kind by its form, once; withdrawn ones stay readable, struck by word."""
    client, person, key = browse("alice"), story.people[0], uuid4()
    given = {**CLAIMS[kind], "source": "", "source_text": "Camp list 4", "stated_on": "2026-01-05"}
    for _ in range(2):
        assert post(client, f"/people/{person}/claims/new/{kind}", given, key).status_code == 302
    page = client.get(f"/people/{person}").content.decode()
    assert page.partition('id="claims"')[2].partition("</section>")[0].count("Camp list 4") == 1
    viewer = story.cast.viewer("alice")
    with viewing(viewer.user_id):
        claim = next(c for c in people.claims_of(viewer, person) if c.source_text == "Camp list 4")
    address = f"/people/{person}/claims/{claim.id}/withdraw"
    assert post(client, address, {"reason": ""}).status_code == 422
    assert post(client, address, {"reason": "wrong paper"}).status_code == 302
    page = client.get(f"/people/{person}").content.decode()
    assert "wrong paper" in page and ">withdrawn<" in page and page.count("Camp list 4") == 1
    assert client.get(address).status_code == 404


def test_a_claim_is_not_guessed_and_has_a_source(browse: Browse, story: Story) -> None:
    """Ambiguous dates, unknown countries, no speaker: 422 with the reason."""
    client, person = browse("alice"), story.people[0]
    base, own = f"/people/{person}/claims/new/", {"source": str(story.cast.authority["ALPHA"])}
    for kind, given, sentence in (
        ("birth", {"born": "03/04/1985", **own}, "cannot be told apart"),
        ("birth", {"born": "someday", **own}, "not understood"),
        ("nationality", {"nationality": "Atlantis", **own}, "not understood"),
        ("sex", {"sex": "M", "source": ""}, "Whose word"),
        ("name", {"full": " ", **own}, "required"),
    ):
        answer = post(client, base + kind, given)
        assert answer.status_code == 422 and sentence in answer.content.decode(), (kind, given)
    assert client.get(base + "religion").status_code == 404
    assert browse("anton").get(base + "name").status_code == 403


# ------------------------------------------------------------------ entering
def enter(cast: Cast, **given: str) -> dict[str, str]:
    """A form that enters somebody at A-MAIN."""
    base = {"name": "Karim Adel", "way": "admission", "place": f"{cast.facility['A-MAIN']}:", "occurred_at": WHEN}
    return {**base, **given}


def test_one_person_is_entered_once_and_admitted(browse: Browse, story: Story) -> None:
    """Names in two scripts, born, nationality, number; a second post of the same form does nothing."""
    client, key = browse("alice"), uuid4()
    given = enter(
        story.cast, other_name="كريم عادل", born="1990", nationality="IQ", sex="M", number="77-1", issuer="SDF"
    )
    for _ in range(2):
        answer = post(client, "/people/new", given, key)
        assert answer.status_code == 302 and answer["Location"] == f"/people/{key}"
    page = client.get(f"/people/{key}").content.decode()
    assert "كريم عادل" in page and "77-1" in page and "Iraq" in page
    assert stands(story.cast, key) == ["held"] and len(history(story.cast, key)) == 1


def test_a_likely_duplicate_is_shown_before_a_second_record_is_made(browse: Browse, story: Story) -> None:
    """Nothing is written until somebody says that it is another person."""
    client, key = browse("alice"), uuid4()
    given = enter(story.cast, name="Person Number 2")
    asked = post(client, "/people/new", given, key)
    assert asked.status_code == 422 and f"/people/{story.people[1]}" in asked.content.decode()
    assert find(client, "Person Number 2").count('class="person"') == 1
    assert post(client, "/people/new", {**given, "checked": "on"}, key).status_code == 302
    assert find(client, "Person Number 2").count('class="person"') == 2


def test_somebody_nobody_can_name_gets_a_number(browse: Browse, story: Story) -> None:
    """Unknown 1 of ALPHA, with what is known of him."""
    client, key = browse("alice"), uuid4()
    assert post(client, "/people/new", enter(story.cast, name="", sex="M")).status_code == 422
    assert post(client, "/people/new", enter(story.cast, name="", sex="M", unknown="on"), key).status_code == 302
    assert "Unknown 1 of ALPHA" in client.get(f"/people/{key}").content.decode()


def test_who_may_not_enter_people_cannot(browse: Browse, story: Story) -> None:
    """The coordinator; a place that is not the viewer's; the method."""
    assert browse("anton").get("/people/new").status_code == 403
    assert post(browse("adnan"), "/people/new", enter(story.cast)).status_code == 422
    assert browse("alice").delete("/people/new").status_code == 405
    assert "Nobody found" in find(browse("alice"), "Karim")


# ------------------------------------------------------------------ the whole file
def section(page: str, name: str) -> str:
    """One section of a file."""
    return page.partition(f'id="{name}"')[2].partition("</section>")[0]


def say(story: Story, name: str, person: UUID, value: ClaimValue, authority: str) -> None:
    """Somebody's authority claims something of the person."""
    with story.acting(name) as by:
        made = NewClaim(uuid4(), value, story.cast.authority[authority])
        people_actions.add_claim(
            person_id=person, claim=made, authority_id=by.duties[0].authority_id, by=by, at=story.tick()
        )


def test_claims_that_contradict_stand_side_by_side_with_their_speakers(browse: Browse, story: Story) -> None:
    """The sender says adult, the court a child: nothing is decided by the page, and it counts as a child's."""
    person = story.people[0]
    client = browse("alice")
    assert "contested" not in client.get(f"/people/{person}").content.decode()
    say(story, "alice", person, Birth(Precision.RANGE, date(2009, 1, 1), date(2010, 1, 1), "minor"), "DELTA")
    say(story, "alice", person, Sex("unknown"), "DELTA")
    say(story, "alice", person, Nationality("IQ"), "BRAVO")
    page = client.get(f"/people/{person}").content.decode()
    contested = section(page, "contested")
    for shown in ("adult", "child", "Alpha", "Delta", "Syria", "Iraq", "Bravo", "minor"):
        assert shown in contested
    assert "<h3>sex</h3>" not in contested  # not knowing contradicts nobody
    assert section(page, "claims").count(">disputed<") == 2 and "age disputed: treated as a child" in page


def test_a_withdrawn_claim_contradicts_nobody(browse: Browse, story: Story) -> None:
    client, person = browse("alice"), story.people[0]
    say(story, "alice", person, Nationality("IQ"), "BRAVO")
    viewer = story.cast.viewer("alice")
    with viewing(viewer.user_id):
        wrong = next(c.id for c in people.claims_of(viewer, person) if c.value == Nationality("IQ"))
    assert "contested" in client.get(f"/people/{person}").content.decode()
    post(client, f"/people/{person}/claims/{wrong}/withdraw", {"reason": "misread"})
    assert "contested" not in client.get(f"/people/{person}").content.decode()


def test_two_books_that_answer_at_once_are_seen_by_who_reads_both(browse: Browse, story: Story) -> None:
    """CHARLIE admits somebody ALPHA holds: an overlap, two sides, a finding in the line. Others see their own book."""
    person, charlie = story.people[0], story.cast.authority["CHARLIE"]
    with story.acting("alice") as by:
        people_actions.show_to(person_ids=[person], authority_id=charlie, by=by, at=story.tick())
    held = AccountSpec(AccountKind.HELD, facility_id=story.cast.facility["C-HUB"])
    story.report("CHARLIE", person, Kind.ADMISSION, held)
    with story.register() as by:
        access_actions.grant_duty(
            user_id=story.cast.user["lina"], kind=DutyKind.LEGAL_OFFICER, authority_id=charlie, by=by, at=NOON
        )
    page = browse("lina").get(f"/people/{person}").content.decode()
    assert "Two books answer for this person" in page and "Two books answered at the same time" in page
    assert page.count('<rect class="tone-calm"') == 2 and "C-HUB" in section(page, "contested")
    assert 'class="of-finding"' in section(page, "line")
    own = browse("chiara").get(f"/people/{person}").content.decode()
    assert "C-HUB" in own and "A-MAIN" not in own and "at the same time" not in own
    assert "C-HUB" not in browse("alice").get(f"/people/{person}").content.decode()


def test_a_late_report_and_its_correction_are_marked_in_the_line(browse: Browse, story: Story) -> None:
    """Recorded three days after it happened; then corrected."""
    client, person = browse("alice"), story.people[0]
    happened = story.now + timedelta(hours=1)
    event = NewEvent(
        uuid4(), story.cast.authority["ALPHA"], person, Kind.TEMPORARY_OUT,
        AccountSpec(AccountKind.TEMPORARY_OUT, note="court"), happened, happened,
    )  # fmt: skip
    with story.acting("alice") as by:
        ledger_actions.report(events=[event], by=by, at=story.tick(3 * 24 * 60 + 120))
    line = section(client.get(f"/people/{person}").content.decode(), "line")
    assert "recorded 3 days later" in line and line.count("days later") == 1
    post(client, f"/people/{person}/events/{event.id}/correct", {"what": "void", "ground": "did-not-happen"})
    line = section(client.get(f"/people/{person}").content.decode(), "line")
    assert "<s>temporary exit</s>" in line and ">superseded<" in line


def test_manifests_and_handovers_stand_with_their_codes_and_what_was_said(browse: Browse, cast: Cast) -> None:
    """One received, one absent: the giver presented him, the receiver says absent, both sides stand."""
    story = Story(cast).sealed(2)
    code, batch = story.manifest_row().code, story.batch_row().code
    story.present(1)
    story.count(1, bodies=1)
    story.names(1, {2: "absent"})
    pages = [browse("asma").get(f"/people/{p}").content.decode() for p in story.people]
    for page in pages:
        moved = section(page, "travels")
        assert code in moved and batch in moved and "Handover 1" in moved and "clearance: not recorded" in moved
    states = sorted(">absent<" in section(page, "travels") for page in pages)
    assert states == [False, True]
    absent = next(page for page in pages if ">absent<" in section(page, "travels"))
    against = section(absent, "contested")
    assert "presented this person" in against and ">absent<" in against and "Bravo" in against
    assert "On no manifest that you may know of" not in absent


def test_who_answers_now_comes_before_who_once_did(cast: Cast) -> None:
    """A reader of two books sees where the person is, and below it whence he came."""
    story, visitor = Story(cast).sealed(1), uuid4()
    story.hand_over(1)
    with story.register() as by:
        access_actions.create_user(
            user_id=visitor, username="visitor", name="Visitor", password=PASSWORD, by=by, at=NOON
        )
        for code in ("ALPHA", "BRAVO"):
            access_actions.grant_duty(
                user_id=visitor, kind=DutyKind.VISITING_BODY, authority_id=cast.authority[code], by=by, at=NOON
            )
    page = signed_in(visitor).get(f"/people/{story.people[0]}").content.decode()
    now = section(page, "now")
    assert now.index("in transit") < now.index("transferred out")
    assert "an inspection" in page  # what his duty is there for, until he says something else


def test_a_movement_that_the_reader_may_not_know_of_is_not_on_the_file(browse: Browse, cast: Cast) -> None:
    """Law 8: a visiting body of ALPHA reads the file of somebody on a sealed manifest, and learns nothing of it."""
    story, visitor = Story(cast).sealed(2), uuid4()
    with story.register() as by:
        access_actions.create_user(
            user_id=visitor, username="visitor", name="Visitor", password=PASSWORD, by=by, at=NOON
        )
        alpha = cast.authority["ALPHA"]
        access_actions.grant_duty(user_id=visitor, kind=DutyKind.VISITING_BODY, authority_id=alpha, by=by, at=NOON)
    page = signed_in(visitor).get(f"/people/{story.people[0]}").content.decode()
    assert "Person Number 1" in page and "On no manifest that you may know of" in page
    assert story.manifest_row().code not in page and story.batch_row().code not in page
    assert story.manifest_row().code in browse("anton").get(f"/people/{story.people[0]}").content.decode()


def test_the_file_asks_the_same_however_much_is_in_it(browse: Browse, cast: Cast) -> None:
    """Claims, reports, findings, handovers, bases: a fixed number of questions."""
    story = Story(cast).sealed(2)
    client, person, found = browse("lina"), story.people[0], []
    for _ in range(2):
        client.get(f"/people/{person}")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/people/{person}")
        found.append(len(asked))
        if len(found) == 1:
            story.hand_over(1)
            for number in range(5):
                say(story, "alice", person, Name(f"Further Name {number}"), "ALPHA")
                post(client, f"/people/{person}/legal/new", {
                    "authority": str(cast.authority["ALPHA"]), "ground": "conviction", "source": "Court",
                    "stated_on": "2026-01-20",
                })  # fmt: skip
    assert found[0] == found[1] <= 31, found


def test_the_file_has_a_way_through_it(browse: Browse, story: Story) -> None:
    """Every entry of the navigation inside the file leads to something that is there."""
    page = browse("alice").get(f"/people/{story.people[0]}").content.decode()
    inside = page.partition('class="inside')[2].partition("</nav>")[0]
    targets = re.findall(r'href="#([a-z-]+)"', inside)
    assert len(targets) >= 7
    for target in targets:
        assert page.count(f'id="{target}"') == 1, target
