"""The pages of Sijill, by address. Each module of `pages` lists its own; add a module, add a line."""

from django.urls import URLPattern

from sijill.interfaces.web.pages import board, entrance, places, signing

urlpatterns: list[URLPattern] = [
    *entrance.urlpatterns,
    *board.urlpatterns,
    *places.urlpatterns,
    *signing.urlpatterns,
]
