"""Readers of persons: names, files, search, references. Part of `queries`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from sijill.domain.access.queries import authorities
from sijill.domain.access.rules import Act, NotVisible, Viewer
from sijill.domain.people import numbers
from sijill.domain.people.models import Claim, Link, Person
from sijill.domain.people.rules import ClaimKind, ClaimValue, PersonName, from_data, newest_names
from sijill.domain.people.spelling import compact, query_words, range_end

SEARCH_LIMIT_MAX = 200
SEARCH_WORK_MAX = 20_000  # words of the rarest part of a search that are looked at for one page of answers
NAMES_MAX = 5_000
_COUNT_MAX = 2_000


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of a search."""

    id: UUID
    name: PersonName


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim as read, with its source; withdrawn ones say by whom and why."""

    id: UUID
    kind: ClaimKind
    value: ClaimValue
    authority_id: int
    source_authority_id: int | None
    source_text: str
    stated_on: date | None
    recorded_at: datetime
    by: UUID
    withdrawn_at: datetime | None = None
    withdrawn_reason: str = ""
    withdrawn_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A verdict about this record and another: same or not-same."""

    id: UUID
    other_id: UUID
    verdict: str
    reason: str
    authority_id: int
    at: datetime
    by: UUID
    withdrawn_at: datetime | None = None
    withdrawn_reason: str = ""


@dataclass(frozen=True, slots=True)
class PersonFile:
    """Everything the register holds of a person's identity."""

    id: UUID
    name: PersonName
    created_at: datetime
    claims: tuple[ClaimRow, ...]  # newest first
    links: tuple[LinkRow, ...]

    def in_force(self, kind: ClaimKind | None = None) -> tuple[ClaimRow, ...]:
        """The claims (of a kind) that are not withdrawn, newest first."""
        return tuple(c for c in self.claims if c.withdrawn_at is None and kind in (None, c.kind))


