"""The two-sided handover: the giver presents, the receiver signs the count, then the names; the giver takes note.

Custody passes line by line at the signature of the names: transfer-out and transfer-in in one transaction. Until then
the giver answers. Nobody signs for the other side; PostgreSQL refuses it too (see migration 0002).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, transaction
from django.db.models import Max

from sijill.domain.access import actions as access
from sijill.domain.access.rules import REGISTER_ID, Act, NotVisible, Refused, Viewer, require
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind, NewEvent, NewFinding
from sijill.domain.ledger.write import canonical, instant
from sijill.domain.people import actions as people
from sijill.domain.transfers import queries
from sijill.domain.transfers.actions.batches import move_batch, reconcile_if_settled
from sijill.domain.transfers.models import Handover, HandoverLine, LineOutcome, ManifestLine, Statement
from sijill.domain.transfers.queries import HandoverRow
from sijill.domain.transfers.rules import (
    GIVER_RESOLVES,
    RESTATABLE,
    SIGNS,
    BatchState,
    Extra,
    Grade,
    HandoverState,
    LineRow,
    Outcome,
    OutcomeCode,
    Resolution,
    Side,
    Stage,
    bodies_named,
)

SCAN_BYTES_MAX = 5 * 1024 * 1024
_EVENTS = UUID("a7d4d9d1-0f1f-4df4-9f1e-2d8a7c1f0b33")
H = HandoverState


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper signed by somebody who is no user here: who he says he is, and the scanned sheet."""

    signer: str
    scan: bytes


def _event_id(statement_id: UUID, line: int | str, what: str) -> UUID:
    """The id of an event that follows from a statement: the same statement never makes a second one."""
    return uuid5(_EVENTS, f"{statement_id}/{line}/{what}")


def _authority(handover: HandoverRow, side: Side) -> int:
    return handover.giver_id if side is Side.GIVER else handover.receiver_id


def _begin(handover_id: UUID, statement_id: UUID, stage: Stage, by: Viewer, paper: Paper | None) -> HandoverRow | None:
    """Lock the handover and check who may sign this stage. None when this very statement is already there."""
    handover = queries.handover(by, handover_id)
    side = SIGNS[stage]
    authority = _authority(handover, side)
    may_here = by.may(Act.SIGN_HANDOVER, authority_id=authority, facility_id=None)
    if paper is None or may_here:
        require(by, Act.SIGN_HANDOVER, authority_id=authority)
    else:  # the other side may enter a paper only for an authority that has no officer here (PostgreSQL asks too)
        other = handover.receiver_id if side is Side.GIVER else handover.giver_id
        require(by, Act.SIGN_HANDOVER, authority_id=other)
    with as_register():
        Handover.objects.select_for_update().get(pk=handover_id)
    if Statement.objects.filter(pk=statement_id).exists():
        if not Statement.objects.filter(pk=statement_id, handover_id=handover_id, stage=stage.value).exists():
            raise Refused("id-already-used")
        return None
    signed_other = Statement.objects.filter(handover_id=handover_id, by_id=by.user_id, grade="user")
    if paper is None and signed_other.exclude(side=side.value).exists():
        raise Refused("already-signed-other-side")
    return queries.handover(by, handover_id)


