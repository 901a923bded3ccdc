"""The notice that a demo shows on every page.

What a register is does not change while it is served, so the server asks once, when it starts, and no page asks again.
"""

from dataclasses import dataclass

from django.db import Error

from sijill.domain.access import queries as access
from sijill.domain.access.rules import REGISTER_ID, Viewer
from sijill.domain.access.viewing import viewing


@dataclass(slots=True)
class _Known:
    """What this process knows of the register it serves."""

    demo: bool = False
    asked: bool = True  # False: the database did not answer when the server started


_known = _Known()


def look() -> None:
    """Ask what this register is. A database that is away is asked again by the first page without a viewer."""
    try:
        with viewing(REGISTER_ID):
            kind, _version = access.installation(Viewer(REGISTER_ID, "", "", ()))
        _known.demo, _known.asked = kind == "demo", True
    except Error:
        _known.asked = False


def is_demo(viewer: Viewer | None) -> bool:
    """True when this register is a demo."""
    if not _known.asked and viewer is None:
        look()
    return _known.demo
