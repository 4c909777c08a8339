"""The operator's desk: one page for the whole call, kept current by fragments."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from calls import follow_ups, outgoing, queries
from calls.models import Call
from calls.refusals import Refused
from desk import lookup
from desk import situation as desk
from desk.day import day_of, tip
from desk.lines import Lines, lines_for
from hotline.core import access
from operators import messages, presence
from operators.models import Operator
from operators.permissions import hotlines_of
from scheduling import queries as scheduling


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
    lines = lines_for(operator.user_id)
    if lines is None:  # left a moment ago
        raise Http404
    shown = {**_found(operator, None), **_whole(operator, at), **_lines(lines, at), **_wish(request)}
    return render(request, "desk/desk.html", shown)


def _wish(request: HttpRequest) -> dict[str, Any]:
    """Whom another page asks to call (`?call=`): said above the desk, with the button that does it."""
    to = request.GET.get("call", "")
    if not to:
        return {}
    try:
        return {"wish": outgoing.wish_of(to, user=request.user), "wish_to": to}
    except Refused as refused:
        return {"error": str(refused)}


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def now(request: HttpRequest) -> HttpResponse:
    """What the operator has in hand.

    `have` names the call whose note the page already holds. While that call lasts, the form is left alone and only
    the parts around it are sent, so that nobody's typing is disturbed. `reopen` asks for the note of an earlier call.
    """
    at = timezone.now()
    operator = presence.at_desk(user=request.user.pk, active=True)
    if operator is None:
        raise Http404
    have = request.GET.get("have", "")
    if request.GET.get("reopen"):
        return now_response(request, operator, reopen=_uuid(request.GET["reopen"]), read_at=at)
    return now_response(request, operator, have=have, read_at=at)


def now_response(
    request: HttpRequest,
    operator: Operator,
    *,
    have: str = "",
    reopen: UUID | None = None,
    error: str = "",
    wrong: dict[str, str] | None = None,
    read_at: datetime | None = None,
) -> HttpResponse:
    """The answer to every act at the desk: the desk as it stands.

    `error` is a sentence about the act; `wrong` names fields of the note, each with what is wrong there. `read_at` is
    when `presence.at_desk` read the operator; else that is done now, as the act may have changed the row.
    """
    at = read_at or timezone.now()
    operator = operator if read_at else presence.at_desk(pk=operator.pk) or operator
    here = desk.situation(operator, at, reopen or _reopened(have))
    kept = here.holds != "" and here.holds == have
    context = _now(here) if kept else _whole(operator, at, here)
    context |= {"fragment": True, "error": error, "wrong": wrong}
    response = render(request, "desk/_around.html" if kept else "desk/_now_whole.html", context)
    if kept:
        response["HX-Reswap"] = "none"
    else:
        response["HX-Retarget"] = "global #now"  # wherever what was pressed is by now
    return response


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def waiting(request: HttpRequest) -> HttpResponse:
    """The operator's lines and the pill of the top bar, in one answer: who waits, and whether a break can be taken."""
    lines = lines_for(request.user.pk)  # type: ignore[arg-type]
    if lines is None:
        raise Http404
    return HttpResponse(lines.shown(timezone.now()).whole)


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def answers(request: HttpRequest) -> HttpResponse:
    """Answers, contacts and earlier calls for what was typed; without a word, what stands there before."""
    operator, text = operator_of(request), request.GET.get("q", "").strip()[:100].replace("\0", "")
    hotlines, language, current = _about(operator)
    if text:
        found = lookup.look_up(request.user, list(hotlines_of(request.user)), hotlines, language, text)
    else:
        found = lookup.beside(hotlines, language, desk.history_of(current.call) if current else [])
    return render(request, "desk/_found.html", {"found": found, "fragment": True})


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def texts(request: HttpRequest) -> HttpResponse:
    """What may be put into a note: text modules after "::", answers after "??"."""
    hotlines, language, _current = _about(operator_of(request))
    text = request.GET.get("q", "")[:100].replace("\0", "")
    return JsonResponse({"texts": lookup.texts(hotlines, language, request.GET.get("mark", "::"), text)})


def _now(here: desk.Situation) -> dict[str, Any]:
    context: dict[str, Any] = {"here": here, "operator": here.operator, "at": here.at}
    context["told"] = messages.shown_to(here.operator)
    if here.call is not None:
        context["caller"] = desk.caller(here.call, here.calls_before)
    if here.shift is None:
        context["next_shift"] = scheduling.next_shift(here.operator.pk, here.at)
    return context


def _whole(operator: Operator, at: datetime, here: desk.Situation | None = None) -> dict[str, Any]:
    here = here or desk.situation(presence.at_desk(pk=operator.pk) or operator, at)
    context = _now(here) | {"day": day_of(operator, at, here.shift.time_zone if here.shift else None)}
    call, work, note = here.call, here.work, here.current.note if here.current else None
    if work is not None:
        context |= {"topics": desk.topics(work), "outcomes": desk.outcomes(), "last": desk.same_as_last(here.history)}
    else:
        context |= {"tip": tip(operator, at), **follow_ups.owed(operator, at)}
    if note is not None and note.saved_at:
        context["versions"] = list(note.versions.select_related("by"))
    if call is not None:
        context |= _found(operator, call, here.history)
    return context


def _found(operator: Operator, call: Call | None, history: list[Call] | None = None) -> dict[str, Any]:
    """What stands under the tabs before anything is typed; sent with a new call, not with every change."""
    hotlines = [call.hotline_id] if call and call.hotline_id else _hotline_ids(operator)
    return {"found": lookup.beside(hotlines, call.language if call else "", history or [])}


def _lines(lines: Lines, at: datetime) -> dict[str, Any]:
    return {"lines_panel": lines.shown(at).panel, "queue": lines.queue()}


def _about(operator: Operator) -> tuple[list[int], str, queries.Current | None]:
    """What is being talked about: the hotline and language of the call in hand, else all hotlines of the operator."""
    current = queries.current(operator.pk)
    if current and current.call.hotline_id:
        return [current.call.hotline_id], current.call.language, current
    return _hotline_ids(operator), "", current


def _hotline_ids(operator: Operator) -> list[int]:
    return list(operator.hotlines.values_list("pk", flat=True))


def have_of(request: HttpRequest) -> str:
    """The call whose note the page holds, as sent along with every act."""
    return request.POST.get("have", "")[:60]


def _reopened(have: str) -> UUID | None:
    return _uuid(have.removeprefix(desk.REOPENED)) if have.startswith(desk.REOPENED) else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
