"""Places lost and taken back in any order: every book balances, nobody disappears, nobody is moved in bulk but by a loss."""

from datetime import datetime, timedelta
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

from sijill.domain.access import queries as access
from sijill.domain.access.rules import REGISTER_ID, Refused
from sijill.domain.access.viewing import viewing
from sijill.domain.ledger import actions, queries
from sijill.domain.ledger.losses import LossKind, LossState, Outcome
from sijill.domain.ledger.recount import recount
from sijill.domain.ledger.rules import AccountKind, AccountSpec, Admission, NewSubject
from tests.cast import NOON, Cast

pytestmark = [pytest.mark.postgres15]
PLACES = st.sampled_from(["A-MAIN", "A-SIDE"])
OFFICERS = st.sampled_from(["amal", "ahmad"])
BACK = st.integers(0, 6)
PEOPLE = 4
TALLIED = 20


class Losses(RuleBasedStateMachine):
    """Two duty officers of ALPHA lose and regain two places; four people and a tally are inside."""

    cast: Cast

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.people = [uuid4() for _ in range(PEOPLE)]
        self.tally = uuid4()
        self.losses: list[UUID] = []
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    @initialize()
    def inside(self) -> None:
        alpha, before = self.cast.authority["ALPHA"], NOON - timedelta(hours=12)
        viewer = self.cast.viewer("alice")
        with viewing(viewer.user_id):
            actions.add_subjects(subjects=[NewSubject(p) for p in self.people], by=viewer, at=self.now)
            for place, some in (("A-MAIN", self.people[:3]), ("A-SIDE", self.people[3:])):
                actions.admit(
                    admissions=[Admission(uuid4(), p) for p in some], book_id=alpha, hall_id=None,
                    facility_id=self.cast.facility[place], occurred_from=before, occurred_to=before, by=viewer,
                    at=self.now,
                )  # fmt: skip
            actions.count_tally(
                tally_id=self.tally, event_id=uuid4(), book_id=alpha, n=TALLIED, basis="declared", label="",
                to=AccountSpec(AccountKind.HELD, facility_id=self.cast.facility["A-MAIN"]), occurred_at=before,
                by=viewer, at=self.now,
            )  # fmt: skip

    @rule(kind=st.sampled_from(list(LossKind)), place=PLACES, name=OFFICERS, back=BACK)
    def stated(self, kind: LossKind, place: str, name: str, back: int) -> None:
        """Somebody states a loss, now or of hours ago: nobody moves by that."""
        viewer, loss = self.cast.viewer(name), uuid4()
        before = self.stands()
        with viewing(viewer.user_id):
            actions.propose_loss(
                loss_id=loss, book_id=self.cast.authority["ALPHA"], facility_id=self.cast.facility[place], kind=kind,
                other_id=self.cast.authority["BRAVO"] if kind is LossKind.CONTROL_CHANGED else None, ground="Said so.",
                occurred_at=self.now - timedelta(hours=back), by=viewer, at=self.tick(),
            )  # fmt: skip
        self.losses.append(loss)
        assert self.stands() == before

    @precondition(lambda self: self.losses)
    @rule(data=st.data(), name=OFFICERS)
    def confirmed(self, data: st.DataObject, name: str) -> None:
        """Only the other officer confirms, and only once; sending it again changes nothing."""
        loss, key, viewer = data.draw(st.sampled_from(self.losses)), uuid4(), self.cast.viewer(name)
        with viewing(viewer.user_id):
            row = queries.loss(viewer, loss)
            if row.state is not LossState.PROPOSED or row.by == viewer.user_id:
                with pytest.raises(Refused):
                    actions.confirm_loss(loss_id=loss, confirm_id=key, by=viewer, at=self.tick())
                return
            told = queries.loss_inside(viewer, row)
            done = actions.confirm_loss(loss_id=loss, confirm_id=key, by=viewer, at=self.tick())
            again = actions.confirm_loss(loss_id=loss, confirm_id=key, by=viewer, at=self.tick())
            lines = queries.loss_lines(viewer, loss)
        assert (again.persons, again.tallied, again.repeated) == (done.persons, done.tallied, True)
        assert len(lines) == told[0] + (1 if told[1] else 0)
        assert done.persons <= told[0] and done.tallied <= told[1]

    @precondition(lambda self: self.losses)
    @rule(data=st.data(), name=OFFICERS)
    def undone(self, data: st.DataObject, name: str) -> None:
        """Taken back: who still waited stands elsewhere again, and who was resolved since stays where he is."""
        loss, viewer = data.draw(st.sampled_from(self.losses)), self.cast.viewer(name)
        with viewing(viewer.user_id):
            row = queries.loss(viewer, loss)
            before, lines = self.stands(), queries.loss_lines(viewer, loss)
            if row.ended:
                with pytest.raises(Refused):
                    actions.undo_loss(undo_id=uuid4(), loss_id=loss, ground="Again.", by=viewer, at=self.tick())
                return
            actions.undo_loss(undo_id=uuid4(), loss_id=loss, ground="Mistaken.", by=viewer, at=self.tick())
            history = {p: {e.id: e for e in queries.history(viewer, p)} for p in self.people}
        for line in lines:
            if not line.waiting:
                assert self.stands()[line.subject_id] == before[line.subject_id]
            elif not line.is_tally:
                assert history[line.subject_id][line.event_id].superseded  # and still there to be read

    @precondition(lambda self: self.losses)
    @rule(data=st.data(), outcome=st.sampled_from(list(Outcome)), name=OFFICERS)
    def resolved(self, data: st.DataObject, outcome: Outcome, name: str) -> None:
        """One person of a loss is resolved by name."""
        loss, viewer = data.draw(st.sampled_from(self.losses)), self.cast.viewer(name)
        with viewing(viewer.user_id):
            lines = [line for line in queries.loss_lines(viewer, loss) if not line.is_tally]
            if not lines:
                return
            line, before = data.draw(st.sampled_from(lines)), self.stands()
            actions.resolve_by_name(
                event_id=uuid4(), loss_id=loss, subject_id=line.subject_id, outcome=outcome,
                facility_id=self.cast.facility["A-SIDE"], hall_id=None, other_id=self.cast.authority["BRAVO"],
                occurred_from=self.now, occurred_to=self.now, evidence="Seen.", grade="one-source", by=viewer,
                at=self.tick(),
            )  # fmt: skip
        after = self.stands()
        assert {s for s in after if after[s] != before[s]} <= {line.subject_id}  # never anybody else

    def stands(self) -> dict[UUID, AccountKind]:
        """Where everybody stands in ALPHA's book."""
        with viewing(REGISTER_ID):
            register = access.viewer_of(REGISTER_ID, self.now)
            return {w.subject_id: w.account.kind for w in queries.where(register, [*self.people, self.tally])}

    @invariant()
    def nobody_disappears(self) -> None:
        """Each of them, and the tally, stands in exactly one account, and nobody has an unowned end."""
        stands = self.stands()
        assert len(stands) == PEOPLE + 1
        with viewing(REGISTER_ID):
            register = access.viewer_of(REGISTER_ID, self.now)
            owed = {f.subject_id for f in queries.findings(register, limit=5000)}
        lost = {AccountKind.CONTROL_LOST, AccountKind.UNDER_ANOTHER, AccountKind.WHEREABOUTS_UNKNOWN,
                AccountKind.REPORTED_ESCAPED, AccountKind.REPORTED_DEAD, AccountKind.RELEASED_UNVERIFIED}  # fmt: skip
        assert {s for s, kind in stands.items() if kind in lost} <= owed

    @invariant()
    def books_balance(self) -> None:
        with viewing(REGISTER_ID):
            register = access.viewer_of(REGISTER_ID, self.now)
            whole = queries.balance(register)
            assert whole.difference == 0 and whole.tallied == TALLIED
            assert recount(register).wrong == []
        released = sum(kind is AccountKind.RELEASED_UNVERIFIED for kind in self.stands().values())
        assert whole.people == PEOPLE - released


@pytest.mark.django_db
def test_losses_and_their_undoing_keep_everybody(cast: Cast) -> None:
    Losses.cast = cast
    run_state_machine_as_test(
        Losses,
        settings=settings(
            max_examples=25, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
