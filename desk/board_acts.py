"""What a supervisor does from the wallboard. Each act is a POST that calls one service; a refusal is a sentence."""

import json
import re
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from calls import services as calls
from calls.models import Call
from desk import floor, wallboard
from hotline.core import access
from lines import queries as lines
from lines import services as hotlines
from lines.forms import CloseNowForm
from lines.models import Hotline
from operators import messages, presence
from operators import services as people
from operators.models import Operator, Presence
from operators.permissions import hotlines_of, operators_visible_to


def done(sentence: str, *, refused: bool = False, undo: tuple[str, dict[str, Any]] | None = None) -> HttpResponse:
    """The act is done, or cannot be: the board says so, closes its sheet and looks again.

    `undo` is an address that takes it back by a POST, and what is posted there.
    """
    wallboard.forget()
    said = format_html('<span class="{}">{}</span>', "refused" if refused else "done", sentence)
    if undo is not None:
        said += format_html(
            ' <button class="button small" type="button" hx-post="{}" hx-vals="{}" hx-target="#board-says">{}</button>',
            undo[0], json.dumps(undo[1]), _("Undo"),
        )  # fmt: skip
    answer = HttpResponse(said)
    answer["HX-Retarget"], answer["HX-Reswap"], answer["HX-Trigger"] = "#board-says", "innerHTML", "board:done"
    return answer


# --- people -------------------------------------------------------------------------------------
@access.needs(access.SUPERVISOR)
@require_GET
@never_cache
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """What can be done about one operator."""
    return _sheet(request, _operator(request, pk))


def _operator(request: HttpRequest, pk: int) -> Operator:
    return get_object_or_404(operators_visible_to(request.user), pk=pk, active=True)


def _sheet(request: HttpRequest, operator: Operator, error: str = "") -> HttpResponse:
    operator.refresh_from_db()
    card = floor.cards_of([operator], timezone.now())[0]
    busy = operator.state in presence.BUSY
    lasts = card.call is not None and card.call.ended_at is None and operator.state == Presence.ON_CALL
    others = lasts and operator.user_id != request.user.pk  # their own call needs no ear of theirs
    talks = others and hotlines_of(request.user).filter(pk=card.call.hotline_id).exists()  # type: ignore[union-attr]
    answered = set(operator.hotlines.values_list("pk", flat=True))
    offered = [(each, each.pk in answered) for each in _offered(request)]
    context = {"card": card, "busy": busy, "error": error, "talks": talks, "lines": offered}
    context["text"] = request.POST.get("text", "")
    return render(request, "desk/_board_person.html", context)


def _offered(request: HttpRequest) -> list[Hotline]:
    """The hotlines that the supervisor can let somebody answer."""
    return list(lines.visible_to(request.user).filter(active=True))


@access.needs(access.SUPERVISOR)
@require_POST
def set_state(request: HttpRequest, pk: int) -> HttpResponse:
    """Ready, break, lunch, other or offline for somebody else: now, or after the call in hand."""
    operator, state = _operator(request, pk), request.POST.get("state", "")
    reason = request.POST.get("reason", "").strip()[:120]
    try:
        when = calls.set_state(operator.pk, state, by=request.user, at=timezone.now(), reason=reason)
    except presence.Refused as refused:
        return _sheet(request, operator, error=str(refused))
    words = {"name": operator.display_name, "state": Presence(state).label}
    return done((_("%(name)s: %(state)s after the call.") if when == "next" else _("%(name)s: %(state)s.")) % words)


@access.needs(access.SUPERVISOR)
@require_POST
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """A line that the operator reads at the desk, in a call too."""
    operator, at = _operator(request, pk), timezone.now()
    try:
        messages.send(operator, request.POST.get("text", ""), by=request.user, at=at)
    except messages.Refused as refused:
        return _sheet(request, operator, error=str(refused))
    if presence.desk_is_open(operator, at):
        return done(_("%(name)s has your message.") % {"name": operator.display_name})
    return done(_("%(name)s has no desk open and sees your message there later.") % {"name": operator.display_name})


@access.needs(access.SUPERVISOR)
@require_POST
def set_lines(request: HttpRequest, pk: int) -> HttpResponse:
    """Which of the hotlines on the sheet somebody answers from now on. All others stay as they are, and are not named:
    they may be none of the supervisor's."""
    operator, at = _operator(request, pk), timezone.now()
    own = {each.pk: each.name for each in _offered(request)}
    before = set(operator.hotlines.values_list("pk", flat=True))
    after = before - own.keys() | own.keys() & {int(each) for each in request.POST.getlist("line") if each.isdecimal()}
    if after == before:
        return done(_("Nothing is changed."))
    try:
        people.change_operator(operator, by=request.user, at=at, hotlines=after)
    except people.Refused as refused:
        return _sheet(request, operator, error=str(refused))
    names = ", ".join(sorted(own[each] for each in own.keys() & after))
    back = (reverse("desk:board_lines", args=[operator.pk]), {"line": sorted(before & own.keys())})
    words = {"name": operator.display_name, "hotlines": names or _("none of your hotlines")}
    return done(_("%(name)s answers %(hotlines)s now.") % words, undo=back)


