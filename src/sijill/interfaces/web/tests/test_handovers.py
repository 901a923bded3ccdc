"""The handover on a phone: each side presses its own button, everything once; the draft, the paper, the undo."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sijill.domain.access import actions as access
from sijill.domain.access.rules import REGISTER_ID, DutyKind
from sijill.domain.access.viewing import viewing
from sijill.domain.people import actions as people_actions
from sijill.domain.people import queries as people
from sijill.domain.transfers import queries as transfers
from sijill.interfaces.web.pages.papers import kind_of_scan
from tests.cast import PASSWORD, Cast
from tests.story import Story

Browse = Callable[[str], Client]
PDF = b"%PDF-1.7 a signed paper"


def text(answer: object) -> str:
    """The page of an answer."""
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def key(**more: object) -> dict[str, object]:
    """A form with a key, and the password that opens a signing session."""
    return {"key": str(uuid4()), "password": PASSWORD, **more}


@pytest.fixture
def story(cast: Cast) -> Story:
    """A sealed manifest of six people."""
    return Story(cast).sealed(6)


@pytest.fixture
def counted_story(story: Story) -> Story:
    """Presented and counted at the first handover."""
    story.present(1)
    story.count(1, 6)
    return story


def address(story: Story, ordinal: int = 1, step: str = "") -> str:
    """The address of a handover."""
    return f"/handovers/{story.handover(ordinal).id}" + (f"/{step}" if step else "")


def ids(story: Story, ordinal: int = 1) -> dict[int, int]:
    """Line numbers and their ids."""
    return {no: line.id for no, line in story.lines(ordinal).items()}


def say(client: Client, story: Story, no: int, code: str, ordinal: int = 1) -> Any:
    """Press one choice of one line."""
    return client.post(address(story, ordinal, "names/say"), {"say": f"{ids(story, ordinal)[no]}:{code}", "page": "1"})


def say_rest(client: Client, story: Story, ordinal: int = 1) -> Any:
    """Press "received" for all that are left on the page, as the page itself would."""
    page = text(client.get(address(story, ordinal, "names")))
    rest = re.findall(r'name="rest" value="(\d+)"', page)
    return client.post(address(story, ordinal, "names/say"), {"say": "rest", "rest": rest, "page": "1"})


def sign(client: Client, story: Story, ordinal: int = 1, **more: object) -> Any:
    """Press "sign the names" on the summary."""
    page = text(client.get(address(story, ordinal, "names/sign")))
    shown = re.search(r'name="shown" value="(\w+)"', page)
    assert shown
    return client.post(address(story, ordinal, "names/sign"), key(shown=shown.group(1)) | more)


# ---------------------------------------------------------------------------- one thing to press
def test_only_the_next_thing_is_a_button_and_only_for_its_side(browse: Browse, story: Story) -> None:
    for name, button in (("asma", True), ("basil", False), ("charlie", False), ("alice", False)):
        page = text(browse(name).get(address(story)))
        assert ("Present these 6 people" in page) is button, name
        assert "Sign the count" not in page
    assert "Waiting for <bdi>Alpha</bdi> to sign" in text(browse("basil").get(address(story)))
    story.present(1)
    assert "Sign the count" in text(browse("basil").get(address(story)))
    assert "Present these" not in text(browse("asma").get(address(story)))
    second = text(browse("basil").get(address(story, 2)))
    assert (
        "the carrier first signs the names" in second
        and "Present" in second
        and '<button class="wide-button"' not in second
    )


def test_the_count_is_always_in_sight(browse: Browse, counted_story: Story) -> None:
    client = browse("basil")
    page = text(client.get(address(counted_story)))
    assert "<strong>0</strong> of 6 said" in page and "<strong>6</strong> to go" in page
    say(client, counted_story, 1, "received")
    for step in ("", "names", "names/sign"):
        page = text(client.get(address(counted_story, 1, step)))
        assert "<strong>1</strong> of 6 said" in page and "<strong>5</strong> to go" in page, step
    assert "<strong>6</strong> to go" in text(browse("asma").get(address(counted_story)))  # a draft is nobody else's


def test_presenting_counting_naming_acknowledging_through_the_pages(browse: Browse, story: Story) -> None:
    """The whole first handover, every form sent twice, with the password asked once for each side."""
    giver, receiver = browse("asma"), browse("basil")
    sent = key()
    for _n in range(2):
        assert giver.post(address(story, 1, "present"), sent).status_code == 302
    sent = key(bodies="5", injured="1", dead="0")
    for _n in range(2):
        assert receiver.post(address(story, 1, "count"), sent).status_code == 302
    assert say(receiver, story, 3, "absent").status_code == 302
    assert say_rest(receiver, story).status_code == 302
    page = text(receiver.get(address(story, 1, "names/sign")))
    assert "Counted and named agree: 5 people" in page and 'type="password"' not in page
    shown = re.search(r'name="shown" value="(\w+)"', page)
    assert shown
    sent = key(shown=shown.group(1))
    for _n in range(2):
        assert receiver.post(address(story, 1, "names/sign"), sent)["Location"] == address(story)
    page = text(giver.get(address(story)))
    assert "1 person was not received" in page
    sent = key(**{f"line_{ids(story)[3]}": "returned"})
    for _n in range(2):
        assert giver.post(address(story, 1, "acknowledge"), sent).status_code == 302
    with story.register() as by:
        signed = transfers.statements(by, story.handover(1).id)
    assert [s.stage.value for s in signed] == ["presented", "count", "names", "acknowledgement"]
    assert story.lines(1)[3].resolution == "returned" and story.handover(1).state.value == "acknowledged"
    assert story.stands(story.lines(1)[3].subject_id) == {"ALPHA": "held"}
    assert story.balance().difference == 0


def test_a_lost_answer_is_given_again_even_when_the_state_has_moved_on(browse: Browse, story: Story) -> None:
    """The giver's press arrived, its answer did not; meanwhile the receiver counted."""
    client, sent = browse("asma"), key()
    first = client.post(address(story, 1, "present"), sent)
    story.count(1, 6)
    again = client.post(address(story, 1, "present"), sent)
    assert (first.status_code, first["Location"]) == (again.status_code, again["Location"])
    other = client.post(address(story, 1, "present"), key())
    assert other.status_code == 422 and "not at that step" in text(other)


