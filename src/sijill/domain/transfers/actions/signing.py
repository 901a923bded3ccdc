"""How one side signs: who may, for whom, and the canonical bytes that are kept for ever.

Nobody signs for the other side; PostgreSQL refuses it too (see migration 0002).
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Max

from sijill.domain.access import actions as access
from sijill.domain.access.rules import REGISTER_ID, Act, Refused, Viewer, require
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger.rules import AccountKind, AccountSpec
from sijill.domain.ledger.write import canonical, instant
from sijill.domain.transfers import queries
from sijill.domain.transfers.models import Handover, Statement
from sijill.domain.transfers.queries import HandoverRow
from sijill.domain.transfers.rules import SIGNS, Grade, HandoverState, Side, Stage

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


def begin(handover_id: UUID, stage: Stage, by: Viewer, paper: Paper | None) -> HandoverRow:
    """Lock the handover and check who may sign this stage."""
    handover = queries.handover(by, handover_id)
    side = SIGNS[stage]
    if paper is None or may_sign(handover, side, by):
        require(by, Act.SIGN_HANDOVER, authority_id=authority_of(handover, side), facility_id=handover.place_id)
    else:  # the other side may enter a paper only for an authority that has no officer here (PostgreSQL asks too)
        other = authority_of(handover, Side.RECEIVER if side is Side.GIVER else Side.GIVER)
        require(by, Act.SIGN_HANDOVER, authority_id=other, facility_id=handover.place_id)
        if not queries.has_no_signer(by, authority_of(handover, side)):
            raise Refused("authority-has-officers")
    with as_register():
        Handover.objects.select_for_update().get(pk=handover_id)
    return queries.handover(by, handover_id)


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


def _check(handover: HandoverRow, side: Side, paper: Paper | None, by: Viewer) -> None:
    """One user never signs both sides; a paper has a signer and a scan of bearable size."""
    if paper is None:
        signed = Statement.objects.filter(handover_id=handover.id, by_id=by.user_id, grade=Grade.USER.value)
        if signed.exclude(side=side.value).exists():
            raise Refused("already-signed-other-side")
        return
    if not paper.signer.strip() or not paper.scan:
        raise Refused("paper-needs-signer-and-scan")
    if len(paper.scan) > SCAN_BYTES_MAX:
        raise Refused("scan-too-large", limit=SCAN_BYTES_MAX)


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
    """Write one side's statement: canonical bytes, hash, signer. Inserted as the signer, never as the register."""
    side = SIGNS[stage]
    authority = authority_of(handover, side)
    _check(handover, side, paper, by)
    session = None if paper else access.signing_session(authority_id=authority, by=by, at=at)
    scan_hash = hashlib.sha256(paper.scan).digest() if paper else None
    body = canonical(
        {
            "format": "sijill/statement/1",
            "statement": str(statement_id),
            "handover": str(handover.id),
            "manifest_sha256": queries.manifest(by, handover.manifest_id).sha256,
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
    statement = Statement(
        id=statement_id, handover_id=handover.id, side=side.value, stage=stage.value, authority_id=authority,
        grade=Grade.PAPER.value if paper else Grade.USER.value, bytes=body, sha256=hashlib.sha256(body).digest(),
        by_id=by.user_id, by_name=by.name, session=session, signer=paper.signer if paper else "",
        scan=paper.scan if paper else None, scan_sha256=scan_hash, occurred_at=occurred_at, recorded_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            statement.save(force_insert=True)
    except IntegrityError:  # the id belongs to a statement the signer cannot see
        raise Refused("id-already-used") from None


def advance(handover: HandoverRow, state: HandoverState, at: datetime, **also: Any) -> None:
    """Bring a handover to a state. Called as the register."""
    Handover.objects.filter(pk=handover.id).update(state=state.value, since=at, **also)


def need(handover: HandoverRow, *states: HandoverState) -> None:
    """Refused unless the handover is in one of these states."""
    if handover.state not in states:
        raise Refused("handover-not-ready", state=handover.state.value)


def giver_by(handover: HandoverRow) -> UUID:
    """Who answers for what leaves the giver's book: the user who presented, or the register for a paper."""
    found = Statement.objects.filter(handover_id=handover.id, stage=Stage.PRESENTED.value, grade="user").first()
    return found.by_id if found else REGISTER_ID


def receiver_by(handover: HandoverRow, by: Viewer) -> UUID:
    """Who answers for what enters the receiver's book: its own officer, or the register for a paper others entered."""
    return by.user_id if may_sign(handover, Side.RECEIVER, by) else REGISTER_ID


def recount_pending(
    handover: HandoverRow, statement_id: UUID, n: int, occurred_at: datetime, by: Viewer, at: datetime
) -> None:
    """Set the receiver's "received, names pending" to a number, never before an earlier word on it."""
    said = Statement.objects.filter(handover_id=handover.id, stage__in=[Stage.COUNT.value, Stage.NAMES.value])
    latest = said.aggregate(at=Max("occurred_at"))["at"] or occurred_at
    ledger.tally_for(
        tally_id=handover.tally, event_id=event_id(statement_id, "tally", "counted"), book_id=handover.receiver_id,
        to=AccountSpec(AccountKind.NAMES_PENDING, facility_id=handover.place_id, other_id=handover.giver_id),
        n=n, basis="pending", label="names pending", occurred_at=max(occurred_at, latest),
        signer=receiver_by(handover, by), by=by, at=at,
    )  # fmt: skip
