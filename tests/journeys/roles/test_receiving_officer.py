"""The receiving officer at three in the morning, on a phone: count, names, and the one he cannot name yet."""

from typing import Any

from tests.journeys.roles.acts import main
from tests.journeys.roles.movement import Movement
from tests.journeys.roles.pictures import Pictures


def test_the_count_and_the_names_are_two_signatures(at: Any, arrived: Movement) -> None:
    """He signed two bodies, then one name; the other stays a difference with an owner until he is named."""
    page = at("iq-receiver", arrived.second, phone=True)
    assert "alive 2" in main(page)
    signed = page.locator(".signature").all_inner_texts()
    assert sum("DEMO receiving officer, Iraq" in each for each in signed) >= 2
    assert page.locator(".signature .state").first.inner_text()  # the grade stands beside every name


def test_every_name_is_large_and_no_face_is_shown(at: Any, arrived: Movement, pictures: Pictures) -> None:
    """The names screen fits the phone, has no picture of anybody, and every target is as large as a thumb."""
    page = at("us-carrier", arrived.first, phone=True)
    page.goto(f"{arrived.manifest}")
    pictures.take(page, "manifest")
    assert page.locator("main img").count() == 0
    page = at("iq-receiver", arrived.second, phone=True)
    for each in page.locator("main .wide-button").all():
        box = each.bounding_box()
        assert box is None or box["height"] >= 44


def test_in_the_morning_nothing_is_left(at: Any, reconciled: Movement) -> None:
    """The one present and not named has his name: custody passed for both."""
    page = at("iq-receiver", reconciled.batch, phone=True)
    text = main(page)
    assert "2 of 3 people received" in text and "0 still open" in text and "1 not received" in text
    assert "Nothing is left: every person is settled" in text
