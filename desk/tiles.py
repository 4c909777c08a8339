"""The six numbers of the wallboard, each with its goal, what is usual, and a word that says what its colour says."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.board import Board
from analytics.figures import Rate
from hotline.core.templatetags.components import clock
from lines.hours import Reason

ABANDONED_GOAL_PERCENT = 5  # the usual aim of a hotline; above twice of it something is wrong
AS_USUAL_SHARE, AS_USUAL_POINTS = 0.1, 2  # how far a number, or a percentage, may be from the usual and still be it
LONG_WAIT_SECONDS = 3600


@dataclass(frozen=True)
class Trend:
    """How a number stands to what is usual on this weekday: an arrow, and `spoken` for those who do not see it."""

    icon: str  # "up", "down" or "level"
    words: str

    @property
    def spoken(self) -> str:
        return {"up": _("higher:"), "down": _("lower:")}.get(self.icon, _("as usual:"))


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
    trend: Trend | None = None
    long: bool = False  # too wide for the large type
    parts: tuple[tuple[str, int], ...] = ()  # of the whole, as a bar: a kind and how many


def tiles(shown: Board, planned: int | None = None) -> list[Tile]:
    """The six numbers, in the order in which one looks. `planned`: how many operators' shifts have begun."""
    found = [_waiting(shown), _longest(shown), _service_level(shown), _abandoned(shown)]
    found += [_staff(shown, planned), _open(shown)]
    return (
        found if shown.is_open else [_calm(tile, at_line=shown.waiting > 0 and n < 2) for n, tile in enumerate(found)]
    )


def _calm(tile: Tile, *, at_line: bool) -> Tile:
    """Nothing is wrong with a hotline that is closed. Only callers who still wait in its line keep a colour."""
    return replace(tile, tone="warn" if at_line else "quiet")


def _goal(shown: Board) -> str:
    if shown.goal_seconds is None:
        return _("each hotline’s own")
    return _("%(seconds)s s") % {"seconds": shown.goal_seconds}


def _trend(now: float, usual: float | None, in_words: Callable[[float], str], near: float) -> Trend | None:
    if usual is None:
        return None
    icon = "level" if abs(now - usual) <= near else "up" if now > usual else "down"
    return Trend(icon, _("usually %(usual)s") % {"usual": in_words(usual)})


def _percent(value: float) -> str:
    return _("%(percent)s %%") % {"percent": f"{value:.0f}"}


def _trend_of_rate(rate: Rate, usual: Rate) -> Trend | None:
    return None if rate.percent is None else _trend(rate.percent, usual.percent, _percent, AS_USUAL_POINTS)


def _traffic(shown: Board) -> Trend | None:
    """How busy the day is: why so many wait, or so few."""
    today, usual = shown.today.offered, None if shown.zones_differ else shown.usual.offered(*shown.usual_until_now)
    trend = _trend(today, usual, lambda number: str(round(number)), AS_USUAL_SHARE * (usual or 0))
    words = {"today": today, "usually": trend.words if trend else ""}
    return trend and replace(trend, words=_("%(today)s today, %(usually)s") % words)


def _waiting(shown: Board) -> Tile:
    ready = shown.staff.ready
    tile = Tile(
        title=_("Waiting now"),
        value=str(shown.waiting),
        target=ngettext("%(n)s ready to answer", "%(n)s ready to answer", ready) % {"n": ready},
        word=_("nobody waits"),
        tone="good",
        trend=_traffic(shown),
    )
    if not shown.waiting:
        return tile
    few = shown.waiting <= max(1, shown.staff.present)
    word, tone = (_("being answered"), "warn") if few else (_("short of people"), "bad")
    return replace(tile, word=word, tone=tone)


def _longest(shown: Board) -> Tile:
    usual = shown.usual.longest_wait(*shown.usual_half_hour)
    tile = Tile(
        title=_("Longest wait"),
        value="0:00",
        target=_("goal: %(goal)s") % {"goal": _goal(shown)},
        word=_("nobody waits"),
        tone="good",
        trend=_trend(shown.longest_wait_seconds, usual, clock, AS_USUAL_SHARE * (usual or 0)),
    )
    if shown.waiting_since is None:
        return tile
    late = any(
        strip.waiting_since and (shown.at - strip.waiting_since).total_seconds() > strip.hotline.service_level_seconds
        for strip in shown.strips
    )
    word, tone = (_("over the goal"), "bad") if late else (_("within the goal"), "warn")
    long = shown.longest_wait_seconds >= LONG_WAIT_SECONDS
    return replace(tile, value="", word=word, tone=tone, since=shown.waiting_since, long=long)


