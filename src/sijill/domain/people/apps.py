"""The room people as Django knows it."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers the room; nothing happens at start-up."""

    name = "sijill.domain.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
