"""The first page: where everyone is, by book and state, whether the books close, and what is open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone

from sijill.domain.access import queries as access
from sijill.domain.access.queries import AuthorityRow
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.queries import BalanceRow, BoardRow
from sijill.domain.ledger.rules import BESIDE, CLOSED, OPEN, AccountKind
from sijill.domain.places import queries as places
from sijill.domain.places.rules import FacilityRow
from sijill.interfaces.web.answering import ViewerRequest, page, reads

_ORDER = {kind: place for place, kind in enumerate(AccountKind)}


@dataclass(frozen=True, slots=True)
class Line:
    """One account on the board, with the rows that name its place and its other party."""

    kind: AccountKind
    facility: FacilityRow | None
    other: AuthorityRow | None
    note: str
    persons: int
    tallied: int

    @property
    def total(self) -> int:
        """Named persons and people in tallies."""
        return self.persons + self.tallied


@dataclass(frozen=True, slots=True)
class Part:
    """Some accounts of a book with their sum."""

    lines: tuple[Line, ...]

    @property
    def persons(self) -> int:
        """Named persons and numbered unknowns."""
        return sum(line.persons for line in self.lines)

    @property
    def tallied(self) -> int:
        """People in tallies."""
        return sum(line.tallied for line in self.lines)

    @property
    def total(self) -> int:
        """All of them."""
        return self.persons + self.tallied


@dataclass(frozen=True, slots=True)
class Closing:
    """A book's balance over a period, over the accounts it answers for."""

    opening: int
    entered: int
    left: int
    closing: int

    @property
    def difference(self) -> int:
        """Nought when the book closes."""
        return self.opening + self.entered - self.left - self.closing


@dataclass(frozen=True, slots=True)
class Book:
    """One book as the board shows it."""

    authority: AuthorityRow
    answers_for: Part
    beside: Part
    closed: Part
    balance: Closing


@reads
def board(request: ViewerRequest) -> HttpResponse:
    """Where everyone is now, in every book the viewer reads."""
    from_beginning = request.GET.get("period") == "all"
    since = None if from_beginning else midnight(request.at)
    owed = ledger.open_count(request.viewer)
    shown = books(request, since)
    return page(
        request,
        "web/board.html",
        {
            "books": shown,
            "total": sum(book.answers_for.total for book in shown),
            "findings": sorted(owed.items()),
            "findings_open": sum(owed.values()),
            "since": since,
        },
    )


def midnight(at: datetime) -> datetime:
    """The beginning of the day on the local wall clock."""
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


def books(request: ViewerRequest, since: datetime | None) -> list[Book]:
    """The viewer's books, by authority."""
    authorities = {row.id: row for row in access.authorities(request.viewer)}
    facilities = {row.id: row for row in places.facilities(request.viewer)}
    rows = ledger.board(request.viewer)
    balance = ledger.balance(request.viewer, since=since).rows
    found = []
    for book_id in ledger.books(request.viewer):
        lines = [line_of(row, facilities, authorities) for row in rows if row.account.book_id == book_id]
        found.append(
            Book(
                authority=authorities[book_id],
                answers_for=part(lines, OPEN),
                beside=part(lines, BESIDE),
                closed=part(lines, CLOSED),
                balance=closing(row for row in balance if row.account.book_id == book_id),
            )
        )
    return sorted(found, key=lambda book: book.authority.code)


def line_of(row: BoardRow, facilities: dict[int, FacilityRow], authorities: dict[int, AuthorityRow]) -> Line:
    """An account with its words."""
    account = row.account
    return Line(
        kind=account.kind,
        facility=facilities.get(account.facility_id or 0),
        other=authorities.get(account.other_id or 0),
        note=account.note,
        persons=row.persons,
        tallied=row.tallied,
    )


def part(lines: Iterable[Line], kinds: frozenset[AccountKind]) -> Part:
    """The lines of these kinds, in the order of the kinds; halls of one facility are one line."""
    sums: dict[tuple[object, ...], Line] = {}
    for line in lines:
        if line.kind not in kinds:
            continue
        key = _where(line)
        before = sums.get(key)
        persons, tallied = (before.persons, before.tallied) if before else (0, 0)
        sums[key] = Line(
            line.kind, line.facility, line.other, line.note, line.persons + persons, line.tallied + tallied
        )
    return Part(tuple(sorted(sums.values(), key=lambda line: (_ORDER[line.kind], _place(line)))))


def _where(line: Line) -> tuple[object, ...]:
    return (line.kind, _place(line), line.other.id if line.other else 0, line.note)


def _place(line: Line) -> str:
    return line.facility.code if line.facility else ""


def closing(rows: Iterable[BalanceRow]) -> Closing:
    """opening + in - out = closing, summed over the accounts a book answers for."""
    own = [row for row in rows if row.account.kind in OPEN]
    return Closing(
        opening=sum(row.opening for row in own),
        entered=sum(row.entered for row in own),
        left=sum(row.left for row in own),
        closing=sum(row.closing for row in own),
    )


urlpatterns = [path("", board, name="board")]
