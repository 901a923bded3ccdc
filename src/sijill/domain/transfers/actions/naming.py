"""The receiver signs the names. Custody passes here, line by line: transfer-out and transfer-in in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from sijill.domain.access.rules import REGISTER_ID, NotVisible, Refused, Viewer
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind, NewEvent, NewFinding
from sijill.domain.people import actions as people
from sijill.domain.people import queries as people_queries
from sijill.domain.transfers import queries
from sijill.domain.transfers.actions.signing import (
    Paper,
    advance,
    begin,
    event_id,
    may_sign,
    need,
    pending,
    receiver_by,
    repeated,
    sign,
)
from sijill.domain.transfers.models import Handover, HandoverLine, LineOutcome, ManifestLine, Statement
from sijill.domain.transfers.queries import HandoverRow
from sijill.domain.transfers.rules import (
    RESTATABLE,
    Extra,
    Grade,
    HandoverState,
    LineRow,
    Outcome,
    OutcomeCode,
    Side,
    Stage,
    bodies_named,
    finding_owner,
)

H = HandoverState


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
    handover = begin(handover_id, Stage.NAMES, by, paper)
    lines = {line.id: line for line in queries.lines(by, handover_id)}
    said = _told(lines, outcomes)
    content = _content(lines, said, extras)
    if repeated(handover, statement_id, Stage.NAMES, content, paper):
        return
    need(handover, H.COUNTED, H.NAMED, H.ACKNOWLEDGED)
    _check(lines, said)
    _check_extras(lines, extras, by)
    sign(handover, statement_id, Stage.NAMES, content, paper=paper, occurred_at=occurred_at, by=by, at=at)
    added = _add_extras(handover, extras, by, at)
    said |= {line.id: OutcomeCode.EXTRA for line in added.values()}
    lines |= added
    gives, latest = _told_before(handover)
    receives = receiver_by(handover, by)
    events = _events(handover, [(lines[i], c) for i, c in said.items()], statement_id, occurred_at, (gives, receives))
    now = tuple(replace(line, code=said.get(i, line.code)) for i, line in lines.items())
    unnamed = sum(line.code == OutcomeCode.UNNAMED for line in now)
    if not handover.inside_one_book:
        events.append(pending(handover, statement_id, unnamed, max(occurred_at, latest), by))
    with as_register():
        ledger.record_for(events=events, by=by, at=at)
        _write_outcomes(handover, statement_id, lines, said)
        advance(handover, H.NAMED, at)
        came = [lines[i] for i, c in said.items() if c in _CAME]
        people.has_come(person_ids=[x.subject_id for x in came], authority_id=handover.receiver_id, by=by, at=at)
        _follow_to_second(handover, came, statement_id, occurred_at, by, at)
    found = [_finding(handover, c, lines[i].subject_id) for i, c in said.items() if c is not OutcomeCode.RECEIVED]
    ledger.open_findings(findings=found + _bodies_differ(handover, statement_id, bodies_named(now)), by=by, at=at)


_CAME = (OutcomeCode.RECEIVED, OutcomeCode.EXTRA)


def _told(lines: dict[int, LineRow], outcomes: Sequence[Outcome]) -> dict[int, OutcomeCode]:
    """The outcomes by line, in the order of the lines; each line once, and only lines there are."""
    said = {o.line_id: o.code for o in outcomes}
    if len(said) != len(outcomes):
        raise Refused("line-said-twice")
    if OutcomeCode.EXTRA in said.values():
        raise Refused("extra-is-no-line")
    if set(said) - set(lines):
        raise NotVisible
    return {i: said[i] for i in sorted(said, key=lambda i: lines[i].no)}


def _content(lines: dict[int, LineRow], said: dict[int, OutcomeCode], extras: Sequence[Extra]) -> dict[str, Any]:
    """What is signed: a word on each line, and who is there besides."""
    words = [{"no": lines[i].no, "subject": str(lines[i].subject_id), "code": c.value} for i, c in said.items()]
    return {"outcomes": words, "extra": [str(e.subject_id) for e in extras]}


def _check(lines: dict[int, LineRow], said: dict[int, OutcomeCode]) -> None:
    """Every line is spoken of by now, and none that is settled."""
    silent = sum(1 for i, line in lines.items() if not line.code and i not in said)
    if silent:
        raise Refused("lines-left", n=silent)
    for line_id in said:
        line = lines[line_id]
        if line.code and (line.code not in RESTATABLE or line.resolution):
            raise Refused("line-already-settled", no=line.no)


def _check_extras(lines: dict[int, LineRow], extras: Sequence[Extra], by: Viewer) -> None:
    """Nobody is both on a line and besides it; a person said to be known is one the signer can see."""
    ids = [e.subject_id for e in extras]
    if len(set(ids)) != len(ids) or set(ids) & {line.subject_id for line in lines.values()}:
        raise Refused("line-said-twice")
    known = [e.subject_id for e in extras if e.known]
    if known and len(people_queries.seen_among(by, known)) != len(known):
        raise NotVisible


def _add_extras(handover: HandoverRow, extras: Sequence[Extra], by: Viewer, at: datetime) -> dict[int, LineRow]:
    """Lines for people who are present and on no line. New ones become numbered unknowns of the receiver.

    Their numbers go on after those of both handovers, so that a late name of the list finds its own number free.
    """
    if not extras:
        return {}
    new = [e.subject_id for e in extras if not e.known]
    if new:
        own = may_sign(handover, Side.RECEIVER, by)
        enters = handover.receiver_id if own else handover.giver_id
        people.register_unknowns(ids=new, authority_id=enters, by=by, at=at)
        if not own:
            people.show_to(person_ids=new, authority_id=handover.receiver_id, by=by, at=at)
    with as_register():
        all_lines = HandoverLine.objects.filter(handover__manifest_id=handover.manifest_id)
        last = all_lines.aggregate(n=Max("no"))["n"] or 0
        HandoverLine.objects.bulk_create(
            HandoverLine(handover_id=handover.id, no=last + i, subject_id=e.subject_id, on_manifest=False)
            for i, e in enumerate(extras, 1)
        )
        wanted = {e.subject_id for e in extras}
        return {line.id: line for line in queries.lines(by, handover.id) if line.subject_id in wanted}


def _follow_to_second(
    handover: HandoverRow, came: Sequence[LineRow], statement_id: UUID, occurred_at: datetime, by: Viewer, at: datetime
) -> None:
    """Somebody the carrier named only after he had presented to the receiver joins that second handover.

    The receiver may have taken him in already, as somebody besides the list: then both claim him, and findings say so.
    """
    if handover.ordinal == 2 or not came:
        return
    with as_register():
        second = Handover.objects.filter(manifest_id=handover.manifest_id, ordinal=2).first()
        if second is None or second.state == H.EXPECTED.value:
            return
        there = set(HandoverLine.objects.filter(handover_id=second.pk).values_list("subject_id", flat=True))
        late = [x for x in came if x.subject_id not in there]
        HandoverLine.objects.bulk_create(
            HandoverLine(handover_id=second.pk, no=x.no, subject_id=x.subject_id, on_manifest=x.on_manifest)
            for x in late
        )
    to = AccountSpec(AccountKind.HANDING_OVER, other_id=second.receiver_id)
    events = [
        NewEvent(event_id(statement_id, x.no, Kind.ARRIVAL), second.giver_id, x.subject_id, Kind.ARRIVAL, to,
                 occurred_at, occurred_at, details=(("statement", str(statement_id)),), by=REGISTER_ID)
        for x in late
    ]  # fmt: skip
    ledger.record_for(events=events, by=by, at=at)
    claimed = [
        NewFinding(book, "two-claim", x.subject_id, second.pk, second.place_id)
        for x in came
        if x.subject_id in there
        for book in (second.giver_id, second.receiver_id)
    ]
    ledger.open_findings(findings=claimed, by=by, at=at)


def _told_before(handover: HandoverRow) -> tuple[UUID, datetime]:
    """Who answers for what leaves the giver's book (the user who presented, or the register for a paper), and when the
    latest count or names were said to be."""
    signed = Statement.objects.filter(handover_id=handover.id).values_list("stage", "grade", "by_id", "occurred_at")
    rows = list(signed)
    gives = [by for stage, grade, by, _at in rows if (stage, grade) == (Stage.PRESENTED, Grade.USER)]
    latest = max(at for stage, _grade, _by, at in rows if stage in (Stage.COUNT, Stage.NAMES))
    return gives[0] if gives else REGISTER_ID, latest


def _events(
    handover: HandoverRow,
    said: Sequence[tuple[LineRow, OutcomeCode]],
    statement_id: UUID,
    occurred_at: datetime,
    answers: tuple[UUID, UUID],
) -> list[NewEvent]:
    """The custody events that the outcomes make, in the giver's book and the receiver's; `answers` for either."""
    giver, receiver = handover.giver_id, handover.receiver_id
    gives, receives = answers
    gone = AccountSpec(AccountKind.TRANSFERRED_OUT, other_id=receiver)
    dead = AccountSpec(AccountKind.REPORTED_DEAD, facility_id=handover.place_id)
    taken = _taken_to(handover)
    out, into = _passes(handover)
    received = ((giver, out, gone, gives), (receiver, into, taken, receives))
    makes: dict[OutcomeCode, tuple[tuple[int, Kind, AccountSpec, UUID], ...]] = {
        OutcomeCode.RECEIVED: received[1:] if handover.inside_one_book else received,
        OutcomeCode.EXTRA: ((receiver, Kind.REGISTERED, taken, receives),),
        OutcomeCode.DEAD: ((giver, Kind.REPORTED_DEAD, dead, REGISTER_ID),),
    }  # fmt: skip
    return [
        NewEvent(
            event_id(statement_id, line.no, kind), book, line.subject_id, kind, to, occurred_at, occurred_at,
            details=(("statement", str(statement_id)), ("line", str(line.no))), by=who,
        )
        for line, code in said
        for book, kind, to, who in makes.get(code, ())
    ]  # fmt: skip


def _passes(handover: HandoverRow) -> tuple[Kind, Kind]:
    """The two events by which custody passes; inside one book the same single one, twice."""
    if not handover.inside_one_book:
        return Kind.TRANSFER_OUT, Kind.TRANSFER_IN
    return (Kind.DEPARTURE, Kind.DEPARTURE) if handover.ordinal == 1 else (Kind.ARRIVAL, Kind.ARRIVAL)


def _taken_to(handover: HandoverRow) -> AccountSpec:
    """Where the receiver takes people: the carrier into his vehicle, the last one into the facility."""
    if handover.ordinal == 1:
        return AccountSpec(AccountKind.IN_TRANSIT)
    return AccountSpec(AccountKind.HELD, facility_id=handover.place_id)


def _write_outcomes(
    handover: HandoverRow, statement_id: UUID, lines: dict[int, LineRow], said: dict[int, OutcomeCode]
) -> None:
    """Keep each word, tie the two events together, and let go of manifest lines that nobody carries any more."""
    LineOutcome.objects.bulk_create(
        LineOutcome(statement_id=statement_id, line_id=i, code=c.value) for i, c in said.items()
    )
    rows, passes = [], _passes(handover)
    for line_id, code in said.items():
        line = lines[line_id]
        received = code is OutcomeCode.RECEIVED
        out = event_id(statement_id, line.no, passes[0]) if received else line.out_event
        rows.append((line_id, code.value, out, _in_event(statement_id, line, code, passes[1])))
    with connection.cursor() as cursor:
        cursor.execute(
            "update transfers_handoverline l set code = u.code, out_event = u.out_event, in_event = u.in_event"
            " from unnest(%s::bigint[], %s::text[], %s::uuid[], %s::uuid[]) as u(id, code, out_event, in_event)"
            " where l.id = u.id",
            [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], [], []],
        )
    ends = {OutcomeCode.DEAD} if handover.ordinal == 1 else {OutcomeCode.DEAD, OutcomeCode.RECEIVED}
    gone = [lines[i].subject_id for i, c in said.items() if c in ends]
    if gone:
        ManifestLine.objects.filter(manifest_id=handover.manifest_id, subject_id__in=gone).update(open=False)


def _in_event(statement_id: UUID, line: LineRow, code: OutcomeCode, into: Kind) -> UUID | None:
    kinds = {OutcomeCode.RECEIVED: into, OutcomeCode.EXTRA: Kind.REGISTERED}
    return event_id(statement_id, line.no, kinds[code]) if code in kinds else line.in_event


def _bodies_differ(handover: HandoverRow, statement_id: UUID, named: int) -> list[NewFinding]:
    """The names account for more or fewer bodies than the receiver had counted."""
    if handover.state is not H.COUNTED or handover.bodies in (None, named):
        return []
    owner = finding_owner("count-differs", handover.ordinal, Side.RECEIVER)
    more = (handover.bodies or 0) - named
    return [NewFinding(handover.receiver_id, "count-differs", None, statement_id, handover.place_id, more, owner)]


def _finding(handover: HandoverRow, code: OutcomeCode, subject_id: UUID) -> NewFinding:
    """A difference: the giver's finding for who was not received, the receiver's for who came besides."""
    side = Side.RECEIVER if code in (OutcomeCode.UNNAMED, OutcomeCode.EXTRA) else Side.GIVER
    book = handover.receiver_id if side is Side.RECEIVER else handover.giver_id
    name = f"line-{code.value}"
    return NewFinding(
        book, name, subject_id, handover.id, handover.place_id, owner=finding_owner(name, handover.ordinal, side)
    )
