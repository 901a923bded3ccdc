"""Claims of identity that come and go, verdicts about two records, and reading a file. Part of `actions`."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from sijill.domain.access import actions as access
from sijill.domain.access.rules import Act, NotVisible, Refused, Viewer, require
from sijill.domain.access.viewing import as_register
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger import queries as ledger_queries
from sijill.domain.ledger.rules import OPEN, NewFinding
from sijill.domain.people import queries, write
from sijill.domain.people.models import Claim, ClaimWithdrawn, Link, LinkWithdrawn
from sijill.domain.people.rules import Categories, NewClaim, categories, pair, words_of

REASON_MAX = 200


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("needs-reason")
    if len(reason) > REASON_MAX:
        raise Refused("reason-too-long", limit=REASON_MAX)


@transaction.atomic
def open_file(*, person_id: UUID, purpose: str, by: Viewer, at: datetime) -> queries.PersonFile:
    """Read a person's file and write down that it was read, by whom, for what purpose."""
    file = queries.person(by, person_id)
    access.record_read(subject=person_id, purpose=purpose, by=by, at=at)
    return file


def _changed(person_id: UUID, claim_id: UUID, before: Categories, by: Viewer, at: datetime) -> None:
    """After claims came or went: the words to search by, and the ledger's codes where its book is the viewer's.

    Who has handed the person on knows a part of what is claimed: nothing is derived from that, and whoever answers for
    the person now is told by a finding.
    """
    file = queries.person(by, person_id)
    values = [c.value for c in file.in_force()]
    words = words_of(values, file.name.register_number)
    told = _still_told(person_id, at)
    with connection.cursor() as cursor:
        if told:
            cursor.execute("select people_unindex(%s, %s)", [person_id, list(words)])
    write.execute(
        "select people_index(%s::uuid[], %s::text[], %s::text[])", [(person_id, w, kind) for w, kind in words.items()]
    )
    if not told:
        _open_where_he_stands("late-claim", person_id, claim_id, by, at)
        return
    after = categories(values, at.date())
    if after != before and ledger_queries.where(by, [person_id]):
        ledger.set_categories(subject_id=person_id, **asdict(after), by=by, at=at)
        if after.age_class == "disputed" != before.age_class:
            _open_where_he_stands("age-disputed", person_id, claim_id, by, at)


def _still_told(person_id: UUID, at: datetime) -> bool:
    """True when the viewer reads everything that is claimed of this person by now."""
    with connection.cursor() as cursor:
        cursor.execute("select people_still_told(%s, %s)", [person_id, at])
        return bool(cursor.fetchone()[0])


def _open_where_he_stands(code: str, person_id: UUID, claim_id: UUID, by: Viewer, at: datetime) -> None:
    """A finding in every book that answers for the person now."""
    with as_register():
        stands = [row.account for row in ledger_queries.where(by, [person_id]) if row.account.kind in OPEN]
    found = [NewFinding(a.book_id, code, person_id, claim_id, a.facility_id) for a in stands]
    ledger.open_findings(findings=found, by=by, at=at)


def _categories(person_id: UUID, by: Viewer, at: datetime) -> Categories:
    return categories([c.value for c in queries.person(by, person_id).in_force()], at.date())


@transaction.atomic
def add_claim(*, person_id: UUID, claim: NewClaim, authority_id: int, by: Viewer, at: datetime) -> UUID:
    """Record one more claim about a person, beside the others. The same id changes nothing."""
    require(by, Act.RECORD_CUSTODY, authority_id=authority_id)
    recording = write.recording(by, authority_id, None, at)
    before = _categories(person_id, by, at)
    write.check([claim])
    held = Claim.objects.filter(pk=claim.id).first()
    if held is not None:
        if held.person_id != person_id:
            raise Refused("id-already-used")
        return claim.id
    write.insert_claims([(person_id, claim)], recording)
    _changed(person_id, claim.id, before, by, at)
    return claim.id


@transaction.atomic
def withdraw_claim(*, claim_id: UUID, reason: str, by: Viewer, at: datetime) -> None:
    """Say that the recording authority no longer stands by a claim. It stays readable; twice changes nothing."""
    claim = Claim.objects.filter(pk=claim_id).first()
    if claim is None:
        raise NotVisible
    require(by, Act.CORRECT, authority_id=claim.authority_id)
    _check_reason(reason)
    if ClaimWithdrawn.objects.filter(pk=claim_id).exists():
        return
    before = _categories(claim.person_id, by, at)
    ClaimWithdrawn(claim_id=claim_id, reason=reason, by_id=by.user_id, at=at).save(force_insert=True)
    _changed(claim.person_id, claim_id, before, by, at)


@transaction.atomic
def link_records(
    *, link_id: UUID, one: UUID, other: UUID, authority_id: int, reason: str, by: Viewer, at: datetime
) -> UUID:
    """Say that two records are of one person. Both stay; the link can be withdrawn (law 7).

    Refused("declared-not-same") while that verdict stands, ("already-linked"), ("same-record"), ("needs-reason").
    """
    _require_verdict(one, other, authority_id, reason, by)
    return _judge(_Verdict(link_id, *pair(one, other), "same", authority_id, reason), by, at)


@transaction.atomic
def declare_not_same(
    *, link_id: UUID, one: UUID, other: UUID, authority_id: int, reason: str, by: Viewer, at: datetime
) -> UUID:
    """Say that two records are lastingly not one person. Refused("already-linked") while a link between them stands."""
    _require_verdict(one, other, authority_id, reason, by)
    return _judge(_Verdict(link_id, *pair(one, other), "not-same", authority_id, reason), by, at)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What is said of two records, in the one order of the pair."""

    id: UUID
    one: UUID
    other: UUID
    verdict: str
    authority_id: int
    reason: str


def _require_verdict(one: UUID, other: UUID, authority_id: int, reason: str, by: Viewer) -> None:
    require(by, Act.CORRECT, authority_id=authority_id)
    _check_reason(reason)
    if one == other:
        raise Refused("same-record")
    if len(queries.seen_among(by, [one, other])) != 2:
        raise NotVisible


def _judge(new: _Verdict, by: Viewer, at: datetime) -> UUID:
    """Add a verdict unless another one stands. Readers cannot lock a person's row; they lock the pair."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"{new.one}{new.other}"])
    if Link.objects.filter(pk=new.id).exists():
        return new.id
    standing = set(queries.verdicts(by, new.one, new.other).values())
    if standing:
        raise Refused("declared-not-same" if "not-same" in standing else "already-linked")
    Link(
        id=new.id,
        one_id=new.one,
        other_id=new.other,
        verdict=new.verdict,
        reason=new.reason,
        authority_id=new.authority_id,
        by_id=by.user_id,
        at=at,
    ).save(force_insert=True)
    return new.id


@transaction.atomic
def withdraw_link(*, link_id: UUID, reason: str, by: Viewer, at: datetime) -> None:
    """Take a verdict about two records back. It stays readable; a second time changes nothing."""
    link = Link.objects.filter(pk=link_id).first()
    if link is None:
        raise NotVisible
    require(by, Act.CORRECT, authority_id=link.authority_id)
    _check_reason(reason)
    if not LinkWithdrawn.objects.filter(pk=link_id).exists():
        LinkWithdrawn(link_id=link_id, reason=reason, by_id=by.user_id, at=at).save(force_insert=True)
