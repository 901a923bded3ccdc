"""The only readers of the room access. Each runs inside a transaction that `viewing` opened."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from sijill.domain.access.models import Authority, Duty, IdempotencyKey, Installation, Read, SigningSession, User
from sijill.domain.access.rules import AUDITOR_ID, REGISTER_ID, DutyKind, NotVisible, Viewer, session_open
from sijill.domain.access.rules import Duty as HeldDuty


@dataclass(frozen=True, slots=True)
class AuthorityRow:
    """An authority as read."""

    id: int
    code: str
    names: dict[str, str]
    keeps_book: bool

    def name(self, language: str) -> str:
        """The name in this language, else English, else the code."""
        return self.names.get(language) or self.names.get("en") or self.code


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A signing session that may still sign."""

    id: UUID
    user_id: UUID
    authority_id: int
    device: str
    opened_at: datetime


def viewer_of(user_id: UUID, at: datetime) -> Viewer:
    """The viewer for a user, with the duties in force at that moment. NotVisible when there is no such active user."""
    if user_id in (REGISTER_ID, AUDITOR_ID):
        kind = DutyKind.REGISTER if user_id == REGISTER_ID else DutyKind.AUDITOR
        duties = tuple(HeldDuty(kind, a) for a in Authority.objects.values_list("id", flat=True))
        return Viewer(user_id, kind.value, kind.value, duties)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotVisible
    held = Duty.objects.filter(Q(valid_to=None) | Q(valid_to__gt=at), user=user, valid_from__lte=at).order_by("id")
    duties = tuple(HeldDuty(DutyKind(d.kind), d.authority_id, d.facility_id) for d in held)
    return Viewer(user.pk, user.username, user.name, duties, user.language)


def authorities(viewer: Viewer) -> list[AuthorityRow]:
    """Every authority, by code: who exists is no secret inside the register."""
    return [AuthorityRow(a.pk, a.code, a.names, a.keeps_book) for a in Authority.objects.all()]


def authority_by_code(viewer: Viewer, code: str) -> AuthorityRow:
    """One authority; NotVisible when the code is unknown."""
    found = Authority.objects.filter(code=code).first()
    if found is None:
        raise NotVisible
    return AuthorityRow(found.pk, found.code, found.names, found.keeps_book)


def user_names(viewer: Viewer, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of users the viewer may know: himself and colleagues. Others are missing from the answer."""
    return dict(User.objects.filter(pk__in=list(ids)).values_list("pk", "name"))


def open_session(viewer: Viewer, *, authority_id: int, at: datetime) -> SessionRow | None:
    """The viewer's own signing session for this authority, if one may still sign."""
    row = (
        SigningSession.objects.filter(user_id=viewer.user_id, authority_id=authority_id, closed_at=None)
        .order_by("-opened_at")
        .first()
    )
    if row is None or not session_open(row.opened_at, row.closed_at, at):
        return None
    return SessionRow(row.pk, row.user_id, row.authority_id, row.device, row.opened_at)


def answer_of(viewer: Viewer, key: UUID, what: str) -> str | None:
    """What this key was answered when it was first used by this viewer for this purpose; None if it was not."""
    found = IdempotencyKey.objects.filter(user_id=viewer.user_id, key=key, what=what).first()
    return found.answer if found else None


def reads_of(viewer: Viewer, subject: UUID) -> list[tuple[datetime, str]]:
    """When the viewer himself opened this file, and for what purpose."""
    return list(
        Read.objects.filter(user_id=viewer.user_id, subject=subject).order_by("-at").values_list("at", "purpose")
    )


def user_named(username: str) -> UUID:
    """The id of an active user by user name; NotVisible when there is none. Call inside `signing_in(username)`."""
    found = User.objects.filter(username=username, is_active=True).values_list("pk", flat=True).first()
    if found is None:
        raise NotVisible
    return UUID(str(found))


def installation(viewer: Viewer) -> tuple[str, int]:
    """What this register is: ("demo", version), ("own", 0) once it holds an authority, else ("empty", 0)."""
    found = Installation.objects.order_by("-id").first()
    if found is not None:
        return found.kind, found.version
    return ("own", 0) if Authority.objects.exists() else ("empty", 0)
