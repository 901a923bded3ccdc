"""How one side signs: who may, for whom, and the canonical bytes that are kept for ever.

Nobody signs for the other side; PostgreSQL refuses it too (see migration 0002).
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import psycopg
from django.db import IntegrityError, connection

from sijill.domain.access import actions as access
from sijill.domain.access.rules import REGISTER_ID, Act, Refused, Viewer, require
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind, NewEvent
from sijill.domain.transfers import queries
from sijill.domain.transfers.models import Handover, Statement
from sijill.domain.transfers.queries import HandoverRow
from sijill.domain.transfers.rules import SIGNS, Grade, HandoverState, Side, Stage
from sijill.engines.proof.canonical import canonical, instant

ONE_SIDE = "statement_one_side"  # the constraint: one user never signs both sides of a handover
SCAN_BYTES_MAX = 5 * 1024 * 1024
_EVENTS = UUID("a7d4d9d1-0f1f-4df4-9f1e-2d8a7c1f0b33")


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper signed by somebody who is no user here: who he says he is, and the scanned sheet."""

    signer: str
    scan: bytes


def event_id(statement_id: UUID, line: int | str, what: str) -> UUID:
    """The id of an event that follows from a statement: the same statement never makes a second one."""
    return uuid5(_EVENTS, f"{statement_id}/{line}/{what}")


def authority_of(handover: HandoverRow, side: Side) -> int:
    """The authority on this side of a handover."""
    return handover.giver_id if side is Side.GIVER else handover.receiver_id


def may_sign(handover: HandoverRow, side: Side, by: Viewer) -> bool:
    """True when `by` is an officer of this side, there: a duty limited to another facility does not count."""
    return by.may(Act.SIGN_HANDOVER, authority_id=authority_of(handover, side), facility_id=handover.place_id)


def lock(handover_id: UUID) -> None:
    """One transaction at a time goes on about this handover."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 9))", [str(handover_id)])


def begin(handover_id: UUID, stage: Stage, by: Viewer, paper: Paper | None) -> HandoverRow:
    """Lock the handover and check who may sign this stage. An id that is hidden or nobody's is locked alike (law 9)."""
    lock(handover_id)
    handover = queries.handover(by, handover_id)
    side = SIGNS[stage]
    if paper is None or may_sign(handover, side, by):
        require(by, Act.SIGN_HANDOVER, authority_id=authority_of(handover, side), facility_id=handover.place_id)
    else:  # the other side may enter a paper only for an authority that has no officer here (PostgreSQL asks too)
        other = authority_of(handover, Side.RECEIVER if side is Side.GIVER else Side.GIVER)
        require(by, Act.SIGN_HANDOVER, authority_id=other, facility_id=handover.place_id)
        if not queries.has_no_signer(by, authority_of(handover, side)):
            raise Refused("authority-has-officers")
    return handover


def repeated(
    handover: HandoverRow, statement_id: UUID, stage: Stage, content: dict[str, Any] | None, paper: Paper | None
) -> bool:
    """True when this very statement is already there. Refused("id-already-used") when its id says something else.

    `content` None: the statement says nothing that the signer could have chosen.
    """
    found = Statement.objects.filter(pk=statement_id).first()
    if found is None:
        return False
    told = json.loads(bytes(found.bytes))
    signer = paper.signer if paper else None
    same = (found.handover_id, found.stage, told["signer"]) == (handover.id, stage.value, signer)
    if not same or content not in (None, told["content"]):
        raise Refused("id-already-used")
    return True


def _check(paper: Paper) -> None:
    """A paper has a signer and a scan of bearable size."""
    if not paper.signer.strip() or not paper.scan:
        raise Refused("paper-needs-signer-and-scan")
    if len(paper.scan) > SCAN_BYTES_MAX:
        raise Refused("scan-too-large", limit=SCAN_BYTES_MAX)


def _paper_of_another(handover: HandoverRow, side: Side, by: Viewer) -> None:
    """Who signed one side does not enter the other side's paper, unless that side has nobody here who could."""
    if queries.has_no_signer(by, authority_of(handover, side)):
        return
    if Statement.objects.filter(handover_id=handover.id, by_id=by.user_id).exclude(side=side.value).exists():
        raise Refused("already-signed-other-side")


def sign(
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
    """Write one side's statement: canonical bytes, hash, signer. Inserted as the signer, never as the register.

    A paper too needs the open signing session of whoever enters it: an unlocked screen is no place to enter one.
    """
    side = SIGNS[stage]
    authority = authority_of(handover, side)
    if paper is not None:
        _check(paper)
        _paper_of_another(handover, side, by)
    session = access.signing_session(authority_id=queries.signs_for(by, handover, stage), by=by, at=at)
    scan_hash = hashlib.sha256(paper.scan).digest() if paper else None
    body = canonical(
        {
            "format": "sijill/statement/1",
            "statement": str(statement_id),
            "handover": str(handover.id),
            "manifest_sha256": handover.manifest_sha256,
            "side": side.value,
            "stage": stage.value,
            "authority": authority,
            "occurred_at": instant(occurred_at),
            "recorded_at": instant(at),
            "by": str(by.user_id),
            "session": str(session),
            "signer": paper.signer if paper else None,
            "scan_sha256": scan_hash.hex() if scan_hash else None,
            "content": content,
        }
    )
    statement = Statement(
        id=statement_id, handover_id=handover.id, side=side.value, stage=stage.value, authority_id=authority,
        grade=Grade.PAPER.value if paper else Grade.USER.value, bytes=body, sha256=hashlib.sha256(body).digest(),
        by_id=by.user_id, by_name=by.name, session=session, signer=paper.signer if paper else "",
        scan=paper.scan if paper else None, scan_sha256=scan_hash, occurred_at=occurred_at, recorded_at=at,
    )  # fmt: skip
    try:
        statement.save(force_insert=True)
    except IntegrityError as error:  # told apart by PostgreSQL: one side a user; or an id of a statement he cannot see
        broken = error.__cause__.diag.constraint_name if isinstance(error.__cause__, psycopg.Error) else ""
        raise Refused("already-signed-other-side" if broken == ONE_SIDE else "id-already-used") from None


def advance(handover: HandoverRow, state: HandoverState, at: datetime, **also: Any) -> None:
    """Bring a handover to a state. Called as the register."""
    Handover.objects.filter(pk=handover.id).update(state=state.value, since=at, **also)


def need(handover: HandoverRow, *states: HandoverState) -> None:
    """Refused unless the handover is in one of these states."""
    if handover.state not in states:
        raise Refused("handover-not-ready", state=handover.state.value)


def receiver_by(handover: HandoverRow, by: Viewer) -> UUID:
    """Who answers for what enters the receiver's book: its own officer, or the register for a paper others entered."""
    return by.user_id if may_sign(handover, Side.RECEIVER, by) else REGISTER_ID


def pending(handover: HandoverRow, statement_id: UUID, n: int, when: datetime, by: Viewer) -> NewEvent:
    """Sets the receiver's "received, names pending" to a number."""
    to = AccountSpec(AccountKind.NAMES_PENDING, facility_id=handover.place_id, other_id=handover.giver_id)
    return NewEvent(
        event_id(statement_id, "tally", "counted"), handover.receiver_id, handover.tally, Kind.TALLY_COUNTED, to, when,
        when, n=n, details=(("basis", "pending"),), by=receiver_by(handover, by),
    )  # fmt: skip
