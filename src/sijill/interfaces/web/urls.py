"""The pages of Sijill, by address. Each module of `pages` lists its own; add a module, add a line."""

from django.urls import URLPattern

from sijill.interfaces.web.pages import (
    batches,
    board,
    claims,
    entering,
    entrance,
    findings,
    handovers,
    head_counts,
    imports,
    manifests,
    naming,
    papers,
    persons,
    places,
    planning,
    prints,
    reporting,
    rolls,
    signing,
    verdicts,
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
    *entering.urlpatterns,
    *persons.urlpatterns,
    *claims.urlpatterns,
    *verdicts.urlpatterns,
    *reporting.urlpatterns,
    *imports.urlpatterns,
    *findings.urlpatterns,
    *rolls.urlpatterns,
    *head_counts.urlpatterns,
]
