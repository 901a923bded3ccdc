"""The books again, as a child would keep them: plain Python lists, no database, nothing clever, nothing shared but MOVES."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sijill.domain.ledger.rules import BESIDE, MOVES, OPEN, TALLY_ACCOUNTS, TALLY_MOVES, AccountKind, AccountSpec, Kind

Key = tuple[int, UUID]


@dataclass
class Told:
    """One report as it was told."""

    id: UUID
    kind: Kind
    to: AccountSpec | None
    at: datetime
    recorded: datetime
    n: int | None = None
    supersedes: UUID | None = None
    posted: bool = False


@dataclass
class NaiveBooks:
    """Every report ever told, by book and subject, in the order of telling."""

    told: dict[Key, list[Told]] = field(default_factory=dict)
    tallies: set[UUID] = field(default_factory=set)

    def effective(self, key: Key, known: datetime | None = None) -> list[Told]:
        """Reports with effect that nothing has superseded, in order of occurrence, as known at an instant."""
        posted = [t for t in self.told.get(key, []) if t.posted and (known is None or t.recorded <= known)]
        gone = {t.supersedes for t in posted}
        kept = [t for t in posted if t.id not in gone and t.to is not None]
        return sorted(kept, key=lambda t: t.at)

    def walk(self, key: Key, reports: list[Told]) -> list[tuple[Told, AccountSpec, int]] | None:
        """Each report with the account and number after it; None when one of them does not fit."""
        here: AccountSpec | None = None
        n, found = 0, []
        for told in reports:
            moved = self._tally(told, here, n) if key[1] in self.tallies else self._person(told, here)
            if moved is None:
                return None
            here, n = moved
            found.append((told, here, n))
        return found

    @staticmethod
    def _person(told: Told, here: AccountSpec | None) -> tuple[AccountSpec, int] | None:
        was = here.kind if here else AccountKind.OUTSIDE
        if told.kind is Kind.CORRECTION:
            return told.to, 1
        if told.kind is Kind.TALLY_COUNTED:
            return None
        leaves, reaches = MOVES[told.kind]
        return (told.to, 1) if was in leaves and told.to.kind in reaches else None

    @staticmethod
    def _tally(told: Told, here: AccountSpec | None, n: int) -> tuple[AccountSpec, int] | None:
        if told.kind in (Kind.TALLY_COUNTED, Kind.CORRECTION):
            return (told.to, n if told.n is None else told.n) if told.to.kind in TALLY_ACCOUNTS else None
        if here is None:
            return None
        if told.kind is Kind.REGISTERED and told.to.kind in TALLY_ACCOUNTS:
            return (here, n - 1) if n else None
        if told.kind in TALLY_MOVES and here.kind in MOVES[told.kind][0]:
            return told.to, n
        return None

    def tell(self, key: Key, told: Told, *, blocked: bool = False) -> bool:
        """Write a report down; True when it has effect: everything still fits with it."""
        history = self.told.setdefault(key, [])
        reports = [t for t in self.effective(key) if t.id != told.supersedes]
        removed = len(reports) < len(self.effective(key))
        if told.to is not None:
            reports = sorted([*reports, told], key=lambda t: t.at)
        fits = self.walk(key, reports) is not None
        told.posted = not blocked and fits and (told.to is not None or removed)
        history.append(told)
        return told.posted

    def place(self, key: Key, at: datetime, known: datetime | None = None) -> tuple[AccountSpec, int] | None:
        """Where a subject stood at an instant, as known at another."""
        steps = [s for s in self.walk(key, self.effective(key, known)) or [] if s[0].at <= at]
        return (steps[-1][1], steps[-1][2]) if steps else None

    def totals(self, at: datetime) -> tuple[int, int]:
        """Distinct people in open accounts, and whole persons in tallies there."""
        stands = [(key, self.place(key, at)) for key in self.told]
        here = [(key, p) for key, p in stands if p and p[0].kind in OPEN and p[0].kind not in BESIDE]
        people = {key[1] for key, _ in here if key[1] not in self.tallies}
        return len(people), sum(p[1] for key, p in here if key[1] in self.tallies)