def test_a_wrong_password_signs_nothing(browse: Browse, story: Story) -> None:
    page = browse("asma").post(address(story, 1, "present"), key(password="wrong wrong wrong"))
    assert page.status_code == 422 and "not your password" in text(page) and "wrong wrong" not in text(page)
    assert story.handover(1).state.value == "expected"
    missing = browse("asma").post(address(story, 1, "present"), {"key": str(uuid4())})
    assert missing.status_code == 422


# ---------------------------------------------------------------------------- five cases
STEPS = [
    "present",
    "count",
    "acknowledge",
    "names/say",
    "names/find",
    "names/extra",
    "names/sign",
    "paper/present",
    "paper/names",
]


@pytest.mark.parametrize("step", STEPS)
def test_wrong_side_stranger_and_wrong_method(step: str, browse: Browse, counted_story: Story) -> None:
    story = counted_story
    whole = key(bodies="1", injured="0", dead="0", say="1:received", reference="x", shown="x")
    stranger = browse("dora").post(address(story, 1, step), whole)
    assert stranger.status_code == 404
    assert stranger.content == browse("dora").post(f"/handovers/{uuid4()}/{step}", whole).content
    assert browse("alice").post(address(story, 1, step), whole).status_code == 403
    wrong_side = "basil" if step in ("present", "acknowledge", "paper/present") else "asma"
    assert browse(wrong_side).post(address(story, 1, step), whole).status_code == 403
    assert browse("basil").put(address(story, 1, step)).status_code == 405
    assert story.handover(1).state.value == "counted"


def test_an_address_that_only_acts_leads_back_or_says_no(browse: Browse, counted_story: Story) -> None:
    client = browse("basil")
    assert client.get(address(counted_story, 1, "count"))["Location"] == address(counted_story)
    assert client.get(address(counted_story, 1, "names/say")).status_code == 405
    assert client.get(address(counted_story, 1, "paper/nonsense")).status_code == 404


# ---------------------------------------------------------------------------- the draft
def test_the_draft_is_changed_and_taken_back_and_holds_no_name(browse: Browse, counted_story: Story) -> None:
    client = browse("basil")
    say(client, counted_story, 2, "absent")
    assert "absent" in text(client.get(address(counted_story, 1, "names/sign")))
    say(client, counted_story, 2, "refused")
    say(client, counted_story, 4, "dead")
    kept = client.session[f"names/{counted_story.handover(1).id}"]
    lines = ids(counted_story)
    assert kept == {"said": {str(lines[2]): "refused", str(lines[4]): "dead"}, "extras": [], "at_once": False}
    say(client, counted_story, 2, "")
    assert str(lines[2]) not in client.session[f"names/{counted_story.handover(1).id}"]["said"]
    assert counted_story.lines(1)[2].code == ""


