"""Random handovers along the chain, told twice, restated, with escapes and deaths in between: nobody disappears."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sijill.domain.access.rules import Refused
from sijill.domain.ledger import actions
from sijill.domain.ledger import queries as ledger
from sijill.domain.ledger.rules import OPEN, AccountKind, AccountSpec, Kind
from sijill.domain.transfers import queries
from sijill.domain.transfers.queries import HandoverRow
from sijill.domain.transfers.rules import GIVER_RESOLVES, RESTATABLE, Extra, HandoverState, LineRow
from tests.cast import NOON, Cast
from tests.story import REGISTRARS, Story

pytestmark = [pytest.mark.postgres15, pytest.mark.slow, pytest.mark.timeout(1200)]  # shrinking a failure takes a while
PEOPLE = 4
FIRST_WORD = st.sampled_from(
    ["received", "received", "received", "absent", "refused", "dead", "not-the-person", "unnamed"]
)
LATER_WORD = st.sampled_from(["received", "absent", "refused", "dead", "not-the-person", "unnamed"])
SAYS = st.sampled_from(["returned", "unknown", "reported-dead"])
ORDINAL = st.sampled_from([1, 2])
H = HandoverState


@dataclass(frozen=True)
class Picture:
    """Everything there is to see at one moment of the story."""

    handovers: dict[int, HandoverRow]
    lines: dict[int, dict[int, LineRow]]
    stands: list[ledger.Whereabouts]
    findings: list[ledger.FindingRow]
    balance: ledger.Balance
    events: list[int]
    state: str


class Handovers(RuleBasedStateMachine):
    """Asma, Basil and Charlie sign what they see; registrars of three books report what they hear."""

    cast: Cast

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, int, UUID, dict[str, object]]] = []
        self.extras: list[UUID] = []
        self.taken: tuple[datetime, Picture] | None = None
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def sealed(self) -> None:
        self.story = Story(self.cast, now=NOON).sealed(PEOPLE)

    def look(self) -> Picture:
        """The picture of this minute, taken once: every step of the story takes a minute."""
        if self.taken is None or self.taken[0] != self.story.now:
            self.taken = (self.story.now, self.picture())
        return self.taken[1]

    def picture(self) -> Picture:
        with self.story.register() as by:
            rows = {h.ordinal: h for h in queries.handovers(by, batch_id=self.story.batch)}
            return Picture(
                handovers=rows,
                lines={o: {line.no: line for line in queries.lines(by, h.id)} for o, h in rows.items()},
                stands=ledger.where(by, self.everybody()),
                findings=ledger.findings(by, limit=5000),
                balance=ledger.balance(by),
                events=[len(ledger.history(by, s)) for s in self.everybody()],
                state=queries.batch(by, self.story.batch).state.value,
            )

    def at(self, ordinal: int) -> HandoverState:
        return self.look().handovers[ordinal].state

    def lines(self, ordinal: int) -> dict[int, LineRow]:
        return self.look().lines[ordinal]

    def told(self, step: str, ordinal: int, **words: object) -> None:
        """Sign, and remember what was sent so that it can be sent again."""
        statement = getattr(self.story, step)(ordinal, **words)
        self.sent.append((step, ordinal, statement, words))

    # ------------------------------------------------------------------ the chain
    @precondition(
        lambda self: self.at(1) is H.EXPECTED or (self.at(2) is H.EXPECTED and self.at(1) in (H.NAMED, H.ACKNOWLEDGED))
    )
    @rule()
    def present(self) -> None:
        ordinal = 1 if self.at(1) is H.EXPECTED else 2
        if ordinal == 2 and not {"received", "extra"} & {line.code for line in self.lines(1).values()}:
            with pytest.raises(Refused, match="nobody-to-hand-over"):
                self.story.present(2)
            return
        self.told("present", ordinal)

    @precondition(lambda self: H.PRESENTED in (self.at(1), self.at(2)))
    @rule(bodies=st.integers(0, 6), dead=st.integers(0, 2))
    def count(self, bodies: int, dead: int) -> None:
        self.told("count", 1 if self.at(1) is H.PRESENTED else 2, bodies=bodies, dead=dead)

    @precondition(lambda self: H.COUNTED in (self.at(1), self.at(2)))
    @rule(words=st.lists(FIRST_WORD, min_size=12, max_size=12), extras=st.integers(0, 2))
    def names(self, words: list[str], extras: int) -> None:
        ordinal = 1 if self.at(1) is H.COUNTED else 2
        new = [Extra(uuid4()) for _ in range(extras)]
        said = dict(zip(self.lines(ordinal), words, strict=False))
        self.told("names", ordinal, said=said, extras=new, rest="")
        self.extras += [e.subject_id for e in new]

    @precondition(lambda self: self.restatable())
    @rule(data=st.data(), word=LATER_WORD, extras=st.integers(0, 1))
    def restate(self, data: st.DataObject, word: str, extras: int) -> None:
        """The receiver says otherwise of one line; lines that followed to the second handover get their first word."""
        ordinal, no = data.draw(st.sampled_from(self.restatable()))
        silent = {n: "received" for n, line in self.lines(ordinal).items() if not line.code}
        new = [Extra(uuid4()) for _ in range(extras)]
        self.told("names", ordinal, said=silent | {no: word}, extras=new, rest="")
        self.extras += [e.subject_id for e in new]

    def restatable(self) -> list[tuple[int, int]]:
        named = [o for o in (1, 2) if self.at(o) in (H.NAMED, H.ACKNOWLEDGED)]
        return [
            (o, no) for o in named for no, line in self.lines(o).items()
            if not line.code or (line.code in RESTATABLE and not line.resolution)
        ]  # fmt: skip

    @precondition(lambda self: bool({H.NAMED, H.ACKNOWLEDGED} & {self.at(1), self.at(2)}))
    @rule(data=st.data(), says=SAYS, ordinal=ORDINAL)
    def acknowledge(self, data: st.DataObject, says: str, ordinal: int) -> None:
        """In pieces: one line, or none, at a time."""
        if self.at(ordinal) not in (H.NAMED, H.ACKNOWLEDGED):
            ordinal = 3 - ordinal
        open_lines = [
            no for no, line in self.lines(ordinal).items() if line.code in GIVER_RESOLVES and not line.resolution
        ]
        chosen = data.draw(st.sampled_from([None, *open_lines]))
        self.told("acknowledge", ordinal, says={} if chosen is None else {chosen: says})

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def lost_answer(self, data: st.DataObject) -> None:
        """The answer never came, so the same statement is sent again: nothing happens twice."""
        step, ordinal, statement, words = data.draw(st.sampled_from(self.sent))
        before = self.look()
        getattr(self.story, step)(ordinal, statement=statement, **words)
        assert self.look() == before

    # ------------------------------------------------------------------ what is heard in between
    @rule(who=st.integers(0, PEOPLE + 2), book=st.sampled_from(["ALPHA", "BRAVO", "CHARLIE"]),
          kind=st.sampled_from([Kind.REPORTED_ESCAPED, Kind.REPORTED_DEAD, Kind.WHEREABOUTS_UNKNOWN, Kind.RECAPTURE]))  # fmt: skip
    def heard(self, who: int, book: str, kind: Kind) -> None:
        """A registrar of any book reports somebody escaped, dead, lost or caught again, whether or not it fits."""
        person = self.everybody()[who % len(self.everybody())]
        place = self.cast.facility["C-HUB" if book == "CHARLIE" else "A-MAIN"]
        to = {
            Kind.REPORTED_ESCAPED: AccountSpec(AccountKind.REPORTED_ESCAPED),
            Kind.REPORTED_DEAD: AccountSpec(AccountKind.REPORTED_DEAD),
            Kind.WHEREABOUTS_UNKNOWN: AccountSpec(AccountKind.WHEREABOUTS_UNKNOWN),
            Kind.RECAPTURE: AccountSpec(AccountKind.HELD, facility_id=place),
        }[kind]
        self.story.report(book, person, kind, to)

    @rule(data=st.data())
    def taken_back(self, data: st.DataObject) -> None:
        """A registrar voids something that had effect in his book, one half of a handover too."""
        person = data.draw(st.sampled_from(self.everybody()))
        code = {number: name for name, number in self.cast.authority.items()}
        with self.story.register() as by:
            told = [e for e in ledger.history(by, person) if e.effect == "posted" and e.book_id in code]
        if not told:
            return
        event = data.draw(st.sampled_from(told))
        with self.story.acting(REGISTRARS[code[event.book_id]]) as by:
            actions.correct(
                event_id=uuid4(), target=event.id, to=None, occurred_at=None, ground="mistake", by=by,
                at=self.story.tick(),
            )  # fmt: skip

    @precondition(lambda self: self.look().findings)
    @rule(data=st.data(), state=st.sampled_from(["explained", "closed", "closed"]))
    def settled(self, data: st.DataObject, state: str) -> None:
        """Somebody settles a finding he would like to be rid of; what is still so does not let itself be closed."""
        finding = data.draw(st.sampled_from(self.look().findings))
        code = {number: name for name, number in self.cast.authority.items()}
        at = self.story.tick()
        with self.story.acting(REGISTRARS[code[finding.book_id]]) as by, suppress(Refused):
            actions.settle_finding(
                finding_event_id=uuid4(), finding_id=finding.id, state=state, note="looked into", by=by, at=at
            )

    def everybody(self) -> list[UUID]:
        return [*self.story.people, *self.extras]

    # ------------------------------------------------------------------ the laws
    @invariant()
    def nobody_disappears(self) -> None:
        """Everybody is in an open account of some book, or somebody owns an open finding about him."""
        followed = {f.subject_id for f in self.look().findings}
        somewhere = {w.subject_id for w in self.look().stands if w.account.kind in OPEN}
        assert set(self.everybody()) - somewhere - followed == set()

    @invariant()
    def who_is_in_two_books_is_shown(self) -> None:
        """Two answer only with a finding about him, or in one line's two halves."""
        followed = {f.subject_id for f in self.look().findings}
        open_in = [w.subject_id for w in self.look().stands if w.account.kind in OPEN]
        assert {s for s in open_in if open_in.count(s) > 1} <= followed

    @invariant()
    def books_balance(self) -> None:
        balance = self.look().balance
        assert balance.difference == 0
        assert all(row.difference == 0 for row in balance.rows)

    @invariant()
    def every_half_has_its_other_half_or_a_finding(self) -> None:
        with self.story.register() as by:
            assert queries.lines_without_counterpart(by) == {}
        with self.story.register() as by:
            ever = ledger.findings(by, states=("open", "explained", "closed"), limit=5000)
        codes = {f.code for f in ever}
        for ordinal in (1, 2):
            for line in self.lines(ordinal).values():
                if line.code not in ("", "received"):
                    assert f"line-{line.code}" in codes

    @invariant()
    def names_pending_is_what_is_not_named(self) -> None:
        """The tally stands at the count until the names are signed, then at the number of those without a name."""
        expected = 0
        for ordinal in (1, 2):
            handover = self.look().handovers[ordinal]
            if handover.state is H.COUNTED:
                expected += handover.bodies or 0
            elif handover.state in (H.NAMED, H.ACKNOWLEDGED):
                expected += sum(line.code == "unnamed" for line in self.lines(ordinal).values())
        assert self.look().balance.names_pending == expected

    @invariant()
    def recount_agrees(self) -> None:
        assert self.story.recount().wrong == []

    @invariant()
    def reconciled_means_settled(self) -> None:
        if self.look().state == "reconciled":
            lines = [*self.lines(1).values(), *self.lines(2).values()]
            assert all(line.code in ("received", "extra", "dead") or line.resolution for line in lines)


@pytest.mark.django_db
def test_nobody_disappears_over_random_handovers(cast: Cast) -> None:
    Handovers.cast = cast
    run_state_machine_as_test(
        Handovers,
        settings=settings(
            max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
