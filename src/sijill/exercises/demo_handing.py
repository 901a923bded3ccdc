"""How a night's manifests change hands in the demo: present, count, names, acknowledge, each signed in a session."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sijill.domain.transfers import actions as transfers
from sijill.domain.transfers import queries as transfer_queries
from sijill.domain.transfers.queries import HandoverRow
from sijill.domain.transfers.rules import Outcome, OutcomeCode
from sijill.exercises.demo_story import Story, demo_id

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Crew:
    """Who signs for the three custodians: demo users."""

    sender: str
    carrier: str
    receiver: str


def at_origin(story: Story, crew: Crew, manifests: Sequence[UUID], at: datetime) -> None:
    """The sender seals and presents; the carrier counts and names them as they board; the sender takes note."""
    story.open_sessions((crew.sender, at), (crew.carrier, at + 3 * MINUTE))
    for manifest in manifests:
        with story.acting(crew.sender, at) as sender:
            transfers.seal_manifest(manifest_id=manifest, by=sender, at=at)
    for manifest in manifests:  # a batch that has left takes no further manifest
        present(story, crew.sender, _handover(story, crew.sender, manifest, 1, at), at + 2 * MINUTE)
    for manifest in manifests:
        first = _handover(story, crew.carrier, manifest, 1, at)
        count(story, crew.carrier, first, at + 4 * MINUTE)
        names(story, crew.carrier, first, at + 12 * MINUTE)
        acknowledge(story, crew.sender, first, at + 14 * MINUTE)


def at_destination(
    story: Story,
    crew: Crew,
    manifests: Sequence[UUID],
    at: datetime,
    *,
    late: timedelta | None = None,
    unnamed: Mapping[UUID, int] | None = None,
) -> datetime:
    """The carrier presents; the receiver counts, then names, `late` hours after that; the carrier takes note.

    `unnamed`: how many of a manifest are present, and not verified by name that night. Returns when it is done.
    """
    story.open_sessions((crew.carrier, at), (crew.receiver, at + 2 * MINUTE))
    for manifest in manifests:
        second = _handover(story, crew.carrier, manifest, 2, at)
        present(story, crew.carrier, second, at)
        count(story, crew.receiver, second, at + 4 * MINUTE)
    named = at + (late or 12 * MINUTE)
    if late:
        story.open_sessions((crew.receiver, named), (crew.carrier, named))
    for manifest in manifests:
        second = _handover(story, crew.receiver, manifest, 2, named)
        names(story, crew.receiver, second, named, unnamed=(unnamed or {}).get(manifest, 0))
        acknowledge(story, crew.carrier, second, named + 2 * MINUTE)
    return named + 3 * MINUTE


def _handover(story: Story, name: str, manifest: UUID, ordinal: int, at: datetime) -> HandoverRow:
    with story.acting(name, at) as by:
        return next(h for h in transfer_queries.handovers(by, manifest_id=manifest) if h.ordinal == ordinal)


def present(story: Story, name: str, handover: HandoverRow, at: datetime) -> None:
    """The giver hands over these people."""
    with story.acting(name, at) as giver:
        transfers.present(
            statement_id=demo_id(handover.id, "presented"), handover_id=handover.id, occurred_at=at, by=giver, at=at
        )


def count(story: Story, name: str, handover: HandoverRow, at: datetime) -> None:
    """The receiver counts as many as are on the list."""
    with story.acting(name, at) as receiver:
        bodies = len(transfer_queries.lines(receiver, handover.id))
        transfers.sign_count(
            statement_id=demo_id(handover.id, "count"), handover_id=handover.id, bodies=bodies, injured=0, dead=0,
            occurred_at=at, by=receiver, at=at,
        )  # fmt: skip


def names(story: Story, name: str, handover: HandoverRow, at: datetime, *, unnamed: int = 0) -> None:
    """Sign the names: everybody is received, but for the last few when they are present and not verified by name."""
    with story.acting(name, at) as receiver:
        lines = transfer_queries.lines(receiver, handover.id)
        known = len(lines) - unnamed
        transfers.sign_names(
            statement_id=demo_id(handover.id, "names", at), handover_id=handover.id,
            outcomes=[
                Outcome(x.id, OutcomeCode.RECEIVED if n < known else OutcomeCode.UNNAMED) for n, x in enumerate(lines)
            ],
            occurred_at=at, by=receiver, at=at,
        )  # fmt: skip


def acknowledge(story: Story, name: str, handover: HandoverRow, at: datetime) -> None:
    """The giver takes note."""
    with story.acting(name, at) as giver:
        transfers.acknowledge(
            statement_id=demo_id(handover.id, "acknowledged", at), handover_id=handover.id, resolutions={},
            occurred_at=at, by=giver, at=at,
        )  # fmt: skip
