"""What an operator does with the caller on the line: hold, pass on, ask first, take back. Each a POST that answers with
the desk as it stands, and the panel that finds whom the call can be passed on to."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from calls import services
from calls.models import Call, Offer, Transfer
from desk.targets import choices
from desk.views import have_of, now_response, operator_of
from hotline.core import access
from operators.models import Operator


def _has_caller(operator: Operator, call_id: UUID) -> bool:
    mine = Offer.objects.filter(call=call_id, operator=operator, state=Offer.State.ACCEPTED)
    return mine.filter(purpose=Offer.Purpose.ANSWER).exists()


def _done(request: HttpRequest, call_id: UUID, wish: Callable[[], object]) -> HttpResponse:
    """Carry out a wish of the operator who has the caller; the desk as it stands, with a sentence if it is refused."""
    operator = operator_of(request)
    own_call(request, call_id)
    return now_response(request, operator, have=have_of(request), error=_refusal(operator, call_id, wish))


def _refusal(operator: Operator, call_id: UUID, wish: Callable[[], object]) -> str:
    if not _has_caller(operator, call_id):
        return _("You do not have this caller any more.")
    try:
        wish()
    except services.Refused as refused:
        return str(refused)
    return ""


@access.needs(access.OPERATOR)
@require_POST
def hold(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Music for the caller."""
    return _done(request, call_id, lambda: services.hold(call_id, at=timezone.now()))


@access.needs(access.OPERATOR)
@require_POST
def resume(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """The caller is back; with whoever is being asked, all three talk."""
    return _done(request, call_id, lambda: services.resume(call_id, at=timezone.now()))


@access.needs(access.OPERATOR)
@require_POST
def complete(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Leave the caller with whoever was asked."""
    return _done(request, call_id, lambda: services.complete(call_id, at=timezone.now()))


@access.needs(access.OPERATOR)
@require_POST
def cancel(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Back to the caller; whoever was asked is let go."""
    return _done(request, call_id, lambda: services.cancel(call_id, at=timezone.now()))


@access.needs(access.OPERATOR)
@require_http_methods(["GET", "POST"])
@never_cache
def pass_on(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """The panel that asks to whom, and its answer: "warm" or "cold", and whom.

    What was chosen must stand in the list of what was typed: Enter may be faster than the list.
    """
    operator, call = operator_of(request), own_call(request, call_id)
    if request.method == "GET":
        return _panel(request, call)
    text, (kind, _space, to) = _text(request.POST), request.POST.get("choice", "").partition(" ")
    if kind not in Transfer.Kind.values or to not in {each.to for each in choices(request.user, call, text)}:
        return _panel(request, call, text, _("Choose from the list."))
    at = timezone.now()
    error = _refusal(operator, call.pk, lambda: services.pass_on(call.pk, to=to, kind=kind, by=request.user, at=at))
    if error:
        return _panel(request, call, text, error)
    response = now_response(request, operator, have=have_of(request))
    response["HX-Retarget"] = "global #now"  # wherever what was pressed is by now
    return response


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def targets(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Whom the typed words find."""
    call = own_call(request, call_id)
    return render(request, "desk/_targets.html", {"choices": choices(request.user, call, _text(request.GET))})


def _panel(request: HttpRequest, call: Call, text: str = "", error: str = "") -> HttpResponse:
    context = {"call": call, "choices": choices(request.user, call, text), "text": text, "error": error}
    return render(request, "desk/_pass_on.html", context)


def _text(given: Any) -> str:
    return str(given.get("q", "")).strip()[:100].replace("\0", "")


def own_call(request: HttpRequest, call_id: UUID) -> Call:
    """A call in which this person has talked; anything else is not found."""
    user: Any = request.user
    mine = Call.objects.select_related("hotline").filter(pk=call_id, offers__operator__user=user)
    call = mine.filter(offers__accepted_at__isnull=False).first()
    if call is None:
        raise Http404
    return call
