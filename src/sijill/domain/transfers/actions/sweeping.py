"""The sweeper of overdue handovers: run by a clock, as the register, visible as findings."""

from datetime import datetime

from django.db import transaction

from sijill.domain.access.rules import Act, NotAllowed, Viewer
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.rules import NewFinding
from sijill.domain.transfers import queries
from sijill.domain.transfers.queries import HandoverRow
from sijill.domain.transfers.rules import OVERDUE_AFTER, Side, finding_owner, overdue


@transaction.atomic
def sweep_overdue(*, by: Viewer, at: datetime) -> int:
    """Open a finding for every handover that has been silent for six hours. Returns how many are overdue."""
    if not by.built_in:
        raise NotAllowed(Act.SETTLE_FINDING)
    with as_register():
        silent = queries.silent(by, at - OVERDUE_AFTER)
    found = [_finding(h, code) for h in silent if (code := overdue(h.state, h.since, at))]
    ledger.open_findings(findings=found, by=by, at=at)
    return len(found)


def _finding(handover: HandoverRow, code: str) -> NewFinding:
    """Overdue names are the receiver's to find out; the rest is the giver's, who still answers."""
    side = Side.RECEIVER if code == "names-overdue" else Side.GIVER
    book = handover.receiver_id if side is Side.RECEIVER else handover.giver_id
    owner = finding_owner(code, handover.ordinal, side)
    return NewFinding(book, code, ref=handover.id, facility_id=handover.place_id, owner=owner)
