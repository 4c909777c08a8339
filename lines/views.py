"""Pages of the hotlines: supervisors see theirs and close them by hand, administrators change them."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hotline.core import access
from lines import hours, queries, services, wording
from lines.forms import RULE_FORMS, CloseNowForm, HolidaysForm, HotlineForm, NumberForm, rule_form
from lines.missing import lacks
from lines.models import Hotline, OpeningRule
from lines.tariff_views import terms_in_words
from lines.tariffs import in_force


@access.needs(access.SUPERVISOR)
@require_safe
def hotlines(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    rows = [_now(hotline, at) for hotline in queries.visible_to(request.user).prefetch_related("numbers")]
    return render(request, "lines/hotlines.html", {"rows": rows, "at": at, "may_change": _may_change(request)})


@access.needs(access.SUPERVISOR)
@require_safe
def hotline(request: HttpRequest, slug: str) -> HttpResponse:
    found, at = _find(request, slug), timezone.now()
    context = {
        **_now(found, at),
        "days": _days(found, at),
        "lacks": [lack for lack in lacks(found) if lack.serious],
        "closure": services.closure_in_force(found, at),
        "rules": _rules(found),
        "agencies": found.agency_rules.select_related("agency").order_by("agency__name"),
        "may_change": _may_change(request),
    }
    return render(request, "lines/hotline.html", context)


@access.needs(access.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def new_hotline(request: HttpRequest) -> HttpResponse:
    form = HotlineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_hotline(by=request.user, **form.facts())
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(hotline)s is made. Give it opening hours next.") % {"hotline": made})
            return redirect("lines:hours", made.slug)
    return render(request, "lines/hotline_form.html", {"form": form})


@access.needs(access.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def change_hotline(request: HttpRequest, slug: str) -> HttpResponse:
    found = _find(request, slug)
    form = HotlineForm(request.POST or None, instance=_find(request, slug))
    if request.method == "POST" and form.is_valid():
        try:
            changed = services.change_hotline(_find(request, slug), by=request.user, **form.facts())
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(hotline)s is saved.") % {"hotline": changed})
            return redirect("lines:hotline", changed.slug)
    return render(request, "lines/hotline_form.html", {"form": form, "hotline": found})


# --- numbers ------------------------------------------------------------------------------------
@access.needs(access.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def new_number(request: HttpRequest, slug: str) -> HttpResponse:
    found = _find(request, slug)
    form = NumberForm(request.POST or None, country=found.country)
    if request.method == "POST" and form.is_valid():
        try:
            number = services.add_number(found, by=request.user, **form.facts())
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(number)s leads to %(hotline)s now.") % {"number": number, "hotline": found})
            return redirect("lines:hotline", slug)
    return render(request, "lines/number_form.html", {"form": form, "hotline": found})


@access.needs(access.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def change_number(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    found = _find(request, slug)
    number = get_object_or_404(found.numbers, pk=pk)
    form = NumberForm(request.POST or None, instance=get_object_or_404(found.numbers, pk=pk), country=found.country)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_number(number, by=request.user, **form.facts())
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(number)s is saved.") % {"number": number})
            return redirect("lines:hotline", slug)
    tariff = in_force(number.tariffs.all(), timezone.now())
    shown = {"form": form, "hotline": found, "number": number, "tariff": terms_in_words(tariff) if tariff else ""}
    return render(request, "lines/number_form.html", shown)


# --- opening hours ------------------------------------------------------------------------------
@access.needs(access.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def opening_hours(request: HttpRequest, slug: str) -> HttpResponse:
    """The lines of the opening hours, and a form for one more of the kind named by `?add=`."""
    found, kind = _find(request, slug), request.GET.get("add", "weekly")
    form = rule_form(kind, found.zone, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_rules(found, *form.rules(), by=request.user)
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The opening hours are saved."))
            return redirect("lines:hours", slug)
    return _hours_page(request, found, form=form)


@access.needs(access.ADMINISTRATOR)
@require_POST
def remove_rule(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    rule = get_object_or_404(OpeningRule, pk=pk, hotline=_find(request, slug))
    services.remove_rule(rule, by=request.user)
    messages.success(request, _("The line is removed."))
    return redirect("lines:hours", slug)


@access.needs(access.ADMINISTRATOR)
@require_POST
def holidays(request: HttpRequest, slug: str) -> HttpResponse:
    found, form = _find(request, slug), HolidaysForm(request.POST)
    if not form.is_valid():
        return _hours_page(request, found, holidays_form=form)
    services.set_holidays(found, by=request.user, **form.cleaned_data)
    messages.success(request, _("The public holidays are saved."))
    return redirect("lines:hours", slug)


def _hours_page(request: HttpRequest, found: Hotline, **forms: Any) -> HttpResponse:
    at = timezone.now()
    by_default = {"closed": found.closed_on_holidays, "country": found.country}
    form = forms.get("form") or rule_form("weekly", found.zone)
    context = {
        **_now(found, at),
        "rules": _rules(found),
        "days": _days(found, at),
        "kinds": [(kind, OpeningRule.Kind(kind).label) for kind in RULE_FORMS],
        "form": form,
        "holidays_form": forms.get("holidays_form") or HolidaysForm(initial=by_default),
    }
    return render(request, "lines/hours.html", context)


# --- close now ----------------------------------------------------------------------------------
@access.needs(access.SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def close_now(request: HttpRequest, slug: str) -> HttpResponse:
    found, at = _find(request, slug), timezone.now()
    form = CloseNowForm(request.POST or None, zone=found.zone)
    if request.method == "POST" and form.is_valid():
        try:
            services.close_now(found, by=request.user, at=at, **form.facts())
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(hotline)s is closed.") % {"hotline": found})
            return redirect("lines:hotline", slug)
    return render(request, "lines/close_now.html", {"form": form, **_now(found, at)})


@access.needs(access.SUPERVISOR)
@require_POST
def reopen(request: HttpRequest, slug: str) -> HttpResponse:
    found, at = _find(request, slug), timezone.now()
    try:
        services.reopen(found, by=request.user, at=at)
    except services.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        now = wording.in_words(hours.opening(found, at), found.zone, at)
        messages.success(request, _("The closure of %(hotline)s is lifted. %(now)s.") % {"hotline": found, "now": now})
    return redirect("lines:hotline", slug)


def _find(request: HttpRequest, slug: str) -> Hotline:
    return get_object_or_404(queries.visible_to(request.user), slug=slug)


def _may_change(request: HttpRequest) -> bool:
    return access.has_role(request.user, access.ADMINISTRATOR)


def _now(found: Hotline, at: datetime) -> dict[str, Any]:
    opening = hours.opening(found, at)
    return {
        "hotline": found,
        "opening": opening,
        "words": wording.in_words(opening, found.zone, at),
        "why": wording.reason_in_words(opening),
    }


def _rules(found: Hotline) -> list[dict[str, Any]]:
    return [{"rule": rule, "words": wording.rule_in_words(rule, found.zone)} for rule in found.opening_rules.all()]


def _days(found: Hotline, at: datetime) -> list[wording.Day]:
    return wording.days_to_come(hours.timetable(found.pk, found.version), at.astimezone(found.zone).date())
