"""The pages of Sijill, by address. Each module of `pages` lists its own; add a module, add a line."""

from django.urls import URLPattern

from sijill.interfaces.web.pages import (
    batches,
    board,
    entrance,
    handovers,
    manifests,
    naming,
    papers,
    places,
    planning,
    prints,
    signing,
)

urlpatterns: list[URLPattern] = [
    *entrance.urlpatterns,
    *board.urlpatterns,
    *places.urlpatterns,
    *signing.urlpatterns,
    *batches.urlpatterns,
    *planning.urlpatterns,
    *manifests.urlpatterns,
    *handovers.urlpatterns,
    *naming.urlpatterns,
    *papers.urlpatterns,
    *prints.urlpatterns,
]
