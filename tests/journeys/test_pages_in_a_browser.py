"""The foundation's pages in a real browser: they fit, mirror, pass axe, and work without JavaScript."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cast import PASSWORD
from tests.journeys.conftest import SignIn, Site

pytestmark = pytest.mark.browser


def test_sign_in_page(page: Any, shot: Callable[[str], None]) -> None:
    """The first thing anybody sees."""
    page.goto("/sign-in")
    shot("sign-in")


@pytest.mark.parametrize(
    ("user", "address", "name"),
    [
        ("alice", "/", "board"),
        ("dora", "/", "board-empty"),
        ("amal", "/places", "facilities"),
        ("amal", "/places/A-MAIN", "facility"),
        ("asma", "/sign", "sign"),
        ("alice", "/places/NOWHERE", "not-found"),
    ],
)
def test_page(
    user: str, address: str, name: str, page: Any, sign_in: SignIn, shot: Callable[[str], None]
) -> None:
    """Every page of the foundation, four ways."""
    sign_in(user)
    page.goto(address)
    shot(name)
