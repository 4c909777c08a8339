"""What the frame of a supervisor's pages shows and does: who calls for help, and the call they are in themselves."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from calls import parting, services
from calls.models import Attendance, Call, CallForHelp, Offer
from hotline.core import access
from operators.models import Device
from operators.permissions import hotlines_of

Way = Attendance.Way
# What has to be so for there to be anything to watch over. Every page of a supervisor asks, and most often nothing is.
_MAY_BE = """
SELECT EXISTS (SELECT FROM calls_callforhelp WHERE ended_at IS NULL),
       EXISTS (SELECT FROM calls_attendance WHERE user_id = %s AND (left_at IS NULL OR reason = %s))
"""


@dataclass(frozen=True)
class Watch:
    """What a supervisor's frame shows at a moment."""

    asking: list[CallForHelp]
    mine: Attendance | None
    topics: str
    acts: bool  # whether this page has the telephone to come into a call with; the desk leaves it to others

    @property
    def taken(self) -> bool:
        """Whether the call is the supervisor's own now, on the telephone with which they came in."""
        return self.mine is not None and self.mine.left_at is not None

    @property
    def sentence(self) -> str:
        """What the supervisor does in the call, and who hears them."""
        if self.mine is None:
            return ""
        if self.taken:
            return _("You have taken this call over.")
        if self.mine.joined_at is None:
            return _("Your telephone rings.") if self.mine.device == Device.PHONE else _("You are being put through.")
        name = {"name": self.mine.offer.operator.display_name}
        return {
            Way.LISTEN: _("You are listening. Nobody hears you."),
            Way.WHISPER: _("You are whispering. Only %(name)s hears you.") % name,
            Way.JOIN: _("You have joined. All hear you."),
            Way.TAKE_OVER: _("You are taking the call over from %(name)s.") % name,
        }[Way(self.mine.way)]


def watch(user: Any, *, acts: bool = True) -> Watch | None:
    """What there is to watch over; None, without a query, for people who do not supervise."""
    if not access.has_role(user, access.SUPERVISOR):
        return None
    with connection.cursor() as cursor:
        cursor.execute(_MAY_BE, [user.pk, parting.TOOK_OVER])
        asked, attends = cursor.fetchone()
    asking = list(services.asking(hotlines_of(user))) if asked else []
    topics = f"{parting.HELP_TOPIC} {parting.topic_of(user.pk)}"
    return Watch(asking, _mine(user) if attends else None, topics, acts)


def _mine(user: Any) -> Attendance | None:
    """The call a supervisor is in."""
    talks = Offer.objects.filter(leg_ref=OuterRef("leg_ref"), state=Offer.State.ACCEPTED)
    lasting = Q(left_at__isnull=True) | Q(Exists(talks), reason=parting.TOOK_OVER)
    attended = Attendance.objects.filter(lasting, user=user)
    return attended.select_related("call__hotline", "offer__operator").first()


def _call(request: HttpRequest, call_id: UUID) -> Call:
    return get_object_or_404(Call, pk=call_id, hotline_id__in=hotlines_of(request.user))


@access.needs(access.SUPERVISOR)
@require_GET
@never_cache
def now(request: HttpRequest) -> HttpResponse:
    """The pill of the top bar and the bar at the foot, fetched once for both."""
    return render(request, "frame/_watch_now.html", {"watch": watch(request.user, acts="look" not in request.GET)})


@access.needs(access.SUPERVISOR)
@require_POST
def attend(request: HttpRequest, call_id: UUID, way: str) -> HttpResponse:
    """Come into a conversation or change the way one is in it; what was refused as a sentence."""
    call = _call(request, call_id)
    if way not in Way.values:
        raise Http404
    try:
        services.attend(call.pk, way, by=request.user, at=timezone.now())
    except services.Refused as refused:
        return JsonResponse({"error": str(refused)})
    return JsonResponse({"error": ""})


@access.needs(access.SUPERVISOR)
@require_POST
def leave(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Leave the conversation; the others talk on."""
    call = _call(request, call_id)
    try:
        services.stop(call.pk, by=request.user, at=timezone.now())
    except services.Refused as refused:
        return JsonResponse({"error": str(refused)})
    return JsonResponse({"error": ""})
