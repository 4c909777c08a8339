"""The telephone page beside the simulator, and the token of an operator's browser telephone."""

import logging
import secrets
import uuid
from collections import Counter

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from calls.models import Voicemail
from calls.queries import visible_to
from hotline.core import access
from hotline.core.audit import record
from lines.hours import opening
from lines.models import Number
from operators.models import Operator
from telephony.simulator.proxy import page_key
from telephony.twilio import recordings
from telephony.twilio.tokens import browser_token

TELEPHONES = 3
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
    numbers = _numbers()
    chosen = [
        (index, numbers[(index - 1) % len(numbers)].number if numbers else "") for index in range(1, TELEPHONES + 1)
    ]
    return render(
        request,
        "telephony/telephones.html",
        {"numbers": numbers, "key": page_key(secrets.token_hex(8)), "telephones": chosen},
    )


def _numbers() -> list[Number]:
    """Every number in use, open hotlines first, and the first number of each hotline before its others."""
    found = list(Number.objects.filter(active=True, hotline__active=True).select_related("hotline"))
    now, met = timezone.now(), Counter[int]()
    places: dict[int, tuple[bool, int]] = {}
    for number in found:
        number.open_now = opening(number.hotline, now).is_open  # type: ignore[attr-defined]
        places[number.pk] = (not number.open_now, met[number.hotline_id])  # type: ignore[attr-defined]
        met[number.hotline_id] += 1
    return sorted(found, key=lambda number: places[number.pk])


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def token(request: HttpRequest) -> HttpResponse:
    """What the operator's own browser needs to be rung. People who are no operators have no telephone: 404."""
    operator = get_object_or_404(Operator, user=request.user)
    if not settings.SIMULATOR_URL and not settings.TWILIO_API_SECRET:
        return JsonResponse({"detail": _("The carrier's API key for browser telephones is not set.")}, status=409)
    backend = "simulator" if settings.SIMULATOR_URL else "twilio"
    return JsonResponse({"token": browser_token(operator.identity), "identity": operator.identity, "backend": backend})


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def voicemail(request: HttpRequest, call_id: uuid.UUID) -> HttpResponseBase:
    """The sound of a caller's message, passed on from the carrier; who heard it is audited."""
    found = get_object_or_404(Voicemail, call__in=visible_to(request.user).filter(pk=call_id))  # type: ignore[arg-type]
    try:
        sound = recordings.fetch(found.recording_ref)
    except recordings.Unavailable as trouble:
        log.warning("the message of call %s could not be fetched: %s", call_id, trouble)
        return HttpResponse(_("The carrier does not give this message now. Try again later."), status=502)
    record(by=request.user, verb=HEARD, subject=f"call {call_id}")
    answer = StreamingHttpResponse(sound.parts, content_type=sound.kind)
    answer["Content-Disposition"] = "inline"
    if sound.length:
        answer["Content-Length"] = sound.length
    return answer
