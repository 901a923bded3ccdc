"""A small register for the commands' tests: three authorities, 300 people, one batch of 150 with six differences.

`load()` writes it into the database of DATABASE_URL, through the rooms' actions. Deterministic: the same ids, the same times, the same balance; only register numbers and codes are drawn anew. All of it is invented.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from sijill.domain.access import actions as access
from sijill.domain.access import queries as access_queries
from sijill.domain.access.rules import REGISTER_ID, Viewer
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger import queries as ledger_queries
from sijill.domain.ledger.rules import AccountKind, AccountSpec
from sijill.domain.people import actions as people
from sijill.domain.people import jobs as people_jobs
from sijill.domain.places import actions as places
from sijill.domain.transfers import actions as transfers
from sijill.domain.transfers import queries as transfer_queries
from sijill.domain.transfers.queries import HandoverRow
from sijill.domain.transfers.rules import Extra, Outcome, OutcomeCode, Resolution, Scope
from tests.journeys.small_cast import AUTHORITIES, FACILITIES, USERS, the_list

DEMO_PASSWORD = "demo-register-2026"
SPACE = UUID("d3b07384-d9a0-4c9b-8f5e-7a2b1c0e4d55")
OPENING = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
MOVING = datetime(2026, 1, 21, 15, 0, tzinfo=UTC)
BATCH = 150


def _id(*parts: object) -> UUID:
    """An id that is the same at every loading."""
    return uuid5(SPACE, "/".join(str(p) for p in parts))


class Story:
    """Ids by code, and users as viewers, while the demo is told."""

    def __init__(self) -> None:
        self.authority: dict[str, int] = {}
        self.facility: dict[str, int] = {}
        self.user = {name: _id("user", name) for name in USERS}

    @contextmanager
    def acting(self, name: str, at: datetime) -> Iterator[Viewer]:
        """One transaction as a demo user."""
        with viewing(self.user[name]):
            yield access_queries.viewer_of(self.user[name], at)


def load() -> None:
    """Load the whole demo through the rooms' actions, into a register without authorities."""
    story = Story()
    _found(story)
    _admit(story)
    _move(story)


def _found(story: Story) -> None:
    """Authorities with their books, facilities with halls, users with duties."""
    with viewing(REGISTER_ID):
        register = access_queries.viewer_of(REGISTER_ID, OPENING)
        for code, names in AUTHORITIES.items():
            found = access.create_authority(code=code, names=names, keeps_book=True, by=register, at=OPENING)
            story.authority[code] = found
            ledger.open_book(authority_id=found, by=register, at=OPENING)
        for code, (owner, kind, region, names, latitude, longitude, halls) in FACILITIES.items():
            found = places.create_facility(
                code=code,
                kind=kind,
                names=names,
                region=region,
                latitude=latitude,
                longitude=longitude,
                authority_id=story.authority[owner],
                by=register,
                at=OPENING,
            )
            story.facility[code] = found
            for hall in halls:
                places.create_hall(
                    facility_id=found,
                    code=hall,
                    names={"en": f"Hall {hall}", "ar": f"القاعة {hall}"},
                    by=register,
                    at=OPENING,
                )
        for username, (name, duty, authority, facility) in USERS.items():
            access.create_user(
                user_id=story.user[username],
                username=username,
                name=name,
                password=DEMO_PASSWORD,
                by=register,
                at=OPENING,
            )
            access.grant_duty(
                user_id=story.user[username],
                kind=duty,
                authority_id=story.authority[authority],
                facility_id=story.facility[facility] if facility else None,
                by=register,
                at=OPENING,
            )


def _admit(story: Story) -> None:
    """The list of 300 comes in as a file; 40 people at Wadi are only counted."""
    at = OPENING + timedelta(hours=2)
    with story.acting("nadia", at) as nadia:
        uploaded = people.upload_list(
            import_id=_id("list"),
            authority_id=story.authority["NORTH"],
            facility_id=story.facility["N-TELL"],
            filename="tell-sahl.csv",
            content=the_list(),
            by=nadia,
            at=at,
        )
    people_jobs.import_now(import_id=uploaded.import_id, mapping=None, occurred_at=OPENING, by=nadia, at=at)
    with story.acting("nadia", at) as nadia:
        ledger.count_tally(
            tally_id=_id("tally"),
            event_id=_id("tally", "counted"),
            book_id=story.authority["NORTH"],
            to=AccountSpec(AccountKind.HELD, facility_id=story.facility["N-WADI"]),
            n=40,
            basis="declared",
            label="declared by the centre's own guard",
            occurred_at=OPENING,
            by=nadia,
            at=at,
        )
        for kind, places_n in (("maximum", 400), ("working", 350)):
            places.set_capacity(
                capacity_id=_id("capacity", kind),
                facility_id=story.facility["N-TELL"],
                kind=kind,
                category="",
                places=places_n,
                approver="Director of Tell Sahl (invented)",
                approved_on=date(2026, 1, 2),
                document="Order 7",
                by=nadia,
                at=at,
            )
    _state(story, at)


