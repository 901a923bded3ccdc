"""Findings: opened by rooms above, explained and closed by their owners."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sijill.domain.access.rules import Act, NotVisible, Refused, Viewer, require
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger.findings import open_rows
from sijill.domain.ledger.models import Finding, FindingEvent, Folio
from sijill.domain.ledger.rules import (
    SETTLEMENTS,
    AccountKind,
    NewFinding,
    still_owed,
)


@transaction.atomic(savepoint=False)
def open_findings(*, findings: Sequence[NewFinding], by: Viewer, at: datetime) -> None:
    """Open findings on behalf of a room above; the same one opens once."""
    if not findings:
        return
    with as_register():
        open_rows(findings, by=by.user_id, at=at)


@transaction.atomic
def settle_finding(
    *, finding_event_id: UUID, finding_id: UUID, state: str, note: str, owner: str = "", by: Viewer, at: datetime
) -> None:
    """Explain, close, reopen a finding or hand it to another duty. Refused("needs-note") without a reason.

    Refused("still-stands-there"): what the finding is about is still so (law 4: an owner until it is confirmed).
    """
    finding = Finding.objects.filter(pk=finding_id).first()
    if finding is None:
        raise NotVisible
    require(by, Act.SETTLE_FINDING, authority_id=finding.book_id, facility_id=finding.facility_id)
    if not note.strip():
        raise Refused("needs-note")
    with as_register():
        if (told := FindingEvent.objects.filter(pk=finding_event_id).first()) is not None:
            if (told.finding_id, told.state) != (finding_id, state):
                raise Refused("id-already-used")
            return
        locked = Finding.objects.select_for_update().get(pk=finding_id)
        handed_over = state == locked.state and bool(owner)
        if not handed_over and state not in SETTLEMENTS[locked.state]:
            raise Refused("already-settled", state=locked.state)
        if state == "closed" and _still_owed(locked):
            raise Refused("still-stands-there")
        FindingEvent(
            id=finding_event_id, finding_id=finding_id, state=state, owner=owner or locked.owner, note=note,
            by_id=by.user_id, at=at,
        ).save(force_insert=True)  # fmt: skip
        Finding.objects.filter(pk=finding_id).update(state=state, owner=owner or locked.owner)


def _still_owed(finding: Finding) -> bool:
    """True while the subject of a finding stands where somebody has to look for him. Called as the register."""
    if finding.subject_id is None:
        return False
    stands = Folio.objects.filter(subject_id=finding.subject_id, account__isnull=False)
    rows = stands.values_list("book_id", "account__kind", "n")
    return still_owed(finding.code, finding.book_id, [(book, AccountKind(kind), n) for book, kind, n in rows])
