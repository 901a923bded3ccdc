"""Batches and manifests: allowed, wrong role, stranger, wrong method, already done; the lists ask the same number of queries."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sijill.domain.people import queries as people
from sijill.domain.transfers import queries as transfers
from tests.cast import PASSWORD, Cast
from tests.story import Story

Browse = Callable[[str], Client]


@pytest.fixture
def story(cast: Cast) -> Story:
    """An operation of the three, and 12 people held at A-MAIN."""
    made = Story(cast)
    made.open_operation()
    made.admit(12)
    return made


def plan_form(story: Story, **changes: object) -> dict[str, object]:
    """The form of a plan as a browser sends it."""
    cast = story.cast
    return {
        "key": str(uuid4()), "operation": str(story.operation), "sender": cast.authority["ALPHA"],
        "carrier": cast.authority["BRAVO"], "receiver": cast.authority["CHARLIE"],
        "origin": cast.facility["A-MAIN"], "planned_on": "2026-02-02", "size": "12",
    } | changes  # fmt: skip


def text(answer: object) -> str:
    """The page of an answer."""
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def key(**more: object) -> dict[str, object]:
    """A form with a key."""
    return {"key": str(uuid4()), **more}


# ---------------------------------------------------------------------------- planning
def test_a_coordinator_plans_once_however_often_he_presses(browse: Browse, story: Story) -> None:
    client, sent = browse("anton"), plan_form(story)
    first, again = client.post("/batches/plan", sent), client.post("/batches/plan", sent)
    assert first.status_code == again.status_code == 302 and first["Location"] == again["Location"]
    assert first["Location"] == f"/batches/{sent['key']}"
    with story.acting("anton") as by:
        assert [b.id for b in transfers.batches(by)] == [UUID(str(sent["key"]))]


def test_a_refusal_says_every_objection_with_its_document(browse: Browse, story: Story) -> None:
    with story.acting("anton") as by:
        story.decide(by, "second", document="Order 7/2026", ceiling=10)
    page = browse("anton").post("/batches/plan", plan_form(story, size="1200"))
    assert page.status_code == 422
    assert "Decision 12/2026" in text(page) and "Order 7/2026" in text(page) and "1000" in text(page)
    with story.acting("anton") as by:
        assert transfers.batches(by) == []


@pytest.mark.parametrize("name", ["farid", "dora", "asma", "basil"])
def test_who_plans_nothing_has_no_such_form(name: str, browse: Browse, story: Story) -> None:
    assert browse(name).get("/batches/plan").status_code == 403
    assert browse(name).post("/batches/plan", plan_form(story)).status_code == 403


def test_nobody_plans_for_another_sender(browse: Browse, story: Story) -> None:
    """The field offers only his own authority, so another one is no choice at all."""
    sent = plan_form(story, sender=story.cast.authority["BRAVO"], carrier=story.cast.authority["ALPHA"])
    assert browse("anton").post("/batches/plan", sent).status_code == 422


# ---------------------------------------------------------------------------- the batch
def test_the_page_of_a_batch_and_its_acts(browse: Browse, story: Story) -> None:
    """Authorise, then cancel with a reason; each once."""
    story.plan(12)
    client, address = browse("anton"), f"/batches/{story.batch}"
    assert "Authorise this batch" in text(client.get(address))
    sent = key()
    assert client.post(f"{address}/authorise", sent).status_code == 302
    assert client.post(f"{address}/authorise", sent).status_code == 302
    assert story.state() == "authorised"
    assert client.post(f"{address}/cancel", key()).status_code == 422
    assert client.post(f"{address}/cancel", key(note="the road is closed")).status_code == 302
    assert story.state() == "cancelled" and "the road is closed" in text(client.get(address))
    late = client.post(f"{address}/authorise", key())
    assert late.status_code == 422 and "not at the point" in text(late)


def test_one_manifest_is_cancelled_alone(browse: Browse, story: Story) -> None:
    """With a reason, once; not by others; not once its people were handed over."""
    story.plan(12)
    story.authorise()
    manifests = [story.draw(story.people[:5]), story.draw(story.people[5:10])]
    for manifest in manifests:
        story.seal(manifest)
    client, address = browse("anton"), f"/manifests/{manifests[1]}/cancel"
    assert "Cancel this manifest" in text(client.get(f"/manifests/{manifests[1]}"))
    assert client.post(address, key()).status_code == 422
    assert client.get(address).status_code == 405
    whole = key(note="bus broke down")
    assert browse("basil").post(address, whole).status_code == 403
    stranger = browse("dora").post(address, whole)
    assert stranger.status_code == 404
    assert stranger.content == browse("dora").post(f"/manifests/{uuid4()}/cancel", whole).content
    assert story.manifest_row(manifests[1]).state == "sealed"
    for _ in range(2):
        assert client.post(address, whole).status_code == 302
    page = text(client.get(f"/manifests/{manifests[1]}"))
    assert "cancelled" in page and "Cancel this manifest" not in page
    assert "bus broke down" in text(client.get(f"/batches/{story.batch}"))
    story.present(1)
    late = client.post(f"/manifests/{manifests[0]}/cancel", key(note="too late"))
    assert late.status_code == 422 and "handed over already" in text(late)


def test_objections_stand_where_the_button_would(browse: Browse, story: Story) -> None:
    story.plan(12)
    with story.acting("anton") as by:
        story.decide(by, "later", document="Order 9/2026", ceiling=5)
    page = text(browse("anton").get(f"/batches/{story.batch}"))
    assert "Order 9/2026" in page and "Authorise this batch" not in page
    assert browse("anton").post(f"/batches/{story.batch}/authorise", key()).status_code == 422
    assert story.state() == "planned"


ACTS = ["authorise", "cancel", "close", "manifests"]


@pytest.mark.parametrize("act", ACTS)
def test_wrong_role_stranger_and_wrong_method(act: str, browse: Browse, story: Story) -> None:
    story.plan(12)
    address = f"/batches/{story.batch}/{act}"
    whole = key(note="x", vehicle="Bus", destination=story.cast.facility["C-HUB"])
    assert browse("basil").post(address, whole).status_code == 403
    stranger = browse("dora").post(address, whole)
    assert stranger.status_code == 404
    assert stranger.content == browse("dora").post(f"/batches/{uuid4()}/{act}", whole).content
    assert browse("anton").get(address).status_code == 405
    assert story.state() == "planned"


def test_a_coming_movement_is_no_page_for_others(browse: Browse, story: Story) -> None:
    """The analyst and a stranger see neither list nor page; a party does."""
    story.plan(12)
    code = story.batch_row().code
    for name, seen in (("anton", True), ("basil", True), ("charlie", True), ("farid", False), ("dora", False)):
        client = browse(name)
        assert (code in text(client.get("/batches"))) is seen, name
        assert client.get(f"/batches/{story.batch}").status_code == (200 if seen else 404), name


def counted(client: Client, address: str) -> int:
    """How many queries a page asks."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_the_list_asks_the_same_for_one_batch_and_for_seven(browse: Browse, story: Story) -> None:
    story.plan(1)
    client = browse("anton")
    client.get("/batches")
    one = counted(client, "/batches")
    for _n in range(6):
        story.plan(1, batch_id=uuid4())
    assert counted(client, "/batches") == one <= 18