def _all(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def names_of(viewer: Viewer, ids: Iterable[UUID], language: str = "en") -> dict[UUID, PersonName]:
    """How to call these people, in one query. Those the viewer may not see are missing. At most NAMES_MAX ids.

    The name of the language's script comes first in `names`, so a page may show the first, or `shown(language)`.
    """
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > NAMES_MAX:
        raise ValueError("names are paged")
    rows = _all(
        "select p.id, p.register_number, p.unknown_no, p.unknown_of_id, n.names from people_person p left join lateral"
        " (select array_agg(array[c.data ->> 'script', c.data ->> 'full'] order by c.recorded_at desc, c.id) as names"
        " from people_claim c where c.person_id = p.id and c.kind = 'name'"
        " and not exists (select 1 from people_claimwithdrawn w where w.claim_id = c.id)) n on true"
        " where p.id = any(%s)",
        [wanted],
    )
    codes = {a.id: a.code for a in authorities(viewer)} if any(row[3] for row in rows) else {}
    return {
        row[0]: PersonName(row[1], newest_names([(s, f) for s, f in row[4] or ()]), row[2], codes.get(row[3], ""))
        for row in rows
    }


def _claim_row(claim: Claim) -> ClaimRow:
    withdrawal = getattr(claim, "withdrawal", None)
    kind = ClaimKind(claim.kind)
    return ClaimRow(
        id=claim.pk,
        kind=kind,
        value=from_data(kind, claim.data),
        authority_id=claim.authority_id,
        source_authority_id=claim.source_authority_id,
        source_text=claim.source_text,
        stated_on=claim.stated_on,
        recorded_at=claim.recorded_at,
        by=claim.by_id,
        withdrawn_at=withdrawal.at if withdrawal else None,
        withdrawn_reason=withdrawal.reason if withdrawal else "",
        withdrawn_by=withdrawal.by_id if withdrawal else None,
    )


def claims_of(viewer: Viewer, person_id: UUID) -> tuple[ClaimRow, ...]:
    """Every claim about a person, the newest first, withdrawn ones shown as such."""
    found = Claim.objects.filter(person_id=person_id).select_related("withdrawal").order_by("-recorded_at", "id")
    return tuple(_claim_row(c) for c in found)


def links_of(viewer: Viewer, person_id: UUID) -> tuple[LinkRow, ...]:
    """The verdicts about this record and others that the viewer may see, the newest first."""
    found = Link.objects.filter(Q(one_id=person_id) | Q(other_id=person_id)).select_related("withdrawal")
    rows = []
    for link in found.order_by("-at", "id"):
        other = link.other_id if link.one_id == person_id else link.one_id
        withdrawal = getattr(link, "withdrawal", None)
        rows.append(
            LinkRow(
                link.pk,
                other,
                link.verdict,
                link.reason,
                link.authority_id,
                link.at,
                link.by_id,
                withdrawal.at if withdrawal else None,
                withdrawal.reason if withdrawal else "",
            )
        )
    return tuple(rows)


def verdicts(viewer: Viewer, one: UUID, other: UUID) -> dict[UUID, str]:
    """The verdicts about this pair of records (in their one order) that stand."""
    found = Link.objects.filter(one_id=one, other_id=other, withdrawal=None)
    return dict(found.values_list("id", "verdict"))


def person(viewer: Viewer, person_id: UUID) -> PersonFile:
    """A person's file; NotVisible when there is none for this viewer.

    Reading a file is recorded: pages go through `actions.open_file`, which calls this.
    """
    found = Person.objects.filter(pk=person_id).first()
    if found is None:
        raise NotVisible
    name = names_of(viewer, [person_id], viewer.language)[person_id]
    return PersonFile(found.pk, name, found.created_at, claims_of(viewer, person_id), links_of(viewer, person_id))


def seen_among(viewer: Viewer, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The register numbers of those among these people whom the viewer may see."""
    return dict(Person.objects.filter(pk__in=list(ids)).values_list("id", "register_number"))


def register_numbers(viewer: Viewer, ids: Iterable[UUID]) -> dict[UUID, str]:
    """How a list names these people to both sides: by register number. Those the viewer may not see are missing."""
    return seen_among(viewer, ids)


def find_reference(viewer: Viewer, text: str) -> UUID | None:
    """Whom a typed or scanned reference names: a register number, or exactly one earlier number or document.

    None when it names nobody the viewer may see, or more than one person.
    """
    number = numbers.parse(text)
    if number is not None:
        found = Person.objects.filter(register_number=number).values_list("id", flat=True).first()
        if found is not None:
            return found
    word = compact(text)[:64]
    if not word:
        return None
    rows = _all(
        "select distinct person_id from people_token where authority_id = any(%s) and token = %s"
        " and kind in ('number', 'document') limit 2",
        [list(viewer.authorities(Act.READ_PEOPLE)), word],
    )
    return rows[0][0] if len(rows) == 1 else None


def search(viewer: Viewer, text: str, *, limit: int = 50, after: UUID | None = None) -> list[PersonRow]:
    """People of whom every typed word starts some word of a name or number, in the order of the rarest word's matches.

    The next page follows `after`, the id of the last row. The work of one call is bounded: where every typed word
    starts more than SEARCH_WORK_MAX stored ones, only those many are looked at.
    """
    exact = find_reference(viewer, text) if numbers.parse(text) else None
    words = query_words(text)
    where = sorted(viewer.authorities(Act.READ_PEOPLE))
    if exact is not None:
        return [] if after else [PersonRow(exact, names_of(viewer, [exact], viewer.language)[exact])]
    if not words or not where:
        return []
    driver, rest = _rarest_first(words, where)
    found = _matches(driver, rest, where, min(limit, SEARCH_LIMIT_MAX), after)
    names = names_of(viewer, found, viewer.language)
    return [PersonRow(i, names[i]) for i in found if i in names]


def _rarest_first(words: Sequence[str], where: list[int]) -> tuple[str, list[str]]:
    """The typed word that starts the fewest stored ones (counted to _COUNT_MAX), and the others."""
    if len(words) == 1:
        return words[0], []
    counts = {
        word: _all(
            "select count(*) from (select 1 from people_token where authority_id = any(%s) and token >= %s"
            " and token < %s limit %s) t",
            [where, word, range_end(word), _COUNT_MAX],
        )[0][0]
        for word in words
    }
    ordered = sorted(words, key=lambda w: (counts[w], -len(w), w))
    return ordered[0], ordered[1:]


def _matches(driver: str, rest: Sequence[str], where: list[int], limit: int, after: UUID | None) -> list[UUID]:
    """The people whose words match, each once: at the first of his words that the driver starts.

    One query per authority, each in the order of its index, so that it may stop early. The other words are looked up
    per person by scalar sub-selects: as joins they would be read whole.
    """
    end = range_end(driver)
    start = (driver, UUID(int=0))
    if after is not None:
        first = "select min(token) from people_token where person_id = %s and token >= %s and token < %s"
        start = (_all(first, [after, driver, end])[0][0] or end, after)
    also = (
        " and (select true from people_token r where r.person_id = d.person_id and r.token >= %s and r.token < %s"
        " limit 1)"
    )
    sql = (
        "select d.token, d.person_id from (select t.authority_id, t.token, t.person_id from people_token t"
        " where t.authority_id = %s and t.token >= %s and t.token < %s and (t.token, t.person_id) > (%s, %s)"
        " order by t.token, t.person_id limit %s) d where (select true from people_token e where"
        " e.person_id = d.person_id and e.token >= %s and e.token <= d.token"
        " and (e.token < d.token or e.authority_id < d.authority_id) limit 1) is null"
        f"{also * len(rest)} order by d.token, d.person_id limit %s"
    )
    others = [value for word in rest for value in (word, range_end(word))]
    found: list[tuple[str, UUID]] = []
    for authority in where:
        found += _all(sql, [authority, start[0], end, *start, SEARCH_WORK_MAX, driver, *others, limit])
    return [person for _token, person in sorted(found)[:limit]]
