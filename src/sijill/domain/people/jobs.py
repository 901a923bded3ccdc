"""Imports of lists, in the background or in the foreground: the same chunks, each its own transaction.

Jobs carry identifiers only, and run as the user who confirmed the list.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from django.db import OperationalError
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from sijill.domain.access.queries import viewer_of
from sijill.domain.access.rules import NotAllowed, NotVisible, Refused, Viewer
from sijill.domain.access.viewing import viewing
from sijill.domain.people.actions.importing import QUEUE, TASK, confirm_list, fail_list, run_import_chunk
from sijill.domain.people.columns import Field
from sijill.domain.people.queries import ImportRow, list_import, read_list

STALLED_SECONDS = 60


class Stopped(Exception):
    """A job stopped. Says the class of the fault alone: messages of the database may quote a row."""


class DatabaseAway(Stopped):
    """The database could not be reached; the job is tried again."""


def import_now(
    *, import_id: UUID, mapping: Mapping[int, Field] | None, occurred_at: datetime, by: Viewer, at: datetime
) -> ImportRow:
    """Confirm a list and import it in this very process, for the command line."""
    with viewing(by.user_id):
        confirm_list(import_id=import_id, mapping=mapping, occurred_at=occurred_at, background=False, by=by, at=at)
    return run_whole_import(import_id=import_id, by=by, at=at)


def run_whole_import(*, import_id: UUID, by: Viewer, at: datetime) -> ImportRow:
    """Run what is left of a confirmed list, chunk by chunk, until it is done or somebody cancels it."""
    with viewing(by.user_id):
        row = list_import(by, import_id)
        reading = read_list(by, import_id)
    for _ in range(len(reading.rows) + 1):  # every chunk writes at least one row
        with viewing(by.user_id):
            row = run_import_chunk(import_id=import_id, reading=reading, by=by, at=at)
        if row.state != "running":
            break
    return row


def _started(context: JobContext) -> datetime:
    """When the worker took the job: the clock of this door."""
    return datetime.fromtimestamp(context.start_timestamp or 0, tz=UTC)


@app.task(
    name=TASK,
    queue=QUEUE,
    pass_context=True,
    retry=RetryStrategy(max_attempts=5, wait=5, retry_exceptions=[DatabaseAway]),
)
def import_list(context: JobContext, *, import_id: str, user_id: str) -> None:
    """This will run what is left of a confirmed list as the user who confirmed it."""
    at = _started(context)
    try:
        with viewing(UUID(user_id)):
            viewer = viewer_of(UUID(user_id), at)
        _run(UUID(import_id), viewer, at)
    except OperationalError:
        raise DatabaseAway("OperationalError") from None
    except NotVisible:
        return  # the user, or his duty, is gone: nobody is left to import for


def _run(import_id: UUID, viewer: Viewer, at: datetime) -> None:
    try:
        run_whole_import(import_id=import_id, by=viewer, at=at)
    except (OperationalError, NotVisible):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, the list must not stay "running"
        expected = isinstance(error, Refused | NotAllowed)
        reason = error.code if isinstance(error, Refused) else type(error).__name__
        with viewing(viewer.user_id):
            fail_list(import_id=import_id, reason=reason, by=viewer, at=at)
        if not expected:
            raise Stopped(type(error).__name__) from None


@app.periodic(cron="* * * * *")
@app.task(name="people.resume_lists", queue=QUEUE, queueing_lock="people.resume_lists", pass_context=True)
async def resume_lists(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
    """This will put imports whose worker died back into the queue; chunks already written are not written again."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALLED_SECONDS):
        await manager.retry_job(job)
