"""How people reach the tables: set-based, each table once. No permission is checked here; `actions` does that."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from sijill.domain.access.rules import Refused, Viewer
from sijill.domain.people.numbers import register_number
from sijill.domain.people.rules import NewClaim, flaw, kind_of, to_data, words_of


@dataclass(frozen=True, slots=True)
class Recording:
    """In whose name, by whom and when rows are written; `facility_id` when the duty is limited to one."""

    authority_id: int
    facility_id: int | None
    by: UUID
    at: datetime


def recording(by: Viewer, authority_id: int, facility_id: int | None, at: datetime) -> Recording:
    """For whom rows are written. A user whose duties there are all limited to places writes for the first of them."""
    places = [d.facility_id for d in by.duties if d.authority_id == authority_id]
    if None in places:
        return Recording(authority_id, None, by.user_id, at)  # the authority's sight is his
    place = facility_id if facility_id in places else places[0]
    return Recording(authority_id, place, by.user_id, at)


def check(claims: Sequence[NewClaim]) -> None:
    """Refused with the code of the first flaw."""
    for claim in claims:
        code = flaw(claim.value)
        if code:
            raise Refused(code)


def execute(sql: str, rows: Sequence[Sequence[Any]], *more: Any) -> None:
    """Run one statement over the columns of these rows (and further values)."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(sql, [*(list(column) for column in zip(*rows, strict=True)), *more])


def next_numbers(count: int) -> list[str]:
    """Register numbers nobody has and nobody can guess."""
    with connection.cursor() as cursor:
        cursor.execute("select people_next_serials(%s)", [count])
        return [register_number(row[0]) for row in cursor.fetchall()]


def next_unknowns(authority_id: int, count: int) -> range:
    """The next numbers of people nobody could name in this authority. The counter's row is the lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into people_unknowncounter as c (authority_id, last) values (%s, %s)"
            " on conflict (authority_id) do update set last = c.last + excluded.last returning last",
            [authority_id, count],
        )
        last = int(cursor.fetchone()[0])
    return range(last - count + 1, last + 1)


def insert_people(people: Sequence[tuple[UUID, str, int | None]], recording: Recording) -> None:
    """Persons as (id, register number, number among the unknowns), and the sight their authority has of them."""
    rows = [(i, number, recording.authority_id if no else None, no) for i, number, no in people]
    execute(
        "insert into people_person (id, register_number, unknown_of_id, unknown_no, by_id, created_at)"
        " select u.id, u.number, u.of, u.no, r.by, r.at from unnest(%s::uuid[], %s::text[], %s::bigint[], %s::int[])"
        " as u(id, number, of, no), (select %s::uuid, %s::timestamptz) as r(by, at)",
        rows,
        recording.by,
        recording.at,
    )
    insert_sights([i for i, _number, _no in people], recording.authority_id, recording.facility_id)


def insert_sights(person_ids: Sequence[UUID], authority_id: int, facility_id: int | None) -> None:
    """Let an authority read these people, and those there whose duty is limited to this facility."""
    places = [None] if facility_id is None else [None, facility_id]
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into people_sight (person_id, authority_id, facility_id) select p.id, %s, f.id"
            " from unnest(%s::uuid[]) as p(id), unnest(%s::bigint[]) as f(id) on conflict do nothing",
            [authority_id, list(person_ids), places],
        )


def insert_expected(person_ids: Sequence[UUID], authority_id: int) -> None:
    """Let those of an authority who take part in the movement read these people before they come."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into people_expected (person_id, authority_id) select p.id, %s from unnest(%s::uuid[]) as p(id)"
            " on conflict do nothing",
            [authority_id, list(person_ids)],
        )


def insert_claims(claims: Sequence[tuple[UUID, NewClaim]], recording: Recording) -> None:
    """Claims as (person, claim). One without a source is said by the authority that records it."""
    rows = [
        (
            c.id,
            person,
            kind_of(c.value).value,
            json.dumps(to_data(c.value), ensure_ascii=False),
            c.source_authority_id or (None if c.source_text else recording.authority_id),
            c.source_text,
            c.stated_on,
        )
        for person, c in claims
    ]
    execute(
        "insert into people_claim (id, person_id, kind, data, source_authority_id, source_text, stated_on,"
        " authority_id, by_id, recorded_at) select u.id, u.person, u.kind, u.data::jsonb, u.source, u.text, u.stated,"
        " r.authority, r.by, r.at from unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[],"
        " %s::bigint[], %s::text[], %s::date[])"
        " as u(id, person, kind, data, source, text, stated), (select %s::bigint, %s::uuid, %s::timestamptz)"
        " as r(authority, by, at) on conflict do nothing",
        rows,
        recording.authority_id,
        recording.by,
        recording.at,
    )


def index(people: Sequence[tuple[UUID, str, Sequence[NewClaim]]]) -> None:
    """Make people findable by what is claimed, as (person, register number, claims)."""
    rows = [
        (person, word, kind)
        for person, number, claims in people
        for word, kind in words_of([c.value for c in claims], number).items()
    ]
    execute("select people_index(%s::uuid[], %s::text[], %s::text[])", rows)
