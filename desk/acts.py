"""What an operator does at the desk: each a POST that calls one service and answers with the desk as it stands."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from calls import queries, services
from calls.cards import card_sentence, holds_card
from calls.models import Call, Note
from calls.personal import holds_personal, personal_sentence
from desk.forms import ByHandForm
from desk.views import have_of, now_response, operator_of
from hotline.core import access
from operators import messages, presence
from operators.models import Device, Operator, Presence


def own_call(operator: Operator, call_id: UUID) -> Call:
    """A call this operator took; anything else is not found."""
    call = Call.objects.filter(pk=call_id, offers__operator=operator, offers__accepted_at__isnull=False).first()
    if call is None:
        raise Http404
    return call


@access.needs(access.OPERATOR)
@require_POST
def choose_state(request: HttpRequest) -> HttpResponse:
    """Ready, break, lunch, other or offline: now, or after the call in hand."""
    operator = operator_of(request)
    error = ""
    try:
        presence.choose(
            operator.pk,
            request.POST.get("state", ""),
            at=timezone.now(),
            by=request.user,
            reason=request.POST.get("reason", "").strip()[:120],
            from_desk=operator.device == Device.BROWSER,
        )
    except presence.Refused as refused:
        error = str(refused)
    return _answer(request, operator, error)


def _answer(request: HttpRequest, operator: Operator, error: str) -> HttpResponse:
    """The desk as it stands; for the frame of other pages, which asks for JSON, only what went wrong."""
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"error": error})
    return now_response(request, operator, have=have_of(request), error=error)


@access.needs(access.OPERATOR)
@require_POST
def heartbeat(request: HttpRequest) -> HttpResponse:
    """The desk page is open; sent every 15 s by a worker, which browsers do not slow down."""
    if not presence.seen_at_desk(request.user.pk, at=timezone.now()):  # type: ignore[arg-type]
        operator_of(request)
    return HttpResponse(status=204)


@access.needs(access.OPERATOR)
@require_POST
def decline(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """Let the call ring at somebody else."""
    operator = operator_of(request)
    error = ""
    if not services.decline(offer_id, operator_id=operator.pk, at=timezone.now()):
        error = _("This call is not ringing here any more.")
    return now_response(request, operator, have=have_of(request), error=error)


@access.needs(access.OPERATOR)
@require_POST
def hang_up(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """End the conversation; the caller hears the closing."""
    operator = operator_of(request)
    error = ""
    try:
        call = own_call(operator, call_id)
        services.hang_up(call.pk, by=request.user, at=timezone.now(), operator_id=operator.pk)
    except services.Refused as refused:
        error = str(refused)
    return _answer(request, operator, error)


@access.needs(access.OPERATOR)
@require_POST
def ask_for_help(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Call for a supervisor, or say that none is needed any more."""
    operator = operator_of(request)
    call, error = own_call(operator, call_id), ""
    try:
        if request.POST.get("withdraw"):
            services.withdraw_help(call.pk, by=request.user, at=timezone.now())
        else:
            services.call_for_help(call.pk, operator_id=operator.pk, by=request.user, at=timezone.now())
    except services.Refused as refused:
        error = str(refused)
    return now_response(request, operator, have=have_of(request), error=error)


@access.needs(access.OPERATOR)
@require_http_methods(["GET", "POST"])
@never_cache
def by_hand(request: HttpRequest) -> HttpResponse:
    """Ask which call is to be written down by hand; then its note is open, as any other's."""
    operator = operator_of(request)
    form = ByHandForm(request.POST or None, operator=operator)
    if request.method == "POST" and form.is_valid():
        try:
            call = services.log_by_hand(operator, at=timezone.now(), **form.answers())
            return now_response(request, operator, reopen=call.pk)
        except services.Refused as refused:
            form.add_error(None, str(refused))
    return render(request, "desk/_by_hand.html", {"form": form})


def _written(request: HttpRequest, call: Call) -> dict[str, Any]:
    """What the form says. Where nothing personal is kept it has no field for a name, which nobody could empty: an older
    draft of the browser may still hold one."""
    personal = not (call.hotline is not None and call.hotline.nothing_personal)
    topic = request.POST.get("topic", "")
    return {
        "topic_id": int(topic) if topic.isdecimal() else None,
        "outcome": request.POST.get("outcome", ""),
        "summary": request.POST.get("summary", "")[:10_000],
        "caller_name": request.POST.get("caller_name", "").strip()[:120] if personal else "",
    }


