"""Tables of the room people: the only ones that hold names. Private to it.

Claim, ClaimWithdrawn, Link and LinkWithdrawn are testimony: triggers refuse any change. Token is a projection of the
claims in force, written only by SQL functions (see the migrations).
"""

from typing import ClassVar

from django.db import models

from sijill.domain.people.rules import ClaimKind


class Person(models.Model):
    """Somebody an authority answers for. The ledger knows the same id without a name."""

    id = models.UUIDField(primary_key=True)  # made by the client; equals ledger.Subject
    register_number = models.CharField(max_length=16, unique=True)
    unknown_of = models.ForeignKey(  # a numbered unknown: "Unknown 7 of ALPHA"
        "access.Authority", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    unknown_no = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    by = models.ForeignKey("access.User", on_delete=models.PROTECT, db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unknown_of", "unknown_no"],
                condition=models.Q(unknown_no__isnull=False),
                name="unknown_number_once",
            ),
            models.CheckConstraint(
                condition=models.Q(unknown_of__isnull=True, unknown_no__isnull=True)
                | models.Q(unknown_of__isnull=False, unknown_no__isnull=False),
                name="unknown_number_whole",
            ),
        ]


class UnknownCounter(models.Model):
    """The last number given to somebody nobody could name, by authority."""

    authority = models.OneToOneField("access.Authority", primary_key=True, on_delete=models.PROTECT)
    last = models.PositiveIntegerField()


class Sight(models.Model):
    """This authority may read this person; with a facility, also users whose duty is limited to it may."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False)
    authority = models.ForeignKey("access.Authority", on_delete=models.PROTECT, db_index=False)
    facility = models.ForeignKey("places.Facility", null=True, blank=True, on_delete=models.PROTECT, db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "authority", "facility"], nulls_distinct=False, name="sight_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["facility"], name="sight_facility", condition=models.Q(facility__isnull=False))
        ]


class Expected(models.Model):
    """Somebody on a sealed manifest: whoever of this authority takes part in the movement reads him until he comes."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False)
    authority = models.ForeignKey("access.Authority", on_delete=models.PROTECT, db_index=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "authority"], name="expected_once")]


class Claim(models.Model):
    """Somebody said this of the person. Append-only; withdrawn by a row beside it."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="claims", db_index=False)
    kind = models.CharField(max_length=12)
    data = models.JSONField()
    authority = models.ForeignKey(  # whose user recorded it
        "access.Authority", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    source_authority = models.ForeignKey(
        "access.Authority", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    source_text = models.CharField(max_length=200, blank=True)
    stated_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    by = models.ForeignKey("access.User", on_delete=models.PROTECT, db_index=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "kind"], name="claim_person_kind")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(kind__in=[k.value for k in ClaimKind]), name="claim_kind_known"),
            models.CheckConstraint(
                condition=models.Q(source_authority__isnull=False) | ~models.Q(source_text=""),
                name="claim_has_source",
            ),
        ]


class ClaimWithdrawn(models.Model):
    """The recording authority no longer stands by the claim. It stays readable, shown as withdrawn."""

    claim = models.OneToOneField(Claim, primary_key=True, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey("access.User", on_delete=models.PROTECT, db_index=False)
    at = models.DateTimeField()


class Token(models.Model):
    """A word by whose start an authority finds a person: a part of a name, a number. Plain spelling.

    A projection of claims and sights, whose own foreign keys hold: checking them again for every word doubles its cost.
    """

    authority = models.ForeignKey("access.Authority", on_delete=models.PROTECT, db_index=False, db_constraint=False)
    token = models.CharField(max_length=64, db_collation="C")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    kind = models.CharField(max_length=10)
    coming = models.BooleanField(db_default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["authority", "token", "person"], name="token_once")]
        indexes: ClassVar = [models.Index(fields=["person", "token"], name="token_person")]


class Link(models.Model):
    """Two records are of one person, or are lastingly not: a verdict with a reason. Never a merge (law 7)."""

    id = models.UUIDField(primary_key=True)
    one = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=8)  # same, not-same
    reason = models.CharField(max_length=200)
    authority = models.ForeignKey("access.Authority", on_delete=models.PROTECT, db_index=False)
    by = models.ForeignKey("access.User", on_delete=models.PROTECT, db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(verdict__in=["same", "not-same"]), name="link_verdict_known"),
            models.CheckConstraint(condition=models.Q(one__lt=models.F("other")), name="link_one_order"),
        ]


class LinkWithdrawn(models.Model):
    """The verdict no longer holds. It stays readable."""

    link = models.OneToOneField(Link, primary_key=True, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey("access.User", on_delete=models.PROTECT, db_index=False)
    at = models.DateTimeField()


class ListImport(models.Model):
    """A list of people as it came: the file itself with its hash, how its columns were read, and how far it got."""

    id = models.UUIDField(primary_key=True)
    authority = models.ForeignKey("access.Authority", on_delete=models.PROTECT)
    facility = models.ForeignKey("places.Facility", on_delete=models.PROTECT)
    filename = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)  # column number -> field
    state = models.CharField(max_length=10, default="uploaded")
    rows = models.IntegerField(default=0)
    done_rows = models.IntegerField(default=0)
    imported = models.IntegerField(default=0)
    already_here = models.IntegerField(default=0)
    problems = models.JSONField(default=list)  # [{row, column, code, ...}]: only for those who may read the people
    reason = models.CharField(max_length=40, blank=True)  # why it failed
    occurred_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        "access.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=["uploaded", "queued", "running", "done", "cancelled", "failed"]),
                name="list_import_state_known",
            ),
            models.UniqueConstraint(
                fields=["authority", "facility", "sha256"],
                condition=models.Q(state__in=["queued", "running", "done"]),
                name="list_imported_once",
            ),
        ]
