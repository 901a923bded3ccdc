"""The room access as Django knows it."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Registers the room; nothing happens at start-up."""

    name = "sijill.domain.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"