@pytest.mark.parametrize("bad", ["extra", "escaped", "RECEIVED", "received:x"])
def test_what_is_no_choice_is_refused(bad: str, browse: Browse, counted_story: Story) -> None:
    assert say(browse("basil"), counted_story, 1, bad).status_code == 409
    assert browse("basil").post(address(counted_story, 1, "names/say"), {"say": "999999:absent"}).status_code == 409
    assert browse("basil").post(address(counted_story, 1, "names/say"), {"say": "٣:absent"}).status_code == 409


def test_the_summary_is_signed_only_as_it_was_shown(browse: Browse, counted_story: Story) -> None:
    client = browse("basil")
    say_rest(client, counted_story)
    shown = re.search(r'name="shown" value="(\w+)"', text(client.get(address(counted_story, 1, "names/sign"))))
    assert shown
    say(client, counted_story, 5, "absent")
    page = client.post(address(counted_story, 1, "names/sign"), key(shown=shown.group(1)))
    assert page.status_code == 422 and "has changed since" in text(page)
    again = re.search(r'name="shown" value="(\w+)"', text(page))
    assert again and again.group(1) != shown.group(1)
    assert client.post(address(counted_story, 1, "names/sign"), key(shown=again.group(1))).status_code == 302
    assert counted_story.lines(1)[5].code == "absent"


def test_nothing_is_signed_while_a_line_is_without_a_word(browse: Browse, counted_story: Story) -> None:
    client = browse("basil")
    say(client, counted_story, 1, "received")
    page = text(client.get(address(counted_story, 1, "names/sign")))
    assert "5 lines are without a word" in page and "Sign the names</button>" not in page
    assert client.post(address(counted_story, 1, "names/sign"), key(shown="x")).status_code == 422
    assert counted_story.handover(1).state.value == "counted"


def test_the_summary_says_when_bodies_and_names_differ(browse: Browse, story: Story) -> None:
    story.present(1)
    story.count(1, 4)
    client = browse("basil")
    say_rest(client, story)
    assert "You counted 4 and name 6" in text(client.get(address(story, 1, "names/sign")))


# ---------------------------------------------------------------------------- finding a line
def register_number(story: Story, no: int) -> str:
    """The register number on a line."""
    subject = story.lines(1)[no].subject_id
    with story.acting("basil") as by:
        return people.register_numbers(by, [subject])[subject]


def test_a_reference_jumps_to_its_line_and_stays_out_of_the_address(browse: Browse, counted_story: Story) -> None:
    client, number = browse("basil"), register_number(counted_story, 4)
    answer = client.post(address(counted_story, 1, "names/find"), {"reference": number.lower().replace("-", "")})
    assert answer["Location"].endswith("/names?page=1&line=4") and number not in answer["Location"]
    page = text(client.get(answer["Location"]))
    assert page.index("Found</h2>") < page.index('id="line-4"') < page.index('id="line-1"') and "autofocus" in page
    by_no = client.post(address(counted_story, 1, "names/find"), {"reference": "2"})
    assert by_no["Location"].endswith("line=2")


def test_scanned_lines_are_received_at_once_when_the_officer_chose_so(browse: Browse, counted_story: Story) -> None:
    client = browse("basil")
    for _n in range(2):
        client.post(
            address(counted_story, 1, "names/find"), {"reference": register_number(counted_story, 4), "at_once": "yes"}
        )
    page = text(client.get(address(counted_story, 1, "names")))
    assert "<strong>1</strong> of 6 said" in page and 'name="at_once" value="yes" checked' in page
    say(client, counted_story, 4, "absent")
    client.post(
        address(counted_story, 1, "names/find"), {"reference": register_number(counted_story, 4), "at_once": "yes"}
    )
    assert list(client.session[f"names/{counted_story.handover(1).id}"]["said"].values()) == ["absent"]


