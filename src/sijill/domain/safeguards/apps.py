"""The room safeguards as Django knows it."""

from django.apps import AppConfig


class SafeguardsConfig(AppConfig):
    """Registers the room; nothing happens at start-up."""

    name = "sijill.domain.safeguards"
    label = "safeguards"
    default_auto_field = "django.db.models.BigAutoField"
