"""The batch on the command line: the same actions as the pages, for those who work without a browser."""

import argparse
import platform
import sys
from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sijill.host import HostError
from sijill.interfaces.cli.main import OK
from sijill.interfaces.cli.opening import in_sentences, looking_as, now, opened, password
from sijill.interfaces.cli.reading import instant

if TYPE_CHECKING:
    from sijill.domain.access.rules import Viewer


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./sijill batch")
    verbs = parser.add_subparsers(dest="verb", required=True)

    def verb(name: str, about: str, *arguments: tuple[str, dict[str, Any]]) -> None:
        one = verbs.add_parser(name, help=about)
        one.add_argument("--as", dest="user", required=True)
        for flag, settings in arguments:
            one.add_argument(flag, **settings)

    code = ("code", {"help": "code of the batch"})
    paper = ("manifest", {"help": "code of the manifest"})
    leg = ("--handover", {"type": int, "choices": (1, 2), "required": True})
    when = ("--at", {"type": instant, "default": None, "help": "when it happened; now if left out"})
    verb("list", "batches you may know of")
    verb("show", "a batch with its manifests and handovers", code)
    verb(
        "plan", "plan a batch", ("--operation", {"required": True}), ("--sender", {"required": True}),
        ("--carrier", {"required": True}), ("--receiver", {"required": True}), ("--origin", {"required": True}),
        ("--on", {"type": date.fromisoformat, "required": True}), ("--size", {"type": int, "required": True}),
    )  # fmt: skip
    verb("authorise", "authorise a planned batch", code)
    verb(
        "manifest", "draw up the manifest of one vehicle", code, ("--vehicle", {"required": True}),
        ("--destination", {"required": True}),
        ("--first", {"type": int, "required": True, "help": "so many of the roll"}),
    )  # fmt: skip
    verb("seal", "seal a manifest", paper)
    verb("present", "the giver presents the people", paper, leg, when)
    verb(
        "count", "the receiver signs the count", paper, leg, when, ("--bodies", {"type": int, "required": True}),
        ("--injured", {"type": int, "default": 0}), ("--dead", {"type": int, "default": 0}),
    )  # fmt: skip
    verb(
        "names", "the receiver signs the names: all received, but for --line NO=OUTCOME", paper, leg, when,
        ("--line", {"action": "append", "default": []}), ("--extra", {"type": int, "default": 0}),
    )  # fmt: skip
    verb(
        "acknowledge", "the giver takes note, and says of lines where they are: --line NO=returned|unknown", paper, leg,
        when, ("--line", {"action": "append", "default": []}),
    )  # fmt: skip
    verb("close", "close a reconciled batch", code)
    return parser


def batch(argv: list[str]) -> int:
    """`./sijill batch VERB … --as USER`."""
    options = _parser().parse_args(argv)
    with opened(), in_sentences("There is no such batch, manifest or place for you."):
        with looking_as(options.user) as viewer:
            done = _VERBS[options.verb](options, viewer)
        sys.stdout.write(done + "\n")  # only when it is committed
    return OK


def _session(viewer: "Viewer", authority_id: int) -> None:
    """An open signing session for this authority: the password is asked for unless one is open."""
    from sijill.domain.access import actions, queries

    if queries.open_session(viewer, authority_id=authority_id, at=now()):
        return
    actions.open_signing_session(
        session_id=uuid4(), authority_id=authority_id, device=f"command line on {platform.node()}"[:120],
        password=password("your password, to sign: "), by=viewer, at=now(),
    )  # fmt: skip


def _batch_id(viewer: "Viewer", code: str) -> UUID:
    from sijill.domain.access.rules import NotVisible
    from sijill.domain.transfers import queries

    found = [b.id for b in queries.batches(viewer, limit=100_000) if b.code == code]
    if not found:
        raise NotVisible
    return found[0]


def _handover(viewer: "Viewer", options: argparse.Namespace) -> Any:
    from sijill.domain.transfers import queries

    manifest = queries.manifest_by_code(viewer, options.manifest)
    rows = queries.handovers(viewer, batch_id=manifest.batch_id)
    found = [h for h in rows if h.manifest_id == manifest.id and h.ordinal == options.handover]
    if not found:
        raise HostError("not-sealed", "This manifest is not sealed yet.")
    return found[0]