def test_the_page_asks_the_same_for_three_people_and_for_twelve(browse: Browse, story: Story) -> None:
    story.plan(12)
    story.authorise()
    manifest = story.draw(story.people[:3])
    client = browse("anton")
    few = counted(client, f"/batches/{story.batch}"), counted(client, f"/manifests/{manifest}")
    client.post(f"/manifests/{manifest}/add-first", key(count="9"))
    many = counted(client, f"/batches/{story.batch}"), counted(client, f"/manifests/{manifest}")
    assert few == many


# ---------------------------------------------------------------------------- the manifest
@pytest.fixture
def drawn(story: Story) -> Story:
    """An authorised batch with an empty manifest."""
    story.plan(8)
    story.authorise()
    story.draw([])
    return story


def test_drawing_a_manifest_to_an_excluded_region_is_refused_with_the_paper(browse: Browse, story: Story) -> None:
    story.plan(12)
    sent = key(vehicle="Bus 1", destination=story.cast.facility["C-NORTH"])
    page = browse("anton").post(f"/batches/{story.batch}/manifests", sent)
    assert page.status_code == 422 and "IQ-AR" in text(page) and "Decision 12/2026" in text(page)
    good = browse("anton").post(
        f"/batches/{story.batch}/manifests", sent | {"destination": story.cast.facility["C-HUB"]}
    )
    assert good["Location"] == f"/manifests/{sent['key']}"


