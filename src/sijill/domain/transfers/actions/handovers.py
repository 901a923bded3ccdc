"""The two-sided handover: the giver presents, the receiver signs the count, then the names (see `naming`); the giver
takes note. Until the names are signed the giver answers for every one.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sijill.domain.access.rules import REGISTER_ID, NotVisible, Refused, Viewer
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind, NewEvent, NewFinding
from sijill.domain.transfers import queries
from sijill.domain.transfers.actions.batches import move_batch
from sijill.domain.transfers.actions.closing import reconcile_if_settled, stop_expecting
from sijill.domain.transfers.actions.signing import (
    Paper,
    advance,
    begin,
    event_id,
    need,
    pending,
    repeated,
    sign,
)
from sijill.domain.transfers.models import Handover, HandoverLine, Manifest, ManifestLine
from sijill.domain.transfers.queries import HandoverRow
from sijill.domain.transfers.rules import (
    GIVER_RESOLVES,
    BatchState,
    HandoverState,
    LineRow,
    Resolution,
    Side,
    Stage,
    finding_owner,
)

H = HandoverState


@transaction.atomic
def present(
    *,
    statement_id: UUID,
    handover_id: UUID,
    occurred_at: datetime,
    paper: Paper | None = None,
    by: Viewer,
    at: datetime,
) -> None:
    """The giver signs: these people stand before you. They leave the place; the giver still answers for every one."""
    handover = begin(handover_id, Stage.PRESENTED, by, paper)
    if repeated(handover, statement_id, Stage.PRESENTED, None, paper):
        return
    need(handover, H.EXPECTED)
    with as_register():
        if Manifest.objects.filter(pk=handover.manifest_id, state="cancelled").exists():
            raise Refused("manifest-cancelled")
        if handover.ordinal == 2:
            _lines_of_second(handover)
    lines = queries.lines(by, handover_id)
    if not lines:
        raise Refused("nobody-to-hand-over")
    content = {"people": len(lines), "subjects": [str(line.subject_id) for line in lines]}
    sign(handover, statement_id, Stage.PRESENTED, content, paper=paper, occurred_at=occurred_at, by=by, at=at)
    kind = Kind.DEPARTURE if handover.ordinal == 1 else Kind.ARRIVAL
    to = AccountSpec(AccountKind.HANDING_OVER, other_id=handover.receiver_id)
    signer = by.user_id if paper is None else REGISTER_ID
    events = [
        NewEvent(event_id(statement_id, line.no, kind), handover.giver_id, line.subject_id, kind, to, occurred_at,
                 occurred_at, details=(("statement", str(statement_id)),), by=signer)
        for line in lines
    ]  # fmt: skip
    with as_register():
        ledger.record_for(events=events, by=by, at=at)
        advance(handover, H.PRESENTED, at)
        state = BatchState.DEPARTED if handover.ordinal == 1 else BatchState.ARRIVED
        move_batch(handover.batch_id, state, by=by.user_id, at=at, onward=True)


def _lines_of_second(handover: HandoverRow) -> None:
    """The second handover is about those the carrier received, and those he found besides the list."""
    first = Handover.objects.get(manifest_id=handover.manifest_id, ordinal=1)
    if first.state not in (H.NAMED.value, H.ACKNOWLEDGED.value):
        raise Refused("first-handover-open")
    carried = HandoverLine.objects.filter(handover_id=first.pk, code__in=["received", "extra"]).order_by("no")
    there = set(HandoverLine.objects.filter(handover_id=handover.id).values_list("subject_id", flat=True))
    HandoverLine.objects.bulk_create(
        HandoverLine(handover_id=handover.id, no=line.no, subject_id=line.subject_id, on_manifest=line.on_manifest)
        for line in carried
        if line.subject_id not in there
    )


@transaction.atomic
def sign_count(
    *,
    statement_id: UUID,
    handover_id: UUID,
    bodies: int,
    injured: int,
    dead: int,
    occurred_at: datetime,
    paper: Paper | None = None,
    by: Viewer,
    at: datetime,
) -> None:
    """The receiver signs the count: so many living bodies, so many of them injured, so many dead. No names yet.

    Opens the tally "received, names pending" in his book; two answer until the names are signed.
    """
    handover = begin(handover_id, Stage.COUNT, by, paper)
    content = {"bodies": bodies, "injured": injured, "dead": dead}
    if repeated(handover, statement_id, Stage.COUNT, content, paper):
        return
    need(handover, H.PRESENTED)
    if min(bodies, injured, dead) < 0 or injured > bodies:
        raise Refused("bad-count")
    sign(handover, statement_id, Stage.COUNT, content, paper=paper, occurred_at=occurred_at, by=by, at=at)
    with as_register():
        if not handover.inside_one_book:  # there one answers, and nobody is pending anywhere
            ledger.open_tally(tally_id=handover.tally, basis="pending", label="names pending", by=by, at=at)
            ledger.record_for(events=[pending(handover, statement_id, bodies, occurred_at, by)], by=by, at=at)
        advance(handover, H.COUNTED, at, bodies=bodies)
        if handover.ordinal == 2:
            move_batch(handover.batch_id, BatchState.COUNTED, by=by.user_id, at=at, onward=True)
    presented = len(queries.lines(by, handover_id))
    if bodies + dead != presented:
        owner = finding_owner("count-differs", handover.ordinal, Side.RECEIVER)
        finding = NewFinding(handover.receiver_id, "count-differs", ref=statement_id, n=bodies + dead - presented,
                             facility_id=handover.place_id, owner=owner)  # fmt: skip
        ledger.open_findings(findings=[finding], by=by, at=at)


@transaction.atomic
def acknowledge(
    *,
    statement_id: UUID,
    handover_id: UUID,
    resolutions: dict[int, Resolution],
    occurred_at: datetime,
    paper: Paper | None = None,
    by: Viewer,
    at: datetime,
) -> None:
    """The giver takes note of the names and says of each line not received where the person is now.

    A line without a resolution stays with the giver, open, and can be resolved by a later acknowledgement.
    """
    handover = begin(handover_id, Stage.ACKNOWLEDGEMENT, by, paper)
    lines = {line.id: line for line in queries.lines(by, handover_id)}
    if set(resolutions) - set(lines):
        raise NotVisible
    content = {"resolutions": [{"no": lines[i].no, "says": r.value} for i, r in sorted(resolutions.items())]}
    if repeated(handover, statement_id, Stage.ACKNOWLEDGEMENT, content, paper):
        return
    need(handover, H.NAMED, H.ACKNOWLEDGED)
    for line_id in resolutions:
        if lines[line_id].code not in GIVER_RESOLVES or lines[line_id].resolution:
            raise Refused("line-already-settled", no=lines[line_id].no)
    sign(handover, statement_id, Stage.ACKNOWLEDGEMENT, content, paper=paper, occurred_at=occurred_at, by=by, at=at)
    signer = REGISTER_ID if paper else by.user_id
    events = [
        _resolving_event(handover, lines[i], says, statement_id, occurred_at, signer) for i, says in resolutions.items()
    ]
    ledger.record_for(events=events, by=by, at=at)
    with as_register():
        for line_id, says in resolutions.items():
            HandoverLine.objects.filter(pk=line_id).update(resolution=says.value)
        back = [lines[i].subject_id for i in resolutions]
        ManifestLine.objects.filter(manifest_id=handover.manifest_id, subject_id__in=back).update(open=False)
        advance(handover, H.ACKNOWLEDGED, at)
        if handover.ordinal == 1 and back:  # the carrier goes on knowing whom he has signed about
            batch = queries.batch(by, handover.batch_id)
            stop_expecting({batch.receiver_id} - {batch.sender_id, batch.carrier_id}, back, by=by, at=at)
        reconcile_if_settled(handover.batch_id, by=by.user_id, at=at)


def _resolving_event(
    handover: HandoverRow, line: LineRow, says: Resolution, statement_id: UUID, occurred_at: datetime, who: UUID
) -> NewEvent:
    """What the giver's word on a line does in his own book."""
    home = (
        AccountSpec(AccountKind.HELD, facility_id=handover.place_id)
        if handover.ordinal == 1
        else AccountSpec(AccountKind.IN_TRANSIT)
    )
    kind, to = {
        Resolution.RETURNED: (Kind.RETURN, home),
        Resolution.UNKNOWN: (Kind.WHEREABOUTS_UNKNOWN, AccountSpec(AccountKind.WHEREABOUTS_UNKNOWN)),
        Resolution.REPORTED_DEAD: (
            Kind.REPORTED_DEAD, AccountSpec(AccountKind.REPORTED_DEAD, facility_id=handover.place_id)
        ),
    }[says]  # fmt: skip
    return NewEvent(
        event_id(statement_id, line.no, kind), handover.giver_id, line.subject_id, kind, to, occurred_at, occurred_at,
        details=(("statement", str(statement_id)),), by=who,
    )  # fmt: skip
