"""Person-days and what they cost: by authority and facility, day by day for one facility, as a table to take along."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sijill.domain.access import queries as access
from sijill.domain.access.queries import AuthorityRow
from sijill.domain.access.rules import Act, NotVisible, Refused
from sijill.domain.figures import queries as figures
from sijill.domain.ledger.queries.situation import span
from sijill.domain.places import queries as places
from sijill.domain.places.rules import FacilityRow
from sijill.domain.sharing import actions, queries
from sijill.domain.sharing.queries import Burden, Period
from sijill.domain.sharing.rules import (
    LABEL_MAX,
    MINOR_UNITS,
    SMALL,
    SOURCE_MAX,
    Beside,
    Cell,
    Cost,
    RateRow,
    local_day,
    period_fault,
    rounded,
)
from sijill.interfaces.web.acting import act_once
from sijill.interfaces.web.answering import ViewerRequest, page, reads, reads_and_acts
from sijill.interfaces.web.forms import ActForm, DayField, LocalDateTimeField
from sijill.interfaces.web.notice import is_demo
from sijill.interfaces.web.pages.sharing_days import line_of, runs_of
from sijill.interfaces.web.sentences import refusal

ASKED = "who-pays"  # the topic of the published figures about who pays


class PeriodForm(forms.Form):
    """Which days, as known when."""

    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To and including"), required=False)
    known = LocalDateTimeField(label=_("As it was known at"), required=False, help_text="")

    def __init__(self, data: Any = None, **rest: Any) -> None:
        super().__init__(data, label_suffix="", auto_id="period_%s", **rest)


class RateForm(ActForm):
    """What one person-day costs, by whose word."""

    label = forms.CharField(
        label=_("What it pays for"), max_length=LABEL_MAX,
        help_text=_("Such as “food”. Rates of different names add up; of one name, the nearest and newest is used."),
    )  # fmt: skip
    amount = forms.CharField(
        label=_("Amount for one person-day"), max_length=40,
        help_text=_("Exact: 12916, 9.78, or a fraction such as 6600000/511."),
    )  # fmt: skip
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in MINOR_UNITS])
    authority = forms.TypedChoiceField(label=_("For which authority"), coerce=int, empty_value=None, required=False)
    facility = forms.TypedChoiceField(label=_("For which facility"), coerce=int, empty_value=None, required=False)
    valid_from = DayField(label=_("Holds from"))
    valid_to = DayField(label=_("Holds to and including"), required=False, help_text=_("Empty: until another word."))
    source = forms.CharField(label=_("By whose word, in which document"), max_length=SOURCE_MAX)
    illustrative = forms.BooleanField(label=_("Illustrative: derived or supposed"), required=False, initial=True)


# ------------------------------------------------------------------ what the templates are given
@dataclass(frozen=True, slots=True)
class Money:
    """An amount as shown, and the exact fraction it stands for ("" where what is shown is exact)."""

    shown: str
    exact: str
    currency: str


def money(amount: Fraction, currency: str) -> Money:
    """The amount rounded to the currency's minor unit, with the exact fraction beside."""
    near = rounded(amount, currency)
    exact = "" if Fraction(near) == amount else f"{amount.numerator:,}/{amount.denominator:,}"
    return Money(f"{near:,}", exact, currency)


@dataclass(frozen=True, slots=True)
class CellView:
    """A line of the table: where, whose, and the cost in each currency of the table."""

    row: Cell
    authority: AuthorityRow | None
    facility: FacilityRow | None
    costs: tuple[tuple[str, Money | None], ...]  # by currency, in the order of the columns


@dataclass(frozen=True, slots=True)
class BesideView:
    """A line of what is not counted."""

    row: Beside
    authority: AuthorityRow | None


@dataclass(frozen=True, slots=True)
class CostView:
    """What a period costs in one currency."""

    whole: Money
    unallocated: Money
    agreed: Money
    unpriced: int
    illustrative: bool


