"""Tables of the room sharing. Person-days have none: they are read from the ledger, never typed in."""

from typing import ClassVar

from django.db import models

from sijill.domain.sharing.rules import LABEL_MAX, SOURCE_MAX


class Rate(models.Model):
    """What one person-day costs, by whose word. Append-only: a better word is a new row, and the newest one is used."""

    id = models.UUIDField(primary_key=True)
    authority = models.ForeignKey("access.Authority", null=True, blank=True, on_delete=models.PROTECT)  # None: any
    facility = models.ForeignKey("places.Facility", null=True, blank=True, on_delete=models.PROTECT)  # None: any
    label = models.CharField(max_length=LABEL_MAX)  # what it pays for; rates of different labels add up
    numerator = models.BigIntegerField()  # exact: numerator / denominator of the currency's whole unit
    denominator = models.BigIntegerField()
    currency = models.CharField(max_length=3)  # ISO 4217
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)  # the last day; None = until another word
    source = models.CharField(max_length=SOURCE_MAX)
    illustrative = models.BooleanField()  # derived or supposed, agreed by nobody
    by = models.ForeignKey("access.User", on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(numerator__gt=0, denominator__gt=0), name="rate_amount_above_nought"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="rate_valid_forward",
            ),
            models.CheckConstraint(condition=~models.Q(label=""), name="rate_has_label"),
            models.CheckConstraint(condition=~models.Q(source=""), name="rate_has_source"),
            models.CheckConstraint(condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="rate_currency_code"),
        ]
