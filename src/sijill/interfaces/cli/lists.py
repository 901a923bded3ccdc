"""Importing a list on the command line: the same reading, the same actions as the page."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sijill.interfaces.cli.main import NO, OK, say
from sijill.interfaces.cli.opening import file_argument, in_sentences, looking_as, now, opened

if TYPE_CHECKING:
    from sijill.domain.access.rules import Viewer


class _OnlyLooking(Exception):
    """Ends the transaction of a dry run: nothing of it stays."""


def import_list(argv: list[str]) -> int:
    """`./sijill import-list LIST --facility CODE --as USER [--dry-run]`."""
    parser = argparse.ArgumentParser(prog="./sijill import-list")
    parser.add_argument("file", type=file_argument)
    parser.add_argument("--facility", required=True)
    parser.add_argument("--as", dest="user", required=True)
    parser.add_argument("--dry-run", action="store_true", help="say what would happen; write nothing")
    options = parser.parse_args(argv)
    with opened(), in_sentences(f"There is no facility {options.facility!r}."):
        return _look(options) if options.dry_run else _import(options)


def _upload(viewer: "Viewer", options: argparse.Namespace) -> Any:
    from sijill.domain.access.rules import Act
    from sijill.domain.people import actions
    from sijill.domain.places import queries as places

    file: Path = options.file
    facility = places.facility(viewer, options.facility)
    own = facility.authority_id or (viewer.authorities(Act.IMPORT_LIST) or (0,))[0]
    return actions.upload_list(
        import_id=uuid4(), authority_id=own, facility_id=facility.id, filename=file.name, content=file.read_bytes(),
        by=viewer, at=now(),
    )  # fmt: skip


def _report(preview: Any) -> None:
    """The columns as understood and every problem, in plain words."""
    from sijill.interfaces.web.list_sentences import note
    from sijill.interfaces.web.list_sentences import problem as sentence

    for code in preview.notes:
        sys.stdout.write(f"  {note(code)}\n")
    for column in preview.columns:
        sys.stdout.write(f"  column {column.header!r}: {column.field.value if column.field else 'not used'}\n")
    for problem in preview.problems:
        kind = "warning" if problem.is_warning else "error"
        where = f"row {problem.row}" + (f", {problem.column}" if problem.column else "")
        told = f" ({problem.value})" if problem.value else ""
        sys.stdout.write(f"  {where}: {kind}: {sentence(problem.code)}{told}\n")


def _look(options: argparse.Namespace) -> int:
    from sijill.domain.people import queries

    try:
        with looking_as(options.user) as viewer:
            uploaded = _upload(viewer, options)
            preview = queries.preview(viewer, uploaded.import_id)
            raise _OnlyLooking  # the transaction ends here and takes the upload back
    except _OnlyLooking:
        pass
    if uploaded.repeated:
        sys.stdout.write("this very file has been imported for this facility already; nothing would change\n")
        return OK
    _report(preview)
    sys.stdout.write(
        f"dry run: {preview.rows} rows, {preview.good} would be admitted, {preview.already_here} are here already,"
        f" {preview.with_errors} have errors; nothing was written\n"
    )
    return OK if not preview.mapping_flaw else NO


def _import(options: argparse.Namespace) -> int:
    from sijill.domain.people.jobs import import_now

    with looking_as(options.user) as viewer:
        uploaded = _upload(viewer, options)
    if uploaded.repeated and uploaded.state == "done":
        sys.stdout.write("this very file has been imported for this facility already; nothing changed\n")
        return OK
    say("reading the list")
    row = import_now(import_id=uploaded.import_id, mapping=None, occurred_at=now(), by=viewer, at=now())
    sys.stdout.write(_result(row) + "\n")
    return OK if row.state == "done" else NO


def _result(row: Any) -> str:
    bad = row.done_rows - row.imported - row.already_here
    return (
        f"imported: {row.rows} rows, {row.imported} admitted, {row.already_here} were here already,"
        f" {bad} had errors ({row.state})"
    )