@dataclass(frozen=True, slots=True)
class RateView:
    """A rate with the names it speaks of."""

    row: RateRow
    amount: Money
    authority: AuthorityRow | None
    facility: FacilityRow | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader asked for, understood: the period, the form it came in, and how to ask it again."""

    period: Period
    form: PeriodForm
    query: str
    last_day: date  # the last one that is over


# ------------------------------------------------------------------ the pages
@reads
def person_days(request: ViewerRequest) -> HttpResponse:
    """Person-days of a period, the cost nobody has agreed to pay first."""
    asked = _asked(request)
    found = queries.burden(request.viewer, asked.period, at=request.at)
    authorities, facilities = _names(request)
    currencies = [cost.currency for cost in found.costs]
    context = {
        **_period_context(request, asked),
        "found": found,
        "costs": [_cost_view(cost) for cost in found.costs],
        "currencies": currencies,
        "cells": [_cell_view(cell, authorities, facilities, currencies) for cell in found.cells],
        "beside": [BesideView(line, authorities.get(line.authority_id)) for line in found.beside],
        "rates": [_rate_view(rate, authorities, facilities) for rate in found.rates],
        "now": _now_beside(request, asked.period, found),
        "asked_address": _who_pays(request),
        "small": SMALL,
    }
    return page(request, "web/sharing/person_days.html", context, status=422 if asked.form.errors else 200)


@reads
def person_days_table(request: ViewerRequest) -> HttpResponse:
    """The table as a file: UTF-8 with its mark, codes and numbers, no names of people."""
    asked = _asked(request)
    found = queries.burden(request.viewer, asked.period, at=request.at)
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    name = f"person-days_{asked.period.since}_{asked.period.until}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(answer)
    for row in table_of(found, *_names(request)):
        writer.writerow([_plain(value) for value in row])
    return answer


@reads
def person_days_at(request: ViewerRequest, code: str) -> HttpResponse:
    """One facility, day by day: a line, and the days of equal number taken together."""
    place, asked = places.facility(request.viewer, code), _asked(request)
    days = queries.by_day(request.viewer, place.id, asked.period, at=request.at)
    shown = [day for day in days if not day.hidden]
    context = {
        **_period_context(request, asked),
        "place": place,
        "runs": runs_of(days),
        "line": line_of(days),
        "hides": len(shown) < len(days),
        "total": sum(day.counted for day in shown) if len(shown) == len(days) else None,
        "small": SMALL,
    }
    return page(request, "web/sharing/place.html", context, status=422 if asked.form.errors else 200)


@reads_and_acts
def rates(request: ViewerRequest) -> HttpResponse:
    """Every rate that concerns the reader; finance officers state new ones here."""
    form = _rate_form(request)

    def state(key: UUID) -> str:
        said = form.cleaned_data
        actions.set_rate(
            rate_id=key, authority_id=said["authority"], facility_id=said["facility"], label=said["label"],
            amount=said["amount"], currency=said["currency"], valid_from=said["valid_from"],
            valid_to=said["valid_to"], source=said["source"], illustrative=said["illustrative"],
            by=request.viewer, at=request.at,
        )  # fmt: skip
        return reverse("rates")

    if request.method == "POST" and form.is_valid():
        try:
            return act_once(request, "set-rate", state)
        except Refused as refused:
            form.refuse(refused)
    authorities, facilities = _names(request)
    context = {
        "rates": [_rate_view(rate, authorities, facilities) for rate in queries.rates(request.viewer)],
        "form": form if request.viewer.may(Act.SET_RATES) else None,
        "opened": form.is_bound,
    }
    return page(request, "web/sharing/rates.html", context, status=form.answer_status)


# ------------------------------------------------------------------ what was asked
def _asked(request: ViewerRequest) -> Asked:
    """The period of the address; the year so far where it says nothing, or nothing that can be."""
    until = _last_day(request)
    usual = {"since": until.replace(month=1, day=1), "until": until, "known": None}
    form = PeriodForm({**_as_text(usual), **{k: v for k, v in request.GET.items() if k in usual and v}})
    if form.is_valid():
        said = form.cleaned_data
        period = Period(said["since"], said["until"], said["known"])
        if fault := period_fault(period.since, period.until):
            form.add_error(None, refusal(Refused(fault)))
    if form.errors:
        period = Period(usual["since"], usual["until"])  # type: ignore[arg-type]
    return Asked(period, form, _query(period), until)


def _last_day(request: ViewerRequest) -> date:
    """The last day that is over. A demo ends with its last recording: nobody is simulated after that."""
    yesterday = local_day(request.at) - timedelta(days=1)
    told = span(request.viewer) if is_demo(request.viewer) else None
    return min(yesterday, local_day(told[1])) if told else yesterday


def _as_text(usual: Mapping[str, object]) -> dict[str, str]:
    return {key: f"{value:%Y-%m-%d}" for key, value in usual.items() if isinstance(value, date)}


def _query(period: Period) -> str:
    """The period as an address carries it."""
    said = {"since": period.since.isoformat(), "until": period.until.isoformat()}
    if period.known_at:
        said["known"] = period.known_at.strftime("%Y-%m-%dT%H:%M:%S")
    return urlencode(said)


def _period_context(request: ViewerRequest, asked: Asked) -> dict[str, object]:
    """What every page of a period shows of it."""
    yesterday = asked.last_day
    new_year = yesterday.replace(month=1, day=1)
    usual = [
        (_("Last 31 days"), Period(yesterday - timedelta(days=30), yesterday)),
        (_("This year"), Period(new_year, yesterday)),
        (_("Last year"), Period(new_year.replace(year=new_year.year - 1), new_year - timedelta(days=1))),
    ]
    return {
        "period": asked.period,
        "form": asked.form,
        "query": asked.query,
        "usual": [(label, _query(period), period == asked.period) for label, period in usual],
        "unfinished": asked.period.until > yesterday,
    }


def _now_beside(request: ViewerRequest, period: Period, found: Burden) -> tuple[int, int] | None:
    """(person-days as known now, difference), beside a table as known then."""
    if period.known_at is None:
        return None
    now = queries.burden(request.viewer, Period(period.since, period.until), at=request.at).days
    return now, now - found.days


def _who_pays(request: ViewerRequest) -> str:
    """Where the published figures about who pays stand; "" while nobody entered that topic."""
    try:
        return reverse("figure-topic", args=[figures.topic(request.viewer, ASKED).code])
    except (NotVisible, NoReverseMatch):
        return ""


# ------------------------------------------------------------------ views of rows
def _names(request: ViewerRequest) -> tuple[dict[int, AuthorityRow], dict[int, FacilityRow]]:
    viewer = request.viewer
    return {a.id: a for a in access.authorities(viewer)}, {f.id: f for f in places.facilities(viewer)}


def _cell_view(
    cell: Cell, authorities: Mapping[int, AuthorityRow], facilities: Mapping[int, FacilityRow], currencies: list[str]
) -> CellView:
    costs = tuple((c, money(cell.costs[c], c) if c in cell.costs else None) for c in currencies)
    return CellView(cell, authorities.get(cell.authority_id), facilities.get(cell.facility_id or 0), costs)


def _cost_view(cost: Cost) -> CostView:
    return CostView(
        whole=money(cost.amount, cost.currency), unallocated=money(cost.unallocated, cost.currency),
        agreed=money(cost.agreed, cost.currency), unpriced=cost.unpriced, illustrative=cost.illustrative,
    )  # fmt: skip


def _rate_view(
    rate: RateRow, authorities: Mapping[int, AuthorityRow], facilities: Mapping[int, FacilityRow]
) -> RateView:
    amount = money(rate.amount, rate.currency)
    return RateView(rate, amount, authorities.get(rate.authority_id or 0), facilities.get(rate.facility_id or 0))


def _rate_form(request: ViewerRequest) -> RateForm:
    form = RateForm(request.POST if request.method == "POST" else None)
    language, mine = get_language() or "en", request.viewer.authorities(Act.SET_RATES)
    of_mine = [(a.id, a.name(language)) for a in access.authorities(request.viewer) if a.id in mine]
    here = [(f.id, f.name(language)) for f in places.facilities(request.viewer) if f.authority_id in (None, *mine)]
    form.fields["authority"].choices = [("", _("any authority")), *of_mine]  # type: ignore[attr-defined]
    form.fields["facility"].choices = [("", _("any facility")), *here]  # type: ignore[attr-defined]
    return form


# ------------------------------------------------------------------ the file
def table_of(
    found: Burden, authorities: Mapping[int, AuthorityRow], facilities: Mapping[int, FacilityRow]
) -> list[list[object]]:
    """The rows of the file, headers first. What the page hides, the file hides."""
    currencies = [cost.currency for cost in found.costs]
    money_columns = [f"{part}_{c}" for c in currencies for part in ("cost", "cost_exact")]
    period: list[object] = [found.period.since, found.period.until]
    period.append(found.period.known_at.isoformat() if found.period.known_at else "")
    rows: list[list[object]] = [
        ["authority", "facility", "line", "since", "until", "known_at", "persons", "by_name", "in_tallies",
         "person_days", *money_columns]
    ]  # fmt: skip
    for cell in found.cells:
        where = [_code(authorities.get(cell.authority_id)), _code(facilities.get(cell.facility_id or 0)), "counted"]
        numbers: list[object] = [cell.persons, cell.named, cell.tallied, cell.days]
        costs = [part for c in currencies for part in _cost_columns(cell, c)]
        hidden: list[object] = [f"<{SMALL}", *[""] * (3 + len(costs))]
        rows.append([*where, *period, *(hidden if cell.hidden else [*numbers, *costs])])
    for line in found.beside:
        numbers = [f"<{SMALL}", "", "", ""] if line.hidden else [line.persons, "", "", line.days]
        where = [_code(authorities.get(line.authority_id)), "", line.kind]
        rows.append([*where, *period, *numbers, *[""] * len(money_columns)])
    return rows


def _cost_columns(cell: Cell, currency: str) -> list[object]:
    amount = cell.costs.get(currency)
    return ["", ""] if amount is None else [rounded(amount, currency), str(amount)]


def _code(row: AuthorityRow | FacilityRow | None) -> str:
    return row.code if row else ""


def _plain(value: object) -> str:
    """A value no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


urlpatterns = [
    path("sharing", person_days, name="person-days"),
    path("sharing/person-days.csv", person_days_table, name="person-days-table"),
    path("sharing/places/<str:code>", person_days_at, name="person-days-at"),
    path("sharing/rates", rates, name="rates"),
]
