"""Lists: upload, columns, preview, confirm, progress, result; the same file again; the five cases."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import queries as ledger
from sijill.domain.people import queries as people
from sijill.domain.people.jobs import run_whole_import
from tests.cast import Cast

Browse = Callable[[str], Client]
LIST = (
    "الاسم الكامل,اسم الأب,الجنس,تاريخ الميلاد,الجنسية,رقم المحتجز,ملاحظات,لون\n"
    "صالح حسن,حسن,ذكر,1985,سوري,101,x,a\n"
    "كريم عادل,عادل,ذكر,1990-05-06,عراقي,102,,\n"
    "أحمد علي,علي,ذكر,03/04/1988,سوري,103,,\n"
    ",,ذكر,1991,سوري,,,\n"
    "ليلى نور,نور,أنثى,1979,أطلانطس,105,,\n"
)


def upload(
    client: Client,
    cast: Cast,
    text: str | bytes = LIST,
    *,
    name: str = "list.csv",
    key: UUID | None = None,
    place: str = "A-MAIN",
) -> Any:
    """Send a file."""
    given = {"key": str(key or uuid4()), "place": f"{cast.authority['ALPHA']}:{cast.facility[place]}"}
    content = text if isinstance(text, bytes) else text.encode()
    return client.post("/import", {**given, "file": SimpleUploadedFile(name, content)})


def columns(cast: Cast, address: str) -> dict[str, str]:
    """The columns form as the page fills it in."""
    viewer = cast.viewer("alice")
    with viewing(viewer.user_id):
        row = people.list_import(viewer, UUID(address.rsplit("/", 1)[-1]))
    return {f"column-{index}": field.value for index, field in row.mapping.items()}


def run(cast: Cast, address: str) -> None:
    """Do the worker's work here and now."""
    viewer = cast.viewer("alice", timezone.now())
    run_whole_import(import_id=UUID(address.rsplit("/", 1)[-1]), by=viewer, at=timezone.now())


def held(cast: Cast) -> int:
    """How many are held in ALPHA's book."""
    viewer = cast.viewer("alice")
    with viewing(viewer.user_id):
        return sum(row.persons for row in ledger.board(viewer))


CONFIRM = {"occurred_at": "2026-02-01T12:00"}


def test_from_file_to_roll(browse: Browse, cast: Cast) -> None:
    """Columns guessed, problems in words with row and column, nothing before the confirmation, then the people."""
    client = browse("alice")
    answer = upload(client, cast)
    assert answer.status_code == 302
    address = answer["Location"]
    page = client.get(address).content.decode()
    assert (
        "الاسم الكامل" in page
        and 'value="name" selected' in page
        and "لون" in page.partition("not understood")[2][:400]
    )
    preview = client.post(f"{address}/preview", columns(cast, address))
    page = preview.content.decode()
    assert preview.status_code == 200 and "Nothing has been written yet" in page and "Let 3 people in" in page
    assert "cannot be told apart" in page and "neither a name nor a number" in page and "let in all the same" in page
    assert "أطلانطس" in page and ">03/04/1988<" in page.replace("<bdi>", ">").replace("</bdi>", "<").replace(
        ">>", ">"
    ).replace("<<", "<")
    assert held(cast) == 0
    key = str(uuid4())
    for _ in range(2):
        done = client.post(f"{address}/confirm", {**columns(cast, address), **CONFIRM, "key": key})
        assert done.status_code == 302 and done["Location"] == address
    waiting: Any = client.get(address)
    assert waiting["Refresh"] == "2" and "Stop here" in waiting.content.decode() and held(cast) == 0
    assert "Refresh" not in client.get(f"{address}?still")
    run(cast, address)
    result: Any = client.get(address)
    page = result.content.decode()
    assert "Refresh" not in result and "5 of 5 rows" in page and "cannot be told apart" in page
    assert held(cast) == 3
    assert "صالح" in client.post("/people", {"text": "صال", "purpose": "record"}).content.decode()


def test_the_same_file_again_changes_nothing_and_says_so(browse: Browse, cast: Cast) -> None:
    """Before, while and after it comes in; the earlier import is shown."""
    client = browse("alice")
    address = upload(client, cast)["Location"]
    again = upload(client, cast, name="other.csv")
    assert again["Location"] == address
    assert "This very file is here already" in client.get(address).content.decode()
    client.post(f"{address}/confirm", {**columns(cast, address), **CONFIRM, "key": str(uuid4())})
    run(cast, address)
    assert upload(client, cast)["Location"] == address and held(cast) == 3
    page = client.get("/import").content.decode()
    viewer = cast.viewer("alice")
    with viewing(viewer.user_id):
        (row,) = people.imports(viewer)
    assert row.sha256 in page and "list.csv" in page
    once_more = client.post(f"{address}/confirm", {**columns(cast, address), **CONFIRM, "key": str(uuid4())})
    assert once_more.status_code == 302 and held(cast) == 3