def _sign(
    handover: HandoverRow,
    statement_id: UUID,
    stage: Stage,
    content: dict[str, Any],
    *,
    paper: Paper | None,
    occurred_at: datetime,
    by: Viewer,
    at: datetime,
) -> None:
    """Write one side's statement: canonical bytes, hash, signer. Inserted as the signer, never as the register."""
    side = SIGNS[stage]
    authority = _authority(handover, side)
    if paper is not None and (not paper.signer.strip() or not paper.scan):
        raise Refused("paper-needs-signer-and-scan")
    if paper is not None and len(paper.scan) > SCAN_BYTES_MAX:
        raise Refused("scan-too-large", limit=SCAN_BYTES_MAX)
    session = None if paper else access.signing_session(authority_id=authority, by=by, at=at)
    scan_hash = hashlib.sha256(paper.scan).digest() if paper else None
    manifest = queries.manifest(by, handover.manifest_id)
    body = canonical(
        {
            "format": "sijill/statement/1",
            "statement": str(statement_id),
            "handover": str(handover.id),
            "manifest_sha256": manifest.sha256,
            "side": side.value,
            "stage": stage.value,
            "authority": authority,
            "occurred_at": instant(occurred_at),
            "recorded_at": instant(at),
            "by": str(by.user_id),
            "session": str(session) if session else None,
            "signer": paper.signer if paper else None,
            "scan_sha256": scan_hash.hex() if scan_hash else None,
            "content": content,
        }
    )
    Statement(
        id=statement_id, handover_id=handover.id, side=side.value, stage=stage.value, authority_id=authority,
        grade=Grade.PAPER.value if paper else Grade.USER.value, bytes=body, sha256=hashlib.sha256(body).digest(),
        by_id=by.user_id, by_name=by.name, session=session, signer=paper.signer if paper else "",
        scan=paper.scan if paper else None, scan_sha256=scan_hash, occurred_at=occurred_at, recorded_at=at,
    ).save(force_insert=True)  # fmt: skip


def _advance(handover: HandoverRow, state: HandoverState, at: datetime, **also: Any) -> None:
    Handover.objects.filter(pk=handover.id).update(state=state.value, since=at, **also)


def _need(handover: HandoverRow, *states: HandoverState) -> None:
    if handover.state not in states:
        raise Refused("handover-not-ready", state=handover.state.value)


def _giver_by(handover: HandoverRow) -> UUID:
    """Who answers for what leaves the giver's book: the user who presented, or the register for a paper."""
    found = Statement.objects.filter(handover_id=handover.id, stage=Stage.PRESENTED.value, grade="user").first()
    return found.by_id if found else REGISTER_ID


def _receiver_by(handover: HandoverRow, by: Viewer) -> UUID:
    """Who answers for what enters the receiver's book: its own officer, or the register for a paper others entered."""
    return by.user_id if by.may(Act.SIGN_HANDOVER, authority_id=handover.receiver_id) else REGISTER_ID


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
    handover = _begin(handover_id, statement_id, Stage.PRESENTED, by, paper)
    if handover is None:
        return
    _need(handover, H.EXPECTED)
    with as_register():
        if handover.ordinal == 2:
            _lines_of_second(handover)
        lines = queries.lines(by, handover_id)
    if not lines:
        raise Refused("nobody-to-hand-over")
    content = {"people": len(lines), "subjects": [str(line.subject_id) for line in lines]}
    _sign(handover, statement_id, Stage.PRESENTED, content, paper=paper, occurred_at=occurred_at, by=by, at=at)
    kind = Kind.DEPARTURE if handover.ordinal == 1 else Kind.ARRIVAL
    to = AccountSpec(AccountKind.HANDING_OVER, other_id=handover.receiver_id)
    signer = _giver_by(handover)
    events = [
        NewEvent(_event_id(statement_id, line.no, kind), handover.giver_id, line.subject_id, kind, to, occurred_at,
                 occurred_at, details=(("statement", str(statement_id)),), by=signer)
        for line in lines
    ]  # fmt: skip
    ledger.record_for(events=events, by=by, at=at)
    with as_register():
        _advance(handover, H.PRESENTED, at)
        state = BatchState.DEPARTED if handover.ordinal == 1 else BatchState.ARRIVED
        _move_if_first(handover, state, by.user_id, at)


def _move_if_first(handover: HandoverRow, state: BatchState, by: UUID, at: datetime) -> None:
    """A batch of several vehicles takes a state from the first that reaches it."""
    order = list(BatchState)
    batch = Handover.objects.select_related("manifest__batch").get(pk=handover.id).manifest.batch
    if order.index(BatchState(batch.state)) < order.index(state):
        if batch.state in (BatchState.SUSPENDED, BatchState.CANCELLED):
            raise Refused("batch-not-ready", state=batch.state, to=state.value)
        move_batch(batch.pk, state, by=by, at=at)


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
    handover = _begin(handover_id, statement_id, Stage.COUNT, by, paper)
    if handover is None:
        return
    _need(handover, H.PRESENTED)
    if min(bodies, injured, dead) < 0 or injured > bodies:
        raise Refused("bad-count")
    content = {"bodies": bodies, "injured": injured, "dead": dead}
    _sign(handover, statement_id, Stage.COUNT, content, paper=paper, occurred_at=occurred_at, by=by, at=at)
    _recount_pending(handover, statement_id, bodies, occurred_at, by, at)
    with as_register():
        _advance(handover, H.COUNTED, at, bodies=bodies)
        if handover.ordinal == 2:
            _move_if_first(handover, BatchState.COUNTED, by.user_id, at)
    presented = len(queries.lines(by, handover_id))
    if bodies + dead != presented:
        finding = NewFinding(handover.receiver_id, "count-differs", ref=statement_id, n=bodies + dead - presented,
                             facility_id=handover.place_id)  # fmt: skip
        ledger.open_findings(findings=[finding], by=by, at=at)


