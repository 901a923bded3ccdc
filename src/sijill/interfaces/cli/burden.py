"""Person-days and their cost. Without --as, as the auditor, from whom fewer than ten people stay hidden."""

import argparse
import json
import sys
from datetime import date, timedelta
from typing import Any

from sijill.host import HostError
from sijill.interfaces.cli.main import OK
from sijill.interfaces.cli.opening import in_sentences, looking_as, now, opened
from sijill.interfaces.cli.reading import instant


def day(text: str) -> date:
    """A calendar day, for argparse."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day such as 2026-02-01") from None


def person_days(argv: list[str]) -> int:
    """`./sijill person-days [--since DAY] [--until DAY] [--known-at T] [--as USER] [--json]`."""
    parser = argparse.ArgumentParser(prog="./sijill person-days")
    parser.add_argument("--since", type=day, help="the first day (without it: 1 January of the last day's year)")
    parser.add_argument("--until", type=day, help="the last day, included (without it: yesterday)")
    parser.add_argument("--known-at", type=instant)
    parser.add_argument("--as", dest="user")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with opened():
        found = burden_of(options)
    if options.json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
        return OK
    for line in found["lines"]:
        days = line["person_days"] if line["person_days"] is not None else "hidden"
        where = line["facility"] or "-"
        sys.stdout.write(f"{line['authority']:<16} {where:<16} {line['line']:<20} {days:>12}\n")
    without = f", without {found['hidden']} places of fewer than ten people" if found["hidden"] else ""
    sys.stdout.write(f"{found['since']} to {found['until']}: {found['person_days']} person-days{without}\n")
    for cost in found["costs"]:
        sys.stdout.write(
            f"unallocated: {cost['unallocated']} {cost['currency']} (exactly {cost['unallocated_exact']};"
            f" agreed {cost['agreed']}; {cost['unpriced']} person-days without a rate)\n"
        )
    return OK


def burden_of(options: argparse.Namespace) -> dict[str, Any]:
    """Person-days by authority and facility, and what nobody has agreed to pay. Call with the register opened."""
    from sijill.domain.access import queries as access
    from sijill.domain.places import queries as places
    from sijill.domain.sharing import queries
    from sijill.domain.sharing.rules import YEARS, local_day, rounded

    at = now()
    until = options.until or local_day(at) - timedelta(days=1)
    period = queries.Period(options.since or until.replace(month=1, day=1), until, options.known_at)
    if period.known_at and period.known_at.year not in YEARS:
        raise HostError("period-unheard-of", "Nothing was known then: give a year from 1900 to 2200.")
    with looking_as(options.user) as viewer, in_sentences("There is no such place."):
        found = queries.burden(viewer, period, at=at)
        codes = {a.id: a.code for a in access.authorities(viewer)}
        sites = {f.id: f.code for f in places.facilities(viewer)}
    cells: list[dict[str, Any]] = [
        {
            "authority": codes[cell.authority_id], "facility": sites.get(cell.facility_id or 0), "line": "counted",
            "persons": None if cell.hidden else cell.persons, "by_name": None if cell.hidden else cell.named,
            "in_tallies": None if cell.hidden else cell.tallied, "person_days": None if cell.hidden else cell.days,
        }
        for cell in found.cells
    ]  # fmt: skip
    beside: list[dict[str, Any]] = [
        {
            "authority": codes[line.authority_id], "facility": None, "line": line.kind,
            "persons": None if line.hidden else line.persons, "person_days": None if line.hidden else line.days,
        }
        for line in found.beside
    ]  # fmt: skip
    return {
        "since": period.since.isoformat(), "until": period.until.isoformat(),
        "known_at": period.known_at.isoformat() if period.known_at else None,
        "person_days": found.days, "by_name": found.named, "in_tallies": found.tallied,
        "hidden": found.hidden, "counted_twice": found.twice,
        "costs": [
            {
                "currency": cost.currency, "unallocated": str(rounded(cost.unallocated, cost.currency)),
                "unallocated_exact": str(cost.unallocated), "agreed": str(cost.agreed), "unpriced": cost.unpriced,
                "illustrative": cost.illustrative,
            }
            for cost in found.costs
        ],
        "lines": cells + beside,
    }  # fmt: skip