def _state(story: Story, at: datetime) -> None:
    """The hub's capacity is approved; who controls Wadi is stated, and disputed."""
    with story.acting("zainab", at) as zainab:
        places.set_capacity(
            capacity_id=_id("capacity", "hub"),
            facility_id=story.facility["S-HUB"],
            kind="working",
            category="",
            places=900,
            approver="Head of the Southern Service (invented)",
            approved_on=date(2026, 1, 2),
            document="Order 12",
            by=zainab,
            at=at,
        )
    with story.acting("dunya", at) as dunya:
        for no, (aspect, holder, text, speaker) in enumerate(
            (
                ("guards-inside", "NORTH", "", "Northern Prisons Administration"),
                ("perimeter", "NORTH", "", "Northern Prisons Administration"),
                ("perimeter", None, "a local force", "The governor's office (invented)"),
            )
        ):
            places.state_control(
                statement_id=_id("control", no),
                facility_id=story.facility["N-WADI"],
                aspect=aspect,
                holder_id=story.authority[holder] if holder else None,
                holder_text=text,
                speaker=speaker,
                since=None,
                stated_at=at,
                note="",
                by=dunya,
                at=at,
            )


def _move(story: Story) -> None:
    """One decision, one batch of 150, two handovers, six differences, reconciled."""
    operation, batch, manifest = _id("operation"), _id("batch"), _id("manifest")
    with story.acting("karim", MOVING) as karim:
        transfers.create_operation(
            operation_id=operation,
            code="DEMO-1",
            names={"en": "Demo operation", "ar": "عملية تجريبية"},
            parties=list(story.authority.values()),
            by=karim,
            at=MOVING,
        )
        transfers.add_decision(
            decision_id=_id("decision"),
            operation_id=operation,
            body="Joint council (invented)",
            decided_on=date(2026, 1, 19),
            document="Decision 3/2026",
            scope=Scope(senders=(story.authority["NORTH"],), age_classes=("adult", "unknown")),
            ceiling=200,
            facility_kinds=("prison",),
            excluded_regions=("IQ-AR", "IQ-SU", "IQ-DA"),
            by=karim,
            at=MOVING,
        )
        transfers.plan_batch(
            batch_id=batch,
            operation_id=operation,
            sender_id=story.authority["NORTH"],
            carrier_id=story.authority["CARRY"],
            receiver_id=story.authority["SOUTH"],
            origin_id=story.facility["N-TELL"],
            planned_on=date(2026, 1, 21),
            size=BATCH,
            by=karim,
            at=MOVING,
        )
        transfers.authorise_batch(batch_id=batch, by=karim, at=MOVING)
        transfers.draw_manifest(
            manifest_id=manifest,
            batch_id=batch,
            vehicle="Bus 1",
            destination_id=story.facility["S-HUB"],
            by=karim,
            at=MOVING,
        )
        chosen = _chosen(karim, story)
        transfers.add_lines(manifest_id=manifest, subject_ids=chosen, by=karim, at=MOVING)
        _open_session(story, "karim", MOVING)
        transfers.seal_manifest(manifest_id=manifest, by=karim, at=MOVING)
        first, second = transfer_queries.handovers(karim, batch_id=batch)
    _first_handover(story, first)
    _second_handover(story, second)


def _chosen(viewer: Viewer, story: Story) -> list[UUID]:
    """150 adults held at Tell Sahl, in the order of their ids."""
    roll = ledger_queries.roll(viewer, story.facility["N-TELL"], at=MOVING)
    ids = [r.subject_id for r in roll if not r.is_tally]
    fit = {c.id for c in ledger_queries.categories(viewer, ids) if c.age_class in ("adult", "unknown")}
    return [i for i in ids if i in fit][:BATCH]


def _open_session(story: Story, name: str, at: datetime) -> None:
    """The user enters his password again, to sign."""
    with story.acting(name, at) as user:
        access.open_signing_session(
            session_id=_id("session", name, at),
            authority_id=story.authority[USERS[name][2]],
            device="demo",
            password=DEMO_PASSWORD,
            by=user,
            at=at,
        )