def _recount_pending(
    handover: HandoverRow, statement_id: UUID, n: int, occurred_at: datetime, by: Viewer, at: datetime
) -> None:
    """Set the receiver's "received, names pending" to a number."""
    ledger.tally_for(
        tally_id=handover.tally, event_id=_event_id(statement_id, "tally", "counted"), book_id=handover.receiver_id,
        to=AccountSpec(AccountKind.NAMES_PENDING, facility_id=handover.place_id, other_id=handover.giver_id),
        n=n, basis="pending", label="names pending", occurred_at=occurred_at, signer=_receiver_by(handover, by),
        by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def sign_names(
    *,
    statement_id: UUID,
    handover_id: UUID,
    outcomes: Sequence[Outcome],
    extras: Sequence[Extra] = (),
    occurred_at: datetime,
    paper: Paper | None = None,
    by: Viewer,
    at: datetime,
) -> None:
    """The receiver signs the names. Custody of every line received passes here, in both books at once.

    The first time every line needs an outcome; later statements may restate lines that were not received (found,
    accepted, now named). Every difference opens a finding with an owner.
    """
    handover = _begin(handover_id, statement_id, Stage.NAMES, by, paper)
    if handover is None:
        return
    _need(handover, H.COUNTED, H.NAMED, H.ACKNOWLEDGED)
    lines = {line.id: line for line in queries.lines(by, handover_id)}
    said = _checked(handover, lines, outcomes)
    content = {
        "outcomes": [{"no": lines[i].no, "subject": str(lines[i].subject_id), "code": c.value} for i, c in said.items()],
        "extra": [str(e.subject_id) for e in extras],
    }
    _sign(handover, statement_id, Stage.NAMES, content, paper=paper, occurred_at=occurred_at, by=by, at=at)
    added = _add_extras(handover, extras, by, at)
    said |= {line.id: OutcomeCode.EXTRA for line in added.values()}
    lines |= added
    events = [e for i, code in said.items() for e in _events(handover, lines[i], code, statement_id, occurred_at, by)]
    ledger.record_for(events=events, by=by, at=at)
    with as_register():
        _write_outcomes(handover, statement_id, lines, said)
        _advance(handover, H.NAMED, at)
        late = _follow_to_second(handover, lines, said, statement_id, occurred_at)
    ledger.record_for(events=late, by=by, at=at)
    now = queries.lines(by, handover_id)
    unnamed = sum(line.code == OutcomeCode.UNNAMED for line in now)
    _recount_pending(handover, statement_id, unnamed, occurred_at, by, at)
    _findings_of_names(handover, {i: lines[i] for i in said}, said, now, statement_id, by, at)
    with as_register():
        reconcile_if_settled(handover.batch_id, by=by.user_id, at=at)


def _follow_to_second(
    handover: HandoverRow,
    lines: dict[int, LineRow],
    said: dict[int, OutcomeCode],
    statement_id: UUID,
    occurred_at: datetime,
) -> list[NewEvent]:
    """Somebody the carrier named only after he had presented to the receiver joins that second handover."""
    second = Handover.objects.filter(manifest_id=handover.manifest_id, ordinal=2).first()
    if handover.ordinal == 2 or second is None or second.state in (H.EXPECTED.value, H.ACKNOWLEDGED.value):
        return []
    came = [lines[i] for i, c in said.items() if c in (OutcomeCode.RECEIVED, OutcomeCode.EXTRA)]
    HandoverLine.objects.bulk_create(
        HandoverLine(handover_id=second.pk, no=x.no, subject_id=x.subject_id, on_manifest=x.on_manifest) for x in came
    )
    to = AccountSpec(AccountKind.HANDING_OVER, other_id=second.receiver_id)
    return [
        NewEvent(_event_id(statement_id, x.no, Kind.ARRIVAL), second.giver_id, x.subject_id, Kind.ARRIVAL, to,
                 occurred_at, occurred_at, details=(("statement", str(statement_id)),), by=REGISTER_ID)
        for x in came
    ]  # fmt: skip


def _checked(
    handover: HandoverRow, lines: dict[int, LineRow], outcomes: Sequence[Outcome]
) -> dict[int, OutcomeCode]:
    """The outcomes by line, after checking that they may be said now."""
    said = {o.line_id: o.code for o in outcomes}
    if len(said) != len(outcomes):
        raise Refused("line-said-twice")
    if OutcomeCode.EXTRA in said.values():
        raise Refused("extra-is-no-line")
    if set(said) - set(lines):
        raise NotVisible
    silent = sum(1 for i, line in lines.items() if not line.code and i not in said)
    if silent:
        raise Refused("lines-left", n=silent)
    for line_id in said:
        line = lines[line_id]
        if line.code and (line.code not in RESTATABLE or line.resolution):
            raise Refused("line-already-settled", no=line.no)
    return {i: said[i] for i in sorted(said, key=lambda i: lines[i].no)}


def _add_extras(handover: HandoverRow, extras: Sequence[Extra], by: Viewer, at: datetime) -> dict[int, LineRow]:
    """Lines for people who are present and on no line. New ones become numbered unknowns of the receiver."""
    if not extras:
        return {}
    new = [e.subject_id for e in extras if not e.known]
    if new:
        own = by.may(Act.SIGN_HANDOVER, authority_id=handover.receiver_id)
        enters = handover.receiver_id if own else handover.giver_id
        people.register_unknowns(ids=new, authority_id=enters, by=by, at=at)
        if not own:
            people.show_to(person_ids=new, authority_id=handover.receiver_id, by=by, at=at)
    with as_register():
        last = HandoverLine.objects.filter(handover_id=handover.id).aggregate(n=Max("no"))["n"] or 0
        HandoverLine.objects.bulk_create(
            HandoverLine(handover_id=handover.id, no=last + i, subject_id=e.subject_id, on_manifest=False)
            for i, e in enumerate(extras, 1)
        )
        wanted = {e.subject_id for e in extras}
        return {line.id: line for line in queries.lines(by, handover.id) if line.subject_id in wanted}


def _events(
    handover: HandoverRow, line: LineRow, code: OutcomeCode, statement_id: UUID, occurred_at: datetime, by: Viewer
) -> list[NewEvent]:
    """The custody events that one outcome makes, in the giver's book and in the receiver's."""
    details = (("statement", str(statement_id)), ("line", str(line.no)))

    def event(book: int, kind: Kind, to: AccountSpec, who: UUID) -> NewEvent:
        return NewEvent(_event_id(statement_id, line.no, kind), book, line.subject_id, kind, to, occurred_at,
                        occurred_at, details=details, by=who)  # fmt: skip

    if code is OutcomeCode.RECEIVED:
        gone = AccountSpec(AccountKind.TRANSFERRED_OUT, other_id=handover.receiver_id)
        return [
            event(handover.giver_id, Kind.TRANSFER_OUT, gone, _giver_by(handover)),
            event(handover.receiver_id, Kind.TRANSFER_IN, _taken_to(handover), _receiver_by(handover, by)),
        ]
    if code is OutcomeCode.EXTRA:
        return [event(handover.receiver_id, Kind.REGISTERED, _taken_to(handover), _receiver_by(handover, by))]
    if code is OutcomeCode.DEAD:
        dead = AccountSpec(AccountKind.REPORTED_DEAD, facility_id=handover.place_id)
        return [event(handover.giver_id, Kind.REPORTED_DEAD, dead, REGISTER_ID)]
    return []


def _taken_to(handover: HandoverRow) -> AccountSpec:
    """Where the receiver takes people: the carrier into his vehicle, the last one into the facility."""
    if handover.ordinal == 1:
        return AccountSpec(AccountKind.IN_TRANSIT)
    return AccountSpec(AccountKind.HELD, facility_id=handover.place_id)


def _write_outcomes(
    handover: HandoverRow, statement_id: UUID, lines: dict[int, LineRow], said: dict[int, OutcomeCode]
) -> None:
    """Keep each word, tie the two events together, and let go of manifest lines that are received at the end."""
    LineOutcome.objects.bulk_create(
        LineOutcome(statement_id=statement_id, line_id=i, code=c.value) for i, c in said.items()
    )
    rows = []
    for line_id, code in said.items():
        line = lines[line_id]
        received = code is OutcomeCode.RECEIVED
        out = _event_id(statement_id, line.no, Kind.TRANSFER_OUT) if received else line.out_event
        rows.append((line_id, code.value, out, _in_event(statement_id, line, code)))
    with connection.cursor() as cursor:
        cursor.execute(
            "update transfers_handoverline l set code = u.code, out_event = u.out_event, in_event = u.in_event"
            " from unnest(%s::bigint[], %s::text[], %s::uuid[], %s::uuid[]) as u(id, code, out_event, in_event)"
            " where l.id = u.id",
            [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], [], []],
        )
    if handover.ordinal == 2:
        gone = [lines[i].subject_id for i, c in said.items() if c is OutcomeCode.RECEIVED]
        ManifestLine.objects.filter(manifest_id=handover.manifest_id, subject_id__in=gone).update(open=False)


