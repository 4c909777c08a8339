"""The agencies: supervisors see those that answer for their hotlines, administrators change them."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from calls import agencies as services
from calls.agency_forms import AgencyForm
from calls.refusals import Refused
from hotline.core import access
from lines import hours, wording
from operators.models import Agency, AgencyRule
from operators.permissions import hotlines_of, operators_visible_to


@access.needs(access.SUPERVISOR)
@require_GET
def agencies(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    rows = [_row(agency, at) for agency in _seen_by(request.user)]
    may_change = access.has_role(request.user, access.ADMINISTRATOR)
    return render(request, "calls/agencies.html", {"rows": rows, "may_change": may_change})


@access.needs(access.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def new_agency(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


@access.needs(access.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def change_agency(request: HttpRequest, pk: int) -> HttpResponse:
    return _form(request, get_object_or_404(Agency, pk=pk))


def _form(request: HttpRequest, agency: Agency | None) -> HttpResponse:
    name = str(agency) if agency else ""
    form = AgencyForm(request.POST if request.method == "POST" else None, instance=agency)
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.save(
                form.instance, by=request.user, at=timezone.now(), week=form.week(),
                members=form.cleaned_data["members"], rules=form.rules(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(agency)s is saved.") % {"agency": saved})
            return redirect("agencies:agencies")
    return render(request, "calls/agency.html", {"form": form, "name": name})


def _seen_by(user: Any) -> QuerySet[Agency]:
    """All for an administrator; for others those with a rule for a hotline of theirs, or with people of it."""
    rules = AgencyRule.objects.filter(hotline__in=hotlines_of(user)).select_related("hotline").order_by("hotline__name")
    people = operators_visible_to(user).filter(active=True)
    found = Agency.objects.prefetch_related("hours", Prefetch("rules", rules), Prefetch("members", people))
    if access.has_role(user, access.ADMINISTRATOR):
        return found
    ours = (
        Agency.objects.filter(rules__in=rules)
        .values("pk")
        .union(Agency.objects.filter(members__in=people).values("pk"))
    )
    return found.filter(pk__in=ours)


def _row(agency: Agency, at: datetime) -> dict[str, Any]:
    table = hours.of_agency(agency)
    opening = table.at(at)
    return {"agency": agency, "opening": opening, "words": wording.in_words(opening, table.zone, at)}