def numbers(story: Story) -> list[str]:
    """The register numbers of the story's people."""
    with story.acting("anton") as by:
        shown = people.register_numbers(by, story.people)
    return [shown[p] for p in story.people]


def test_people_are_added_from_the_roll_by_search_and_by_references(browse: Browse, drawn: Story) -> None:
    client, address = browse("anton"), f"/manifests/{drawn.manifests[0]}"
    assert client.post(f"{address}/add-first", key(count="3")).status_code == 302
    found = client.post(f"{address}/search", {"text": "person"})
    assert found.status_code == 200 and found.content.decode().count('type="checkbox"') == 9
    assert "3 more are on an open manifest" in text(found)
    with drawn.acting("anton") as by:
        on_it = {line.subject_id for line in transfers.manifest_lines(by, drawn.manifests[0])}
    free = [p for p in drawn.people if p not in on_it]
    assert client.post(f"{address}/add", key(subject=[str(p) for p in free[:2]])).status_code == 302
    shown = dict(zip(drawn.people, numbers(drawn), strict=True))
    pasted = "\n".join(shown[p] for p in free[2:4])
    assert client.post(f"{address}/add-references", key(references=pasted)).status_code == 302
    assert drawn.manifest_row().people == 7
    again = client.post(f"{address}/add", key())
    assert again.status_code == 422 and "Nobody was chosen" in text(again)


def test_a_reference_that_names_nobody_adds_nobody(browse: Browse, drawn: Story) -> None:
    pasted = f"{numbers(drawn)[0]}\nS-NOT-THERE"
    page = browse("anton").post(f"/manifests/{drawn.manifests[0]}/add-references", key(references=pasted))
    assert page.status_code == 422 and "S-NOT-THERE" in text(page)
    assert drawn.manifest_row().people == 0


def test_more_than_the_batch_or_the_roll_holds_is_refused(browse: Browse, drawn: Story) -> None:
    address = f"/manifests/{drawn.manifests[0]}/add-first"
    assert "8 people at most" in text(browse("anton").post(address, key(count="9")))
    assert "Only 12 people" in text(browse("anton").post(address, key(count="13")))
    assert drawn.manifest_row().people == 0


def test_the_seal_asks_for_the_password_on_the_spot_and_shows_the_hash(browse: Browse, drawn: Story) -> None:
    client, address = browse("anton"), f"/manifests/{drawn.manifests[0]}"
    client.post(f"{address}/add-first", key(count="8"))
    assert 'type="password"' in text(client.get(address))
    wrong = client.post(f"{address}/seal", key(password="not the password"))
    assert wrong.status_code == 422 and "not your password" in text(wrong)
    assert drawn.manifest_row().state == "draft"
    sent = key(password=PASSWORD)
    assert client.post(f"{address}/seal", sent).status_code == 302
    assert client.post(f"{address}/seal", sent).status_code == 302
    row = drawn.manifest_row()
    assert row.state == "sealed" and row.sha256 in text(client.get(address))
    late = client.post(f"{address}/remove", key(subject=str(drawn.people[0])))
    assert late.status_code == 422 and "sealed" in text(late)


def test_taking_somebody_off_a_draft(browse: Browse, drawn: Story) -> None:
    client, address = browse("anton"), f"/manifests/{drawn.manifests[0]}"
    client.post(f"{address}/add", key(subject=[str(p) for p in drawn.people[:3]]))
    assert client.post(f"{address}/remove", key(subject=str(drawn.people[1]))).status_code == 302
    with drawn.acting("anton") as by:
        left = {line.subject_id for line in transfers.manifest_lines(by, drawn.manifests[0])}
    assert left == {drawn.people[0], drawn.people[2]}


