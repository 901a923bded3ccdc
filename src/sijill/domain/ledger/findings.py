"""Opening and settling findings, as rows. The caller holds the transaction and looks as the register."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import connection

from sijill.domain.ledger.rules import (
    FINDINGS,
    FOLLOW_UP,
    FOLLOW_UP_AT,
    OPEN,
    AccountKind,
    Kind,
    NewEvent,
    NewFinding,
    Receipt,
)

_SPACE = UUID("6f9f5c5e-51a1-4b8e-9a53-5d6a3f6f0c10")


def finding_id(finding: NewFinding) -> UUID:
    """The id that the same finding always gets: it opens once."""
    return uuid5(_SPACE, f"{finding.book_id}/{finding.code}/{finding.subject_id}/{finding.ref}")


def open_rows(findings: Sequence[NewFinding], *, by: UUID, at: datetime) -> None:
    """Open findings that are not open yet; an earlier one with the same key is left as it is."""
    if not findings:
        return
    unique = list({finding_id(f): f for f in findings}.items())
    columns: list[list[Any]] = [
        [i for i, _ in unique],
        [f.book_id for _, f in unique],
        [f.code for _, f in unique],
        [f.subject_id for _, f in unique],
        [f.facility_id for _, f in unique],
        [f.ref for _, f in unique],
        [f.n for _, f in unique],
        [f.owner or FINDINGS[f.code][0].value for _, f in unique],
        [at + timedelta(hours=FINDINGS[f.code][1]) for _, f in unique],
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "with opened as (insert into ledger_finding (id, book_id, code, subject_id, facility_id, ref, n, owner,"
            " opened_at, due_at, state) select i, b, c, s, f, r, n, o, %s, d, 'open' from unnest(%s::uuid[],"
            " %s::bigint[], %s::text[], %s::uuid[], %s::bigint[], %s::uuid[], %s::int[], %s::text[], %s::timestamptz[])"
            " as u(i, b, c, s, f, r, n, o, d) on conflict do nothing returning id, owner)"
            " insert into ledger_findingevent (id, finding_id, state, owner, note, by_id, at)"
            " select gen_random_uuid(), id, 'open', owner, '', %s, %s from opened",
            [at, *columns, by, at],
        )


def follow_ups(events: Sequence[NewEvent], receipts: Sequence[Receipt]) -> list[NewFinding]:
    """Findings for reports without effect, and for effects that leave somebody to be found or confirmed."""
    found = []
    for event, receipt in zip(events, receipts, strict=True):
        facility = event.to.facility_id if event.to else None
        if receipt.repeated or receipt.reason == "twin-without-effect":
            continue
        reached = FOLLOW_UP_AT.get(event.to.kind, "") if event.kind is Kind.CORRECTION and event.to else ""
        code = receipt.reason or FOLLOW_UP.get(event.kind, reached)
        if code:
            found.append(NewFinding(event.book_id, code, event.subject_id, event.id, facility))
    return found


def open_again(events: Sequence[NewEvent], receipts: Sequence[Receipt], *, by: UUID, at: datetime) -> None:
    """After something was voided, a person may stand again where somebody has to look for him: the finding that was
    closed about it opens again, or a new one does."""
    voided = {
        (e.book_id, e.subject_id): e.id
        for e, r in zip(events, receipts, strict=True)
        if e.kind is Kind.CORRECTION and e.to is None and r.effect == "posted" and not r.repeated
    }
    if not voided:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "select f.book_id, f.subject_id, a.kind, a.facility_id from ledger_folio f join ledger_account a"
            " on a.id = f.account_id join unnest(%s::bigint[], %s::uuid[]) as k(book, subject)"
            " on k.book = f.book_id and k.subject = f.subject_id where f.n > 0 and a.kind = any(%s)",
            [[book for book, _ in voided], [subject for _, subject in voided], [k.value for k in FOLLOW_UP_AT]],
        )
        for book, subject, kind, facility in cursor.fetchall():
            code = FOLLOW_UP_AT[AccountKind(kind)]
            cursor.execute(
                "select id, state from ledger_finding where book_id = %s and subject_id = %s and code = %s"
                " order by state = 'closed', opened_at desc limit 1",
                [book, subject, code],
            )
            known = cursor.fetchone()
            if known is None:
                open_rows([NewFinding(book, code, subject, voided[book, subject], facility)], by=by, at=at)
            elif known[1] == "closed":
                cursor.execute(
                    "with again as (update ledger_finding set state = 'open', due_at = %s where id = %s returning *)"
                    " insert into ledger_findingevent (id, finding_id, state, owner, note, by_id, at)"
                    " select gen_random_uuid(), id, 'open', owner, 'correction', %s, %s from again",
                    [at + timedelta(hours=FINDINGS[code][1]), known[0], by, at],
                )


_ENTERING = frozenset(
    {Kind.ADMISSION, Kind.BIRTH, Kind.RECAPTURE, Kind.REGISTERED, Kind.TRANSFER_IN, Kind.WHEREABOUTS_RESTORED}
)


def two_claims(events: Sequence[NewEvent], receipts: Sequence[Receipt]) -> list[NewFinding]:
    """Two books that both hold a person with no handover between them: a finding in each. After a correction that
    leaves a person in no book at all, neither held nor released nor dead: the finding that nobody answers."""
    entering = {
        e.subject_id: e for e, r in zip(events, receipts, strict=True)
        if r.effect == "posted" and not r.repeated and (e.kind is Kind.CORRECTION
            or (e.kind in _ENTERING and e.to and e.to.kind in OPEN))
    }  # fmt: skip
    if not entering:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "select f.subject_id, f.book_id, a.kind from ledger_folio f join ledger_account a on a.id = f.account_id"
            " where f.subject_id = any(%s) and not f.is_tally",
            [list(entering)],
        )
        stands = cursor.fetchall()
        cursor.execute(
            "select id from ledger_subject where id = any(%s) and not is_tally",
            [[s for s, e in entering.items() if e.kind is Kind.CORRECTION]],
        )
        corrected = [row[0] for row in cursor.fetchall()]
    holders: dict[UUID, list[int]] = {}
    for subject, book, kind in stands:
        if kind in OPEN:
            holders.setdefault(subject, []).append(book)
    answered = {subject for subject, _book, kind in stands if kind != AccountKind.TRANSFERRED_OUT}
    nobody = [
        NewFinding(entering[s].book_id, "nobody-answers", s, entering[s].id) for s in corrected if s not in answered
    ]
    return nobody + [
        NewFinding(book, "two-claim", subject, entering[subject].id)
        for subject, books in holders.items()
        if len(books) > 1
        for book in books
    ]
