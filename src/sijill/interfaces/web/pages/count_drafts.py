"""A count under way, pressed and not signed yet: kept in the receiver's session, numbers, codes and line ids only."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from uuid import UUID

from sijill.domain.transfers.rules import LineRow
from sijill.interfaces.web.answering import ViewerRequest

NUMBER_MAX = 9_999
STEP_MAX = 100
KEPT_MAX = 300  # presses that can be undone, and whose repetition is known
BESIDE_MAX = 50
COUNTED = ("bodies", "injured", "dead")
Entry = list[str | int]  # what, by how much, the line's id or 0, the number that is on no line


@dataclass(slots=True)
class CountDraft:
    """So many living, so many of them injured, so many dead; whose numbers were read; and how it came to that."""

    bodies: int = 0
    injured: int = 0
    dead: int = 0
    seen: list[int] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    trail: list[Entry] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Alive and dead together: what stands against the number presented."""
        return self.bodies + self.dead

    @property
    def without_number(self) -> int:
        """Living people counted of whom no number was read."""
        return max(0, self.bodies - len(self.seen) - len(self.beside))

    def is_repeated(self, key: str) -> bool:
        """True when this very press was carried out before; from now on it was."""
        if key in self.done:
            return True
        self.done = [*self.done, key][-KEPT_MAX:]
        return False

    def add(self, what: str, by: int, *, line: int = 0, ref: str = "") -> None:
        """Count on (or back) by some, never below nought; whose number was read is noted beside it."""
        before = getattr(self, what)
        now = min(NUMBER_MAX, max(0, before + by))
        if line:
            self.seen.append(line)
        if ref:
            self.beside.append(ref)
        if now != before or line or ref:
            setattr(self, what, now)
            self.trail = [*self.trail, [what, now - before, line, ref]][-KEPT_MAX:]

    def undo(self) -> None:
        """Take back the last press that changed something."""
        if not self.trail:
            return
        what, by, line, ref = self.trail.pop()
        setattr(self, str(what), getattr(self, str(what)) - int(by))
        self.seen = [each for each in self.seen if each != line]
        self.beside = [each for each in self.beside if each != ref]


def _key(handover_id: UUID) -> str:
    return f"count/{handover_id}"


def load(request: ViewerRequest, handover_id: UUID, lines: Iterable[LineRow]) -> CountDraft:
    """This user's count of a handover; lines that are no longer there are forgotten."""
    draft = CountDraft(**request.session.get(_key(handover_id), {}))
    there = {line.id for line in lines}
    draft.seen = [each for each in draft.seen if each in there]
    return draft


def save(request: ViewerRequest, handover_id: UUID, draft: CountDraft) -> None:
    """Keep it in the user's session."""
    request.session[_key(handover_id)] = asdict(draft)


def forget(request: ViewerRequest, handover_id: UUID) -> None:
    """The names are signed: nothing is left of the count's notes."""
    request.session.pop(_key(handover_id), None)
