"""The cast of the tests: three authorities in a chain, a stranger, and the people who work for them. All invented."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sijill.domain.access import actions as access
from sijill.domain.access import queries as access_queries
from sijill.domain.access.rules import REGISTER_ID, DutyKind, Viewer
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger
from sijill.domain.places import actions as places

NOON = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


@dataclass
class Cast:
    """Ids by name: `authority["ALPHA"]`, `facility["A-MAIN"]`, `user["alice"]`."""

    authority: dict[str, int] = field(default_factory=dict)
    facility: dict[str, int] = field(default_factory=dict)
    user: dict[str, UUID] = field(default_factory=dict)

    def viewer(self, name: str, at: datetime = NOON) -> Viewer:
        """The named user as a viewer, with the duties of that moment."""
        with viewing(self.user[name]):
            return access_queries.viewer_of(self.user[name], at)


# name -> (authority, duty, facility)
PEOPLE = {
    "alice": ("ALPHA", DutyKind.REGISTRAR, None),
    "anton": ("ALPHA", DutyKind.COORDINATOR, None),
    "asma": ("ALPHA", DutyKind.SENDING_OFFICER, None),
    "adnan": ("ALPHA", DutyKind.SENDING_OFFICER, "A-SIDE"),
    "amal": ("ALPHA", DutyKind.DUTY_OFFICER, None),
    "ahmad": ("ALPHA", DutyKind.DUTY_OFFICER, None),
    "aida": ("ALPHA", DutyKind.DUTY_OFFICER, "A-SIDE"),
    "basil": ("BRAVO", DutyKind.CARRYING_OFFICER, None),
    "bushra": ("BRAVO", DutyKind.REGISTRAR, None),
    "charlie": ("CHARLIE", DutyKind.RECEIVING_OFFICER, None),
    "chiara": ("CHARLIE", DutyKind.REGISTRAR, None),
    "dora": ("DELTA", DutyKind.REGISTRAR, None),
    "farid": ("ALPHA", DutyKind.ANALYST, None),
    "fatima": ("ALPHA", DutyKind.FINANCE_OFFICER, None),
    "adil": ("ALPHA", DutyKind.ADMINISTRATOR, None),
    "lina": ("ALPHA", DutyKind.LEGAL_OFFICER, None),
}
PLACES = {
    "A-MAIN": ("ALPHA", "IQ-NI"),
    "A-SIDE": ("ALPHA", "IQ-NI"),
    "C-HUB": ("CHARLIE", "IQ-BG"),
    "C-NORTH": ("CHARLIE", "IQ-AR"),
}


def assemble(at: datetime = NOON) -> Cast:
    """Put the whole cast into the current database. Call inside a test's transaction."""
    cast = Cast()
    with viewing(REGISTER_ID):
        register = access_queries.viewer_of(REGISTER_ID, at)
        for code in ("ALPHA", "BRAVO", "CHARLIE", "DELTA"):
            names = {"en": code.title()}
            cast.authority[code] = access.create_authority(code=code, names=names, keeps_book=True, by=register, at=at)
            ledger.open_book(authority_id=cast.authority[code], by=register, at=at)
        for code, (owner, region) in PLACES.items():
            cast.facility[code] = places.create_facility(
                code=code, kind="prison", names={"en": code}, region=region, latitude=None, longitude=None,
                authority_id=cast.authority[owner], by=register, at=at,
            )  # fmt: skip
        for name, (authority, kind, facility) in PEOPLE.items():
            cast.user[name] = access.create_user(
                user_id=uuid4(), username=name, name=name.title(), password=PASSWORD, by=register, at=at
            )
            access.grant_duty(
                user_id=cast.user[name], kind=kind, authority_id=cast.authority[authority],
                facility_id=cast.facility[facility] if facility else None, by=register, at=at,
            )  # fmt: skip
    return cast
