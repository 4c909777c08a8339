"""The wallboard: six numbers with their goals, a strip for each hotline, and the people for supervisors."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from analytics.board import Board, board
from hotline.core import access
from operators.models import Operator
from operators.permissions import hotlines_of

ABANDONED_GOAL_PERCENT = 5  # the usual aim of a hotline; above twice of it something is wrong


@dataclass(frozen=True)
class Tile:
    """One number of the board. `word` says what the colour says; `since` counts by itself on the page."""

    title: str
    value: str
    target: str
    word: str
    tone: str
    unit: str = ""
    since: datetime | None = None


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """The whole board."""
    return render(request, "desk/board.html", _context(request))


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def now(request: HttpRequest) -> HttpResponse:
    """The numbers alone, as the page fetches them when something changes."""
    return render(request, "desk/_board.html", _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    at = timezone.now()
    shown = board(hotlines_of(request.user), at)
    context: dict[str, Any] = {"board": shown, "tiles": tiles(shown), "at": at}
    if access.has_role(request.user, access.SUPERVISOR):
        context["people"] = people(shown)
    return context


def people(shown: Board) -> list[Operator]:
    """Operators of the board's hotlines who are here, by name: no ranking."""
    served = Q(hotlines__in=[strip.hotline.pk for strip in shown.strips])
    here = Operator.objects.filter(served, active=True).exclude(state="offline")
    return list(here.distinct().order_by("display_name"))


def tiles(shown: Board) -> list[Tile]:
    """The six numbers, in the order in which one looks."""
    return [_waiting(shown), _longest(shown), _service_level(shown), _abandoned(shown), _staff(shown), _open(shown)]


def _within(shown: Board) -> str:
    if shown.goal_seconds is None:
        return _("within each hotline’s goal")
    return _("within %(seconds)s s") % {"seconds": shown.goal_seconds}


def _waiting(shown: Board) -> Tile:
    ready = shown.staff.ready
    target = ngettext("%(n)s ready to answer", "%(n)s ready to answer", ready) % {"n": ready}
    if not shown.waiting:
        return Tile(_("Waiting now"), "0", target, _("nobody waits"), "good")
    few = shown.waiting <= max(1, shown.staff.present)
    word = _("being worked off") if few else _("more than we are")
    return Tile(_("Waiting now"), str(shown.waiting), target, word, "warn" if few else "bad")


def _longest(shown: Board) -> Tile:
    target = _("goal: %(within)s") % {"within": _within(shown)}
    if shown.waiting_since is None:
        return Tile(_("Longest wait"), "0:00", target, _("nobody waits"), "good")
    late = any(
        strip.waiting_since and (shown.at - strip.waiting_since).total_seconds() > strip.hotline.service_level_seconds
        for strip in shown.strips
    )
    word, tone = (_("over the goal"), "bad") if late else (_("within the goal"), "warn")
    return Tile(_("Longest wait"), "", target, word, tone, since=shown.waiting_since)


def _service_level(shown: Board) -> Tile:
    rate, goal = shown.service_level, shown.goal_percent
    target = _("goal: %(goal)s %% %(within)s") % {"goal": goal if goal is not None else "–", "within": _within(shown)}
    title = _("Service level, this half hour")
    if rate.percent is None or goal is None:
        return Tile(title, "–", target, _("no calls"), "quiet")
    of = ngettext("of %(n)s call", "of %(n)s calls", rate.whole) % {"n": rate.whole}
    met = rate.percent >= goal
    near = rate.percent >= goal - 10
    word = _("goal met") if met else _("just below") if near else _("below the goal")
    return Tile(
        title, f"{rate.percent:.0f}", target, f"{word}, {of}", "good" if met else "warn" if near else "bad", "%"
    )


def _abandoned(shown: Board) -> Tile:
    rate = shown.abandoned_today
    target = _("goal: at most %(goal)s %%") % {"goal": ABANDONED_GOAL_PERCENT}
    title = _("Abandoned today")
    if rate.percent is None:
        return Tile(title, "–", target, _("no calls"), "quiet")
    of = ngettext("%(part)s of %(n)s call", "%(part)s of %(n)s calls", rate.whole) % {
        "part": rate.part,
        "n": rate.whole,
    }
    good, bad = rate.percent <= ABANDONED_GOAL_PERCENT, rate.percent > 2 * ABANDONED_GOAL_PERCENT
    word = _("goal met") if good else _("far too many") if bad else _("too many")
    return Tile(
        title, f"{rate.percent:.0f}", target, f"{word}, {of}", "good" if good else "bad" if bad else "warn", "%"
    )


def _staff(shown: Board) -> Tile:
    staff = shown.staff
    target = _("ready · on call · break")
    value = f"{staff.ready} · {staff.on_call} · {staff.on_break}"
    if not shown.is_open:
        return Tile(_("People"), value, target, _("closed"), "quiet")
    if staff.missed:
        missed = ngettext("%(n)s missed a call", "%(n)s missed calls", staff.missed) % {"n": staff.missed}
        return Tile(_("People"), value, target, missed, "warn")
    if not staff.present:
        return Tile(_("People"), value, target, _("nobody is here"), "bad")
    if not staff.ready:
        return Tile(_("People"), value, target, _("nobody is free"), "warn")
    return Tile(_("People"), value, target, _("somebody is free"), "good")


def _open(shown: Board) -> Tile:
    many = ngettext("%(n)s hotline", "%(n)s hotlines", len(shown.strips)) % {"n": len(shown.strips)}
    open_now = sum(strip.opening.is_open for strip in shown.strips)
    target = _("%(open)s of %(hotlines)s open") % {"open": open_now, "hotlines": many}
    change = shown.next_change
    if shown.is_open:
        word, tone = _("open"), "good"
        title = _("Open until")
        value = _moment(change, shown) if change else _("always")
    else:
        word, tone = _("closed"), "quiet"
        title = _("Opens")
        value = _moment(change, shown) if change else "–"
    return Tile(title, value, target, word, tone)


def _moment(moment: datetime, shown: Board) -> str:
    zones = {strip.hotline.time_zone for strip in shown.strips}
    local = timezone.localtime(moment, ZoneInfo(zones.pop())) if len(zones) == 1 else timezone.localtime(moment)
    today = timezone.localtime(shown.at, local.tzinfo).date()
    return f"{local:%H:%M}" if local.date() == today else date_format(local, "D H:i")
