"""`drill replay`: real movements between places, carried out through the rooms' actions, in books that must balance.

Each place is an authority with a book of its own; one escort carries everybody. Recorded now, about days that are past.
"""

import sys
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from time import monotonic
from uuid import UUID

from sijill.domain.access import actions as access
from sijill.domain.access import queries as access_queries
from sijill.domain.access.rules import AUDITOR_ID, REGISTER_ID, SIGNING_SESSION_LENGTH, DutyKind, Viewer
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger import queries as ledger_queries
from sijill.domain.ledger.recount import recount
from sijill.domain.ledger.rules import AccountKind
from sijill.domain.places import actions as places_actions
from sijill.domain.places import queries as places_queries
from sijill.domain.transfers import actions as transfers
from sijill.domain.transfers import queries as transfers_queries
from sijill.domain.transfers.rules import MANIFEST_PEOPLE_MAX, BatchState, Scope
from sijill.exercises.escorting import PASSWORD, Errand, Officer, Prison, named, open_session, start_of
from sijill.exercises.hands import Failed, Work, clock, hands
from sijill.exercises.movements import BadFile, Fault, Group, Movements, Place, openings, read_movements, read_places

ESCORT = "ESCORT"
PROGRESS_DAYS = 30
SAID_MAX = 200
_RENEW_AFTER = SIGNING_SESSION_LENGTH - timedelta(minutes=5)  # a day's work is done in less than the rest
_DUTIES = (DutyKind.COORDINATOR, DutyKind.SENDING_OFFICER, DutyKind.RECEIVING_OFFICER, DutyKind.REGISTRAR)
_SENTENCES = {
    "wrong-column-count": "{value} columns instead of 5",
    "unknown-place": "no such place: {value}",
    "bad-date": "not a day: {value}",
    "same-place": "from {value} to itself",
}
Say = Callable[[str], None]


class Lost(Exception):
    """The register and the file disagree about who is where; the text says what."""


@dataclass(slots=True)
class Crowd:
    """Who is at a prison, as the file tells it: how many in all, and the registered ones, the longest there first."""

    people: int
    present: deque[UUID] = field(default_factory=deque)
    registered: int = 0


@dataclass(slots=True)
class World:
    """Everything the exercise has built, and what it keeps in mind to hold against the register."""

    operation_id: UUID
    escort: Officer
    prisons: dict[str, Prison]
    crowds: dict[str, Crowd]
    auditor: Viewer
    people: int
    capacity: dict[int, int]  # by facility, as the register has it
    sessions_since: datetime | None = None
    batches: int = 0
    above_capacity: int = 0  # days of a place with more people than its capacity: a warning, never a bar


