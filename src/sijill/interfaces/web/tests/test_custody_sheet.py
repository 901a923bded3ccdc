"""The custody sheet of the eight keys and the file for the person: what is on them, what is not, who prints them."""

import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sijill.domain.access import actions as access_actions
from sijill.domain.access import queries as access
from sijill.domain.access.rules import DutyKind
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind
from sijill.domain.people import actions as people
from sijill.domain.people import queries as people_queries
from sijill.domain.people.rules import Birth, ClaimValue, Name, NewClaim, Precision
from sijill.domain.safeguards import actions as safeguards
from sijill.interfaces.web.pages.custody_sheet import KEYS
from sijill.interfaces.web.pages.prints import both, qr
from sijill.interfaces.web.tests.conftest import signed_in
from tests.cast import PASSWORD, Cast
from tests.story import Story

Browse = Callable[[str], Client]
SHEETS = ["custody-sheet", "own-file"]
OFFICERS = ("Alice", "Anton", "Asma", "Amal", "Basil", "Bushra", "Chiara", "Lina")  # not Charlie: so is his authority


@pytest.fixture
def story(cast: Cast) -> Story:
    """Two people of ALPHA went with BRAVO to CHARLIE."""
    story = Story(cast).sealed(2)
    story.hand_over(1)
    story.hand_over(2)
    return story


def sheet(client: Client, person: UUID, name: str) -> str:
    """A printed paper."""
    answer = client.get(f"/people/{person}/{name}")
    assert answer.status_code == 200
    return answer.content.decode()


class Text(HTMLParser):
    """The words of a page, as they are read."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        self.words.append(data)


def text(page: str) -> str:
    """What stands on a paper, without the marks."""
    parser = Text()
    parser.feed(page)
    return re.sub(r"\s+", " ", " ".join(parser.words))


def keys(page: str) -> dict[str, str]:
    """The words under each key, by its letter."""
    found = {}
    for part in page.split('<section class="key">')[1:]:
        said = text(part.partition("</section>")[0])
        found[said.split()[0]] = said
    return found


def number_of(story: Story, person: UUID) -> str:
    """The person's register number."""
    with story.acting("alice") as by:
        return people_queries.names_of(by, [person])[person].register_number


def claim(story: Story, name: str, person: UUID, value: ClaimValue, authority: str, source: str = "") -> None:
    """Somebody claims something of the person, in words when a source is given."""
    with story.acting(name) as by:
        made = NewClaim(uuid4(), value, None if source else story.cast.authority[authority], source, date(2026, 2, 14))
        people.add_claim(
            person_id=person, claim=made, authority_id=story.cast.authority[authority], by=by, at=story.tick()
        )


# ------------------------------------------------------------------ the eight keys
def test_all_eight_keys_stand_there_in_both_languages(browse: Browse, story: Story) -> None:
    client = browse("chiara")
    for language in ("en", "ar"):
        client.cookies["django_language"] = language
        page = sheet(client, story.people[0], "custody-sheet")
        assert list(keys(page)) == list("abcdefgh")
        for title in map(both, KEYS.values()):
            assert title.en in page and title.ar in page


def test_the_sheet_says_what_is_known_and_what_is_not_recorded(browse: Browse, story: Story) -> None:
    """As CHARLIE's registrar reads it: her own book, no basis, no health, no death."""
    found = keys(sheet(browse("chiara"), story.people[0], "custody-sheet"))
    assert "Person Number 1" in found["a"] and "Alpha" in found["a"]
    assert "not recorded" in found["b"] and "transfer in" in found["b"]
    assert "not recorded" in found["c"]
    assert "Charlie" in found["d"] and "held" in found["d"]
    assert "C-HUB" in found["e"] and "now" in found["e"]
    assert "not recorded" in found["f"]
    assert "No death is recorded" in found["g"]
    assert "transfer in" in found["h"]


def test_each_reader_gets_the_sheet_of_his_own_books(browse: Browse, story: Story) -> None:
    """ALPHA's registrar: where he was held until he was handed on; nobody of ALPHA supervises him any more."""
    found = keys(sheet(browse("alice"), story.people[0], "custody-sheet"))
    assert "A-MAIN" in found["e"] and "C-HUB" not in found["e"]
    assert "transfer out" in found["h"] and "Bravo" in found["h"]
    assert "not recorded" in found["d"]


def test_the_basis_stands_under_its_key(browse: Browse, story: Story) -> None:
    with story.acting("chiara") as by:
        safeguards.state_legal_basis(
            basis_id=uuid4(), subject_id=story.people[0], authority_id=story.cast.authority["CHARLIE"],
            ground="arrest-warrant", ordering_authority="First Karkh Investigation Court", document="", by=by,
            source="Court file", stated_on=date(2026, 2, 1), expires_on=None, at=story.tick(),
        )  # fmt: skip
    found = keys(sheet(browse("chiara"), story.people[0], "custody-sheet"))["c"]
    for shown in ("arrest warrant", "First Karkh Investigation Court", "Court file", "no end stated", "not recorded"):
        assert shown in found


def test_a_reported_death_stands_there_with_what_is_not_known_of_it(browse: Browse, cast: Cast) -> None:
    story = Story(cast)
    person = story.admit(1)[0]
    story.report("ALPHA", person, Kind.REPORTED_DEAD, AccountSpec(AccountKind.REPORTED_DEAD))
    found = keys(sheet(browse("alice"), person, "custody-sheet"))["g"]
    assert "death reported" in found and "not recorded" in found and "No death" not in found


def test_the_typed_code_and_the_picture_are_the_register_number(browse: Browse, story: Story) -> None:
    number = number_of(story, story.people[0])
    for name in SHEETS:
        page = sheet(browse("chiara"), story.people[0], name)
        assert number in page and qr(number) in page
        assert "<script" not in page and "style=" not in page


