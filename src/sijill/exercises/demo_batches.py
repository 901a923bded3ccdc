"""The 24 batches from Syria to Iraq: three custodians, two handovers each, every statement signed in a session.

Cumulative arrivals are published; batch sizes between them are invented (I), and so is every single event.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger import queries as ledger_queries
from sijill.domain.transfers import actions as transfers
from sijill.domain.transfers import queries as transfer_queries
from sijill.domain.transfers.rules import Outcome, OutcomeCode, Scope
from sijill.exercises.demo_cast import DECISIONS
from sijill.exercises.demo_handing import MINUTE, Crew, acknowledge, at_destination, at_origin
from sijill.exercises.demo_names import SEED
from sijill.exercises.demo_story import LOCAL, Story, demo_id, local

OPERATION = demo_id("operation")
UNNAMED_FIRST = 6  # of the first batch: present, name not verified until 24 January
CREW = Crew("sdf-sender", "us-carrier", "iq-receiver")


@dataclass(frozen=True, slots=True)
class Errand:
    """One batch of the operation: its number, when it left, how many, by what."""

    no: int
    leaves: datetime
    size: int
    vehicle: str
    people: tuple[UUID, ...] = ()

    @property
    def batch(self) -> UUID:
        """The batch's id."""
        return demo_id("batch", self.no)

    @property
    def manifest(self) -> UUID:
        """The id of its one manifest."""
        return demo_id("manifest", self.no)


# (month, day, hour it leaves, sizes): the cumulative points 150, 475, 953, 1,387, 2,250, 4,583, 5,704 are published
NIGHTS = (
    (1, 21, 15, (150,)),
    (1, 26, 15, (105,)),
    (1, 27, 15, (110, 110)),
    (1, 31, 14, (240, 238)),
    (2, 2, 14, (217, 217)),
    (2, 5, 15, (290,)),
    (2, 7, 14, (290, 283)),
    (2, 8, 14, (259, 259, 259, 259)),
    (2, 9, 14, (259, 259, 259, 259, 261)),
    (2, 11, 14, (280, 280)),
    (2, 12, 16, (280, 281)),
)
LAST = sum(len(sizes) for *_when, sizes in NIGHTS)
DAYS_UNKNOWN = frozenset({(2, 8), (2, 9)})
LATE_NAMES = frozenset({(1, 21), (2, 12)})  # nights on which the names are signed long after the count


def nights(people: Sequence[UUID]) -> Iterator[list[Errand]]:
    """Everybody who was moved, in batches that follow no claim, night by night."""
    spread = list(people)
    Random(SEED).shuffle(spread)
    no = 0
    for month, day, hour, sizes in NIGHTS:
        errands = []
        for size in sizes:
            no += 1
            aboard, spread = tuple(spread[:size]), spread[size:]
            errands.append(Errand(no, local(month, day, hour), size, _vehicle(no, month, day), aboard))
        yield errands
    if spread:
        raise RuntimeError(f"{len(spread)} people were not moved")


def _vehicle(no: int, month: int, day: int) -> str:
    """The last came by night flight; of 8 and 9 February only the total was published, not the days."""
    if no == LAST:
        return "Night flight"
    return f"Convoy {no}, as reported; real day unknown" if (month, day) in DAYS_UNKNOWN else f"Convoy {no}"


def decide(story: Story) -> None:
    """The operation, between its parties, and what was decided about it."""
    at = local(1, 21, 10)
    parties = [story.authority[code] for code in ("SDF", "CJTF", "ICS")]
    with story.acting("sdf-coordinator", at) as by:
        transfers.create_operation(
            operation_id=OPERATION, code="DEMO-2026", parties=parties, by=by, at=at,
            names={"en": "From north-east Syria to Iraq (DEMO)", "ar": "من شمال شرق سوريا إلى العراق (DEMO)"},
        )  # fmt: skip
        for n, ruling in enumerate(DECISIONS):
            transfers.add_decision(
                decision_id=demo_id("decision", n), operation_id=OPERATION, body=ruling.body,
                decided_on=ruling.decided_on, document=ruling.document, scope=Scope(), ceiling=ruling.ceiling,
                facility_kinds=ruling.kinds, excluded_regions=ruling.excluded, by=by, at=at,
            )  # fmt: skip


def move(story: Story) -> Iterator[datetime]:
    """Every batch, night by night. Yields the instant when each night is done."""
    for errands in nights(story.moved):
        leaves, manifests = errands[0].leaves, [errand.manifest for errand in errands]
        _draw(story, errands, leaves - timedelta(hours=4))
        at_origin(story, CREW, manifests, leaves)
        day = leaves.astimezone(LOCAL)
        late = 100 * MINUTE if (day.month, day.day) in LATE_NAMES else None
        unnamed = {demo_id("manifest", 1): UNNAMED_FIRST}
        yield at_destination(story, CREW, manifests, leaves + timedelta(hours=5), late=late, unnamed=unnamed)


def _draw(story: Story, errands: Sequence[Errand], at: datetime) -> None:
    """The coordinator plans, authorises and draws up the manifests of a night."""
    with story.acting("sdf-coordinator", at) as by:
        for errand in errands:
            transfers.plan_batch(
                batch_id=errand.batch, operation_id=OPERATION, sender_id=story.authority["SDF"],
                carrier_id=story.authority["CJTF"], receiver_id=story.authority["ICS"],
                origin_id=story.facility["GHUWAYRAN"], planned_on=errand.leaves.date(), size=errand.size, by=by, at=at,
            )  # fmt: skip
            transfers.authorise_batch(batch_id=errand.batch, by=by, at=at)
            transfers.draw_manifest(
                manifest_id=errand.manifest, batch_id=errand.batch, vehicle=errand.vehicle,
                destination_id=story.facility["KARKH"], by=by, at=at,
            )  # fmt: skip
            transfers.add_lines(manifest_id=errand.manifest, subject_ids=errand.people, by=by, at=at)


def name_the_six(story: Story) -> None:
    """On 24 January the six of the first batch are known by name, and the receiving officer says how."""
    at = local(1, 24, 11)
    story.open_sessions(("iq-receiver", at), ("us-carrier", at))
    with story.acting("iq-receiver", at) as receiver:
        _first, second = transfer_queries.handovers(receiver, batch_id=demo_id("batch", 1))
        left = [x for x in transfer_queries.lines(receiver, second.id) if x.code == OutcomeCode.UNNAMED]
        transfers.sign_names(
            statement_id=demo_id(second.id, "names", at), handover_id=second.id,
            outcomes=[Outcome(x.id, OutcomeCode.RECEIVED) for x in left], occurred_at=at, by=receiver, at=at,
        )  # fmt: skip
    acknowledge(story, "us-carrier", second, at + MINUTE)
    with story.acting("iq-receiver", at + MINUTE) as receiver:
        for finding in ledger_queries.findings(receiver, ref=second.id):
            for state, note in (
                ("explained", "Named from the DEMO numbers of the sender's list."),
                ("closed", "Named."),
            ):
                ledger.settle_finding(
                    finding_event_id=demo_id(finding.id, state), finding_id=finding.id, state=state, note=note,
                    by=receiver, at=at + MINUTE,
                )  # fmt: skip


def close(story: Story) -> None:
    """The first batches are closed; the later ones stay reconciled."""
    at = local(2, 13, 10)
    with story.acting("sdf-coordinator", at) as by:
        for no in range(1, 9):
            transfers.close_batch(batch_id=demo_id("batch", no), by=by, at=at)
