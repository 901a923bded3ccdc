"""Tables of the room places. It knows no person."""

from typing import ClassVar

from django.db import models

from sijill.domain.places.rules import PLACES_MAX, Aspect, CapacityKind, FacilityKind


class Facility(models.Model):
    """A recognised place where people are held, or through which they pass (ICPPED 17(2)(c))."""

    code = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=24)
    names = models.JSONField(default=dict)
    region = models.CharField(max_length=6)  # ISO 3166-2
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    authority = models.ForeignKey("access.Authority", null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[k.value for k in FacilityKind]), name="facility_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(latitude=None, longitude=None)
                | models.Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="facility_on_earth",
            ),
        ]


class Hall(models.Model):
    """A hall, wing or section of a facility."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="halls")
    code = models.CharField(max_length=24)
    names = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["facility", "code"], name="hall_code_once")]


class ControlStatement(models.Model):
    """Somebody said who holds an aspect of a place. Append-only; rivals coexist (law 11)."""

    id = models.UUIDField(primary_key=True)
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT)
    aspect = models.CharField(max_length=16)
    holder = models.ForeignKey("access.Authority", null=True, blank=True, on_delete=models.PROTECT)
    holder_text = models.CharField(max_length=200, blank=True)  # when the holder is no authority here, or unclear
    speaker = models.CharField(max_length=200)
    since = models.DateTimeField(null=True, blank=True)
    stated_at = models.DateTimeField()
    note = models.CharField(max_length=400, blank=True)
    by = models.ForeignKey("access.User", on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(aspect__in=[a.value for a in Aspect]), name="control_aspect_known"
            ),
            models.CheckConstraint(condition=~models.Q(speaker=""), name="control_has_speaker"),
        ]


class Capacity(models.Model):
    """A capacity with a named approver. A change is a new row; the newest approved one is in force."""

    id = models.UUIDField(primary_key=True)
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT)
    kind = models.CharField(max_length=12)
    category = models.CharField(max_length=40, blank=True)
    places = models.PositiveIntegerField()
    approver = models.CharField(max_length=120)
    approved_on = models.DateField()
    document = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey("access.User", on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[k.value for k in CapacityKind]), name="capacity_kind_known"
            ),
            models.CheckConstraint(condition=models.Q(places__lte=PLACES_MAX), name="capacity_places_sane"),
            models.CheckConstraint(condition=~models.Q(approver=""), name="capacity_has_approver"),
        ]
