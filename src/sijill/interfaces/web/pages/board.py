"""The first page: the situation at any instant, as known then or as known now. Who reads counts sees it; no names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.urls import path
from django.utils.translation import get_language, get_language_bidi

from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import PERMITS, Act, Viewer
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.queries import AccountRow, BalanceRow
from sijill.domain.ledger.queries.situation import (
    OF_SEVERAL_BOOKS,
    Balances,
    OwedRow,
    Situation,
    balances_at,
    owed_at,
    situation,
    span,
)
from sijill.domain.ledger.rules import BESIDE, CLOSED, OPEN, AccountKind
from sijill.domain.places import queries as places
from sijill.domain.places.rules import FacilityRow
from sijill.interfaces.web.answering import ViewerRequest, page, reads
from sijill.interfaces.web.pages.situation_flows import NOBODY, Flow, flows, picture
from sijill.interfaces.web.pages.situation_map import map_of
from sijill.interfaces.web.pages.situation_news import news, owed_by, total
from sijill.interfaces.web.pages.situation_times import time_lines
from sijill.interfaces.web.pages.situation_when import Chosen, chosen, last_look, neighbours, remember_look, steps
from sijill.interfaces.web.pages.standing import Gazetteer, gazetteer

LOST = frozenset({AccountKind.CONTROL_LOST, AccountKind.WHEREABOUTS_UNKNOWN})
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
    day: Closing
    whole: Closing


@dataclass(frozen=True, slots=True)
class Sums:
    """The figures at the head of the board."""

    people: int
    tallied: int
    names_pending: int
    claimed_twice: int
    nobody: int
    lost: int


@reads
def board(request: ViewerRequest) -> HttpResponse:
    """Where everyone is, in every book the viewer reads, at the instant asked for."""
    viewer, at = request.viewer, chosen(request.GET, request.at)
    names, mirrored = gazetteer(viewer), get_language_bidi()
    now = situation(viewer, at=at.at, known_at=at.known_at)
    owed_rows = owed_at(viewer, at=at.at, day_end=at.day_end, past=at.past)
    said = places.control_said(viewer, until=at.at, known_at=at.known_at)
    shown = flows(now, names, whole_books(viewer))
    owed = owed_by(owed_rows)
    response = page(
        request,
        "web/board.html",
        {
            **_when(viewer, at),
            "lost_address": "/losses" if viewer.may(Act.READ_PEOPLE) else "",
            "may_counts": viewer.may(Act.READ_COUNTS),
            "sums": sums(now, shown, owed_rows),
            "stated": [(t, names.where(t.account)) for t in now.tallies if t.account.kind is AccountKind.STATED],
            "news": news(viewer, at, last_look(request), said, names, get_language() or "en"),
            "owed": owed,
            "owed_all": total(owed),
            "flows": shown,
            "picture": picture(shown, mirrored=mirrored),
            "map": map_of(now, [s.said for s in said], names, viewer),
            "lines": time_lines(viewer, at=at.at, known_at=at.known_at, mirrored=mirrored),
            "books": books(viewer, now, balances_at(viewer, since=at.midnight, at=at.at, known_at=at.known_at), names),
            "mirrored": mirrored,
        },
    )
    if not at.past and request.method == "GET":
        remember_look(request, response)
    return response


def _when(viewer: Viewer, at: Chosen) -> dict[str, object]:
    """The instant and the days beside it."""
    recorded = span(viewer)
    before, after = neighbours(recorded, at)
    return {"when": at, "steps": steps(recorded, at), "before": before, "after": after}


def whole_books(viewer: Viewer) -> set[int]:
    """Books in which the viewer sees everybody, and so can say that somebody is missing."""
    return {d.authority_id for d in viewer.duties if d.facility_id is None and Act.READ_COUNTS in PERMITS[d.kind]}


def sums(now: Situation, shown: Sequence[Flow], owed: Sequence[OwedRow]) -> Sums:
    """The figures. Two claim, nobody answers: as the books show it or as findings say it, whichever is more.

    Who reads one book alone sees neither in the books, but the findings in his own tell him.
    """
    told: dict[str, set[UUID]] = {code: set() for code in OF_SEVERAL_BOOKS}
    for row in owed:
        told.get(row.code, set()).update(row.subjects)
    unanswered = sum(flow.n for flow in shown if flow.end.code == NOBODY)
    return Sums(
        now.people,
        now.tallied,
        now.names_pending,
        max(now.claimed_twice, len(told["two-claim"])),
        max(unanswered, len(told["nobody-answers"])),
        sum(sum(both) for account, both in now.at_accounts().items() if account.kind in LOST),
    )


def books(viewer: Viewer, now: Situation, balances: Balances, names: Gazetteer) -> list[Book]:
    """The viewer's books, who answers for most people first; an empty one is shown too."""
    rows = now.at_accounts()
    found = []
    for book_id in ledger.books(viewer):
        lines = [line_of(a, both, names) for a, both in rows.items() if a.book_id == book_id]
        found.append(
            Book(
                authority=names.authorities[book_id],
                answers_for=part(lines, OPEN),
                beside=part(lines, BESIDE),
                closed=part(lines, CLOSED),
                day=closing(row for row in balances.period if row.account.book_id == book_id),
                whole=closing(row for row in balances.whole if row.account.book_id == book_id),
            )
        )
    return sorted(found, key=lambda book: (-book.answers_for.total, book.authority.code))


def line_of(account: AccountRow, both: tuple[int, int], names: Gazetteer) -> Line:
    """An account with its words."""
    return Line(
        kind=account.kind,
        facility=names.facilities.get(account.facility_id or 0),
        other=names.authorities.get(account.other_id or 0),
        note=account.note,
        persons=both[0],
        tallied=both[1],
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
