"""Lists: three languages, bad rows, confirmed once, the same file twice, cancelled, resumed."""

import io
from datetime import timedelta
from uuid import UUID, uuid4

import openpyxl
import pytest
from django.db import connection

from sijill.domain.access.rules import NotAllowed, NotVisible, Refused
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions as ledger
from sijill.domain.ledger import queries as ledger_queries
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Kind, NewEvent
from sijill.domain.people import actions, jobs, queries
from sijill.domain.people.actions import importing
from sijill.domain.people.actions.importing import CHUNK
from sijill.domain.people.columns import Field
from sijill.domain.people.queries import ImportRow, Preview
from sijill.domain.people.rules import Birth, ClaimKind, Nationality, Number, Precision
from sijill.domain.people.tests.makers import enter, kareem
from tests.cast import NOON, Cast

LATER = NOON + timedelta(hours=1)
ENGLISH = """Full name,Father's name,Sex,Date of birth,Nationality,ISN,Admission date,Notes
Kareem al-Masri,Salih,M,25/04/1985,Iraqi,SY-001,2026-01-15,tall
Ahmad Ali,Omar,male,03/04/1990,Syrian,SY-002,2026-01-16,
Sara Amin,,F,about 1979,Narnian,SY-003,,
"""
ARABIC = "الاسم الكامل;الجنس;تاريخ الميلاد;الجنسية;رقم المحتجز\nكريم صالح;ذكر;١٩٨٥;عراقي;١٢\nسارة أمين;أنثى;حوالي ١٩٧٩;سورية;١٣\n"
KURDISH = (
    "ناوی تەواو\tڕەگەز\tتەمەن\tڕەگەزنامە\tژمارە\nشێرکۆ ڕەحیم\tنێر\t٤٠\tعێراقی\tK1\nژیان کەریم\tمێ\t٣٥\tسووری\tK2\n"
)
BAD = """Name,Birth,ISN,Admission date
Good Man,1985,1,2026-01-15
,1985,,2026-01-15
Twice Man,1985,1,2026-01-15
Odd Man,30/02/1985,4,2026-01-15
Late Man,1985,5,2027-01-15
Ambiguous Man,03/04/1985,6,2026-01-15
"""


def upload(
    cast: Cast, content: str | bytes, who: str = "alice", authority: str = "ALPHA", facility: str = "A-MAIN"
) -> UUID:
    """Keep a list; returns the import's id."""
    by = cast.viewer(who)
    data = content.encode() if isinstance(content, str) else content
    with viewing(by.user_id):
        return actions.upload_list(
            import_id=uuid4(), authority_id=cast.authority[authority], facility_id=cast.facility[facility],
            filename="C:\\lists\\list.csv", content=data, by=by, at=NOON,
        ).import_id  # fmt: skip


def preview(cast: Cast, import_id: UUID, mapping: dict[int, Field] | None = None) -> Preview:
    """What alice is shown."""
    by = cast.viewer("alice")
    with viewing(by.user_id):
        return queries.preview(by, import_id, mapping=mapping)


def run(cast: Cast, import_id: UUID, mapping: dict[int, Field] | None = None, who: str = "alice") -> ImportRow:
    """Confirm a list and import it."""
    by = cast.viewer(who)
    return jobs.import_now(import_id=import_id, mapping=mapping, occurred_at=NOON, by=by, at=LATER)


def state(cast: Cast, import_id: UUID) -> ImportRow:
    """The import as alice reads it."""
    by = cast.viewer("alice")
    with viewing(by.user_id):
        return queries.list_import(by, import_id)


def roll(cast: Cast, facility: str = "A-MAIN") -> int:
    """How many people stand on the roll of a facility."""
    by = cast.viewer("alice")
    with viewing(by.user_id):
        return len(ledger_queries.roll(by, cast.facility[facility], at=LATER))


def test_nothing_is_written_until_confirmed(cast: Cast) -> None:
    kept = upload(cast, ENGLISH)
    shown = preview(cast, kept)
    assert (shown.rows, shown.good, shown.with_errors, shown.with_warnings) == (3, 3, 0, 1)
    assert {c.header: c.field for c in shown.columns} == {
        "Full name": Field.NAME, "Father's name": Field.FATHER, "Sex": Field.SEX, "Date of birth": Field.BIRTH,
        "Nationality": Field.NATIONALITY, "ISN": Field.NUMBER, "Admission date": Field.ADMITTED, "Notes": Field.IGNORE,
    }  # fmt: skip
    assert [(p.row, p.column, p.code, p.value) for p in shown.problems] == [
        (4, "Nationality", "nationality-not-in-table", "Narnian")
    ]
    assert shown.list_import.filename == "list.csv"
    assert roll(cast) == 0
    with viewing(cast.user["alice"]), connection.cursor() as cursor:
        cursor.execute("select count(*) from people_person")
        assert cursor.fetchone()[0] == 0