def replay(transfers: Path, capacities: Path, *, rows: int | None, say: Say, workers: int | None = None) -> int:
    """Replay a file of movements in the (empty) register this process is connected to. Returns the exit status.

    0 only when every book balanced at the end of every day, the recount is clean and nobody was lost; 2 for a file that
    cannot be read. `workers`: how many processes carry batches out (None = one for each core).
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
    world = build(places, openings(movements, places), movements.groups[0].day, clock())
    say(f"{len(world.prisons)} prisons and one escort, {world.people:,} people in tallies at first")
    try:
        with hands(workers) as work:
            wrong_days = _run(world, movements, work, say)
    except Failed as failed:
        say(f"replay: stopped: {failed}")
        return 1
    return _verdict(world, movements, wrong_days, started, say)


def _say_faults(faults: Sequence[Fault], say: Say) -> None:
    for fault in faults[:SAID_MAX]:
        say(f"row {fault.row} not moved: {_SENTENCES[fault.code].format(value=fault.value)}")
    if len(faults) > SAID_MAX:
        say(f"... and {len(faults) - SAID_MAX:,} more rows not moved")


def build(places: dict[str, Place], opening: dict[str, int], first_day: date, now: datetime) -> World:
    """Authorities, books, facilities, users, the opening tallies, and one operation with its decision."""
    by_code = {place.code: place for place in places.values()}
    at = now - timedelta(minutes=1)  # duties are in force when PostgreSQL's own clock looks
    with viewing(REGISTER_ID):
        register = access_queries.viewer_of(REGISTER_ID, at)
        escort = _officer(ESCORT, "Escort", (DutyKind.CARRYING_OFFICER,), register, at)
        prisons = {code: _prison(by_code[code], register, at) for code in opening}
        auditor = access_queries.viewer_of(AUDITOR_ID, at)
    for code, prison in prisons.items():
        with viewing(prison.officer.viewer.user_id):
            places_actions.set_capacity(
                capacity_id=named(f"{code}/capacity"), facility_id=prison.facility_id, kind="maximum", category="",
                places=by_code[code].capacity, approver="As published", approved_on=first_day, document="",
                by=prison.officer.viewer, at=now,
            )  # fmt: skip
            ledger.count_tally(
                tally_id=prison.tally_id, event_id=named(f"{code}/opening"), book_id=prison.officer.authority_id,
                to=prison.held, n=opening[code], basis="declared", label="not moved yet",
                occurred_at=start_of(first_day) - timedelta(days=1), by=prison.officer.viewer, at=now,
            )  # fmt: skip
    crowds = {code: Crowd(n) for code, n in opening.items()}
    with viewing(AUDITOR_ID):
        in_force = places_queries.capacities_in_force(auditor)
    capacity = {facility: rows[0].places for facility, rows in in_force.items()}
    world = World(named("operation"), escort, prisons, crowds, auditor, sum(opening.values()), capacity)
    _open_operation(world, first_day, now)
    return world


def _officer(code: str, name: str, duties: Sequence[DutyKind], register: Viewer, at: datetime) -> Officer:
    """An authority, its book, and one user who holds these duties there."""
    authority = access.create_authority(code=code, names={"en": name}, keeps_book=True, by=register, at=at)
    ledger.open_book(authority_id=authority, by=register, at=at)
    user = access.create_user(
        user_id=named(f"{code}/user"), username=code.lower(), name=f"Officer of {name}", password=PASSWORD, by=register,
        at=at,
    )  # fmt: skip
    for kind in duties:
        access.grant_duty(user_id=user, kind=kind, authority_id=authority, by=register, at=at)
    return Officer(access_queries.viewer_of(user, at), authority)


def _prison(place: Place, register: Viewer, at: datetime) -> Prison:
    code = place.code.replace(" ", "-")
    officer = _officer(code, place.name, _DUTIES, register, at)
    facility = places_actions.create_facility(
        code=code, kind="prison", names={"en": place.name}, region="NZ", latitude=None, longitude=None,
        authority_id=officer.authority_id, by=register, at=at,
    )  # fmt: skip
    return Prison(officer, facility, named(f"{place.code}/tally"))


def _open_operation(world: World, first_day: date, now: datetime) -> None:
    """One operation between all of them, under one decision that covers everything."""
    first = next(iter(world.prisons.values())).officer
    parties = [world.escort.authority_id, *(p.officer.authority_id for p in world.prisons.values())]
    with viewing(first.viewer.user_id):
        transfers.create_operation(
            operation_id=world.operation_id, code="REPLAY", names={"en": "Replay"}, parties=parties, by=first.viewer,
            at=now,
        )  # fmt: skip
        transfers.add_decision(
            decision_id=named("decision"), operation_id=world.operation_id, body="Exercise", decided_on=first_day,
            document="Movements as published", scope=Scope(), ceiling=None, facility_kinds=(), excluded_regions=(),
            by=first.viewer, at=now,
        )  # fmt: skip


def _run(world: World, movements: Movements, work: Work, say: Say) -> int:
    """Move everybody, day by day. Returns on how many days a book did not balance."""
    started, moved, wrong = monotonic(), 0, 0
    for number, (day, groups) in enumerate(groupby(movements.groups, key=lambda g: g.day), 1):
        renew_sessions(world, clock())
        errands = plan_day(world, list(groups))
        work(in_turn(errands))
        moved += arrive(world, errands)
        try:
            check_day(world, day)
        except Lost as lost:
            wrong += 1
            say(f"{day}: {lost}")
        if number % PROGRESS_DAYS == 0:
            rate = moved / (monotonic() - started)
            print(f"{day}: {moved:,} of {movements.people:,} moved, {rate:,.0f} a second", file=sys.stderr, flush=True)
    return wrong


def renew_sessions(world: World, at: datetime) -> None:
    """Every officer's signing session lasts at least through the coming day's work."""
    if world.sessions_since is not None and at - world.sessions_since < _RENEW_AFTER:
        return
    for officer in (world.escort, *(p.officer for p in world.prisons.values())):
        open_session(officer, at)
    world.sessions_since = at


def plan_day(world: World, groups: Sequence[Group]) -> list[tuple[Group, Errand]]:
    """The batches of a day. Those leave who stood there when it began: registered ones, longest first, then others."""
    planned: list[tuple[Group, Errand]] = []
    for group in groups:
        for size in _parts(len(group.rows)):
            crowd, nth = world.crowds[group.origin], len(planned)
            known = tuple(crowd.present.popleft() for _ in range(min(size, len(crowd.present))))
            new = tuple(named(f"{group.day}/{nth}/{n}") for n in range(size - len(known)))
            crowd.people -= size
            crowd.registered += len(new)
            origin, destination = world.prisons[group.origin], world.prisons[group.destination]
            errand = Errand(world.operation_id, group.day, nth, origin, destination, world.escort, known, new)
            planned.append((group, errand))
    world.batches += len(planned)
    return planned


def _parts(people_count: int) -> Iterator[int]:
    """A manifest has a limit; a larger group goes in several."""
    while people_count > 0:
        yield min(people_count, MANIFEST_PEOPLE_MAX)
        people_count -= MANIFEST_PEOPLE_MAX


def in_turn(planned: Iterable[tuple[Group, Errand]]) -> list[Errand]:
    """A day's batches in the order they are taken: no two of one origin in a row, for they wait for one tally."""
    turns: dict[str, int] = defaultdict(int)
    ordered = []
    for group, errand in planned:
        ordered.append((turns[group.origin], errand.nth, errand))
        turns[group.origin] += 1
    return [errand for _turn, _nth, errand in sorted(ordered, key=lambda o: o[:2])]


