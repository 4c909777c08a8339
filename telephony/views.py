"""The telephone page beside the simulator, the guided first call, and the token of an operator's browser telephone."""

import logging
import secrets
import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from calls import hearing
from calls.hearing import may_hear
from calls.models import Call, Recording, Voicemail
from calls.queries import visible_to
from calls.services import identity_of
from hotline.core import access
from hotline.core.audit import record
from operators.models import Device, Operator
from operators.permissions import hotlines_of
from telephony import guide
from telephony import telephones as offered
from telephony.simulator.proxy import page_key
from telephony.twilio import recordings
from telephony.twilio.tokens import browser_token

HEARD = "voicemail.heard"
log = logging.getLogger(__name__)


@access.public
@require_GET
@never_cache
def telephones(request: HttpRequest) -> HttpResponseBase:
    """Several telephones side by side. Open to everybody in the demonstration, else to people of the house."""
    if not settings.SIMULATOR_URL:
        raise Http404
    if not settings.DEMO and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    numbers, own = offered.numbers(request.user), offered.own_telephones(request.user)
    shelf = offered.shelf(numbers)
    key = page_key(secrets.token_hex(8), [*(each.address for each in own), *offered.rung_back(shelf)])
    shown = {"numbers": numbers, "telephones": shelf, "own": own, "key": key}
    shown |= {"wrong_number": offered.WRONG_NUMBER, "guide_offered": guide.offered(request.user)}
    return render(request, "telephony/telephones.html", shown)


def _card(request: HttpRequest, screen: str) -> HttpResponse:
    return render(request, "telephony/_guide_card.html", {"standing": guide.standing(request.user), "screen": screen})


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def guide_card(request: HttpRequest) -> HttpResponse:
    """The hint of the guided first call as things stand, for the desk or the telephones; empty when it is closed."""
    return _card(request, request.GET.get("screen", ""))


@access.needs(access.OPERATOR)
@require_POST
def guide_start(request: HttpRequest) -> HttpResponse:
    """Begin the guided first call, or begin it again."""
    guide.start(request.user, at=timezone.now())
    if request.headers.get("HX-Request") == "true":
        return _card(request, request.POST.get("screen", ""))
    return redirect("telephony:telephones")


@access.needs(access.OPERATOR)
@require_POST
def guide_close(request: HttpRequest) -> HttpResponse:
    """Put the guide away."""
    guide.close(request.user, at=timezone.now())
    return HttpResponse()


@access.needs(access.OPERATOR)
@require_POST
def guide_register(request: HttpRequest) -> HttpResponse:
    """Open the guide's call in the register: its last step."""
    call = guide.look_up(request.user, at=timezone.now())
    return redirect("calls:call", call.pk) if call else redirect("calls:register")


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def token(request: HttpRequest) -> HttpResponse:
    """What a person's own browser needs to be rung: operators and, for others' calls, supervisors. 404 for the rest."""
    user: Any = request.user
    if not access.has_role(user, access.SUPERVISOR) and not Operator.objects.filter(user=user).exists():
        raise Http404
    if not settings.SIMULATOR_URL and not settings.TWILIO_API_SECRET:
        return JsonResponse({"detail": _("The carrier's API key for browser telephones is not set.")}, status=409)
    backend = "simulator" if settings.SIMULATOR_URL else "twilio"
    identity = identity_of(user)
    device = Operator.objects.filter(user=user).values_list("device", flat=True).first() or Device.BROWSER
    facts = {"token": browser_token(identity), "identity": identity, "backend": backend, "device": device}
    return JsonResponse(facts)


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def voicemail(request: HttpRequest, call_id: uuid.UUID) -> HttpResponseBase:
    """The sound of a caller's message, passed on from the carrier; who heard it is audited."""
    found = get_object_or_404(Voicemail, call__in=visible_to(request.user).filter(pk=call_id))  # type: ignore[arg-type]
    sorry = _("The carrier does not give this message now. Try again later.")
    return _played(request, call_id, found.recording_ref, verb=HEARD, sorry=sorry)


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def recording(request: HttpRequest, call_id: uuid.UUID, pk: int) -> HttpResponseBase:
    """The sound of a recorded conversation, for whoever may hear it; who heard it is audited."""
    user: Any = request.user
    found = get_object_or_404(Recording, pk=pk, call__in=visible_to(user, list(hotlines_of(user))).filter(pk=call_id))
    if not may_hear(user, Call.objects.select_related("hotline").get(pk=call_id)):
        raise PermissionDenied
    if not found.audible or found.recording_ref is None:
        raise Http404
    sorry = _("The carrier does not give this recording now. Try again later.")
    return _played(request, call_id, found.recording_ref, verb=hearing.HEARD, sorry=sorry)


def _played(request: HttpRequest, call_id: uuid.UUID, ref: str, *, verb: str, sorry: str) -> HttpResponseBase:
    try:
        sound = recordings.fetch(ref)
    except recordings.Unavailable as trouble:
        log.warning("a sound of call %s could not be fetched: %s", call_id, trouble)
        return HttpResponse(sorry, status=502)
    record(by=request.user, verb=verb, subject=f"call {call_id}")
    answer = StreamingHttpResponse(sound.parts, content_type=sound.kind)
    answer["Content-Disposition"] = "inline"
    if sound.length:
        answer["Content-Length"] = sound.length
    return answer