def test_an_english_list_is_registered_and_admitted(cast: Cast) -> None:
    done = run(cast, upload(cast, ENGLISH))
    assert (done.state, done.imported, done.already_here, done.done_rows) == ("done", 3, 0, 3)
    assert roll(cast) == 3
    by = cast.viewer("alice")
    with viewing(by.user_id):
        ahmad = queries.search(by, "ahmad")[0].id
        file = queries.person(by, ahmad)
        birth = file.in_force(ClaimKind.BIRTH)[0].value
        assert isinstance(birth, Birth)
        # 25/04 elsewhere in the column says that the day comes first
        assert str(birth.from_on) == "1990-04-03"
        assert file.claims[0].source_text == "list.csv #3"
        assert [c.value for c in file.in_force(ClaimKind.NUMBER)] == [Number("ISN", "SY-002")]
        sara = queries.person(by, queries.search(by, "sara")[0].id)
        assert sara.in_force(ClaimKind.NATIONALITY)[0].value == Nationality("unknown", "Narnian")


@pytest.mark.parametrize(
    ("content", "typed", "precision"), [(ARABIC, "كريم", Precision.YEAR), (KURDISH, "شێرکۆ", Precision.RANGE)]
)
def test_lists_in_arabic_and_kurdish(cast: Cast, content: str, typed: str, precision: Precision) -> None:
    done = run(cast, upload(cast, content))
    assert (done.state, done.imported, done.problems) == ("done", 2, ())
    by = cast.viewer("alice")
    with viewing(by.user_id):
        file = queries.person(by, queries.search(by, typed)[0].id)
        birth = file.in_force(ClaimKind.BIRTH)[0].value
        nation = file.in_force(ClaimKind.NATIONALITY)[0].value
        assert isinstance(birth, Birth)
        assert isinstance(nation, Nationality)
        assert (birth.precision, nation.code) == (precision, "IQ")


def test_a_workbook_in_windows_1256_or_xlsx_gives_the_same_people(cast: Cast) -> None:
    book = openpyxl.Workbook()
    for line in ARABIC.strip().split("\n"):
        book.active.append(line.split(";"))
    out = io.BytesIO()
    book.save(out)
    assert run(cast, upload(cast, out.getvalue())).imported == 2


def test_bad_rows_are_listed_by_row_and_stay_out(cast: Cast) -> None:
    done = run(cast, upload(cast, BAD))
    assert (done.state, done.imported, done.done_rows) == ("done", 1, 6)
    assert [(p.row, p.column, p.code) for p in done.problems] == [
        (3, "", "row-without-name"),
        (4, "", "number-twice"),
        (5, "Birth", "date-impossible"),
        (6, "Admission date", "date-in-future"),
        (7, "Birth", "date-ambiguous"),
    ]
    assert roll(cast) == 1


def test_the_same_file_twice_changes_nothing(cast: Cast) -> None:
    first = upload(cast, ENGLISH)
    run(cast, first)
    by = cast.viewer("alice")
    with viewing(by.user_id):
        again = actions.upload_list(
            import_id=uuid4(), authority_id=cast.authority["ALPHA"], facility_id=cast.facility["A-MAIN"],
            filename="other-name.csv", content=ENGLISH.encode(), by=by, at=LATER,
        )  # fmt: skip
        assert (again.import_id, again.state, again.repeated) == (first, "done", True)
        assert len(queries.imports(by)) == 1
    assert run(cast, first).imported == 3  # confirmed again: as it was
    assert roll(cast) == 3


TWICE = "Name,Number,Issuer\nKarim Masri,iq 0001827,sdf\nKarim Masri,IQ-0001827,ICRC\n"


def stand(cast: Cast, person: UUID, kind: Kind, to: AccountSpec, hour: int) -> None:
    """Report one thing about somebody in ALPHA's book."""
    by, when = cast.viewer("alice"), NOON - timedelta(hours=hour)
    with viewing(by.user_id):
        event = NewEvent(uuid4(), cast.authority["ALPHA"], person, kind, to, when, when)
        assert ledger.report(events=[event], by=by, at=NOON)[0].effect == "posted"


def test_somebody_who_is_here_already_is_not_registered_twice(cast: Cast) -> None:
    person = enter(cast, kareem())[0].person_id  # number IQ-0001827 of SDF
    stand(cast, person, Kind.ADMISSION, AccountSpec(AccountKind.HELD, facility_id=cast.facility["A-MAIN"]), 9)
    kept = upload(cast, TWICE)
    assert (preview(cast, kept).good, preview(cast, kept).already_here) == (1, 1)
    done = run(cast, kept)
    assert (done.imported, done.already_here) == (1, 1)


