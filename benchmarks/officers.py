"""Twenty officers at twenty buses, each counting and pressing every two seconds, until each has signed his count."""

import random
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from benchmarks.figures import Figure, percentile, progress
from benchmarks.visits import Line
from sijill.domain.access import actions as access
from sijill.domain.access import queries as access_queries
from sijill.domain.access.rules import REGISTER_ID, DutyKind
from sijill.domain.access.viewing import viewing
from sijill.domain.transfers import actions as transfers
from sijill.exercises.chain import BATCH_PEOPLE, PASSWORD, Chain, key

PACE = 2.0  # seconds between two acts of one officer


@dataclass(slots=True)
class Officer:
    """One carrying officer, the handover that waits for him, and what his presses took."""

    name: str
    handover: UUID
    presses: list[float] = field(default_factory=list)
    signed: list[float] = field(default_factory=list)
    failure: str = ""


def muster(count: int) -> list[Officer]:
    """So many manifests of 150 people, each presented, and a carrying officer for each."""
    chain = Chain(progress)
    chain.found()
    found = []
    for number in range(count):
        chain.prepare(number)
        first = chain.handovers(number)[0]
        _present(chain, first)
        found.append(Officer(f"officer-{number + 1}", first))
    at = datetime.now(UTC)
    with viewing(REGISTER_ID):
        register = access_queries.viewer_of(REGISTER_ID, at)
        for each in found:
            user = access.create_user(
                user_id=key(each.name), username=each.name, name=each.name, password=PASSWORD, by=register, at=at
            )
            access.grant_duty(
                user_id=user, kind=DutyKind.CARRYING_OFFICER, authority_id=chain.authority["CARRY"], by=register, at=at
            )
    progress(f"  {count} manifests of {BATCH_PEOPLE} people stand presented")
    return found


def _present(chain: Chain, handover: UUID) -> None:
    at = datetime.now(UTC)
    with viewing(key("sender")):
        sender = access_queries.viewer_of(key("sender"), at)
        access.open_signing_session(
            session_id=uuid4(), authority_id=chain.authority["NORTH"], device="benchmark", password=PASSWORD,
            by=sender, at=at,
        )  # fmt: skip
        transfers.present(statement_id=uuid4(), handover_id=handover, occurred_at=at, by=sender, at=at)


def figures(port: int, crew: list[Officer], *, seconds: float, limit: float) -> list[Figure]:
    """From a press to its confirmation, and from "sign" to the page that shows the signature."""
    threads = [threading.Thread(target=_work, args=(port, each, seconds)) for each in crew]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    failures = [each.failure for each in crew if each.failure]
    if failures:
        raise AssertionError(failures[0])
    presses = [took for each in crew for took in each.presses]
    signed = [took for each in crew for took in each.signed]
    what = f"{len(crew)} officers, one act each every {PACE:g} s"
    return [
        Figure(f"count screen to confirmed, p95 of {len(presses)} ({what})", percentile(presses, 0.95), "ms", limit),
        Figure(f"count signed to the page that shows it, p95 of {len(signed)}", percentile(signed, 0.95), "ms", limit),
    ]


def _work(port: int, officer: Officer, seconds: float) -> None:
    try:
        _count_and_sign(Line(port), officer, seconds)
    except Exception as wrong:  # noqa: BLE001  (a thread's failure is told by the main one)
        officer.failure = f"{officer.name}: {type(wrong).__name__}: {wrong}"


def _count_and_sign(line: Line, officer: Officer, seconds: float) -> None:
    chance = random.Random(officer.name)
    page = f"/handovers/{officer.handover}"
    if not line.sign_in(officer.name, PASSWORD):
        raise PermissionError("not let in")
    authority = line.get("/sign").text.partition('name="authority"')[2].partition('value="')[2].partition('"')[0]
    opened = [("key", str(uuid4())), ("authority", authority), ("password", PASSWORD), ("next", page)]
    if line.post("/sign", opened).status != 302:  # argon2 is slow by design and measured nowhere
        raise PermissionError("no signing session")
    time.sleep(chance.random() * PACE)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        press = ("press", f"{uuid4()}:bodies:{chance.choice((1, 1, 10))}")
        answer = line.post(f"{page}/count/press", [press], accept="application/json")
        if answer.status != 200:
            raise AssertionError(f"a press was answered with {answer.status}")
        officer.presses.append(answer.took)
        time.sleep(max(0.0, PACE - answer.took / 1000))
    form = line.get(f"{page}/count")
    fields = [("key", form.field("key")), ("bodies", str(BATCH_PEOPLE)), ("injured", "0"), ("dead", "0")]
    started = time.perf_counter()
    answer = line.post(f"{page}/count", [*fields, ("compared", str(BATCH_PEOPLE))])
    shown = line.get(answer.location) if answer.status == 302 else answer
    officer.signed.append((time.perf_counter() - started) * 1000)
    if answer.status != 302 or shown.status != 200:
        raise AssertionError(f"the count was answered with {answer.status}")