# ------------------------------------------------------------------ for the person himself
def test_the_own_file_is_arabic_then_english_in_plain_words(browse: Browse, story: Story) -> None:
    page = sheet(browse("chiara"), story.people[0], "own-file")
    arabic, english = page.split('<article class="half" lang="')[1:]
    assert arabic.startswith('ar" dir="rtl"') and english.startswith('en" dir="ltr"')
    for shown in (
        "Why you are held",
        "No reason for holding you is written here",
        "If something here is wrong",
        "C-HUB",
    ):
        assert shown in text(english)
    assert "Person Number 1" in arabic and "C-HUB" in arabic


def test_the_own_file_names_no_officer_and_nobody_else(browse: Browse, story: Story) -> None:
    """Nor the words of a source, nor those of a claim: both may speak of other people."""
    person = story.people[0]
    claim(story, "chiara", person, Name("Person One", mother="Secret Mother"), "CHARLIE", "his cousin Faris")
    born = Birth(Precision.ABOUT, date(2009, 1, 1), date(2010, 1, 1), stated="as old as his friend Munir")
    claim(story, "chiara", person, born, "CHARLIE")
    page = text(sheet(browse("chiara"), person, "own-file"))
    for hidden in (*OFFICERS, "Faris", "Secret Mother", "Munir", "Person Number 2"):
        assert hidden not in page, hidden
    assert "another source said so" in page and "Person One" in page
    assert "These do not agree" in page


def test_the_own_file_tells_no_coming_journey(browse: Browse, cast: Cast) -> None:
    """A sealed manifest to C-HUB exists; the person learns nothing of it here."""
    story = Story(cast).sealed(2)
    for name in SHEETS:
        page = sheet(browse("alice"), story.people[0], name)
        assert "C-HUB" not in page and story.manifest_row().code not in page and story.batch_row().code not in page


def test_findings_are_told_in_plain_words(browse: Browse, cast: Cast) -> None:
    story = Story(cast)
    person = story.admit(1)[0]
    story.report("ALPHA", person, Kind.REPORTED_ESCAPED, AccountSpec(AccountKind.REPORTED_ESCAPED))
    page = text(sheet(browse("alice"), person, "own-file"))
    assert "An escape is reported and not confirmed" in page and "Somebody must still look into this." in page


# ------------------------------------------------------------------ who prints, and that it is recorded
@pytest.mark.parametrize("name", SHEETS)
def test_printing_is_a_recorded_reading_with_its_purpose(name: str, browse: Browse, story: Story) -> None:
    client, person = browse("chiara"), story.people[0]
    sheet(client, person, name)
    with story.acting("chiara") as by:
        assert [what for _at, what in access.reads_of(by, person)] == [name]
    word = {"custody-sheet": "printing the custody sheet", "own-file": "printing the file for the person"}[name]
    assert word in client.get(f"/people/{person}").content.decode()


@pytest.mark.parametrize("name", SHEETS)
def test_a_stranger_gets_the_same_page_for_a_person_and_for_none(name: str, browse: Browse, story: Story) -> None:
    for who in ("dora", "farid"):
        client = browse(who)
        hidden, absent = client.get(f"/people/{story.people[0]}/{name}"), client.get(f"/people/{uuid4()}/{name}")
        assert (hidden.status_code, hidden.content) == (404, absent.content)
        with viewing(story.cast.user[who]):
            assert access.reads_of(story.cast.viewer(who), story.people[0]) == []
    assert browse("chiara").post(f"/people/{story.people[0]}/{name}").status_code == 405


def test_a_visiting_body_prints_and_the_holder_never_sees_that(browse: Browse, story: Story) -> None:
    """Law 8: its reading is recorded for itself; CHARLIE's registrar sees her own readings and no other."""
    visitor = uuid4()
    with story.register() as by:
        access_actions.create_user(
            user_id=visitor, username="visitor", name="Visitor", password=PASSWORD, by=by, at=story.now
        )
        charlie = story.cast.authority["CHARLIE"]
        access_actions.grant_duty(
            user_id=visitor, kind=DutyKind.VISITING_BODY, authority_id=charlie, by=by, at=story.now
        )
    person = story.people[0]
    for name in SHEETS:
        sheet(signed_in(visitor), person, name)
    assert "printing the custody sheet" in signed_in(visitor).get(f"/people/{person}").content.decode()
    page = browse("chiara").get(f"/people/{person}").content.decode()
    assert "printing the custody sheet" not in page and "Visitor" not in page
    with connection.cursor() as cursor, viewing(story.cast.user["chiara"]):
        cursor.execute("select count(*) from access_read where user_id = %s", [visitor])
        assert cursor.fetchone() == (0,)


def test_the_papers_ask_a_fixed_number_of_questions(browse: Browse, story: Story) -> None:
    client, person, found = browse("chiara"), story.people[0], []
    for _ in range(2):
        for name in SHEETS:
            sheet(client, person, name)
            with CaptureQueriesContext(connection) as asked:
                sheet(client, person, name)
            found.append(len(asked))
        for n in range(3):
            claim(story, "chiara", person, Name(f"Another Name {n}"), "CHARLIE")
    assert found[:2] == found[2:] and max(found) <= 28, found


def test_what_people_typed_is_text_on_paper_too(browse: Browse, story: Story) -> None:
    person = story.people[0]
    claim(story, "chiara", person, Name("<b>Name</b>"), "CHARLIE", "<i>source</i>")
    for name in SHEETS:
        page = sheet(browse("chiara"), person, name)
        assert "<b>Name" not in page and "<i>source" not in page and "&lt;b&gt;Name" in page
