"""The room sharing as Django knows it."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    """Registers the room; nothing happens at start-up."""

    name = "sijill.domain.sharing"
    label = "sharing"
    default_auto_field = "django.db.models.BigAutoField"
