"""Claims that come and go, verdicts about two records, and reading a file."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from sijill.domain.access import queries as access_queries
from sijill.domain.access.rules import NotAllowed, NotVisible, Refused
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.rules import Admission
from sijill.domain.people import actions, queries
from sijill.domain.people.rules import ClaimKind, Name, NewClaim, Number
from sijill.domain.people.tests.makers import BORN, CHILD, claim, one
from tests.cast import NOON, Cast

LATER = NOON + timedelta(hours=1)


def add(cast: Cast, person: UUID, new: NewClaim, who: str = "alice", authority: str = "ALPHA") -> UUID:
    by = cast.viewer(who)
    with viewing(by.user_id):
        return actions.add_claim(person_id=person, claim=new, authority_id=cast.authority[authority], by=by, at=LATER)


def withdraw(cast: Cast, claim_id: UUID, reason: str = "Misheard", who: str = "alice") -> None:
    by = cast.viewer(who)
    with viewing(by.user_id):
        actions.withdraw_claim(claim_id=claim_id, reason=reason, by=by, at=LATER)


def link(cast: Cast, one_id: UUID, other: UUID, *, same: bool = True, who: str = "alice") -> UUID:
    by = cast.viewer(who)
    act = actions.link_records if same else actions.declare_not_same
    with viewing(by.user_id):
        return act(
            link_id=uuid4(), one=one_id, other=other, authority_id=cast.authority["ALPHA"], reason="Same scar",
            by=by, at=LATER,
        )  # fmt: skip


def test_a_claim_stands_beside_the_others_and_a_withdrawn_one_stays_readable(cast: Cast) -> None:
    person = one(cast, Name("First Name"))
    second = add(cast, person, claim(Name("Second Name")))
    assert add(cast, person, NewClaim(second, Name("Second Name"))) == second
    alice = cast.viewer("alice")
    withdraw(cast, second)
    withdraw(cast, second)
    with viewing(alice.user_id):
        file = queries.person(alice, person)
        assert [c.value.full for c in file.claims if isinstance(c.value, Name)] == ["Second Name", "First Name"]
        assert [c.value.full for c in file.in_force(ClaimKind.NAME) if isinstance(c.value, Name)] == ["First Name"]
        assert (file.claims[0].withdrawn_reason, file.claims[0].withdrawn_by) == ("Misheard", alice.user_id)
        assert file.name.shown("en") == "First Name"


def test_new_categories_reach_the_ledger(cast: Cast) -> None:
    person = one(cast, Name("First Name"), BORN)
    alice = cast.viewer("alice")

    def age_class() -> str:
        with viewing(alice.user_id), connection.cursor() as cursor:
            cursor.execute("select age_class from ledger_subject where id = %s", [person])
            return str(cursor.fetchone()[0])

    with viewing(alice.user_id):
        ledger.admit(
            admissions=[Admission(uuid4(), person)], book_id=cast.authority["ALPHA"], facility_id=cast.facility["A-MAIN"],
            hall_id=None, occurred_from=NOON, occurred_to=NOON, by=alice, at=NOON,
        )  # fmt: skip
    assert age_class() == "adult"
    young = add(cast, person, claim(CHILD))
    assert age_class() == "disputed"
    withdraw(cast, young)
    assert age_class() == "adult"


def test_who_may_not_see_a_person_claims_nothing_and_withdraws_nothing(cast: Cast) -> None:
    person = one(cast, Name("First Name"))
    known = add(cast, person, claim(Number("SDF", "12")))
    with pytest.raises(NotVisible):
        add(cast, person, claim(Name("Intruder")), who="dora", authority="DELTA")
    with pytest.raises(NotVisible):
        withdraw(cast, known, who="dora")
    with pytest.raises(NotAllowed):
        add(cast, person, claim(Name("Intruder")), who="anton")
    with pytest.raises(Refused, match="needs-reason"):
        withdraw(cast, known, reason=" ")


def test_another_authority_s_claim_is_not_withdrawn(cast: Cast) -> None:
    person = one(cast, Name("First Name"))
    known = add(cast, person, claim(Number("SDF", "12")))
    alice = cast.viewer("alice")
    with viewing(alice.user_id):
        actions.show_to(person_ids=[person], authority_id=cast.authority["BRAVO"], by=alice, at=NOON)
    with pytest.raises(NotAllowed):
        withdraw(cast, known, who="bushra")
    added = add(cast, person, claim(Name("Name in Bravo")), who="bushra", authority="BRAVO")
    withdraw(cast, added, who="bushra")


def test_a_claim_id_used_for_another_person_is_refused(cast: Cast) -> None:
    person, other = one(cast, Name("First Name")), one(cast, Name("Other Name"))
    known = add(cast, person, claim(Name("Alias")))
    with pytest.raises(Refused, match="id-already-used"):
        add(cast, other, NewClaim(known, Name("Alias")))


def test_records_are_linked_never_merged_and_the_link_is_withdrawn(cast: Cast) -> None:
    person, other = one(cast, Name("First Name")), one(cast, Name("Other Name"))
    made = link(cast, other, person)
    alice = cast.viewer("alice")
    with viewing(alice.user_id):
        assert [(row.other_id, row.verdict) for row in queries.person(alice, person).links] == [(other, "same")]
        assert queries.person(alice, other).links[0].other_id == person
    with pytest.raises(Refused, match="already-linked"):
        link(cast, person, other)
    with pytest.raises(Refused, match="already-linked"):
        link(cast, person, other, same=False)
    with viewing(alice.user_id):
        for _ in range(2):
            actions.withdraw_link(link_id=made, reason="Two men", by=alice, at=LATER)
        assert queries.person(alice, person).links[0].withdrawn_reason == "Two men"
    link(cast, person, other, same=False)


def test_not_the_same_person_is_a_lasting_verdict(cast: Cast) -> None:
    person, other = one(cast, Name("First Name")), one(cast, Name("Other Name"))
    link(cast, person, other, same=False)
    with pytest.raises(Refused, match="declared-not-same"):
        link(cast, other, person)
    with pytest.raises(Refused, match="same-record"):
        link(cast, person, person)


def test_links_need_the_duty_and_sight_of_both(cast: Cast) -> None:
    person, other = one(cast, Name("First Name")), one(cast, Name("Other Name"))
    with pytest.raises(NotAllowed):
        link(cast, person, other, who="anton")
    alice, bushra = cast.viewer("alice"), cast.viewer("bushra")
    made = link(cast, person, other)
    with viewing(alice.user_id):
        actions.show_to(person_ids=[person], authority_id=cast.authority["BRAVO"], by=alice, at=NOON)
    with viewing(bushra.user_id):
        assert queries.person(bushra, person).links == ()  # the other record stays hidden
        with pytest.raises(NotVisible):
            actions.withdraw_link(link_id=made, reason="No", by=bushra, at=LATER)
        with pytest.raises(NotVisible):
            actions.link_records(
                link_id=uuid4(), one=person, other=other, authority_id=cast.authority["BRAVO"], reason="Hm",
                by=bushra, at=LATER,
            )  # fmt: skip


def test_opening_a_file_is_recorded(cast: Cast) -> None:
    person = one(cast, Name("First Name"))
    alice, dora = cast.viewer("alice"), cast.viewer("dora")
    with viewing(alice.user_id):
        assert actions.open_file(person_id=person, purpose="registration", by=alice, at=LATER).id == person
        assert access_queries.reads_of(alice, person) == [(LATER, "registration")]
    with viewing(dora.user_id):
        for hidden in (person, uuid4()):
            with pytest.raises(NotVisible):
                actions.open_file(person_id=hidden, purpose="curiosity", by=dora, at=LATER)
            assert access_queries.reads_of(dora, hidden) == []
