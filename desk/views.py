"""The operator's desk: one page for the whole call, kept current by fragments."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from calls import queries
from calls.news import line_topics
from desk import situation as desk
from hotline.core import access
from knowledge import search as knowledge
from knowledge.models import Question
from operators.models import Operator
from scheduling import queries as scheduling

WAITING_SHOWN = 8
FIRST_ANSWERS = 6


def operator_of(request: HttpRequest) -> Operator:
    """The operator behind the signed-in person; 404 for people who answer no calls."""
    operator = _operator(request.user)
    if operator is None:
        raise Http404
    return operator


def _operator(user: Any) -> Operator | None:
    return Operator.objects.filter(user=user, active=True).first()


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """The desk. A person without an operator's part is told so."""
    operator = _operator(request.user)
    if operator is None:
        return render(request, "desk/none.html")
    at = timezone.now()
    return render(request, "desk/desk.html", {**_now(operator, at), **_waiting(operator, at), **_answers(operator, "")})


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def now(request: HttpRequest) -> HttpResponse:
    """What the operator has in hand.

    `have` names the call whose note the page already holds. While that call lasts, the form is left alone and only
    the parts around it are sent, so that nobody's typing is disturbed.
    """
    return now_response(request, operator_of(request), have=request.GET.get("have", ""))


def now_response(request: HttpRequest, operator: Operator, *, have: str = "", error: str = "") -> HttpResponse:
    """The answer to every act at the desk: the desk as it stands."""
    context = {**_now(operator, timezone.now()), "fragment": True, "error": error}
    work = context["here"].work
    kept = work is not None and str(work.pk) == have
    response = render(request, "desk/_around.html" if kept else "desk/_now_whole.html", context)
    if kept:
        response["HX-Reswap"] = "none"
    else:
        response["HX-Retarget"] = "#now"
    return response


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def waiting(request: HttpRequest) -> HttpResponse:
    """The calls waiting on the operator's hotlines."""
    return render(request, "desk/_waiting.html", _waiting(operator_of(request), timezone.now()))


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def chip(request: HttpRequest) -> HttpResponse:
    """The operator's state on every other page, with the way back to the desk."""
    return render(request, "desk/_chip.html", {"operator": operator_of(request)})


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def answers(request: HttpRequest) -> HttpResponse:
    """Questions and contacts for what was typed; the first questions of the hotline before anything is."""
    operator = operator_of(request)
    return render(request, "desk/_answers.html", _answers(operator, request.GET.get("q", "").strip()[:100]))


def _now(operator: Operator, at: datetime) -> dict[str, Any]:
    here = desk.situation(operator, at)
    context: dict[str, Any] = {"here": here, "operator": here.operator, "at": at}
    if here.call is not None:
        context["caller"] = desk.caller(here.call, here.calls_before)
    if here.work is not None:
        context |= {"topics": desk.topics(here.work), "outcomes": desk.outcomes()}
    else:
        context["next_shift"] = None if here.shift else scheduling.next_shift(operator.pk, at)
        context["last_calls"] = desk.last_calls(operator, at)
    return context


def _waiting(operator: Operator, at: datetime) -> dict[str, Any]:
    hotlines = _hotline_ids(operator)
    calls = list(queries.waiting(hotlines))
    return {
        "line_topics": line_topics(hotlines),
        "operator": operator,
        "waiting": calls[:WAITING_SHOWN],
        "waiting_count": len(calls),
        "longest": min((call.queued_at for call in calls if call.queued_at), default=None),
        "at": at,
    }


def _hotline_ids(operator: Operator) -> list[int]:
    return list(operator.hotlines.values_list("pk", flat=True))


def _answers(operator: Operator, text: str) -> dict[str, Any]:
    current = queries.current(operator.pk)
    hotlines = [current.call.hotline_id] if current and current.call.hotline_id else _hotline_ids(operator)
    language = current.call.language if current else ""
    if text:
        return {"query": text, "found": knowledge.search(hotlines, text, language)}
    first = Question.objects.filter(hotline_id__in=hotlines)
    if language:
        first = first.filter(language=language)
    return {"query": "", "questions": first[:FIRST_ANSWERS]}


def have_of(request: HttpRequest) -> str:
    """The call whose note the page holds, as sent along with every act."""
    try:
        return str(UUID(request.POST.get("have", "")))
    except ValueError:
        return ""
