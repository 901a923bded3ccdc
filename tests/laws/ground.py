"""What the hostile tests attack: at least one row in every table, of ALPHA, BRAVO and CHARLIE, and nothing of DELTA.

`python -m tests.laws.ground` writes it into the database of DATABASE_URL and prints the ids as JSON.
"""

import json
import sys
from datetime import date
from uuid import uuid4

import django


def tell() -> dict[str, str]:
    """Write it all, through the rooms' actions; returns ids by name."""
    from django.db import transaction

    from sijill.domain.ledger import actions as ledger
    from sijill.domain.ledger.rules import AccountKind, AccountSpec
    from sijill.domain.transfers.rules import Extra
    from tests.cast import NOON, assemble
    from tests.story import Story

    with transaction.atomic():
        cast = assemble()
        story = Story(cast, key="ground", now=NOON).sealed(4)
        story.present(1)
        story.count(1, dead=1)
        story.names(1, {2: "absent", 3: "unnamed", 4: "dead"}, [Extra(story.id("extra"))])
        story.acknowledge(1, {2: "unknown"})
        story.present(2)
        story.count(2)
        tally = story.id("tally")
        with story.acting("alice") as by:
            ledger.count_tally(
                tally_id=tally, event_id=uuid4(), book_id=cast.authority["ALPHA"], n=30, basis="counted", label="hall 2",
                to=AccountSpec(AccountKind.HELD, facility_id=cast.facility["A-MAIN"]), occurred_at=story.now, by=by,
                at=story.tick(),
            )  # fmt: skip
            ledger.take_head_count(
                head_count_id=story.id("head-count"), book_id=cast.authority["ALPHA"], hall_id=None, unknown=29,
                facility_id=cast.facility["A-MAIN"], counted_at=story.now, seen=story.people[:1], not_on_list=0, by=by,
                at=story.tick(),
            )  # fmt: skip
        _identities(story)
        _places(story)
        _losses(story)
        _published(story)
    return {
        **{name: str(user) for name, user in cast.user.items()},
        **{code: str(number) for code, number in (cast.authority | cast.facility).items()},
        "person": str(story.people[0]), "tally": str(tally), "batch": str(story.batch), "operation": str(story.operation),
        "manifest": str(story.manifests[0]), "handover": str(story.handover(1).id),
        "manifest_code": story.manifest_row().code,
    }  # fmt: skip


def _identities(story) -> None:  # type: ignore[no-untyped-def]
    """Claims, links, a list, a read and an answer by alice of ALPHA."""
    from sijill.domain.access import actions as access
    from sijill.domain.people import actions as people
    from sijill.domain.people.rules import Name, NewClaim
    from sijill.domain.safeguards import actions as safeguards

    one, other = story.people[:2]
    with story.acting("alice") as by:
        alpha = story.cast.authority["ALPHA"]
        at = story.tick()
        claim = people.add_claim(
            person_id=one, claim=NewClaim(uuid4(), Name(full="Second Name")), authority_id=alpha, by=by, at=at
        )
        people.withdraw_claim(claim_id=claim, reason="mistaken", by=by, at=at)
        link = people.link_records(
            link_id=uuid4(), one=one, other=other, authority_id=alpha, reason="same scar", by=by, at=at
        )
        people.withdraw_link(link_id=link, reason="another scar", by=by, at=at)
        people.upload_list(
            import_id=story.id("list"), authority_id=alpha, facility_id=story.cast.facility["A-MAIN"], filename="a.csv",
            content=b"Name,Sex\nSomebody,M\n", by=by, at=at,
        )  # fmt: skip
        access.record_read(subject=one, purpose="visit", by=by, at=at)
        basis = safeguards.state_legal_basis(
            basis_id=uuid4(), subject_id=one, authority_id=alpha, ground="conviction", ordering_authority="Court",
            document="Judgment 7", source="Court file", stated_on=at.date(), expires_on=None, by=by, at=at,
        )  # fmt: skip
        safeguards.withdraw_legal_basis(basis_id=basis, reason="another person", by=by, at=at)
        access.remember_answer(key=uuid4(), what="test", answer="1", by=by, at=at)