def test_a_reference_that_names_nobody_or_somebody_not_listed(browse: Browse, counted_story: Story) -> None:
    """Not listed: offered as an extra person. Nobody: said so, the same for somebody hidden."""
    client = browse("basil")
    hidden = counted_story.admit(1)[0]
    with counted_story.acting("alice") as by:
        number = people.register_numbers(by, [hidden])[hidden]
    nobody = client.post(address(counted_story, 1, "names/find"), {"reference": "S-NOBODY"})
    unseen = client.post(address(counted_story, 1, "names/find"), {"reference": number})
    assert nobody.status_code == unseen.status_code == 422
    assert "names nobody you may see" in text(nobody) and "names nobody you may see" in text(unseen)
    assert number not in text(unseen)
    own = uuid4()
    with counted_story.acting("basil") as by:
        made = people_actions.register_unknowns(
            ids=[own], authority_id=counted_story.cast.authority["BRAVO"], by=by, at=counted_story.tick()
        )
    page = client.post(address(counted_story, 1, "names/find"), {"reference": made[0].register_number})
    assert page.status_code == 422 and "not on this list" in text(page) and "Unknown 1 of BRAVO" in text(page)
    sent = {"key": str(uuid4()), "subject": str(own)}
    for _n in range(2):
        assert client.post(address(counted_story, 1, "names/extra"), sent).status_code == 302
    assert client.session[f"names/{counted_story.handover(1).id}"]["extras"] == [[str(own), True]]
    stolen = client.post(address(counted_story, 1, "names/extra"), {"key": str(uuid4()), "subject": str(hidden)})
    assert stolen.status_code == 409


def test_an_extra_person_is_added_once_and_taken_back(browse: Browse, counted_story: Story) -> None:
    client, sent = browse("basil"), {"key": str(uuid4()), "page": "1"}
    for _n in range(2):
        client.post(address(counted_story, 1, "names/extra"), sent)
    client.post(address(counted_story, 1, "names/extra"), {"key": str(uuid4())})
    kept = client.session[f"names/{counted_story.handover(1).id}"]["extras"]
    assert len(kept) == 2
    client.post(address(counted_story, 1, "names/extra"), {"remove": kept[0][0]})
    say_rest(client, counted_story)
    assert sign(client, counted_story).status_code == 302
    extra = [line for line in counted_story.lines(1).values() if not line.on_manifest]
    assert [line.code for line in extra] == ["extra"]
    assert counted_story.stands(extra[0].subject_id) == {"BRAVO": "in-transit"}


# ---------------------------------------------------------------------------- after the signature
def test_a_line_not_received_is_restated_and_a_received_one_is_explained(browse: Browse, counted_story: Story) -> None:
    client = browse("basil")
    say(client, counted_story, 1, "absent")
    say(client, counted_story, 2, "unnamed")
    say_rest(client, counted_story)
    sign(client, counted_story)
    page = text(client.get(address(counted_story)))
    assert "Say something new of 2 lines" in page and "What if one of them was wrong?" in page
    assert "On the manifest, absent at the handover" not in page  # the giver's finding is in the giver's book
    assert "Received, not yet named" in page
    listed = text(client.get(address(counted_story, 1, "names")))
    assert listed.count('class="line is-said"') == 2 and "lines left on this page" not in listed
    say(client, counted_story, 2, "received")
    assert say(client, counted_story, 4, "absent").status_code == 409  # received is received
    assert sign(client, counted_story).status_code == 302
    assert {no: line.code for no, line in counted_story.lines(1).items() if line.code != "received"} == {1: "absent"}
    empty = client.post(address(counted_story, 1, "names/sign"), key(shown="x"))
    assert empty.status_code == 422


def test_a_giver_may_leave_a_line_open_and_resolve_it_later(browse: Browse, counted_story: Story) -> None:
    counted_story.names(1, {1: "absent", 2: "not-the-person"})
    client = browse("asma")
    assert client.post(address(counted_story, 1, "acknowledge"), key()).status_code == 302
    page = text(client.get(address(counted_story)))
    assert "2 people were not received" in page
    wrong = client.post(address(counted_story, 1, "acknowledge"), key(**{f"line_{ids(counted_story)[1]}": "escaped"}))
    assert wrong.status_code == 422
    both = {f"line_{ids(counted_story)[1]}": "unknown", f"line_{ids(counted_story)[2]}": "returned"}
    assert client.post(address(counted_story, 1, "acknowledge"), key(**both)).status_code == 302
    assert [counted_story.lines(1)[no].resolution for no in (1, 2)] == ["unknown", "returned"]
    assert "Sign that you take note" not in text(client.get(address(counted_story)))


# ---------------------------------------------------------------------------- paper
def paper(content: bytes = PDF, **more: object) -> dict[str, object]:
    """A paper form."""
    return {
        "key": str(uuid4()), "signer": "K. Haddad", "capacity": "Colonel", "signed_at": "2026-02-01T13:00",
        "scan": SimpleUploadedFile("scan.pdf", content), "password": PASSWORD, **more,
    }  # fmt: skip


