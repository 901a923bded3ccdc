"""Where people stand, in words: accounts with the rows that name their places and authorities. Shared by pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sijill.domain.access import queries as access
from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import Act, NotVisible, Viewer
from sijill.domain.ledger.queries import AccountRow
from sijill.domain.ledger.rules import AccountKind
from sijill.domain.people import queries as people
from sijill.domain.people.rules import PersonName
from sijill.domain.places import queries as places
from sijill.domain.places.rules import FacilityRow
from sijill.interfaces.web import words

Choice = tuple[str, str | Promise]
_NAMES_AT_ONCE = 5_000  # people.queries.names_of takes no more


@dataclass(frozen=True, slots=True)
class Where:
    """An account as a page shows it."""

    kind: AccountKind
    book: AuthorityRow | None
    facility: FacilityRow | None
    hall: str
    other: AuthorityRow | None
    note: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Every authority and facility by id, read once for a page; halls of those facilities that were asked for."""

    authorities: dict[int, AuthorityRow]
    facilities: dict[int, FacilityRow]
    halls: dict[int, str]

    def where(self, account: AccountRow, since: datetime | None = None) -> Where:
        """The account in words."""
        return Where(
            kind=account.kind,
            book=self.authorities.get(account.book_id),
            facility=self.facilities.get(account.facility_id or 0),
            hall=self.halls.get(account.hall_id or 0, ""),
            other=self.authorities.get(account.other_id or 0),
            note=words.word("outing", account.note),
            since=since,
        )

    def by_code(self, code: str) -> AuthorityRow | None:
        """The authority with this code."""
        return next((row for row in self.authorities.values() if row.code == code), None)


def gazetteer(viewer: Viewer, halls_of: Iterable[int | None] = ()) -> Gazetteer:
    """The gazetteer of a page. `halls_of`: ids of the few facilities whose halls it names."""
    halls = {
        hall.id: hall.code
        for facility_id in sorted({i for i in halls_of if i})
        for hall in places.halls(viewer, facility_id)
    }
    return Gazetteer(
        {row.id: row for row in access.authorities(viewer)}, {row.id: row for row in places.facilities(viewer)}, halls
    )


def names(viewer: Viewer, ids: Iterable[UUID | None]) -> dict[UUID, PersonName]:
    """How to call these people, in one query for every few thousand."""
    wanted = list(dict.fromkeys(i for i in ids if i))
    found: dict[UUID, PersonName] = {}
    for start in range(0, len(wanted), _NAMES_AT_ONCE):
        found |= people.names_of(viewer, wanted[start : start + _NAMES_AT_ONCE], get_language() or "en")
    return found


def name_of(viewer: Viewer, person_id: UUID) -> PersonName:
    """How to call one person; NotVisible when the viewer may not see him."""
    found = names(viewer, [person_id])
    if person_id not in found:
        raise NotVisible
    return found[person_id]


def own_facilities(viewer: Viewer, act: Act, authority_id: int) -> list[FacilityRow]:
    """Where the viewer's duties let him do this for an authority: its own facilities first, then the others."""
    rows = [row for row in places.facilities(viewer) if viewer.may(act, authority_id=authority_id, facility_id=row.id)]
    return sorted(rows, key=lambda row: row.authority_id != authority_id)


def place_choices(viewer: Viewer, rows: Sequence[FacilityRow]) -> list[tuple[str, list[Choice]]]:
    """Facilities and their halls to choose from, as "facility:hall" or "facility:"."""
    language = get_language() or "en"
    found = []
    for row in rows:
        halls = places.halls(viewer, row.id)
        inside = [(f"{row.id}:{hall.id}", f"{row.code} / {hall.names.get(language) or hall.code}") for hall in halls]
        whole: Choice = (f"{row.id}:", _("the whole facility") if halls else row.name(language))
        found.append((f"{row.name(language)} ({row.code})", [whole, *inside]))
    return found


def chosen_place(text: str) -> tuple[int | None, int | None]:
    """(facility, hall) of a choice that `place_choices` offered."""
    facility, _colon, hall = text.partition(":")
    return int(facility) if facility else None, int(hall) if hall else None
