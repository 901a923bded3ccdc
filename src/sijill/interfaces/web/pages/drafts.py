"""What a receiver has said of the lines and not signed yet: kept in his session, ids and codes only."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from sijill.domain.transfers.queries import HandoverRow
from sijill.domain.transfers.rules import RESTATABLE, Extra, HandoverState, LineRow, Outcome, OutcomeCode
from sijill.interfaces.web.answering import ViewerRequest

SAYABLE = tuple(code for code in OutcomeCode if code is not OutcomeCode.EXTRA)
EXTRAS_MAX = 100


@dataclass(slots=True)
class Draft:
    """Outcomes by line, people besides the list, and whether a scanned line is received at once."""

    said: dict[int, OutcomeCode] = field(default_factory=dict)
    extras: list[Extra] = field(default_factory=list)
    at_once: bool = False

    def say(self, line_id: int, code: OutcomeCode) -> None:
        """Say an outcome of a line; said again it is another one."""
        self.said[line_id] = code

    def add_extra(self, extra: Extra) -> None:
        """Note somebody who is on no line, once."""
        if extra.subject_id not in {e.subject_id for e in self.extras} and len(self.extras) < EXTRAS_MAX:
            self.extras.append(extra)

    def digest(self) -> str:
        """What these words come to: a summary that was shown is only signed while it is still true."""
        plain = [sorted((i, c.value) for i, c in self.said.items()), [str(e.subject_id) for e in self.extras]]
        return hashlib.sha256(json.dumps(plain).encode()).hexdigest()

    def outcomes(self) -> list[Outcome]:
        """The words as the action takes them."""
        return [Outcome(line_id, code) for line_id, code in self.said.items()]

    def applied(self, lines: Iterable[LineRow]) -> tuple[LineRow, ...]:
        """The lines as they would stand once this is signed, people besides the list included."""
        now = [replace(line, code=self.said[line.id].value) if line.id in self.said else line for line in lines]
        after = max((line.no for line in now), default=0)
        more = [
            LineRow(-i, after + i, e.subject_id, False, OutcomeCode.EXTRA.value, "", None, None)
            for i, e in enumerate(self.extras, 1)
        ]
        return (*now, *more)


def may_be_said(handover: HandoverRow, line: LineRow) -> bool:
    """True when the receiver may say something of this line now: the first time, or anew while it is not received."""
    if handover.state not in (HandoverState.COUNTED, HandoverState.NAMED, HandoverState.ACKNOWLEDGED):
        return False
    return not line.code or (line.code in RESTATABLE and not line.resolution)


def whole(text: str | None) -> int:
    """A whole number of an address or a field; nought when there is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else 0


def _key(handover_id: UUID) -> str:
    return f"names/{handover_id}"


def load(request: ViewerRequest, handover: HandoverRow, lines: Iterable[LineRow]) -> Draft:
    """This user's draft; words about lines that were signed since are forgotten."""
    kept = request.session.get(_key(handover.id), {})
    open_now = {line.id for line in lines if may_be_said(handover, line)}
    there = {line.subject_id for line in lines}
    said = {int(i): OutcomeCode(code) for i, code in kept.get("said", {}).items()}
    extras = [Extra(UUID(i), known) for i, known in kept.get("extras", [])]
    return Draft(
        {i: code for i, code in said.items() if i in open_now},
        [e for e in extras if e.subject_id not in there],
        bool(kept.get("at_once", False)),
    )


def save(request: ViewerRequest, handover: HandoverRow, draft: Draft) -> None:
    """Keep the draft in the user's session."""
    request.session[_key(handover.id)] = {
        "said": {str(i): code.value for i, code in draft.said.items()},
        "extras": [[str(e.subject_id), e.known] for e in draft.extras],
        "at_once": draft.at_once,
    }


def forget(request: ViewerRequest, handover: HandoverRow) -> None:
    """Signed: nothing is left of the draft."""
    request.session.pop(_key(handover.id), None)