@access.needs(access.SUPERVISOR)
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Free somebody who is held by a call that is over."""
    operator = _operator(request, pk)
    try:
        calls.release_stuck(operator.pk, by=request.user, at=timezone.now())
    except calls.Refused as refused:
        return _sheet(request, operator, error=str(refused))
    return done(_("%(name)s is released.") % {"name": operator.display_name})


# --- the line -----------------------------------------------------------------------------------
@access.needs(access.SUPERVISOR)
@require_POST
def bring_forward(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """A waiting call becomes the next of its hotline."""
    call = _call(request, call_id)
    try:
        before = calls.bring_forward(call.pk, by=request.user, at=timezone.now())
    except calls.Refused as refused:
        return done(str(refused), refused=True)
    return done(
        _("This call is the next now."), undo=(reverse("desk:board_back", args=[call.pk]), {"priority": before})
    )


def _call(request: HttpRequest, call_id: UUID) -> Call:
    return get_object_or_404(Call, pk=call_id, hotline_id__in=hotlines_of(request.user))


@access.needs(access.SUPERVISOR)
@require_POST
def put_back(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Undo of `bring_forward`: the call has the priority again that it had."""
    call, given = _call(request, call_id), request.POST.get("priority", "")
    if call.hotline is None or not re.fullmatch(r"-?\d{1,4}", given):
        return HttpResponse(status=400)
    try:
        calls.put_back(call.pk, priority=int(given), by=request.user, at=timezone.now())
    except calls.Refused as refused:
        return done(str(refused), refused=True)
    return done(_("This call has its place again."))


@access.needs(access.SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def move(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Let a waiting call wait at another of the supervisor's hotlines; asked which one first."""
    call, at = _call(request, call_id), timezone.now()
    known = lines.visible_to(request.user).filter(active=True)
    if request.method != "POST":
        others = [each for each in known if each.pk != call.hotline_id and each.is_open(at)]
        return render(request, "desk/_board_move.html", {"call": call, "hotlines": others})
    to, was = get_object_or_404(known, slug=request.POST.get("hotline", "")), call.hotline
    try:
        calls.move_to_hotline(call.pk, to, by=request.user, at=at)
    except calls.Refused as refused:
        return done(str(refused), refused=True)
    back = (reverse("desk:board_move", args=[call.pk]), {"hotline": was.slug}) if was else None
    return done(_("The call waits at %(hotline)s now.") % {"hotline": to}, undo=back)


# --- the hotline --------------------------------------------------------------------------------
@access.needs(access.SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def hotline(request: HttpRequest, slug: str) -> HttpResponse:
    """The form that closes a hotline by hand, or what closed it."""
    found, at = _hotline(request, slug), timezone.now()
    form = CloseNowForm(request.POST or None, zone=found.zone)
    if request.method == "POST" and form.is_valid():
        try:
            hotlines.close_now(found, by=request.user, at=at, **form.facts())
        except hotlines.Refused as refused:
            return _closing(request, found, form=form, error=str(refused))
        return done(_("%(hotline)s is closed.") % {"hotline": found})
    return _closing(request, found, form=form)


@access.needs(access.SUPERVISOR)
@require_POST
def reopen(request: HttpRequest, slug: str) -> HttpResponse:
    """Lift a closure; the opening hours decide from then on."""
    found = _hotline(request, slug)
    try:
        hotlines.reopen(found, by=request.user, at=timezone.now())
    except hotlines.Refused as refused:
        return _closing(request, found, error=str(refused))
    return done(_("The closure of %(hotline)s is lifted.") % {"hotline": found})


def _hotline(request: HttpRequest, slug: str) -> Hotline:
    return get_object_or_404(lines.visible_to(request.user), slug=slug)


def _closing(request: HttpRequest, found: Hotline, *, form: Any = None, error: str = "") -> HttpResponse:
    context = {
        "hotline": found,
        "closure": hotlines.closure_in_force(found, timezone.now()),
        "form": form or CloseNowForm(zone=found.zone),
        "error": error,
    }
    return render(request, "desk/_board_hotline.html", context)
