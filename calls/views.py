"""One call: its page and its drawer beside the list, its note, and the number that is shown on a reason only."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from calls import services
from calls.attestation import verified_in_words
from calls.blocking import block_of
from calls.forms import NoteForm, RevealForm
from calls.leg_prices import asked_for
from calls.lifeline import lifeline
from calls.models import Call, Note, Voicemail
from calls.pricing import cost
from calls.queries import visible_to
from calls.recording_views import recordings_of
from calls.reveal import REVEALED
from calls.reveal import reveal as whole_number
from calls.supervision import shows_attendance
from calls.timeline import timeline
from hotline.core import access
from hotline.core.live import announce
from hotline.core.models import AuditEntry
from operators.models import Operator
from operators.permissions import hotlines_of


@access.needs(access.OPERATOR)
@require_GET
def call(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Everything about one call, its number masked."""
    return _call_page(request, visible(request, pk))


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def drawer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The call beside the list; with `live`, the part of it that changes by itself."""
    template = "calls/_drawer_live.html" if "live" in request.GET else "calls/_drawer.html"
    return render(request, template, about(request, visible(request, pk)))


@access.needs(access.OPERATOR)
@require_POST
def note(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Save the note. If somebody else changed it meanwhile, both are shown and nothing is lost."""
    found = visible(request, pk)
    if not _may_write(request, found):
        raise PermissionDenied
    form = NoteForm(request.POST, call=found, note=_note_of(found))
    if not form.is_valid():
        return _call_page(request, found, note_form=form, status=422)
    try:
        services.save_note(
            found.pk, operator_id=_own_part(request, found), by=request.user, at=timezone.now(), **form.answers()
        )
    except services.Conflict as conflict:
        return _conflict(request, found, form, conflict)
    except services.Refused as refusal:
        form.add_error(None, str(refusal))
        return _call_page(request, found, note_form=form, status=409)
    messages.success(request, _("The note is saved."))
    return redirect("calls:call", pk)


def _conflict(request: HttpRequest, found: Call, form: NoteForm, conflict: services.Conflict) -> HttpResponse:
    """The typed note stays in the form, with the other's beside it; saving again replaces it knowingly."""
    typed = request.POST.copy()
    typed["version"] = str(conflict.current.version)
    form.data = typed
    form.add_error(None, str(conflict))
    return _call_page(request, found, note_form=form, other=conflict.current, status=409)


@access.needs(access.OPERATOR)
@require_POST
@never_cache
def reveal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the whole number in this one answer, and keep who asked and why."""
    found = visible(request, pk)
    if not _may_write(request, found):
        raise PermissionDenied
    form = RevealForm(request.POST)
    if not form.is_valid():
        return _number_shown(request, found, reveal_form=form, status=422)
    number = whole_number(found, by=request.user, reason=form.cleaned_data["reason"])
    return _number_shown(request, found, revealed=number)


def _number_shown(request: HttpRequest, found: Call, *, status: int = 200, **more: Any) -> HttpResponse:
    """The drawer asks for the number's own part; htmx puts only a 200 in place."""
    if request.headers.get("HX-Request") == "true":
        return render(request, "calls/_number.html", about(request, found) | more)
    return _call_page(request, found, status=status, **more)


@access.needs(access.OPERATOR)
@require_POST
def voicemail_done(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Mark a message as dealt with; the first to do so is remembered."""
    found = visible(request, pk)
    waiting = Voicemail.objects.filter(call=found, handled_at=None)
    done = waiting.update(handled_at=timezone.now(), handled_by=_user(request))
    if done:
        announce("calls", f"call:{found.pk}")
    if request.headers.get("HX-Request") == "true":
        return render(request, "calls/_drawer_live.html", about(request, found))
    if done:
        messages.success(request, _("The message is marked as dealt with."))
    return redirect("calls:call", pk)


def _call_page(request: HttpRequest, found: Call, *, status: int = 200, **more: Any) -> HttpResponse:
    shown = about(request, found) | {"note_form": None} | more
    if shown["may_write"] and shown["note_form"] is None:
        shown["note_form"] = NoteForm(call=found, note=shown["note"])
    return render(request, "calls/call.html", shown, status=status)


def about(request: HttpRequest, found: Call) -> dict[str, Any]:
    """All that is shown of a call, its number masked."""
    written = _note_of(found)
    may_write = _may_write(request, found)
    return {
        "call": found,
        "zone": found.hotline.time_zone if found.hotline else "UTC",
        "lifeline": lifeline(found),
        "timeline": timeline(found, attendance=shows_attendance(found, request.user), together=True),
        "note": written,
        "versions": list(written.versions.select_related("by")) if written else [],
        "voicemail": Voicemail.objects.select_related("handled_by").filter(call=found).first(),
        **recordings_of(request.user, found),
        "may_write": may_write,
        "may_attend": access.has_role(request.user, access.SUPERVISOR) and found.ended_at is None,
        "reveal_form": RevealForm() if may_write and found.caller_number else None,
        **_about_block(request, found),
        **_about_money(request, found),
        "may_call_back": _may_call_back(request, found),
        "verified": verified_in_words(found),
        "looks": AuditEntry.objects.select_related("by").filter(subject=_subject(found), verb=REVEALED).order_by("-at"),
    }


def _about_block(request: HttpRequest, found: Call) -> dict[str, Any]:
    """What supervisors see of a block: the one in force, and that they may set one."""
    if not access.has_role(request.user, access.SUPERVISOR) or not found.caller_number:
        return {"may_block": False, "blocked_now": None}
    return {"may_block": True, "blocked_now": block_of(found, timezone.now())}


def _about_money(request: HttpRequest, found: Call) -> dict[str, Any]:
    """What the call cost; what it cost us, by our own reckoning and by the carrier's word, for supervisors alone."""
    supervises = access.has_role(request.user, access.SUPERVISOR)
    asked = asked_for(found) if supervises and found.ended_at else None
    return {"cost": cost(found), "may_see_own_cost": supervises, "asked": asked}


def _may_call_back(request: HttpRequest, found: Call) -> bool:
    """Whether the person answers calls, and the caller has a number; whether it may be called is said at the desk."""
    if found.hotline is None or found.caller_kind != Call.CallerKind.NUMBER:
        return False
    return Operator.objects.filter(user=_user(request), active=True).exists()


def visible(request: HttpRequest, pk: uuid.UUID) -> Call:
    """The call, if the person may see it. Raises Http404."""
    return get_object_or_404(visible_to(_user(request), list(hotlines_of(request.user))), pk=pk)


def _note_of(found: Call) -> Note | None:
    return Note.objects.select_related("topic__parent", "operator").filter(call=found).first()


def _own_part(request: HttpRequest, found: Call) -> int | None:
    """The person's own operator, if it was they who took the call."""
    mine = Operator.objects.filter(user=_user(request), calls=found)
    return mine.values_list("pk", flat=True).first()


def _may_write(request: HttpRequest, found: Call) -> bool:
    """Supervisors of the hotline, and the operator who took the call."""
    return access.has_role(request.user, access.SUPERVISOR) or _own_part(request, found) is not None


def _subject(found: Call) -> str:
    return f"call {found.pk}"


def _user(request: HttpRequest) -> Any:
    return request.user
