"""Findings: by duty with one's own first, overdue by word, settled with a note; the five cases."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger_actions
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind, NewFinding
from tests.cast import Cast
from tests.story import Story

Browse = Callable[[str], Client]


@pytest.fixture
def story(cast: Cast) -> Story:
    """Three people at A-MAIN; one is reported escaped."""
    story = Story(cast)
    story.admit(3)
    story.report("ALPHA", story.people[0], Kind.REPORTED_ESCAPED, AccountSpec(AccountKind.REPORTED_ESCAPED))
    return story


def the_finding(story: Story) -> UUID:
    """The escape's finding."""
    return story.findings(states=("open", "explained", "closed"))[0].id


def open_some(story: Story, count: int, code: str = "head-count-missing") -> None:
    """Open findings of one kind, due in hours from now."""
    viewer = story.cast.viewer("amal")
    with viewing(viewer.user_id):
        new = [
            NewFinding(story.cast.authority["ALPHA"], code, story.people[1], uuid4(), story.cast.facility["A-MAIN"])
            for _ in range(count)
        ]
        ledger_actions.open_findings(findings=new, by=viewer, at=timezone.now())


def settle(
    client: Client, finding: UUID, state: str, note: str = "Seen by the guard", key: UUID | None = None, **more: str
) -> Any:
    """Press a button of the finding's form."""
    return client.post(f"/findings/{finding}", {"state": state, "note": note, "key": str(key or uuid4()), **more})


def steps(story: Story, finding: UUID) -> list[tuple[str, str]]:
    """What happened to a finding: (state, owner)."""
    viewer = story.cast.viewer("amal")
    with viewing(viewer.user_id):
        return [(s.state, s.owner) for s in ledger.finding(viewer, finding)[1]]


def test_ones_own_duties_come_first_and_overdue_is_a_word(browse: Browse, story: Story) -> None:
    """amal is duty officer, alice registrar; the escape of February is long overdue."""
    open_some(story, 1, "does-not-fit")
    for name, first in (("amal", "desk-duty-officer"), ("alice", "desk-registrar")):
        page = browse(name).get("/findings").content.decode()
        assert page.index(f'id="{first}"') == page.index('id="desk-'), name
    page = browse("amal").get("/findings").content.decode()
    assert ">overdue<" in page and "Person Number 1" in page and "your duty" in page


def test_filters(browse: Browse, story: Story) -> None:
    """By owner, state and kind; what is not a choice is no filter."""
    open_some(story, 1, "does-not-fit")
    client = browse("amal")

    def found(query: str) -> set[str]:
        page = client.get(f"/findings?{query}").content.decode()
        return {part.partition('"')[0] for part in page.split('id="desk-')[1:]}

    assert found("") == {"duty-officer", "registrar"}
    assert found("owner=registrar") == {"registrar"} and found("code=escape-reported") == {"duty-officer"}
    assert found("state=closed") == set() and found("state=explained") == set()
    assert found("owner=king&state=odd&code=none") == {"duty-officer", "registrar"}


def test_many_of_one_kind_are_one_group(browse: Browse, story: Story) -> None:
    """Sixty missing at one count: one heading with the number, some of them, and all of them page by page."""
    open_some(story, 60)
    client = browse("amal")
    page = client.get("/findings").content.decode()
    assert page.count('class="group"') == 2 and "40 more of this kind" in page
    alone = re.search(r'href="(/findings\?owner=duty-officer[^"]+)">40 more', page)
    assert alone
    seen: set[str] = set()
    for number in (1, 2, 3, "x"):
        page = client.get(f"{alone.group(1).replace('&amp;', '&')}&page={number}").content.decode()
        found = set(re.findall(r'href="/findings/([0-9a-f-]{36})', page))
        assert len(found) == {1: 50, 2: 10, 3: 0, "x": 50}[number]
        seen |= found
    assert len(seen) == 60


def test_no_number_of_findings_hides_another_kind(browse: Browse, story: Story) -> None:
    """A thousand of one kind, all due before the escape: the escape is on the first page all the same."""
    story.now = timezone.now()
    open_some(story, 1000)
    page = browse("amal").get("/findings?state=open").content.decode()
    assert "980 more of this kind" in page and "Person Number 1" in page and len(page) < 120_000
    assert ">1,001<" in page


