"""Where everyone came from and stands: paths of the ledger as flows, from first places through carriers to the last."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sijill.domain.access.queries import AuthorityRow
from sijill.domain.ledger.queries import AccountRow
from sijill.domain.ledger.queries.situation import Path, Situation
from sijill.domain.ledger.rules import OPEN, AccountKind
from sijill.interfaces.web import words
from sijill.interfaces.web.pages.standing import Gazetteer

A = AccountKind
TWO_ANSWER, NOBODY = "two-answer", "nobody-answers"
_PLAIN = frozenset({A.HELD})
_LAST = {code: place for place, code in enumerate([*(k.value for k in A), TWO_ANSWER, NOBODY])}


@dataclass(frozen=True, slots=True)
class Node:
    """A place of the picture. column 0: where the books had them first, 1: who carried them, 2: where they stand."""

    column: int
    code: str  # an account's kind, or two-answer, nobody-answers, carrier
    label: str
    facility_code: str = ""
    short: str = ""  # for the picture; "" = the label

    @property
    def tone(self) -> str:
        """How it looks: calm, moving, doubt, alarm or closed."""
        own = {TWO_ANSWER: "doubt", NOBODY: "alarm", "carrier": "moving"}
        return "calm" if self.column == 0 else own.get(self.code) or words.tone(self.code)


@dataclass(frozen=True, slots=True)
class Flow:
    """How many people came from one node, by these carriers, to another."""

    origin: Node
    via: Node | None
    end: Node
    persons: int
    tallied: int

    @property
    def n(self) -> int:
        """All of them."""
        return self.persons + self.tallied


def flows(now: Situation, names: Gazetteer, whole_books: Iterable[int]) -> list[Flow]:
    """Everybody whom the books know, each once, the largest flow first. Populations beside the sums are left out.

    `whole_books`: books the viewer reads whole: only of these can he say that nobody answers.
    """
    sums: dict[tuple[Node, Node | None, Node], list[int]] = {}
    whole = set(whole_books)
    for path in now.paths:
        told = _told(path, names, whole)
        if told:
            both = sums.setdefault(told, [0, 0])
            both[0] += path.persons
            both[1] += path.tallied
    found = [Flow(*key, persons, tallied) for key, (persons, tallied) in sums.items()]
    return sorted(found, key=lambda f: (_LAST.get(f.end.code, 0), -f.n, f.origin.label, f.end.label))


def _told(path: Path, names: Gazetteer, whole: set[int]) -> tuple[Node, Node | None, Node] | None:
    """The nodes of a path; None when it belongs to no sum (beside the sums, or the record of a duplicate)."""
    chain = _handed(path)
    end = _end(path, chain, names, whole)
    if end is None:
        return None
    carriers = [names.authorities[i] for i in chain[:-1] if i in names.authorities]
    label = " → ".join(_name(c) for c in carriers)
    origin = Node(0, "first", _at(path.first, names), _code(path.first, names))
    return origin, Node(1, "carrier", label) if carriers else None, end


def _handed(path: Path) -> list[int]:
    """To whom the person went from book to book: each authority that took him over, in order."""
    gone = {a.book_id: a.other_id for a in path.stands if a.kind is A.TRANSFERRED_OUT and a.other_id}
    chain: list[int] = []
    book = path.first.book_id
    while (to := gone.pop(book, None)) is not None:
        chain.append(to)
        book = to
    return chain


def _end(path: Path, chain: list[int], names: Gazetteer, whole: set[int]) -> Node | None:
    answered = path.answered
    if len(answered) > 1:
        return Node(2, TWO_ANSWER, _("two books answer"))
    if answered:
        account = answered[0]
        short = _at(account, names, briefly=True)
        return Node(2, account.kind.value, _at(account, names), _code(account, names), short)
    if chain:
        if chain[-1] in whole:
            return Node(2, NOBODY, _("nobody answers"))
        taker = names.authorities.get(chain[-1])
        return Node(2, A.TRANSFERRED_OUT.value, _("handed over to %(name)s") % {"name": _name(taker)})
    left = [a for a in path.stands if a.kind in (A.RELEASED_UNVERIFIED, A.RELEASED_VERIFIED, A.DEAD_CONFIRMED)]
    return Node(2, left[0].kind.value, _at(left[0], names)) if left else None


def _at(account: AccountRow, names: Gazetteer, *, briefly: bool = False) -> str:
    """An account in words: the place alone where people are held, else the state and the place or the other party."""
    facility = names.facilities.get(account.facility_id or 0)
    place = facility.name(get_language() or "en") if facility else ""
    if account.kind in _PLAIN:
        return place
    who = names.authorities.get(account.other_id or (account.book_id if account.kind is A.IN_TRANSIT else 0))
    parts = [part for part in (place, _name(who)) if part]
    where = ", ".join(parts[:1] if briefly else parts)
    state = words.word("account", account.kind.value)
    return _("%(state)s: %(where)s") % {"state": state, "where": where} if where else state


def _code(account: AccountRow, names: Gazetteer) -> str:
    facility = names.facilities.get(account.facility_id or 0)
    return facility.code if facility else ""


def _name(row: AuthorityRow | None) -> str:
    return row.name(get_language() or "en") if row else ""


def picture(found: list[Flow], *, mirrored: bool) -> dict[str, Any]:
    """The same as nodes and links for the chart. Mirrored: columns and links run the other way, for Arabic."""
    nodes: dict[Node, int] = {}
    links: dict[tuple[int, int], int] = {}
    totals: dict[Node, int] = {}
    for flow in found:
        line = [node for node in (flow.origin, flow.via, flow.end) if node]
        for node in line:
            nodes.setdefault(node, len(nodes))
            totals[node] = totals.get(node, 0) + flow.n
        for one, other in pairwise(line):
            link = (nodes[other], nodes[one]) if mirrored else (nodes[one], nodes[other])
            links[link] = links.get(link, 0) + flow.n
    return {
        "mirrored": mirrored,
        "nodes": [
            {
                "id": str(i), "label": node.short or node.label, "n": f"{totals[node]:,}", "tone": node.tone,
                "column": 2 - node.column if mirrored else node.column,
            }
            for node, i in nodes.items()
        ],
        "links": [{"source": str(a), "target": str(b), "value": n} for (a, b), n in links.items()],
    }  # fmt: skip


def stays_open(code: str) -> bool:
    """True when people at such an end are still answered for."""
    return code == TWO_ANSWER or code in {k.value for k in OPEN}
