"""A user without eyes: reads the server's pages, fills in their forms, and sends a form again until it is answered.

What a person with a bad line does: the form keeps its key, so sending it again never does a thing twice.
"""

import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

PATIENCE_SECONDS = 90.0
TIMEOUT_SECONDS = 20.0


@dataclass(slots=True)
class Form:
    """A form as the page sent it: where it goes, and what it carries."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)

    def filled(self, **values: str) -> list[tuple[str, str]]:
        """The fields with these values put in; fields the page did not have are added (a pressed button, a choice)."""
        kept = [(name, value) for name, value in self.fields if name not in values]
        return kept + list(values.items())


@dataclass(slots=True)
class Page:
    """An answer of the server."""

    status: int
    path: str
    text: str
    forms: list[Form]

    def form(self, ending: str = "", *, having: str = "") -> Form:
        """The form whose address ends so and which carries this field. LookupError when the page has none."""
        for form in self.forms:
            if form.action.endswith(ending) and (not having or any(name == having for name, _ in form.fields)):
                return form
        raise LookupError(f"no form …{ending} with {having or 'any field'} on {self.path} ({self.status})")


class _Forms(HTMLParser):
    """Collects the forms of a page with the values their fields have."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.found: list[Form] = []
        self._select = ""
        self._chosen = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form" and known.get("method", "").lower() == "post":
            self.found.append(Form(known.get("action") or self.path))
        elif not self.found:
            return
        elif tag == "input":
            self._input(known)
        elif tag == "textarea" and known.get("name"):
            self.found[-1].fields.append((known["name"], ""))
        elif tag == "select":
            self._select, self._chosen = known.get("name", ""), False
        elif tag == "option" and self._select and ("selected" in known or not self._chosen):
            self._option(known)

    def _input(self, known: dict[str, str]) -> None:
        kind, name = known.get("type", "text"), known.get("name", "")
        if not name or kind in ("submit", "button", "file"):
            return
        if kind in ("checkbox", "radio") and "checked" not in known:
            return
        self.found[-1].fields.append((name, known.get("value", "")))

    def _option(self, known: dict[str, str]) -> None:
        fields = self.found[-1].fields
        if self._chosen:
            fields.pop()
        fields.append((self._select, known.get("value", "")))
        self._chosen = True


class Unanswered(Exception):
    """The server did not answer for as long as anybody would wait."""


class Visitor:
    """One user at one browser."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.resent = 0

    def get(self, path: str) -> Page:
        """Read a page, following redirects."""
        page = self._ask("GET", path, None)
        for _ in range(5):
            if page.status not in (301, 302, 303):
                break
            page = self._ask("GET", page.text, None)
        return page

    def submit(self, form: Form, **values: str) -> Page:
        """Send a form, again and again until it is answered, and read the page it leads to."""
        body = urlencode(form.filled(**values))
        answer = self._ask("POST", form.action, body)
        return self.get(answer.text) if answer.status in (302, 303) else answer

    def sign_in(self, username: str, password: str) -> None:
        """Sign in. PermissionError when the server does not let this user in."""
        page = self.get("/sign-in")
        if "sessionid" in self.cookies and page.path != "/sign-in":
            return
        page = self.submit(page.form("/sign-in"), username=username, password=password)
        if "sessionid" not in self.cookies:
            raise PermissionError(f"{username} could not sign in ({page.status})")

    def _ask(self, method: str, path: str, body: str | None) -> Page:
        """One request; a broken line or a server that is away means asking again, with the same words."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                page = self._once(method, path, body)
            except (OSError, HTTPException):
                page = None
            if page is not None and page.status < 500:
                return page
            if time.monotonic() > until:
                raise Unanswered(f"{method} {urlsplit(path).path}")
            self.resent += method == "POST"
            time.sleep(0.2)

    def _once(self, method: str, path: str, body: str | None) -> Page:
        parts = urlsplit(path)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Accept-Language": "en"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            for line in answer.headers.get_all("Set-Cookie") or []:
                self.cookies |= {k: m.value for k, m in SimpleCookie(line).items()}
            if answer.status in (301, 302, 303):
                return Page(answer.status, target, answer.headers["Location"], [])
            reader = _Forms(target)
            reader.feed(text)
            return Page(answer.status, target, text, reader.found)
        finally:
            connection.close()
