"""The knowledge pages: everybody of a hotline searches and reads, its supervisors write."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hotline.core import access
from knowledge import services
from knowledge.forms import ContactForm, QuestionForm, ScriptForm, SnippetForm
from knowledge.models import Contact, Question, Script, Snippet
from knowledge.scripts import fill
from knowledge.search import search
from lines.models import Hotline
from operators.models import Operator
from operators.permissions import hotlines_of

LISTED = 50  # without a search; whoever wants more types a word


@access.needs(access.OPERATOR)
@require_GET
def knowledge(request: HttpRequest) -> HttpResponse:
    """Search first; without a search, the beginning of each list. The fragment is for typing."""
    hotlines = Hotline.objects.filter(pk__in=hotlines_of(request.user))
    chosen = request.GET.get("hotline", "")
    narrowed = hotlines.filter(pk=chosen) if chosen.isdigit() and len(chosen) < 10 else hotlines
    ids = list(narrowed.values_list("pk", flat=True))
    text = request.GET.get("q", "")[:100].replace("\0", "")
    shown = {"hotlines": hotlines, "chosen": chosen, "text": text, **_found(request, ids, text), **_rights(request)}
    whole = not request.headers.get("HX-Request") or request.headers.get("HX-Boosted")
    return render(request, "knowledge/knowledge.html" if whole else "knowledge/_found.html", shown)


def _found(request: HttpRequest, hotline_ids: list[int], text: str) -> dict[str, Any]:
    if text.strip():
        found = search(hotline_ids, text, request.LANGUAGE_CODE)
        return {"questions": found.questions, "contacts": found.contacts}
    return {
        "questions": Question.objects.filter(hotline__in=hotline_ids).select_related("hotline")[:LISTED],
        "contacts": Contact.objects.filter(hotline__in=hotline_ids).select_related("hotline")[:LISTED],
        "scripts": Script.objects.filter(hotline__in=hotline_ids).select_related("hotline"),
        "snippets": Snippet.objects.filter(hotline__in=hotline_ids).select_related("hotline")[:LISTED],
    }


def _rights(request: HttpRequest) -> dict[str, Any]:
    reader: Any = request.user
    calls = Operator.objects.filter(user=reader, active=True).exists()
    return {
        "may_write": access.has_role(reader, access.SUPERVISOR),
        "may_call": calls,  # from the desk
        "today": timezone.localdate(),
    }


@access.needs(access.OPERATOR)
@require_GET
def script(request: HttpRequest, pk: int) -> HttpResponse:
    """A script as the operator will read it, names filled in."""
    found = _own(request, Script, pk)
    reader: Any = request.user
    operator = Operator.objects.filter(user=reader).first()
    facts = {"operator": operator, "hotline": found.hotline, "at": timezone.now(), "language": found.language}
    shown = {
        "script": found,
        "greeting": fill(found.greeting, **facts),
        "steps": [fill(step.text, **facts) for step in found.steps.all()],
        "closing": fill(found.closing, **facts),
    }
    return render(request, "knowledge/script.html", shown | _rights(request))


def _own(request: HttpRequest, model: Any, pk: int) -> Any:
    entries = model.objects.select_related("hotline")
    return get_object_or_404(entries, pk=pk, hotline__in=hotlines_of(request.user))


@access.needs(access.SUPERVISOR)
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add or change a question."""
    return _edit(request, Question, QuestionForm, pk, _("Add a question"))


@access.needs(access.SUPERVISOR)
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add or change a contact."""
    return _edit(request, Contact, ContactForm, pk, _("Add a contact"))


@access.needs(access.SUPERVISOR)
@require_http_methods(["GET", "POST"])
def snippet(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add or change a text module."""
    return _edit(request, Snippet, SnippetForm, pk, _("Add a text module"))


@access.needs(access.SUPERVISOR)
@require_http_methods(["GET", "POST"])
def edit_script(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add or change a script with its steps."""
    return _edit(request, Script, ScriptForm, pk, _("Add a script"))


def _edit(request: HttpRequest, model: Any, form_class: Any, pk: int | None, add: str) -> HttpResponse:
    entry = _own(request, model, pk) if pk else None
    ids = list(hotlines_of(request.user))
    first = {"hotline": ids[0]} if len(ids) == 1 else {}
    form = form_class(request.POST or None, instance=entry, hotline_ids=ids, initial=None if entry else first)
    if request.method == "POST" and form.is_valid():
        changed = form.save(commit=False)
        if isinstance(changed, Script):
            services.save_script(changed, form.cleaned_data["steps"], by=request.user)
        else:
            services.save(changed, by=request.user)
        messages.success(request, _("Saved."))
        return (
            redirect("knowledge:script", changed.pk) if isinstance(changed, Script) else redirect("knowledge:knowledge")
        )
    title = str(entry) if entry else add
    shown = {"form": form, "entry": entry, "title": title, "kind": model._meta.model_name}
    return render(request, "knowledge/edit.html", shown, status=422 if form.errors else 200)


KINDS: dict[str, Any] = {"question": Question, "contact": Contact, "script": Script, "snippet": Snippet}


@access.needs(access.SUPERVISOR)
@require_POST
def remove(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Remove an entry for good."""
    services.remove(_own(request, KINDS[kind], pk), by=request.user)
    messages.success(request, _("Removed."))
    return redirect("knowledge:knowledge")
