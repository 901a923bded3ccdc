"""The ground of the demo: authorities and their books, places, users, capacities, opening rolls, who controls what."""

from datetime import date, timedelta
from uuid import UUID

from sijill.domain.access import actions as access
from sijill.domain.access import queries as access_queries
from sijill.domain.access.rules import REGISTER_ID, Viewer
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger import queries as ledger_queries
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Admission
from sijill.domain.people import actions as people
from sijill.domain.people import jobs as people_jobs
from sijill.domain.places import actions as places
from sijill.exercises.demo_cast import AUTHORITIES, FACILITIES, KEEPS_BOOK, USERS
from sijill.exercises.demo_control import CONTROL
from sijill.exercises.demo_names import Roll, nationalities, written
from sijill.exercises.demo_story import DEMO_PASSWORD, OPENING, Story, demo_id

FROM_SHADDADI, LEFT_BEHIND = 600, 200
ROLLS = {
    "SHADDADI": Roll("S", FROM_SHADDADI + LEFT_BEHIND, ("A", "B"), tuple(nationalities()[:FROM_SHADDADI])),
    "GHUWAYRAN": Roll("G", 5103, ("1", "2", "3", "4", "5", "6"), tuple(nationalities()[FROM_SHADDADI:])),
    "KARKH": Roll("K", 1200, ("1", "2", "3", "4", "5", "6"), ()),
}
# (facility, who enters it, kind, places, approver): Nasiriyah's number is published, the others are invented
CAPACITIES = (
    ("SHADDADI", "sdf-registrar", "working", 900),
    ("GHUWAYRAN", "sdf-registrar", "working", 5500),
    ("AQTAN", "sdf-registrar", "working", 100),
    ("KARKH", "iq-registrar", "maximum", 8000),
    ("KARKH", "iq-registrar", "working", 6000),
    ("NASIRIYAH", "iq-registrar", "certified", 6000),
    ("NASIRIYAH", "iq-registrar", "working", 6000),
    ("HILLAH", "iq-registrar", "working", 1500),
    ("NINEVEH", "iq-registrar", "working", 1200),
    ("BAGHDAD-JUVENILE", "iq-registrar", "working", 250),
)
_PUBLISHED = {"NASIRIYAH": "About 6,000 places, as published"}
# (facility, authority, who enters it, account, n, basis, label)
TALLIES = (
    ("AQTAN", "SDF", "sdf-registrar", AccountKind.HELD, 60, "declared", "declared by the prison's own guard (I)"),
    ("NASIRIYAH", "ICS", "iq-registrar", AccountKind.STATED, 14000, "stated", "over 14,000, as one source said"),
    ("AL-HOL", "CAMPS", "camps-duty", AccountKind.STATED, 25183, "stated",
     "7,130 families, 25,183 individuals, as camp officials said"),
)  # fmt: skip


def found(story: Story) -> None:
    """Authorities with their books, facilities with halls, users with duties."""
    with viewing(REGISTER_ID):
        register = access_queries.viewer_of(REGISTER_ID, OPENING)
        # Until all is told it is a demo of no version: one that was cut short is known for what it is.
        access.mark_installation(kind="demo", version=0, by=register, at=OPENING)
        for code, names in AUTHORITIES.items():
            keeps = code in KEEPS_BOOK
            authority = access.create_authority(code=code, names=names, keeps_book=keeps, by=register, at=OPENING)
            story.authority[code] = authority
            if keeps:
                ledger.open_book(authority_id=authority, by=register, at=OPENING)
        _build(story, register)
        for username in USERS:
            _employ(story, username, register)


def _employ(story: Story, username: str, register: Viewer) -> None:
    """One user with the duty he has, in one authority or several."""
    name, duty, authorities, facility = USERS[username]
    user = access.create_user(
        user_id=demo_id("user", username), username=username, name=name, password=DEMO_PASSWORD, by=register,
        at=OPENING,
    )  # fmt: skip
    for code in authorities:
        access.grant_duty(
            user_id=user, kind=duty, authority_id=story.authority[code],
            facility_id=story.facility[facility] if facility else None, by=register, at=OPENING,
        )  # fmt: skip


