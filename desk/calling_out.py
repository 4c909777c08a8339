"""Calling out from the desk: the panel that finds whom, and the act itself, also from what was looked up."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from calls import services
from calls.models import OutwardRule
from desk.views import have_of, now_response, operator_of
from hotline.core import access
from knowledge.models import Contact
from lines.models import Hotline
from lines.numbers import NotANumber, normalise
from operators.permissions import hotlines_of

SHOWN = 6
_CLOSED = b'<div id="desk-wish" hx-swap-oob="true"></div>'


@dataclass(frozen=True)
class Choice:
    """One line of the panel. `choice` is what is sent: as `calls.outgoing` reads it, and for a number the hotline."""

    choice: str
    name: str
    detail: str


def choices(user: Any, text: str) -> list[Choice]:
    """Contacts that the words name; a typed number for each hotline that allows it. Two queries."""
    return [*_typed(user, text), *_contacts(user, text)]


def _contacts(user: Any, text: str) -> list[Choice]:
    rows = Contact.objects.exclude(phone="").filter(hotline__in=hotlines_of(user)).select_related("hotline")
    for word in text.split():
        rows = rows.filter(words__icontains=word)
    return [
        Choice(
            f"contact:{each.pk}", each.name,
            " · ".join(filter(None, [each.role, each.phone, each.hours, each.hotline.name])),
        )
        for each in rows.order_by("name", "pk")[:SHOWN]
    ]  # fmt: skip


def _typed(user: Any, text: str) -> list[Choice]:
    allowing = Hotline.objects.filter(
        pk__in=hotlines_of(user), active=True, outward_rules__in=OutwardRule.objects.filter(typed=True)
    )
    found = []
    for hotline in allowing if any(each.isdigit() for each in text) else []:
        try:
            number = normalise(text, hotline.country)
        except NotANumber:
            continue
        found.append(Choice(f"{number} {hotline.slug}", number, _("as %(hotline)s") % {"hotline": hotline}))
    return found


@access.needs(access.OPERATOR)
@require_http_methods(["GET", "POST"])
@never_cache
def call_out(request: HttpRequest) -> HttpResponse:
    """The panel that asks whom, and the call: `choice` names a contact, a call of the register, or a typed number."""
    operator = operator_of(request)
    if request.method == "GET":
        return _panel(request)
    to, _space, slug = request.POST.get("choice", "").partition(" ")
    try:
        services.call_out(operator, to, by=request.user, at=timezone.now(), hotline=slug)
    except services.Refused as refused:
        if "q" in request.POST:  # from the panel: it stays open
            return _panel(request, str(refused))
        return now_response(request, operator, have=have_of(request), error=str(refused))
    response = now_response(request, operator, have=have_of(request))
    response["HX-Retarget"] = "global #now"  # wherever what was pressed is by now
    response.content += _CLOSED
    return response


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def targets(request: HttpRequest) -> HttpResponse:
    """Whom the typed words find."""
    operator_of(request)
    return render(request, "desk/_call_out_found.html", {"choices": choices(request.user, _text(request.GET))})


def _panel(request: HttpRequest, error: str = "") -> HttpResponse:
    text = _text(request.POST)
    context = {"choices": choices(request.user, text), "text": text, "error": error}
    return render(request, "desk/_call_out.html", context)


def _text(given: Any) -> str:
    return str(given.get("q", "")).strip()[:100].replace("\0", "")