def _first_handover(story: Story, handover: HandoverRow) -> None:
    """North to the carrier: 149 board; one is absent (found in the infirmary, and taken back)."""
    at = MOVING + timedelta(hours=1)
    _present(story, "samir", handover, at)
    _count(story, "carla", handover, 149, 2, at + timedelta(minutes=20))
    _names(story, "carla", handover, {17: OutcomeCode.ABSENT}, 0, at + timedelta(minutes=50))
    _acknowledge(story, "samir", handover, {17: Resolution.RETURNED}, at + timedelta(hours=1))


def _second_handover(story: Story, handover: HandoverRow) -> None:
    """The carrier to South, at night: one refused, one not the person, one extra, two named later."""
    at = MOVING + timedelta(hours=7)
    said = {
        31: OutcomeCode.REFUSED,
        58: OutcomeCode.NOT_THE_PERSON,
        90: OutcomeCode.UNNAMED,
        122: OutcomeCode.UNNAMED,
    }
    _present(story, "carla", handover, at)
    _count(story, "rami", handover, 149, 2, at + timedelta(minutes=15))
    _names(story, "rami", handover, said, 1, at + timedelta(hours=3))
    later = at + timedelta(hours=40)
    _names(story, "rami", handover, {90: OutcomeCode.RECEIVED, 122: OutcomeCode.RECEIVED}, 0, later, only=True)
    back = {31: Resolution.RETURNED, 58: Resolution.UNKNOWN}
    _acknowledge(story, "carla", handover, back, later + timedelta(minutes=30))
    _explain(story, later + timedelta(hours=1))


def _present(story: Story, name: str, handover: HandoverRow, at: datetime) -> None:
    _open_session(story, name, at)
    with story.acting(name, at) as giver:
        transfers.present(
            statement_id=_id(handover.id, "presented"), handover_id=handover.id, occurred_at=at, by=giver, at=at
        )


def _count(story: Story, name: str, handover: HandoverRow, bodies: int, injured: int, at: datetime) -> None:
    _open_session(story, name, at)
    with story.acting(name, at) as receiver:
        transfers.sign_count(
            statement_id=_id(handover.id, "count"),
            handover_id=handover.id,
            bodies=bodies,
            injured=injured,
            dead=0,
            occurred_at=at,
            by=receiver,
            at=at,
        )


def _names(
    story: Story,
    name: str,
    handover: HandoverRow,
    said: dict[int, OutcomeCode],
    extra: int,
    at: datetime,
    *,
    only: bool = False,
) -> None:
    """Sign the names: `said` by line number, the rest received (with `only`, nothing of the rest)."""
    _open_session(story, name, at)
    with story.acting(name, at) as receiver:
        lines = [x for x in transfer_queries.lines(receiver, handover.id) if not only or x.no in said]
        transfers.sign_names(
            statement_id=_id(handover.id, "names", at),
            handover_id=handover.id,
            outcomes=[Outcome(x.id, said.get(x.no, OutcomeCode.RECEIVED)) for x in lines],
            extras=[Extra(_id(handover.id, "extra", i)) for i in range(extra)],
            occurred_at=at,
            by=receiver,
            at=at,
        )


def _acknowledge(story: Story, name: str, handover: HandoverRow, says: dict[int, Resolution], at: datetime) -> None:
    _open_session(story, name, at)
    with story.acting(name, at) as giver:
        ids = {x.no: x.id for x in transfer_queries.lines(giver, handover.id)}
        transfers.acknowledge(
            statement_id=_id(handover.id, "acknowledged"),
            handover_id=handover.id,
            resolutions={ids[no]: says[no] for no in says},
            occurred_at=at,
            by=giver,
            at=at,
        )


def _explain(story: Story, at: datetime) -> None:
    """Two of the differences are explained; the others wait for their owners."""
    notes = {
        "line-absent": ("samir", "He was in the infirmary of Tell Sahl and is back in his hall."),
        "line-unnamed": ("rami", "Named from the list of earlier numbers."),
    }
    for code, (name, note) in notes.items():
        with story.acting(name, at) as owner:
            for finding in ledger_queries.findings(owner):
                if finding.code == code:
                    ledger.settle_finding(
                        finding_event_id=_id(finding.id, "explained"),
                        finding_id=finding.id,
                        state="explained",
                        note=note,
                        by=owner,
                        at=at,
                    )
