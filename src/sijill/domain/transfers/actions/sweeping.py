"""The sweeper of overdue handovers: run by a clock, as the register, visible as findings."""

from datetime import datetime

from django.db import transaction

from sijill.domain.access.rules import Act, NotAllowed, Viewer
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.rules import NewFinding
from sijill.domain.transfers import queries
from sijill.domain.transfers.rules import overdue


@transaction.atomic
def sweep_overdue(*, by: Viewer, at: datetime) -> int:
    """Open a finding for every handover that has been silent for six hours. Returns how many are overdue."""
    if not by.built_in:
        raise NotAllowed(Act.SETTLE_FINDING)
    with as_register():
        found = [
            NewFinding(h.receiver_id if code == "names-overdue" else h.giver_id, code, ref=h.id, facility_id=h.place_id)
            for h in queries.handovers(by, unfinished=True)
            if (code := overdue(h.state, h.since, at))
        ]
    ledger.open_findings(findings=found, by=by, at=at)
    return len(found)
