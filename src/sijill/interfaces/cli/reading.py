"""Reading the register: balance, roll, findings, check. Without --as, as the auditor who sees counts only."""

import argparse
import json
import sys
from datetime import datetime
from typing import Any
from uuid import UUID

from sijill.host import HostError
from sijill.interfaces.cli.main import NO, OK, say
from sijill.interfaces.cli.opening import looking_as, now, opened

PAGE = 50


def instant(text: str) -> datetime:
    """An ISO 8601 instant with its zone, or a date (midnight UTC)."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no ISO 8601 time such as 2026-02-01T12:00Z") from None
    return found if found.tzinfo else datetime.fromisoformat(f"{found.isoformat()}+00:00")


def _print(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def balance_of(since: datetime | None, until: datetime | None) -> dict[str, Any]:
    """The balance of every book, with the difference a full recount finds. Call with the register opened."""
    from sijill.domain.access import queries as access
    from sijill.domain.ledger import queries as ledger
    from sijill.domain.ledger.recount import recount
    from sijill.domain.places import queries as places
    from sijill.domain.transfers import queries as transfers

    with looking_as(None) as auditor:
        books = ledger.balance(auditor, since=since, until=until)
        wrong = recount(auditor).books
        lonely = transfers.lines_without_counterpart(auditor)
        codes = {a.id: a.code for a in access.authorities(auditor)}
        sites = {f.id: f.code for f in places.facilities(auditor)}
        halls = {h.id: h.code for f in sites for h in places.halls(auditor, f)}
        kept = ledger.books(auditor)
    found: list[dict[str, Any]] = []
    for book in kept:
        rows = [r for r in books.rows if r.account.book_id == book]
        accounts = [
            {
                "account": _label(r.account, sites, halls, codes),
                "opening": r.opening, "in": r.entered, "out": r.left, "closing": r.closing,
            }
            for r in rows
        ]  # fmt: skip
        difference = sum(abs(r.difference) for r in rows) + wrong.get(book, 0) + lonely.get(book, 0)
        found.append({"authority": codes[book], "accounts": accounts, "difference": difference})
    total = sum(b["difference"] for b in found) + wrong.get(0, 0)
    return {
        "difference": total, "people": books.people, "tallied": books.tallied, "names_pending": books.names_pending,
        "books": found,
    }  # fmt: skip


def _label(account: Any, sites: dict[int, str], halls: dict[int, str], codes: dict[int, str]) -> str:
    """An account in codes: kind, place, hall, other authority, note."""
    parts = [account.kind.value, sites.get(account.facility_id, ""), codes.get(account.other_id, ""), account.note]
    if account.hall_id:
        parts.insert(2, f"hall {halls.get(account.hall_id, account.hall_id)}")
    return " ".join(p for p in parts if p)


def balance_line(found: dict[str, Any]) -> str:
    """The balance in one line."""
    return (
        f"balance: {found['people']} people and {found['tallied']} tallied in {len(found['books'])} books,"
        f" difference {found['difference']}"
    )


def balance(argv: list[str]) -> int:
    """`./sijill balance [--since T] [--until T] [--json]`."""
    parser = argparse.ArgumentParser(prog="./sijill balance")
    parser.add_argument("--since", type=instant)
    parser.add_argument("--until", type=instant)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with opened():
        found = balance_of(options.since, options.until)
    if options.json:
        _print(found)
    else:
        for book in found["books"]:
            sys.stdout.write(f"{book['authority']}: difference {book['difference']}\n")
            for a in book["accounts"]:
                sys.stdout.write(
                    f"  {a['account']:<44} {a['opening']:>7} + {a['in']:>7} - {a['out']:>7} = {a['closing']:>7}\n"
                )
        sys.stdout.write(balance_line(found) + "\n")
    return OK if found["difference"] == 0 else NO


def roll(argv: list[str]) -> int:
    """`./sijill roll FACILITY --as USER [--at T] [--known-at T] [--json]`."""
    parser = argparse.ArgumentParser(prog="./sijill roll")
    parser.add_argument("facility")
    parser.add_argument("--at", type=instant)
    parser.add_argument("--known-at", type=instant)
    parser.add_argument("--as", dest="user", required=True)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with opened():
        found = _roll(options)
    if options.json:
        _print(found)
        return OK
    for row in found["people"]:
        sys.stdout.write(f"{row['number']:<14} {row['state']:<20} {row['since']}  {row['name']}\n")
    sys.stdout.write(f"{found['facility']} at {found['at']}: {found['named']} people and {found['tallied']} tallied\n")
    return OK


def _roll(options: argparse.Namespace) -> dict[str, Any]:
    from sijill.domain.access.rules import Act, NotVisible
    from sijill.domain.ledger import queries as ledger
    from sijill.domain.people import queries as people
    from sijill.domain.places import queries as places

    at = options.at or now()
    with looking_as(options.user) as viewer:
        try:
            facility = places.facility(viewer, options.facility)
        except NotVisible:
            raise HostError("no-such-facility", f"There is no facility {options.facility!r}.") from None
        if not viewer.may(Act.READ_PEOPLE, authority_id=facility.authority_id, facility_id=facility.id):
            say(f"{options.user} may not read all people of {facility.code}: only those of his own books are listed")
        rows = ledger.roll(viewer, facility.id, at=at, known_at=options.known_at)
        persons = [r.subject_id for r in rows if not r.is_tally]
        names: dict[UUID, Any] = {}
        for start in range(0, len(persons), 500):
            names |= people.names_of(viewer, persons[start : start + 500], viewer.language)
        language = viewer.language
    return {
        "facility": facility.code,
        "at": at.isoformat(),
        "known_at": options.known_at.isoformat() if options.known_at else None,
        "named": len(persons),
        "tallied": sum(r.n for r in rows if r.is_tally),
        "people": [
            {
                "id": str(r.subject_id),
                "number": names[r.subject_id].register_number if r.subject_id in names else "",
                "name": names[r.subject_id].shown(language) if r.subject_id in names else "",
                "state": r.account.kind.value,
                "n": r.n,
                "since": r.since.isoformat(),
            }
            for r in rows
        ],
    }


def findings(argv: list[str]) -> int:
    """`./sijill findings [--as USER] [--all] [--json]`."""
    parser = argparse.ArgumentParser(prog="./sijill findings")
    parser.add_argument("--as", dest="user")
    parser.add_argument("--all", action="store_true", help="closed ones too")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with opened():
        from sijill.domain.access import queries as access
        from sijill.domain.ledger import queries as ledger

        states = ("open", "explained", "closed") if options.all else ("open", "explained")
        with looking_as(options.user) as viewer:
            rows = ledger.findings(viewer, states=states, limit=100_000)
            codes = {a.id: a.code for a in access.authorities(viewer)}
    listed: list[dict[str, Any]] = [
        {
            "id": str(f.id), "authority": codes[f.book_id], "code": f.code, "owner": f.owner, "state": f.state,
            "n": f.n, "subject": str(f.subject_id) if f.subject_id and options.user else None,
            "opened_at": f.opened_at.isoformat(), "due_at": f.due_at.isoformat(),
        }
        for f in rows
    ]  # fmt: skip
    if options.json:
        _print(listed)
        return OK
    for row in listed:
        sys.stdout.write(
            f"{row['due_at'][:16]}  {row['authority']:<12} {row['code']:<22} {row['owner']:<18} {row['state']}\n"
        )
    sys.stdout.write(f"{len(listed)} findings\n")
    return OK


def check(argv: list[str]) -> int:
    """`./sijill check`: exit 0 when everything stored follows from the events."""
    parser = argparse.ArgumentParser(prog="./sijill check")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with opened():
        from sijill.domain.ledger.recount import recount
        from sijill.domain.transfers import queries as transfers

        with looking_as(None) as auditor:
            result = recount(auditor, lambda n: say(f"{n} folios"))
            lonely = sum(transfers.lines_without_counterpart(auditor).values())
    wrong = len(result.wrong) + lonely
    for line in result.wrong[:100]:
        sys.stdout.write(line + "\n")
    if lonely:
        sys.stdout.write(f"{lonely} handover lines have no counterpart and no finding\n")
    summary = {
        "folios": result.folios, "events": result.events, "postings": result.postings, "positions": result.positions,
        "findings": result.findings, "wrong": wrong,
    }  # fmt: skip
    if options.json:
        _print(summary)
    else:
        sys.stdout.write(
            f"check: {result.events} events, {result.postings} postings, {result.positions} positions,"
            f" {result.folios} folios: {'all agree' if not wrong else f'{wrong} wrong'}\n"
        )
    return OK if not wrong else NO