def _list(_options: argparse.Namespace, viewer: "Viewer") -> str:
    from sijill.domain.transfers import queries

    rows = queries.batches(viewer)
    listed = [f"{b.code}  {b.planned_on}  {b.size:>5}  {b.state.value}" for b in rows]
    return "\n".join([*listed, f"{len(rows)} batches"])


def _show(options: argparse.Namespace, viewer: "Viewer") -> str:
    from sijill.domain.transfers import queries

    found = queries.batch(viewer, _batch_id(viewer, options.code))
    handovers = queries.handovers(viewer, batch_id=found.id)
    counts = queries.line_counts(viewer, [h.id for h in handovers])
    out = [f"{found.code}  {found.planned_on}  {found.size} people  {found.state.value}"]
    for manifest in queries.manifests(viewer, found.id):
        seal = manifest.sha256[:16]
        out.append(f"  {manifest.code}  {manifest.vehicle}  {manifest.people} people  {manifest.state} {seal}".rstrip())
        for h in handovers:
            if h.manifest_id == manifest.id:
                said = ", ".join(f"{n} {code or 'not said'}" for code, n in sorted(counts[h.id].items()))
                out.append(f"    handover {h.ordinal}  {h.state.value}  {said}")
    return "\n".join(out)


def _plan(options: argparse.Namespace, viewer: "Viewer") -> str:
    from sijill.domain.access import queries as access
    from sijill.domain.places import queries as places
    from sijill.domain.transfers import actions, queries

    operation = [o for o in queries.operations(viewer) if o.code == options.operation]
    if not operation:
        raise HostError("no-such-operation", f"There is no operation {options.operation!r} for you.")
    codes = {a.code: a.id for a in access.authorities(viewer)}
    new = actions.plan_batch(
        batch_id=uuid4(), operation_id=operation[0].id, sender_id=codes.get(options.sender, 0),
        carrier_id=codes.get(options.carrier, 0), receiver_id=codes.get(options.receiver, 0),
        origin_id=places.facility(viewer, options.origin).id, planned_on=options.on, size=options.size, by=viewer,
        at=now(),
    )  # fmt: skip
    return queries.batch(viewer, new).code


def _authorise(options: argparse.Namespace, viewer: "Viewer") -> str:
    from sijill.domain.transfers import actions

    actions.authorise_batch(batch_id=_batch_id(viewer, options.code), by=viewer, at=now())
    return f"{options.code} authorised"


def _manifest(options: argparse.Namespace, viewer: "Viewer") -> str:
    """Draw a manifest of the first so many people held at the origin who are on no other open one."""
    from sijill.domain.access.rules import Refused
    from sijill.domain.ledger import queries as ledger
    from sijill.domain.ledger.rules import AccountKind
    from sijill.domain.places import queries as places
    from sijill.domain.transfers import actions, queries

    found = queries.batch(viewer, _batch_id(viewer, options.code))
    held = [
        r.subject_id
        for r in ledger.roll(viewer, found.origin_id, at=now())
        if r.account.kind is AccountKind.HELD and not r.is_tally and r.account.book_id == found.sender_id
    ]
    taken = queries.open_manifest_of(viewer, held)
    free = [s for s in held if s not in taken][: options.first]
    if len(free) < options.first:
        raise Refused("roll-too-short", n=len(free))
    new = actions.draw_manifest(
        manifest_id=uuid4(), batch_id=found.id, vehicle=options.vehicle,
        destination_id=places.facility(viewer, options.destination).id, by=viewer, at=now(),
    )  # fmt: skip
    actions.add_lines(manifest_id=new, subject_ids=free, by=viewer, at=now())
    return queries.manifest(viewer, new).code


def _seal(options: argparse.Namespace, viewer: "Viewer") -> str:
    from sijill.domain.transfers import actions, queries

    manifest = queries.manifest_by_code(viewer, options.manifest)
    _session(viewer, queries.batch(viewer, manifest.batch_id).sender_id)
    return actions.seal_manifest(manifest_id=manifest.id, by=viewer, at=now())


