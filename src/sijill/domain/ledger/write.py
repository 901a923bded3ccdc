"""The one write path of custody events: set-based, one transaction, folios locked in key order (laws 1 to 4).

No permission is checked here: `actions` does that, then calls `record` as the register.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from sijill.domain.access.rules import Refused
from sijill.domain.ledger.folding import (
    History,
    Report,
    Standing,
    Stay,
    Step,
    after_step,
    change,
    lines_of,
    standing,
    take,
)
from sijill.domain.ledger.rules import YEARS, AccountKind, AccountRef, AccountSpec, Kind, NewEvent, Receipt
from sijill.domain.ledger.tables import Folio, NamedAccount, Rows, add_stay, columns, end_stay, flush, line_row
from sijill.engines.proof.canonical import canonical, instant

EVENTS_MAX = 30_000  # in one call


def record(events: Sequence[NewEvent], *, by: UUID, at: datetime) -> list[Receipt]:
    """Record reports in the given order and post what follows from them. The caller holds the transaction.

    Returns one receipt per event, in order. An id seen before gives a receipt marked `repeated`, if it says the same;
    otherwise Refused("id-already-used"). Refused("too-many-events") above EVENTS_MAX,
    ("unknown-subject") for an id nobody registered, ("day-out-of-range") for an instant no reader could be shown.
    """
    if len(events) > EVENTS_MAX:
        raise Refused("too-many-events", limit=EVENTS_MAX)
    if any(e.occurred_from.year not in YEARS or e.occurred_to.year not in YEARS for e in events):
        raise Refused("day-out-of-range")
    folios = _lock(events)
    accounts = _accounts(events)
    known, numbers = _known(events, folios, accounts)
    outside = {book: ref for (book, spec), ref in accounts.items() if spec.kind is AccountKind.OUTSIDE}
    rows, receipts = Rows(), []
    for event in events:
        if event.id in known:
            receipts.append(known[event.id])
            continue
        folio = folios[event.book_id, event.subject_id]
        to = accounts[event.book_id, event.to] if event.to else None
        twin = known.get(event.twin) if event.twin else None
        recorded = max(at, folio.recorded_at) if folio.recorded_at else at
        if twin and twin.effect == "none":
            verdict = "twin-without-effect"
        else:
            verdict = _judge(folio, event, to, rows, outside[event.book_id].id, recorded)
        _write_event(rows, folio, event, to, reason=verdict, seq=next(numbers), by=event.by or by, recorded=recorded)
        receipt = Receipt(event.id, "none" if verdict else "posted", verdict)
        known[event.id] = Receipt(event.id, receipt.effect, receipt.reason, repeated=True)
        receipts.append(receipt)
    flush(rows, [f for f in folios.values() if f.touched])
    return receipts


_SELECT_FOLIOS = (
    "select s.id, s.is_tally, f.id, f.book_id, f.pseq, f.tip, f.account_id, a.kind, f.n, f.last_at, f.last_event,"
    " f.recorded_at from unnest(%s::uuid[], %s::bigint[]) as k(subject, book)"
    " join ledger_folio f on f.subject_id = k.subject and f.book_id = k.book"
    " join ledger_subject s on s.id = f.subject_id left join ledger_account a on a.id = f.account_id"
    " order by f.subject_id, f.book_id for update of f"
)
_INSERT_FOLIOS = (
    "with added as (insert into ledger_folio (subject_id, book_id, is_tally, pseq, tip, n) select s.id, k.book,"
    " s.is_tally, 0, %s, 0"
    " from unnest(%s::uuid[], %s::bigint[]) as k(subject, book) join ledger_subject s on s.id = k.subject"
    " order by s.id, k.book on conflict (subject_id, book_id) do nothing returning *)"
    " select s.id, s.is_tally, f.id, f.book_id, f.pseq, f.tip, f.account_id, null, f.n, f.last_at, f.last_event,"
    " f.recorded_at from added f join ledger_subject s on s.id = f.subject_id"
)


def _lock(events: Sequence[NewEvent]) -> dict[tuple[int, UUID], Folio]:
    """Create the folios that are missing and lock all of them, in key order: no two calls can wait for each other.

    Refused("unknown-subject") for an id nobody registered.
    """
    keys = sorted({(e.subject_id, e.book_id) for e in events})
    with connection.cursor() as cursor:
        cursor.execute(_SELECT_FOLIOS, columns(keys))
        found = cursor.fetchall()
        missing = sorted(set(keys) - {(row[0], row[3]) for row in found})
        if missing:
            cursor.execute(_INSERT_FOLIOS, [bytes(32), *columns(missing)])
            found += cursor.fetchall()
        if len(found) < len(keys):  # unknown subjects; or somebody else made these folios just now
            cursor.execute(_SELECT_FOLIOS, columns(keys))
            found = cursor.fetchall()
    if len(found) < len(keys):
        raise Refused("unknown-subject")
    return {(row[3], row[0]): _folio(row) for row in found}


def _folio(row: Sequence[Any]) -> Folio:
    return Folio(
        id=row[2],
        book_id=row[3],
        subject_id=row[0],
        is_tally=row[1],
        pseq=row[4],
        tip=bytes(row[5]),
        account=AccountRef(row[6], AccountKind(row[7])) if row[6] else None,
        n=row[8],
        last_at=row[9],
        last_event=row[10],
        recorded_at=row[11],
    )


def _known(
    events: Sequence[NewEvent],
    folios: dict[tuple[int, UUID], Folio],
    accounts: dict[tuple[int, AccountSpec], NamedAccount],
) -> tuple[dict[UUID, Receipt], Iterator[int]]:
    """Receipts of the events that were recorded before, and as many numbers of recorded order as there are events.

    Read after locking, so a concurrent twin is seen and numbers follow the order of the locks. Other calls take
    numbers at the same time: each is used as it came, never counted on from the first.
    """
    by_id = {e.id: e for e in events}
    if any(by_id[e.id] is not e and by_id[e.id] != e for e in events):
        raise Refused("id-already-used")
    with connection.cursor() as cursor:
        cursor.execute(
            "select r.numbers, e.id, e.effect, e.reason, e.folio_id, e.kind, e.to_account_id, e.n, e.occurred_from,"
            " e.occurred_to, e.supersedes from (select array(select"
            " nextval('ledger_event_order') from generate_series(1, %s)) as numbers) r"
            " left join ledger_event e on e.id = any(%s)",
            [len(events), list(by_id)],
        )
        found = cursor.fetchall()
    receipts = {}
    for _numbers, event_id, effect, reason, *told in found:
        if event_id is None:
            continue
        e = by_id[event_id]
        to = accounts[e.book_id, e.to].id if e.to else None
        folio = folios[e.book_id, e.subject_id].id
        if told != [folio, e.kind.value, to, e.n, e.occurred_from, e.occurred_to, e.supersedes]:
            raise Refused("id-already-used")
        receipts[event_id] = Receipt(event_id, effect, reason, repeated=True)
    return receipts, iter(sorted(found[0][0]))


_SPEC_COLUMNS = "unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[])"
_SPEC_NAMES = "k(book, kind, facility, hall, other, note)"


def _accounts(events: Iterable[NewEvent]) -> dict[tuple[int, AccountSpec], NamedAccount]:
    """The accounts that events reach, and each book's Outside; those that are missing are opened."""
    specs = {(e.book_id, e.to) for e in events if e.to} | {
        (e.book_id, AccountSpec(AccountKind.OUTSIDE)) for e in events
    }
    return accounts_of(specs)


