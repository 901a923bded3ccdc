"""Words of the situation board: how a place is controlled by what is said of it, and how old a finding is."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

GROUPS: dict[str, dict[str, str | Promise]] = {
    "control": {
        "one": _("one holder named"),
        "divided": _("shared between holders"),
        "unclear": _("said to be unclear"),
        "rival": _("rival statements"),
        "unsaid": _("nobody has said"),
    },
}
