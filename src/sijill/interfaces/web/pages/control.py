"""Who controlled a place, by whose word, over time: rivals side by side, "unclear" as a value; and its losses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from sijill.domain.access import queries as access
from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import Act
from sijill.domain.ledger import queries as ledger
from sijill.domain.places import queries as places
from sijill.domain.places.rules import Aspect, ControlRow, rivals
from sijill.interfaces.web import words_control
from sijill.interfaces.web.answering import ViewerRequest, page, reads_and_acts
from sijill.interfaces.web.pages.places import add_control

WIDTH = 960
ROW_HEIGHT = 40  # a speaker's name, and his bar under it
ASPECT_HEIGHT = 26
HEAD_HEIGHT = 20
SHADES = 6
TICKS_MAX = 8
LETTER_WIDTH = 7


@dataclass(frozen=True, slots=True)
class Said:
    """One statement as a row of the table: what this speaker said before is not repeated."""

    row: ControlRow
    holder: AuthorityRow | None
    latest: bool


@dataclass(frozen=True, slots=True)
class AspectHistory:
    """Everything said of one aspect, oldest first."""

    aspect: Aspect
    in_conflict: bool
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of the strip: from where one speaker's word holds to where his next word begins."""

    x: float
    width: float
    label_x: float
    shade: str
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One speaker on one aspect."""

    y: int
    speaker: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """The whole picture, in numbers a template can draw."""

    width: int
    height: int
    aspects: tuple[tuple[str, int], ...]
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, str], ...]
    now: float
    start: int  # where time and the speakers' names begin: the right edge where one reads from there


@reads_and_acts
def control(request: ViewerRequest, code: str) -> HttpResponse:
    """The control history of a place. What is posted here is a new statement, which the facility's page takes."""
    if request.method == "POST":
        return add_control(request, code)
    viewer, place = request.viewer, places.facility(request.viewer, code)
    authorities = {row.id: row for row in access.authorities(viewer)}
    rows = places.control(viewer, place.id, request.at)
    lost = ledger.stated_losses(viewer, facility_id=place.id)
    context = {
        "place": place,
        "owner": authorities.get(place.authority_id or 0),
        "aspects": histories(rows, authorities),
        "strip": strip(rows, authorities, request.at, mirrored=get_language_bidi()),
        "mirrored": get_language_bidi(),
        "losses": [(row, words_control.LOSS_TONES[row.state.value]) for row in lost],
        "may_state_loss": viewer.may(Act.STATE_CONTROL, facility_id=place.id),
        "unsaid": [aspect for aspect in Aspect if not any(row.aspect is aspect for row in rows)],
    }
    return page(request, "web/control/control.html", context)


def _since(row: ControlRow) -> datetime:
    """From when the statement speaks: the moment it names, else the moment it was made."""
    return min(row.since or row.stated_at, row.stated_at)


def histories(rows: Sequence[ControlRow], authorities: dict[int, AuthorityRow]) -> list[AspectHistory]:
    """The statements by aspect, oldest first; each speaker's last word is marked."""
    in_conflict, found = rivals(rows), []
    for aspect in Aspect:
        mine = sorted((r for r in rows if r.aspect is aspect), key=lambda r: (_since(r), r.stated_at))
        last = {}
        for row in sorted(mine, key=lambda r: r.stated_at):
            last[row.speaker.strip().casefold()] = row.id
        said = tuple(
            Said(r, authorities.get(r.holder_id or 0), last[r.speaker.strip().casefold()] == r.id) for r in mine
        )
        if said:
            found.append(AspectHistory(aspect, aspect in in_conflict, said))
    return found


def strip(
    rows: Sequence[ControlRow], authorities: dict[int, AuthorityRow], now: datetime, *, mirrored: bool = False
) -> Strip | None:
    """Lanes by aspect and speaker; a bar lasts until the same speaker says something else of the same aspect."""
    if not rows:
        return None
    first = min(_since(row) for row in rows)
    last = max(row.stated_at for row in rows)
    end = min(now, last + max(timedelta(days=2), (last - first) / 4))
    scale = WIDTH / max((end - first).total_seconds(), 1.0)
    shades = _shades(rows)

    def x(moment: datetime) -> float:
        straight = max((min(moment, end) - first).total_seconds(), 0.0) * scale
        return round(WIDTH - straight if mirrored else straight, 1)

    heads: list[tuple[str, int]] = []
    lanes: list[Lane] = []
    y = HEAD_HEIGHT
    for aspect, speakers in _speakers(rows):
        heads.append((aspect.value, y + 18))
        y += ASPECT_HEIGHT
        for said in speakers:
            starts = [x(_since(row)) for row in said]
            stops = [*starts[1:], x(end)]
            bars = [_bar(*each, shades, authorities) for each in zip(said, starts, stops, strict=True)]
            lanes.append(Lane(y, said[0].speaker, tuple(bars)))
            y += ROW_HEIGHT
    return Strip(WIDTH, y + 4, tuple(heads), tuple(lanes), _ticks(first, end, x), x(end), WIDTH if mirrored else 0)


def _speakers(rows: Sequence[ControlRow]) -> list[tuple[Aspect, list[list[ControlRow]]]]:
    """What was said, by aspect and speaker, each in the order of time."""
    found = []
    for aspect in Aspect:
        speakers: dict[str, list[ControlRow]] = {}
        for row in sorted((r for r in rows if r.aspect is aspect), key=lambda r: (_since(r), r.stated_at)):
            speakers.setdefault(row.speaker.strip().casefold(), []).append(row)
        if speakers:
            found.append((aspect, list(speakers.values())))
    return found


def _shades(rows: Sequence[ControlRow]) -> dict[int | str | None, str]:
    """One shade for each holder, in the order they are first named; unclear is hatched."""
    holders = list(dict.fromkeys(r.holder for r in sorted(rows, key=_since) if r.holder is not None))
    return {holder: f"holder-{i % SHADES}" for i, holder in enumerate(holders)} | {None: "unclear"}


def _bar(
    row: ControlRow, start: float, stop: float, shades: dict[int | str | None, str],
    authorities: dict[int, AuthorityRow],
) -> Bar:  # fmt: skip
    holder = authorities.get(row.holder_id or 0)
    name = holder.name(get_language() or "en") if holder else row.holder_text or _("unclear")
    width = round(max(abs(stop - start), 3.0), 1)
    left, label_x = (start, start + 5) if stop >= start else (round(start - width, 1), start - 5)
    return Bar(left, width, round(label_x, 1), shades[row.holder], _cut(name, width - 8), f"{row.speaker}: {name}")


def _cut(text: str, width: float) -> str:
    """As much of a text as fits; nothing rather than a letter or two."""
    room = int(width // LETTER_WIDTH)
    if len(text) <= room:
        return text
    return text[: room - 1].rstrip() + "…" if room > 4 else ""


def _ticks(first: datetime, end: datetime, x: Callable[[datetime], float]) -> tuple[tuple[float, str], ...]:
    """Midnights on the local clock, at most a handful."""
    start = timezone.localtime(first).replace(hour=0, minute=0, second=0, microsecond=0)
    days = max((end - start).days, 1)
    step = -(-days // TICKS_MAX)
    moments = [start + timedelta(days=n) for n in range(0, days + 1, step)]
    return tuple((x(moment), f"{moment:%m-%d}") for moment in moments if first <= moment <= end)


urlpatterns = [path("places/<str:code>/control", control, name="control")]