def accounts_of(wanted: Iterable[tuple[int, AccountSpec]]) -> dict[tuple[int, AccountSpec], NamedAccount]:
    """Look accounts up by (book, description), opening those that do not exist yet."""
    specs = sorted(set(wanted), key=lambda k: (k[0], k[1].kind, str(k[1])))
    columns: list[list[Any]] = [
        [book for book, _ in specs],
        [s.kind.value for _, s in specs],
        [s.facility_id for _, s in specs],
        [s.hall_id for _, s in specs],
        [s.other_id for _, s in specs],
        [s.note for _, s in specs],
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "select k.n, a.id, concat_ws('/', b.code, a.kind, f.code, h.code, o.code, nullif(a.note, ''))"
            " from unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[])"
            " with ordinality as k(book, kind, facility, hall, other, note, n) join ledger_account a"
            " on a.book_id = k.book and a.kind = k.kind and coalesce(a.facility_id, 0) = coalesce(k.facility, 0)"
            " and coalesce(a.hall_id, 0) = coalesce(k.hall, 0) and coalesce(a.other_id, 0) = coalesce(k.other, 0)"
            " and a.note = k.note join access_authority b on b.id = a.book_id"
            " left join places_facility f on f.id = a.facility_id left join places_hall h on h.id = a.hall_id"
            " left join access_authority o on o.id = a.other_id",
            columns,
        )
        found = {n: (account, label) for n, account, label in cursor.fetchall()}
        if len(found) < len(specs):
            cursor.execute(
                "insert into ledger_account (book_id, kind, facility_id, hall_id, other_id, note)"
                f" select book, kind, facility, hall, other, note from {_SPEC_COLUMNS} as {_SPEC_NAMES}"
                " on conflict do nothing",
                columns,
            )
            return accounts_of(specs)
    return {spec: NamedAccount(found[i][0], spec[1].kind, found[i][1]) for i, spec in enumerate(specs, 1)}


