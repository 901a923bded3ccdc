"""Rows of the ledger as read, and how they are fetched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from sijill.domain.ledger.rules import AccountKind, Kind


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account with the words needed to show it."""

    id: int
    book_id: int
    kind: AccountKind
    facility_id: int | None
    hall_id: int | None
    other_id: int | None
    note: str


@dataclass(frozen=True, slots=True)
class BoardRow:
    """How many stand at an account now: named persons (and numbered unknowns), and people in tallies."""

    account: AccountRow
    persons: int
    tallied: int


@dataclass(frozen=True, slots=True)
class RollRow:
    """One subject at a place at an instant. n is 1 for a person, a number for a tally."""

    subject_id: UUID
    is_tally: bool
    n: int
    account: AccountRow
    since: datetime


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a subject stands now in one book the viewer may read."""

    subject_id: UUID
    account: AccountRow
    since: datetime


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of a subject's history in one book, in recorded order."""

    id: UUID
    book_id: int
    kind: Kind
    account: AccountRow | None
    n: int | None
    occurred_from: datetime
    occurred_to: datetime
    recorded_at: datetime
    by: UUID
    effect: str
    reason: str
    supersedes: UUID | None
    superseded: bool


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding as listed."""

    id: UUID
    book_id: int
    code: str
    subject_id: UUID | None
    facility_id: int | None
    ref: UUID | None
    n: int | None
    owner: str
    opened_at: datetime
    due_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class FindingStep:
    """One thing that happened to a finding."""

    state: str
    owner: str
    note: str
    by: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One account over a period: opening + in - out = closing, in people."""

    account: AccountRow
    opening: int
    entered: int
    left: int
    closing: int

    @property
    def difference(self) -> int:
        """Nought when the account closes."""
        return self.opening + self.entered - self.left - self.closing


@dataclass(frozen=True, slots=True)
class Balance:
    """The books of a viewer over a period. people: distinct, in open accounts; tallied: persons in tallies there."""

    rows: tuple[BalanceRow, ...]
    people: int
    tallied: int
    names_pending: int

    @property
    def difference(self) -> int:
        """The sum of what does not close, without sign."""
        return sum(abs(r.difference) for r in self.rows)


ACCOUNT = "a.id, a.book_id, a.kind, a.facility_id, a.hall_id, a.other_id, a.note"


def account_row(row: Sequence[Any]) -> AccountRow:
    """An account from the columns of ACCOUNT."""
    return AccountRow(row[0], row[1], AccountKind(row[2]), row[3], row[4], row[5], row[6])


def fetch(sql: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