def _present(options: argparse.Namespace, viewer: "Viewer") -> str:
    from sijill.domain.transfers import actions

    handover = _handover(viewer, options)
    _session(viewer, handover.giver_id)
    actions.present(statement_id=uuid4(), handover_id=handover.id, occurred_at=options.at or now(), by=viewer, at=now())
    return f"{options.manifest} presented"


def _count(options: argparse.Namespace, viewer: "Viewer") -> str:
    from sijill.domain.transfers import actions

    handover = _handover(viewer, options)
    _session(viewer, handover.receiver_id)
    actions.sign_count(
        statement_id=uuid4(), handover_id=handover.id, bodies=options.bodies, injured=options.injured,
        dead=options.dead, occurred_at=options.at or now(), by=viewer, at=now(),
    )  # fmt: skip
    return f"{options.manifest} counted: {options.bodies}"


def _said(options: argparse.Namespace, there: Collection[int], words: Sequence[str]) -> dict[int, str]:
    """NO=WORD pairs of --line. Whatever is not a line that is there, or not one of the words, stops the whole call."""
    said: dict[int, str] = {}
    for pair in options.line:
        no, _, word = pair.partition("=")
        if not (no.isascii() and no.isdigit() and word):
            raise HostError("bad-line", f"{pair!r}: write lines as NO=WORD, such as --line 17={words[0]}.")
        if int(no) not in there:
            raise HostError("no-such-line", f"There is no line {no} on this handover; nothing was signed.")
        if word not in words:
            raise HostError("bad-word", f"{word!r} cannot be said of a line; it is one of {', '.join(words)}.")
        if said.setdefault(int(no), word) != word:
            raise HostError("line-said-twice", f"Line {no} was said twice; nothing was signed.")
    return said


def _names(options: argparse.Namespace, viewer: "Viewer") -> str:
    from sijill.domain.transfers import actions, queries
    from sijill.domain.transfers.rules import Extra, Outcome, OutcomeCode

    handover = _handover(viewer, options)
    _session(viewer, handover.receiver_id)
    rows = queries.lines(viewer, handover.id)
    said = _said(options, {x.no for x in rows}, [c.value for c in OutcomeCode if c is not OutcomeCode.EXTRA])
    lines = [x for x in rows if not x.code or x.no in said]
    outcomes = [Outcome(x.id, OutcomeCode(said.get(x.no, "received"))) for x in lines]
    actions.sign_names(
        statement_id=uuid4(), handover_id=handover.id, outcomes=outcomes,
        extras=[Extra(uuid4()) for _ in range(options.extra)], occurred_at=options.at or now(), by=viewer, at=now(),
    )  # fmt: skip
    return f"{options.manifest} names signed: {sum(o.code is OutcomeCode.RECEIVED for o in outcomes)} received"


def _acknowledge(options: argparse.Namespace, viewer: "Viewer") -> str:
    from sijill.domain.transfers import actions, queries
    from sijill.domain.transfers.rules import Resolution

    handover = _handover(viewer, options)
    _session(viewer, handover.giver_id)
    ids = {x.no: x.id for x in queries.lines(viewer, handover.id)}
    said = _said(options, ids, [r.value for r in Resolution])
    resolutions = {ids[no]: Resolution(word) for no, word in said.items()}
    actions.acknowledge(
        statement_id=uuid4(), handover_id=handover.id, resolutions=resolutions, occurred_at=options.at or now(),
        by=viewer, at=now(),
    )  # fmt: skip
    return f"{options.manifest} acknowledged; batch {queries.batch(viewer, handover.batch_id).state.value}"


def _close(options: argparse.Namespace, viewer: "Viewer") -> str:
    from sijill.domain.transfers import actions

    actions.close_batch(batch_id=_batch_id(viewer, options.code), by=viewer, at=now())
    return f"{options.code} closed"


_VERBS: dict[str, Callable[[argparse.Namespace, "Viewer"], str]] = {
    "list": _list, "show": _show, "plan": _plan, "authorise": _authorise, "manifest": _manifest, "seal": _seal,
    "present": _present, "count": _count, "names": _names, "acknowledge": _acknowledge, "close": _close,
}  # fmt: skip
