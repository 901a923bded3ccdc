"""Reading the server's pages as a demo user with a kept-open line: what an answer takes, and what it weighs."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, RemoteDisconnected
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from django.urls import Resolver404, resolve

LINKS_MAX = 400  # links one user looks at for examples
EXAMPLES = 2  # addresses kept of one page
TIMEOUT = 60


@dataclass(slots=True)
class Answer:
    """What came back: status, where it leads, the body, and how long it took in milliseconds."""

    status: int
    location: str
    body: bytes
    took: float

    @property
    def text(self) -> str:
        """The page."""
        return self.body.decode(errors="replace")

    def field(self, name: str) -> str:
        """The value of a hidden field; "" when the page has none of that name."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        return unescape(found.group(1)) if found else ""


@dataclass(slots=True)
class Line:
    """One browser: cookies, and a connection that stays open."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    _connection: HTTPConnection | None = None

    def get(self, path: str) -> Answer:
        """Read one address."""
        return self._ask("GET", path, None, {})

    def post(self, path: str, fields: list[tuple[str, str]], *, accept: str = "text/html") -> Answer:
        """Send a form."""
        sent = [("csrfmiddlewaretoken", self.cookies.get("csrftoken", "")), *fields]
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept}
        return self._ask("POST", path, urlencode(sent), headers)

    def sign_in(self, username: str, password: str) -> bool:
        """Sign in; False when the register does not let this user in."""
        self.get("/sign-in")
        return self.post("/sign-in", [("username", username), ("password", password)]).status == 302

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        cookie = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        for fresh in (self._connection is None, True):
            if fresh or self._connection is None:
                self._connection = HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
            started = time.perf_counter()
            try:
                self._connection.request(method, path, body, headers | {"Cookie": cookie})
                answer = self._connection.getresponse()
                content = answer.read()
                break
            except (ConnectionError, RemoteDisconnected):  # kept open too long: once more on a line of its own
                self._connection = None
                if fresh:
                    raise
        took = (time.perf_counter() - started) * 1000
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= {k: m.value for k, m in SimpleCookie(line).items()}
        return Answer(answer.status, answer.headers.get("Location", ""), content, took)


def name_of(path: str) -> str:
    """The name of the page at an address; "" for none."""
    try:
        return str(resolve(urlsplit(path).path).url_name)
    except Resolver404:
        return ""


def examples(line: Line, known: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Follow links from the first page, one example of each, and yield (name, address) where too few are known."""
    waiting, seen, opened = ["/"], {"/"}, set[str]()
    for _turn in range(LINKS_MAX):
        if not waiting:
            return
        path = waiting.pop(0)
        name = name_of(path)
        if name in opened:
            continue
        answer = line.get(path)
        if answer.status != 200 or b"<html" not in answer.body[:200]:
            continue
        opened.add(name)
        if len(known.get(name, ())) < EXAMPLES:
            yield name, path
        for link in _links(answer.text, urlsplit(path).path):
            if link not in seen and name_of(link) not in opened:
                seen.add(link)
                waiting.append(link)


def _links(text: str, here: str) -> Iterator[str]:
    for href in re.findall(r'href="([^"#]*)', text):
        link = here + unescape(href) if href.startswith("?") else unescape(href)
        if link.startswith("/") and not link.startswith(("//", "/static")):
            yield link
