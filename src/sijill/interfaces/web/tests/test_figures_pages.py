"""The pages of figures: allowed, wrong role, stranger, wrong method, already done; nothing turns a claim into a count."""

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sijill.domain.figures import queries as figures
from sijill.domain.figures.rules import ClaimRow, Unit
from sijill.domain.figures.tests.press import acting, add_topic, admit, claim, held_at, step
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.rules import AccountKind, AccountSpec
from sijill.interfaces.web import words
from sijill.interfaces.web.catalogue import sentences
from sijill.interfaces.web.pages.figure_strip import Scale, scale_of
from tests.cast import NOON, Cast

Browse = Callable[[str], Client]
TOPIC = "/figures/held-in-all"
CLAIM = {
    "low": "120", "high": "120", "modality": "reported", "speaker": "Damascus", "outlet": "Wire", "address": "wire/1",
    "published_on": "2026-02-01", "as_of": "", "quoted": "some had fled", "note": "", "rule": "",
}  # fmt: skip
STATE = {"state": "denied", "said_by": "The ministry", "outlet": "Wire", "said_on": "2026-02-03"}
QUERIES = {"/figures": 16, TOPIC: 18}  # the door, the viewer, then one query per question


@pytest.fixture
def said(cast: Cast) -> dict[str, UUID]:
    """Five people held at A-MAIN; 3 to 7 said, up to 7,000 possible, 9 denied, one unclear."""
    add_topic(cast, measure=held_at(cast, "A-MAIN"))
    admit(cast, 5)
    made = {
        "range": claim(cast, 3, 7, speaker="Ministry of Alpha"),
        "ceiling": claim(cast, None, 7000, modality="could", speaker="Headquarters"),
        "denied": claim(cast, 9, 9, modality="counted", speaker="A newspaper"),
        "unclear": claim(cast, None, None, modality="unclear", speaker="Another newspaper"),
    }
    step(cast, made["denied"], "denied", said_by="The governor", note="no such list")
    return made


