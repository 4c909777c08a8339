"""The register's list: its page, what is new, its look, the views that people keep, and the file of it."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from calls import exports, saved_views
from calls import register as calls_register
from calls.filtering import FilterForm, menus, toggles
from calls.forms import COLUMNS, DENSITIES, ExportForm, LookForm, ViewForm
from calls.lifecycle import Refused
from calls.models import SavedView
from calls.pricing import together
from calls.queries import visible_to
from calls.views import about
from hotline.core import access
from lines.models import Number
from lines.tariffs import Tariff
from operators.chosen import choice, chosen_hotlines
from operators.models import Operator

LOOK = "register_look"
MANY_NEW = 100
MOST_COSTS = 5_000
FOLLOWED = 50


@dataclass(frozen=True)
class Asked:
    """Who asks for which calls."""

    user: Any
    hotline_ids: list[int]
    form: FilterForm


def _asked(request: HttpRequest, given: QueryDict) -> Asked:
    user: Any = request.user
    view = choice(request)
    hotline_ids = [hotline.pk for hotline in view.hotlines]
    among = [] if view.all else chosen_hotlines(request)
    own = Operator.objects.filter(user=user, active=True).values_list("pk", flat=True).first()
    return Asked(user, hotline_ids, FilterForm(given, hotline_ids=hotline_ids, among=among, own_operator=own))


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def register(request: HttpRequest) -> HttpResponse:
    """The list; its filter and the open call are the address."""
    asked = _asked(request, request.GET)
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    page = calls_register.page(asked.user, asked.hotline_ids, asked.form.wanted(), before=before, after=after)
    shown = _page(page, asked) | _filter(asked.form) | _views(asked)
    shown |= {"look": _look(request), "look_form": LookForm(initial=_look(request)), "columns": COLUMNS}
    shown |= {"has_tariffs": _has_tariffs(request, asked)}
    shown |= {"export_form": ExportForm(auto_id="export_%s"), "drawer": _open_call(request, asked)}
    return render(request, "calls/register.html", shown)


def _has_tariffs(request: HttpRequest, asked: Asked) -> bool:
    """Whether there are costs to be asked for; nobody but supervisors may."""
    supervisor = access.has_role(request.user, access.SUPERVISOR)
    return supervisor and Tariff.objects.filter(number__hotline__in=asked.hotline_ids).exists()


def _page(page: calls_register.Page, asked: Asked) -> dict[str, Any]:
    if page.calls:
        return {"page": page, "count": _count_in_words(page), "newest": calls_register.key_of(page.calls[0])}
    number = Number.objects.filter(hotline__in=asked.hotline_ids, active=True).first()
    return {"page": page, "count": "", "newest": "", "number": number}


def _filter(form: FilterForm) -> dict[str, Any]:
    return {
        "form": form,
        "query": form.query(),
        "too_short": calls_register.too_short(form.given.get("q", "")),
        "without_search": form.query("q"),
        "narrowed": bool(form.given),
        "chosen": len(form.wanted().among),
        "menus": menus(form),
        "toggles": toggles(form),
    }


def _views(asked: Asked) -> dict[str, Any]:
    return {
        "query": asked.form.query(),
        "built_in": saved_views.built_in(has_operator=asked.form.own_operator is not None),
        "saved": saved_views.views_of(asked.user),
        "view_form": ViewForm(),
    }


def _count_in_words(page: calls_register.Page) -> str:
    few = calls_register.FEW
    if page.count is None:
        return _("many calls; the newest are shown first")
    if page.count > few:
        return _("more than %(few)s calls") % {"few": f"{few:,}"}
    return _("one call") if page.count == 1 else _("%(count)s calls") % {"count": f"{page.count:,}"}


def _look(request: HttpRequest) -> dict[str, Any]:
    """The columns and the density that this person chose in this session."""
    kept = request.session.get(LOOK) or {}
    return {
        "columns": kept.get("columns", [name for name, _label in COLUMNS]),
        "density": kept.get("density", DENSITIES[0][0]),
    }


def _open_call(request: HttpRequest, asked: Asked) -> dict[str, Any] | None:
    """What the drawer shows when the address names a call that the person may see."""
    try:
        pk = uuid.UUID(request.GET.get("call", ""))
    except ValueError:
        return None
    found = visible_to(asked.user, asked.hotline_ids).filter(pk=pk).first()
    return about(request, found) if found else None


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def news(request: HttpRequest) -> HttpResponse:
    """How many calls came since the list was made, and the rows of those calls that were not over."""
    asked = _asked(request, request.GET)
    found = calls_register.find(asked.user, asked.hotline_ids, asked.form.wanted(), looking_at_each=True)
    key = calls_register.parse_key(request.GET.get("than", ""))
    newer = calls_register.newer_than(found.calls, key) if key else found.calls
    followed = visible_to(asked.user, asked.hotline_ids).filter(pk__in=_followed(request))
    shown = {
        "count": newer.select_related(None).order_by()[: MANY_NEW + 1].count(),
        "many": MANY_NEW,
        "query": asked.form.query(),
        "calls": calls_register.rows(followed),
        "look": _look(request),
    }
    return render(request, "calls/_news.html", shown)


def _followed(request: HttpRequest) -> list[uuid.UUID]:
    found = []
    for text in request.GET.getlist("follow")[:FOLLOWED]:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


@access.needs(access.OPERATOR)
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Keep the columns and the density for this session."""
    form = LookForm(request.POST)
    if form.is_valid():
        request.session[LOOK] = form.cleaned_data
    return _back(request)


