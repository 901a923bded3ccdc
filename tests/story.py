"""A movement over the cast, told step by step: people of ALPHA go with BRAVO to CHARLIE. Every step is a room's action."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from sijill.domain.access import actions as access
from sijill.domain.access import queries as access_queries
from sijill.domain.access.rules import REGISTER_ID, Viewer
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger import queries as ledger_queries
from sijill.domain.ledger.queries import AccountRow, Balance, FindingRow
from sijill.domain.ledger.recount import Recount, recount
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Admission, Kind, NewEvent, Receipt
from sijill.domain.people import actions as people
from sijill.domain.people.rules import Birth, ClaimValue, Name, Nationality, NewClaim, NewPerson, Precision, Sex
from sijill.domain.transfers import actions, queries
from sijill.domain.transfers.queries import BatchRow, HandoverRow, ManifestRow
from sijill.domain.transfers.rules import Extra, LineRow, Outcome, OutcomeCode, Resolution, Scope
from tests.cast import NOON, PASSWORD, PEOPLE, Cast

GIVERS = {1: ("asma", "ALPHA"), 2: ("basil", "BRAVO")}
RECEIVERS = {1: ("basil", "BRAVO"), 2: ("charlie", "CHARLIE")}
REGISTRARS = {"ALPHA": "alice", "BRAVO": "bushra", "CHARLIE": "chiara"}


@dataclass
class Story:
    """One operation and what happens to it. `now` moves by a minute with every step.

    With a `key` every id is the same in every run; without one, each story has ids of its own.
    """

    cast: Cast
    key: str = ""
    now: datetime = NOON
    people: list[UUID] = field(default_factory=list)
    manifests: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.seed = uuid5(NAMESPACE_URL, self.key) if self.key else uuid4()
        self.operation, self.batch = self.id("operation"), self.id("batch")

    # ------------------------------------------------------------------ who, when
    def id(self, name: str) -> UUID:
        """The story's id of this name."""
        return uuid5(self.seed, name)

    def tick(self, minutes: int = 1) -> datetime:
        """Let time pass."""
        self.now += timedelta(minutes=minutes)
        return self.now

    @contextmanager
    def acting(self, name: str) -> Iterator[Viewer]:
        """Act as this user of the cast, now."""
        viewer = self.cast.viewer(name, self.now)
        with viewing(viewer.user_id):
            yield viewer

    @contextmanager
    def register(self) -> Iterator[Viewer]:
        """Look as the register itself."""
        with viewing(REGISTER_ID):
            yield access_queries.viewer_of(REGISTER_ID, self.now)

    def open_session(self, name: str, authority: str) -> UUID:
        """The user enters the password again, unless a session of his is still open."""
        with self.acting(name) as by:
            authority_id = self.cast.authority[authority]
            standing = access_queries.open_session(by, authority_id=authority_id, at=self.now)
            if standing:
                return standing.id
            return access.open_signing_session(
                session_id=uuid4(), authority_id=authority_id, device="test", password=PASSWORD, by=by, at=self.now
            )

    # ------------------------------------------------------------------ before the seal
    def open_operation(self, **decision: Any) -> UUID:
        """An operation of the three, and what was decided: 1,000 people, prisons only, nothing in IQ-AR."""
        parties = [self.cast.authority[a] for a in ("ALPHA", "BRAVO", "CHARLIE")]
        with self.acting("anton") as by:
            actions.create_operation(
                operation_id=self.operation, code=f"OP-{str(self.operation)[:6]}", names={"en": "Operation Story"},
                parties=parties, by=by, at=self.tick(),
            )  # fmt: skip
            self.decide(by, "decision", **decision)
        return self.operation

    def decide(self, by: Viewer, name: str, **changes: Any) -> UUID:
        """Enter a decision of the operation."""
        decision: dict[str, Any] = {
            "body": "Council of Charlie", "decided_on": date(2026, 1, 20), "document": "Decision 12/2026",
            "scope": Scope(), "ceiling": 1000, "facility_kinds": ["prison"], "excluded_regions": ["IQ-AR"],
        } | changes  # fmt: skip
        return actions.add_decision(
            decision_id=self.id(name), operation_id=self.operation, by=by, at=self.tick(), **decision
        )

    def admit(self, count: int, *, nationalities: Sequence[str] = ("SY",), facility: str = "A-MAIN") -> list[UUID]:
        """Register people with names and admit them to a facility of ALPHA."""
        start = len(self.people)
        new = [self.id(f"person/{start + i}") for i in range(count)]
        persons = [
            NewPerson(p, self._claims(p, start + i, nationalities[i % len(nationalities)])) for i, p in enumerate(new)
        ]
        alpha, place = self.cast.authority["ALPHA"], self.cast.facility[facility]
        with self.acting("alice") as by:
            people.register_people(people=persons, authority_id=alpha, by=by, at=self.tick())
            ledger.admit(
                admissions=[Admission(uuid5(p, "admission"), p) for p in new], book_id=alpha, facility_id=place,
                hall_id=None, occurred_from=self.now, occurred_to=self.now, by=by, at=self.now,
            )  # fmt: skip
        self.people += new
        return new

    @staticmethod
    def _claims(person: UUID, number: int, nationality: str) -> tuple[NewClaim, ...]:
        born = date(1980 + number % 20, 1 + number % 12, 1 + number % 28)
        values: tuple[ClaimValue, ...] = (
            Name(full=f"Person Number {number + 1}", given="Person", family=f"Number {number + 1}"),
            Sex("M"), Birth(Precision.EXACT, from_on=born, to_on=born), Nationality(nationality),
        )  # fmt: skip
        return tuple(NewClaim(uuid5(person, f"claim/{i}"), value) for i, value in enumerate(values))

    def plan(self, size: int, **changes: Any) -> UUID:
        """Plan a batch from A-MAIN."""
        new: dict[str, Any] = {
            "batch_id": self.batch, "operation_id": self.operation, "sender_id": self.cast.authority["ALPHA"],
            "carrier_id": self.cast.authority["BRAVO"], "receiver_id": self.cast.authority["CHARLIE"],
            "origin_id": self.cast.facility["A-MAIN"], "planned_on": date(2026, 2, 2), "size": size,
        } | changes  # fmt: skip
        with self.acting("anton") as by:
            return actions.plan_batch(**new, by=by, at=self.tick())

    def authorise(self, batch: UUID | None = None) -> None:
        """Authorise the batch."""
        with self.acting("anton") as by:
            actions.authorise_batch(batch_id=batch or self.batch, by=by, at=self.tick())

    def draw(self, on_it: Sequence[UUID], *, destination: str = "C-HUB", batch: UUID | None = None) -> UUID:
        """Draw up a manifest of the batch and put these people on it."""
        manifest = self.id(f"manifest/{len(self.manifests)}")
        with self.acting("anton") as by:
            actions.draw_manifest(
                manifest_id=manifest, batch_id=batch or self.batch, vehicle=f"Bus {len(self.manifests) + 1}",
                destination_id=self.cast.facility[destination], by=by, at=self.tick(),
            )  # fmt: skip
            actions.add_lines(manifest_id=manifest, subject_ids=on_it, by=by, at=self.tick())
        self.manifests.append(manifest)
        return manifest

    def seal(self, manifest: UUID | None = None, *, name: str = "anton") -> str:
        """Seal a manifest, the last one if none is named."""
        self.open_session(name, "ALPHA")
        with self.acting(name) as by:
            return actions.seal_manifest(manifest_id=manifest or self.manifests[-1], by=by, at=self.tick())

    def sealed(self, count: int = 15, **decision: Any) -> "Story":
        """Everything up to the seal, in one go."""
        self.open_operation(**decision)
        self.admit(count)
        self.plan(count)
        self.authorise()
        self.draw(self.people)
        self.seal()
        return self

    # ------------------------------------------------------------------ the handovers
    def handover(self, ordinal: int, manifest: UUID | None = None) -> HandoverRow:
        """A handover as the register reads it."""
        wanted = manifest or self.manifests[0]
        with self.register() as by:
            rows = queries.handovers(by, batch_id=queries.manifest(by, wanted).batch_id)
        return next(h for h in rows if h.manifest_id == wanted and h.ordinal == ordinal)

    def lines(self, ordinal: int, manifest: UUID | None = None) -> dict[int, LineRow]:
        """The lines of a handover by number."""
        with self.register() as by:
            return {line.no: line for line in queries.lines(by, self.handover(ordinal, manifest).id)}

    def present(self, ordinal: int, *, statement: UUID | None = None, name: str = "", **also: Any) -> UUID:
        """The giver presents the people."""
        user, authority = GIVERS[ordinal]
        return self._sign(actions.present, ordinal, statement, name or user, authority, also)

    def count(
        self, ordinal: int, bodies: int | None = None, *, injured: int = 0, dead: int = 0,
        statement: UUID | None = None, name: str = "", **also: Any,
    ) -> UUID:  # fmt: skip
        """The receiver signs the count; as many as there are lines unless said otherwise."""
        user, authority = RECEIVERS[ordinal]
        n = len(self.lines(ordinal, also.get("manifest"))) if bodies is None else bodies
        also |= {"bodies": n, "injured": injured, "dead": dead}
        return self._sign(actions.sign_count, ordinal, statement, name or user, authority, also)

    def names(
        self, ordinal: int, said: Mapping[int, str] | None = None, extras: Sequence[Extra] = (), *,
        rest: str = "received", statement: UUID | None = None, name: str = "", **also: Any,
    ) -> UUID:  # fmt: skip
        """The receiver signs the names: `said` by line number, `rest` for every other line nobody has spoken of."""
        user, authority = RECEIVERS[ordinal]
        lines = self.lines(ordinal, also.get("manifest"))
        words = {no: rest for no, line in lines.items() if not line.code and rest} | dict(said or {})
        outcomes = [Outcome(lines[no].id, OutcomeCode(code)) for no, code in sorted(words.items())]
        also |= {"outcomes": outcomes, "extras": extras}
        return self._sign(actions.sign_names, ordinal, statement, name or user, authority, also)

    def acknowledge(
        self, ordinal: int, says: Mapping[int, str] | None = None, *, statement: UUID | None = None, name: str = "",
        **also: Any,
    ) -> UUID:  # fmt: skip
        """The giver takes note, and says by line number where those are who were not received."""
        user, authority = GIVERS[ordinal]
        lines = self.lines(ordinal, also.get("manifest"))
        also |= {"resolutions": {lines[no].id: Resolution(r) for no, r in (says or {}).items()}}
        return self._sign(actions.acknowledge, ordinal, statement, name or user, authority, also)

    def _sign(
        self, action: Any, ordinal: int, statement: UUID | None, name: str, authority: str, also: dict[str, Any]
    ) -> UUID:
        """Sign one statement in a signing session, or enter a paper in one of the enterer's own. Returns its id."""
        manifest, session = also.pop("manifest", None), also.pop("session", True)
        key = statement or uuid4()
        at = self.tick()
        if session:
            self.open_session(name, PEOPLE[name][0] if "paper" in also else authority)
        with self.acting(name) as by:
            also = {"occurred_at": at} | also
            action(statement_id=key, handover_id=self.handover(ordinal, manifest).id, by=by, at=at, **also)
        return key

    def hand_over(self, ordinal: int) -> None:
        """A whole handover without any difference."""
        self.present(ordinal)
        self.count(ordinal)
        self.names(ordinal)
        self.acknowledge(ordinal)

    # ------------------------------------------------------------------ in between, and after
    def report(
        self, authority: str, person: UUID, kind: Kind, to: AccountSpec, *, event: UUID | None = None
    ) -> Receipt:
        """A registrar reports something about one person in his own book."""
        at = self.tick()
        new = NewEvent(event or uuid4(), self.cast.authority[authority], person, kind, to, at, at)
        with self.acting(REGISTRARS[authority]) as by:
            return ledger.report(events=[new], by=by, at=at)[0]

    def state(self) -> str:
        """Where the batch stands."""
        return self.batch_row().state.value

    def batch_row(self) -> BatchRow:
        """The batch as the register reads it."""
        with self.register() as by:
            return queries.batch(by, self.batch)

    def manifest_row(self, manifest: UUID | None = None) -> ManifestRow:
        """A manifest as the register reads it."""
        with self.register() as by:
            return queries.manifest(by, manifest or self.manifests[0])

    def accounts(self, person: UUID) -> dict[str, AccountRow]:
        """Where a person (or tally) stands, by the code of the book's authority."""
        code = {i: c for c, i in self.cast.authority.items()}
        with self.register() as by:
            return {code[w.account.book_id]: w.account for w in ledger_queries.where(by, [person])}

    def stands(self, person: UUID) -> dict[str, str]:
        """The kinds of account a person stands in, by authority."""
        return {code: account.kind.value for code, account in self.accounts(person).items()}

    def findings(self, *, states: Sequence[str] = ("open",)) -> list[FindingRow]:
        """Findings of all books."""
        with self.register() as by:
            return ledger_queries.findings(by, states=states, limit=5000)

    def balance(self) -> Balance:
        """The balance of all books."""
        with self.register() as by:
            return ledger_queries.balance(by)

    def recount(self) -> Recount:
        """Derive everything again and compare."""
        with self.register() as by:
            return recount(by)

    def settle_all(self, name: str = "amal") -> None:
        """Close every open finding of every book, each by its own registrar, once what it is about is no longer so."""
        code = {i: c for c, i in self.cast.authority.items()}
        for finding in self.findings(states=("open", "explained")):
            self._end(finding, code[finding.book_id])
            with self.acting(REGISTRARS[code[finding.book_id]]) as by:
                ledger.settle_finding(
                    finding_event_id=uuid4(), finding_id=finding.id, state="closed", note="looked into", by=by,
                    at=self.tick(),
                )  # fmt: skip

    def _end(self, finding: FindingRow, authority: str) -> None:
        """What a finding waits for: a reported death confirmed, a missing person found again."""
        ends = {
            "death-reported": (Kind.DEATH_CONFIRMED, AccountSpec(AccountKind.DEAD_CONFIRMED)),
            "whereabouts-unknown": (
                Kind.WHEREABOUTS_RESTORED,
                AccountSpec(AccountKind.HELD, facility_id=self.cast.facility["A-MAIN"]),
            ),
        }
        if finding.subject_id and finding.code in ends:
            self.report(authority, finding.subject_id, *ends[finding.code])
