"""Lists of people that come in as files: kept, read, confirmed, written chunk by chunk, cancelled. Part of `actions`.

A chunk is one transaction: its people, their admissions and the progress are written together or not at all. The ids of
people and events follow from the file, so a chunk that is run again after a crash does nothing twice.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from sijill.domain.access.rules import Act, NotVisible, Refused, Viewer, require
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind, NewEvent
from sijill.domain.people.actions.registering import register_people
from sijill.domain.people.columns import Field, mapping_flaw, propose
from sijill.domain.people.models import ListImport
from sijill.domain.people.queries import lists
from sijill.domain.people.queries.lists import ImportRow
from sijill.domain.people.rows import Reading, ReadRow, new_person, person_id
from sijill.domain.places import queries as places

CHUNK = 500
PROBLEMS_KEPT_MAX = 1_000
TASK = "people.import_list"
QUEUE = "lists"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A kept file. `repeated`: the very same file is here already, and this is its import; nothing was changed."""

    import_id: UUID
    state: str
    repeated: bool = False


@transaction.atomic
def upload_list(
    *, import_id: UUID, authority_id: int, facility_id: int, filename: str, content: bytes, by: Viewer, at: datetime
) -> Uploaded:
    """Keep a file with its hash, and propose what its columns mean. Nobody is registered.

    Refused with the code of why it is no list (see README). The same file for the same place gives the import it has.
    """
    require(by, Act.IMPORT_LIST, authority_id=authority_id, facility_id=facility_id)
    places.facility_by_id(by, facility_id)
    table = lists.table_of(content)
    sha256 = hashlib.sha256(content).hexdigest()
    for earlier in lists.imports_of_file(by, authority_id, facility_id, sha256):
        return Uploaded(earlier.id, earlier.state, repeated=True)
    ListImport(
        id=import_id,
        authority_id=authority_id,
        facility_id=facility_id,
        filename=_plain_name(filename),
        content=content,
        sha256=sha256,
        mapping={str(i): f.value for i, f in propose(table.headers).items()},
        rows=len(table.rows),
        by_id=by.user_id,
        at=at,
    ).save(force_insert=True)
    return Uploaded(import_id, "uploaded")


def _plain_name(filename: str) -> str:
    """The last part of a file's name, without control characters."""
    last = filename.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable())[-200:] or "list"


def _locked(import_id: UUID) -> ListImport:
    found = ListImport.objects.select_for_update().defer("content").filter(pk=import_id).first()
    if found is None:
        raise NotVisible
    return found


@transaction.atomic
def confirm_list(
    *,
    import_id: UUID,
    mapping: Mapping[int, Field] | None,
    occurred_at: datetime,
    background: bool = True,
    by: Viewer,
    at: datetime,
) -> ImportRow:
    """Confirm how the list is read, and start the import in the background. A second time changes nothing.

    `mapping` None keeps the stored one; `occurred_at` is when people without a date of their own were admitted.
    Without `background` the caller runs it itself: `jobs.import_now`.
    Refused("list-already-imported"), ("import-cancelled"), or the flaw of the mapping.
    """
    if _confirm(import_id, mapping, occurred_at, by, at) and background:
        job = app.configure_task(TASK, queue=QUEUE, lock=f"list {import_id}")
        job.defer(import_id=str(import_id), user_id=str(by.user_id))
    return lists.list_import(by, import_id)


def _confirm(
    import_id: UUID, mapping: Mapping[int, Field] | None, occurred_at: datetime, by: Viewer, at: datetime
) -> bool:
    """True when this call confirmed it, False when it was confirmed before."""
    found = _locked(import_id)
    require(by, Act.IMPORT_LIST, authority_id=found.authority_id, facility_id=found.facility_id)
    if found.state in ("cancelled", "failed"):
        raise Refused("import-cancelled" if found.state == "cancelled" else "import-failed")
    if found.state != "uploaded":
        return False
    if occurred_at > at:
        raise Refused("date-in-future")
    chosen = dict(lists.mapping_from(found.mapping) if mapping is None else mapping)
    width = max(chosen, default=0) + 1 if mapping is None else lists.width_of(by, import_id)
    flaw = mapping_flaw(chosen, width)
    if flaw:
        raise Refused(flaw)
    found.mapping = {str(i): f.value for i, f in chosen.items()}
    found.state, found.occurred_at, found.confirmed_by_id = "queued", occurred_at, by.user_id
    try:
        with transaction.atomic():
            found.save(update_fields=["mapping", "state", "occurred_at", "confirmed_by"])
    except IntegrityError as error:
        raise Refused("list-already-imported") from error
    return True


