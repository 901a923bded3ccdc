"""How the demo is told: ids that are always the same, users as viewers, local time, signing sessions."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid5

from sijill.domain.access import actions as access
from sijill.domain.access import queries as access_queries
from sijill.domain.access.rules import Viewer
from sijill.domain.access.viewing import viewing
from sijill.exercises.demo_cast import USERS

DEMO_PASSWORD = "demo-register-2026"  # noqa: S105  (printed on the screen)
SPACE = UUID("d3b07384-d9a0-4c9b-8f5e-7a2b1c0e4d56")
LOCAL = timezone(timedelta(hours=3))  # Damascus and Baghdad alike


def demo_id(*parts: object) -> UUID:
    """An id that is the same at every loading."""
    return uuid5(SPACE, "/".join(str(p) for p in parts))


def local(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of 2026 by the clock on the wall in Damascus and Baghdad."""
    return datetime(2026, month, day, hour, minute, tzinfo=LOCAL).astimezone(UTC)


OPENING = local(1, 15, 6)
LAST_DAY = local(2, 24, 9)


class Story:
    """Ids by code, and users as viewers, while the demo is told."""

    def __init__(self) -> None:
        self.authority: dict[str, int] = {}
        self.facility: dict[str, int] = {}
        self.moved: list[UUID] = []  # the 5,704, in the order of the batches
        self.left_behind: list[UUID] = []  # the 200 at Shaddadi
        self.inmates: list[UUID] = []  # the 1,200 of Karkh

    @contextmanager
    def acting(self, name: str, at: datetime) -> Iterator[Viewer]:
        """One transaction as a demo user."""
        user = demo_id("user", name)
        with viewing(user):
            yield access_queries.viewer_of(user, at)

    def open_sessions(self, *wanted: tuple[str, datetime]) -> None:
        """These users enter their passwords again, each to sign for a quarter of an hour."""
        for name, at in wanted:
            with self.acting(name, at) as user:
                access.open_signing_session(
                    session_id=demo_id("session", name, at), authority_id=self.authority[USERS[name][2][0]],
                    device="demo", password=DEMO_PASSWORD, by=user, at=at,
                )  # fmt: skip
