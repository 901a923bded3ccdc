"""Search and references: against a naive search over plain lists."""

from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sijill.domain.access.viewing import viewing
from sijill.domain.people import actions, queries
from sijill.domain.people.queries import persons
from sijill.domain.people.rules import ClaimValue, Document, Name, Number
from sijill.domain.people.spelling import name_words, number_words, query_words
from sijill.domain.people.tests.makers import enter, one, somebody
from tests.cast import NOON, Cast

Crowd = dict[UUID, tuple[str, str, str]]
NAMES = [
    "Ahmad Salih",
    "Ahmad al-Masri",
    "Amal Ahmad",
    "أحمد صالح",
    "Sara Amin",
    "Salih Ahmad al-Ali",
    "Ali Ali",
    "José Ma",
]


@pytest.fixture
def crowd(cast: Cast) -> Crowd:
    """Forty people: id -> (name, number, register number)."""
    made = [(NAMES[i % len(NAMES)], f"SY-{i * 37:05d}") for i in range(40)]
    registered = enter(cast, *[somebody(Name(name), Number("SDF", number)) for name, number in made])
    return {r.person_id: (*m, r.register_number) for r, m in zip(registered, made, strict=True)}


def naive(crowd: Crowd, text: str) -> set[UUID]:
    """Everybody of whom each typed word starts some word."""
    words = query_words(text)
    stored = {
        person: name_words(name) | number_words(number) | number_words(register)
        for person, (name, number, register) in crowd.items()
    }
    return {p for p, own in stored.items() if words and all(any(s.startswith(w) for s in own) for w in words)}


def pages(cast: Cast, text: str, limit: int, who: str = "alice") -> list[UUID]:
    """All pages of a search, one after another."""
    by, found, after = cast.viewer(who), [], None
    with viewing(by.user_id):
        while page := queries.search(by, text, limit=limit, after=after):
            found += [row.id for row in page]
            after = page[-1].id
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from(["a", "ah", "ahm", "ahmad", "s", "sal", "al-m", "ali", "احمد", "ص", "sy", "sy0", "37", "0", "j", "zz"]),
             min_size=1, max_size=3),
    st.integers(5, 50),
)  # fmt: skip
def test_search_finds_what_a_naive_search_finds_each_once_over_all_pages(
    cast: Cast, crowd: Crowd, typed: list[str], limit: int
) -> None:
    found = pages(cast, " ".join(typed), limit)
    assert len(found) == len(set(found))
    assert set(found) == naive(crowd, " ".join(typed))


@pytest.mark.parametrize("text", ["", "  ", "'", "---", "\x00", "%", "_", "ahmad zz", "a" * 5000, "😀"])
def test_odd_searches_find_nobody_and_break_nothing(cast: Cast, crowd: Crowd, text: str) -> None:
    assert pages(cast, text, 50) == []


def test_a_search_over_two_authorities_gives_each_person_once(cast: Cast) -> None:
    from sijill.domain.access import actions as access
    from sijill.domain.access import queries as access_queries
    from sijill.domain.access.rules import REGISTER_ID, DutyKind

    person = one(cast, Name("Ahmad Ahmadi"))
    alice = cast.viewer("alice")
    with viewing(alice.user_id):
        actions.show_to(person_ids=[person], authority_id=cast.authority["BRAVO"], by=alice, at=NOON)
    with viewing(REGISTER_ID):
        register = access_queries.viewer_of(REGISTER_ID, NOON)
        access.grant_duty(
            user_id=cast.user["alice"],
            kind=DutyKind.REGISTRAR,
            authority_id=cast.authority["BRAVO"],
            by=register,
            at=NOON,
        )
    assert pages(cast, "ahm", 1) == [person]


def test_the_work_of_a_search_is_bounded(cast: Cast, crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persons, "SEARCH_WORK_MAX", 5)
    by = cast.viewer("alice")
    with viewing(by.user_id):
        assert 0 < len(queries.search(by, "a")) <= 5


def test_references(cast: Cast) -> None:
    values: list[ClaimValue] = [Name("A B"), Number("SDF", "ISN 0042"), Document("passport", "G-123")]
    person = enter(cast, somebody(*values))[0]
    other = one(cast, Name("C D"), Number("ICRC", "77"))
    again = one(cast, Name("E F"), Number("SDF", "77"))
    by = cast.viewer("alice")
    with viewing(by.user_id):
        for typed in (
            person.register_number,
            person.register_number.lower().replace("-", " "),
            "isn0042",
            "٠٠٤٢",
            "42",
            "g123",
        ):
            assert queries.find_reference(by, typed) == person.person_id, typed
        assert queries.find_reference(by, "77") is None  # two people carry it
        assert {r.id for r in queries.search(by, "77")} == {other, again}
        assert queries.find_reference(by, "") is None
        assert queries.find_reference(by, "A") is None  # a name is no reference
        wrong = person.register_number[:-1] + ("3" if person.register_number[-1] != "3" else "4")
        assert queries.find_reference(by, wrong) is None
        assert [r.id for r in queries.search(by, person.register_number)] == [person.person_id]
    dora = cast.viewer("dora")
    with viewing(dora.user_id):
        assert queries.find_reference(dora, person.register_number) is None
        assert queries.search(dora, person.register_number) == []


def test_names_of_a_page_take_one_query(cast: Cast, crowd: Crowd, django_assert_num_queries: object) -> None:
    by = cast.viewer("alice")
    with viewing(by.user_id), django_assert_num_queries(1):  # type: ignore[operator]
        assert len(queries.names_of(by, crowd)) == len(crowd)
    with viewing(by.user_id), pytest.raises(ValueError, match="paged"):
        queries.names_of(by, [UUID(int=i) for i in range(persons.NAMES_MAX + 1)])