def test_own_paper_is_graded_paper_and_the_scan_can_be_fetched(browse: Browse, story: Story) -> None:
    client = browse("asma")
    assert "Signed on paper" in text(client.get(address(story, 1, "paper/present")))
    for wrong in ("", "wrong wrong wrong"):  # an unlocked screen is no place to enter one
        assert client.post(address(story, 1, "paper/present"), paper(password=wrong)).status_code == 422
    assert story.handover(1).state.value == "expected"
    assert client.post(address(story, 1, "paper/present"), paper()).status_code == 302
    page = text(browse("basil").get(address(story)))
    assert "signed on paper" in page and "K. Haddad, Colonel" in page and "tone-doubt" in page
    found = re.search(r'href="(/statements/[^"]+/scan)"', page)
    assert found
    scan = browse("basil").get(found.group(1))
    assert scan.content == PDF and scan["Content-Type"] == "application/pdf"
    assert scan["Content-Disposition"].startswith("attachment")
    hidden = browse("dora").get(found.group(1))
    assert hidden.status_code == 404 and hidden.content == browse("dora").get(f"/statements/{uuid4()}/scan").content


@pytest.mark.parametrize("content", [b"<html><script>alert(1)</script>", b"", b"GIF89a", b"MZ\x90"])
def test_a_file_that_is_no_scan_is_refused(content: bytes, browse: Browse, story: Story) -> None:
    answer = browse("asma").post(address(story, 1, "paper/present"), paper(content))
    assert answer.status_code == 422 and story.handover(1).state.value == "expected"
    assert kind_of_scan(content) is None


def test_a_scan_over_five_megabytes_or_signed_tomorrow_is_refused(browse: Browse, story: Story) -> None:
    large = browse("asma").post(address(story, 1, "paper/present"), paper(PDF + b"0" * (5 * 1024 * 1024)))
    assert large.status_code == 422 and "too large" in text(large)
    late = browse("asma").post(address(story, 1, "paper/present"), paper(signed_at="2999-01-01T00:00"))
    assert late.status_code == 422 and "later than now" in text(late)
    assert story.handover(1).state.value == "expected"


def test_the_other_side_enters_papers_only_where_nobody_can_sign(browse: Browse, story: Story) -> None:
    """BRAVO has an officer, so ALPHA may not; once he is gone, it may, for count and names."""
    story.present(1)
    asma = browse("asma")
    assert asma.get(address(story, 1, "paper/count")).status_code == 403
    with viewing(REGISTER_ID), connection.cursor() as cursor:
        cursor.execute("select set_config('app.viewer', %s, true)", [str(REGISTER_ID)])
        cursor.execute(
            "update access_duty set valid_to = valid_from + interval '1 day' where user_id = %s",
            [story.cast.user["basil"]],
        )
        assert cursor.rowcount in (0, 1)
        gone = cursor.rowcount
    if not gone:
        pytest.skip("a duty cannot be ended in this version of the room access")
    assert "They have nobody here" in text(asma.get(address(story)))
    sent = paper(bodies="6", injured="0", dead="0")
    assert asma.post(address(story, 1, "paper/count"), sent).status_code == 302
    say_rest(asma, story)
    page = text(asma.get(address(story, 1, "paper/names")))
    shown = re.search(r'name="shown" value="(\w+)"', page)
    assert shown and "Enter the signed paper" in page
    assert asma.post(address(story, 1, "paper/names"), paper(shown=shown.group(1))).status_code == 302
    assert story.handover(1).state.value == "named"
    with story.register() as by:
        grades = [s.grade.value for s in transfers.statements(by, story.handover(1).id)]
    assert grades == ["user", "paper", "paper"]


