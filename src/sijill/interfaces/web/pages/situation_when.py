"""The board's instant: the one asked for, the days to step through, and when this reader looked last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import urlencode

from sijill.interfaces.web.answering import ViewerRequest

DAY_ENDS = time(23, 59, 59)
STEPS_MAX = 62
EARLIEST = 1900
LOOK_COOKIE = "board_look"
SITTING = timedelta(minutes=30)  # who comes back within it is still looking
KEPT = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The instant the board shows. `past` False: now. `then`: as the register knew it at that instant."""

    at: datetime
    past: bool = False
    then: bool = False
    misread: bool = False

    @property
    def day(self) -> date:
        """Its day on the local wall clock."""
        return timezone.localtime(self.at).date()

    @property
    def midnight(self) -> datetime:
        """The beginning of that day."""
        return _local(self.day, time.min)

    @property
    def day_end(self) -> datetime:
        """The beginning of the next day."""
        return _local(self.day + timedelta(days=1), time.min)

    @property
    def known_at(self) -> datetime | None:
        """Up to which recording the board knows; None = everything recorded by now."""
        return self.at if self.then else None


@dataclass(frozen=True, slots=True)
class Step:
    """One day to go to."""

    day: date
    address: str
    current: bool = False


def chosen(asked: Mapping[str, Any], now: datetime) -> Chosen:
    """The instant asked for: a day (its end, unless a time is given), as known then unless `known=now`."""
    said_day, said_time = asked.get("day", ""), asked.get("time", "")
    if not said_day:
        return Chosen(now)
    try:
        day = date.fromisoformat(said_day)
        moment = _local(day, time.fromisoformat(said_time) if said_time else DAY_ENDS)
    except ValueError:
        return Chosen(now, misread=True)
    if day.year < EARLIEST:
        return Chosen(now, misread=True)
    if moment >= now:
        return Chosen(now)
    return Chosen(moment, past=True, then=asked.get("known") != "now")


def _local(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment.replace(tzinfo=None), tzinfo=timezone.get_current_timezone())


def address(day: date, *, then: bool = True) -> str:
    """The board at the end of a day."""
    return f"/?{urlencode({'day': day.isoformat()} | ({} if then else {'known': 'now'}))}"


def steps(span: tuple[datetime, datetime] | None, at: Chosen) -> list[Step]:
    """The days from the books' first recording to the last; at most two months of them."""
    if span is None:
        return []
    first, last = (timezone.localtime(moment).date() for moment in span)
    end = min(last, max(at.day, first) + timedelta(days=STEPS_MAX // 2)) if at.past else last
    start = max(first, end - timedelta(days=STEPS_MAX - 1))
    days = [start + timedelta(days=i) for i in range((end - start).days + 1)]
    then = at.then or not at.past
    return [Step(day, address(day, then=then), at.past and day == at.day) for day in days]


def neighbours(span: tuple[datetime, datetime] | None, at: Chosen) -> tuple[Step | None, Step | None]:
    """The day before and the day after, inside what the books recorded; from the present, back to the last such day."""
    if span is None:
        return None, None
    first, last = (timezone.localtime(moment).date() for moment in span)
    then = at.then or not at.past
    before = min(at.day - timedelta(days=1), last)
    after = at.day + timedelta(days=1)
    return (
        Step(before, address(before, then=then)) if before >= first else None,
        Step(after, address(after, then=then)) if at.past and after <= last else None,
    )


def last_look(request: ViewerRequest) -> datetime | None:
    """When this reader left the board before this sitting, as his browser's signed cookie says; None if it does not."""
    since, _seen = _looks(request)
    return since


def remember_look(request: ViewerRequest, response: HttpResponse) -> None:
    """Let the browser keep that the board was looked at now. Nothing of it is stored in the register."""
    since, _seen = _looks(request)
    response.set_signed_cookie(
        LOOK_COOKIE, f"{since.isoformat() if since else ''}|{request.at.isoformat()}", salt=_salt(request),
        max_age=int(KEPT.total_seconds()), httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def _salt(request: ViewerRequest) -> str:
    """Each user his own: a browser that two people share tells neither of the other."""
    return f"{LOOK_COOKIE}.{request.viewer.user_id}"


def _looks(request: ViewerRequest) -> tuple[datetime | None, datetime | None]:
    """(end of the sitting before, last look). A look half an hour ago or longer ends a sitting."""
    try:
        kept = request.get_signed_cookie(LOOK_COOKIE, salt=_salt(request), max_age=KEPT) or ""
        since, seen = (datetime.fromisoformat(part) if part else None for part in kept.split("|"))
    except (KeyError, BadSignature, ValueError):
        return None, None
    if seen and request.at - seen >= SITTING:
        since = seen
    return since, seen
