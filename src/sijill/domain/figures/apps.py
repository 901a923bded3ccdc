"""The room figures as Django knows it."""

from django.apps import AppConfig


class FiguresConfig(AppConfig):
    """Registers the room; nothing happens at start-up."""

    name = "sijill.domain.figures"
    label = "figures"
    default_auto_field = "django.db.models.BigAutoField"
