"""What the browser tests of figures walk through: invented claims about the people of the story at A-MAIN.

`python -m tests.journeys.figures_story ANALYST_ID` writes it into the database of DATABASE_URL.
"""

import sys
from datetime import date

from tests.journeys.story import some_id

# low, high, modality, speaker, outlet, as of, quoted (all invented)
SAID = (
    (60, 80, "estimated", "Alpha, ministry of the interior", "The Alpha Courier", 1, "between sixty and eighty"),
    (40, 40, "counted", "Bravo, press office", "Bravo Radio", 2, "forty by name"),
    (None, 100, "could", "Headquarters of the coalition", "Wire of the North", 3, "up to a hundred could be moved"),
    (35, None, "reported", "A guard who would not be named", "Wire of the North", 4, "more than thirty-five"),
    (120, 120, "stated", "Charlie, spokesman", "Charlie Evening Post", 5, "all hundred and twenty"),
    (None, None, "unclear", "Delta Observatory", "Observatory bulletin 7", 6, "nobody can say how many"),
)


def tell() -> None:
    """Write two topics and what is said on them into the database of DATABASE_URL, as the analyst."""
    from datetime import timedelta
    from uuid import UUID

    import django

    django.setup()
    from sijill.domain.access import queries as access
    from sijill.domain.access.viewing import viewing
    from sijill.domain.figures import actions
    from sijill.domain.places import queries as places
    from tests.cast import NOON

    farid, later = UUID(sys.argv[1]), NOON + timedelta(days=20)
    with viewing(farid):
        by = access.viewer_of(farid, later)
        alpha, main = access.authority_by_code(by, "ALPHA").id, places.facility(by, "A-MAIN").id
        measure = {"what": "standing", "accounts": ["held"], "books": [alpha], "facility": main}
        actions.add_topic(
            code="held-at-main", names={"en": "Held at Main", "ar": "المحتجزون في المبنى الرئيسي"}, unit="persons",
            measure=measure, by=by, at=later,
        )  # fmt: skip
        for n, (low, high, modality, speaker, outlet, day, quoted) in enumerate(SAID):
            actions.enter_claim(
                claim_id=some_id(f"claim/{n}"), topic="held-at-main", low=low, high=high, modality=modality,
                speaker=speaker, outlet=outlet, address="https://www.courier.example/2026/02/held-at-main",
                published_on=date(2026, 2, day + 1), as_of=date(2026, 2, day), quoted=quoted, by=by, at=later,
            )  # fmt: skip
        for state, who, day in (
            ("denied", "Alpha, ministry of the interior", 6),
            ("withdrawn", "Charlie, spokesman", 9),
        ):
            actions.set_claim_state(
                step_id=some_id(f"step/{state}"), claim_id=some_id("claim/4"), state=state, said_by=who,
                outlet="The Alpha Courier", said_on=date(2026, 2, day), by=by, at=later,
            )  # fmt: skip
        actions.add_topic(
            code="foreign-at-main", names={"en": "Foreign nationals at Main", "ar": "الأجانب في المبنى الرئيسي"},
            unit="persons", measure={**measure, "not_nationality": "IQ"}, by=by, at=later,
        )  # fmt: skip
        actions.enter_claim(
            claim_id=some_id("derived"), topic="foreign-at-main", low=20, high=40, modality="derived",
            speaker="Sijill's analyst", outlet="this register", address="", published_on=date(2026, 2, 5),
            as_of=date(2026, 2, 1), quoted="", derived_from=[some_id("claim/0"), some_id("claim/1")],
            rule="the estimate less those counted by name", by=by, at=later,
        )  # fmt: skip
        actions.add_topic(
            code="who-controls-main", names={"en": "Who controls Main", "ar": "من يسيطر على المبنى الرئيسي"},
            unit="words", measure={}, by=by, at=later,
        )  # fmt: skip
        actions.enter_claim(
            claim_id=some_id("control"), topic="who-controls-main", low=None, high=None, modality="unclear",
            speaker="Delta Observatory", outlet="Observatory bulletin 7", address="", published_on=date(2026, 2, 5),
            as_of=None, quoted="it is unclear who controls it", by=by, at=later,
        )  # fmt: skip


if __name__ == "__main__":
    tell()
