"""Tables of the room figures. Published words about the operation; no person is in them, nothing is ever changed.

All three are append-only (see the migrations): a topic, what somebody said on it, and what became of that.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from sijill.domain.figures.rules import FIGURE_MAX, QUOTED_LENGTH_MAX, TOPIC_CODE_LENGTH_MAX, ClaimState, Modality, Unit


class Topic(models.Model):
    """A question several speakers answer, its unit, and what of the register stands beside it."""

    code = models.CharField(max_length=TOPIC_CODE_LENGTH_MAX, unique=True)
    names = models.JSONField(default=dict)
    unit = models.CharField(max_length=16)
    measure = models.JSONField(default=dict, blank=True)  # rules.measure_of reads it; empty = nothing stands beside
    by = models.ForeignKey("access.User", on_delete=models.PROTECT, db_index=False, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(unit__in=[u.value for u in Unit]), name="figures_topic_unit_known"),
        ]


class Claim(models.Model):
    """A published figure: from low to high (one may be open), who said it, where, of which day, in which words."""

    id = models.UUIDField(primary_key=True)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT)
    low = models.BigIntegerField(null=True, blank=True)
    high = models.BigIntegerField(null=True, blank=True)
    modality = models.CharField(max_length=12)
    speaker = models.CharField(max_length=200)
    outlet = models.CharField(max_length=200)
    address = models.CharField(max_length=400, blank=True)  # shown as text; nothing here ever opens it
    published_on = models.DateField(null=True, blank=True)
    as_of = models.DateField(null=True, blank=True)
    quoted = models.CharField(max_length=QUOTED_LENGTH_MAX, blank=True)
    note = models.CharField(max_length=400, blank=True)
    derived_from = ArrayField(models.UUIDField(), default=list, blank=True)
    rule = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey("access.User", on_delete=models.PROTECT, db_index=False, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(modality__in=[m.value for m in Modality]), name="figures_claim_modality_known"
            ),
            models.CheckConstraint(
                condition=(Q(low=None) | Q(low__range=(0, FIGURE_MAX)))
                & (Q(high=None) | Q(high__range=(0, FIGURE_MAX)))
                & (Q(low=None) | Q(high=None) | Q(low__lte=F("high"))),
                name="figures_claim_range_upwards",
            ),
            models.CheckConstraint(condition=~Q(speaker="") & ~Q(outlet=""), name="figures_claim_has_source"),
            models.CheckConstraint(
                condition=~Q(modality="unclear") | Q(low=None, high=None), name="figures_claim_unclear_is_no_number"
            ),
            models.CheckConstraint(
                condition=Q(modality="derived", derived_from__len__gt=0) & ~Q(rule="")
                | ~Q(modality="derived") & Q(derived_from=[], rule=""),
                name="figures_claim_derived_by_rule",
            ),
        ]


class ClaimStep(models.Model):
    """Somebody took a claim back, denied it, disowned it, or said it again."""

    id = models.UUIDField(primary_key=True)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=12)
    said_by = models.CharField(max_length=200)
    outlet = models.CharField(max_length=200)
    said_on = models.DateField()
    address = models.CharField(max_length=400, blank=True)
    note = models.CharField(max_length=400, blank=True)
    by = models.ForeignKey("access.User", on_delete=models.PROTECT, db_index=False, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in ClaimState]), name="figures_step_state_known"
            ),
            models.CheckConstraint(condition=~Q(said_by="") & ~Q(outlet=""), name="figures_step_has_source"),
        ]
