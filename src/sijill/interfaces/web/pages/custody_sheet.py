"""Two papers made from a person's file: the custody sheet of the eight keys, and the file printed for the person.

The keys are those of article 17(3) of the convention for the protection of all persons from enforced disappearance. A
key that nothing is recorded for says so. Printing is a reading of the file, and is recorded with its purpose.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from sijill.domain.access.queries import AuthorityRow
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.queries import EventRow
from sijill.domain.ledger.rules import OPEN, AccountKind, Kind
from sijill.domain.people import actions as people_actions
from sijill.domain.people.queries import ClaimRow, PersonFile
from sijill.domain.people.rules import Birth, ClaimKind, ClaimValue, Document, Name, Nationality, Number, Precision, Sex
from sijill.domain.safeguards import queries as safeguards
from sijill.domain.safeguards.queries import Stay
from sijill.domain.safeguards.rules import BasisRow
from sijill.interfaces.web import words
from sijill.interfaces.web.answering import ViewerRequest, page, reads
from sijill.interfaces.web.pages import testimony
from sijill.interfaces.web.pages.prints import SIDES, Both, both, both_names, both_words, qr
from sijill.interfaces.web.pages.standing import Gazetteer, gazetteer

EVERY_STATE = ("open", "explained", "closed")
FINDINGS_MAX = 100

# The eight keys in the order of the convention, and the other words of the sheet.
KEYS = {
    "a": gettext_noop("Identity of the person"),
    "b": gettext_noop("Date, time and place of deprivation of liberty, and the authority that deprived"),
    "c": gettext_noop("The authority that ordered it, and the grounds"),
    "d": gettext_noop("The authority that supervises the deprivation of liberty"),
    "e": gettext_noop("Places of deprivation of liberty, date and time of admission, and the authority responsible"),
    "f": gettext_noop("Elements of the state of health"),
    "g": gettext_noop("In the event of death: circumstances, cause, destination of the remains"),
    "h": gettext_noop("Date and time of release or transfer, destination, and the authority responsible"),
}
LABELS = {
    "title": gettext_noop("Custody sheet"),
    "number": gettext_noop("Register number"),
    "printed": gettext_noop("Printed"),
    "article": gettext_noop("The eight keys of article 17(3), convention on enforced disappearance"),
    "not_recorded": gettext_noop("not recorded"),
    "no_death": gettext_noop("No death is recorded."),
    "no_end": gettext_noop("no end stated"),
    "none_since": gettext_noop("No release and no transfer is recorded."),
    "withdrawn": gettext_noop("withdrawn"),
    "first_record": gettext_noop("The earliest report in this register"),
    "said_by": gettext_noop("said by"),
    "ordered_by": gettext_noop("Ordered by"),
    "paper": gettext_noop("Paper"),
    "until": gettext_noop("Valid until"),
    "now": gettext_noop("now"),
    "circumstances": gettext_noop("Circumstances, cause, destination of the remains"),
    "responsible": gettext_noop("Authority responsible for the place"),
    "certified": gettext_noop("Certified by: name, office, date, signature"),
    "limits": gettext_noop("This sheet shows what its reader may read. Other authorities may hold more."),
}
_LEFT = (Kind.TRANSFER_OUT, Kind.RELEASE, Kind.RELEASE_VERIFIED, Kind.DEPARTURE, Kind.TRANSFER_IN)
_DIED = (Kind.REPORTED_DEAD, Kind.DEATH_CONFIRMED)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a key: what it is about, and what is known, piece by piece, each in both languages."""

    label: Both | None
    pieces: tuple[Both, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the convention with its lines. No line: nothing is recorded, and the sheet says so."""

    letter: str
    title: Both
    entries: tuple[Entry, ...]


def plain(text: str) -> Both:
    """A text that is the same in both languages."""
    return Both(text, "")


def moment(value: datetime | None) -> Both:
    """An instant as on every other sheet: local wall time, UTC beside it."""
    if value is None:
        return both(LABELS["now"])
    local, utc = timezone.localtime(value), value.astimezone(UTC)
    beside = f"{utc:%H:%M}" if utc.date() == local.date() else f"{utc:%Y-%m-%d %H:%M}"
    return plain(f"{local:%Y-%m-%d %H:%M} ({beside} UTC)")


def days(born: Birth) -> str:
    """The days a birth lies between, as exactly as they are known; "" when no day is."""
    if born.from_on is None or born.to_on is None:
        return ""
    whole = {Precision.EXACT: "%Y-%m-%d", Precision.MONTH: "%Y-%m", Precision.YEAR: "%Y"}.get(born.precision)
    return f"{born.from_on:{whole}}" if whole else f"{born.from_on:%Y-%m-%d} – {born.to_on:%Y-%m-%d}"


def pieces_of(value: ClaimValue) -> list[Both]:
    """What a claim says, piece by piece: what differs between the languages in both, the rest once."""
    match value:
        case Name(full=text):
            return [plain(text)]
        case Birth(precision=precision, stated=stated):
            found = [both_words("precision", precision), plain(days(value)), plain(stated)]
        case Sex(value=code, stated=stated):
            found = [both_words("sex", code), plain(stated)]
        case Nationality(code=code, stated=stated):
            found = [both_words("nation", code), plain(stated)]
        case Number(value=text, issuer=issuer):
            found = [plain(text), plain(issuer)]
        case Document(type=kind, number=text, issuer=issuer):
            found = [plain(kind), plain(text), plain(issuer)]
    return [piece for piece in found if piece.en]


@dataclass(frozen=True, slots=True)
class Read:
    """What both papers are made from: one recorded reading of the file."""

    opened: PersonFile
    history: list[EventRow]
    stays: list[Stay]
    bases: tuple[BasisRow, ...]
    here: Gazetteer

    def authority(self, authority_id: int | None) -> AuthorityRow | None:
        """The authority of this id."""
        return self.here.authorities.get(authority_id or 0)

    @property
    def reports(self) -> list[EventRow]:
        """The reports in force, the oldest first."""
        return [e for e in self.history if e.effect == "posted" and not e.superseded]


def read(request: ViewerRequest, person_id: UUID, purpose: str) -> Read:
    """Open the file for a print; that is recorded. NotVisible when there is none for this viewer."""
    viewer = request.viewer
    opened = people_actions.open_file(person_id=person_id, purpose=purpose, by=viewer, at=request.at)
    stays = safeguards.stays(viewer, person_id)
    halls = {s.account.facility_id for s in stays if s.account.hall_id}
    bases = safeguards.legal_bases(viewer, [person_id])[person_id]
    return Read(opened, ledger.history(viewer, person_id), stays, bases, gazetteer(viewer, halls_of=halls))


@reads
def custody_sheet(request: ViewerRequest, person_id: UUID) -> HttpResponse:
    """The eight keys, Arabic and English side by side."""
    found = read(request, person_id, "custody-sheet")
    t = {key: both(text) for key, text in LABELS.items()}
    lines = {"a": _identity, "b": _deprived, "c": _ordered, "d": _supervises, "e": _places, "g": _died, "h": _moved}
    keys = [
        Key(letter, both(title), tuple(lines[letter](found, t)) if letter in lines else ())
        for letter, title in KEYS.items()
    ]
    number = found.opened.name.register_number
    context = {
        "file": found.opened,
        "keys": keys,
        "t": t,
        "number": number,
        "number_qr": qr(number),
        "printed": moment(request.at),
    }
    return page(request, "web/persons/custody_sheet.html", context)


Words = dict[str, Both]


def _identity(found: Read, t: Words) -> Iterable[Entry]:
    for kind in ClaimKind:
        for claim in found.opened.in_force(kind):
            yield Entry(
                both_words("claim", kind.value), (*pieces_of(claim.value), t["said_by"], *_source(found, claim))
            )


def _source(found: Read, claim: ClaimRow) -> list[Both]:
    """Whose word a claim is, and when it was said."""
    source = found.authority(claim.source_authority_id)
    said = [both_names(source)] if source else []
    said += [plain(claim.source_text)] if claim.source_text else []
    return [*said, plain(f"{claim.stated_on:%Y-%m-%d}")] if claim.stated_on else said


def _deprived(found: Read, t: Words) -> Iterable[Entry]:
    """The deprivation itself was not reported here: what is known is the earliest report."""
    yield Entry(None, (t["not_recorded"],))
    for event in found.reports[:1]:
        yield Entry(t["first_record"], (both_words("event", event.kind), *_when_where(found, event)))


def _when_where(found: Read, event: EventRow) -> list[Both]:
    book = found.authority(event.book_id)
    pieces = [moment(event.occurred_from), *_place(found, event.account.facility_id if event.account else None)]
    return [*pieces, both_names(book)] if book else pieces


def _place(found: Read, facility_id: int | None) -> list[Both]:
    row = found.here.facilities.get(facility_id or 0)
    return [both_names(row)] if row else []


def _ordered(found: Read, t: Words) -> Iterable[Entry]:
    for basis in found.bases:
        pieces = [both_words("legal-ground", basis.ground)]
        if basis.withdrawn_at is not None:
            pieces.append(t["withdrawn"])
        yield Entry(None, (*pieces, t["said_by"], plain(basis.source), plain(f"{basis.stated_on:%Y-%m-%d}")))
        if basis.names_ground and basis.withdrawn_at is None:
            yield Entry(t["ordered_by"], (_or_not(basis.ordering_authority, t),))
            yield Entry(t["paper"], (_or_not(basis.document, t),))
            yield Entry(t["until"], (plain(f"{basis.expires_on:%Y-%m-%d}") if basis.expires_on else t["no_end"],))


def _or_not(text: str, t: Words) -> Both:
    return plain(text) if text else t["not_recorded"]


def _supervises(found: Read, t: Words) -> Iterable[Entry]:
    """Every book that answers now: two, when two do."""
    for stay in found.stays:
        book = found.authority(stay.account.book_id)
        if stay.to_at is None and stay.account.kind in OPEN and book:
            pieces = (both_names(book), both_words("account", stay.account.kind), moment(stay.from_at))
            yield Entry(None, pieces)


def _places(found: Read, t: Words) -> Iterable[Entry]:
    for stay in found.stays:
        row = found.here.facilities.get(stay.account.facility_id or 0)
        if stay.account.kind is not AccountKind.HELD or row is None:
            continue
        responsible = found.authority(row.authority_id)
        yield Entry(None, (both_names(row), moment(stay.from_at), plain("–"), moment(stay.to_at)))
        yield Entry(t["responsible"], (both_names(responsible) if responsible else t["not_recorded"],))


def _died(found: Read, t: Words) -> Iterable[Entry]:
    deaths = [e for e in found.reports if e.kind in _DIED]
    if not deaths:
        yield Entry(None, (t["no_death"],))
    for event in deaths:
        yield Entry(both_words("event", event.kind), tuple(_when_where(found, event)))
        yield Entry(t["circumstances"], (t["not_recorded"],))


def _moved(found: Read, t: Words) -> Iterable[Entry]:
    moves = [e for e in found.reports if e.kind in _LEFT]
    if not moves:
        yield Entry(None, (t["none_since"],))
    for event in moves:
        other = found.authority(event.account.other_id if event.account else None)
        to = (plain("→"), both_names(other)) if other else ()
        yield Entry(both_words("event", event.kind), (*_when_where(found, event), *to))


# ------------------------------------------------------------------ for the person himself
@dataclass(frozen=True, slots=True)
class Told:
    """One thing somebody said of the person: without the names of officers or of other people."""

    value: str
    days: str
    source: AuthorityRow | None
    stated_on: str


@reads
def own_file(request: ViewerRequest, person_id: UUID) -> HttpResponse:
    """The file in plain words for the person it is about, Arabic, then English: no officer, nobody else, no plan."""
    found = read(request, person_id, "own-file")
    findings = ledger.findings(request.viewer, states=EVERY_STATE, subject_id=person_id, limit=FINDINGS_MAX)
    open_questions = list(dict.fromkeys((row.code, row.state) for row in findings))  # two books may ask the same
    number = found.opened.name.register_number
    halves = []
    for language in reversed(SIDES):
        with translation.override(language):
            context = _told(request, found) | {"findings": open_questions, "number": number, "printed": request.at}
            halves.append((language, render_to_string("web/persons/own_file_half.html", context)))
    context = {"file": found.opened, "number": number, "number_qr": qr(number), "halves": halves, "t": {
        "title": both(gettext_noop("Your file in the custody register")),
    }}  # fmt: skip
    return page(request, "web/persons/own_file.html", context)


def _told(request: ViewerRequest, found: Read) -> dict[str, object]:
    """What is held about the person, in the language of the moment."""
    today, opened = request.at.date(), found.opened
    views = testimony.claim_views(request.viewer, opened, found.here, {})
    disputed = {contest.kind for contest in testimony.contests(views, today)}
    return {
        "claims": [(kind, told, kind in disputed) for kind in ClaimKind if (told := _claims_told(found, kind))],
        "bases": [b for b in found.bases if b.withdrawn_at is None],
        "today": today,
        "authorities": found.here.authorities,
        "stays": [_stay_told(found, stay) for stay in found.stays],
    }


def _claims_told(found: Read, kind: ClaimKind) -> list[Told]:
    return [
        Told(*_value_told(c.value), found.authority(c.source_authority_id), _day(c))
        for c in found.opened.in_force(kind)
    ]


def _day(claim: ClaimRow) -> str:
    return f"{claim.stated_on:%Y-%m-%d}" if claim.stated_on else ""


def _value_told(value: ClaimValue) -> tuple[str, str]:
    """What a claim comes to, and its days: never the words used, which may speak of other people."""
    match value:
        case Name(full=text) | Number(value=text) | Document(number=text):
            return text, ""
        case Birth(precision=precision):
            return words.word("precision", precision), days(value)
        case Sex(value=code):
            return words.word("sex", code), ""
        case Nationality(code=code):
            return words.word("nation", code), ""


@dataclass(frozen=True, slots=True)
class StayTold:
    """One stay: how, where, in whose answer, from when to when. A note of an account may name somebody, so none."""

    kind: str
    place: object
    book: AuthorityRow | None
    outing: str
    from_at: datetime
    to_at: datetime | None


def _stay_told(found: Read, stay: Stay) -> StayTold:
    account = stay.account
    outing = words.word("outing", account.note) if account.note in words.OUTING else ""
    place = found.here.facilities.get(account.facility_id or 0)
    return StayTold(
        account.kind.value, place, found.authority(account.book_id), outing, stay.from_at, stay.to_at
    )  # fmt: skip


urlpatterns = [
    path("people/<uuid:person_id>/custody-sheet", custody_sheet, name="custody-sheet"),
    path("people/<uuid:person_id>/own-file", own_file, name="own-file"),
]
