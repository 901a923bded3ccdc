"""The web door as Django knows it."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Templates and static files of the pages."""

    name = "sijill.interfaces.web"
    label = "web"
