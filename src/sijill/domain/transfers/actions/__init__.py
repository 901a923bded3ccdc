"""The only writers of the room transfers: operations and batches, handovers, papers, and the sweeper."""

from sijill.domain.transfers.actions.batches import (
    add_decision,
    add_lines,
    authorise_batch,
    cancel_batch,
    close_batch,
    create_operation,
    draw_manifest,
    plan_batch,
    remove_line,
    seal_manifest,
)
from sijill.domain.transfers.actions.handovers import Paper, acknowledge, present, sign_count, sign_names
from sijill.domain.transfers.actions.sweeping import sweep_overdue

__all__ = [
    "Paper",
    "acknowledge",
    "add_decision",
    "add_lines",
    "authorise_batch",
    "cancel_batch",
    "close_batch",
    "create_operation",
    "draw_manifest",
    "plan_batch",
    "present",
    "remove_line",
    "seal_manifest",
    "sign_count",
    "sign_names",
    "sweep_overdue",
]