def _places(story) -> None:  # type: ignore[no-untyped-def]
    """A hall, a control statement, a capacity; and what this register is."""
    from sijill.domain.access import actions as access
    from sijill.domain.places import actions as places

    main, at = story.cast.facility["A-MAIN"], story.tick()
    with story.register() as by:
        places.create_hall(facility_id=main, code="H1", names={"en": "Hall 1"}, by=by, at=at)
        access.mark_installation(kind="demo", version=1, by=by, at=at)
    with story.acting("amal") as by:
        places.state_control(
            statement_id=uuid4(), facility_id=main, aspect="perimeter", holder_id=None, holder_text="", speaker="Field",
            since=None, stated_at=at, note="", by=by, at=at,
        )  # fmt: skip
    with story.acting("alice") as by:
        places.set_capacity(
            capacity_id=uuid4(), facility_id=main, kind="maximum", category="", places=10, approver="Col. X",
            approved_on=date(2026, 1, 1), document="", by=by, at=at,
        )  # fmt: skip


def _losses(story) -> None:  # type: ignore[no-untyped-def]
    """A-SIDE lost with one person inside, who is then reported escaped and searched for."""
    from sijill.domain.ledger import actions as ledger
    from sijill.domain.ledger import queries

    person, loss = story.admit(1, facility="A-SIDE")[0], story.id("loss")
    story.tick(5)
    with story.acting("amal") as by:
        ledger.propose_loss(
            loss_id=loss, book_id=story.cast.authority["ALPHA"], facility_id=story.cast.facility["A-SIDE"],
            kind="control-lost", other_id=None, ground="No contact.", occurred_at=story.now, by=by, at=story.now,
        )  # fmt: skip
    with story.acting("ahmad") as by:
        ledger.confirm_loss(loss_id=loss, confirm_id=uuid4(), by=by, at=story.tick())
        ledger.resolve_by_name(
            event_id=uuid4(), loss_id=loss, subject_id=person, outcome="reported-escaped", facility_id=None,
            hall_id=None, other_id=None, occurred_from=story.now, occurred_to=story.now, evidence="Seen running.",
            grade="one-source", by=by, at=story.tick(),
        )  # fmt: skip
        ledger.add_search_step(
            step_id=uuid4(), finding_id=queries.searches(by)[0].finding.id, step="searched", owner=None,
            text="The north wall", by=by, at=story.tick(),
        )  # fmt: skip


def _published(story) -> None:  # type: ignore[no-untyped-def]
    """A figure somebody published and took back; what a day costs."""
    from sijill.domain.figures import actions as figures
    from sijill.domain.sharing import actions as sharing

    at = story.tick()
    with story.acting("farid") as by:
        figures.add_topic(code="moved", names={"en": "Moved"}, unit="persons", measure={}, by=by, at=at)
        claim = figures.enter_claim(
            claim_id=uuid4(), topic="moved", low=150, high=150, modality="counted", speaker="A speaker", outlet="A paper",
            address="", published_on=at.date(), as_of=at.date(), quoted="150 came", by=by, at=at,
        )  # fmt: skip
        figures.set_claim_state(
            step_id=uuid4(), claim_id=claim, state="withdrawn", said_by="A speaker", outlet="A paper",
            said_on=at.date(), by=by, at=at,
        )  # fmt: skip
    with story.acting("fatima") as by:
        sharing.set_rate(
            rate_id=uuid4(), authority_id=story.cast.authority["ALPHA"], facility_id=None, label="Food",
            amount="6600000/511", currency="IQD", valid_from=date(2026, 1, 1), valid_to=None, source="A paper",
            illustrative=True, by=by, at=at,
        )  # fmt: skip


if __name__ == "__main__":
    django.setup()
    json.dump(tell(), sys.stdout)
