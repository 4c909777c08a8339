"""The page of the numbers: where each leads, mending, attaching, searching and buying.

Supervisors see the numbers of their hotlines; everything that asks or changes something at the carrier is an
administrator's, and a POST.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hotline.core import access
from lines import queries
from lines import services as lines
from lines.models import Number
from telephony import pointing
from telephony.number_forms import BuyForm, HotlineForm, SearchForm, TakeForm
from telephony.twilio import numbers as carrier
from telephony.twilio.numbers import Refused

PAGE = "telephony:numbers"


@access.needs(access.SUPERVISOR)
@require_safe
@never_cache
def numbers(request: HttpRequest) -> HttpResponse:
    """All our numbers, with what the last check found. The carrier is not asked."""
    rows = pointing.shown(queries.visible_to(request.user))
    kept = [row.pointing for row in rows if hasattr(row, "pointing")]
    shown = {
        "rows": rows,
        "wrong": [row for row in rows if row.active and hasattr(row, "pointing") and row.pointing.wrong],
        "last": max(kept, key=lambda each: each.checked_at, default=None),
        "may_change": access.has_role(request.user, access.ADMINISTRATOR),
        "search": SearchForm(initial={"country": next((r.hotline.country for r in rows if r.hotline.country), "")}),
        "hotlines": queries.visible_to(request.user).filter(active=True).order_by("name"),
    }
    return render(request, "telephony/numbers.html", shown)


@access.needs(access.ADMINISTRATOR)
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    try:
        found = pointing.check(timezone.now(), by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(PAGE)
    wrong = sum(each.wrong for each in found)
    if wrong:
        messages.error(
            request, _("%(count)d of %(all)d numbers do not reach us.") % {"count": wrong, "all": len(found)}
        )
    else:
        messages.success(request, _("Checked: every number leads here."))
    return redirect(PAGE)


@access.needs(access.ADMINISTRATOR)
@require_POST
def fix(request: HttpRequest, pk: int) -> HttpResponse:
    number = get_object_or_404(Number, pk=pk)
    try:
        pointing.fix(number, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("%(number)s leads here now.") % {"number": number})
    return redirect(PAGE)


@access.needs(access.ADMINISTRATOR)
@require_POST
def change_hotline(request: HttpRequest, pk: int) -> HttpResponse:
    number, form = get_object_or_404(Number, pk=pk), HotlineForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a hotline."))
        return redirect(PAGE)
    try:
        lines.change_number(number, by=request.user, hotline=form.cleaned_data["hotline"])
    except lines.Refused as refused:
        messages.error(request, str(refused))
    else:
        shown = {"number": number, "hotline": form.cleaned_data["hotline"]}
        messages.success(request, _("%(number)s leads to %(hotline)s now.") % shown)
    return redirect(PAGE)


# --- numbers that are not ours yet --------------------------------------------------------------
@access.needs(access.ADMINISTRATOR)
@require_POST
def strangers(request: HttpRequest) -> HttpResponse:
    """Numbers of the account that lead to no hotline, each with a form that attaches it."""
    try:
        rows = pointing.strangers()
    except Refused as refused:
        return render(request, "telephony/_strangers.html", {"error": str(refused)})
    forms = [(each, TakeForm(initial={"number": each.number}, auto_id=f"id_{each.ref}_%s")) for each in rows]
    return render(request, "telephony/_strangers.html", {"rows": forms})


@access.needs(access.ADMINISTRATOR)
@require_POST
def attach(request: HttpRequest) -> HttpResponse:
    form = TakeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _first_error(form))
        return redirect(PAGE)
    number, hotline = form.cleaned_data["number"], form.cleaned_data["hotline"]
    facts = form.facts() | {"by": request.user, "at": timezone.now()}
    return _taken(request, lambda: pointing.attach(number, hotline, **facts))


@access.needs(access.ADMINISTRATOR)
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Numbers that can be bought, in the region under the form."""
    form = SearchForm(request.POST)
    if not form.is_valid():
        return render(request, "telephony/_available.html", {"error": _first_error(form)})
    asked = form.cleaned_data
    try:
        rows = carrier.available(asked["country"], asked["kind"], asked["digits"])
    except Refused as refused:
        return render(request, "telephony/_available.html", {"error": str(refused)})
    price = carrier.price(asked["country"], asked["kind"]) if rows else None
    return render(request, "telephony/_available.html", {"rows": rows, "price": price, "asked": asked})


@access.needs(access.ADMINISTRATOR)
@require_POST
def buy(request: HttpRequest) -> HttpResponse:
    """Ask once more with the price, and buy when that is confirmed."""
    confirmed = "confirmed" in request.POST
    given: Any = request.POST if confirmed else None
    named = {name: request.POST.get(name, "") for name in ("number", "country", "kind")}
    form = BuyForm(given, initial=named)
    if confirmed and form.is_valid():
        number, hotline = form.cleaned_data["number"], form.cleaned_data["hotline"]
        return _taken(
            request, lambda: pointing.buy(number, hotline, by=request.user, at=timezone.now(), **form.facts())
        )
    probe = SearchForm({"country": named["country"], "kind": named["kind"]})
    price = carrier.price(named["country"], named["kind"]) if probe.is_valid() else None
    return render(request, "telephony/buy_number.html", {"form": form, "number": named["number"], "price": price})


def _taken(request: HttpRequest, take: Any) -> HttpResponse:
    try:
        number = take()
    except (Refused, lines.Refused) as refused:
        messages.error(request, str(refused))
    else:
        shown = {"number": number, "hotline": number.hotline}
        messages.success(request, _("%(number)s leads to %(hotline)s now.") % shown)
    return redirect(PAGE)


def _first_error(form: Any) -> str:
    name, errors = next(iter(form.errors.items()))
    return f"{form.fields[name].label or name}: {errors[0]}" if name in form.fields else str(errors[0])