def _judge(folio: Folio, event: NewEvent, to: NamedAccount | None, rows: Rows, outside: int, recorded: datetime) -> str:
    """Post what the event changes. Returns "" or the reason why it has no effect."""
    report = Report(event.id, event.kind, to, event.occurred_from, event.n, event.supersedes)
    in_order = folio.last_at is None or report.at >= folio.last_at
    if in_order and report.supersedes is None and folio.history is None:
        return _append(folio, report, rows, outside, recorded)
    if folio.history is None:
        folio.history = _history(folio)
    verdict = take(folio.history, report, folio.is_tally)
    if not verdict.reason:
        _rewrite(folio, verdict.history, rows, outside, recorded)
    return verdict.reason


def _append(folio: Folio, report: Report, rows: Rows, outside: int, recorded: datetime) -> str:
    """The common case, told by the folio alone: the newest event follows the last one that has effect."""
    if report.to is None:
        return "nothing-to-do"
    step = Step(report.event, report.kind, report.to, report.at, report.n)
    before = Standing(folio.account, folio.n)
    after = after_step(before, step, folio.is_tally)
    if isinstance(after, str):
        return after
    for line in lines_of(step, before, after):
        rows.lines.append(line_row(folio, line, outside, recorded))
    if folio.last_event and folio.last_at:
        end_stay(rows, folio, (folio.last_event, folio.last_at), step.at, recorded)
    add_stay(
        rows, folio, Stay(step.event, after.account.id if after.account else step.to.id, after.n, step.at), recorded
    )
    folio.account, folio.n = after.account, after.n
    folio.last_at, folio.last_event = step.at, step.event
    folio.fresh.append(report)
    return ""


def _history(folio: Folio) -> History:
    """The folio's history, replayed from its events in recorded order, with those of this call."""
    history = load_history(folio.id, folio.is_tally)
    for report in folio.fresh:
        history = take(history, report, folio.is_tally).history
    return history


def load_history(folio_id: int, is_tally: bool) -> History:
    """Replay the stored events of a folio that have effect."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select e.id, e.kind, a.id, a.kind, e.occurred_from, e.n, e.supersedes from ledger_event e"
            " left join ledger_account a on a.id = e.to_account_id"
            " where e.folio_id = %s and e.effect = 'posted' order by e.pseq",
            [folio_id],
        )
        history: History = ()
        for event, kind, account, account_kind, at, n, supersedes in cursor.fetchall():
            to = AccountRef(account, AccountKind(account_kind)) if account else None
            history = take(history, Report(event, Kind(kind), to, at, n, supersedes), is_tally).history
    return history


def _rewrite(folio: Folio, new: History, rows: Rows, outside: int, recorded: datetime) -> None:
    """The history changed in the middle: reverse and post again what differs, and believe other stays from now on."""
    difference = change(folio.history or (), new, folio.is_tally)
    for line in difference.lines:
        rows.lines.append(line_row(folio, line, outside, recorded))
    for stay in difference.ended:
        end_stay(rows, folio, (stay.event, stay.from_at), stay.to_at, recorded)
    for stay in difference.dropped:
        key = (folio.id, stay.event, stay.from_at)
        if key in rows.added:
            rows.withdrawn.append([*rows.added.pop(key)[:-1], recorded])
        else:
            rows.dropped.append((*key, recorded))
    for stay in difference.added:
        add_stay(rows, folio, stay, recorded)
    now = standing(new, folio.is_tally)
    folio.history, folio.account, folio.n = new, now.account, now.n
    folio.last_at, folio.last_event = (new[-1].at, new[-1].event) if new else (None, None)


def _write_event(
    rows: Rows,
    folio: Folio,
    event: NewEvent,
    to: NamedAccount | None,
    *,
    reason: str,
    seq: int,
    by: UUID,
    recorded: datetime,
) -> None:
    """Chain the event into its folio: its payload names the hash of the payload before it."""
    folio.touched = True
    folio.pseq += 1
    effect = "none" if reason else "posted"
    payload = canonical(
        {
            "id": str(event.id),
            "book": event.book_id,
            "subject": str(event.subject_id),
            "kind": event.kind.value,
            "to": to.label if to else None,
            "n": event.n,
            "occurred_from": instant(event.occurred_from),
            "occurred_to": instant(event.occurred_to),
            "recorded_at": instant(recorded),
            "by": str(by),
            "supersedes": str(event.supersedes) if event.supersedes else None,
            "twin": str(event.twin) if event.twin else None,
            "effect": effect,
            "reason": reason,
            "details": dict(event.details),
            "pseq": folio.pseq,
            "prev": folio.tip.hex(),
        }
    )
    rows.events.append(
        (
            event.id, seq, event.book_id, folio.id, event.kind.value, to.id if to else None, event.n,
            event.occurred_from, event.occurred_to, recorded, by, event.supersedes, event.twin, effect, reason,
            payload, folio.pseq, folio.tip,
        )
    )  # fmt: skip
    folio.tip = hashlib.sha256(payload).digest()
    folio.recorded_at = recorded
