"""An invented crowd: people with names in facilities of 5,000, moved about for two years, all through the actions."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4, uuid5

from sijill.domain.access import actions as access
from sijill.domain.access import queries as access_queries
from sijill.domain.access.rules import REGISTER_ID, DutyKind, Viewer
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind, NewEvent
from sijill.domain.people import actions as people
from sijill.domain.people.rules import Name, NewClaim, NewPerson, Number
from sijill.domain.places import actions as places

FACILITY_PEOPLE = 5_000
FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)
ROUNDS = 4
ROUND_LENGTH = timedelta(days=160)
LAST_DAY = FIRST_DAY + ROUND_LENGTH * (ROUNDS + 1)
CHUNK = 2_500
_SPACE = UUID("7d2f7c0e-55a4-4e5a-8f43-6a9e0f8f1d10")
_ONSETS = ("b", "d", "f", "g", "h", "j", "k", "l", "m", "n", "q", "r", "s", "t", "w", "z", "sh", "kh", "th", "gh")
_VOWELS = ("a", "i", "u", "aa", "ee", "oo")


@dataclass(slots=True)
class Crowd:
    """The register as the benchmark fills it."""

    user: Viewer
    book_id: int
    facilities: list[int]
    chance: random.Random
    ids: list[UUID] = field(default_factory=list)
    words: list[str] = field(default_factory=list)  # names and numbers, to search by
    events: int = 0


def found(people_count: int, seed: int) -> Crowd:
    """One authority with a registrar who reads its whole book, and facilities of 5,000."""
    at = datetime.now(UTC) - timedelta(minutes=1)
    chance = random.Random(seed)
    with viewing(REGISTER_ID):
        register = access_queries.viewer_of(REGISTER_ID, at)
        books = []
        for code in ("CROWD", "ASIDE"):
            books.append(access.create_authority(code=code, names={"en": code}, keeps_book=True, by=register, at=at))
            ledger.open_book(authority_id=books[-1], by=register, at=at)
        user = access.create_user(
            user_id=uuid5(_SPACE, "user"), username="benchmark", name="Benchmark", password=uuid4().hex,
            by=register, at=at,
        )  # fmt: skip
        access.grant_duty(user_id=user, kind=DutyKind.REGISTRAR, authority_id=books[0], by=register, at=at)
        sites = [
            places.create_facility(
                code=f"F{n}", kind="prison", names={"en": f"Facility {n}"}, region="IQ-BG", latitude=None,
                longitude=None, authority_id=books[0], by=register, at=at,
            )
            for n in range(people_count // FACILITY_PEOPLE)
        ]  # fmt: skip
        viewer = access_queries.viewer_of(user, datetime.now(UTC))
    return Crowd(viewer, books[0], sites, chance)


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(chance.randint(2, 3))).capitalize()


def _person(crowd: Crowd, names: Sequence[str], number: int) -> NewPerson:
    given, father, family = (crowd.chance.choice(names) for _ in range(3))
    key = uuid5(_SPACE, f"person/{number}")
    value = f"K{number:06}"
    if number % 500 == 0:
        crowd.words += [given, family, value]
    claims = (
        NewClaim(uuid5(key, "name"), Name(f"{given} {father} {family}", given, father, "", family)),
        NewClaim(uuid5(key, "number"), Number("Earlier holder", value)),
    )
    return NewPerson(key, claims)


def admit(crowd: Crowd, people_count: int) -> Iterator[int]:
    """Register and admit people until there are so many, 5,000 to a facility. Yields how many there are."""
    chance = random.Random(people_count)
    names = [_word(chance) for _ in range(4_000)]
    while len(crowd.ids) < people_count:
        start = len(crowd.ids)
        numbers = range(start, min(start + CHUNK, people_count))
        persons = [_person(crowd, names, n) for n in numbers]
        at = datetime.now(UTC)
        with viewing(crowd.user.user_id):
            people.register_people(people=persons, authority_id=crowd.book_id, by=crowd.user, at=at)
            events = [
                _event(crowd, p.id, Kind.ADMISSION, 0, _held(crowd, n, 0), _instant(crowd, 0))
                for n, p in zip(numbers, persons, strict=True)
            ]
            ledger.report(events=events, by=crowd.user, at=FIRST_DAY + ROUND_LENGTH)
        crowd.ids += [p.id for p in persons]
        crowd.events += len(events)
        yield len(crowd.ids)


def move_about(crowd: Crowd) -> Iterator[int]:
    """Four times, two years long, everybody goes to another facility; every other one is out for a day at times.

    Ten events a person in the end, its admission included. Yields how many events there are.
    """
    for turn in range(1, ROUNDS + 1):
        for start in range(0, len(crowd.ids), CHUNK):
            events = [
                event
                for number in range(start, min(start + CHUNK, len(crowd.ids)))
                for event in _turn(crowd, number, turn)
            ]
            with viewing(crowd.user.user_id):
                ledger.report(events=events, by=crowd.user, at=FIRST_DAY + ROUND_LENGTH * (turn + 1))
            crowd.events += len(events)
            yield crowd.events


def _turn(crowd: Crowd, number: int, turn: int) -> Iterator[NewEvent]:
    """A departure and an arrival; in every second turn of every second person a day out before."""
    person, when = crowd.ids[number], _instant(crowd, turn)
    if number % 2 and turn % 4 == 1:
        out = AccountSpec(AccountKind.TEMPORARY_OUT, note="court")
        yield _event(crowd, person, Kind.TEMPORARY_OUT, turn, out, when - timedelta(days=3))
        back = _held(crowd, number, turn - 1)
        yield _event(crowd, person, Kind.TEMPORARY_RETURN, turn, back, when - timedelta(days=2))
    yield _event(crowd, person, Kind.DEPARTURE, turn, AccountSpec(AccountKind.IN_TRANSIT), when)
    yield _event(crowd, person, Kind.ARRIVAL, turn, _held(crowd, number, turn), when + timedelta(hours=5))


def _event(crowd: Crowd, person: UUID, kind: Kind, turn: int, to: AccountSpec, when: datetime) -> NewEvent:
    return NewEvent(uuid5(person, f"{kind}/{turn}"), crowd.book_id, person, kind, to, when, when)


def _held(crowd: Crowd, number: int, turn: int) -> AccountSpec:
    """Whole facilities exchange their people, so that each holds 5,000 at all times."""
    facility = crowd.facilities[(number // FACILITY_PEOPLE + turn) % len(crowd.facilities)]
    return AccountSpec(AccountKind.HELD, facility_id=facility)


def _instant(crowd: Crowd, turn: int) -> datetime:
    """Somewhere in this turn, with room before and after."""
    return FIRST_DAY + ROUND_LENGTH * turn + timedelta(minutes=crowd.chance.randrange(10 * 1440, 150 * 1440))
