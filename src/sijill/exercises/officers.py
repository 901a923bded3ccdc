"""Three officers who hand people over through the server's pages: sender, carrier, receiver."""

from collections.abc import Sequence
from uuid import UUID

from sijill.exercises.chain import BATCH_PEOPLE, PASSWORD
from sijill.exercises.visitor import Form, Page, Visitor

PAGES_MAX = 40


class Officers:
    """The users of the drill, each at a browser of his own."""

    def __init__(self, port: int) -> None:
        self._at = {name: Visitor(port) for name in ("sender", "carrier", "receiver")}

    @property
    def resent(self) -> int:
        """How many forms had to be sent again because no answer came."""
        return sum(visitor.resent for visitor in self._at.values())

    def sign_in(self) -> None:
        """Everybody signs in."""
        for name, visitor in self._at.items():
            visitor.sign_in(name, PASSWORD)

    def hand_over(self, handovers: Sequence[UUID]) -> list[tuple[UUID, str]]:
        """Take 150 people through both handovers of a manifest. Returns each statement that was acknowledged."""
        first, second = handovers
        return [*self._one(first, "sender", "carrier"), *self._one(second, "carrier", "receiver")]

    def _one(self, handover: UUID, giver: str, receiver: str) -> list[tuple[UUID, str]]:
        """One handover: presented, counted, named, acknowledged."""
        page = f"/handovers/{handover}"
        done = [(self._press(giver, page, "/present"), "presented")]
        numbers = {"bodies": str(BATCH_PEOPLE), "injured": "0", "dead": "0"}
        done.append((self._press(receiver, page, "/count", **numbers), "count"))
        self._say_all_received(receiver, f"{page}/names")
        done.append((self._press(receiver, f"{page}/names/sign", "/names/sign"), "names"))
        done.append((self._press(giver, page, "/acknowledge"), "acknowledgement"))
        return done

    def _press(self, who: str, address: str, action: str, **values: str) -> UUID:
        """Fill in and send one form of a page; with the password where it is asked for. Returns the form's key."""
        visitor = self._at[who]
        for _ in range(3):  # a signing session may run out between the reading and the sending
            form = visitor.get(address).form(action)
            key = UUID(dict(form.fields)["key"])
            answer = visitor.submit(form, **values, **_password(form))
            if answer.status == 200:
                return key
        raise AssertionError(f"{who} was not let through at {action}: {answer.status}")

    def _say_all_received(self, who: str, address: str) -> None:
        """Mark everybody received, page by page, until the page that signs has its button.

        The draft is no testimony: two answers to one press that crossed may have put an older draft back. The page says
        which lines are without a word, and the officer goes through them again.
        """
        visitor = self._at[who]
        for _ in range(5):
            for number in range(1, PAGES_MAX):
                page = visitor.get(f"{address}?page={number}")
                form = _rest_of(page)
                if form is not None:
                    visitor.submit(form, say="rest")
                if f"page={number + 1}" not in page.text:
                    break
            if any(form.action.endswith("/names/sign") for form in visitor.get(f"{address}/sign").forms):
                return


def _password(form: Form) -> dict[str, str]:
    """The password, if the form asks for it."""
    return {"password": PASSWORD} if any(name == "password" for name, _ in form.fields) else {}


def _rest_of(page: Page) -> Form | None:
    """The form that marks everybody left on this page as received."""
    return next((f for f in page.forms if f.action.endswith("/say") and any(n == "rest" for n, _ in f.fields)), None)
