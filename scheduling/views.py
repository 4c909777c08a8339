"""Pages of shifts: supervisors plan those of their operators, operators read their own."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hotline.core import access
from operators.models import Operator
from operators.permissions import operators_visible_to
from scheduling import queries, services, tables
from scheduling.forms import BreakRows, ShiftForm, breaks_initial, shift_initial
from scheduling.models import Shift

DAY = timedelta(days=1)
REST = timedelta(hours=11)
PAST, AHEAD = timedelta(days=7), timedelta(days=28)


@access.needs(access.OPERATOR)
@require_safe
def shifts(request: HttpRequest) -> HttpResponse:
    """The shifts of a week or a day (`?show=day`), around `?day=`; an operator is sent to their own."""
    if not access.has_role(request.user, access.SUPERVISOR):
        return redirect("scheduling:mine")
    at = timezone.now()
    today = at.astimezone(_home_zone(request)).date()
    day = _day(request.GET.get("day"), today)
    week = request.GET.get("show") != "day"
    days = tables.week_of(day) if week else [day]
    # Each shift's own zone decides its day, so a day more is asked for on either side.
    found = queries.shifts_between(
        operators_visible_to(request.user), _midnight(days[0] - DAY), _midnight(days[-1] + 2 * DAY)
    )
    step = DAY * len(days)
    context = {
        "days": tables.by_day(found, days, at),
        **{"day": day, "today": today, "first": days[0], "last": days[-1], "week": week},
        **{"before": days[0] - step, "after": days[0] + step},
    }
    return render(request, "scheduling/shifts.html", context)


@access.needs(access.OPERATOR)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """An operator's own shifts and breaks, the next first."""
    at, own = timezone.now(), Operator.objects.filter(user_id=request.user.pk or 0)
    operator = own.first()
    rows = [tables.row(shift, at) for shift in queries.shifts_between(own, at - PAST, at + AHEAD)]
    context: dict[str, Any] = {
        "operator": operator,
        "at": at,
        "coming": [row for row in rows if row.shift.ends_at > at],
        "past": [row for row in reversed(rows) if row.shift.ends_at <= at],
    }
    if operator:
        now, coming = queries.shift_at(operator.pk, at), queries.next_shift(operator.pk, at)
        context["now"] = tables.row(now, at) if now else None
        context["next"] = tables.row(coming, at) if coming else None
        context["next_break"] = queries.next_break(operator.pk, at)
        context["break_in_hand"] = queries.break_in_hand(operator.pk)
    return render(request, "scheduling/mine.html", context)


@access.needs(access.SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def new_shift(request: HttpRequest) -> HttpResponse:
    zone = _home_zone(request)
    initial = {
        "operator": request.GET.get("operator"),
        "day": _day(request.GET.get("day"), timezone.now().astimezone(zone).date()),
        **{"starts": time(8), "ends": time(16), "time_zone": zone.key},
    }
    form = ShiftForm(request.POST or None, zone=zone, operators=_staff(request), initial=initial)
    rows = BreakRows(request.POST or None, prefix="breaks", form_kwargs={"zone": zone})
    if request.method == "POST" and (planned := _planned(form, rows)):
        try:
            made = services.add_shift(by=request.user, operator=form.cleaned_data["operator"], **planned)
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _saved(request, made)
    return render(request, "scheduling/shift_form.html", {"form": form, "rows": rows})


@access.needs(access.SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
def change_shift(request: HttpRequest, pk: int) -> HttpResponse:
    shift = _find(request, pk)
    themselves = Operator.objects.filter(pk=shift.operator_id)
    form = ShiftForm(request.POST or None, zone=shift.zone, operators=themselves, initial=shift_initial(shift))
    form.fields["operator"].disabled = True  # another operator's shift is another shift
    rows = BreakRows(
        request.POST or None, prefix="breaks", initial=breaks_initial(shift), form_kwargs={"zone": shift.zone}
    )
    if request.method == "POST" and (planned := _planned(form, rows)):
        try:
            changed = services.change_shift(_find(request, pk), by=request.user, **planned)
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _saved(request, changed)
    begun = [tables.break_in_words(row) for row in shift.breaks.exclude(begun_at=None)]
    context = {"form": form, "rows": rows, "shift": shift, "begun": begun, "at": timezone.now()}
    return render(request, "scheduling/shift_form.html", context)


@access.needs(access.SUPERVISOR)
@require_POST
def remove_shift(request: HttpRequest, pk: int) -> HttpResponse:
    shift = _find(request, pk)
    day = shift.starts_at.astimezone(shift.zone).date()
    try:
        services.remove_shift(shift, by=request.user, at=timezone.now())
    except services.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("scheduling:change_shift", pk)
    messages.success(request, _("The shift is removed."))
    return redirect(_week_url(day))


def _planned(form: ShiftForm, rows: Any) -> dict[str, Any] | None:
    """What the form and its rows say, for the services; None, with errors in place, if they cannot be understood."""
    valid = [form.is_valid(), rows.is_valid()]
    if not all(valid):
        return None
    facts = form.cleaned_data
    starts_at, ends_at = facts["starts"], facts["ends"]
    breaks = [row.plan(starts_at, ends_at, form.zone) for row in rows]
    if any(row.errors for row in rows):
        return None
    return {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "time_zone": facts["time_zone"],
        "breaks": [planned for planned in breaks if planned],
    }


def _saved(request: HttpRequest, shift: Shift) -> HttpResponse:
    messages.success(request, _("The shift of %(name)s is saved.") % {"name": shift.operator})
    rest = queries.rest_before(shift)
    if rest is not None and rest < REST:
        hours = {"name": shift.operator, "hours": f"{rest.total_seconds() / 3600:g}"}
        messages.warning(request, _("%(name)s has only %(hours)s h off before this shift.") % hours)
    return redirect(_week_url(shift.starts_at.astimezone(shift.zone).date()))


def _week_url(day: date) -> str:
    return f"{reverse('scheduling:shifts')}?day={day:%Y-%m-%d}"


def _find(request: HttpRequest, pk: int) -> Shift:
    visible = Shift.objects.filter(operator__in=operators_visible_to(request.user))
    return get_object_or_404(visible.select_related("operator"), pk=pk)


def _staff(request: HttpRequest) -> QuerySet[Operator]:
    return operators_visible_to(request.user).filter(active=True)


def _home_zone(request: HttpRequest) -> ZoneInfo:
    """The zone of the person's first hotline, in which "today" is meant and new shifts are planned."""
    names = operators_visible_to(request.user).order_by("hotlines__pk").values_list("hotlines__time_zone", flat=True)
    return ZoneInfo(names.exclude(hotlines=None).first() or "UTC")


def _day(text: str | None, otherwise: date) -> date:
    try:
        day = parse_date(text or "") or otherwise
    except ValueError:
        return otherwise
    return day if 1970 < day.year < 2200 else otherwise  # nobody plans there, and arithmetic stays within bounds


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
