"""Three authorities in a chain and batches of 150 numbered unknowns between them: the ground of the crash drill.

Everything is made through the rooms' actions with ids that are the same each time, so a step that was cut off by a dead
database is simply done again.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid5

from django.db import Error, connection
from django.db.utils import InterfaceError, OperationalError

from sijill.domain.access import actions as access
from sijill.domain.access import queries as access_queries
from sijill.domain.access.rules import AUDITOR_ID, REGISTER_ID, DutyKind, NotVisible, Viewer
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger import queries as ledger_queries
from sijill.domain.ledger.recount import recount
from sijill.domain.ledger.rules import Admission, Kind
from sijill.domain.people import actions as people
from sijill.domain.places import actions as places
from sijill.domain.transfers import actions as transfers
from sijill.domain.transfers import queries as transfer_queries
from sijill.domain.transfers.rules import Scope

BATCH_PEOPLE = 150
PASSWORD = "crash-drill-2026"  # noqa: S105  (a throw-away register)
SPACE = UUID("c0ffee00-1d2e-4f3a-8b4c-5d6e7f8a9b0c")
# user name -> (authority, duty)
USERS = {
    "sender": ("NORTH", DutyKind.SENDING_OFFICER),
    "planner": ("NORTH", DutyKind.COORDINATOR),
    "clerk": ("NORTH", DutyKind.REGISTRAR),
    "carrier": ("CARRY", DutyKind.CARRYING_OFFICER),
    "receiver": ("SOUTH", DutyKind.RECEIVING_OFFICER),
}
_Result = TypeVar("_Result")


def key(*parts: object) -> UUID:
    """The id of a thing of the drill."""
    return uuid5(SPACE, "/".join(str(p) for p in parts))


class Chain:
    """The register's ground, and the audit at the end."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.authority: dict[str, int] = {}
        self.facility: dict[str, int] = {}
        self.batches = 0

    def found(self) -> None:
        """Authorities, facilities, users, the operation."""
        at = datetime.now(UTC) - timedelta(hours=1)
        with viewing(REGISTER_ID):
            register = access_queries.viewer_of(REGISTER_ID, at)
            for code, place in (("NORTH", "N"), ("CARRY", "C"), ("SOUTH", "S")):
                found = access.create_authority(code=code, names={"en": code}, keeps_book=True, by=register, at=at)
                ledger.open_book(authority_id=found, by=register, at=at)
                self.authority[code] = found
                self.facility[code] = places.create_facility(
                    code=place,
                    kind="prison",
                    names={"en": place},
                    region="IQ-BG",
                    latitude=None,
                    longitude=None,
                    authority_id=found,
                    by=register,
                    at=at,
                )
            for name, (authority, duty) in USERS.items():
                user = access.create_user(
                    user_id=key(name), username=name, name=name, password=PASSWORD, by=register, at=at
                )
                access.grant_duty(user_id=user, kind=duty, authority_id=self.authority[authority], by=register, at=at)
        with viewing(key("planner")):
            planner = self._viewer("planner")
            transfers.create_operation(
                operation_id=key("operation"),
                code="CRASH",
                names={"en": "Crash drill"},
                parties=list(self.authority.values()),
                by=planner,
                at=at,
            )
            transfers.add_decision(
                decision_id=key("decision"),
                operation_id=key("operation"),
                body="Drill",
                decided_on=date(2026, 1, 1),
                document="D1",
                scope=Scope(),
                ceiling=None,
                facility_kinds=(),
                excluded_regions=(),
                by=planner,
                at=at,
            )

    def _viewer(self, name: str) -> Viewer:
        return access_queries.viewer_of(key(name), datetime.now(UTC))

    def again(self, step: Callable[[], _Result]) -> _Result:
        """Do a step until the database lets it: the ids are the same each time."""
        for _ in range(600):
            try:
                return step()
            except (OperationalError, InterfaceError):
                connection.close()
                time.sleep(0.2)
            except Error:  # the connection died in the middle of a transaction
                if not connection.closed_in_transaction and connection.connection is not None:
                    raise
                connection.close()
        raise TimeoutError("the database stayed away for two minutes")

    def wait_for_database(self) -> None:
        """Return once the database answers again."""
        self.again(lambda: self._books())

    def _books(self) -> list[int]:
        with viewing(AUDITOR_ID):
            return ledger_queries.books(access_queries.viewer_of(AUDITOR_ID, datetime.now(UTC)))

    def people(self, batch: int) -> list[UUID]:
        """The people of a batch."""
        return [key("person", batch, n) for n in range(BATCH_PEOPLE)]

    def prepare(self, batch: int) -> None:
        """Admit 150 numbered unknowns and seal a manifest of them."""
        self.again(lambda: self._admit(batch))
        self.again(lambda: self._seal(batch))
        self.batches = batch + 1

    def _admit(self, batch: int) -> None:
        at, ids = datetime.now(UTC), self.people(batch)
        with viewing(key("clerk")):
            clerk = self._viewer("clerk")
            if ledger_queries.where(clerk, ids[:1]):
                return
            people.register_unknowns(ids=ids, authority_id=self.authority["NORTH"], by=clerk, at=at)
            ledger.admit(
                admissions=[Admission(key("admission", i), i) for i in ids],
                book_id=self.authority["NORTH"],
                facility_id=self.facility["NORTH"],
                hall_id=None,
                occurred_from=at,
                occurred_to=at,
                by=clerk,
                at=at,
            )

    def _seal(self, batch: int) -> None:
        at, manifest, batch_id = datetime.now(UTC), key("manifest", batch), key("batch", batch)
        with viewing(key("planner")):
            planner = self._viewer("planner")
            try:
                if transfer_queries.manifest(planner, manifest).state == "sealed":
                    return
            except NotVisible:
                pass
            transfers.plan_batch(
                batch_id=batch_id,
                operation_id=key("operation"),
                sender_id=self.authority["NORTH"],
                carrier_id=self.authority["CARRY"],
                receiver_id=self.authority["SOUTH"],
                origin_id=self.facility["NORTH"],
                planned_on=at.date(),
                size=BATCH_PEOPLE,
                by=planner,
                at=at,
            )
            transfers.authorise_batch(batch_id=batch_id, by=planner, at=at)
            transfers.draw_manifest(
                manifest_id=manifest,
                batch_id=batch_id,
                vehicle="bus",
                destination_id=self.facility["SOUTH"],
                by=planner,
                at=at,
            )
            transfers.add_lines(manifest_id=manifest, subject_ids=self.people(batch), by=planner, at=at)
            access.open_signing_session(
                session_id=key("session", batch),
                authority_id=self.authority["NORTH"],
                device="drill",
                password=PASSWORD,
                by=planner,
                at=at,
            )
            transfers.seal_manifest(manifest_id=manifest, by=planner, at=at)

    def handovers(self, batch: int) -> list[UUID]:
        """The two handovers of a batch, in order."""

        def ask() -> list[UUID]:
            with viewing(key("planner")):
                return [h.id for h in transfer_queries.handovers(self._viewer("planner"), batch_id=key("batch", batch))]

        return self.again(ask)

    def audit(self, signed: Sequence[tuple[UUID, int, str]]) -> list[str]:
        """Everything that is not as it was acknowledged, in words; empty when all is well."""
        with viewing(AUDITOR_ID):
            auditor = access_queries.viewer_of(AUDITOR_ID, datetime.now(UTC))
            result, balance = recount(auditor), ledger_queries.balance(auditor)
            faults = list(result.wrong)
            if balance.difference:
                faults.append(f"the books differ by {balance.difference}")
            if balance.people != self.batches * BATCH_PEOPLE:
                faults.append(f"{balance.people} people, {self.batches * BATCH_PEOPLE} were admitted")
            if lonely := transfer_queries.lines_without_counterpart(auditor):
                faults.append(f"{sum(lonely.values())} handover lines have no counterpart")
            for batch in range(self.batches):
                faults += self._audit_batch(auditor, batch, [(i, s) for i, b, s in signed if b == batch])
        return faults

    def _audit_batch(self, auditor: Viewer, batch: int, signed: list[tuple[UUID, str]]) -> list[str]:
        """A batch whose every press was answered: each statement once, each person once in each book."""
        faults = []
        kept = {
            s.id
            for h in transfer_queries.handovers(auditor, batch_id=key("batch", batch))
            for s in transfer_queries.statements(auditor, h.id)
        }
        lost = [stage for statement, stage in signed if statement not in kept]
        if lost:
            faults.append(f"batch {batch + 1}: acknowledged and not there: {', '.join(lost)}")
        if len(kept) != 8:
            faults.append(f"batch {batch + 1}: {len(kept)} statements where there should be 8")
        north, carry, south = (self.authority[a] for a in ("NORTH", "CARRY", "SOUTH"))
        once = [
            (north, Kind.ADMISSION),
            (north, Kind.DEPARTURE),
            (north, Kind.TRANSFER_OUT),
            (carry, Kind.TRANSFER_IN),
            (carry, Kind.ARRIVAL),
            (carry, Kind.TRANSFER_OUT),
            (south, Kind.TRANSFER_IN),
        ]
        wanted = {(book, kind, "posted"): BATCH_PEOPLE for book, kind in once}
        found = ledger_queries.told(auditor, self.people(batch))
        if found != wanted:
            faults.append(f"batch {batch + 1}: the events are not one of each kind for each person")
        return faults
