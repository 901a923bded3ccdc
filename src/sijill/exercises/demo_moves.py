"""Movements inside one book: 600 from Shaddadi to Ghuwayran, 1,200 displaced to make room. All invented (I)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sijill.domain.access.rules import Viewer
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger import queries as ledger_queries
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind, NewEvent
from sijill.domain.transfers import actions as transfers
from sijill.domain.transfers.rules import Scope
from sijill.exercises.demo_cast import FACILITIES
from sijill.exercises.demo_handing import Crew, at_destination, at_origin
from sijill.exercises.demo_story import Story, demo_id, local

ROOM = demo_id("operation", "room")
NIGHTS, A_NIGHT, ABOARD = 3, 4, 100  # twelve manifests of a hundred
CREW = Crew("iq-sender", "iq-carrier", "iq-nasiriyah")


def to_ghuwayran(story: Story) -> None:
    """600 go from Shaddadi to Ghuwayran inside one book, 15 to 18 January: departures and arrivals."""
    with story.acting("sdf-duty", local(1, 15, 9)) as by:
        here = ledger_queries.where(by, story.moved)
    going = [w.subject_id for w in here if w.account.facility_id == story.facility["SHADDADI"]]
    for day, start in zip(range(15, 19), range(0, len(going), 150), strict=True):
        moving = going[start : start + 150]
        leave, arrive = local(1, day, 10), local(1, day, 14)
        within_one_book(story, "sdf-duty", "GHUWAYRAN", moving, leave=leave, arrive=arrive)


def within_one_book(
    story: Story, name: str, to: str, moving: Sequence[UUID], *, leave: datetime, arrive: datetime
) -> None:
    """People go from one place of an authority to another, and never leave its book."""
    book = story.authority[FACILITIES[to].holder]
    steps = (
        (Kind.DEPARTURE, AccountSpec(AccountKind.IN_TRANSIT), leave),
        (Kind.ARRIVAL, AccountSpec(AccountKind.HELD, facility_id=story.facility[to]), arrive),
    )
    for kind, account, at in steps:
        events = [NewEvent(demo_id(kind, person, at), book, person, kind, account, at, at) for person in moving]
        with story.acting(name, at) as by:
            ledger.report(events=events, by=by, at=at)


def displace(story: Story) -> None:
    """Karkh's 1,200 inmates go to Nasiriyah on twelve manifests of a hundred, and never leave the book."""
    _decide(story, local(1, 17, 8))
    for night in range(NIGHTS):
        leaves = local(1, 18 + night, 6)
        manifests = [demo_id("room manifest", night, n) for n in range(A_NIGHT)]
        with story.acting("iq-coordinator", leaves - timedelta(hours=12)) as by:
            _plan(story, night, by, leaves - timedelta(hours=12))
            for n, manifest in enumerate(manifests):
                _draw(story, night, manifest, n, by)
        at_origin(story, CREW, manifests, leaves)
        at_destination(story, CREW, manifests, leaves + timedelta(hours=8))


def _decide(story: Story, at: datetime) -> None:
    """An operation of one authority, under an order of its own (I)."""
    with story.acting("iq-coordinator", at) as by:
        transfers.create_operation(
            operation_id=ROOM, code="DEMO-ROOM", parties=[story.authority["ICS"]], by=by, at=at,
            names={"en": "Making room at Karkh (DEMO)", "ar": "إفساح المكان في سجن الكرخ (DEMO)"},
        )  # fmt: skip
        transfers.add_decision(
            decision_id=demo_id("room decision"), operation_id=ROOM, body="Iraqi Correctional Service (DEMO)",
            decided_on=date(2026, 1, 17), document="DEMO order: 1,200 to Nasiriyah (I)", scope=Scope(), ceiling=1200,
            facility_kinds=("prison",), excluded_regions=(), by=by, at=at,
        )  # fmt: skip


def _plan(story: Story, night: int, by: Viewer, at: datetime) -> None:
    """A batch of one night: sender, carrier and receiver are one authority."""
    book, batch = story.authority["ICS"], demo_id("room batch", night)
    transfers.plan_batch(
        batch_id=batch, operation_id=ROOM, sender_id=book, carrier_id=book, receiver_id=book,
        origin_id=story.facility["KARKH"], planned_on=date(2026, 1, 18 + night), size=A_NIGHT * ABOARD, by=by, at=at,
    )  # fmt: skip
    transfers.authorise_batch(batch_id=batch, by=by, at=at)


def _draw(story: Story, night: int, manifest: UUID, n: int, by: Viewer) -> None:
    """The manifest of one bus."""
    at = local(1, 17 + night, 18)
    transfers.draw_manifest(
        manifest_id=manifest, batch_id=demo_id("room batch", night), vehicle=f"Bus {n + 1}",
        destination_id=story.facility["NASIRIYAH"], by=by, at=at,
    )  # fmt: skip
    start = (night * A_NIGHT + n) * ABOARD
    transfers.add_lines(manifest_id=manifest, subject_ids=story.inmates[start : start + ABOARD], by=by, at=at)
