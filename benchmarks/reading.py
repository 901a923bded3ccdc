"""Roll, search, board and check: what officers wait for, timed from BEGIN to the last row as Python has it."""

import gc
import statistics
from datetime import datetime, timedelta

from benchmarks.crowd import FIRST_DAY, LAST_DAY, ROUND_LENGTH, Crowd
from benchmarks.figures import Figure, percentile, progress, spread, timed
from sijill.domain.access import queries as access_queries
from sijill.domain.access.rules import AUDITOR_ID
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.recount import recount
from sijill.domain.people import queries as people

ROLL_LIMIT, SEARCH_LIMIT, BOARD_LIMIT, CHECK_LIMIT = 60.0, 60.0, 150.0, 60.0
PAGE = 50
ROLLS, SEARCHES, BOARDS = 60, 200, 40


def figures(crowd: Crowd, *, turned: bool) -> list[Figure]:
    """All four. `turned`: people have moved, so that any instant of the two years will do."""
    gc.collect()
    gc.freeze()  # the crowd's own hundred thousand ids are the benchmark's; no server would search them for garbage
    first = FIRST_DAY + ROUND_LENGTH - timedelta(days=9)
    last = LAST_DAY - timedelta(days=9) if turned else first + timedelta(days=8)
    rolls = [_roll(crowd, first + crowd.chance.random() * (last - first)) for _ in range(ROLLS)]
    searches = [_search(crowd) for _ in range(SEARCHES)]
    boards = [_board(crowd) for _ in range(BOARDS)]
    progress(spread(f"  roll of {statistics.mean(n for _t, n in rolls):,.0f} people", [t for t, _n in rolls]))
    progress(spread(f"  search, {statistics.mean(n for _t, n in searches):,.1f} found", [t for t, _n in searches]))
    progress(spread("  board", boards))
    rolled, searched = (percentile([t for t, _n in series], 0.95) for series in (rolls, searches))
    return [
        Figure("roll of a 5,000-person facility at a random instant, p95", rolled, "ms", ROLL_LIMIT),
        Figure("person search by the start of a name part or number, p95", searched, "ms", SEARCH_LIMIT),
        Figure("board, p95", percentile(boards, 0.95), "ms", BOARD_LIMIT),
        Figure("check: every projection rebuilt and compared", _check(crowd.events), "s", CHECK_LIMIT),
    ]


def _roll(crowd: Crowd, at: datetime) -> tuple[float, int]:
    """Ids and states of everybody at a facility at an instant, and the names of the first page."""
    facility, found = crowd.chance.choice(crowd.facilities[:2]), []

    def act() -> None:
        with viewing(crowd.user.user_id):
            found.extend(ledger.roll(crowd.user, facility, at=at))
            people.names_of(crowd.user, [row.subject_id for row in found[:PAGE]])

    return timed(act), len(found)


def _search(crowd: Crowd) -> tuple[float, int]:
    """The start of a word, as somebody types it."""
    word = crowd.chance.choice(crowd.words)
    typed, found = word[: crowd.chance.randint(2, len(word))], []

    def act() -> None:
        with viewing(crowd.user.user_id):
            found.extend(people.search(crowd.user, typed, limit=PAGE))

    took = timed(act)
    if not found:
        raise AssertionError("somebody of that name is in the crowd")
    return took, len(found)


def _board(crowd: Crowd) -> float:
    def act() -> None:
        with viewing(crowd.user.user_id):
            ledger.board(crowd.user)

    return timed(act)


def _check(events: int) -> float:
    """Seconds of one whole recount, which must find nothing wrong and every event."""
    with viewing(AUDITOR_ID):
        auditor = access_queries.viewer_of(AUDITOR_ID, LAST_DAY)
        found = []
        took = timed(lambda: found.append(recount(auditor)))
    if found[0].wrong or found[0].events != events:
        raise AssertionError(f"{found[0].events} of {events} events, {found[0].wrong[:3]}")
    return took / 1000