# ---------------------------------------------------------------------------- queries, names
def asked(client: Client, where: str) -> int:
    """How many queries a page asks."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(where).status_code == 200
    return len(queries)


def test_pages_ask_the_same_however_many_lines_there_are(browse: Browse, cast: Cast) -> None:
    few, many = Story(cast).sealed(2), Story(cast).sealed(30)
    client, found = browse("basil"), []
    for each in (few, many):
        each.present(1)
        each.count(1)
        client.get(address(each, 1, "names"))
        found.append([asked(client, address(each, 1, step)) for step in ("", "names", "names/sign")])
    assert found[0] == found[1] and max(found[0]) <= 26


def test_thirty_lines_are_two_pages_and_a_press_leads_to_the_next_line(browse: Browse, cast: Cast) -> None:
    story = Story(cast).sealed(30)
    story.present(1)
    story.count(1)
    client = browse("basil")
    page = text(client.get(address(story, 1, "names")))
    assert page.count('class="line"') == 25 and "Page 1 of 2" in page
    assert say(client, story, 1, "received")["Location"].endswith("?page=1#line-2")
    assert say_rest(client, story)["Location"].endswith("?page=2#line-26")
    assert text(client.get(address(story, 1, "names") + "?page=2")).count('class="line"') == 5
    assert client.get(address(story, 1, "names") + "?page=99").status_code == 200


def test_every_script_of_a_name_is_shown_the_readers_first(browse: Browse, counted_story: Story) -> None:
    from sijill.domain.people.rules import Name, NewClaim

    with counted_story.acting("alice") as by:
        people_actions.add_claim(
            person_id=counted_story.people[0], claim=NewClaim(uuid4(), Name(full="شخص رقم ١")),
            authority_id=counted_story.cast.authority["ALPHA"], by=by, at=counted_story.tick(),
        )  # fmt: skip
    client = browse("basil")
    english = text(client.get(address(counted_story, 1, "names")))
    assert english.index("<bdi>Person Number 1</bdi>") < english.index("<bdi>شخص رقم ١</bdi>")
    client.cookies["django_language"] = "ar"
    arabic = text(client.get(address(counted_story, 1, "names")))
    assert arabic.index("<bdi>شخص رقم ١</bdi>") < arabic.index("<bdi>Person Number 1</bdi>")


def test_an_officer_finds_what_waits_for_him_first(browse: Browse, story: Story) -> None:
    link = f'href="{address(story)}"'
    assert link in text(browse("asma").get("/batches")) and link not in text(browse("basil").get("/batches"))
    story.present(1)
    assert link not in text(browse("asma").get("/batches")) and link in text(browse("basil").get("/batches"))
    assert UUID(str(story.handover(1).id))


def test_one_user_of_both_sides_signs_one_of_them(browse: Browse, story: Story) -> None:
    """The register refuses it; the page says so."""
    with viewing(REGISTER_ID):
        from sijill.domain.access import queries as access_queries

        register = access_queries.viewer_of(REGISTER_ID, story.now)
        access.grant_duty(
            user_id=story.cast.user["asma"], kind=DutyKind.CARRYING_OFFICER,
            authority_id=story.cast.authority["BRAVO"], by=register, at=story.now,
        )  # fmt: skip
    client = browse("asma")
    assert client.post(address(story, 1, "present"), key()).status_code == 302
    page = client.post(address(story, 1, "count"), key(bodies="6", injured="0", dead="0"))
    assert page.status_code == 422 and "Nobody signs for both" in text(page)


def test_the_manifest_leads_each_to_the_handover_that_waits_for_him(cast: Cast, browse: Browse) -> None:
    """Between two handovers the carrier presents the second; the officer at the destination is not led to the first."""
    story = Story(cast).sealed(2)
    manifest = f"/manifests/{story.manifests[0]}"
    for ordinal, names in ((1, ("asma", "basil", "charlie")), (2, ("basil", "charlie"))):
        for name in names:
            page = text(browse(name).get(manifest))
            assert f'class="button" href="/handovers/{story.handover(ordinal).id}"' in page, (ordinal, name)
            assert page.count('class="button" href="/handovers/') == 1
        story.hand_over(ordinal)
    assert 'class="button" href="/handovers/' not in text(browse("charlie").get(manifest))
    assert "You sign as <bdi>" not in text(browse("charlie").get(f"/handovers/{story.handover(2).id}"))


def test_who_signs_stands_above_the_button(cast: Cast, browse: Browse) -> None:
    """On a shared phone nobody signs under another's name unawares."""
    story = Story(cast).sealed(2)
    page = text(browse("asma").get(f"/handovers/{story.handover(1).id}"))
    assert "You sign as <bdi>Asma</bdi>." in page


def test_a_batch_says_how_many_were_not_received(cast: Cast, browse: Browse) -> None:
    """Two of three come; the third is settled and not received: the sum is whole on the first screen."""
    story = Story(cast).sealed(3)
    story.present(1)
    story.count(1, bodies=2)
    story.names(1, {3: "absent"})
    story.acknowledge(1, {3: "returned"})
    story.hand_over(2)
    page = text(browse("anton").get(f"/batches/{story.batch}"))
    assert "<strong>2</strong> of 3 people received" in page and "<strong>0</strong> still open" in page
    assert "<strong>1</strong> not received" in page