def read(client: Client, address: str) -> str:
    """The page's text, without the spaces between its tags."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return re.sub(r"\s+", " ", answer.content.decode())


def claims(cast: Cast) -> list[ClaimRow]:
    """What is recorded."""
    with acting(cast) as viewer:
        return figures.claims(viewer, [t.id for t in figures.topics(viewer)])


# ------------------------------------------------------------------ reading
def test_a_topic_shows_every_claim_with_its_speaker_outlet_and_date(said: dict[str, UUID], browse: Browse) -> None:
    page = read(browse("alice"), TOPIC)
    for words_ in ("3 to 7", "up to 7,000", "no number", "Ministry of Alpha", "Headquarters", "A newspaper"):
        assert words_ in page, words_
    assert page.count("The Alpha Courier") == 8  # in the picture and in the table, with each of the four
    assert page.count('datetime="2026-02-01"') >= 8
    assert page.count('<q dir="auto">we hold them</q>') == 4
    assert page.count("courier.example</bdi>") == 4 and 'href="http' not in page  # named, never followed
    assert "https://courier.example/1" in read(browse("alice"), f"{TOPIC}/{said['range']}")
    assert "denied" in page and "The governor" in page and "no such list" in page


def test_the_register_stands_beside_and_calls_nobody_right(said: dict[str, UUID], browse: Browse) -> None:
    page = read(browse("alice"), TOPIC)
    beside = re.findall(r"register (?:within|below|above)|not comparable", page)
    assert sorted(beside) == ["not comparable", "not comparable", "register below", "register within"]
    assert "6,999" not in page and "average" in page  # only to say that there is none
    for verdict in ("correct", "wrong", "false", "true figure", "confirmed"):
        assert verdict not in re.sub(r"<[^>]+>", "", page).lower(), verdict


@pytest.mark.parametrize("who", ["dora", "basil", "adnan"])
def test_who_does_not_read_the_books_reads_claims_and_no_count(said: dict[str, UUID], browse: Browse, who: str) -> None:
    for address in ("/figures", TOPIC, f"{TOPIC}/{said['range']}"):
        page = read(browse(who), address)
        assert "not in your books" in page, address
    assert "Ministry of Alpha" in page and "3 to 7" in page
    assert 'class="then"' not in read(browse(who), TOPIC)


def test_the_list_shows_the_outer_ends_and_what_became_of_them(said: dict[str, UUID], browse: Browse) -> None:
    row = re.search(r"<tbody>(.*)</tbody>", read(browse("alice"), "/figures"))
    assert row is not None
    cells = [" ".join(re.sub(r"<[^>]+>", " ", c).split()) for c in re.findall(r"<td[^>]*>(.*?)</td>", row[1])]
    assert cells == ["3", "7,000", "held 5 2026-02-01", "persons", "4", "4", "denied 1"]


def test_one_claim_shows_what_became_of_it_and_what_it_follows_from(
    cast: Cast, said: dict[str, UUID], browse: Browse
) -> None:
    page = read(browse("dora"), f"{TOPIC}/{said['denied']}")
    assert "The governor" in page and "no such list" in page and "Bravo Radio" in page
    add_topic(cast, "foreigners")
    derived = claim(
        cast, 2, 4, topic="foreigners", modality="derived", rule="all minus nationals", derived_from=[said["range"]]
    )
    page = read(browse("dora"), f"/figures/foreigners/{derived}")
    assert "all minus nationals" in page and f'href="{TOPIC}/{said["range"]}"' in page


def test_what_is_not_there_is_the_same_404_for_everybody(said: dict[str, UUID], cast: Cast, browse: Browse) -> None:
    add_topic(cast, "another")
    addresses = ("/figures/nothing", f"{TOPIC}/{uuid4()}", f"/figures/another/{said['range']}")
    bodies = {browse(who).get(a).content for who in ("farid", "dora") for a in addresses}
    assert len(bodies) == 1
    assert browse("farid").post(f"/figures/another/{said['range']}/state", STATE).status_code == 404


def test_what_people_published_is_never_markup(cast: Cast, browse: Browse) -> None:
    add_topic(cast)
    made = claim(cast, 1, 1, speaker="<script>a</script>", quoted="<b>x</b>", address='"><img src=x>')
    for address in ("/figures", TOPIC, f"{TOPIC}/{made}"):
        page = read(browse("farid"), address)
        assert "<script>" not in page and "<b>x" not in page and "<img" not in page


def test_a_topic_in_words_has_neither_picture_nor_figure(cast: Cast, browse: Browse) -> None:
    add_topic(cast, "held-in-all", "words")
    claim(cast, None, None, quoted="we control the town")
    page = read(browse("dora"), TOPIC)
    assert "we control the town" in page and "<svg" not in page and "no number" not in page
    assert "in words" in read(browse("dora"), "/figures")


def test_without_a_topic_the_list_says_so(browse: Browse) -> None:
    assert "There is no topic yet." in read(browse("dora"), "/figures")


def test_the_number_of_queries_does_not_grow_with_the_claims(cast: Cast, said: dict[str, UUID], browse: Browse) -> None:
    client, seen = browse("farid"), {}
    for more in (0, 6):
        for n in range(more):
            step(cast, claim(cast, n, n + 1, as_of=None), "withdrawn")
        for address, wanted in QUERIES.items():
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            seen[address] = [q["sql"][:90] for q in captured]
            assert len(captured) == wanted, (more, address, seen[address])


def test_a_population_outside_the_sums_is_no_nought_and_is_compared_with_nothing(cast: Cast, browse: Browse) -> None:
    add_topic(cast, measure=held_at(cast, "A-MAIN") | {"accounts": ["stated"]})
    claim(cast, 14_000, 14_000)
    with acting(cast, "alice", NOON) as by:
        ledger.count_tally(
            tally_id=uuid4(), event_id=uuid4(), book_id=cast.authority["ALPHA"], n=14_000, basis="stated", label="",
            to=AccountSpec(AccountKind.STATED, facility_id=cast.facility["A-MAIN"]), occurred_at=NOON, by=by, at=NOON,
        )  # fmt: skip
    page = read(browse("alice"), TOPIC)
    assert page.count("14,000 outside the sums") == 3 and "not comparable" in page
    assert re.search(r'class="then" x1="[\d.]+%', page) is None
    assert re.search(r'<td class="num">\s*0', page) is None


# ------------------------------------------------------------------ entering
def test_the_analyst_enters_a_claim_once(cast: Cast, said: dict[str, UUID], browse: Browse) -> None:
    client, key = browse("farid"), str(uuid4())
    for _again in range(2):
        answer = client.post(f"{TOPIC}/enter", {**CLAIM, "key": key})
        assert (answer.status_code, answer["Location"]) == (302, TOPIC)
    (made,) = [c for c in claims(cast) if c.speaker == "Damascus"]
    assert (str(made.id), made.low, made.high, made.as_of, made.quoted) == (key, 120, 120, None, "some had fled")
    assert "carried out once" in client.get(TOPIC).content.decode()


def test_a_derived_claim_is_entered_with_its_sources(cast: Cast, said: dict[str, UUID], browse: Browse) -> None:
    derived = {**CLAIM, "modality": "derived", "rule": "all minus nationals", "derived_from": [str(said["range"])]}
    assert browse("farid").post(f"{TOPIC}/enter", {**derived, "key": str(uuid4())}).status_code == 302
    (made,) = [c for c in claims(cast) if c.rule]
    assert made.derived_from == (said["range"],)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"low": "121"}, "cannot be above the highest"),
        ({"low": "", "high": ""}, "Give a number"),
        ({"modality": "unclear"}, "has no number"),
        ({"modality": "derived"}, "names what it is derived from"),
        ({"rule": "some rule"}, "Only a derived figure"),
        ({"published_on": "2126-01-01"}, "published on a later day"),
        ({"as_of": "2126-01-01"}, "a later day than today"),
        ({"speaker": ""}, "required"),
        ({"low": "-1"}, "greater than or equal to 0"),
        ({"derived_from": [str(uuid4())]}, "Select a valid choice"),
    ],
)
def test_a_refused_claim_is_shown_again_with_the_reason(
    cast: Cast, said: dict[str, UUID], browse: Browse, changed: dict[str, str], sentence: str
) -> None:
    answer = browse("farid").post(f"{TOPIC}/enter", {**CLAIM, **changed, "key": str(uuid4())})
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert len(claims(cast)) == 4


def test_what_became_of_a_claim_is_said_once(cast: Cast, said: dict[str, UUID], browse: Browse) -> None:
    client, key, address = browse("farid"), str(uuid4()), f"{TOPIC}/{said['range']}/state"
    for _again in range(2):
        assert client.post(address, {**STATE, "key": key}).status_code == 302
    (row,) = [c for c in claims(cast) if c.id == said["range"]]
    assert [(s.state, s.said_by) for s in row.steps] == [("denied", "The ministry")]
    wrong = client.post(address, {**STATE, "said_on": "2126-01-01", "key": str(uuid4())})
    assert wrong.status_code == 422 and "said on a later day" in wrong.content.decode()
    assert '<details class="add" open>' in wrong.content.decode()


@pytest.mark.parametrize("who", ["alice", "amal", "adnan", "dora"])
def test_the_wrong_role_and_a_stranger_enter_nothing(
    cast: Cast, said: dict[str, UUID], browse: Browse, who: str
) -> None:
    client = browse(who)
    for address, values in (
        (f"{TOPIC}/enter", CLAIM), (f"{TOPIC}/{said['range']}/state", STATE), ("/figures/topics/new", {"code": "x"}),
    ):  # fmt: skip
        assert client.get(address).status_code == 403
        assert client.post(address, {**values, "key": str(uuid4())}).status_code == 403
    assert len(claims(cast)) == 4 and sum(len(c.steps) for c in claims(cast)) == 1
    for address in ("/figures", TOPIC, f"{TOPIC}/{said['range']}"):
        page = read(client, address)
        assert "/enter" not in page and "/state" not in page and "topics/new" not in page


def test_the_wrong_method(said: dict[str, UUID], browse: Browse) -> None:
    client = browse("farid")
    for address in ("/figures", TOPIC, f"{TOPIC}/{said['range']}"):
        assert client.post(address).status_code == 405
    for address in (f"{TOPIC}/enter", f"{TOPIC}/{said['range']}/state", "/figures/topics/new"):
        assert client.delete(address).status_code == 405
        assert client.get(address).status_code == 200


def test_the_analyst_adds_a_topic_with_what_stands_beside_it(cast: Cast, browse: Browse) -> None:
    client = browse("farid")
    topic = {
        "code": "held-at-main", "name_en": "Held at Main", "name_ar": "المحتجزون", "unit": "persons",
        "accounts": ["held", "control-lost"], "event": "", "books": [str(cast.authority["ALPHA"])],
        "facility": str(cast.facility["A-MAIN"]), "nationality": "", "age_class": "", "key": str(uuid4()),
    }  # fmt: skip
    for _again in range(2):
        answer = client.post("/figures/topics/new", topic)
        assert (answer.status_code, answer["Location"]) == (302, "/figures/held-at-main")
    with acting(cast) as viewer:
        row = figures.topic(viewer, "held-at-main")
    assert row.unit is Unit.PERSONS and row.measure is not None
    assert (row.measure.accounts, row.measure.books) == (("control-lost", "held"), (cast.authority["ALPHA"],))
    page = read(client, "/figures/held-at-main")
    assert "control lost · held" in page and "Alpha" in page and "A-MAIN" in page
    wrong = client.post("/figures/topics/new", {**topic, "books": [], "key": str(uuid4())})
    assert wrong.status_code == 422 and "Choose the books" in wrong.content.decode()
    taken = client.post("/figures/topics/new", {**topic, "unit": "families", "key": str(uuid4())})
    assert taken.status_code == 422 and "already used" in taken.content.decode()


# ------------------------------------------------------------------ words and the picture
def test_every_code_has_a_word() -> None:
    from sijill.domain.figures import rules

    pairs = (
        ("modality", rules.Modality), ("claim-state", rules.ClaimState), ("figure-unit", rules.Unit),
        ("beside", rules.Beside), ("figure-shown", figures.Shown),
    )  # fmt: skip
    for group, codes in pairs:
        assert set(words.GROUPS[group]) == {code.value for code in codes}, group


@pytest.mark.parametrize("numbers", [[0], [1], [5], [150, 144], [5703, 5704, 5064], [120, 1500], [24000, 25183, 0]])
def test_a_scale_holds_every_number_in_order(numbers: list[int]) -> None:
    scale = scale_of(numbers)
    assert scale is not None
    places = [float(scale.at(n).rstrip("%")) for n in sorted(numbers)]
    assert places == sorted(places) and places[0] >= 0 and places[-1] <= 100
    assert scale.low <= min(numbers) and scale.high >= max(numbers) and scale.low < scale.high


def test_a_scale_begins_at_nought_unless_all_lie_far_from_it() -> None:
    assert scale_of([]) is None
    assert scale_of([120, 1500]) == Scale(0, 1500)
    close = scale_of([5703, 5704])
    assert close is not None and 5600 < close.low < 5703


def test_the_words_of_a_figure_are_sentences_of_the_catalogue() -> None:
    """A name the extraction does not know leaves them English on every page."""
    spoken = {sentence for _context, sentence, _plural in sentences()}
    assert {"%(low)s to %(high)s", "%(low)s or more", "up to %(high)s", "no number"} <= spoken
