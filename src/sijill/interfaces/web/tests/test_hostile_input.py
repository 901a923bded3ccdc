"""Hostile input to the pages of losses, figures, sharing and legal bases: refused in words, never a failure."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.test import Client

from sijill.domain.ledger import queries as ledger
from tests.cast import Cast
from tests.story import Story

Browse = Callable[[str], Client]
NIL = str(UUID(int=0))
NASTY = [
    "a\x00b", "9" * 400, "-1", "NaN", "0001-01-01", "9999-12-31", "0001-01-01T00:00", "9999-12-31T23:59",
    "1500-06-01T00:00", NIL, "not-a-uuid", "\U0001f600" * 50, "99999999999999999999:",
]  # fmt: skip


@pytest.fixture
def story(cast: Cast) -> Story:
    """Three people at A-MAIN."""
    told = Story(cast)
    told.admit(3)
    return told


def loss_form(story: Story, **also: str) -> dict[str, str]:
    """What amal sends."""
    return {
        "key": str(uuid4()), "place": f"{story.cast.facility['A-MAIN']}:", "kind": "control-lost",
        "occurred_at": "2026-02-02T06:00", "other": "", "custodian": "", "ground_code": "attacked", "ground": "Attack.",
    } | also  # fmt: skip


def rate(**also: str) -> dict[str, str]:
    """A rate as fatima states it."""
    return {
        "key": str(uuid4()), "label": "food", "amount": "9.78", "currency": "USD", "authority": "", "facility": "",
        "valid_from": "2026-01-01", "valid_to": "", "source": "A paper", "illustrative": "on",
    } | also  # fmt: skip


def basis(story: Story, **also: str) -> dict[str, str]:
    """A legal basis as lina states it."""
    return {
        "key": str(uuid4()), "authority": str(story.cast.authority["ALPHA"]), "ground": "conviction",
        "ordering_authority": "Court", "document": "7", "source": "File", "stated_on": "2026-01-01", "expires_on": "",
    } | also  # fmt: skip


def topic(story: Story, **also: str) -> dict[str, str]:
    """A topic as farid enters it."""
    return {
        "key": str(uuid4()), "code": f"t-{uuid4().hex[:8]}", "name_en": "How many", "name_ar": "", "unit": "persons",
        "accounts": "held", "event": "", "books": str(story.cast.authority["ALPHA"]), "facility": "", "nationality": "",
        "age_class": "",
    } | also  # fmt: skip


def claim(**also: str) -> dict[str, str]:
    """A claim as farid enters it."""
    return {
        "key": str(uuid4()), "low": "5", "high": "7", "modality": "stated", "speaker": "A", "outlet": "B", "address": "",
        "published_on": "2026-01-05", "as_of": "2026-01-04", "quoted": "", "note": "", "rule": "",
    } | also  # fmt: skip


def state(**also: str) -> dict[str, str]:
    """What became of a claim."""
    return {
        "key": str(uuid4()), "state": "denied", "said_by": "A", "outlet": "B", "said_on": "2026-01-06", "address": "",
        "note": "",
    } | also  # fmt: skip


def resolving(**also: str) -> dict[str, str]:
    """What is said of one person of a loss."""
    return {
        "key": str(uuid4()), "outcome": "whereabouts-unknown", "place": "", "custodian": "",
        "occurred_at": "2026-03-01T06:00", "evidence": "Seen.", "grade": "one-source",
    } | also  # fmt: skip


def each_field(client: Client, address: str, fresh: Callable[[], dict[str, str]]) -> None:
    """Every field of a form with every nasty value, and missing."""
    failed = []
    for name in fresh():
        for value in NASTY:
            answer = client.post(address, fresh() | {name: value})
            if answer.status_code not in (302, 422):
                failed.append((name, value, answer.status_code))
        sent = fresh()
        del sent[name]
        if client.post(address, sent).status_code not in (200, 302, 422):
            failed.append((name, "absent", 0))
    assert not failed, address


def test_forms_of_losses(story: Story, browse: Browse) -> None:
    amal, ahmad = browse("amal"), browse("ahmad")
    each_field(amal, "/losses/state", lambda: loss_form(story))
    assert amal.get("/losses").status_code == 200
    loss = amal.post("/losses/state", loss_form(story))["Location"]
    for value in set(NASTY) - {NIL}:
        for verb in ("confirm", "undo"):
            assert ahmad.post(f"{loss}/{verb}", {"key": value, "ground": value}).status_code == 422, (verb, value)
    assert ahmad.post(f"{loss}/confirm", {"key": str(uuid4())}).status_code == 302
    each_field(amal, f"{loss}/people/{story.people[0]}", resolving)
    assert amal.get(loss).status_code == 200
    told = resolving() | {"outcome": "reported-escaped"}
    assert amal.post(f"{loss}/people/{story.people[1]}", told).status_code == 302
    with story.acting("amal") as by:
        finding = next(r.finding.id for r in ledger.searches(by) if r.finding.subject_id == story.people[1])
    step = {"step": "searched", "owner": "", "text": "North."}
    each_field(amal, f"/losses/searches/{finding}/step", lambda: step | {"key": str(uuid4())})
    said = {"evidence": "Seen.", "grade": "one-source", "occurred_at": "2026-03-01T07:00"}
    each_field(ahmad, f"/losses/searches/{finding}/confirm", lambda: said | {"key": str(uuid4())})
    for address in ("/", "/losses", loss, "/losses/searches", f"/losses/searches/{finding}"):
        assert amal.get(address).status_code == 200, address


def test_forms_of_rates(story: Story, browse: Browse) -> None:
    fatima = browse("fatima")
    each_field(fatima, "/sharing/rates", rate)
    assert fatima.post("/sharing/rates", rate(amount="999999999999999/1")).status_code == 302
    for address in ("/sharing/rates", "/sharing", "/sharing/person-days.csv", "/sharing/places/A-MAIN"):
        assert fatima.get(address).status_code == 200, address


def test_forms_of_figures(story: Story, browse: Browse) -> None:
    farid = browse("farid")
    each_field(farid, "/figures/topics/new", lambda: topic(story))
    assert farid.post("/figures/topics/new", topic(story) | {"code": "held"}).status_code == 302
    each_field(farid, "/figures/held/enter", claim)
    sent = claim()
    assert farid.post("/figures/held/enter", sent).status_code == 302
    each_field(farid, f"/figures/held/{sent['key']}/state", state)
    for address in ("/figures", "/figures/held", f"/figures/held/{sent['key']}", "/figures/held/enter"):
        assert farid.get(address).status_code == 200, address


def test_forms_of_legal_bases(story: Story, browse: Browse) -> None:
    lina, person = browse("lina"), story.people[0]
    each_field(lina, f"/people/{person}/legal/new", lambda: basis(story))
    sent = basis(story)
    assert lina.post(f"/people/{person}/legal/new", sent).status_code == 302
    for value in set(NASTY) - {NIL}:
        answer = lina.post(f"/people/{person}/legal/{sent['key']}/withdraw", {"key": value, "reason": value})
        assert answer.status_code == 422, value
    for address in (f"/people/{person}", f"/people/{person}/custody-sheet", "/legal", "/legal/ALPHA/at/A-MAIN"):
        assert lina.get(address).status_code in (200, 404), address


def test_what_is_asked_of_pages(story: Story, browse: Browse) -> None:
    asked = {
        "/": ("day", "time", "known"), "/sharing": ("since", "until", "known"), "/sharing/places/A-MAIN": ("since",
        "until", "known"), "/sharing/person-days.csv": ("since", "until", "known"), "/losses/state": ("place",),
        "/legal/ALPHA/at/A-MAIN": ("after",), "/legal/ALPHA/on-the-way": ("after",), "/people": ("for",),
        "/findings": ("owner", "code", "page", "skip"), "/distribution": ("x",), "/places/A-MAIN/control": ("at",),
    }  # fmt: skip
    amal = browse("amal")
    for address, names in asked.items():
        for name in names:
            for value in NASTY:
                answer = amal.get(address, {name: value})
                assert answer.status_code in (200, 404, 422), (address, name, value)
    for value, until in (("1900-01-01", "9999-12-31"), ("1900-01-01", "2026-02-03"), ("9999-12-31", "0001-01-01")):
        assert amal.get("/sharing", {"since": value, "until": until}).status_code == 422


@pytest.mark.parametrize("address", [
    "/places/%00/control", "/sharing/places/%00", "/legal/%00/at/%00", "/legal/A%00/on-the-way", "/legal/ALPHA/at/%00",
    "/figures/%00",
])  # fmt: skip
def test_an_address_with_a_byte_that_is_no_text(story: Story, browse: Browse, address: str) -> None:
    assert browse("amal").get(address).status_code == 404


def test_a_form_about_nobody(story: Story, browse: Browse) -> None:
    amal, nobody = browse("amal"), UUID(int=0)
    for address in (f"/losses/{nobody}/confirm", f"/losses/{nobody}/undo", f"/losses/searches/{nobody}/step"):
        assert amal.post(address, {"key": str(uuid4())}).status_code == 404, address


def test_presses_of_the_count_screen(cast: Cast, browse: Browse) -> None:
    """What a scanner, a keyboard or somebody else sends: counted, told in words, or refused."""
    told = Story(cast).sealed(3)
    told.present(1)
    basil, count = browse("basil"), f"/handovers/{told.handover(1).id}/count"
    for value in [
        *NASTY,
        "",
        "bodies:+1",
        "x:seen:",
        "x:seen:1\x00",
        "x:bodies:99999",
        "x:bodies:1",
        "x:undo:",
        "x" * 99,
    ]:
        for field in ("press", "reference"):
            sent = {"press": "k:seen:", field: value}
            answer = basil.post(f"{count}/press", sent)
            assert answer.status_code in (302, 409, 422), (field, value)
    assert basil.get(count).status_code == 200
    for name in ("bodies", "injured", "dead", "compared", "password", "key"):
        for value in NASTY:
            sent = {"key": str(uuid4()), "bodies": "3", "injured": "0", "dead": "0", "compared": "1", "password": "x"}
            assert basil.post(count, sent | {name: value}).status_code in (302, 422), (name, value)


def test_a_finding_about_a_loss_of_another_book_can_be_read(story: Story, browse: Browse) -> None:
    """BRAVO is told how many are said to be with it; the statement itself is ALPHA's and stays hidden."""
    other = str(story.cast.authority["BRAVO"])
    amal, bushra = browse("amal"), browse("bushra")
    loss = amal.post("/losses/state", loss_form(story, kind="control-changed", other=other))["Location"]
    assert browse("ahmad").post(f"{loss}/confirm", {"key": str(uuid4())}).status_code == 302
    with story.acting("bushra") as by:
        (row,) = ledger.findings(by)
    assert (row.code, row.n, row.subject_id) == ("said-to-be-here", 3, None)
    for address in ("/", "/findings", f"/findings/{row.id}"):
        page = bushra.get(address)
        assert page.status_code == 200 and loss.rsplit("/", 1)[1] not in page.content.decode(), address
    assert bushra.get(loss).content == bushra.get(f"/losses/{uuid4()}").content


def test_a_capacity_beyond_any_prison_is_told(story: Story, browse: Browse) -> None:
    """The distribution subtracts from it."""
    capacity = {"kind": "working", "places": "9" * 30, "approver": "R. H.", "approved_on": "2026-01-01"}
    alice = browse("alice")
    assert alice.post("/places/A-MAIN/capacity", capacity | {"key": str(uuid4())}).status_code == 422
    assert alice.get("/distribution").status_code == 200
