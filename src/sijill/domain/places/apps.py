"""The room places as Django knows it."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Registers the room; nothing happens at start-up."""

    name = "sijill.domain.places"
    label = "places"
    default_auto_field = "django.db.models.BigAutoField"
