"""Rows of the room transfers as read."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sijill.domain.transfers.models import (
    Batch,
    Handover,
)
from sijill.domain.transfers.rules import (
    BatchState,
    Grade,
    HandoverState,
    Side,
    Stage,
)


@dataclass(frozen=True, slots=True)
class OperationRow:
    """An operation as read."""

    id: UUID
    code: str
    names: dict[str, str]
    parties: tuple[int, ...]

    def name(self, language: str) -> str:
        """The name in this language, else English, else the code."""
        return self.names.get(language) or self.names.get("en") or self.code


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch as read."""

    id: UUID
    operation_id: UUID
    code: str
    sender_id: int
    carrier_id: int
    receiver_id: int
    origin_id: int
    planned_on: date
    size: int
    state: BatchState


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """A manifest as read; `people` is how many lines it has, `open` how many are not settled."""

    id: UUID
    batch_id: UUID
    code: str
    vehicle: str
    destination_id: int
    state: str
    sha256: str
    sealed_at: datetime | None
    people: int
    open: int


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A handover as read."""

    id: UUID
    manifest_id: UUID
    batch_id: UUID
    ordinal: int
    giver_id: int
    receiver_id: int
    place_id: int
    state: HandoverState
    since: datetime | None
    bodies: int | None
    tally: UUID
    manifest_code: str
    manifest_sha256: str

    @property
    def inside_one_book(self) -> bool:
        """True when both sides are officers of one authority: a move between its own places."""
        return self.giver_id == self.receiver_id


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """How far a batch is: its manifests, people on them, received at the end, and lines that are still open."""

    manifests: int = 0
    people: int = 0
    received: int = 0
    open: int = 0

    @property
    def not_received(self) -> int:
        """People of its manifests whose lines are settled, and who were not received at the end."""
        return max(0, self.people - self.received - self.open)


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One signed statement as read; `body` is its canonical text."""

    id: UUID
    side: Side
    stage: Stage
    authority_id: int
    grade: Grade
    by_name: str
    signer: str
    sha256: str
    scan_sha256: str
    occurred_at: datetime
    recorded_at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class ManifestLineRow:
    """One line of a manifest as read."""

    no: int
    subject_id: UUID
    open: bool


def batch_row(b: Batch) -> BatchRow:
    """A batch as read."""
    return BatchRow(
        b.pk, b.operation_id, b.code, b.sender_id, b.carrier_id, b.receiver_id, b.origin_id, b.planned_on, b.size,
        BatchState(b.state),
    )  # fmt: skip


def handover_row(h: Handover) -> HandoverRow:
    """A handover as read, its manifest beside it."""
    return HandoverRow(
        h.pk, h.manifest_id, h.manifest.batch_id, h.ordinal, h.giver_id, h.receiver_id, h.place_id,
        HandoverState(h.state), h.since, h.bodies, h.tally, h.manifest.code,
        hex_of(h.manifest.sha256),
    )  # fmt: skip


def hex_of(value: bytes | memoryview | None) -> str:
    """Stored bytes in hexadecimal; "" when there are none."""
    return bytes(value).hex() if value is not None else ""