def _version(request: HttpRequest) -> int | None:
    version = request.POST.get("version", "")
    return int(version) if version.isdecimal() else None


@access.needs(access.OPERATOR)
@require_POST
def draft(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Keep what is typed so far; the page sends it within two seconds of a pause."""
    operator = operator_of(request)
    call = own_call(operator, call_id)
    at = timezone.now()
    try:
        note = services.save_draft(
            call.pk, operator_id=operator.pk, at=at, version=_version(request), **_written(request, call)
        )
    except services.Conflict as conflict:
        return JsonResponse({"error": str(conflict), "current": _as_kept(conflict.current)}, status=409)
    except services.Refused as refused:
        return JsonResponse({"error": str(refused)}, status=409)
    return JsonResponse({"version": note.version, "at": at.isoformat()})


def _as_kept(note: Note) -> dict[str, Any]:
    """The note as the page would have sent it, so that it can tell its own draft from somebody else's."""
    return {
        "version": note.version,
        "topic": str(note.topic_id or ""),
        "outcome": note.outcome,
        "summary": note.summary,
        "caller_name": note.caller_name,
    }


@access.needs(access.OPERATOR)
@require_POST
def read_message(request: HttpRequest, pk: int) -> HttpResponse:
    """A supervisor's line is read: it leaves the desk."""
    operator = operator_of(request)
    if not messages.read(pk, operator_id=operator.pk, at=timezone.now()):
        raise Http404
    return now_response(request, operator, have=have_of(request))


@access.needs(access.OPERATOR)
@require_POST
def done(request: HttpRequest) -> HttpResponse:
    """End the wrap-up of a call that a colleague has by now: its note is theirs to save."""
    operator = operator_of(request)
    services.finish_wrap_up(operator.pk, at=timezone.now(), by=request.user)
    return now_response(request, operator)


@access.needs(access.OPERATOR)
@require_POST
def save(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Save the note. In wrap-up that is also the end of it: the next state begins, a break if `then` says so."""
    operator = operator_of(request)
    call = own_call(operator, call_id)
    written, have = _written(request, call), have_of(request)
    wrong = _missing(call, written)
    error = "" if wrong else _saved(request, operator, call, written)
    if wrong or error:
        return now_response(request, operator, have=have, error=error, wrong=wrong)
    _finish(operator, call, request)
    return now_response(request, operator)


def _missing(call: Call, written: dict[str, Any]) -> dict[str, str]:
    """Topic and outcome are needed; a hotline without topics asks for none. Fields by id, with a sentence each."""
    wrong = {}
    if written["topic_id"] is None and call.hotline is not None and call.hotline.topics.filter(active=True).exists():
        wrong["note-topic"] = _("Choose what the call was about.")
    if not written["outcome"]:
        wrong["note-outcome"] = _("Choose how the call ended.")
    if holds_card(written["summary"]):
        wrong["note-summary"] = card_sentence()
    if holds_card(written["caller_name"]):
        wrong["note-caller"] = card_sentence()
    if call.hotline is not None and call.hotline.nothing_personal and holds_personal(written["summary"]):
        wrong["note-summary"] = personal_sentence()
    return wrong


def _saved(request: HttpRequest, operator: Operator, call: Call, written: dict[str, Any]) -> str:
    """Save the note; a sentence if that is refused. The break that is to follow is kept before the wrap-up ends."""
    at = timezone.now()
    try:
        if request.POST.get("then") == "break":
            presence.keep_next(operator.pk, Presence.BREAK)
        services.save_note(
            call.pk, operator_id=operator.pk, by=request.user, at=at, version=_version(request),
            **written,
        )  # fmt: skip
    except services.Refused as refused:
        return str(refused)
    return ""


def _finish(operator: Operator, call: Call, request: HttpRequest) -> None:
    """The wrap-up of this very call is over. Its caller may still be hearing the closing."""
    current = queries.current(operator.pk)
    if current is not None and current.phase == "wrap_up" and current.call.pk == call.pk:
        services.finish_wrap_up(operator.pk, at=timezone.now(), by=request.user)