def test_a_number_alone_keeps_nobody_out_of_the_sums(cast: Cast) -> None:
    """He was released and is brought back: the same number, and a body that somebody answers for."""
    person = enter(cast, kareem())[0].person_id
    stand(cast, person, Kind.ADMISSION, AccountSpec(AccountKind.HELD, facility_id=cast.facility["A-MAIN"]), 9)
    stand(cast, person, Kind.RELEASE, AccountSpec(AccountKind.RELEASED_UNVERIFIED), 8)
    done = run(cast, upload(cast, TWICE))
    assert (done.imported, done.already_here) == (2, 0)


def test_the_user_may_correct_the_mapping(cast: Cast) -> None:
    kept = upload(cast, "Who,What\nKareem Salih,SY-1\n")
    shown = preview(cast, kept)
    assert (shown.mapping_flaw, [c.field for c in shown.columns]) == ("nothing-to-name-by", [None, None])
    with pytest.raises(Refused, match="nothing-to-name-by"):
        run(cast, kept)
    with pytest.raises(Refused, match="column-missing"):
        run(cast, kept, {0: Field.NAME, 9: Field.NUMBER})
    with pytest.raises(Refused, match="column-twice"):
        run(cast, kept, {0: Field.GIVEN, 1: Field.GIVEN})
    assert preview(cast, kept, {0: Field.NAME, 1: Field.NUMBER}).good == 1
    assert run(cast, kept, {0: Field.NAME, 1: Field.NUMBER}).imported == 1


def test_people_are_admitted_when_the_list_says(cast: Cast) -> None:
    run(cast, upload(cast, ENGLISH))
    by = cast.viewer("alice")
    with viewing(by.user_id):
        kareem_id = queries.search(by, "kareem")[0].id
        event = ledger_queries.history(by, kareem_id)[0]
        # the 15th in the register's own time zone, in UTC
        assert event.occurred_from.isoformat() == "2026-01-14T21:00:00+00:00"
        assert event.occurred_to - event.occurred_from == timedelta(days=1)


def test_an_import_needs_the_duty_and_is_unseen_by_others(cast: Cast) -> None:
    kept = upload(cast, ENGLISH)
    for who, authority in (("anton", "ALPHA"), ("dora", "ALPHA"), ("asma", "ALPHA")):
        with pytest.raises(NotAllowed):
            upload(cast, ENGLISH, who=who, authority=authority)
    dora, anton = cast.viewer("dora"), cast.viewer("anton")
    with viewing(dora.user_id):
        for read in (queries.list_import, queries.preview, queries.read_list):
            with pytest.raises(NotVisible):
                read(dora, kept)
        with pytest.raises(NotVisible):
            actions.cancel_list(import_id=kept, by=dora, at=LATER)
    with pytest.raises(NotVisible):
        run(cast, kept, who="dora")
    with viewing(anton.user_id), pytest.raises(NotAllowed):
        actions.confirm_list(import_id=kept, mapping=None, occurred_at=NOON, by=anton, at=LATER)


def test_what_happened_later_than_now_is_refused(cast: Cast) -> None:
    kept, by = upload(cast, ENGLISH), cast.viewer("alice")
    with viewing(by.user_id), pytest.raises(Refused, match="date-in-future"):
        actions.confirm_list(import_id=kept, mapping=None, occurred_at=LATER + timedelta(1), by=by, at=LATER)


