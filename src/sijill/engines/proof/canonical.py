"""Canonical bytes: the one spelling of a statement that is hashed and signed."""

import json
from datetime import UTC, datetime
from typing import Any


def canonical(value: dict[str, Any]) -> bytes:
    """RFC 8785 bytes of an object with ASCII keys whose values are strings, whole numbers within 2**53, booleans, null,
    or lists and objects of these. No floats: their spelling is what RFC 8785 is long about."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC, microseconds always written, so the same instant has one spelling."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
