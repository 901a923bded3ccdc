"""Prints docs/reference/duties.md from the table of permits: `python -m tests.house.tables > docs/reference/duties.md`."""

from sijill.domain.access.rules import PERMITS, Act, DutyKind

BUILT_IN = (DutyKind.AUDITOR, DutyKind.REGISTER)
HEAD = """\
# Duties: who may do what

Printed from `PERMITS` in `src/sijill/domain/access/rules.py` by `python -m tests.house.tables`; a test fails when this page is out of date.

A user has **duties**, each in one authority, for the whole of it or one facility, from one moment to another. There is no superuser. A duty
in one authority gives nothing in another, and one limited to a facility gives nothing elsewhere. The columns are duties, the rows are acts.
"""
TAIL = """\

The two last duties are built in: the *register* is the installation itself, the *auditor* is who commands without `--as USER` read
as. Both see counts and no names, and neither can sign in. The register enters authorities, facilities and first users (they come
with the installation, from the command line), and writes custody facts only after an action has checked the duty of a named user.

- **seal-manifest** and **sign-handover** also need a signing session: the password again, for one authority, on one device, for 15 minutes.
- **state-control** may speak of any place, since control is what others say too; **set-capacity** only of a place its own authority answers for.
- What each duty *sees* follows from the same table: PostgreSQL counts the duties again in every policy, and a test compares the two.
"""


def table() -> list[str]:
    """The rows of the table: one act each, a mark where the duty permits it."""
    kinds = [*(kind for kind in DutyKind if kind not in BUILT_IN), *BUILT_IN]
    head = ["act", *(kind.value for kind in kinds)]
    rows = [[act.value, *("x" if act in PERMITS[kind] else "" for kind in kinds)] for act in Act]
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *table(), TAIL])


if __name__ == "__main__":
    print(page(), end="")
