"""The wallboard: six numbers with their goals, the hotlines, the day as a chart, and the people for supervisors."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from analytics.board import Board, board
from analytics.kept import Kept
from calls import outward_alarms, promises, queries
from desk import floor
from desk.tiles import tiles
from hotline.core import access
from operators.chosen import chosen_hotlines
from telephony import canary, outages

OPERATOR, SUPERVISOR, WALL, WALL_WITH_NAMES = "operator", "supervisor", "wall", "wall with names"
WAITING_SHOWN = 4
# Many boards hear of each change at the same moment; one of them does the work. A board asks again a second after it
# heard of something, so what was worked out just before the change does not stay.
_kept: Kept[SafeString] = Kept(1.0)


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """The whole board."""
    supervises = access.has_role(request.user, access.SUPERVISOR)
    return render(request, "desk/board.html", {"fragment": _own(request), "supervises": supervises})


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def now(request: HttpRequest) -> HttpResponse:
    """The numbers alone, as the page fetches them when something changes."""
    return HttpResponse(_own(request))


def _own(request: HttpRequest) -> SafeString:
    supervises = access.has_role(request.user, access.SUPERVISOR)
    return fragment(chosen_hotlines(request), SUPERVISOR if supervises else OPERATOR)


def fragment(hotline_ids: Iterable[int], kind: str) -> SafeString:
    """The board of these hotlines as one `kind` of reader sees it, worked out at most once a second in a process."""
    ids = tuple(sorted(hotline_ids))
    return _kept.get((ids, kind, get_language()), lambda: _rendered(ids, kind, timezone.now()))


def forget() -> None:
    """Nothing kept is shown any more."""
    _kept.forget()


def _rendered(ids: Iterable[int], kind: str, at: datetime) -> SafeString:
    shown = board(ids, at)
    outage = outages.present(at) if kind in (WALL, WALL_WITH_NAMES) else None  # pages show it in their frame
    seen = {**context(shown), **_people(shown, kind), "kind": kind, "outage": outage}
    text = render_to_string("desk/_board.html", seen)
    return mark_safe(text)  # noqa: S308 - made, and escaped, by the template engine


def context(shown: Board) -> dict[str, Any]:
    return {"board": shown, "tiles": tiles(shown, floor.planned(shown)), "at": shown.at}


def _people(shown: Board, kind: str) -> dict[str, Any]:
    if kind == WALL_WITH_NAMES:
        return {"names": floor.people(shown)}
    if kind != SUPERVISOR:
        return {}
    ids = [strip.hotline.pk for strip in shown.strips]
    calls = list(queries.waiting(ids).filter(direction="incoming")[:WAITING_SHOWN]) if shown.waiting else []
    groups = floor.groups(shown)
    found = {"supervises": True, "groups": groups, "cards": floor.by_name(groups), "waiting": calls}
    found |= {"callbacks": promises.how_many_wait(ids), "limits": outward_alarms.today(ids, shown.at)}
    return found | {"more": shown.waiting - len(calls), "canaries": canary.alarms(ids)}
