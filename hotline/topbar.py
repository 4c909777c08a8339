"""What the frame of every page shows live: one's own state, the call in hand, and who is waiting."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from calls import queries
from calls.models import Call
from calls.news import line_topics
from calls.queries import Current
from hotline.core import access
from operators.chosen import chosen_hotlines
from operators.models import Device, Operator, Presence
from operators.presence import DESK_GRACE_SECONDS
from telephony import outages

DESK = "desk:desk"


@dataclass(frozen=True)
class Here:
    """An operator's state and what they have in hand."""

    operator: Operator
    current: Current | None
    at: datetime

    @property
    def call(self) -> Call | None:
        """The call that rings or lasts; one that is being written up lives no more."""
        return self.current.call if self.current and self.current.phase in ("ringing", "live", "asked") else None

    @property
    def ready_here(self) -> bool:
        """Whether becoming ready needs no desk page to be opened first: its telephone rings, or theirs does."""
        operator = self.operator
        if operator.device == Device.PHONE or operator.state in (Presence.RINGING, Presence.ON_CALL):
            return True
        seen = operator.desk_seen_at
        fresh = seen is not None and self.at - seen < timedelta(seconds=DESK_GRACE_SECONDS)
        return fresh and operator.state not in (Presence.OFFLINE, Presence.DISCONNECTED)


def here(request: HttpRequest) -> Here | None:
    """The signed-in person's part as an operator; None for people who answer no calls."""
    operator = Operator.objects.filter(user=request.user, active=True).first()  # type: ignore[misc]
    if operator is None:
        return None
    return Here(operator, queries.current(operator.pk), timezone.now())


def waiting(request: HttpRequest) -> dict[str, Any]:
    """How many wait on the chosen hotlines, and since when the first of them."""
    hotlines = chosen_hotlines(request)
    calls = queries.waiting(hotlines).filter(direction="incoming").select_related(None).order_by()
    return calls.aggregate(count=Count("pk"), since=Min("queued_at")) | {"topics": line_topics(hotlines)}


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def now(request: HttpRequest) -> HttpResponse:
    """The state and the call bar, fetched once for both when something of the operator changes."""
    mine = here(request)
    if mine is None:
        raise Http404
    return render(request, "frame/_now.html", {"here": mine})


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def queue(request: HttpRequest) -> HttpResponse:
    """Who is waiting, in the top bar, and whether the telephone provider answers, under it: asked for as one."""
    found = {"queue": waiting(request), "outage": outages.present(timezone.now())}
    return render(request, "frame/_queue_now.html", found)
