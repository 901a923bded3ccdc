"""What happened to those who were not moved, and what was found out later about those who were. All invented (I)."""

from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger import queries as ledger_queries
from sijill.domain.ledger.rules import Admission
from sijill.domain.people import actions as people
from sijill.domain.people.rules import Birth, NewClaim, Precision
from sijill.exercises.demo_names import SEED
from sijill.exercises.demo_story import Story, demo_id, local

RETAKEN = 81
LOST_AT = local(1, 19, 11)
# (day of February, how many): the court's findings of age
AGE_FINDINGS = ((14, 50), (15, 60), (16, 47))


def lose_shaddadi(story: Story) -> None:
    """Control of Shaddadi is lost with 200 inside: one officer states it, another confirms it."""
    _lose(story, "SHADDADI", "control-lost", None, "Outside our control since the morning (SDF statement)", LOST_AT)


def aqtan_changes_hands(story: Story) -> None:
    """al-Aqtan passes to the Syrian prisons administration with its 60 inside: neither lost nor a transfer."""
    ground = "Syrian prisons administration took the prison over on 23 January; roll not confirmed"
    _lose(story, "AQTAN", "control-changed", "SY-MOI", ground, local(1, 23, 10))


def _lose(story: Story, code: str, kind: str, other: str | None, ground: str, at: datetime) -> None:
    loss = demo_id("loss", code)
    with story.acting("sdf-duty", at + timedelta(hours=2)) as by:
        ledger.propose_loss(
            loss_id=loss, book_id=story.authority["SDF"], facility_id=story.facility[code], kind=kind,
            other_id=story.authority[other] if other else None, ground=ground, occurred_at=at,
            ground_code="public-statement", by=by, at=at + timedelta(hours=2),
        )  # fmt: skip
    with story.acting("sdf-second", at + timedelta(hours=3)) as by:
        ledger.confirm_loss(
            loss_id=loss, confirm_id=demo_id("loss", code, "confirmed"), by=by, at=at + timedelta(hours=3)
        )


def retake(story: Story) -> None:
    """The Syrian Interior admits 81 in its own book; SDF's book then shows them under another's control.

    No handover lies between the two books: the finding says so, and stays open. That control was lost is answered for
    these 81, by name and on evidence; for the other 119 it stays open.
    """
    at, taken = local(1, 20, 15), story.left_behind[:RETAKEN]
    place = story.facility["SHADDADI"]
    with story.acting("sdf-duty", at) as by:
        people.show_to(person_ids=taken, authority_id=story.authority["SY-MOI"], by=by, at=at)
    with story.acting("sy-registrar", at + timedelta(hours=1)) as by:
        ledger.admit(
            admissions=[Admission(demo_id("retaken", i), i) for i in taken], book_id=story.authority["SY-MOI"],
            facility_id=place, hall_id=None, occurred_from=at, occurred_to=at, by=by, at=at + timedelta(hours=1),
        )  # fmt: skip
    with story.acting("sdf-duty", at + timedelta(hours=3)) as by:
        for i in taken:
            ledger.resolve_by_name(
                loss_id=demo_id("loss", "SHADDADI"), event_id=demo_id("under another", i), subject_id=i,
                outcome="control-changed", facility_id=place, hall_id=None, other_id=story.authority["SY-MOI"],
                occurred_from=at, occurred_to=at, grade="one-source",
                evidence="The ministry's list of those retaken (I)", by=by, at=at + timedelta(hours=3),
            )  # fmt: skip


def find_ages(story: Story) -> None:
    """The court says of 157 that they are under 18; the sender had said adult men. Both statements stay."""
    with story.acting("iq-registrar", local(2, AGE_FINDINGS[0][0], 10)) as by:
        adults = {c.id for c in ledger_queries.categories(by, story.moved) if c.age_class == "adult"}
    known = [i for i in story.moved if i in adults]  # the list names no year for some: of them nothing was said
    minors = Random(SEED).sample(known, sum(n for _day, n in AGE_FINDINGS))
    for day, count in AGE_FINDINGS:
        at, found, minors = local(2, day, 11), minors[:count], minors[count:]
        with story.acting("iq-registrar", at) as by:
            for person in found:
                people.add_claim(
                    person_id=person, claim=_age_by_court(story, person, date(2026, 2, day)),
                    authority_id=story.authority["ICS"], by=by, at=at,
                )  # fmt: skip


def _age_by_court(story: Story, person: UUID, day: date) -> NewClaim:
    """The court's word: born between these two days, therefore under 18."""
    value = Birth(Precision.RANGE, date(2008, 3, 1), date(2011, 12, 31), "under 18 (DEMO finding of the court)")
    return NewClaim(demo_id("age", person), value, source_authority_id=story.authority["KARKH-JUVENILE"], stated_on=day)
