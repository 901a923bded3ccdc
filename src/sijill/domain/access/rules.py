"""Who may do what: duties, acts, and the table that joins them. Pure: no clock, no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

REGISTER_ID = UUID("00000000-0000-4000-8000-000000000001")
AUDITOR_ID = UUID("00000000-0000-4000-8000-000000000002")
SIGNING_SESSION_LENGTH = timedelta(minutes=15)


class DutyKind(StrEnum):
    """A user's duty inside one authority. The last two are built in and nobody signs in as them."""

    REGISTRAR = "registrar"
    COORDINATOR = "coordinator"
    SENDING_OFFICER = "sending-officer"
    CARRYING_OFFICER = "carrying-officer"
    RECEIVING_OFFICER = "receiving-officer"
    DUTY_OFFICER = "duty-officer"
    PLANNER = "planner"
    LEGAL_OFFICER = "legal-officer"
    FINANCE_OFFICER = "finance-officer"
    ANALYST = "analyst"
    VISITING_BODY = "visiting-body"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    REGISTER = "register"


class Act(StrEnum):
    """Something a user may or may not do. Every action names the one it needs."""

    READ_COUNTS = "read-counts"
    READ_PEOPLE = "read-people"
    IMPORT_LIST = "import-list"
    RECORD_CUSTODY = "record-custody"
    CORRECT = "correct"
    COUNT_HEADS = "count-heads"
    PLAN_BATCH = "plan-batch"
    AUTHORISE_BATCH = "authorise-batch"
    SEAL_MANIFEST = "seal-manifest"
    SIGN_HANDOVER = "sign-handover"
    STATE_CONTROL = "state-control"
    SET_CAPACITY = "set-capacity"
    SETTLE_FINDING = "settle-finding"
    ENTER_FIGURES = "enter-figures"
    STATE_LEGAL_BASIS = "state-legal-basis"
    SET_RATES = "set-rates"
    MANAGE_USERS = "manage-users"


_READER = frozenset({Act.READ_COUNTS, Act.READ_PEOPLE})
_OFFICER = _READER | {Act.SIGN_HANDOVER, Act.COUNT_HEADS, Act.RECORD_CUSTODY, Act.SETTLE_FINDING}
PERMITS: dict[DutyKind, frozenset[Act]] = {
    DutyKind.REGISTRAR: _READER
    | {
        Act.IMPORT_LIST,
        Act.RECORD_CUSTODY,
        Act.CORRECT,
        Act.COUNT_HEADS,
        Act.SETTLE_FINDING,
        Act.SET_CAPACITY,
        Act.STATE_LEGAL_BASIS,
    },
    DutyKind.COORDINATOR: _READER | {Act.PLAN_BATCH, Act.AUTHORISE_BATCH, Act.SEAL_MANIFEST, Act.SETTLE_FINDING},
    DutyKind.SENDING_OFFICER: _OFFICER | {Act.SEAL_MANIFEST},
    DutyKind.CARRYING_OFFICER: _OFFICER,
    DutyKind.RECEIVING_OFFICER: _OFFICER,
    DutyKind.DUTY_OFFICER: _READER
    | {Act.RECORD_CUSTODY, Act.CORRECT, Act.STATE_CONTROL, Act.COUNT_HEADS, Act.SETTLE_FINDING},
    DutyKind.PLANNER: frozenset({Act.READ_COUNTS, Act.PLAN_BATCH, Act.SET_CAPACITY}),
    DutyKind.LEGAL_OFFICER: _READER | {Act.SETTLE_FINDING, Act.STATE_LEGAL_BASIS},
    DutyKind.FINANCE_OFFICER: frozenset({Act.READ_COUNTS, Act.SET_RATES}),
    DutyKind.ANALYST: frozenset({Act.READ_COUNTS, Act.ENTER_FIGURES}),
    DutyKind.VISITING_BODY: _READER,
    DutyKind.ADMINISTRATOR: frozenset({Act.MANAGE_USERS}),
    DutyKind.AUDITOR: frozenset({Act.READ_COUNTS}),
    DutyKind.REGISTER: frozenset({Act.READ_COUNTS}),
}


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty as held: its kind, the authority, and the facility it is limited to (None = the whole authority)."""

    kind: DutyKind
    authority_id: int
    facility_id: int | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Someone who reads or acts: the user and the duties in force when the viewer was made."""

    user_id: UUID
    username: str
    name: str
    duties: tuple[Duty, ...]
    language: str = "en"

    def may(self, act: Act, *, authority_id: int | None = None, facility_id: int | None = None) -> bool:
        """True when some duty permits the act, there. A duty limited to a facility covers only that facility."""
        return any(
            act in PERMITS[duty.kind]
            and (authority_id is None or duty.authority_id == authority_id)
            and (duty.facility_id is None or facility_id is None or duty.facility_id == facility_id)
            for duty in self.duties
        )

    def authorities(self, act: Act | None = None) -> tuple[int, ...]:
        """Ids of the authorities where the viewer holds a duty (that permits the act), in order, once each."""
        found = {d.authority_id for d in self.duties if act is None or act in PERMITS[d.kind]}
        return tuple(sorted(found))

    @property
    def built_in(self) -> bool:
        """True for the register itself and the built-in auditor."""
        return self.user_id in (REGISTER_ID, AUDITOR_ID)


class NotAllowed(Exception):
    """The viewer holds no duty that permits the act there. Carries the act's code alone."""

    def __init__(self, act: Act) -> None:
        super().__init__(act.value)
        self.act = act


class NotVisible(Exception):
    """There is no such record, or the viewer may not see it: the two are never told apart (law 9)."""


class Refused(Exception):
    """An action will not do what was asked. `code` is stable; `about` holds plain values for the sentence."""

    def __init__(self, code: str, **about: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.about = about


def require(viewer: Viewer, act: Act, *, authority_id: int, facility_id: int | None = None) -> None:
    """Raise NotAllowed unless the viewer may do this there."""
    if not viewer.may(act, authority_id=authority_id, facility_id=facility_id):
        raise NotAllowed(act)


def session_open(opened_at: datetime, closed_at: datetime | None, at: datetime) -> bool:
    """True while a signing session may still sign: not closed, and at most 15 minutes old."""
    return closed_at is None and opened_at <= at < opened_at + SIGNING_SESSION_LENGTH
