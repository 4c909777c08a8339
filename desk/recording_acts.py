"""The recording of the call in hand: paused while a card number is said, resumed, stopped."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from calls import services
from desk.acts import own_call
from desk.views import have_of, now_response, operator_of
from hotline.core import access

_WISHES = {
    "pause": services.pause_recording,
    "resume": services.resume_recording,
    "stop": services.stop_recording,
}


@access.needs(access.OPERATOR)
@require_POST
def recording(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Pause, resume or stop the recording; the desk says so when the carrier has done it."""
    operator = operator_of(request)
    call, wish = own_call(operator, call_id), _WISHES.get(request.POST.get("wish", ""))
    error = "" if wish else _("Pause, resume or stop: nothing else can be done to a recording.")
    try:
        if wish:
            wish(call.pk, operator_id=operator.pk, at=timezone.now())
    except services.Refused as refused:
        error = str(refused)
    return now_response(request, operator, have=have_of(request), error=error)
