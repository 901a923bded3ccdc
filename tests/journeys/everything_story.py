"""What the register's other stories leave out, so that every page has an example: a loss, a search, a basis, a count.

`python -m tests.journeys.everything_story USERS-AS-JSON` comes after `register` and `person_story`; it prints ids.
"""

import json
import sys
from datetime import timedelta
from typing import Any
from uuid import uuid4

import django


def tell(users: dict[str, str], person: str) -> dict[str, str]:
    """A-SIDE is lost, one of its people escapes; `person` has a basis; at A-MAIN some are tallied, heads were counted."""
    from datetime import date
    from uuid import UUID

    from django.db import transaction

    from sijill.domain.ledger import actions as ledger
    from sijill.domain.ledger import queries as ledger_queries
    from sijill.domain.ledger.rules import AccountKind, AccountSpec
    from sijill.domain.safeguards import actions as safeguards
    from tests.journeys.handover_story import _story

    with transaction.atomic():
        story = _story(users, "everything")
        alpha, side, main = (story.cast.authority["ALPHA"], *(story.cast.facility[f] for f in ("A-SIDE", "A-MAIN")))
        loss, happened = uuid4(), story.now - timedelta(minutes=30)
        stated: dict[str, Any] = {
            "loss_id": loss, "book_id": alpha, "facility_id": side, "kind": "control-lost", "other_id": None,
            "ground": "No answer by radio.", "occurred_at": happened,
        }  # fmt: skip
        with story.acting("amal") as by:
            ledger.propose_loss(**stated, by=by, at=story.tick())
        with story.acting("ahmad") as by:
            ledger.confirm_loss(loss_id=loss, confirm_id=uuid4(), by=by, at=story.tick())
            gone = next(line for line in ledger_queries.loss_lines(by, loss) if not line.is_tally)
            ledger.resolve_by_name(
                event_id=uuid4(), loss_id=loss, subject_id=gone.subject_id, outcome="reported-escaped",
                facility_id=None, hall_id=None, other_id=None, occurred_from=happened, occurred_to=happened,
                evidence="A shepherd saw one man run north.", grade="one-source", by=by, at=story.tick(),
            )  # fmt: skip
            ledger.count_tally(
                tally_id=uuid4(), event_id=uuid4(), book_id=alpha, to=AccountSpec(AccountKind.HELD, facility_id=main),
                n=12, basis="counted", label="yard", occurred_at=happened, by=by, at=story.tick(),
            )  # fmt: skip
            ledger.take_head_count(
                head_count_id=uuid4(), book_id=alpha, facility_id=main, hall_id=None, counted_at=story.now, seen=[],
                unknown=1, not_on_list=1, by=by, at=story.tick(),
            )  # fmt: skip
        with story.acting("lina") as by:
            safeguards.state_legal_basis(
                basis_id=uuid4(), subject_id=UUID(person), authority_id=alpha, ground="remand-order",
                ordering_authority="Court of Alpha", document="Order 5/2026", source="The court's list",
                stated_on=date(2026, 1, 20), expires_on=None, by=by, at=story.tick(),
            )  # fmt: skip
    return {"loss": str(loss)}


if __name__ == "__main__":
    django.setup()
    json.dump(tell(json.loads(sys.argv[1]), sys.argv[2]), sys.stdout)