def test_confirming_twice_defers_one_job_that_carries_no_content(cast: Cast) -> None:
    kept, by = upload(cast, ENGLISH), cast.viewer("alice")
    with viewing(by.user_id):
        for _ in range(2):
            row = actions.confirm_list(import_id=kept, mapping=None, occurred_at=NOON, by=by, at=LATER)
            assert row.state == "queued"
        with connection.cursor() as cursor:
            cursor.execute("select task_name, args::text from procrastinate_jobs")
            (found,) = cursor.fetchall()
    assert found[0] == "people.import_list"
    assert set(found[1]) <= set('0123456789abcdef-{}:", importduse_')


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of two rows."""
    monkeypatch.setattr(importing, "CHUNK", 2)


def chunk(cast: Cast, import_id: UUID) -> ImportRow:
    """One chunk as alice."""
    by = cast.viewer("alice")
    with viewing(by.user_id):
        reading = queries.read_list(by, import_id)
        return actions.run_import_chunk(import_id=import_id, reading=reading, by=by, at=LATER)


def confirm(cast: Cast, import_id: UUID) -> None:
    """Confirm without starting a job."""
    by = cast.viewer("alice")
    with viewing(by.user_id):
        actions.confirm_list(import_id=import_id, mapping=None, occurred_at=NOON, background=False, by=by, at=LATER)


@pytest.mark.usefixtures("small_chunks")
def test_cancelling_stops_between_chunks_and_what_is_written_stays(cast: Cast) -> None:
    kept, by = upload(cast, ENGLISH), cast.viewer("alice")
    confirm(cast, kept)
    assert chunk(cast, kept).state == "running"
    with viewing(by.user_id):
        for _ in range(2):
            row = actions.cancel_list(import_id=kept, by=by, at=LATER)
            assert (row.state, row.done_rows, row.rows, row.imported) == ("cancelled", 2, 3, 2)
    assert chunk(cast, kept).done_rows == 2
    assert roll(cast) == 2
    with pytest.raises(Refused, match="import-cancelled"):
        confirm(cast, kept)
    # The same file again: a new import, and the two who are here are not registered twice.
    again = upload(cast, ENGLISH)
    assert again != kept
    done = run(cast, again)
    assert (done.imported, done.already_here) == (1, 2)
    assert roll(cast) == 3
    with viewing(by.user_id), pytest.raises(Refused, match="import-finished"):
        actions.cancel_list(import_id=again, by=by, at=LATER)


@pytest.mark.usefixtures("small_chunks")
def test_a_chunk_whose_progress_was_lost_does_nothing_twice(cast: Cast) -> None:
    kept = upload(cast, ENGLISH)
    confirm(cast, kept)
    chunk(cast, kept)
    with viewing(cast.user["alice"]), connection.cursor() as cursor:  # as if the chunk were told to run again
        cursor.execute("update people_listimport set done_rows = 0, imported = 0, state = 'queued'")
    states = [chunk(cast, kept) for _ in range(3)]
    assert [s.done_rows for s in states] == [2, 3, 3]
    assert (states[-1].imported, states[-1].already_here, roll(cast)) == (1, 2, 3)


def test_a_chunk_that_fails_writes_nothing_of_itself(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, by = upload(cast, ENGLISH), cast.viewer("alice")
    confirm(cast, kept)
    farid = cast.viewer("farid")  # his duty lets him neither register nor see the list
    with viewing(by.user_id):
        reading = queries.read_list(by, kept)
    with viewing(farid.user_id), pytest.raises(NotVisible):
        actions.run_import_chunk(import_id=kept, reading=reading, by=farid, at=LATER)
    with viewing(by.user_id), pytest.raises(NotAllowed):
        actions.run_import_chunk(import_id=kept, reading=reading, by=farid, at=LATER)
    assert (state(cast, kept).state, roll(cast)) == ("queued", 0)


def test_a_registrar_of_one_facility_imports_there_and_nowhere_else(cast: Cast) -> None:
    from sijill.domain.access import actions as access
    from sijill.domain.access import queries as access_queries
    from sijill.domain.access.rules import REGISTER_ID, DutyKind

    with viewing(REGISTER_ID):
        register = access_queries.viewer_of(REGISTER_ID, NOON)
        access.grant_duty(
            user_id=cast.user["adnan"], kind=DutyKind.REGISTRAR, authority_id=cast.authority["ALPHA"],
            facility_id=cast.facility["A-SIDE"], by=register, at=NOON,
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        upload(cast, ENGLISH, who="adnan")
    assert run(cast, upload(cast, ENGLISH, who="adnan", facility="A-SIDE"), who="adnan").imported == 3
    adnan = cast.viewer("adnan")
    with viewing(adnan.user_id):
        assert len(queries.search(adnan, "kareem")) == 1


def test_halls_are_named_by_their_codes(cast: Cast) -> None:
    from sijill.domain.access import queries as access_queries
    from sijill.domain.access.rules import REGISTER_ID
    from sijill.domain.places import actions as places

    with viewing(REGISTER_ID):
        register = access_queries.viewer_of(REGISTER_ID, NOON)
        places.create_hall(facility_id=cast.facility["A-MAIN"], code="H1", names={"en": "Hall 1"}, by=register, at=NOON)
    done = run(cast, upload(cast, "Name,Hall\nIn Hall,H1\nNo Hall,\nWrong Hall,H9\n"))
    assert (done.imported, [(p.row, p.code, p.value) for p in done.problems]) == (2, [(4, "hall-unknown", "H9")])


def test_more_rows_than_one_chunk(cast: Cast) -> None:
    lines = "\n".join(f"Person {i},N-{i}" for i in range(CHUNK + 1))
    done = run(cast, upload(cast, f"Name,ISN\n{lines}\n"))
    assert (done.state, done.imported) == ("done", CHUNK + 1)