def test_the_list_asks_the_same_number_of_questions(browse: Browse, story: Story) -> None:
    """Two findings or fifty."""
    client, counts = browse("amal"), []
    for more in (1, 50):
        open_some(story, more)
        client.get("/findings")
        with CaptureQueriesContext(connection) as seen:
            client.get("/findings")
        counts.append(len(seen))
    assert counts[0] == counts[1] and counts[0] <= 18


def test_a_finding_says_what_it_is_about_and_is_closed_once(browse: Browse, story: Story) -> None:
    """With the person, the event, the history; a double click closes once; it may be opened again."""
    client, finding, key = browse("amal"), the_finding(story), uuid4()
    page = client.get(f"/findings/{finding}").content.decode()
    assert f"/people/{story.people[0]}?for=finding#event-" in page and "Person Number 1" in page
    early = settle(client, finding, "closed")
    assert early.status_code == 422 and "This is still so" in early.content.decode()
    found = AccountSpec(AccountKind.HELD, facility_id=story.cast.facility["A-MAIN"])
    story.report("ALPHA", story.people[0], Kind.RECAPTURE, found)
    for _ in range(2):
        assert settle(client, finding, "closed", key=key).status_code == 302
    assert steps(story, finding) == [("open", "duty-officer"), ("closed", "duty-officer")]
    page = client.get(f"/findings/{finding}").content.decode()
    assert "Seen by the guard" in page and "Amal" in page and 'value="closed"' not in page
    assert settle(client, finding, "open", "He is missing again").status_code == 302
    assert settle(client, finding, "explained", "Known to the court").status_code == 302
    assert [s for s, _owner in steps(story, finding)] == ["open", "closed", "open", "explained"]


def test_a_note_is_required_and_a_wrong_move_refused(browse: Browse, story: Story) -> None:
    """422 with the sentence; nothing happened."""
    client, finding = browse("amal"), the_finding(story)
    assert "Say why" in settle(client, finding, "closed", " ").content.decode()
    for state in ("open", "vanished", ""):
        assert settle(client, finding, state).status_code == 422, state
    assert settle(client, finding, "hand-over").status_code == 422
    assert len(steps(story, finding)) == 1


def test_it_is_handed_to_another_duty(browse: Browse, story: Story) -> None:
    """The state stays, the owner changes."""
    client, finding = browse("amal"), the_finding(story)
    assert settle(client, finding, "hand-over", "Court asks", owner="legal-officer").status_code == 302
    assert steps(story, finding)[-1] == ("open", "legal-officer")


def test_wrong_role_stranger_and_method(browse: Browse, story: Story) -> None:
    """The analyst reads and settles nothing; DELTA gets the page of what is not there; PUT is no method."""
    finding = the_finding(story)
    assert settle(browse("farid"), finding, "closed").status_code == 403
    page = browse("farid").get(f"/findings/{finding}").content.decode()
    assert "Person Number" not in page and "Close with this note" not in page
    stranger = browse("dora")
    hidden, absent = stranger.get(f"/findings/{finding}"), stranger.get(f"/findings/{uuid4()}")
    assert hidden.status_code == 404 and hidden.content == absent.content
    assert settle(stranger, finding, "closed").status_code == 404
    assert "No finding fits" in stranger.get("/findings").content.decode()
    assert browse("amal").put(f"/findings/{finding}").status_code == 405
    assert browse("amal").post("/findings").status_code == 405
    assert len(steps(story, finding)) == 1


def test_age_is_said_in_days_or_hours(browse: Browse, story: Story) -> None:
    """A finding of this hour is not a day old."""
    open_some(story, 1)
    page = browse("amal").get("/findings?code=head-count-missing").content.decode()
    assert "open for 0 hours" in page and 'tone-alarm">' not in page
    page = browse("amal").get("/findings?code=escape-reported").content.decode()
    assert f"open for {(timezone.now() - story.now).days} days" in page and 'tone-alarm">overdue' in page
