"""Entering the first authorities, facilities and users of a register: only its own machine can do this."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from sijill.host import HostError
from sijill.interfaces.cli.main import OK
from sijill.interfaces.cli.opening import in_sentences, now, opened, password

if TYPE_CHECKING:
    from sijill.domain.access.rules import Viewer


@contextmanager
def _register() -> Iterator["Viewer"]:
    """Act as the register itself, turning refusals into one sentence. The rooms can be imported inside."""
    with opened(), in_sentences("There is no such authority, facility or user here."):
        from sijill.domain.access import queries
        from sijill.domain.access.rules import REGISTER_ID
        from sijill.domain.access.viewing import viewing

        with viewing(REGISTER_ID):
            yield queries.viewer_of(REGISTER_ID, now())


def _named(text: str) -> tuple[str, str]:
    """LANG=NAME, for argparse."""
    language, _, name = text.partition("=")
    if not language or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r}: write the language and the name, such as en=Northern")
    return language, name.strip()


def authority(argv: list[str]) -> int:
    """`./sijill authority CODE --name en=NAME [--name ar=…] [--no-book]`."""
    parser = argparse.ArgumentParser(prog="./sijill authority")
    parser.add_argument("code")
    parser.add_argument("--name", type=_named, action="append", required=True, metavar="LANG=NAME")
    parser.add_argument("--no-book", action="store_true", help="a party that holds nobody")
    options = parser.parse_args(argv)
    with _register() as register:
        from sijill.domain.access import actions as access
        from sijill.domain.access import queries
        from sijill.domain.access.rules import Refused
        from sijill.domain.ledger import actions as ledger

        if options.code in {a.code for a in queries.authorities(register)}:
            raise Refused("code-taken")
        found = access.create_authority(
            code=options.code, names=dict(options.name), keeps_book=not options.no_book, by=register, at=now()
        )
        if not options.no_book:
            ledger.open_book(authority_id=found, by=register, at=now())
    sys.stdout.write(f"{options.code} entered\n")
    return OK


def facility(argv: list[str]) -> int:
    """`./sijill facility CODE --authority CODE --kind prison --region IQ-BG --name en=NAME [--hall H1 …]`."""
    parser = argparse.ArgumentParser(prog="./sijill facility")
    parser.add_argument("code")
    parser.add_argument("--authority", required=True)
    parser.add_argument("--kind", default="prison")
    parser.add_argument("--region", required=True, help="ISO 3166-2, such as IQ-BG")
    parser.add_argument("--name", type=_named, action="append", required=True, metavar="LANG=NAME")
    parser.add_argument("--latitude", type=float)
    parser.add_argument("--longitude", type=float)
    parser.add_argument("--hall", action="append", default=[], metavar="CODE")
    options = parser.parse_args(argv)
    with _register() as register:
        from sijill.domain.access import queries as access
        from sijill.domain.places import actions as places

        owner = access.authority_by_code(register, options.authority)
        site = places.create_facility(
            code=options.code, kind=options.kind, names=dict(options.name),
            region=options.region, latitude=options.latitude, longitude=options.longitude, authority_id=owner.id,
            by=register, at=now(),
        )  # fmt: skip
        for hall in options.hall:
            places.create_hall(facility_id=site, code=hall, names={"en": hall}, by=register, at=now())
    sys.stdout.write(f"{options.code} entered\n")
    return OK


def user(argv: list[str]) -> int:
    """`./sijill user NAME --full-name … --duty registrar --authority CODE [--facility CODE]`; asks for the password."""
    parser = argparse.ArgumentParser(prog="./sijill user")
    parser.add_argument("username")
    parser.add_argument("--full-name", required=True)
    parser.add_argument("--duty", action="append", required=True)
    parser.add_argument("--authority", required=True)
    parser.add_argument("--facility")
    options = parser.parse_args(argv)
    word = password("password (12 characters or more): ")
    with _register() as register:
        from sijill.domain.access import actions as access
        from sijill.domain.access import queries
        from sijill.domain.access.rules import DutyKind
        from sijill.domain.places import queries as places

        owner = queries.authority_by_code(register, options.authority)
        site = places.facility(register, options.facility) if options.facility else None
        if site and site.authority_id not in (None, owner.id):
            raise HostError("not-its-facility", f"{options.facility} is a facility of another authority.")
        if unknown := [d for d in options.duty if d not in set(DutyKind)]:
            raise HostError("no-such-duty", f"There is no duty {unknown[0]!r}.")
        made = access.create_user(
            user_id=uuid4(), username=options.username, name=options.full_name, password=word, by=register, at=now()
        )
        for duty in options.duty:
            access.grant_duty(
                user_id=made,
                kind=DutyKind(duty),
                authority_id=owner.id,
                facility_id=site.id if site else None,
                by=register,
                at=now(),
            )
    sys.stdout.write(f"{options.username} entered\n")
    return OK