def arrive(world: World, planned: Iterable[tuple[Group, Errand]]) -> int:
    """Keep in mind that they are there now. Returns how many."""
    moved = 0
    for group, errand in planned:
        crowd = world.crowds[group.destination]
        crowd.present.extend(errand.people)
        crowd.people += len(errand.people)
        moved += len(errand.people)
    return moved


def check_day(world: World, day: date) -> None:
    """Every account of every book closes on this day, and every place holds as many as the file says. Raises Lost."""
    with viewing(AUDITOR_ID):
        balance = ledger_queries.balance(world.auditor, since=start_of(day), until=start_of(day) + timedelta(days=1))
    if balance.difference:
        raise Lost(f"the books do not close, difference {balance.difference}")
    stands = {
        (row.account.kind, row.account.facility_id): row.closing
        for row in balance.rows
        if row.closing and row.account.kind is not AccountKind.TRANSFERRED_OUT
    }
    told = {
        (AccountKind.HELD, world.prisons[code].facility_id): crowd.people
        for code, crowd in world.crowds.items()
        if crowd.people
    }
    world.above_capacity += sum(
        n > world.capacity[facility] for (_kind, facility), n in stands.items() if facility in world.capacity
    )
    if stands != told:
        differing = sorted({str(kind) for kind, _place in dict(stands.items() ^ told.items())})
        raise Lost(f"the register and the file disagree about {', '.join(differing)}")
    if balance.people + balance.tallied != world.people or balance.names_pending:
        raise Lost(f"{balance.people + balance.tallied:,} people instead of {world.people:,}")


def _verdict(world: World, movements: Movements, wrong_days: int, started: float, say: Say) -> int:
    """Rebuild every projection, say how it ended, and return the exit status."""
    moved_in = monotonic() - started
    with viewing(AUDITOR_ID):
        again = recount(world.auditor)
        balance = ledger_queries.balance(world.auditor)
        loose = sum(transfers_queries.lines_without_counterpart(world.auditor).values())
        findings = sum(ledger_queries.open_count(world.auditor).values())
        done = transfers_queries.batches(world.auditor, limit=world.batches + 1, states=[BatchState.RECONCILED])
    for text in again.wrong[:SAID_MAX]:
        say(text)
    difference = len(again.wrong) + balance.difference + loose
    registered = sum(c.registered for c in world.crowds.values())
    lost = world.people - balance.people - balance.tallied
    say(f"{balance.people:,} people by number ({registered:,} registered from tallies), {balance.tallied:,} tallied")
    say(f"{wrong_days} days out of balance, {findings} findings, {len(done):,} of {world.batches:,} batches reconciled")
    say(f"{world.above_capacity:,} days of a place above its capacity (a warning, never a bar)")
    say(f"{lost} people lost, {len(movements.faults)} rows not moved, {moved_in:,.0f} s, recounted in"
        f" {monotonic() - started - moved_in:,.0f} s")  # fmt: skip
    say(
        f"replay: {movements.people:,} moved in {world.batches:,} batches, {again.events:,} events,"
        f" {again.events / moved_in:,.0f} events/s, difference {difference}"
    )
    clean = not (wrong_days or difference or findings or lost or balance.names_pending)
    return 0 if clean and len(done) == world.batches and balance.people == registered else 1
