"""Entering people: allowed, wrong role, stranger, already done; numbered unknowns; showing to another authority."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from sijill.domain.access.rules import NotAllowed, NotVisible, Refused
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger import queries as ledger_queries
from sijill.domain.ledger.rules import Admission
from sijill.domain.people import actions, numbers, queries
from sijill.domain.people.rules import PEOPLE_MAX, Birth, ClaimKind, Name, NewPerson, Precision, Sex
from sijill.domain.people.tests.makers import CHILD, claim, enter, kareem, one, somebody
from tests.cast import NOON, Cast


def test_a_person_is_entered_with_claims_and_a_number(cast: Cast) -> None:
    person = kareem()
    registered = enter(cast, person)[0]
    assert numbers.parse(registered.register_number) == registered.register_number
    alice = cast.viewer("alice")
    with viewing(alice.user_id):
        file = queries.person(alice, person.id)
        assert {c.kind for c in file.claims} == set(ClaimKind) - {ClaimKind.DOCUMENT}
        assert all(c.source_authority_id == cast.authority["ALPHA"] for c in file.claims)
        assert file.name.shown("en") == "Kareem Salih al-Masri"
        assert file.name.shown("ar") == "كريم صالح المصري"


def test_entering_twice_changes_nothing(cast: Cast) -> None:
    person = kareem()
    first, second = enter(cast, person)[0], enter(cast, person)[0]
    assert second.register_number == first.register_number
    assert (first.repeated, second.repeated) == (False, True)
    assert len(enter(cast, person, kareem(), person)) == 2


def test_the_ledger_gets_codes_and_no_name(cast: Cast) -> None:
    person = enter(cast, somebody(Name("Salih Kareem"), Sex("M"), CHILD))[0]
    alice = cast.viewer("alice")
    with viewing(alice.user_id):
        ledger.admit(
            admissions=[Admission(uuid4(), person.person_id)], book_id=cast.authority["ALPHA"],
            facility_id=cast.facility["A-MAIN"], hall_id=None, occurred_from=NOON, occurred_to=NOON, by=alice, at=NOON,
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                "select age_class, sex, nationality, label from ledger_subject where id = %s", [person.person_id]
            )
            assert cursor.fetchone() == ("child", "M", "unknown", "")


@pytest.mark.parametrize("who", ["anton", "farid"])
def test_a_duty_that_records_no_custody_enters_nobody(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        enter(cast, kareem(), who=who)


def test_a_stranger_enters_nobody_in_another_book(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        enter(cast, kareem(), who="dora", authority="ALPHA")


def test_an_id_of_another_authority_is_refused_and_nothing_is_written(cast: Cast) -> None:
    person = kareem()
    enter(cast, person)
    with pytest.raises(Refused, match="id-already-used"):
        enter(cast, NewPerson(person.id), who="dora", authority="DELTA")
    dora = cast.viewer("dora")
    with viewing(dora.user_id):
        assert queries.seen_among(dora, [person.id]) == {}


def test_a_flawed_claim_is_refused_by_its_code(cast: Cast) -> None:
    with pytest.raises(Refused, match="birth-without-day"):
        enter(cast, somebody(Name("A B"), Birth(Precision.EXACT)))


def test_too_many_people_are_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="too-many-people"):
        enter(cast, *[NewPerson(uuid4()) for _ in range(PEOPLE_MAX + 1)])


def test_a_registrar_of_one_facility_enters_people_and_others_of_it_see_them(cast: Cast) -> None:
    person = enter(cast, kareem(), who="adnan")[0].person_id
    adnan, alice = cast.viewer("adnan"), cast.viewer("alice")
    with viewing(adnan.user_id):
        assert queries.person(adnan, person).name.shown("en") == "Kareem Salih al-Masri"
        assert [r.id for r in queries.search(adnan, "masri")] == [person]
    with viewing(alice.user_id):
        assert queries.person(alice, person).id == person


def test_a_registrar_of_one_facility_sees_only_who_stood_there(cast: Cast) -> None:
    here, elsewhere = one(cast, Name("Here Man")), one(cast, Name("Elsewhere Man"))
    alice, adnan = cast.viewer("alice"), cast.viewer("adnan")
    with viewing(alice.user_id):
        for person, place in ((here, "A-SIDE"), (elsewhere, "A-MAIN")):
            ledger.admit(
                admissions=[Admission(uuid4(), person)], book_id=cast.authority["ALPHA"],
                facility_id=cast.facility[place], hall_id=None, occurred_from=NOON, occurred_to=NOON, by=alice, at=NOON,
            )  # fmt: skip
    with viewing(adnan.user_id):
        assert [r.id for r in queries.search(adnan, "man")] == [here]
        assert set(queries.names_of(adnan, [here, elsewhere])) == {here}
        with pytest.raises(NotVisible):
            queries.person(adnan, elsewhere)


def test_unknowns_are_numbered_by_authority_without_gaps(cast: Cast) -> None:
    alice, dora = cast.viewer("alice"), cast.viewer("dora")
    ids = [uuid4() for _ in range(3)]
    with viewing(alice.user_id):
        for each in (ids[:2], ids):  # the second call repeats two
            actions.register_unknowns(ids=each, authority_id=cast.authority["ALPHA"], by=alice, at=NOON)
        names = queries.names_of(alice, ids)
        assert [names[i].unknown_no for i in ids] == [1, 2, 3]
        assert {names[i].unknown_of for i in ids} == {"ALPHA"}
    with viewing(dora.user_id):
        other = uuid4()
        actions.register_unknowns(ids=[other], authority_id=cast.authority["DELTA"], by=dora, at=NOON)
        assert queries.names_of(dora, [other])[other].unknown_no == 1


def test_people_shown_to_an_authority_are_read_and_found_there_and_nowhere_else(cast: Cast) -> None:
    shown, kept = one(cast, Name("Shown Man")), one(cast, Name("Kept Man"))
    anton, basil, dora = cast.viewer("anton"), cast.viewer("basil"), cast.viewer("dora")
    with viewing(anton.user_id):
        for _ in range(2):
            actions.show_to(person_ids=[shown], authority_id=cast.authority["BRAVO"], by=anton, at=NOON)
    with viewing(basil.user_id):
        assert [r.id for r in queries.search(basil, "man")] == [shown]
        assert queries.names_of(basil, [shown, kept])[shown].shown("en") == "Shown Man"
        assert queries.find_reference(basil, queries.names_of(basil, [shown])[shown].register_number) == shown
    with viewing(dora.user_id):
        assert queries.search(dora, "man") == []


def test_showing_needs_sight_and_a_duty(cast: Cast) -> None:
    person = one(cast, Name("Kept Man"))
    dora, farid = cast.viewer("dora"), cast.viewer("farid")
    with viewing(dora.user_id), pytest.raises(NotVisible):
        actions.show_to(person_ids=[person], authority_id=cast.authority["DELTA"], by=dora, at=NOON)
    with viewing(farid.user_id), pytest.raises(NotAllowed):
        actions.show_to(person_ids=[person], authority_id=cast.authority["ALPHA"], by=farid, at=NOON)


def test_a_name_added_later_is_found_by_everybody_who_sees_the_person(cast: Cast) -> None:
    person = one(cast, Name("First Name"))
    alice, basil = cast.viewer("alice"), cast.viewer("basil")
    with viewing(alice.user_id):
        actions.show_to(person_ids=[person], authority_id=cast.authority["BRAVO"], by=alice, at=NOON)
        later = claim(Name("Zaynab"))
        actions.add_claim(person_id=person, claim=later, authority_id=cast.authority["ALPHA"], by=alice, at=NOON)
    with viewing(basil.user_id):
        assert [r.id for r in queries.search(basil, "zayn")] == [person]
    with viewing(alice.user_id):
        actions.withdraw_claim(claim_id=later.id, reason="Another woman's", by=alice, at=NOON + timedelta(hours=1))
    with viewing(basil.user_id):
        assert queries.search(basil, "zayn") == []
        assert [r.id for r in queries.search(basil, "first")] == [person]


def test_five_hundred_in_one_call_take_a_fixed_number_of_queries(
    cast: Cast, django_assert_max_num_queries: object
) -> None:
    alice = cast.viewer("alice")
    with viewing(alice.user_id), django_assert_max_num_queries(16):  # type: ignore[operator]
        actions.register_people(
            people=[kareem() for _ in range(500)], authority_id=cast.authority["ALPHA"], by=alice, at=NOON
        )
        ledger_queries.books(alice)
