"""Manifests and who is on them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from sijill.domain.access.rules import NotVisible, Viewer
from sijill.domain.transfers.models import (
    Manifest,
    ManifestLine,
)
from sijill.domain.transfers.queries.rows import ManifestLineRow, ManifestRow


def manifests(viewer: Viewer, batch_id: UUID) -> list[ManifestRow]:
    """The manifests of a batch, in the order they were drawn."""
    return _manifests("m.batch_id = %s", [batch_id])


def manifest(viewer: Viewer, manifest_id: UUID) -> ManifestRow:
    """One manifest; NotVisible when its batch is."""
    found = _manifests("m.id = %s", [manifest_id])
    if not found:
        raise NotVisible
    return found[0]


def manifest_by_code(viewer: Viewer, code: str) -> ManifestRow:
    """The manifest with this typed code; NotVisible when there is none for the viewer."""
    found = _manifests("m.code = %s", [code])
    if not found:
        raise NotVisible
    return found[0]


def _manifests(condition: str, values: Sequence[Any]) -> list[ManifestRow]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select m.id, m.batch_id, m.code, m.vehicle, m.destination_id, m.state,"
            " coalesce(encode(m.sha256, 'hex'), ''), m.sealed_at, (select count(*) from transfers_manifestline l"
            " where l.manifest_id = m.id), (select count(*) from transfers_manifestline l where l.manifest_id = m.id"
            f" and l.open) from transfers_manifest m where {condition} order by m.code",
            values,
        )
        return [ManifestRow(*row) for row in cursor.fetchall()]


def manifest_lines(viewer: Viewer, manifest_id: UUID) -> list[ManifestLineRow]:
    """The lines of a manifest, in order."""
    rows = ManifestLine.objects.filter(manifest_id=manifest_id).order_by("no")
    return [ManifestLineRow(r.no, r.subject_id, r.open) for r in rows]


def sealed_bytes(viewer: Viewer, manifest_id: UUID) -> bytes:
    """The bytes that were sealed; NotVisible for a draft or a hidden one."""
    found = Manifest.objects.filter(pk=manifest_id).exclude(bytes=None).first()
    if found is None or found.bytes is None:
        raise NotVisible
    return bytes(found.bytes)


def open_manifest_of(viewer: Viewer, subject_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Codes of the open manifests these people are on."""
    rows = ManifestLine.objects.filter(subject_id__in=list(subject_ids), open=True).select_related("manifest")
    return {r.subject_id: r.manifest.code for r in rows}


def expected_by(viewer: Viewer, subject_ids: Sequence[UUID], authority_ids: Sequence[int]) -> list[tuple[UUID, int]]:
    """Who of these people is on an open sealed manifest to which of these authorities, as carrier or receiver."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct l.subject_id, a.id from transfers_manifestline l join transfers_manifest m"
            " on m.id = l.manifest_id and m.state = 'sealed' join transfers_batch b on b.id = m.batch_id"
            " join unnest(%s::bigint[]) as a(id) on a.id in (b.carrier_id, b.receiver_id)"
            " where l.subject_id = any(%s) and l.open",
            [list(authority_ids), list(subject_ids)],
        )
        return list(cursor.fetchall())
