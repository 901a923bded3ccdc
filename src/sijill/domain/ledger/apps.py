"""The room ledger as Django knows it."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Registers the room; nothing happens at start-up."""

    name = "sijill.domain.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
