"""Every figure of the demo operation as the register holds it, read through the rooms' queries as the built-in auditor.

Nothing here is a constant of the story: a number that is wrong in the register is wrong here.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sijill.domain.access import queries as access
from sijill.domain.access.rules import AUDITOR_ID, Viewer
from sijill.domain.access.viewing import viewing
from sijill.domain.figures import queries as figures
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.queries import Count, Moment
from sijill.domain.places import queries as places
from sijill.domain.places.rules import rivals
from sijill.domain.sharing import queries as sharing
from sijill.domain.transfers import queries as transfers
from sijill.exercises.demo_story import LOCAL

_POINTS = ("01-21", "01-24", "01-27", "01-31", "02-02", "02-07", "02-09", "02-12")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who reads, when, and the ids of books and places by their codes."""

    viewer: Viewer
    at: datetime
    books: dict[str, int]
    sites: dict[str, int]

    def stood(self, count: Count, at: datetime | None = None) -> int:
        """How many, named and tallied, as known now."""
        return ledger.counts(self.viewer, count, [Moment(at or self.at)])[0].total

    def standing(self, book: str, account: str, place: str, at: datetime | None = None) -> int:
        """How many stood in an account of a book at a place."""
        return self.stood(Count(accounts=(account,), books=(self.books[book],), facility_id=self.sites[place]), at)

    def arrived(self, book: str, place: str) -> int:
        """How many arrived at a place inside one book."""
        return self.stood(Count(event="arrival", books=(self.books[book],), facility_id=self.sites[place]))

    def came(self, nationality: str = "", age_class: str = "") -> int:
        """How many came into Iraq's book, of a group."""
        books = (self.books["ICS"],)
        return self.stood(Count(event="transfer-in", books=books, nationality=nationality, age_class=age_class))


def facts(at: datetime) -> dict[str, Any]:
    """The figures of demo-operation.md, by name."""
    with viewing(AUDITOR_ID):
        viewer = access.viewer_of(AUDITOR_ID, at)
        books = {a.code: a.id for a in access.authorities(viewer)}
        sites = {f.code: f.id for f in places.facilities(viewer)}
        reader = _Reader(viewer, at, books, sites)
        return {
            "balance": _balance(viewer),
            "opening": _opening(reader),
            "arrivals": {day: _arrived(reader, _end(day)) for day in _POINTS},
            "batches": _batches(reader),
            "nationalities": _nationalities(reader),
            "shaddadi": _shaddadi(reader),
            "al-aqtan": reader.standing("SDF", "under-another", "AQTAN"),
            "displaced": _displaced(reader),
            "stated": {
                place: _stated(reader, book, place) for book, place in (("ICS", "NASIRIYAH"), ("CAMPS", "AL-HOL"))
            },
            "age": _ages(reader),
            "findings": _findings(reader),
            "control": _control(reader),
            "decisions": _decisions(viewer),
            "rates": {r.currency: str(r.amount) for r in sharing.rates(viewer)},
            "claims": _claims(viewer),
        }


def _end(day: str) -> datetime:
    """The last instant of a local day of 2026."""
    found = datetime.combine(date.fromisoformat(f"2026-{day}"), datetime.max.time(), LOCAL)
    return found.astimezone(UTC)


def _balance(viewer: Viewer) -> dict[str, int]:
    found = ledger.balance(viewer)
    return {
        "people": found.people, "tallied": found.tallied, "names_pending": found.names_pending,
        "difference": found.difference,
    }  # fmt: skip


def _opening(reader: _Reader) -> dict[str, int]:
    """The rolls with which SDF's book begins on 15 January, before the first departure."""
    first = datetime(2026, 1, 15, 3, 30, tzinfo=UTC)
    found = {code: reader.standing("SDF", "held", code, first) for code in ("SHADDADI", "GHUWAYRAN", "AQTAN")}
    return found | {"sum": sum(found.values())}


def _arrived(reader: _Reader, at: datetime) -> dict[str, int]:
    """Arrivals in Iraq's book up to an instant, as known then: named, and counted with names pending."""
    count = Count(event="transfer-in", books=(reader.books["ICS"],))
    (then,) = ledger.counts(reader.viewer, count, [Moment(at, at)])
    return {"named": then.persons, "counted": then.persons + then.stated}


def _batches(reader: _Reader) -> dict[str, Any]:
    """The batches to Iraq: how many people each, in their order, and the statements of their handovers."""
    viewer, books = reader.viewer, reader.books
    rows = [b for b in transfers.batches(viewer, limit=1000) if b.sender_id == books["SDF"]]
    handovers = [h for b in rows for h in transfers.handovers(viewer, batch_id=b.id)]
    signed = transfers.statements_of(viewer, [h.id for h in handovers])
    sizes = sorted((b.planned_on, h.id, sum(transfers.line_counts(viewer, [h.id])[h.id].values()))
                   for b in rows for h in handovers if h.batch_id == b.id and h.ordinal == 2)  # fmt: skip
    return {
        "number": len(rows),
        "people": sum(n for _day, _id, n in sizes),
        "by_day": _by_day([(day, n) for day, _id, n in sizes]),
        "handovers": len(handovers),
        "custodians": len({b.sender_id for b in rows} | {b.carrier_id for b in rows} | {b.receiver_id for b in rows}),
        "both_sides_signed": sum({s.side for s in signed[h.id]} == {"giver", "receiver"} for h in handovers),
    }


