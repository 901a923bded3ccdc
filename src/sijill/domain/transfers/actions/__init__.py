"""The only writers of the room transfers: operations and batches, handovers, papers, and the sweeper."""

from sijill.domain.transfers.actions.batches import (
    add_decision,
    authorise_batch,
    create_operation,
    plan_batch,
)
from sijill.domain.transfers.actions.cancelling import cancel_batch, cancel_manifest
from sijill.domain.transfers.actions.closing import close_batch
from sijill.domain.transfers.actions.drawing import add_lines, draw_manifest, remove_line, seal_manifest
from sijill.domain.transfers.actions.handovers import acknowledge, present, sign_count
from sijill.domain.transfers.actions.naming import sign_names
from sijill.domain.transfers.actions.signing import Paper
from sijill.domain.transfers.actions.sweeping import sweep_overdue

__all__ = [
    "Paper",
    "acknowledge",
    "add_decision",
    "add_lines",
    "authorise_batch",
    "cancel_batch",
    "cancel_manifest",
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
