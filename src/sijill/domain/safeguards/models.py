"""Tables of the room safeguards. Private to it. Both hold testimony: triggers refuse any change."""

from typing import ClassVar

from django.db import models

from sijill.domain.safeguards.rules import Ground


class LegalBasis(models.Model):
    """Somebody said on what basis this person is held. Append-only; several stand side by side."""

    id = models.UUIDField(primary_key=True)  # made by the client
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(  # whose user recorded it
        "access.Authority", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ground = models.CharField(max_length=24)
    ordering_authority = models.CharField(max_length=200, blank=True)  # "" = not recorded, and shown so
    document = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200)
    stated_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    by = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(ground__in=[g.value for g in Ground]), name="basis_ground_known"),
            models.CheckConstraint(condition=~models.Q(source=""), name="basis_has_source"),
        ]


class BasisWithdrawn(models.Model):
    """The recording authority no longer stands by the basis. It stays readable, shown as withdrawn."""

    basis = models.OneToOneField(LegalBasis, primary_key=True, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
