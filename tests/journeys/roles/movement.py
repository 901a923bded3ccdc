"""The next small batch: three people from a list, through both handovers, until nothing is left. Told once for the run.

Each step is taken by the user whose part it is; the tests of the roles begin where it left off and look closer.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.journeys.conftest import Site, follow
from tests.journeys.roles import acts
from tests.journeys.roles.acts import confirmed, count_on_the_phone, main, press, say, sign_if_asked
from tests.journeys.roles.pictures import Pictures

SENDER, CARRIER, RECEIVER = "SDF prisons administration", "US forces (CJTF-OIR)", "Iraqi Correctional Service"


@dataclass(frozen=True)
class Movement:
    """The addresses of the batch, its manifest and both handovers."""

    batch: str
    manifest: str
    first: str
    second: str


def bring_in_the_list(desks: Any, site: Site, pictures: Pictures) -> str:
    """The registrar lets three of four rows in; the fourth has a date that is none. Returns the list's address."""
    page = desks.sit("sdf-registrar")
    acts.bring_in(page, acts.LIST)
    pictures.now(page, "list-columns")
    press(page, "Show what it gives")
    assert "Nothing has been written yet" in main(page)
    pictures.now(page, "list-preview")
    press(page, "Let 3 people in")
    site.enter_lists()
    page.wait_for_selector("text=The list is in")
    pictures.now(page, "list-in")
    return str(page.url)


def plan(page: Any, people: int) -> None:
    """Fill the plan in and send it."""
    page.goto("/batches/plan")
    for label, choice in (("Carrier", CARRIER), ("To: who receives", RECEIVER)):
        page.get_by_label(label, exact=True).select_option(label=choice)
    page.get_by_label("They leave from").select_option(label="Ghuwayran Prison, Hasaka")
    page.get_by_label("Day", exact=True).fill(datetime.now(tz=UTC).date().isoformat())
    page.get_by_label("How many people at most").fill(str(people))
    press(page, "Plan the batch")


def draw(page: Any, vehicle: str, destination: str) -> None:
    """Draw up a manifest of the batch on the page."""
    page.get_by_label("Vehicle", exact=True).fill(vehicle)
    page.get_by_label("Destination", exact=True).select_option(label=destination)
    press(page, "Draw it up")


def put_the_first_on_it(page: Any, people: int) -> None:
    """The first of the roll, onto the manifest on the page."""
    page.get_by_text("The first of the roll").click()
    page.get_by_label("How many", exact=True).fill(str(people))
    press(page, "Add them")


def seal_a_batch(desks: Any, pictures: Pictures) -> Movement:
    """The coordinator plans, authorises, draws up and seals."""
    page = desks.sit("sdf-coordinator")
    plan(page, 3)
    batch = page.url
    press(page, "Authorise this batch")
    draw(page, "Bus 7", "Karkh Central Prison")
    manifest = page.url
    put_the_first_on_it(page, 3)
    sign_if_asked(page)
    pictures.now(page, "manifest-to-seal")
    press(page, "Seal with 3 people")
    first, second = (a.get_attribute("href") for a in page.locator('.buttons a[href^="/handovers/"]').all())
    return Movement(batch, manifest, first, second)


def present(desks: Any, pictures: Pictures, moving: Movement) -> None:
    """The sender presents three people, from his list of what waits for him."""
    page = desks.sit("sdf-sender", "/batches", phone=True)
    pictures.take(page, "batches")
    assert page.locator(f'.tasks a[href="{moving.second}"]').count() == 0  # what others have to sign is not his
    follow(page.locator(f'.tasks a[href="{moving.first}"]'))
    sign_if_asked(page)
    pictures.now(page, "present-on-a-phone")
    press(page, "Present these 3 people")
    assert "3 people presented" in main(page)


def take_over(desks: Any, pictures: Pictures, moving: Movement) -> None:
    """The carrier counts two bodies, and says of the three names that one is absent."""
    page = desks.sit("us-carrier", "/batches", phone=True)
    follow(page.locator(f'.tasks a[href="{moving.first}"]'))
    count_on_the_phone(page, moving.first, 2)
    pictures.now(page, "count-on-a-phone")
    acts.sign_the_count(page, moving.first)
    page.goto(f"{moving.first}/names")
    say(page, 1, "absent")
    page.locator('main button[value="rest"]').click()
    confirmed(page)
    pictures.now(page, "names-on-a-phone")
    page.goto(f"{moving.first}/names/sign")
    pictures.now(page, "sign-on-a-phone")
    acts.sign_the_names(page, moving.first)
    page.goto(moving.batch)
    pictures.take(page, "batch-on-the-way")


def take_note(desks: Any, moving: Movement) -> None:
    """The sender answers for the one who was absent: he is back in his hall."""
    page = desks.sit("sdf-sender", moving.first, phone=True)
    page.locator("main select").first.select_option("returned")
    sign_if_asked(page)
    press(page, "Sign that you take note")


def arrive(desks: Any, pictures: Pictures, moving: Movement) -> None:
    """The carrier presents two at Karkh; the receiver counts two, and can name one."""
    page = desks.sit("us-carrier", moving.second, phone=True)
    sign_if_asked(page)
    press(page, "Present these 2 people")
    page = desks.sit("iq-receiver", "/batches", phone=True)
    follow(page.locator(f'.tasks a[href="{moving.second}"]'))
    count_on_the_phone(page, moving.second, 2)
    acts.sign_the_count(page, moving.second)
    pictures.now(page, "counted-not-named-on-a-phone")
    pictures.take(page, "handover")
    page.goto(f"{moving.second}/names")
    say(page, 2, "received")
    say(page, 3, "present but not yet named")
    acts.sign_the_names(page, moving.second)


def settle(desks: Any, pictures: Pictures, moving: Movement) -> None:
    """In the morning the receiver names him, and the carrier takes note of both signatures."""
    page = desks.sit("iq-receiver", moving.second, phone=True)
    follow(page.get_by_role("link", name="Say something new of 1 line"))
    say(page, 3, "received")
    acts.sign_the_names(page, moving.second)
    page = desks.sit("us-carrier", moving.second, phone=True)
    sign_if_asked(page)
    press(page, "Sign that you take note")
    page = desks.sit("sdf-coordinator", moving.batch)
    pictures.now(page, "reconciled")
