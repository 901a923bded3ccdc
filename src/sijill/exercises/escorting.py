"""One batch of the replay, from its plan to its reconciliation, through the rooms' actions; and who works at it.

Nothing here knows the whole exercise: a batch is carried out by whichever process takes it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from sijill.domain.access import actions as access
from sijill.domain.access.rules import Viewer
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Admission
from sijill.domain.people import actions as people
from sijill.domain.transfers import actions as transfers
from sijill.domain.transfers import queries as transfers_queries
from sijill.domain.transfers.rules import Outcome, OutcomeCode

PASSWORD = "exercise, not a secret"  # noqa: S105  (users of a register that is thrown away)
_SPACE = UUID("c1b7f0de-4c58-4f3e-8a36-0d9a4f0e7a55")
_FIRST_ACT = timedelta(hours=6)  # of a day
_BETWEEN_BATCHES = timedelta(minutes=15)
_BETWEEN_ACTS = timedelta(seconds=30)


def named(what: str) -> UUID:
    """The same act of the same exercise always has the same id."""
    return uuid5(_SPACE, what)


def start_of(day: date) -> datetime:
    """The first instant of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Officer:
    """A user who acts for one authority."""

    viewer: Viewer
    authority_id: int


@dataclass(frozen=True, slots=True)
class Prison:
    """A place: its officer, its facility, and the tally of those who have not moved yet."""

    officer: Officer
    facility_id: int
    tally_id: UUID

    @property
    def held(self) -> AccountSpec:
        """The account of who is held there."""
        return AccountSpec(AccountKind.HELD, facility_id=self.facility_id)


@dataclass(frozen=True, slots=True)
class Errand:
    """One batch to be carried out: who goes (`known` stand there, `new` come from the tally), on the `nth` trip."""

    operation_id: UUID
    day: date
    nth: int
    origin: Prison
    destination: Prison
    escort: Officer
    known: tuple[UUID, ...]
    new: tuple[UUID, ...]

    @property
    def people(self) -> tuple[UUID, ...]:
        """Everybody who goes."""
        return self.known + self.new

    @property
    def key(self) -> str:
        """What the ids of its acts are made from."""
        return f"{self.day}/{self.nth}"


class _Occurrences:
    """The instants at which the acts of one batch happened: its hour of the day, then a little after one another."""

    def __init__(self, errand: Errand) -> None:
        self._last = start_of(errand.day) + _FIRST_ACT + _BETWEEN_BATCHES * errand.nth

    def next(self) -> datetime:
        """A little after the one before."""
        self._last += _BETWEEN_ACTS
        return self._last


def open_session(officer: Officer, at: datetime) -> None:
    """Enter the password again: this officer may sign for a quarter of an hour."""
    with viewing(officer.viewer.user_id):
        access.open_signing_session(
            session_id=uuid5(officer.viewer.user_id, at.isoformat()), authority_id=officer.authority_id,
            device="replay", password=PASSWORD, by=officer.viewer, at=at,
        )  # fmt: skip


@contextmanager
def _acting(officer: Officer) -> Iterator[Viewer]:
    """One transaction of this officer."""
    with viewing(officer.viewer.user_id):
        yield officer.viewer


def carry_out(errand: Errand, now: Callable[[], datetime]) -> None:
    """Register who is not yet named, plan, seal, and hand over twice. `now` is the recording clock."""
    when = _Occurrences(errand)
    with _acting(errand.origin.officer) as by:
        _register(errand, by, now(), when)
        batch_id = _seal(errand, by, now())
        first, second = [h.id for h in transfers_queries.handovers(by, batch_id=batch_id)]
        _present(first, by, now(), when)
    _receive(first, errand.escort, errand, now(), when)
    with _acting(errand.origin.officer) as by:
        _acknowledge(first, by, now(), when)
    with _acting(errand.escort) as by:
        _present(second, by, now(), when)
    _receive(second, errand.destination.officer, errand, now(), when)
    with _acting(errand.escort) as by:
        _acknowledge(second, by, now(), when)


def _register(errand: Errand, by: Viewer, at: datetime, when: _Occurrences) -> None:
    """Those who have no name and no number yet get a number, and leave the tally."""
    if not errand.new:
        return
    book, origin = errand.origin.officer.authority_id, errand.origin
    people.register_unknowns(ids=errand.new, authority_id=book, by=by, at=at)
    ledger.register_from_tally(
        tally_id=origin.tally_id, registrations=[Admission(named(f"{i}/registered"), i) for i in errand.new],
        book_id=book, to=origin.held, occurred_at=when.next(), by=by, at=at,
    )  # fmt: skip


def _seal(errand: Errand, by: Viewer, at: datetime) -> UUID:
    """Plan, authorise, list and seal."""
    batch_id, manifest_id = named(f"{errand.key}/batch"), named(f"{errand.key}/manifest")
    transfers.plan_batch(
        batch_id=batch_id, operation_id=errand.operation_id, sender_id=errand.origin.officer.authority_id,
        carrier_id=errand.escort.authority_id, receiver_id=errand.destination.officer.authority_id,
        origin_id=errand.origin.facility_id, planned_on=errand.day, size=len(errand.people), by=by, at=at,
    )  # fmt: skip
    transfers.authorise_batch(batch_id=batch_id, by=by, at=at)
    transfers.draw_manifest(
        manifest_id=manifest_id, batch_id=batch_id, vehicle="1", destination_id=errand.destination.facility_id, by=by,
        at=at,
    )  # fmt: skip
    transfers.add_lines(manifest_id=manifest_id, subject_ids=errand.people, by=by, at=at)
    transfers.seal_manifest(manifest_id=manifest_id, by=by, at=at)
    return batch_id


def _present(handover: UUID, by: Viewer, at: datetime, when: _Occurrences) -> None:
    transfers.present(
        statement_id=named(f"{handover}/present"), handover_id=handover, occurred_at=when.next(), by=by, at=at
    )


def _receive(handover: UUID, receiver: Officer, errand: Errand, at: datetime, when: _Occurrences) -> None:
    """First the count, then the names: everybody came."""
    with _acting(receiver) as by:
        transfers.sign_count(
            statement_id=named(f"{handover}/count"), handover_id=handover, bodies=len(errand.people), injured=0, dead=0,
            occurred_at=when.next(), by=by, at=at,
        )  # fmt: skip
    with _acting(receiver) as by:
        outcomes = [Outcome(line.id, OutcomeCode.RECEIVED) for line in transfers_queries.lines(by, handover)]
        transfers.sign_names(
            statement_id=named(f"{handover}/names"), handover_id=handover, outcomes=outcomes, occurred_at=when.next(),
            by=by, at=at,
        )  # fmt: skip


def _acknowledge(handover: UUID, by: Viewer, at: datetime, when: _Occurrences) -> None:
    transfers.acknowledge(
        statement_id=named(f"{handover}/acknowledge"), handover_id=handover, resolutions={}, occurred_at=when.next(),
        by=by, at=at,
    )  # fmt: skip