@transaction.atomic
def cancel_list(*, import_id: UUID, by: Viewer, at: datetime) -> ImportRow:
    """Stop an import between two chunks. People written so far stay; `done_rows` says how far it got.

    Refused("import-finished") when it is done or has failed. A second time changes nothing.
    """
    found = _locked(import_id)
    require(by, Act.IMPORT_LIST, authority_id=found.authority_id, facility_id=found.facility_id)
    if found.state in ("done", "failed"):
        raise Refused("import-finished")
    found.state = "cancelled"
    found.save(update_fields=["state"])
    return lists.list_import(by, import_id)


@transaction.atomic
def run_import_chunk(*, import_id: UUID, reading: Reading, by: Viewer, at: datetime) -> ImportRow:
    """Write the next CHUNK rows of a confirmed list: register, admit, and note the progress, in one transaction.

    `reading` comes from `queries.read_list`. Does nothing to a list that is done, cancelled or failed.
    """
    found = _locked(import_id)
    require(by, Act.IMPORT_LIST, authority_id=found.authority_id, facility_id=found.facility_id)
    if found.state not in ("queued", "running"):
        return lists.list_import(by, import_id)
    rows = reading.rows[found.done_rows : found.done_rows + CHUNK]
    row = lists.list_import(by, import_id)
    good = [r for r in rows if r.is_good]
    here = lists.here_already(by, row, good)
    new = _enter(row, [r for r in good if r.row not in here], by, at)
    problems = [asdict(p) for r in rows for p in r.problems]
    found.problems = [*found.problems, *problems][:PROBLEMS_KEPT_MAX]
    found.done_rows += len(rows)
    found.imported += new
    found.already_here += len(good) - new
    found.state = "done" if found.done_rows >= len(reading.rows) else "running"
    found.save(update_fields=["problems", "done_rows", "imported", "already_here", "state"])
    return lists.list_import(by, import_id)


def _enter(row: ImportRow, rows: Sequence[ReadRow], by: Viewer, at: datetime) -> int:
    """Register these rows' people and admit them; how many were new."""
    if not rows:
        return 0
    people = [new_person(row.key, r, row.filename) for r in rows]
    registered = register_people(
        people=people, authority_id=row.authority_id, facility_id=row.facility_id, by=by, at=at
    )
    halls = {h.code: h.id for h in places.halls(by, row.facility_id)}
    events = []
    for read_row in rows:
        person = person_id(row.key, read_row.row)
        start, end = _when(read_row.admitted_on, row.occurred_at or at, at)
        to = AccountSpec(AccountKind.HELD, facility_id=row.facility_id, hall_id=halls.get(read_row.hall))
        admission = uuid5(person, "admission")
        details = (("list", row.sha256),)
        events.append(NewEvent(admission, row.authority_id, person, Kind.ADMISSION, to, start, end, details=details))
    ledger.report(events=events, by=by, at=at)
    return sum(not r.repeated for r in registered)


def _when(day: date | None, default: datetime, at: datetime) -> tuple[datetime, datetime]:
    """The stretch in which an admission happened: a stated day is the local one, and never ends after now."""
    if day is None:
        return default, default
    start = datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone()).astimezone(UTC)
    return min(start, at), min(start + timedelta(days=1), at)


@transaction.atomic
def fail_list(*, import_id: UUID, reason: str, by: Viewer, at: datetime) -> None:
    """Say that an import stopped by a fault of ours: `reason` is a code, never a text from the file."""
    found = _locked(import_id)
    if found.state in ("queued", "running"):
        found.state, found.reason = "failed", reason[:40]
        found.save(update_fields=["state", "reason"])
