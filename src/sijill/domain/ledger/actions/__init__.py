"""The only writers of the room ledger: check the duty, then write as the register."""

from sijill.domain.ledger.actions.correcting import correct, give_effect, mark_duplicate
from sijill.domain.ledger.actions.counting import take_head_count
from sijill.domain.ledger.actions.losing import confirm_loss, propose_loss, undo_loss
from sijill.domain.ledger.actions.opening import add_subjects, open_book, set_categories
from sijill.domain.ledger.actions.reporting import admit, record_for, report
from sijill.domain.ledger.actions.resolving import add_search_step, confirm_report, resolve_by_name
from sijill.domain.ledger.actions.settling import open_findings, settle_finding
from sijill.domain.ledger.actions.tallies import count_tally, open_tally, register_from_tally, tally_for

__all__ = [
    "add_search_step",
    "add_subjects",
    "admit",
    "confirm_loss",
    "confirm_report",
    "correct",
    "count_tally",
    "give_effect",
    "mark_duplicate",
    "open_book",
    "open_findings",
    "open_tally",
    "propose_loss",
    "record_for",
    "register_from_tally",
    "report",
    "resolve_by_name",
    "set_categories",
    "settle_finding",
    "take_head_count",
    "tally_for",
    "undo_loss",
]
