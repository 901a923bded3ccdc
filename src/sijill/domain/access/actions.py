"""The only writers of the room access."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from sijill.domain.access.models import Authority, Duty, IdempotencyKey, Installation, Read, SigningSession, User
from sijill.domain.access.queries import open_session
from sijill.domain.access.rules import Act, DutyKind, NotAllowed, Refused, Viewer, require

PASSWORD_LENGTH_MIN = 12


@transaction.atomic
def create_authority(*, code: str, names: dict[str, str], keeps_book: bool, by: Viewer, at: datetime) -> int:
    """Enter an authority; only the register itself does (the command line, on behalf of the installation)."""
    if not by.built_in:
        raise NotAllowed(Act.MANAGE_USERS)
    return Authority.objects.create(code=code, names=names, keeps_book=keeps_book).pk


@transaction.atomic
def create_user(*, user_id: UUID, username: str, name: str, password: str, by: Viewer, at: datetime) -> UUID:
    """Enter a user who can sign in. Refused("password-too-short") under 12 characters, ("username-taken")."""
    if not (by.built_in or by.may(Act.MANAGE_USERS)):
        raise NotAllowed(Act.MANAGE_USERS)
    if len(password) < PASSWORD_LENGTH_MIN:
        raise Refused("password-too-short", least=PASSWORD_LENGTH_MIN)
    user = User(id=user_id, username=username, name=name, password=make_password(password))
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise Refused("username-taken") from None
    return user_id


@transaction.atomic
def grant_duty(
    *, user_id: UUID, kind: DutyKind, authority_id: int, facility_id: int | None = None, by: Viewer, at: datetime
) -> None:
    """Give a user a duty from now on, in an authority whose users `by` manages."""
    if not by.built_in:
        require(by, Act.MANAGE_USERS, authority_id=authority_id)
    if kind in (DutyKind.REGISTER, DutyKind.AUDITOR):
        raise Refused("built-in-duty")
    Duty.objects.create(
        user_id=user_id, kind=kind.value, authority_id=authority_id, facility_id=facility_id, valid_from=at
    )


@transaction.atomic
def end_duty(*, user_id: UUID, kind: DutyKind, authority_id: int, by: Viewer, at: datetime) -> int:
    """End a user's duties of this kind in an authority from now on. Returns how many ended; what was signed stays."""
    if not by.built_in:
        require(by, Act.MANAGE_USERS, authority_id=authority_id)
    held = Duty.objects.filter(user_id=user_id, kind=kind.value, authority_id=authority_id, valid_to=None)
    return held.update(valid_to=at)


@transaction.atomic
def set_language(*, language: str, by: Viewer, at: datetime) -> None:
    """Remember the language the viewer reads in."""
    User.objects.filter(pk=by.user_id).update(language=language)


@transaction.atomic
def open_signing_session(
    *, session_id: UUID, authority_id: int, device: str, password: str, by: Viewer, at: datetime
) -> UUID:
    """Enter the password again to sign for an authority for 15 minutes. Closes earlier sessions of this user.

    Refused("wrong-password") when the password is not the user's.
    """
    if not by.may(Act.SEAL_MANIFEST, authority_id=authority_id):
        require(by, Act.SIGN_HANDOVER, authority_id=authority_id)
    user = User.objects.get(pk=by.user_id)
    if not user.check_password(password):
        raise Refused("wrong-password")
    SigningSession.objects.filter(user_id=by.user_id, closed_at=None).exclude(pk=session_id).update(closed_at=at)
    session, _made = SigningSession.objects.get_or_create(
        id=session_id, defaults={"user_id": by.user_id, "authority_id": authority_id, "device": device, "opened_at": at}
    )
    if session.authority_id != authority_id:
        raise Refused("id-already-used")
    return session_id


def signing_session(*, authority_id: int, by: Viewer, at: datetime) -> UUID:
    """The open session with which `by` may sign for this authority now. Refused("no-signing-session") without one."""
    session = open_session(by, authority_id=authority_id, at=at)
    if session is None:
        raise Refused("no-signing-session")
    return session.id


@transaction.atomic
def record_read(*, subject: UUID, purpose: str, by: Viewer, at: datetime) -> None:
    """Write down that the viewer opened a person's file."""
    Read(user_id=by.user_id, subject=subject, purpose=purpose, at=at).save(force_insert=True)


@transaction.atomic
def remember_answer(*, key: UUID, what: str, answer: str, by: Viewer, at: datetime) -> None:
    """Keep what a form was answered, in the transaction that carried it out: the same key never acts twice."""
    IdempotencyKey.objects.create(key=key, user_id=by.user_id, what=what, answer=answer, at=at)


@transaction.atomic
def mark_installation(*, kind: str, version: int, by: Viewer, at: datetime) -> None:
    """Say what this register is; only the register itself does."""
    if not by.built_in:
        raise NotAllowed(Act.MANAGE_USERS)
    Installation.objects.create(kind=kind, version=version, at=at)
