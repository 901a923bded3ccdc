"""The only writers of the room people."""

from sijill.domain.people.actions.claims import (
    add_claim,
    declare_not_same,
    link_records,
    open_file,
    withdraw_claim,
    withdraw_link,
)
from sijill.domain.people.actions.importing import (
    Uploaded,
    cancel_list,
    confirm_list,
    fail_list,
    run_import_chunk,
    upload_list,
)
from sijill.domain.people.actions.registering import (
    has_come,
    no_longer_expect,
    register_people,
    register_person,
    register_unknowns,
    show_to,
)

__all__ = [
    "Uploaded",
    "add_claim",
    "cancel_list",
    "confirm_list",
    "declare_not_same",
    "fail_list",
    "has_come",
    "link_records",
    "no_longer_expect",
    "open_file",
    "register_people",
    "register_person",
    "register_unknowns",
    "run_import_chunk",
    "show_to",
    "upload_list",
    "withdraw_claim",
    "withdraw_link",
]
