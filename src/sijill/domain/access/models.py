"""Tables of the room access. Private to it: other rooms go through queries and actions."""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Authority(models.Model):
    """A party that may hold people, carry them, receive them, judge them, visit them or pay."""

    code = models.CharField(max_length=24, unique=True)
    names = models.JSONField(default=dict)  # language code -> name
    keeps_book = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["code"]


class Users(BaseUserManager["User"]):
    """Looks users up by what they sign in with."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person who signs in. What a user may do comes from duties alone; there is no superuser."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=8, default="en")
    is_active = models.BooleanField(default=True)
    last_login = None  # the read log and the sessions say enough
    USERNAME_FIELD = "username"
    objects = Users()


class Duty(models.Model):
    """What a user does inside an authority, for the whole of it or one facility, for a time."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="duties")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT)
    facility_id = models.BigIntegerField(null=True, blank=True)  # places.Facility; the constraint is in SQL
    kind = models.CharField(max_length=24)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user"], name="duty_user")]


class SigningSession(models.Model):
    """The password entered again: one user, one authority, one device, fifteen minutes."""

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT)
    device = models.CharField(max_length=120)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)


class Read(models.Model):
    """Somebody opened a person's file. Append-only; the holder never sees reads by visiting bodies."""

    user = models.ForeignKey(User, on_delete=models.PROTECT)
    subject = models.UUIDField()
    purpose = models.CharField(max_length=40)
    at = models.DateTimeField()


class IdempotencyKey(models.Model):
    """A form or call that was carried out once, and the answer it got; the same key gets the same answer."""

    key = models.UUIDField()
    user = models.ForeignKey(User, on_delete=models.PROTECT)
    what = models.CharField(max_length=80)
    answer = models.CharField(max_length=400)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="key_once_per_user")]


class Installation(models.Model):
    """What this register is: a demo of some version, or somebody's own. No row = nobody has said yet."""

    kind = models.CharField(max_length=12)
    version = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
