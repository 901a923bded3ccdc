"""Enters what was published, as an analyst would: topics, claims with their sources, what became of them, and rates."""

from datetime import date
from typing import Any

from sijill.domain.figures import actions as figures
from sijill.domain.sharing import actions as sharing
from sijill.exercises.demo_claims import CLAIMS, STATES, Published
from sijill.exercises.demo_story import LAST_DAY, OPENING, Story, demo_id, local
from sijill.exercises.demo_topics import TOPICS

# What food of up to 7,000 people a year was said to cost, as an exact fraction a person-day.
RATES = (
    ("IQD", f"{33_000_000_000}/{7_000 * 365}", "Food, 33 billion IQD a year for up to 7,000 (derived)"),
    ("USD", f"{25_000_000}/{7_000 * 365}", "Food, 25 million USD a year for up to 7,000 (derived)"),
)
RATE_SOURCE = (
    "A government source, Shafaq News, 24 January 2026; Asharq al-Awsat."
    " Derived: 33 billion IQD or 25 million USD / (7,000 x 365)"
)


def publish(story: Story) -> None:
    """Every topic and claim; each is entered on the day it was published, and never changed."""
    with story.acting("analyst", OPENING) as by:
        for asked in TOPICS:
            figures.add_topic(
                code=asked.code, names={"en": asked.english, "ar": asked.arabic}, unit=asked.unit,
                measure=_measure(story, asked.beside), by=by, at=OPENING,
            )  # fmt: skip
    for claim in sorted(CLAIMS, key=lambda c: (bool(c.derived), c.published_on or c.as_of or date.max)):
        _enter(story, claim)
    for became in STATES:
        at = local(became.said_on.month, became.said_on.day, 21)
        with story.acting("analyst", at) as by:
            figures.set_claim_state(
                step_id=demo_id("step", became.key), claim_id=demo_id("claim", became.key), state=became.state,
                said_by=became.said_by, outlet=became.outlet, said_on=became.said_on, address=became.address,
                note=became.note, by=by, at=at,
            )  # fmt: skip


def _measure(story: Story, beside: dict[str, Any] | None) -> dict[str, Any]:
    """The measure with the ids of its books and place."""
    found = dict(beside or {})
    if found:
        found["books"] = [story.authority[code] for code in found["books"]]
        if "accounts" in found:
            found["accounts"] = list(found["accounts"])
    if "facility" in found:
        found["facility"] = story.facility[found["facility"]]
    return found


def _enter(story: Story, claim: Published) -> None:
    day = claim.published_on or claim.as_of
    at = local(day.month, day.day, 20) if day and not claim.derived else LAST_DAY
    with story.acting("analyst", at) as by:
        figures.enter_claim(
            claim_id=demo_id("claim", claim.key), topic=claim.topic, low=claim.low, high=claim.high,
            modality=claim.modality, speaker=claim.speaker, outlet=claim.outlet, address=claim.address,
            published_on=claim.published_on, as_of=claim.as_of, quoted=claim.quoted, note=claim.note,
            derived_from=[demo_id("claim", key) for key in claim.derived], rule=claim.rule, by=by, at=at,
        )  # fmt: skip


def set_rates(story: Story) -> None:
    """What a person-day's food was said to cost, illustrative, as exact fractions."""
    at = local(1, 24, 20)
    with story.acting("iq-finance", at) as by:
        for currency, amount, label in RATES:
            sharing.set_rate(
                rate_id=demo_id("rate", currency), authority_id=story.authority["ICS"], facility_id=None, label=label,
                amount=amount, currency=currency, valid_from=date(2026, 1, 15), valid_to=None, source=RATE_SOURCE,
                illustrative=True, by=by, at=at,
            )  # fmt: skip
