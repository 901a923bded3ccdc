"""What a person's file shows: claims and who makes them, what contradicts, the custody line, bases, other records."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import Act, Viewer
from sijill.domain.ledger.queries import EventRow, FindingRow
from sijill.domain.ledger.rules import Kind
from sijill.domain.people.queries import ClaimRow, LinkRow, PersonFile
from sijill.domain.people.rules import Birth, ClaimKind, ClaimValue, Nationality, PersonName, Sex, age_class
from sijill.domain.safeguards.rules import BasisRow, Standing, standing
from sijill.interfaces.web import sentences
from sijill.interfaces.web.pages.standing import Gazetteer, Where, names

LATE = timedelta(days=1)  # a report that was written down later than this says so


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim with those who speak."""

    row: ClaimRow
    recorded_for: AuthorityRow | None
    source: AuthorityRow | None
    by: str
    withdrawn_by: str
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class KindView:
    """The claims of one kind, those in force before the withdrawn ones; disputed when they contradict each other."""

    kind: ClaimKind
    claims: tuple[ClaimView, ...]
    disputed: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a contradiction: what it comes to (a word of a group, "" = as said), and who says so."""

    group: str
    meaning: str
    claims: tuple[ClaimView, ...]


@dataclass(frozen=True, slots=True)
class Contest:
    """Claims of one kind that cannot all be true, side by side."""

    kind: ClaimKind
    sides: tuple[Side, ...]


def claim_views(viewer: Viewer, opened: PersonFile, here: Gazetteer, users: dict[UUID, str]) -> list[ClaimView]:
    """Every claim with its speakers, the newest first, withdrawn ones last."""
    views = [
        ClaimView(
            row=c,
            recorded_for=here.authorities.get(c.authority_id),
            source=here.authorities.get(c.source_authority_id or 0),
            by=users.get(c.by, ""),
            withdrawn_by=users.get(c.withdrawn_by, "") if c.withdrawn_by else "",
            may_withdraw=c.withdrawn_at is None and viewer.may(Act.CORRECT, authority_id=c.authority_id),
        )
        for c in opened.claims
    ]
    return sorted(views, key=lambda view: view.row.withdrawn_at is not None)


def by_kind(views: Sequence[ClaimView], disputed: Iterable[ClaimKind]) -> list[KindView]:
    """The claims under their kinds."""
    contested = set(disputed)
    return [
        KindView(kind, of_kind, kind in contested)
        for kind in ClaimKind
        if (of_kind := tuple(v for v in views if v.row.kind is kind))
    ]


def contests(views: Sequence[ClaimView], on: date) -> list[Contest]:
    """What contradicts among the claims in force: ages, sexes, nationalities. Names in many spellings do not."""
    found = []
    for kind in (ClaimKind.BIRTH, ClaimKind.SEX, ClaimKind.NATIONALITY):
        sides: dict[tuple[str, str], list[ClaimView]] = {}
        for view in views:
            if view.row.kind is kind and view.row.withdrawn_at is None and (key := _meaning(view.row.value, on)):
                sides.setdefault(key, []).append(view)
        if len(sides) < 2 and kind is ClaimKind.BIRTH:
            sides = _apart([v for of_side in sides.values() for v in of_side])
        if len(sides) > 1:
            made = (Side(group, meaning, tuple(of_side)) for (group, meaning), of_side in sides.items())
            found.append(Contest(kind, tuple(made)))
    return found


def _meaning(value: ClaimValue, on: date) -> tuple[str, str] | None:
    """What a claim comes to, as (group of words, code); None when it says that nobody knows."""
    match value:
        case Birth():
            meant = age_class([value], on)
            spans = meant == "disputed" and value.from_on is not None
            return None if meant == "unknown" else ("age-side", "either" if spans else meant)
        case Sex(value=code):
            return None if code == "unknown" else ("sex", code)
        case Nationality(code=code):
            return None if code == "unknown" else ("nation", code)
    return None


def _apart(views: Sequence[ClaimView]) -> dict[tuple[str, str], list[ClaimView]]:
    """Births that come to the same age class, and still leave no day on which all of them can be true."""
    known = [(v, b) for v in views if isinstance(b := v.row.value, Birth) and b.from_on and b.to_on]
    if not known or max(b.from_on for _v, b in known if b.from_on) <= min(b.to_on for _v, b in known if b.to_on):
        return {}
    sides: dict[tuple[str, str], list[ClaimView]] = {}
    for view, born in known:
        sides.setdefault(("", f"{born.from_on}/{born.to_on}"), []).append(view)
    return sides


# ------------------------------------------------------------------ the line
@dataclass(frozen=True, slots=True)
class EventView:
    """One report of the time line."""

    row: EventRow
    book: AuthorityRow | None
    to: Where | None
    by: str
    why: str
    corrects: Kind | None
    may_correct: bool

    @property
    def may_give_effect(self) -> bool:
        """A report without effect that says where to may be given effect."""
        return self.may_correct and self.row.effect == "none" and self.to is not None and not self.row.superseded

    @property
    def may_void(self) -> bool:
        """A report in force may be corrected; a correction is taken back by another one."""
        return self.may_correct and self.row.effect == "posted" and not self.row.superseded and self.to is not None

    @property
    def late_days(self) -> int:
        """How many days later it was written down; 0 when it was within a day."""
        late = self.row.recorded_at - self.row.occurred_to
        return late.days if late >= LATE else 0


@dataclass(frozen=True, slots=True)
class LineItem:
    """One entry of the line: a report at the time it happened, or a finding at the time it was opened."""

    at: datetime
    event: EventView | None = None
    finding: FindingRow | None = None
    overdue: bool = False
    book: AuthorityRow | None = None


def line(events: Sequence[EventView], findings: Sequence[FindingRow], here: Gazetteer, at: datetime) -> list[LineItem]:
    """One line across the books the viewer reads, the latest first, with the findings where they were opened."""
    items = [LineItem(view.row.occurred_from, event=view, book=view.book) for view in events]
    items += [
        LineItem(
            row.opened_at,
            finding=row,
            overdue=at > row.due_at and row.state == "open",
            book=here.authorities.get(row.book_id),
        )
        for row in findings
    ]
    return sorted(items, key=lambda item: item.at, reverse=True)  # stable: equal times stay in their recorded order


def event_views(
    viewer: Viewer, history: Sequence[EventRow], here: Gazetteer, users: dict[UUID, str]
) -> list[EventView]:
    """The reports about somebody, the latest occurrence first."""
    kinds = {row.id: row.kind for row in history}
    return [
        EventView(
            row=row,
            book=here.authorities.get(row.book_id),
            to=here.where(row.account) if row.account else None,
            by=users.get(row.by, ""),
            why=sentences.reason(row.reason) if row.reason else "",
            corrects=kinds.get(row.supersedes) if row.supersedes else None,
            may_correct=viewer.may(Act.CORRECT, authority_id=row.book_id),
        )
        for row in reversed(history)
    ]


# ------------------------------------------------------------------ bases, other records
@dataclass(frozen=True, slots=True)
class BasisView:
    """A legal basis with those who speak."""

    row: BasisRow
    recorded_for: AuthorityRow | None
    by: str
    withdrawn_by: str
    expired: bool
    may_withdraw: bool


def basis_views(
    viewer: Viewer, bases: Sequence[BasisRow], here: Gazetteer, users: dict[UUID, str], on: date
) -> tuple[Standing, list[BasisView]]:
    """What stands of somebody's bases on a day, and each of them; withdrawn ones last."""
    views = [
        BasisView(
            row=b,
            recorded_for=here.authorities.get(b.authority_id),
            by=users.get(b.by, ""),
            withdrawn_by=users.get(b.withdrawn_by, "") if b.withdrawn_by else "",
            expired=b.expired(on),
            may_withdraw=b.withdrawn_at is None and viewer.may(Act.STATE_LEGAL_BASIS, authority_id=b.authority_id),
        )
        for b in bases
    ]
    return standing(bases, on), sorted(views, key=lambda view: view.row.withdrawn_at is not None)


@dataclass(frozen=True, slots=True)
class LinkView:
    """A verdict about this record and another."""

    row: LinkRow
    other: PersonName | None
    by: str
    may_withdraw: bool


def link_views(viewer: Viewer, opened: PersonFile, users: dict[UUID, str]) -> list[LinkView]:
    """The verdicts about this record, each with the other record's name where the viewer may read it."""
    called = names(viewer, [link.other_id for link in opened.links])
    return [
        LinkView(
            row=link,
            other=called.get(link.other_id),
            by=users.get(link.by, ""),
            may_withdraw=link.withdrawn_at is None and viewer.may(Act.CORRECT, authority_id=link.authority_id),
        )
        for link in opened.links
    ]


def speakers(opened: PersonFile, history: Sequence[EventRow], bases: Sequence[BasisRow]) -> set[UUID]:
    """Ids of the users a file names."""
    spoken: list[ClaimRow | BasisRow] = [*opened.claims, *bases]
    said = {i for row in spoken for i in (row.by, row.withdrawn_by) if i}
    return said | {row.by for row in history} | {link.by for link in opened.links}
