"""The editor of a hotline's call plan: supervisors of the hotline and administrators."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from calls.lifecycle import Refused
from calls.overflow_words import doubt_of
from calls.plans import editing, forms, sounds
from calls.plans.models import CallPlan, PlanSound
from calls.plans.script import parse
from calls.plans.shown import Shown
from calls.plans.trying import MOST_KEYS, WHENS, Trying
from calls.plans.wording import changes, rule_name, template_names
from hotline.core import access
from lines.models import Hotline
from lines.queries import visible_to

_LISTED = 50  # versions of the history


def _find(request: HttpRequest, slug: str) -> Hotline:
    return get_object_or_404(visible_to(request.user), slug=slug)


@access.needs(access.SUPERVISOR)
@require_safe
def plan(request: HttpRequest, slug: str) -> HttpResponse:
    """The draft, or what is in force, with a telephone to try it on."""
    return _page(request, _find(request, slug))


def _page(request: HttpRequest, found: Hotline, *, faults: Any = (), note: str = "", status: int = 200) -> HttpResponse:
    context = _edited(found) | {"faults": faults, "note": note, "published": editing.published_of(found)}
    context |= {"draft": editing.draft_of(found), **_trial(found, context["shown"], [], "")}
    return render(request, "calls/plans/plan.html", context, status=status)


def _edited(found: Hotline) -> dict[str, Any]:
    shown = Shown(found, editing.content_of(found))
    return {
        "hotline": found, "shown": shown, "steps": shown.steps(), "waiting": shown.waiting(), "ends": shown.ends(),
        "templates": template_names().items(),
    }  # fmt: skip


@access.needs(access.SUPERVISOR)
@require_POST
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a step; the keyboard goes to it."""
    found = _find(request, slug)
    try:
        made = editing.add_step(found, request.POST.get("kind", ""), by=request.user, at=timezone.now())
    except Refused as refusal:
        return _answer(request, found, error=str(refusal))
    return _answer(request, found, whole=True, focus=f"step-{made}", at=f"step-{made}")


@access.needs(access.SUPERVISOR)
@require_POST
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Set where a template sends callers on to; the keyboard goes there."""
    found = _find(request, slug)
    try:
        place = editing.begin_with(found, request.POST.get("with", ""), by=request.user, at=timezone.now())
    except Refused as refusal:
        return _answer(request, found, error=str(refusal))
    return _answer(request, found, whole=True, focus=place, at=place)


@access.needs(access.SUPERVISOR)
@require_POST
def change(request: HttpRequest, slug: str, place: str) -> HttpResponse:
    """Save what was typed at a place, and do what its button says: move, remove, another key, less of them."""
    found = _find(request, slug)
    try:
        whole, focus = _save(request, found, place)
    except Refused as refusal:
        return _answer(request, found, whole=True, error=str(refusal), at=place)
    return _answer(request, found, whole=whole, focus=focus, at=place, doubt=_doubt(found, place))


def _doubt(found: Hotline, place: str) -> str | None:
    """What is wrong with the telephone that was typed, said at once: the draft is kept, publishing will refuse it. None
    where no telephone stands."""
    end = parse(editing.content_of(found)).end(place.removeprefix("end-")) if forms.is_end(place) else None
    return doubt_of(end, found) if end and end.to == "telephone" else None


def _save(request: HttpRequest, found: Hotline, place: str) -> tuple[bool, str]:
    """(whether the page must be drawn anew, where the keyboard goes)."""
    who: dict[str, Any] = {"by": request.user, "at": timezone.now()}
    before = parse(editing.content_of(found))
    kinds = {step.id: step.kind for step in before.steps}
    if place != "waiting" and not forms.is_end(place) and place not in kinds:
        raise Refused(_("Somebody has removed this step meanwhile."))
    fields = request.POST.copy()
    kept = _keep_files(request, found, fields)
    deed, _colon, which = request.POST.get("do", "").partition(":")
    if deed == "drop":
        fields[which] = ""
    editing.change(found, place, forms.read(place, kinds.get(place, ""), fields, found.languages or ["en"]), **who)
    if deed in ("up", "down"):
        editing.move_step(found, place, -1 if deed == "up" else 1, **who)
    elif deed == "remove":
        editing.remove_step(found, place, **who)
        return True, "plan-steps"
    elif deed == "add-key":
        editing.add_key(found, place, **who)
        return True, f"{place}-{len(_keys_of(before, place))}-key"
    elif deed == "remove-key":
        editing.remove_key(found, place, int(which) if which.isdecimal() else -1, **who)
        return True, f"{place}-add-key"
    return bool(deed or kept) or _looks(before) != _looks(parse(editing.content_of(found))), ""


def _keys_of(plan: Any, place: str) -> Any:
    return next((step.keys for step in plan.steps if step.id == place), ())


def _keep_files(request: HttpRequest, found: Hotline, fields: Any) -> bool:
    """Keep the sounds that came along, and name them where their words are. Raises Refused for what is no sound."""
    for name in request.FILES:
        file: Any = request.FILES[name]
        if file.size > sounds.LARGEST:
            raise Refused(_("This file is larger than 5 MB. Save it with a lower quality: it is for a telephone."))
        fields[name.replace("file-", "sound-")] = sounds.keep(found, file.read(), by=request.user).token
    return bool(request.FILES)


def _looks(plan: Any) -> Any:
    """What decides which fields a page has: where keys and ends lead, and what menus are called."""
    menus = [(step.name, [key.target.to for key in step.keys]) for step in plan.steps if step.kind == "menu"]
    return menus, [plan.end(rule).to for rule in ("nobody", "late", "closed", "full")]


def _answer(
    request: HttpRequest, found: Hotline, *, whole: bool = False, error: str = "", focus: str = "", at: str = "",
    doubt: str | None = None,
) -> HttpResponse:  # fmt: skip
    """A word that it is saved, and with `whole` the steps anew; a page without htmx is sent back to the place."""
    if not request.headers.get("HX-Request"):
        if error:
            messages.error(request, error)
        return redirect(reverse("plans:plan", args=[found.slug]) + (f"#{at}" if at else ""))
    context = {"error": error, "focus": focus, "at": timezone.now(), "doubt": doubt}
    if not whole:
        context |= {"place": at if doubt is not None else ""}
        answer = render(request, "calls/plans/_saved.html", context)
    else:
        answer = render(request, "calls/plans/_steps.html", context | _edited(found))
    # The form that asks may have been drawn anew meanwhile: what is changed is looked for on the whole page. It is
    # changed in place, so that nothing typed is lost, unless lines have moved up to where others were.
    anew = request.POST.get("do", "").partition(":")[0] in ("remove", "remove-key", "drop") or "with" in request.POST
    answer["HX-Retarget"] = "global #plan-steps" if whole else "global #plan-said"
    answer["HX-Reswap"] = ("outerHTML" if anew else "morph") if whole else "innerHTML"
    answer["HX-Trigger"] = "plan-changed"
    return answer


# --- trying ---------------------------------------------------------------------------------------
@access.needs(access.SUPERVISOR)
@require_safe
def trial(request: HttpRequest, slug: str) -> HttpResponse:
    """The telephone beside the editor, after the keys pressed so far and one more."""
    found = _find(request, slug)
    keys = [key[:1] for key in request.GET.get("keys", "").split(",")] if request.GET.get("keys") else []
    keys = ["" if key == "-" else key for key in keys]
    key, when = request.GET.get("key", ""), request.GET.get("when", "")
    if key == "again":
        keys = []
    elif key:
        keys.append("" if key == "-" else key[:1])
    shown = Shown(found, editing.content_of(found))
    context = {"hotline": found, **_trial(found, shown, keys[:MOST_KEYS], when if when in WHENS else "")}
    return render(request, "calls/plans/_phone.html", context)


def _trial(found: Hotline, shown: Shown, keys: list[str], when: str) -> dict[str, Any]:
    result = Trying(shown.plan, found, shown.names).call(keys, when)
    whens = [("", _("somebody can answer")), *((rule, rule_name(rule)) for rule in WHENS if rule)]
    return {"trial": result, "keys": ",".join(key or "-" for key in keys), "when": when, "whens": whens,
            "keypad": "123456789*0#"}  # fmt: skip


# --- in force -------------------------------------------------------------------------------------
@access.needs(access.SUPERVISOR)
@require_POST
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Put the draft in force, or say all that is wrong with it."""
    found, note = _find(request, slug), request.POST.get("note", "").replace("\0", "")
    try:
        editing.publish(found, note=note, by=request.user, at=timezone.now())
    except editing.Faulty as refusal:
        return _page(request, found, faults=refusal.faults, note=note, status=422)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The plan is in force for callers who arrive from now on."))
    return redirect("plans:plan", slug)


