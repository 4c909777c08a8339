"""The page of the test calls: what the last ones came to and why, and calling now, for supervisors."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hotline.core import access
from lines import queries
from lines.models import Hotline
from operators.permissions import hotlines_of
from telephony import canary as canaries
from telephony import canary_words
from telephony.models import CanaryCall

PAGE = "telephony:canary"
BUDGET_SECONDS = 8.0  # a page must not take longer


def _rows(hotlines: list[Hotline], *, busy: bool = False) -> list[dict[str, Any]]:
    """Each hotline with its last test calls, the newest first. One query."""
    found: dict[int, list[CanaryCall]] = {hotline.pk: [] for hotline in hotlines}
    for each in CanaryCall.objects.filter(hotline__in=hotlines).select_related("by", "seen_by"):
        found[each.hotline_id].append(each)
    return [_row(hotline, found[hotline.pk], busy=busy) for hotline in hotlines]


def _row(hotline: Hotline, calls: list[CanaryCall], *, busy: bool = False) -> dict[str, Any]:
    told = [
        {"call": each, "end": canary_words.end(each.reached), "faults": canary_words.faults(each)}
        for each in calls[: canaries.KEPT]
    ]
    return {"hotline": hotline, "last": told[0] if told else None, "before": told[1:], "busy": busy}


def _visible(request: HttpRequest) -> list[Hotline]:
    return list(queries.visible_to(request.user).filter(active=True).order_by("name"))


@access.needs(access.SUPERVISOR)
@require_safe
@never_cache
def canary(request: HttpRequest) -> HttpResponse:
    """The last test calls of each hotline."""
    rows = _rows(_visible(request))
    shown = {"rows": rows, "clock": settings.CANARY_TIME, "only": settings.CANARY_HOTLINES}
    return render(request, "telephony/canary.html", shown)


@access.needs(access.SUPERVISOR)
@require_POST
def call_all(request: HttpRequest) -> HttpResponse:
    """Call every hotline: each row of the page asks for itself; without scripts they are called one after another."""
    hotlines = _visible(request)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "telephony/_canary_rows.html", {"rows": _rows(hotlines, busy=True)})
    found = canaries.call(hotlines, by=request.user, budget=BUDGET_SECONDS / max(1, len(hotlines)))
    _say(request, found)
    return redirect(PAGE)


@access.needs(access.SUPERVISOR)
@require_POST
def call_one(request: HttpRequest, slug: str) -> HttpResponse:
    """Call one hotline, and show its row."""
    hotline = get_object_or_404(queries.visible_to(request.user), slug=slug, active=True)
    found = canaries.call([hotline], by=request.user, budget=BUDGET_SECONDS)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "telephony/_canary_row.html", {"row": _rows([hotline])[0]})
    _say(request, found)
    return redirect(PAGE)


def _say(request: HttpRequest, found: list[CanaryCall]) -> None:
    wrong = sum(not each.passed for each in found)
    if wrong:
        text = ngettext("%(n)d test call failed.", "%(n)d test calls failed.", wrong)
        messages.error(request, text % {"n": wrong})
    else:
        messages.success(request, _("Every test call got through."))


@access.needs(access.SUPERVISOR)
@require_POST
def seen(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody sees to it: the strip leaves the wallboard."""
    kept = get_object_or_404(CanaryCall, pk=pk, hotline__in=hotlines_of(request.user))
    canaries.seen(kept, by=request.user, at=timezone.now())
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(_("Noted: you see to it."))
    return redirect(PAGE)
