"""The room transfers as Django knows it."""

from django.apps import AppConfig


class TransfersConfig(AppConfig):
    """Registers the room; nothing happens at start-up."""

    name = "sijill.domain.transfers"
    label = "transfers"
    default_auto_field = "django.db.models.BigAutoField"