@access.needs(access.SUPERVISOR)
@require_POST
def discard(request: HttpRequest, slug: str) -> HttpResponse:
    found = _find(request, slug)
    editing.discard(found, by=request.user)
    messages.success(request, _("The draft is thrown away."))
    return redirect("plans:plan", slug)


@access.needs(access.SUPERVISOR)
@require_POST
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    found = _find(request, slug)
    try:
        editing.withdraw(found, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The plan is out of use: callers are greeted and queued."))
    return redirect("plans:plan", slug)


@access.needs(access.SUPERVISOR)
@require_safe
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """Every version that was in force, with what changed in it."""
    found = _find(request, slug)
    rows = CallPlan.objects.filter(hotline=found).exclude(state=CallPlan.State.DRAFT).select_related("made_by")
    versions = list(rows[: _LISTED + 1])
    plans = [parse(each.content) for each in versions]
    told = [
        {"version": each, "changes": changes(plans[n + 1], plans[n]) if n + 1 < len(plans) else []}
        for n, each in enumerate(versions[:_LISTED])
    ]
    return render(request, "calls/plans/history.html", {"hotline": found, "versions": told})


@access.needs(access.SUPERVISOR)
@require_POST
def bring_back(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    found = _find(request, slug)
    try:
        editing.bring_back(found, version, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("plans:history", slug)
    messages.success(
        request, _("Version %(version)s is the draft now. Publish it to put it in force.") % {"version": version}
    )
    return redirect("plans:plan", slug)


# --- sounds ---------------------------------------------------------------------------------------
@access.public
@require_safe
def sound(request: HttpRequest, token: str) -> HttpResponse:
    """A sound of a plan, for the carrier and the editor: whoever knows the name may hear what every caller hears."""
    found = get_object_or_404(PlanSound, token=token)
    answer = HttpResponse(bytes(found.data), content_type=found.kind)
    answer["Content-Disposition"] = f'attachment; filename="words.{"wav" if found.kind == sounds.WAV else "mp3"}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "public, max-age=86400, immutable"
    return answer
