"""`drill replay`: real movements between places, carried out through the rooms' actions, in books that must balance.

Each place is an authority with a book of its own; one escort carries everybody. Recorded now, about days that are past.
"""

import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid5

from sijill.domain.access import actions as access
from sijill.domain.access import queries as access_queries
from sijill.domain.access.rules import AUDITOR_ID, REGISTER_ID, SIGNING_SESSION_LENGTH, DutyKind, Viewer
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger import queries as ledger_queries
from sijill.domain.ledger.recount import recount
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Admission
from sijill.domain.people import actions as people
from sijill.domain.places import actions as places_actions
from sijill.domain.transfers import actions as transfers
from sijill.domain.transfers import queries as transfers_queries
from sijill.domain.transfers.rules import MANIFEST_PEOPLE_MAX, BatchState, Outcome, OutcomeCode, Scope
from sijill.exercises.movements import BadFile, Fault, Group, Movements, Place, openings, read_movements, read_places

ESCORT = "ESCORT"
PROGRESS_DAYS = 30
FAULTS_SHOWN_MAX = 200
_SPACE = UUID("c1b7f0de-4c58-4f3e-8a36-0d9a4f0e7a55")
_PASSWORD = "exercise, not a secret"  # noqa: S105  (users of a register that is thrown away)
_FIRST_ACT = timedelta(hours=6)  # of a day
_BETWEEN_BATCHES = timedelta(minutes=15)
_BETWEEN_ACTS = timedelta(seconds=30)
_RENEW_AFTER = SIGNING_SESSION_LENGTH - timedelta(minutes=1)
_SENTENCES = {
    "wrong-column-count": "{value} columns instead of 5",
    "unknown-place": "no such place: {value}",
    "bad-date": "not a day: {value}",
    "same-place": "from {value} to itself",
}


class Lost(Exception):
    """The register and the file disagree about who is where; the text says what."""


@dataclass(slots=True)
class Officer:
    """A user who acts for one authority, and when his signing session was opened."""

    viewer: Viewer
    authority_id: int
    signs_since: datetime | None = None


@dataclass(slots=True)
class Prison:
    """A place as the exercise keeps it: its officer, its tally, and who is there by number, the longest first."""

    officer: Officer
    facility_id: int
    tally_id: UUID
    people: int  # that the file says are there: named and tallied
    present: deque[UUID] = field(default_factory=deque)
    registered: int = 0


@dataclass(slots=True)
class World:
    """Everything the exercise has built."""

    now: Callable[[], datetime]
    operation_id: UUID
    escort: Officer
    prisons: dict[str, Prison]
    auditor: Viewer
    people: int


