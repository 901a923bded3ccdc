"""What changed since the reader looked last, and which findings wait for whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import Viewer
from sijill.domain.figures import queries as figures
from sijill.domain.figures.rules import ClaimRow
from sijill.domain.ledger.queries import situation as ledger
from sijill.domain.ledger.queries.situation import NewsRow, OwedRow
from sijill.domain.places.queries import SaidRow
from sijill.domain.places.rules import FacilityRow
from sijill.interfaces.web.pages.situation_when import Chosen
from sijill.interfaces.web.pages.standing import Gazetteer

A_DAY = timedelta(hours=24)
LISTED = 6


@dataclass(frozen=True, slots=True)
class BookNews:
    """What one book recorded."""

    authority: AuthorityRow
    rows: tuple[NewsRow, ...]


@dataclass(frozen=True, slots=True)
class StatedNews:
    """A statement of control that the register learnt of."""

    facility: FacilityRow
    holder: AuthorityRow | None
    row: SaidRow


@dataclass(frozen=True, slots=True)
class ClaimNews:
    """A published claim that was entered, under its topic."""

    topic_code: str
    topic: str
    row: ClaimRow


@dataclass(frozen=True, slots=True)
class News:
    """Everything recorded after `since`. remembered: since this reader's last look; else since a plain moment."""

    since: datetime
    remembered: bool
    books: tuple[BookNews, ...]
    findings: tuple[tuple[str, int], ...]
    stated: tuple[StatedNews, ...]
    claims: tuple[ClaimNews, ...]
    stated_more: int
    claims_more: int

    @property
    def nothing(self) -> bool:
        """True when nothing was recorded."""
        return not (self.books or self.findings or self.stated or self.claims)


def news(
    viewer: Viewer, at: Chosen, looked: datetime | None, said: Iterable[SaidRow], names: Gazetteer, language: str
) -> News:
    """At present: what came after the last look (without one: in the last day). At a past instant: on its day."""
    since = at.midnight if at.past else looked or at.at - A_DAY
    books: dict[int, list[NewsRow]] = {}
    for row in ledger.news(viewer, since=since, until=at.at):
        books.setdefault(row.book_id, []).append(row)
    stated = [
        StatedNews(names.facilities[s.said.facility_id], names.authorities.get(s.said.holder_id or 0), s)
        for s in said
        if since < s.recorded_at <= at.at
    ]
    claims = _claims(viewer, since, at.at, language)
    return News(
        since=since,
        remembered=not at.past and looked is not None,
        books=tuple(BookNews(names.authorities[i], tuple(rows)) for i, rows in books.items()),
        findings=tuple(ledger.findings_opened(viewer, since=since, until=at.at).items()),
        stated=tuple(stated[:LISTED]),
        claims=tuple(claims[:LISTED]),
        stated_more=max(0, len(stated) - LISTED),
        claims_more=max(0, len(claims) - LISTED),
    )


def _claims(viewer: Viewer, since: datetime, until: datetime, language: str) -> list[ClaimNews]:
    topics = {topic.id: topic for topic in figures.topics(viewer)}
    rows = [r for r in figures.claims(viewer, list(topics)) if since < r.recorded_at <= until]
    rows.sort(key=lambda r: r.recorded_at, reverse=True)
    return [ClaimNews(topics[r.topic_id].code, topics[r.topic_id].name(language), r) for r in rows]


@dataclass(frozen=True, slots=True)
class Owed:
    """The findings one duty owns, by age. `oldest`: when the oldest of those still open was opened."""

    owner: str
    overdue: int = 0
    today: int = 0
    later: int = 0
    explained: int = 0
    oldest: datetime | None = None

    @property
    def n(self) -> int:
        """All that are not closed."""
        return self.overdue + self.today + self.later + self.explained


def owed_by(rows: Sequence[OwedRow]) -> list[Owed]:
    """Findings by owner, who has most overdue first."""
    found: dict[str, Owed] = {}
    for row in rows:
        owed = found.get(row.owner, Owed(row.owner))
        oldest = min(filter(None, (owed.oldest, row.oldest)))
        if row.state == "explained":
            owed = replace(owed, explained=owed.explained + row.n)
        elif row.age == "overdue":
            owed = replace(owed, overdue=owed.overdue + row.n, oldest=oldest)
        elif row.age == "today":
            owed = replace(owed, today=owed.today + row.n, oldest=oldest)
        else:
            owed = replace(owed, later=owed.later + row.n, oldest=oldest)
        found[row.owner] = owed
    return sorted(found.values(), key=lambda o: (-o.overdue, -o.n, o.owner))


def total(rows: Sequence[Owed]) -> Owed:
    """The sum over all owners."""
    return Owed(
        "",
        sum(r.overdue for r in rows),
        sum(r.today for r in rows),
        sum(r.later for r in rows),
        sum(r.explained for r in rows),
    )
