"""The background: a job deferred as the application's role runs; a worker killed in the middle loses and doubles nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.attack import databases

pytestmark = pytest.mark.slow
PEOPLE = 3000
JOB = "select status::text from procrastinate_jobs where task_name = 'people.import_list'"

SET_UP = """
from uuid import UUID
import django; django.setup()
from django.db import transaction
from tests.cast import NOON, assemble
from sijill.domain.access.viewing import viewing
from sijill.domain.people import actions, jobs, queries
import json, sys
"""
DEFER = (
    SET_UP
    + """
from uuid import uuid4
with transaction.atomic():
    cast = assemble()
by = cast.viewer("alice")
lines = "".join(f"Person {i},N-{i}\\n" for i in range(int(sys.argv[1])))
with viewing(by.user_id):
    kept = actions.upload_list(import_id=uuid4(), authority_id=cast.authority["ALPHA"],
        facility_id=cast.facility["A-MAIN"], filename="x.csv", content=f"Name,ISN\\n{lines}".encode(), by=by, at=NOON)
    actions.confirm_list(import_id=kept.import_id, mapping=None, occurred_at=NOON, by=by, at=NOON)
print(json.dumps({"import": str(kept.import_id), "user": str(by.user_id)}))
"""
)
WORK = (
    SET_UP
    + """
import procrastinate.contrib.django as p
app = p.app
with app.replace_connector(app.connector.get_worker_connector()):
    app.run_worker(wait=False, queues=["lists"], install_signal_handlers=False)
"""
)
RESUME = (
    SET_UP
    + """
import asyncio
import procrastinate.contrib.django as p
async def resume():
    app = p.app
    with app.replace_connector(app.connector.get_worker_connector()):
        async with app.open_async():
            class Context: pass
            Context.app = app
            await jobs.resume_lists.func(Context, 0)
jobs.STALLED_SECONDS = 0
asyncio.run(resume())
"""
)


def environment(url: str) -> dict[str, str]:
    """What a process of Sijill finds: the application's role and nothing of ours."""
    root = Path(__file__).resolve().parents[5]
    return os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "sijill.config.settings",
        "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}",
        "SIJILL_FAST_HASH": "1",
    }


def process(url: str, code: str, *arguments: str) -> str:
    """Run a program of its own; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment(url),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def ask(url: str, sql: str) -> list[tuple[Any, ...]]:
    """Ask as the superuser, whom no policy stops."""
    with psycopg.connect(databases(url)["admin"]) as connection:
        return connection.execute(sql.encode()).fetchall()


def test_a_job_deferred_as_the_application_runs_in_a_worker(new_database: str) -> None:
    process(new_database, DEFER, "7")
    assert ask(new_database, JOB) == [("todo",)]
    process(new_database, WORK)
    assert ask(new_database, JOB) == [("succeeded",)]
    assert ask(new_database, "select state, imported, done_rows from people_listimport") == [("done", 7, 7)]
    assert ask(new_database, "select count(*) from people_person") == [(7,)]


def test_a_worker_killed_in_the_middle_loses_nobody_and_doubles_nobody(new_database: str) -> None:
    process(new_database, DEFER, str(PEOPLE))
    worker = subprocess.Popen([sys.executable, "-c", WORK], env=environment(new_database), stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not ask(new_database, "select 1 from people_listimport where done_rows >= 500"):
        assert time.monotonic() < deadline, "the worker wrote no chunk"
        time.sleep(0.02)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    time.sleep(1)
    state, done = ask(new_database, "select state, done_rows from people_listimport")[0]
    assert (state, 0 < done < PEOPLE) == ("running", True)
    assert ask(new_database, "select count(*) from people_person") == [(done,)]
    process(new_database, RESUME)
    process(new_database, WORK)
    assert ask(new_database, "select state, done_rows, imported from people_listimport") == [("done", PEOPLE, PEOPLE)]
    for table in ("people_person", "ledger_folio", "ledger_event"):
        assert ask(new_database, f"select count(*) from {table}") == [(PEOPLE,)]


def test_a_fault_says_its_class_and_nothing_of_the_list(new_database: str) -> None:
    ids = json.loads(process(new_database, DEFER, "3"))
    fault = "alter table people_token add constraint fault check (token <> 'person')"
    with psycopg.connect(databases(new_database)["owner"]) as owner:
        owner.execute(fault)
    program = WORK.replace("install_signal", "delete_jobs='never', install_signal")
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(new_database),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert "Person" not in done.stdout + done.stderr
    assert "person)" not in done.stdout + done.stderr
    assert ask(new_database, "select state, reason from people_listimport") == [("failed", "IntegrityError")]
    assert ask(new_database, "select count(*) from people_person") == [(0,)]
    assert ids["import"]
