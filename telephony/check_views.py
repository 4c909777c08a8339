"""The telephone doctor of an operator: a page that looks at their browser, loudspeaker, microphone and telephone."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hotline.core import access
from hotline.core.live import announce
from operators.models import Operator
from telephony import own_telephone, telephone_checks
from telephony.models import TelephoneCheck

PAGE = "telephony:my_telephone"


def _operator(request: HttpRequest) -> Operator:
    user: Any = request.user
    return get_object_or_404(Operator, user=user, active=True)


def _kept(operator: Operator) -> TelephoneCheck | None:
    return TelephoneCheck.objects.select_related("call").filter(operator=operator).first()


def _row(request: HttpRequest, operator: Operator, name: str, *, error: str = "") -> HttpResponse:
    row = telephone_checks.row(name, _kept(operator), error=error)
    return render(request, "telephony/_telephone_row.html", {"row": row, "operator": operator})


@access.needs(access.OPERATOR)
@require_safe
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Every check with what it found the last time. A person without an operator's part is told so."""
    user: Any = request.user
    operator = Operator.objects.filter(user=user, active=True).first()
    if operator is None:
        return render(request, "telephony/no_telephone.html")
    kept = _kept(operator)
    shown = {"operator": operator, "kept": kept, "rows": telephone_checks.rows(operator, kept)}
    return render(request, "telephony/my_telephone.html", shown)


@access.needs(access.OPERATOR)
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """What the browser found, by its code. A stream that is "asked" for is told of a change, which must come."""
    operator, name, why = _operator(request), request.POST.get("name", ""), request.POST.get("why", "")
    if (name, why) == ("stream", "asked"):
        announce(own_telephone.TOPIC % operator.pk)
        return HttpResponse(status=204)
    if not telephone_checks.known(operator, name, why):
        return HttpResponseBadRequest()
    telephone_checks.keep(operator, name, why, at=timezone.now())
    return _row(request, operator, name)


@access.needs(access.OPERATOR)
@require_POST
def ring(request: HttpRequest) -> HttpResponse:
    """Have the own telephone rung."""
    operator, error = _operator(request), ""
    try:
        own_telephone.ring(operator, at=timezone.now())
    except own_telephone.Refused as refused:
        error = str(refused)
    if request.htmx:  # type: ignore[attr-defined]
        return _row(request, operator, telephone_checks.CALL, error=error)
    return redirect(PAGE)


@access.needs(access.OPERATOR)
@require_safe
@never_cache
def standing(request: HttpRequest) -> HttpResponse:
    """How far the test call is."""
    return _row(request, _operator(request), telephone_checks.CALL)
