"""Which reports a page offers about somebody who stands somewhere, and what each of them needs to be told."""

from collections.abc import Sequence
from dataclasses import dataclass

from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import Act, Viewer
from sijill.domain.ledger.queries import Whereabouts
from sijill.domain.ledger.rules import FINDINGS, FOLLOW_UP, MOVES, NEVER_IN_BULK, OPEN, AccountKind, Kind
from sijill.interfaces.web.pages.standing import Gazetteer, Where

A = AccountKind


@dataclass(frozen=True, slots=True)
class Report:
    """A kind of report that is made by hand: where it leads, and what else it must say."""

    kind: Kind
    to: AccountKind
    place: bool = False
    custodian: bool = False
    outing: bool = False

    @property
    def grave(self) -> bool:
        """Escapes, releases and deaths: how people disappear."""
        return self.kind in NEVER_IN_BULK

    @property
    def opens(self) -> str:
        """The code of the finding that follows, "" when none does."""
        return FOLLOW_UP.get(self.kind, "")

    @property
    def hours(self) -> int:
        """Within how many hours somebody has to look into that finding."""
        return FINDINGS[self.opens][1] if self.opens else 0

    @property
    def owner(self) -> str:
        """The duty that owns that finding."""
        return FINDINGS[self.opens][0].value if self.opens else ""


# Departures and transfers belong to manifests and handovers; duplicates and corrections have pages of their own.
REPORTS: dict[Kind, Report] = {
    report.kind: report
    for report in (
        Report(Kind.ADMISSION, A.HELD, place=True),
        Report(Kind.RECAPTURE, A.HELD, place=True),
        Report(Kind.TEMPORARY_OUT, A.TEMPORARY_OUT, outing=True),
        Report(Kind.TEMPORARY_RETURN, A.HELD, place=True),
        Report(Kind.RETURN, A.HELD, place=True),
        Report(Kind.WHEREABOUTS_UNKNOWN, A.WHEREABOUTS_UNKNOWN),
        Report(Kind.WHEREABOUTS_RESTORED, A.HELD, place=True),
        Report(Kind.CONTROL_LOST, A.CONTROL_LOST, place=True),
        Report(Kind.CONTROL_CHANGED, A.UNDER_ANOTHER, place=True, custodian=True),
        Report(Kind.REPORTED_ESCAPED, A.REPORTED_ESCAPED),
        Report(Kind.RELEASE, A.RELEASED_UNVERIFIED),
        Report(Kind.RELEASE_VERIFIED, A.RELEASED_VERIFIED),
        Report(Kind.REPORTED_DEAD, A.REPORTED_DEAD),
        Report(Kind.DEATH_CONFIRMED, A.DEAD_CONFIRMED),
    )
}


@dataclass(frozen=True, slots=True)
class BookReports:
    """What the viewer may report in one book: what fits from where the person stands, and the rest."""

    book: AuthorityRow
    stands: Where | None
    fitting: tuple[Report, ...]
    others: tuple[Report, ...]
    may_mark_duplicate: bool


def fits(report: Report, standing: AccountKind) -> bool:
    """True when a report of this kind can follow where the person stands."""
    return standing in MOVES[report.kind][0]


def by_book(viewer: Viewer, stands: Sequence[Whereabouts], here: Gazetteer) -> list[BookReports]:
    """For every book in which the viewer may record custody: nothing is refused, but what fits comes first."""
    found = []
    for book_id in viewer.authorities(Act.RECORD_CUSTODY):
        now = next((w for w in stands if w.account.book_id == book_id), None)
        standing = now.account.kind if now else A.OUTSIDE
        fitting = tuple(r for r in REPORTS.values() if fits(r, standing))
        found.append(
            BookReports(
                book=here.authorities[book_id],
                stands=here.where(now.account, now.since) if now else None,
                fitting=fitting,
                others=tuple(r for r in REPORTS.values() if r not in fitting),
                may_mark_duplicate=standing in OPEN and viewer.may(Act.CORRECT, authority_id=book_id),
            )
        )
    return found