def _in_event(statement_id: UUID, line: LineRow, code: OutcomeCode) -> UUID | None:
    kinds = {OutcomeCode.RECEIVED: Kind.TRANSFER_IN, OutcomeCode.EXTRA: Kind.REGISTERED}
    return _event_id(statement_id, line.no, kinds[code]) if code in kinds else line.in_event


def _findings_of_names(
    handover: HandoverRow,
    lines: dict[int, LineRow],
    said: dict[int, OutcomeCode],
    now: tuple[LineRow, ...],
    statement_id: UUID,
    by: Viewer,
    at: datetime,
) -> None:
    """A finding for every difference: the giver's for who was not received, the receiver's for who came besides."""
    receivers = (OutcomeCode.UNNAMED, OutcomeCode.EXTRA)
    found = [
        NewFinding(
            handover.receiver_id if code in receivers else handover.giver_id, f"line-{code.value}", lines[i].subject_id,
            handover.id, handover.place_id,
        )
        for i, code in said.items()
        if code is not OutcomeCode.RECEIVED
    ]  # fmt: skip
    if handover.bodies is not None and handover.state is H.COUNTED and bodies_named(now) != handover.bodies:
        found.append(
            NewFinding(handover.receiver_id, "count-differs", ref=statement_id,
                       n=handover.bodies - bodies_named(now), facility_id=handover.place_id)
        )  # fmt: skip
    ledger.open_findings(findings=found, by=by, at=at)


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
    handover = _begin(handover_id, statement_id, Stage.ACKNOWLEDGEMENT, by, paper)
    if handover is None:
        return
    _need(handover, H.NAMED, H.ACKNOWLEDGED)
    lines = {line.id: line for line in queries.lines(by, handover_id)}
    if set(resolutions) - set(lines):
        raise NotVisible
    for line_id in resolutions:
        if lines[line_id].code not in GIVER_RESOLVES or lines[line_id].resolution:
            raise Refused("line-already-settled", no=lines[line_id].no)
    content = {"resolutions": [{"no": lines[i].no, "says": r.value} for i, r in sorted(resolutions.items())]}
    _sign(handover, statement_id, Stage.ACKNOWLEDGEMENT, content, paper=paper, occurred_at=occurred_at, by=by, at=at)
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
        _advance(handover, H.ACKNOWLEDGED, at)
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
        _event_id(statement_id, line.no, kind), handover.giver_id, line.subject_id, kind, to, occurred_at, occurred_at,
        details=(("statement", str(statement_id)),), by=who,
    )  # fmt: skip