@access.needs(access.SUPERVISOR)
@require_POST
@never_cache
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The calls that are shown, as CSV, for a reason."""
    form = ExportForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say in a few words what the file is for."))
        return _back(request)
    asked = _asked(request, QueryDict(request.POST.get("query", "")))
    given = form.cleaned_data
    lines = exports.export(asked.user, asked.hotline_ids, asked.form.wanted(), asked=asked.form.query("q"), **given)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="calls-{timezone.localdate():%Y-%m-%d}.csv"'
    return answer


@access.needs(access.SUPERVISOR)
@require_GET
@never_cache
def costs(request: HttpRequest) -> HttpResponse:
    """What the calls that are shown cost their callers and us; not of more than MOST_COSTS."""
    asked = _asked(request, request.GET)
    found = calls_register.find(asked.user, asked.hotline_ids, asked.form.wanted())
    priced = found.calls.select_related(None).filter(tariff__isnull=False, ended_at__isnull=False)
    calls = list(priced.select_related("tariff").order_by()[: MOST_COSTS + 1])
    total = None if len(calls) > MOST_COSTS else together(calls)
    return render(request, "calls/_costs.html", {"total": total, "most": f"{MOST_COSTS:,}"})


@access.needs(access.OPERATOR)
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filter that is shown under a name."""
    form = ViewForm(request.POST)
    asked = _asked(request, QueryDict(request.POST.get("query", "")))
    if not form.is_valid():
        messages.error(request, _("A view needs a name of at most 60 letters."))
        return _back(request)
    shared = form.cleaned_data["shared"] and access.has_role(request.user, access.SUPERVISOR)
    try:
        view = saved_views.save_view(
            asked.user, name=form.cleaned_data["name"], query=asked.form.query(), shared=shared, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return _back(request)


@access.needs(access.OPERATOR)
@require_POST
def remove_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own view away; the answer offers to bring it back."""
    view = get_object_or_404(SavedView, pk=pk, user=_user(request))
    saved_views.remove_view(view, at=timezone.now())
    return _views_again(request, removed=view)


@access.needs(access.OPERATOR)
@require_POST
def restore_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring one's own removed view back."""
    view = get_object_or_404(SavedView, pk=pk, user=_user(request))
    try:
        saved_views.restore_view(view)
    except Refused as refusal:
        return _views_again(request, refusal=str(refusal))
    return _views_again(request)


def _views_again(request: HttpRequest, **more: Any) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        return _back(request)
    asked = _asked(request, QueryDict(request.POST.get("query", "")))
    return render(request, "calls/_views.html", _views(asked) | more)


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To the list as it was filtered."""
    query = _asked(request, QueryDict(request.POST.get("query", ""))).form.query()
    return redirect(f"{reverse('calls:register')}{'?' + query if query else ''}")


def _user(request: HttpRequest) -> Any:
    return request.user
