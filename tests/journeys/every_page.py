"""Every page there is: reached by following links as each user of the cast, one example of each, by the page's name."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

EACH_MAX = 2  # examples of one page that one user follows further; 1 when somebody before him found it
PAGES_MAX = 150  # pages one user opens
# One value for each kind of thing an address may hold, to ask an address that only acts for its method.
VALUES = {"uuid": "00000000-0000-4000-8000-000000000009", "int": "1", "str": "A-MAIN", "slug": "a", "path": "a"}
OPEN = {"sign-in"}  # seen by who has not signed in
# Pages no link leads to, and why. A new page stands here only for a reason that a reader will accept.
NO_WAY_IN: dict[str, str] = {
    "handover-present": "opened by itself it leads back to the handover",
    "handover-acknowledge": "opened by itself it leads back to the handover",
    "abandon-count": "opened by itself it leads back to the count",
    "finish-count": "opened without a count under way it leads back; pictured in test_import",
    "add-control": "opened by itself it leads back to the facility",
    "scan": "a file to keep, no page",
    "person-days-table": "a file to keep, no page",
}
# Forms that open by themselves and are otherwise part of another page.
BESIDES = ["/sign", *(f"/places/A-MAIN/{form}" for form in ("control", "capacity", "tallies", "count/finish"))]

Found = dict[str, tuple[str, str]]  # name -> (user, address)


def names() -> dict[str, str]:
    """Every named address with an example of each of its parts."""
    return dict(_walk(get_resolver().url_patterns, "/"))


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
            continue
        for name, converter in pattern.pattern.converters.items():
            kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
            route = route.replace(f"<{kind}:{name}>", VALUES[kind]).replace(f"<{name}>", VALUES[kind])
        yield str(pattern.name), route


def name_of(address: str) -> str:
    """The name of the page at an address; "" when there is none."""
    try:
        return str(resolve(urlsplit(address).path).url_name)
    except Resolver404:
        return ""


def follow(context: Any, user: str, found: Found, beginnings: list[str]) -> None:
    """Open pages as the signed-in user, from these on, and note the first example of each that answers with a page."""
    waiting, seen, opened = list(beginnings), set(beginnings), dict[str, int]()
    while waiting and sum(opened.values()) < PAGES_MAX:
        address = waiting.pop(0)
        name = name_of(address)
        if opened.get(name, 0) >= (1 if found.get(name, (user,))[0] != user else EACH_MAX):
            continue
        opened[name] = opened.get(name, 0) + 1
        answer = context.request.get(address)
        if not answer.ok or "text/html" not in answer.headers.get("content-type", ""):
            continue
        landed = name_of(answer.url)  # a page that leads on is an example of where it leads
        found.setdefault(landed, (user, address))
        for link in links(answer.text(), urlsplit(answer.url).path):
            if link not in seen and name_of(link):
                seen.add(link)
                waiting.append(link)


def links(text: str, here: str) -> list[str]:
    """The addresses of this site that a page links to."""
    hrefs = [unescape(href).partition("#")[0] for href in re.findall(r'href="([^"]*)"', text)]
    whole = [here + href if href.startswith("?") else href for href in hrefs]
    return [href for href in dict.fromkeys(whole) if href.startswith("/") and not href.startswith(("//", "/static"))]


def without_example(context: Any, found: Found) -> list[str]:
    """Names of pages that can be read, of which no example was found; `context` is signed in as anybody."""
    lacking = []
    for name, address in names().items():
        if name in found or name in NO_WAY_IN or name in OPEN:
            continue
        answer = context.request.get(address, max_redirects=0)
        if answer.status != 405:  # what only acts says so before it looks anything up
            lacking.append(name)
    return lacking
