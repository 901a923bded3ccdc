"""The demo operation, loaded once for the whole run; a browser for each of its users; pictures of what they see."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from conftest import fresh_database, named
from tests.journeys.conftest import ROOT, SIZES, Site, environment, served, speak
from tests.journeys.roles import movement
from tests.journeys.roles.acts import PASSWORD
from tests.journeys.roles.movement import Movement
from tests.journeys.roles.pictures import Pictures

LOAD = "import django; django.setup(); from sijill.exercises import demo; demo.load()"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every journey here needs the demo and a browser; the first one waits while the demo is loaded."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(900))


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """One worker at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def loaded_demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """The name of a database with the demo in it, never written to: loaded by the first worker that needs it.

    SIJILL_DEMO_TEMPLATE names one that is there already, for whoever runs a single journey again and again.
    """
    ready = os.environ.get("SIJILL_DEMO_TEMPLATE")
    if ready:
        return ready
    shared = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    with alone(shared / "demo.lock"):
        told = shared / "demo.name"
        if not told.exists():
            name = f"demo_of_roles_{os.getpid()}"
            subprocess.run([sys.executable, "-c", LOAD], env=environment(fresh_database(name)), cwd=ROOT, check=True)
            told.write_text(name)
    return told.read_text()


def copied(source: str, name: str) -> str:
    """A copy of the loaded demo, of this worker's own; returns the application's URL of it."""
    with psycopg.connect(named(os.environ["SIJILL_TEST_ADMIN"], "postgres"), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"create database {name} template {source} owner sijill_owner")
    return named(os.environ["SIJILL_TEST_APP"], name)


@pytest.fixture(scope="session")
def demo_site(loaded_demo: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server on a copy of the demo."""
    with alone(tmp_path_factory.getbasetemp().parent / "copying.lock"):  # a database in use cannot be copied
        database = copied(loaded_demo, f"roles_{worker_id}_{os.getpid()}")
    with served(database, tmp_path_factory.mktemp("demo-server")) as url:
        yield Site(url, database, {})


class Desks:
    """`sit("analyst")`: this user's own browser, signed in once, at a desk or with a phone in the hand."""

    def __init__(self, browser: Any, site: Site) -> None:
        self.browser, self.site = browser, site
        self.pages: dict[tuple[str, bool], Any] = {}
        self.errors: list[str] = []

    def sit(self, user: str, address: str = "/", *, phone: bool = False) -> Any:
        """His page, in English, at an address."""
        page = self.pages.get((user, phone)) or self._sign_in(user, phone)
        self.pages[user, phone] = page
        speak(page, self.site, "en")
        width, height = SIZES["360" if phone else "1440"]
        page.set_viewport_size({"width": width, "height": height})
        page.goto(address)
        return page

    def _sign_in(self, user: str, phone: bool) -> Any:
        context = self.browser.new_context(base_url=self.site.url, bypass_csp=True)
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(f"{user} at {page.url}: {error}"))
        page.goto("/sign-in")
        page.fill("#username", user)
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_selector("nav.strip")
        return page


@pytest.fixture(scope="session")
def desks(browser: Any, demo_site: Site) -> Iterator[Desks]:
    """The browsers of the demo's users."""
    made = Desks(browser, demo_site)
    yield made
    for page in made.pages.values():
        page.context.close()


@pytest.fixture
def at(desks: Desks) -> Iterator[Any]:
    """`at("analyst", "/figures")`: the analyst's page there. A script error on any page fails the test."""
    desks.errors.clear()
    yield desks.sit
    assert desks.errors == []


@pytest.fixture(scope="session")
def pictures(demo_site: Site) -> Pictures:
    """`pictures.take(page, "board")`: four ways, and kept when SIJILL_KEEP_PICTURES=1."""
    return Pictures(demo_site, ROOT / "docs" / "images")


@pytest.fixture(scope="session")
def listed(desks: Desks, demo_site: Site, pictures: Pictures) -> str:
    """Three people more at Ghuwayran, from a list: its address."""
    return movement.bring_in_the_list(desks, demo_site, pictures)


@pytest.fixture(scope="session")
def sealed(desks: Desks, pictures: Pictures, listed: str) -> Movement:
    """They stand on a sealed manifest."""
    return movement.seal_a_batch(desks, pictures)


@pytest.fixture(scope="session")
def presented(desks: Desks, pictures: Pictures, sealed: Movement) -> Movement:
    """They stand before the carrier."""
    movement.present(desks, pictures, sealed)
    return sealed


@pytest.fixture(scope="session")
def carried(desks: Desks, pictures: Pictures, presented: Movement) -> Movement:
    """The carrier has two of them; the third was absent and is back."""
    movement.take_over(desks, pictures, presented)
    movement.take_note(desks, presented)
    return presented


@pytest.fixture(scope="session")
def arrived(desks: Desks, pictures: Pictures, carried: Movement) -> Movement:
    """Both are at Karkh, one of them not named yet."""
    movement.arrive(desks, pictures, carried)
    return carried


@pytest.fixture(scope="session")
def reconciled(desks: Desks, pictures: Pictures, arrived: Movement) -> Movement:
    """Nothing is left."""
    movement.settle(desks, pictures, arrived)
    return arrived
