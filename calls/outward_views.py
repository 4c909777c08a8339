"""The page of calls outwards: what was used of today's limits, and the rules that administrators set."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from calls import outward_alarms, outward_use
from calls.models import OutwardRule
from calls.outward_forms import LimitsForm, RuleForm, TogetherForm
from hotline.core import access
from hotline.core.audit import record
from lines.models import Hotline
from operators.permissions import hotlines_of


@access.needs(access.SUPERVISOR)
@require_GET
@never_cache
def outward(request: HttpRequest) -> HttpResponse:
    """What was used today, of each hotline of the person and of all together."""
    at, own = timezone.now(), list(Hotline.objects.filter(pk__in=hotlines_of(request.user), active=True))
    context = {
        "hotlines": own,
        "uses": outward_use.uses(outward_use.rules([None, *own]), at),
        "alarms": outward_alarms.today([hotline.pk for hotline in own], at),
        "may_change": access.has_role(request.user, access.ADMINISTRATOR),
    }
    return render(request, "calls/outward.html", context)


@access.needs(access.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, slug: str) -> HttpResponse:
    """Where a hotline may call, and how much in a day."""
    hotline = get_object_or_404(Hotline, slug=slug)
    form = RuleForm(request.POST or None, rule=outward_use.rule_of(hotline))
    return _edit(request, form, hotline)


@access.needs(access.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def together(request: HttpRequest) -> HttpResponse:
    """The limits of all hotlines together."""
    return _edit(request, TogetherForm(request.POST or None, rule=outward_use.rule_of(None)), None)


def _edit(request: HttpRequest, form: LimitsForm, hotline: Hotline | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        _save(hotline, form.facts(), by=request.user)
        messages.success(request, _("Saved."))
        return redirect("outward:outward")
    shown = {"form": form, "hotline": hotline}
    return render(request, "calls/outward_rule.html", shown, status=422 if form.errors else 200)


def _save(hotline: Hotline | None, facts: dict[str, Any], *, by: Any) -> None:
    subject = f"hotline {hotline.pk}" if hotline else "all hotlines"
    told = {name: str(value) for name, value in facts.items()}
    with transaction.atomic():
        OutwardRule.objects.update_or_create(hotline=hotline, defaults=facts)
        record(by=by, verb="outward.rule_set", subject=subject, **told)