def _by_day(sizes: Sequence[tuple[date, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for day, n in sizes:
        found.setdefault(day.isoformat()[5:], []).append(n)
    return {day: sorted(ns) for day, ns in found.items()}


def _nationalities(reader: _Reader) -> dict[str, int]:
    """Of those who came into Iraq's book, by group."""
    groups = ("IQ", "SY", "other-arab", "other", "unknown")
    found = {group: reader.came(nationality=group) for group in groups}
    return found | {"classified": sum(found[g] for g in groups[:-1]), "all": reader.came()}


def _shaddadi(reader: _Reader) -> dict[str, int]:
    losses = ledger.stated_losses(reader.viewer, facility_id=reader.sites["SHADDADI"])
    return {
        "lost": sum(row.persons for row in losses),
        "open": reader.standing("SDF", "control-lost", "SHADDADI"),
        "under_another": reader.standing("SDF", "under-another", "SHADDADI"),
        "retaken": reader.standing("SY-MOI", "held", "SHADDADI"),
        "moved_before": reader.arrived("SDF", "GHUWAYRAN"),
    }


def _stated(reader: _Reader, book: str, place: str) -> int:
    """A population that somebody stated, outside the sums."""
    count = Count(accounts=("stated",), books=(reader.books[book],), facility_id=reader.sites[place])
    return ledger.counts(reader.viewer, count, [Moment(reader.at)])[0].stated


def _ages(reader: _Reader) -> dict[str, Any]:
    """Those of whom a court said under 18 while the sender had said adult: a finding each, by the day it was opened."""
    opened = [f for f in ledger.findings(reader.viewer, limit=100_000) if f.code == "age-disputed"]
    days = Counter(f.opened_at.astimezone(LOCAL).date().isoformat()[5:] for f in opened)
    return {
        "findings": len(opened),
        "by_day": dict(sorted(days.items())),
        "treated_as_children": reader.came(age_class="child"),
    }


def _findings(reader: _Reader) -> dict[str, dict[str, int]]:
    """Findings by book, code and state."""
    codes = {i: code for code, i in reader.books.items()}
    rows = ledger.findings(reader.viewer, states=("open", "explained", "closed"), limit=100_000)
    found: dict[str, dict[str, int]] = {}
    for f in sorted(rows, key=lambda f: (codes[f.book_id], f.code, f.state)):
        of_book = found.setdefault(codes[f.book_id], {})
        of_book[f"{f.code} {f.state}"] = of_book.get(f"{f.code} {f.state}", 0) + 1
    return found


def _control(reader: _Reader) -> dict[str, dict[str, Any]]:
    """How many statements stand on each place, and on which aspects they are rivals."""
    found = {code: places.control(reader.viewer, i, reader.at) for code, i in reader.sites.items()}
    return {
        code: {"speakers": len({r.speaker for r in rows}), "rivals": sorted(a.value for a in rivals(rows))}
        for code, rows in found.items()
        if rows
    }


def _decisions(viewer: Viewer) -> dict[str, list[dict[str, Any]]]:
    """What was decided, by operation, as far as it binds a batch."""
    return {
        o.code: [
            {"body": d.body, "on": d.decided_on.isoformat()[5:], "kinds": list(d.facility_kinds),
             "excluded": list(d.excluded_regions), "ceiling": d.ceiling}
            for d in transfers.decisions(viewer, o.id)
        ]
        for o in transfers.operations(viewer)
    }  # fmt: skip


def _displaced(reader: _Reader) -> dict[str, int]:
    """Who was moved inside Iraq's book to make room, and on how many manifests."""
    rows = [b for b in transfers.batches(reader.viewer, limit=1000) if b.sender_id == reader.books["ICS"]]
    manifests = [m for b in rows for m in transfers.manifests(reader.viewer, b.id)]
    return {
        "people": reader.arrived("ICS", "NASIRIYAH"),
        "manifests": len(manifests),
        "of": max((m.people for m in manifests), default=0),
    }


def _claims(viewer: Viewer) -> dict[str, list[str]]:
    """What was published, by topic: the range, how it was said, by whom, and what became of it."""
    topics = figures.topics(viewer)
    rows = figures.claims(viewer, [t.id for t in topics])
    return {
        t.code: [
            f"{_range(c.low, c.high)} {c.modality.value}, {c.speaker}: {c.state.value}"
            for c in rows
            if c.topic_id == t.id
        ]
        for t in topics
    }


def _range(low: int | None, high: int | None) -> str:
    if low == high:
        return "-" if low is None else str(low)
    return f"{'' if low is None else low}..{'' if high is None else high}"