def replay(
    transfers: Path,
    capacities: Path,
    *,
    rows: int | None,
    say: Callable[[str], None],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> int:
    """Replay a file of movements in the (empty) register this process is connected to. Returns the exit status.

    0 only when every book balanced at the end of every day, the recount is clean and nobody was lost; 2 for a file that
    cannot be read. `now` is the recording clock.
    """
    try:
        places = read_places(capacities)
        movements = read_movements(transfers, places, rows=rows)
    except BadFile as wrong:
        say(f"replay: {wrong}")
        return 2
    _say_faults(movements.faults, say)
    if not movements.groups:
        say("replay: nothing to move")
        return 2
    started = monotonic()
    world = build(places, openings(movements, places), movements.groups[0].day, now)
    say(f"{len(world.prisons)} prisons and one escort, {world.people:,} people in tallies at first")
    wrong_days = _run(world, movements, say)
    return _verdict(world, movements, wrong_days, monotonic() - started, say)


def _say_faults(faults: Sequence[Fault], say: Callable[[str], None]) -> None:
    for fault in faults[:FAULTS_SHOWN_MAX]:
        say(f"row {fault.row} not moved: {_SENTENCES[fault.code].format(value=fault.value)}")
    if len(faults) > FAULTS_SHOWN_MAX:
        say(f"... and {len(faults) - FAULTS_SHOWN_MAX:,} more rows not moved")


def _id(what: str) -> UUID:
    """The same act of the same exercise always has the same id."""
    return uuid5(_SPACE, what)


def build(places: dict[str, Place], opening: dict[str, int], first_day: date, now: Callable[[], datetime]) -> World:
    """Authorities, books, facilities, users, the opening tallies, and one operation with its decision."""
    by_code = {place.code: place for place in places.values()}
    at = now() - timedelta(minutes=1)  # duties are in force when PostgreSQL's own clock looks
    with viewing(REGISTER_ID):
        register = access_queries.viewer_of(REGISTER_ID, at)
        escort = _officer(ESCORT, "Escort", (DutyKind.CARRYING_OFFICER,), register, at)
        prisons = {code: _prison(by_code[code], n, register, at) for code, n in opening.items()}
        auditor = access_queries.viewer_of(AUDITOR_ID, at)
    for code, prison in prisons.items():
        with viewing(prison.officer.viewer.user_id):
            ledger.count_tally(
                tally_id=prison.tally_id, event_id=_id(f"{code}/opening"), book_id=prison.officer.authority_id,
                to=_held(prison), n=prison.people, basis="declared", label="not moved yet",
                occurred_at=_start_of(first_day) - timedelta(days=1), by=prison.officer.viewer, at=now(),
            )  # fmt: skip
    world = World(now, _id("operation"), escort, prisons, auditor, sum(opening.values()))
    _open_operation(world, first_day)
    return world


def _officer(code: str, name: str, duties: Sequence[DutyKind], register: Viewer, at: datetime) -> Officer:
    """An authority, its book, and one user who holds these duties there."""
    authority = access.create_authority(code=code, names={"en": name}, keeps_book=True, by=register, at=at)
    ledger.open_book(authority_id=authority, by=register, at=at)
    user = access.create_user(
        user_id=_id(f"{code}/user"), username=code.lower(), name=f"Officer of {name}", password=_PASSWORD, by=register,
        at=at,
    )  # fmt: skip
    for kind in duties:
        access.grant_duty(user_id=user, kind=kind, authority_id=authority, by=register, at=at)
    return Officer(access_queries.viewer_of(user, at), authority)


def _prison(place: Place, people_there: int, register: Viewer, at: datetime) -> Prison:
    code = place.code.replace(" ", "-")
    duties = (DutyKind.COORDINATOR, DutyKind.SENDING_OFFICER, DutyKind.RECEIVING_OFFICER, DutyKind.REGISTRAR)
    officer = _officer(code, place.name, duties, register, at)
    facility = places_actions.create_facility(
        code=code, kind="prison", names={"en": place.name}, region="NZ", latitude=None, longitude=None,
        authority_id=officer.authority_id, by=register, at=at,
    )  # fmt: skip
    return Prison(officer, facility, _id(f"{place.code}/tally"), people_there)


def _open_operation(world: World, first_day: date) -> None:
    """One operation between all of them, under one decision that covers everything."""
    first = next(iter(world.prisons.values())).officer
    parties = [world.escort.authority_id, *(p.officer.authority_id for p in world.prisons.values())]
    with viewing(first.viewer.user_id):
        transfers.create_operation(
            operation_id=world.operation_id, code="REPLAY", names={"en": "Replay"}, parties=parties, by=first.viewer,
            at=world.now(),
        )  # fmt: skip
        transfers.add_decision(
            decision_id=_id("decision"), operation_id=world.operation_id, body="Exercise", decided_on=first_day,
            document="Movements as published", scope=Scope(), ceiling=None, facility_kinds=(), excluded_regions=(),
            by=first.viewer, at=world.now(),
        )  # fmt: skip


def _held(prison: Prison) -> AccountSpec:
    return AccountSpec(AccountKind.HELD, facility_id=prison.facility_id)


def _start_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _run(world: World, movements: Movements, say: Callable[[str], None]) -> int:
    """Move everybody, day by day. Returns on how many days a book did not balance."""
    started, moved, wrong = monotonic(), 0, 0
    for number, (day, groups) in enumerate(groupby(movements.groups, key=lambda g: g.day), 1):
        for nth, group in enumerate(groups):
            for part, people_count in enumerate(_parts(len(group.rows))):
                move(world, group, f"{nth}.{part}", people_count)
            moved += len(group.rows)
        try:
            check_day(world, day)
        except Lost as lost:
            wrong += 1
            say(f"{day}: {lost}")
        if number % PROGRESS_DAYS == 0:
            rate = moved / (monotonic() - started)
            print(f"{day}: {moved:,} of {movements.people:,} moved, {rate:,.0f} a second", file=sys.stderr, flush=True)
    return wrong


def _parts(people_count: int) -> Iterator[int]:
    """A manifest has a limit; a larger group goes in several."""
    while people_count > 0:
        yield min(people_count, MANIFEST_PEOPLE_MAX)
        people_count -= MANIFEST_PEOPLE_MAX


@contextmanager
def _acting(world: World, officer: Officer) -> Iterator[None]:
    """One transaction of this officer, with a signing session that still lasts a while."""
    with viewing(officer.viewer.user_id):
        at = world.now()
        if officer.signs_since is None or at - officer.signs_since >= _RENEW_AFTER:
            access.open_signing_session(
                session_id=uuid5(officer.viewer.user_id, at.isoformat()), authority_id=officer.authority_id,
                device="replay", password=_PASSWORD, by=officer.viewer, at=at,
            )  # fmt: skip
            officer.signs_since = at
        yield


def move(world: World, group: Group, nth: str, people_count: int) -> None:
    """One batch from its plan to its reconciliation. `nth` numbers the batches of a day."""
    origin, destination = world.prisons[group.origin], world.prisons[group.destination]
    key = f"{group.day}/{nth}"
    when = _Occurrences(_start_of(group.day) + _FIRST_ACT + _BETWEEN_BATCHES * int(nth.split(".")[0]))
    with _acting(world, origin.officer):
        subjects = _movers(world, origin, people_count, key, when)
        batch_id = _sealed_batch(world, group, subjects, key)
        first, second = [h.id for h in transfers_queries.handovers(origin.officer.viewer, batch_id=batch_id)]
        _sign(world, origin.officer, first, "present", when)
    for handover, receiver, giver in ((first, world.escort, origin.officer), (second, destination.officer, world.escort)):
        if handover == second:
            with _acting(world, giver):
                _sign(world, giver, second, "present", when)
        with _acting(world, receiver):
            _receive(world, receiver, handover, people_count, when)
        with _acting(world, giver):
            transfers.acknowledge(
                statement_id=_id(f"{handover}/acknowledge"), handover_id=handover, resolutions={},
                occurred_at=when.next(), by=giver.viewer, at=world.now(),
            )  # fmt: skip
    destination.present.extend(subjects)
    origin.people -= people_count
    destination.people += people_count


class _Occurrences:
    """The instants at which the acts of one batch happened."""

    def __init__(self, first: datetime) -> None:
        self._last = first

    def next(self) -> datetime:
        """A little after the one before."""
        self._last += _BETWEEN_ACTS
        return self._last


def _movers(world: World, origin: Prison, people_count: int, key: str, when: _Occurrences) -> list[UUID]:
    """Who goes: numbered unknowns who are there, the longest first; the others are registered from the tally."""
    known = [origin.present.popleft() for _ in range(min(people_count, len(origin.present)))]
    new = [_id(f"{key}/{origin.facility_id}/{n}") for n in range(people_count - len(known))]
    if new:
        viewer, book = origin.officer.viewer, origin.officer.authority_id
        people.register_unknowns(ids=new, authority_id=book, by=viewer, at=world.now())
        ledger.register_from_tally(
            tally_id=origin.tally_id, registrations=[Admission(_id(f"{i}/registered"), i) for i in new], book_id=book,
            to=_held(origin), occurred_at=when.next(), by=viewer, at=world.now(),
        )  # fmt: skip
        origin.registered += len(new)
    return known + new


def _sealed_batch(world: World, group: Group, subjects: Sequence[UUID], key: str) -> UUID:
    """Plan, authorise, list and seal."""
    origin, destination = world.prisons[group.origin], world.prisons[group.destination]
    by, batch_id, manifest_id = origin.officer.viewer, _id(f"{key}/batch"), _id(f"{key}/manifest")
    transfers.plan_batch(
        batch_id=batch_id, operation_id=world.operation_id, sender_id=origin.officer.authority_id,
        carrier_id=world.escort.authority_id, receiver_id=destination.officer.authority_id, origin_id=origin.facility_id,
        planned_on=group.day, size=len(subjects), by=by, at=world.now(),
    )  # fmt: skip
    transfers.authorise_batch(batch_id=batch_id, by=by, at=world.now())
    transfers.draw_manifest(
        manifest_id=manifest_id, batch_id=batch_id, vehicle="1", destination_id=destination.facility_id, by=by,
        at=world.now(),
    )  # fmt: skip
    transfers.add_lines(manifest_id=manifest_id, subject_ids=subjects, by=by, at=world.now())
    transfers.seal_manifest(manifest_id=manifest_id, by=by, at=world.now())
    return batch_id


def _sign(world: World, giver: Officer, handover: UUID, what: str, when: _Occurrences) -> None:
    transfers.present(
        statement_id=_id(f"{handover}/{what}"), handover_id=handover, occurred_at=when.next(), by=giver.viewer,
        at=world.now(),
    )  # fmt: skip


def _receive(world: World, receiver: Officer, handover: UUID, bodies: int, when: _Occurrences) -> None:
    """First the count, then the names: everybody came."""
    transfers.sign_count(
        statement_id=_id(f"{handover}/count"), handover_id=handover, bodies=bodies, injured=0, dead=0,
        occurred_at=when.next(), by=receiver.viewer, at=world.now(),
    )  # fmt: skip
    lines = transfers_queries.lines(receiver.viewer, handover)
    transfers.sign_names(
        statement_id=_id(f"{handover}/names"), handover_id=handover,
        outcomes=[Outcome(line.id, OutcomeCode.RECEIVED) for line in lines], occurred_at=when.next(),
        by=receiver.viewer, at=world.now(),
    )  # fmt: skip


def check_day(world: World, day: date) -> None:
    """Every account of every book closes on this day, and every place holds whom the file says. Raises Lost."""
    start = _start_of(day)
    with viewing(AUDITOR_ID):
        balance = ledger_queries.balance(world.auditor, since=start, until=start + timedelta(days=1))
    if balance.difference:
        raise Lost(f"the books do not close, difference {balance.difference}")
    stands = {
        (row.account.kind, row.account.facility_id): row.closing
        for row in balance.rows
        if row.closing and row.account.kind is not AccountKind.TRANSFERRED_OUT
    }
    told = {(AccountKind.HELD, p.facility_id): p.people for p in world.prisons.values() if p.people}
    if stands != told:
        differing = sorted({str(kind) for kind, _place in set(stands.items()) ^ set(told.items())})
        raise Lost(f"the register and the file disagree about {', '.join(differing)}")
    if balance.people + balance.tallied != world.people or balance.names_pending:
        raise Lost(f"{balance.people + balance.tallied:,} people instead of {world.people:,}")


def _verdict(
    world: World, movements: Movements, wrong_days: int, seconds: float, say: Callable[[str], None]
) -> int:
    """Rebuild every projection, say how it ended, and return the exit status."""
    with viewing(AUDITOR_ID):
        again = recount(world.auditor)
        balance = ledger_queries.balance(world.auditor)
        loose = sum(transfers_queries.lines_without_counterpart(world.auditor).values())
        findings = sum(ledger_queries.open_count(world.auditor).values())
        reconciled = len(
            transfers_queries.batches(world.auditor, limit=len(movements.groups) * 2, states=[BatchState.RECONCILED])
        )
    for text in again.wrong[:20]:
        say(text)
    difference = len(again.wrong) + balance.difference + loose
    registered = sum(p.registered for p in world.prisons.values())
    batches = sum(1 for group in movements.groups for _part in _parts(len(group.rows)))
    lost = world.people - balance.people - balance.tallied
    say(f"{registered:,} registered from tallies, {balance.people:,} people, {balance.tallied:,} still tallied")
    say(f"{wrong_days} days out of balance, {findings} findings, {reconciled:,} of {batches:,} batches reconciled,"
        f" {lost} people lost, {len(movements.faults)} rows not moved, {seconds:,.0f} s")  # fmt: skip
    say(
        f"replay: {movements.people:,} moved in {batches:,} batches, {again.events:,} events,"
        f" {again.events / seconds:,.0f} events/s, difference {difference}"
    )
    clean = not (wrong_days or difference or findings or lost or balance.names_pending)
    return 0 if clean and reconciled == batches and balance.people == registered else 1
