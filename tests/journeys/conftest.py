"""The real server on a database of its own, a real browser, and three instruments: `page`, `axe`, `shot`."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from conftest import fresh_database
from tests.cast import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "tests" / "vendor" / "axe.min.js"
SIZES = {"360": (360, 780), "1440": (1440, 900)}
BOOT_SECONDS = 60


class Site:
    """The running server: its address, its database and the users of the story."""

    def __init__(self, url: str, database: str, users: dict[str, str]) -> None:
        self.url, self.database, self.users = url, database, users

    def tell(self, story: str, *words: str) -> Any:
        """Tell a story of this folder into the register, in a process of its own. Returns what it prints as JSON."""
        said = self.run("-m", f"tests.journeys.{story}", *words)
        return json.loads(said) if said else None

    def enter_lists(self) -> None:
        """Run the worker once, as `serve` runs it, until no list waits."""
        self.run("-m", "django", "procrastinate", "worker", "--one-shot", "--queues", "lists")

    def run(self, *words: str) -> bytes:
        """What Python prints for these words, beside the server."""
        return subprocess.run(
            [sys.executable, *words], env=environment(self.database), cwd=ROOT, check=True, stdout=subprocess.PIPE,
            timeout=240,
        ).stdout  # fmt: skip


def environment(database: str) -> dict[str, str]:
    """What a process beside the tests needs to know of their register."""
    return os.environ | {
        "DATABASE_URL": database, "SIJILL_POOL": "4", "SIJILL_FAST_HASH": "1", "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "DJANGO_SETTINGS_MODULE": "sijill.config.settings", "SIJILL_SECRET_KEY": "journeys-only",
    }  # fmt: skip


class SignIn(Protocol):
    """`sign_in("alice")` signs the page's browser in through the form."""

    def __call__(self, name: str, *, language: str = "en") -> None:
        """Sign in."""


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode}")
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not answer in time")


@contextmanager
def served(database: str, folder: Path) -> Iterator[str]:
    """granian, as `serve` runs it, on a database; yields its address."""
    port = _free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "sijill.config.wsgi:application"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)], env=environment(database), cwd=ROOT, stdout=log,
            stderr=log,
        )  # fmt: skip
        try:
            _wait_for(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


@pytest.fixture(scope="module")
def site(worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server on a copy of the template with the story in it: no module reads what another wrote."""
    database = fresh_database(f"journeys_{worker_id}_{os.getpid()}")
    made = Site("", database, {})
    made.users = made.tell("story")
    with served(database, tmp_path_factory.mktemp("server")) as made.url:
        yield made


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's or anybody's Chromium; without one the browser tests are skipped, and say so."""
    found = os.environ.get("SIJILL_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        pytest.skip("no Chromium on this machine: browser tests skipped (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    arguments = ["--disable-dev-shm-usage"] + (["--no-sandbox"] if os.getuid() == 0 else [])
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=arguments)
        yield running
        running.close()


@pytest.fixture
def context(browser: Any, site: Site) -> Iterator[Any]:
    """A browser of its own for the test: a wide window, no cookies."""
    made = browser.new_context(base_url=site.url, bypass_csp=True, viewport={"width": 1440, "height": 900})
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def page(context: Any) -> Any:
    """One page of that browser. A script error on it fails the test."""
    made = context.new_page()
    made.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    return made


@pytest.fixture
def sign_in(page: Any, site: Site) -> SignIn:
    """Signs the page's browser in as one of the cast."""

    def as_user(name: str, *, language: str = "en") -> None:
        speak(page, site, language)
        page.goto("/sign-in")
        page.fill("#username", name)
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_selector("nav.strip")

    return as_user


def follow(link: Any) -> None:
    """Click a link and wait for the page it leads to: what is read next is read there."""
    with link.page.expect_navigation():
        link.click()


@pytest.fixture
def axe() -> Callable[[Any], None]:
    """`axe(page)`: no serious or critical accessibility fault on the page as it stands."""

    def examine(page: Any) -> None:
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("() => axe.run(document)")["violations"]
        grave = [
            f"{v['id']} ({v['impact']}): {v['help']} at {[n['target'] for n in v['nodes']][:3]}"
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        assert not grave, "\n".join(grave)

    return examine


@pytest.fixture
def shot(page: Any, site: Site, tmp_path: Path, axe: Callable[[Any], None]) -> Callable[[str], None]:
    """`shot("board")`: the page's address in English and Arabic, narrow and wide, as pictures.

    Every one of the four must fit its window, name its language and direction, and pass axe. SIJILL_SHOTS=FOLDER keeps
    the pictures.
    """
    folder = Path(os.environ.get("SIJILL_SHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)

    def take(name: str) -> None:
        address = page.url
        for language, direction in (("en", "ltr"), ("ar", "rtl")):
            speak(page, site, language)
            for size, (width, height) in SIZES.items():
                page.set_viewport_size({"width": width, "height": height})
                page.goto(address)
                page.screenshot(path=str(folder / f"{name}-{language}-{size}.png"), full_page=True)
                shown = page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
                assert shown == [language, direction]
                over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert over <= 0, f"{name} is {over} px wider than its window at {size} in {language}"
                axe(page)
        speak(page, site, "en")
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(address)

    return take


def speak(page: Any, site: Site, language: str) -> None:
    """Choose the language as the cookie of the language form does."""
    page.context.add_cookies([{"name": "django_language", "value": language, "url": site.url}])
