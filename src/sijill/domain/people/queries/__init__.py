"""The only readers of the room people. What a viewer may not see is simply not there (law 9)."""

from sijill.domain.people.queries.lists import (
    Column,
    ImportRow,
    Preview,
    imports,
    list_import,
    preview,
    read_list,
)
from sijill.domain.people.queries.persons import (
    ClaimRow,
    LinkRow,
    PersonFile,
    PersonRow,
    claims_of,
    find_reference,
    links_of,
    names_of,
    person,
    register_numbers,
    search,
    seen_among,
    verdicts,
)

__all__ = [
    "ClaimRow",
    "Column",
    "ImportRow",
    "LinkRow",
    "PersonFile",
    "PersonRow",
    "Preview",
    "claims_of",
    "find_reference",
    "imports",
    "links_of",
    "list_import",
    "names_of",
    "person",
    "preview",
    "read_list",
    "register_numbers",
    "search",
    "seen_among",
    "verdicts",
]