def _build(story: Story, register: Viewer) -> None:
    for code, site in FACILITIES.items():
        facility = places.create_facility(
            code=code, kind=site.kind, names=site.names, region=site.region, latitude=site.latitude,
            longitude=site.longitude, authority_id=story.authority[site.holder] if site.holder else None, by=register,
            at=OPENING,
        )  # fmt: skip
        story.facility[code] = facility
        for hall in site.halls:
            names = {"en": f"Hall {hall}", "ar": f"القاعة {hall}"}
            places.create_hall(facility_id=facility, code=hall, names=names, by=register, at=OPENING)


def admit(story: Story) -> None:
    """The opening rolls of 15 January come in as files; some places only declare or state a number."""
    shaddadi, story.left_behind = _import(story, "SHADDADI", "sdf-registrar")
    ghuwayran, _rest = _import(story, "GHUWAYRAN", "sdf-registrar")
    _known, story.inmates = _import(story, "KARKH", "iq-registrar")
    story.moved = [*shaddadi, *ghuwayran, _admit_unknown(story)]
    for facility, authority, name, account, n, basis, label in TALLIES:
        with story.acting(name, OPENING) as by:
            ledger.count_tally(
                tally_id=demo_id("tally", facility), event_id=demo_id("tally", facility, "counted"),
                book_id=story.authority[authority], to=AccountSpec(account, facility_id=story.facility[facility]), n=n,
                basis=basis, label=label, occurred_at=OPENING, by=by, at=OPENING,
            )  # fmt: skip
    _approve(story)


def _import(story: Story, code: str, name: str) -> tuple[list[UUID], list[UUID]]:
    """A list comes in as a file, as any list does. Returns who has a nationality in it, and who has none."""
    at = OPENING + timedelta(hours=1)
    roll, facility = ROLLS[code], story.facility[code]
    with story.acting(name, at) as by:
        uploaded = people.upload_list(
            import_id=demo_id("list", code), authority_id=story.authority[FACILITIES[code].holder],
            facility_id=facility, filename=f"demo-{code.lower()}.csv", content=written(roll), by=by, at=at,
        )  # fmt: skip
    done = people_jobs.import_now(import_id=uploaded.import_id, mapping=None, occurred_at=OPENING, by=by, at=at)
    if done.imported != roll.people:
        raise RuntimeError(f"{code}: {done.imported} of {roll.people} rows came in")
    with story.acting(name, at) as by:
        ids = [row.subject_id for row in ledger_queries.roll(by, facility, at=at)]
        stated = {c.id for c in ledger_queries.categories(by, ids) if c.nationality != "unknown"}
    return [i for i in ids if i in stated], [i for i in ids if i not in stated]


def _admit_unknown(story: Story) -> UUID:
    """One man at Ghuwayran whom nobody could name, and whose nationality is not established."""
    at, unknown = OPENING + timedelta(hours=2), demo_id("unknown")
    with story.acting("sdf-registrar", at) as by:
        people.register_unknowns(ids=[unknown], authority_id=story.authority["SDF"], by=by, at=at)
        ledger.admit(
            admissions=[Admission(demo_id("unknown", "admission"), unknown)], book_id=story.authority["SDF"],
            facility_id=story.facility["GHUWAYRAN"], hall_id=None, occurred_from=OPENING, occurred_to=OPENING, by=by,
            at=at,
        )  # fmt: skip
    return unknown


def _approve(story: Story) -> None:
    for facility, name, kind, n in CAPACITIES:
        with story.acting(name, OPENING) as by:
            places.set_capacity(
                capacity_id=demo_id("capacity", facility, kind), facility_id=story.facility[facility], kind=kind,
                category="", places=n, approver="DEMO approver (invented)", approved_on=date(2026, 1, 2),
                document=_PUBLISHED.get(facility, "DEMO order (I)"), by=by, at=OPENING,
            )  # fmt: skip


def state_control(story: Story) -> None:
    """Everything that was said about who controls a place, each by its speaker, rivals side by side."""
    for one in sorted(CONTROL, key=lambda said: said.stated_at):
        with story.acting(one.by, one.stated_at) as by:
            places.state_control(
                statement_id=demo_id("control", one.place, one.aspect, one.speaker, one.stated_at),
                facility_id=story.facility[one.place], aspect=one.aspect,
                holder_id=story.authority[one.holder] if one.holder else None, holder_text=one.words,
                speaker=one.speaker, since=one.since, stated_at=one.stated_at, note=one.note, by=by, at=one.stated_at,
            )  # fmt: skip
