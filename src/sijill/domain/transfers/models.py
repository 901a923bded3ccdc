"""Tables of the room transfers: operation > batch > manifest > handovers. Statements and outcomes are testimony."""

from typing import ClassVar

from django.db import models


class Operation(models.Model):
    """A transfer of many people decided by somebody."""

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=24, unique=True)
    names = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    by = models.ForeignKey("access.User", on_delete=models.PROTECT)


class Party(models.Model):
    """An authority with a part in an operation."""

    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="parties")
    authority = models.ForeignKey("access.Authority", on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["operation", "authority"], name="party_once")]


class Decision(models.Model):
    """Who decided the operation, by which paper, and what it allows. Append-only; a batch must satisfy them all."""

    id = models.UUIDField(primary_key=True)
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="decisions")
    body = models.CharField(max_length=120)
    decided_on = models.DateField()
    document = models.CharField(max_length=120)
    scope = models.JSONField(default=dict)
    ceiling = models.PositiveIntegerField(null=True, blank=True)
    facility_kinds = models.JSONField(default=list)
    excluded_regions = models.JSONField(default=list)
    by = models.ForeignKey("access.User", on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()


class Batch(models.Model):
    """People who move together: from one origin, through one carrier, to one receiving authority."""

    id = models.UUIDField(primary_key=True)
    operation = models.ForeignKey(Operation, on_delete=models.PROTECT)
    code = models.CharField(max_length=16, unique=True)
    sender = models.ForeignKey("access.Authority", on_delete=models.PROTECT, related_name="+")
    carrier = models.ForeignKey("access.Authority", on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey("access.Authority", on_delete=models.PROTECT, related_name="+")
    origin = models.ForeignKey("places.Facility", on_delete=models.PROTECT, related_name="+")
    planned_on = models.DateField()
    size = models.PositiveIntegerField()
    state = models.CharField(max_length=12, default="planned")  # the last BatchEvent's
    created_at = models.DateTimeField()
    by = models.ForeignKey("access.User", on_delete=models.PROTECT)


class BatchEvent(models.Model):
    """A batch came to a state. Append-only."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="events")
    state = models.CharField(max_length=12)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey("access.User", on_delete=models.PROTECT)
    at = models.DateTimeField()


class Manifest(models.Model):
    """The list of one vehicle to one destination. Sealed = its bytes and lines never change again."""

    id = models.UUIDField(primary_key=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="manifests")
    code = models.CharField(max_length=16, unique=True)
    vehicle = models.CharField(max_length=60)
    destination = models.ForeignKey("places.Facility", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, default="draft")  # draft, sealed, cancelled
    bytes = models.BinaryField(null=True, blank=True)
    sha256 = models.BinaryField(null=True, blank=True)
    sealed_at = models.DateTimeField(null=True, blank=True)
    sealed_by = models.ForeignKey("access.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")


class ManifestLine(models.Model):
    """One person on a manifest. `open` until the line is received at the end, or the giver took him back."""

    manifest = models.ForeignKey(Manifest, on_delete=models.PROTECT, related_name="lines")
    no = models.PositiveIntegerField()
    subject = models.ForeignKey("ledger.Subject", on_delete=models.PROTECT)
    sender = models.ForeignKey("access.Authority", on_delete=models.PROTECT, related_name="+")
    open = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["manifest", "subject"], name="line_subject_once"),
            models.UniqueConstraint(fields=["manifest", "no"], name="line_no_once"),
            models.UniqueConstraint(  # nobody is on two open manifests of one book
                fields=["sender", "subject"], condition=models.Q(open=True), name="line_one_open_manifest"
            ),
        ]


class Handover(models.Model):
    """One change of custodian along a manifest: the first to the carrier, the second to the receiver."""

    id = models.UUIDField(primary_key=True)
    manifest = models.ForeignKey(Manifest, on_delete=models.PROTECT, related_name="handovers")
    ordinal = models.PositiveSmallIntegerField()
    giver = models.ForeignKey("access.Authority", on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey("access.Authority", on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey("places.Facility", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, default="expected")  # follows the statements
    since = models.DateTimeField(null=True, blank=True)  # when it came to that state
    tally = models.UUIDField()  # the receiver's "received, names pending"
    bodies = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["manifest", "ordinal"], name="handover_once")]


class Statement(models.Model):
    """What one side signed: canonical bytes, their hash, a named user and his signing session, or a graded paper."""

    id = models.UUIDField(primary_key=True)
    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="statements")
    side = models.CharField(max_length=8)
    stage = models.CharField(max_length=16)
    authority = models.ForeignKey("access.Authority", on_delete=models.PROTECT, related_name="+")
    grade = models.CharField(max_length=8)
    bytes = models.BinaryField()
    sha256 = models.BinaryField()
    by = models.ForeignKey("access.User", on_delete=models.PROTECT)
    by_name = models.CharField(max_length=120)
    session = models.UUIDField(null=True, blank=True)
    signer = models.CharField(max_length=160, blank=True)  # paper: who signed it, and as what
    scan = models.BinaryField(null=True, blank=True)
    scan_sha256 = models.BinaryField(null=True, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()


class HandoverLine(models.Model):
    """One person of a handover: what was last said of him, and the two events that tie the books together."""

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="lines")
    no = models.PositiveIntegerField()
    subject = models.ForeignKey("ledger.Subject", on_delete=models.PROTECT)
    on_manifest = models.BooleanField(default=True)
    code = models.CharField(max_length=16, blank=True)
    resolution = models.CharField(max_length=16, blank=True)
    out_event = models.UUIDField(null=True, blank=True)
    in_event = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["handover", "subject"], name="handover_subject_once"),
            models.UniqueConstraint(fields=["handover", "no"], name="handover_no_once"),
        ]


class LineOutcome(models.Model):
    """What one statement said of one line. Append-only; a later statement may say otherwise of lines not received."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="outcomes")
    line = models.ForeignKey(HandoverLine, on_delete=models.PROTECT, related_name="outcomes")
    code = models.CharField(max_length=16)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["statement", "line"], name="outcome_once")]