CHANGES = ["search", "add", "add-first", "add-references", "remove", "seal"]


@pytest.mark.parametrize("act", CHANGES)
def test_the_manifest_has_its_five_cases(act: str, browse: Browse, drawn: Story) -> None:
    address = f"/manifests/{drawn.manifests[0]}/{act}"
    whole = key(subject=str(drawn.people[0]), count="2", references=numbers(drawn)[0], password=PASSWORD, text="x")
    stranger = browse("dora").post(address, whole)
    assert stranger.status_code == 404
    assert stranger.content == browse("dora").post(f"/manifests/{uuid4()}/{act}", whole).content
    assert browse("basil").post(address, whole).status_code == 403
    assert browse("anton").get(address).status_code == 405
    assert drawn.manifest_row().people == 0


def test_a_typed_code_opens_its_manifest(browse: Browse, drawn: Story) -> None:
    code = drawn.manifest_row().code
    assert (
        browse("basil").post("/batches/find", {"code": f" {code.lower()} "})["Location"]
        == f"/manifests/{drawn.manifests[0]}"
    )
    for name, typed in (("dora", code), ("anton", "M-NOTHING")):
        page = browse(name).post("/batches/find", {"code": typed})
        assert page.status_code == 422 and "No manifest you may see" in text(page)
    assert browse("anton").get("/batches/find").status_code == 405


def test_names_that_people_gave_are_never_markup(browse: Browse, drawn: Story) -> None:
    """Also the vehicle, which somebody typed."""
    client = browse("anton")
    client.post(
        f"/batches/{drawn.batch}/manifests", key(vehicle="<i>Bus</i>", destination=drawn.cast.facility["C-HUB"])
    )
    page = text(client.get(f"/batches/{drawn.batch}"))
    assert "&lt;i&gt;Bus" in page and "<i>Bus" not in page


def test_close_says_what_is_open(browse: Browse, story: Story) -> None:
    """Reconciled, but a finding is open: refused in words; then closed."""
    story.plan(12)
    story.authorise()
    story.draw(story.people)
    story.seal()
    story.present(1)
    story.count(1, 11)
    story.names(1, {3: "absent"})
    story.acknowledge(1, {3: "returned"})
    story.hand_over(2)
    client = browse("anton")
    page = text(client.get(f"/batches/{story.batch}"))
    assert "Close this batch" in page and "every person is settled" in page
    refused = client.post(f"/batches/{story.batch}/close", key())
    assert refused.status_code == 422 and "still open" in text(refused)
    story.settle_all()
    assert client.post(f"/batches/{story.batch}/close", key()).status_code == 302
    assert story.state() == "closed"


def test_the_first_of_the_roll_are_those_the_coordinator_may_see(browse: Browse, drawn: Story) -> None:
    """A subject of the ledger without a person behind it could not be shown to the carrier: it is passed over."""
    from datetime import timedelta

    from sijill.domain.ledger import actions as ledger
    from sijill.domain.ledger.rules import Admission, NewSubject

    alpha, nameless = drawn.cast.authority["ALPHA"], UUID(int=1)
    with drawn.acting("alice") as by:
        ledger.add_subjects(subjects=[NewSubject(nameless)], by=by, at=drawn.tick())
        ledger.admit(
            admissions=[Admission(uuid4(), nameless)], book_id=alpha, facility_id=drawn.cast.facility["A-MAIN"],
            hall_id=None, occurred_from=drawn.now - timedelta(hours=1), occurred_to=drawn.now, by=by, at=drawn.now,
        )  # fmt: skip
    assert browse("anton").post(f"/manifests/{drawn.manifests[0]}/add-first", key(count="8")).status_code == 302
    with drawn.acting("anton") as by:
        assert nameless not in {line.subject_id for line in transfers.manifest_lines(by, drawn.manifests[0])}
