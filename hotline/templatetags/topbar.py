"""The live parts of the frame, as the page first shows them; `hotline/topbar.py` keeps them current."""

from typing import Any

from django import template
from django.utils import timezone

from desk import supervising
from hotline import topbar
from hotline.core import access
from operators import chosen
from telephony import outages

register = template.Library()
TELEPHONES = "telephony:telephones"


def _here(context: Any) -> Any:
    """Read once for the state and the call bar."""
    request = context["request"]
    if not hasattr(request, "_here"):
        request._here = topbar.here(request)
    return request._here


@register.inclusion_tag("frame/_state.html", takes_context=True)
def my_state(context: Any) -> dict[str, Any]:
    """The state button, for people who answer calls."""
    return {"here": _here(context), "live": True}


@register.inclusion_tag("frame/_call_bar.html", takes_context=True)
def call_bar(context: Any) -> dict[str, Any]:
    """The call in hand at the foot of every page but the desk, which shows it whole."""
    match = context["request"].resolver_match
    desk = match is not None and match.view_name == topbar.DESK
    return {"here": None if desk else _here(context), "csrf_token": context.get("csrf_token")}


def _watch(context: Any) -> dict[str, Any]:
    """Read once for the pill and the bar."""
    request = context["request"]
    if not hasattr(request, "_watch"):
        match = request.resolver_match
        acts = match is None or match.view_name not in (topbar.DESK, TELEPHONES)
        request._watch = supervising.watch(request.user, acts=acts)
    return {"watch": request._watch}


@register.inclusion_tag("frame/_help.html", takes_context=True)
def calls_for_help(context: Any) -> dict[str, Any]:
    """How many operators call for a supervisor, in the top bar of those who supervise."""
    return _watch(context)


@register.inclusion_tag("frame/_watch.html", takes_context=True)
def watched_calls(context: Any) -> dict[str, Any]:
    """Who calls for help, and the call a supervisor is in, at the foot of every page."""
    return _watch(context)


@register.inclusion_tag("frame/_queue.html", takes_context=True)
def queue(context: Any) -> dict[str, Any]:
    """Who is waiting, for whoever may hear of it."""
    request = context["request"]
    return {"queue": topbar.waiting(request) if access.has_role(request.user, access.OPERATOR) else None}


@register.inclusion_tag("frame/_carrier.html", takes_context=True)
def carrier(context: Any) -> dict[str, Any]:
    """A strip under the top bar while the telephone provider does not answer."""
    told = access.has_role(context["request"].user, access.OPERATOR)
    outage = outages.present(timezone.now()) if told else None
    return {"told": told, "outage": outage, "queue": context.get("queue")}  # fetched with the queue, wherever that is


@register.inclusion_tag("frame/_hotlines.html", takes_context=True)
def hotline_switcher(context: Any) -> dict[str, Any]:
    """The choice of hotlines that lists and boards follow."""
    request = context["request"]
    return {"choice": chosen.choice(request), "request": request, "csrf_token": context.get("csrf_token")}