def _service_level(shown: Board) -> Tile:
    rate, goal = shown.service_level, shown.goal_percent
    aim = _("goal %(goal)s %% in %(within)s") % {"goal": goal, "within": _goal(shown)}
    if shown.goal_seconds is None:
        aim = _("goal %(goal)s %%") % {"goal": goal}
    tile = Tile(
        title=_("Service level"),
        value="–",
        target=aim if goal is not None else "–",
        word=_("no calls"),
        tone="quiet",
        trend=_trend_of_rate(rate, shown.usual.service_level(*shown.usual_half_hour)),
    )
    if rate.percent is None or goal is None:
        return tile
    of = ngettext("%(n)s call this half hour", "%(n)s calls this half hour", rate.whole) % {"n": rate.whole}
    met, near = rate.percent >= goal, rate.percent >= goal - 10
    word = _("goal met") if met else _("just below") if near else _("below the goal")
    tone = "good" if met else "warn" if near else "bad"
    return replace(tile, value=f"{rate.percent:.0f}", unit="%", target=f"{of}, {aim}", word=word, tone=tone)


def _abandoned(shown: Board) -> Tile:
    rate = shown.abandoned_today
    aim = _("goal at most %(goal)s %%") % {"goal": ABANDONED_GOAL_PERCENT}
    tile = Tile(
        title=_("Abandoned today"),
        value="–",
        target=aim,
        word=_("no calls"),
        tone="quiet",
        trend=None if shown.zones_differ else _trend_of_rate(rate, shown.usual.abandoned(*shown.usual_until_now)),
    )
    if rate.percent is None:
        return tile
    words = {"part": rate.part, "n": rate.whole}
    of = ngettext("%(part)s of %(n)s call", "%(part)s of %(n)s calls", rate.whole) % words
    good, bad = rate.percent <= ABANDONED_GOAL_PERCENT, rate.percent > 2 * ABANDONED_GOAL_PERCENT
    word = _("goal met") if good else _("far too many") if bad else _("too many")
    tone = "good" if good else "bad" if bad else "warn"
    return replace(tile, value=f"{rate.percent:.0f}", unit="%", target=f"{of}, {aim}", word=word, tone=tone)


def _staff(shown: Board, planned: int | None) -> Tile:
    staff = shown.staff
    tile = Tile(
        title=_("People ready"),
        value=str(staff.ready),
        unit=_("of %(n)s") % {"n": staff.present},
        target=_("%(on_call)s on call · %(away)s away") % {"on_call": staff.on_call, "away": staff.away},
        word=_("closed"),
        tone="quiet",
        trend=_planned(staff.present, planned),
        parts=(("good", staff.ready), ("brand", staff.on_call), ("info", staff.away)),
    )
    if not shown.is_open:
        return tile
    if staff.missed:
        missed = ngettext("%(n)s missed a call", "%(n)s missed calls", staff.missed) % {"n": staff.missed}
        return replace(tile, word=missed, tone="warn")
    if not staff.present:
        return replace(tile, word=_("nobody is here"), tone="bad")
    if not staff.ready:
        return replace(tile, word=_("nobody is free"), tone="warn")
    return replace(tile, word=_("somebody is free"), tone="good")


def _planned(present: int, planned: int | None) -> Trend | None:
    if not planned:
        return None
    words = ngettext("%(n)s is planned now", "%(n)s are planned now", planned) % {"n": planned}
    return Trend("level" if present == planned else "up" if present > planned else "down", words)


def _open(shown: Board) -> Tile:
    many = ngettext("%(n)s hotline", "%(n)s hotlines", len(shown.strips)) % {"n": len(shown.strips)}
    open_now = sum(strip.opening.is_open for strip in shown.strips)
    target = _("%(open)s of %(hotlines)s open") % {"open": open_now, "hotlines": many}
    change = shown.next_change
    if shown.is_open:
        title, word, tone = _("Open until") if change else _("Open"), _("open"), "good"
        value = _moment(change, shown) if change else _("always")
    else:
        by_hand = shown.strips and all(strip.opening.reason == Reason.CLOSED_NOW for strip in shown.strips)
        title, word, tone = _("Opens"), _("closed by hand") if by_hand else _("closed"), "quiet"
        value = _moment(change, shown) if change else "–"
    return Tile(title, value, target, word, tone, long=len(value) > len("00:00"))


def _moment(moment: datetime, shown: Board) -> str:
    local = timezone.localtime(moment, shown.zone)
    today = timezone.localtime(shown.at, shown.zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    return date_format(local, "D H:i" if (local.date() - today).days < 7 else "j M H:i")