def test_the_columns_may_be_changed_and_a_bad_choice_is_explained(browse: Browse, cast: Cast) -> None:
    """No name and no number: 422; two columns of one meaning: 422; a hand-made meaning is no meaning."""
    client = browse("alice")
    address = upload(client, cast)["Location"]
    nobody = client.post(f"{address}/preview", {"column-2": "sex"})
    assert nobody.status_code == 422 and "nobody could be told" in nobody.content.decode()
    twice = client.post(f"{address}/preview", {"column-0": "name", "column-1": "sex", "column-2": "sex"})
    assert twice.status_code == 422 and "only one may have" in twice.content.decode()
    odd = client.post(f"{address}/preview", {"column-0": "name", "column-1": "soul", "column-99": "sex"})
    assert odd.status_code in (200, 422)
    assert "Let 4 people in" in client.post(f"{address}/preview", {"column-0": "name"}).content.decode()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.csv", b"", "empty"),
        ("x.csv", b"Name\n", "no rows"),
        ("x.xls", b"\xd0\xcf\x11\xe0" + b"0" * 600, "old kind"),
        ("x.xlsx", b"PK\x03\x04" + b"0" * 600, "damaged"),
        ("x.csv", b"\x00\x01\x02\x03" * 400, "neither a text nor a workbook"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_is_refused_in_words(
    name: str, content: bytes, sentence: str, browse: Browse, cast: Cast
) -> None:
    """422, and nothing is kept."""
    client = browse("alice")
    answer = upload(client, cast, content, name=name)
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert "None yet." in client.get("/import").content.decode()


def test_a_file_above_the_limit_is_not_read(browse: Browse, cast: Cast) -> None:
    """10 MB and a byte."""
    answer = upload(browse("alice"), cast, b"Name\n" + b"a" * (10 * 1024 * 1024))
    assert answer.status_code == 422 and "10 MB" in answer.content.decode()


def test_a_workbook_comes_in_too(browse: Browse, cast: Cast) -> None:
    """XLSX with English headers."""
    book = openpyxl.Workbook()
    for row in (["Full name", "Sex", "ISN"], ["Karim Adel", "M", 7], ["Omar Said", "M", 8]):
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    client = browse("alice")
    address = upload(client, cast, kept.getvalue(), name="list.xlsx")["Location"]
    assert "Let 2 people in" in client.post(f"{address}/preview", columns(cast, address)).content.decode()


def test_strangers_and_wrong_roles(browse: Browse, cast: Cast) -> None:
    """403 without the duty, 404 for another authority's list, a place that is not his, 405."""
    address = upload(browse("alice"), cast)["Location"]
    for name in ("anton", "farid", "charlie"):
        assert browse(name).get("/import").status_code == 403, name
    stranger = browse("dora")
    for method, path in (("get", ""), ("post", "/preview"), ("post", "/confirm"), ("post", "/cancel")):
        answer = getattr(stranger, method)(address + path, {**CONFIRM, "key": str(uuid4())} if method == "post" else {})
        assert answer.status_code == 404, path
    assert upload(stranger, cast).status_code == 422
    client = browse("alice")
    assert [client.get(address + p).status_code for p in ("/preview", "/confirm", "/cancel")] == [405, 405, 405]
    assert "list.csv" not in stranger.get("/import").content.decode()


def test_an_officer_who_reads_may_not_confirm(browse: Browse, cast: Cast) -> None:
    """asma reads people and imports nothing."""
    address = upload(browse("alice"), cast)["Location"]
    given = {**columns(cast, address), **CONFIRM, "key": str(uuid4())}
    assert browse("asma").post(f"{address}/confirm", given).status_code in (403, 404)
    assert browse("asma").post(f"{address}/cancel", given).status_code in (403, 404)
    assert "What the columns mean" in browse("alice").get(address).content.decode()


def test_a_cancelled_list_says_how_far_it_got_and_may_start_anew(browse: Browse, cast: Cast) -> None:
    """Cancel twice is cancelled once; a confirmation is refused; the file uploaded again is a new import."""
    client, key = browse("alice"), str(uuid4())
    address = upload(client, cast)["Location"]
    for _ in range(2):
        assert client.post(f"{address}/cancel", {"key": key}).status_code == 302
    page = client.get(address).content.decode()
    assert "0 of 5 rows" in page and "cancelled" in page
    refused = client.post(f"{address}/confirm", {**columns(cast, address), **CONFIRM, "key": str(uuid4())})
    assert refused.status_code in (302, 422) and held(cast) == 0
    assert upload(client, cast)["Location"] != address


def test_the_list_of_lists_asks_the_same_number_of_questions(browse: Browse, cast: Cast) -> None:
    """One import or five."""
    client, counts = browse("alice"), []
    for number in range(5):
        upload(client, cast, LIST + f"خالد {number},,,,,20{number},,\n")
        client.get("/import")
        with CaptureQueriesContext(connection) as seen:
            client.get("/import")
        counts.append(len(seen))
    assert len(set(counts)) == 1 and counts[0] <= 20


def test_the_confirmation_queues_one_job_with_ids_only(browse: Browse, cast: Cast) -> None:
    """Nothing of the list is in the job."""
    client = browse("alice")
    address = upload(client, cast)["Location"]
    client.post(f"{address}/confirm", {**columns(cast, address), **CONFIRM, "key": str(uuid4())})
    with connection.cursor() as cursor:
        cursor.execute("select args from procrastinate_jobs where task_name = 'people.import_list'")
        jobs = cursor.fetchall()
    assert len(jobs) == 1 and set(jobs[0][0] if isinstance(jobs[0][0], dict) else {}) <= {"import_id", "user_id"}
