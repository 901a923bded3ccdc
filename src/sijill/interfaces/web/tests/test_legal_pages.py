"""Legal bases on a file and the list of those without: allowed, wrong role, stranger, wrong method, already done."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sijill.domain.safeguards import queries as safeguards
from sijill.domain.safeguards.queries import CustodyCount
from sijill.domain.safeguards.rules import BasisRow
from tests.cast import Cast
from tests.story import Story

Browse = Callable[[str], Client]
BASIS = {
    "ground": "remand-order", "ordering_authority": "First Investigation Court", "document": "Order 14/2026",
    "source": "Court file 9", "stated_on": "2026-01-20",
}  # fmt: skip


@pytest.fixture
def story(cast: Cast) -> Story:
    """Three people at A-MAIN."""
    story = Story(cast)
    story.admit(3)
    return story


def given(story: Story, **changes: str) -> dict[str, str]:
    """A form that is filled in."""
    return {**BASIS, "authority": str(story.cast.authority["ALPHA"]), **changes}


def post(client: Client, address: str, data: dict[str, str], key: UUID | None = None) -> Any:
    """Send a form with its key."""
    return client.post(address, {**data, "key": str(key or uuid4())})


def bases(story: Story, person: UUID, name: str = "lina") -> tuple[BasisRow, ...]:
    """What is recorded, as somebody reads it."""
    with story.acting(name) as by:
        return safeguards.legal_bases(by, [person])[person]


def counts(story: Story) -> list[CustodyCount]:
    """What the legal officer counts."""
    with story.acting("lina") as by:
        return safeguards.counts(by, story.now.date())


# ------------------------------------------------------------------ stating and withdrawing
def test_a_basis_is_stated_once_and_shown_with_its_source(browse: Browse, story: Story) -> None:
    """Twice the same form; before it the file says that nothing is recorded."""
    client, person, key = browse("lina"), story.people[0], uuid4()
    before = client.get(f"/people/{person}").content.decode()
    assert "no basis recorded" in before and "Nobody has recorded why" in before
    assert client.get(f"/people/{person}/legal/new").status_code == 200
    for _ in range(2):
        answer = post(client, f"/people/{person}/legal/new", given(story), key)
        assert answer.status_code == 302 and answer["Location"] == f"/people/{person}#legal"
    page = client.get(f"/people/{person}").content.decode()
    assert len(bases(story, person)) == 1 and "a basis is recorded" in page
    for shown in ("remand order of a court", "First Investigation Court", "Order 14/2026", "Court file 9", "Lina"):
        assert shown in page
    assert "no end stated" in page


def test_what_is_not_known_is_shown_as_not_recorded(browse: Browse, story: Story) -> None:
    client, person = browse("lina"), story.people[0]
    post(client, f"/people/{person}/legal/new", given(story, ordering_authority="", document=""))
    legal = client.get(f"/people/{person}").content.decode().partition('id="legal"')[2].partition("</section>")[0]
    assert legal.count("not recorded") == 2


def test_a_basis_that_has_run_out_frees_nobody_and_says_so(browse: Browse, story: Story) -> None:
    client, person = browse("lina"), story.people[0]
    post(client, f"/people/{person}/legal/new", given(story, expires_on="2026-01-31"))
    page = client.get(f"/people/{person}").content.decode()
    assert "the basis has run out" in page and ">run out<" in page and ">held<" in page


def test_a_form_without_source_or_day_is_shown_again(browse: Browse, story: Story) -> None:
    client, person = browse("lina"), story.people[0]
    for wrong in ({"source": " "}, {"stated_on": ""}, {"ground": "guilty"}, {"stated_on": "2999-01-01"},
                  {"authority": str(story.cast.authority["BRAVO"])}):  # fmt: skip
        assert post(client, f"/people/{person}/legal/new", given(story, **wrong)).status_code == 422, wrong
    assert bases(story, person) == ()


@pytest.mark.parametrize("name", ["anton", "asma", "amal"])
def test_who_reads_the_file_without_the_duty_states_nothing(name: str, browse: Browse, story: Story) -> None:
    client, person = browse(name), story.people[0]
    assert "/legal/new" not in client.get(f"/people/{person}").content.decode()
    assert client.get(f"/people/{person}/legal/new").status_code == 403
    assert post(client, f"/people/{person}/legal/new", given(story)).status_code == 403
    assert bases(story, person) == ()


def test_a_stranger_gets_the_same_page_for_a_person_and_for_none(browse: Browse, story: Story) -> None:
    post(browse("lina"), f"/people/{story.people[0]}/legal/new", given(story))
    basis = bases(story, story.people[0])[0].id
    for name in ("dora", "bushra"):
        client = browse(name)
        for rest in ("new", f"{basis}/withdraw"):
            hidden = client.get(f"/people/{story.people[0]}/legal/{rest}")
            absent = client.get(f"/people/{uuid4()}/legal/{rest}")
            assert (hidden.status_code, hidden.content) == (404, absent.content)
            assert post(client, f"/people/{story.people[0]}/legal/{rest}", given(story)).status_code == 404


def test_wrong_methods(browse: Browse, story: Story) -> None:
    client = browse("lina")
    assert client.put(f"/people/{story.people[0]}/legal/new").status_code == 405
    for address in ("/legal", "/legal/ALPHA/at/A-MAIN", "/legal/ALPHA/on-the-way"):
        assert client.post(address).status_code == 405


def test_a_withdrawn_basis_stays_readable(browse: Browse, story: Story) -> None:
    client, person, key = browse("lina"), story.people[0], uuid4()
    post(client, f"/people/{person}/legal/new", given(story))
    address = f"/people/{person}/legal/{bases(story, person)[0].id}/withdraw"
    assert post(client, address, {"reason": ""}).status_code == 422
    for _ in range(2):
        assert post(client, address, {"reason": "of another person"}, key).status_code == 302
    page = client.get(f"/people/{person}").content.decode()
    assert "of another person" in page and "<s>remand order of a court</s>" in page and "no basis recorded" in page
    assert address not in page


def test_another_authority_and_another_file_withdraw_nothing(browse: Browse, cast: Cast) -> None:
    """CHARLIE's registrar reads ALPHA's basis once the person is his; he does not withdraw it. Nor by another file."""
    story = Story(cast).sealed(2)
    one, other = story.people[:2]
    post(browse("lina"), f"/people/{one}/legal/new", given(story))
    basis = bases(story, one)[0].id
    assert browse("lina").get(f"/people/{other}/legal/{basis}/withdraw").status_code == 404
    story.hand_over(1)
    story.hand_over(2)
    page = browse("chiara").get(f"/people/{one}").content.decode()
    assert "Order 14/2026" in page and f"{basis}/withdraw" not in page
    assert browse("chiara").get(f"/people/{one}/legal/{basis}/withdraw").status_code == 403
    assert post(browse("chiara"), f"/people/{one}/legal/{basis}/withdraw", {"reason": "x"}).status_code == 403


# ------------------------------------------------------------------ who is held without one
def test_the_overview_counts_for_everybody_who_reads_counts(browse: Browse, story: Story) -> None:
    post(browse("lina"), f"/people/{story.people[0]}/legal/new", given(story))
    for name, names in (("lina", True), ("farid", False)):
        page = browse(name).get("/legal").content.decode()
        assert "A-MAIN" in page and '<td class="num">3</td><td class="num">2</td>' in page
        assert ('href="/legal/ALPHA/at/A-MAIN"' in page) is names, name
        assert "Person Number" not in page
    assert "Nobody is held in the books you read" in browse("dora").get("/legal").content.decode()


def test_the_list_has_names_for_those_who_read_people(browse: Browse, story: Story) -> None:
    post(browse("lina"), f"/people/{story.people[0]}/legal/new", given(story))
    page = browse("lina").get("/legal/ALPHA/at/A-MAIN").content.decode()
    assert page.count('class="person"') == 2 and "Person Number 1<" not in page and "Person Number 2<" in page
    assert page.count("no basis recorded") == 2 and f"/people/{story.people[1]}?for=legal#legal" in page
    assert browse("farid").get("/legal/ALPHA/at/A-MAIN").status_code == 403
    assert "Person Number" not in browse("dora").get("/legal/ALPHA/at/A-MAIN").content.decode()


def test_places_and_books_that_are_not_there_are_not_found(browse: Browse, story: Story) -> None:
    for address in ("/legal/NOBODY/at/A-MAIN", "/legal/ALPHA/at/NOWHERE", "/legal/NOBODY/on-the-way"):
        assert browse("lina").get(address).status_code == 404
    assert browse("lina").get("/legal/ALPHA/at/A-MAIN?after=nonsense").status_code == 200


def test_who_is_on_the_way_is_listed_too(browse: Browse, cast: Cast) -> None:
    story = Story(cast).sealed(2)
    story.present(1)
    page = browse("lina").get("/legal/ALPHA/on-the-way").content.decode()
    assert page.count('class="person"') == 2 and "handing over" in page
    assert 'href="/legal/ALPHA/on-the-way"' in browse("lina").get("/legal").content.decode()


def test_the_list_goes_on_over_pages_without_a_gap(browse: Browse, story: Story) -> None:
    story.admit(60)
    client, found, address = browse("lina"), [], "/legal/ALPHA/at/A-MAIN"
    while address:
        page = client.get(address).content.decode()
        found += [part.partition("?")[0] for part in page.split('class="person" href="/people/')[1:]]
        after = page.partition('href="?after=')[2].partition('"')[0]
        address = f"/legal/ALPHA/at/A-MAIN?after={after}" if after else ""
    assert found == sorted(str(p) for p in story.people)


def test_pages_ask_the_same_for_three_and_for_forty(browse: Browse, story: Story) -> None:
    client, found = browse("lina"), []
    for more in (0, 40):
        if more:
            story.admit(more)
        for address in ("/legal", "/legal/ALPHA/at/A-MAIN"):
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
            found.append(len(asked))
    assert found[:2] == found[2:] and max(found) <= 16, found


def test_what_people_typed_is_text(browse: Browse, story: Story) -> None:
    client, person = browse("lina"), story.people[0]
    post(client, f"/people/{person}/legal/new", given(story, source="<script>x</script>", document="<b>1</b>"))
    page = client.get(f"/people/{person}").content.decode()
    assert "<script>x" not in page and "&lt;script&gt;x" in page and "<b>1</b>" not in page
    assert len(counts(story)) == 1
