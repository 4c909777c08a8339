"""The people pages: supervisors see, administrators change, and everybody has a page about themselves."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from rest_framework.authtoken.models import Token

from hotline.core import access
from operators import chosen, queries, services
from operators.forms import OperatorForm, PersonForm, ScreensForm
from operators.models import Operator, User
from operators.permissions import hotlines_of, people_visible_to

PEOPLE_ON_A_PAGE = 100


@access.needs(access.SUPERVISOR)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    text, closed = request.GET.get("search", "")[:100].replace("\0", ""), request.GET.get("closed") == "1"
    page = Paginator(queries.people(request.user, text=text, closed=closed), PEOPLE_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    shown = {"rows": queries.rows(list(page)), "page": page, "text": text, "closed": closed}
    return render(request, "operators/people.html", shown | _may_change(request))


@access.needs(access.SUPERVISOR)
@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(people_visible_to(request.user), pk=pk)
    (row,) = queries.rows([user])
    shown = {"person": user, "row": row, "token": Token.objects.filter(user=user).exists()}
    return render(request, "operators/person.html", shown | _may_change(request))


@access.needs(access.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
@reauthentication_required
@never_cache
def new_person(request: HttpRequest) -> HttpResponse:
    forms = _Forms(request, None, None)
    if request.method == "POST" and forms.valid():
        try:
            user, password = forms.create(by=request.user)
        except services.Refused as refusal:
            forms.person.add_error(None, str(refusal))
        else:
            return _slip(request, user, password=password)
    return render(request, "operators/edit.html", {"forms": forms, "person": None})


@access.needs(access.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
@reauthentication_required
def edit_person(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    forms = _Forms(request, user, Operator.objects.filter(user=user).first())
    if request.method == "POST" and forms.valid():
        try:
            forms.save(by=request.user)
        except services.Refused as refusal:
            forms.person.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("operators:person", pk=user.pk)
    person = User.objects.get(pk=pk)  # as it is, whatever was typed
    return render(request, "operators/edit.html", {"forms": forms, "person": person})


@access.needs(access.ADMINISTRATOR)
@require_POST
@reauthentication_required
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    try:
        services.deactivate(user, by=request.user, at=timezone.now())
    except services.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The account of %(name)s is closed.") % {"name": user})
    return redirect("operators:person", pk=pk)


@access.needs(access.ADMINISTRATOR)
@require_POST
@reauthentication_required
@never_cache
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk, is_active=False)
    return _slip(request, user, password=services.reactivate(user, by=request.user))


@access.needs(access.ADMINISTRATOR)
@require_POST
@reauthentication_required
@never_cache
def new_password(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    try:
        return _slip(request, user, password=services.reset_password(user, by=request.user))
    except services.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("operators:person", pk=pk)


@access.needs(access.ADMINISTRATOR)
@require_POST
@reauthentication_required
@never_cache
def new_token(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    try:
        return _slip(request, user, token=services.new_token(user, by=request.user))
    except services.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("operators:person", pk=pk)


@access.needs(access.ADMINISTRATOR)
@require_POST
@reauthentication_required
def withdraw_token(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    if services.withdraw_token(user, by=request.user):
        messages.success(request, _("The API token of %(name)s does not work any more.") % {"name": user})
    return redirect("operators:person", pk=pk)


@access.needs(access.ADMINISTRATOR)
@require_POST
@reauthentication_required
def remove_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    if services.remove_second_factor(user, by=request.user):
        messages.success(request, _("%(name)s signs in by password alone now.") % {"name": user})
    return redirect("operators:person", pk=pk)


@access.needs(access.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    now = {"language": user.language, "letter_keys": user.letter_keys}
    form = ScreensForm(request.POST if request.method == "POST" else None, initial=now)
    if request.method == "POST" and form.is_valid():
        services.choose_screens(user, **form.cleaned_data)
        return redirect("operators:me")
    (row,) = queries.rows([user])
    hotlines = hotlines_of(user).values_list("name", flat=True)
    return render(request, "operators/me.html", {"form": form, "row": row, "hotlines": hotlines})


@access.needs(access.OPERATOR)
@require_POST
def choose_hotlines(request: HttpRequest) -> HttpResponse:
    """The hotlines that lists and boards show from now on; back to the page one came from."""
    wanted = [] if "all" in request.POST else request.POST.getlist("hotline")
    chosen.choose_hotlines(request, [int(pk) for pk in wanted if pk.isdecimal()])
    back = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/")
    return redirect(back if ours else "home")


class _Forms:
    """The two halves of the page about a person: the account, and the operator part."""

    def __init__(self, request: HttpRequest, user: User | None, operator: Operator | None) -> None:
        posted = request.POST if request.method == "POST" else None
        self.user, self.operator_row = user, operator
        self.person = PersonForm(posted, prefix="person", initial=PersonForm.facts(user) if user else None)
        self.operator = OperatorForm(posted, prefix="operator", initial=OperatorForm.facts(operator))

    def valid(self) -> bool:
        return all([self.person.is_valid(), self.operator.is_valid()])

    @transaction.atomic
    def create(self, *, by: Any) -> tuple[User, str]:
        user, password = services.create_person(by=by, **self.person.cleaned_data)
        self._save_operator(user, by=by)
        return user, password

    @transaction.atomic
    def save(self, *, by: Any) -> None:
        assert self.user is not None
        services.change_person(self.user, by=by, **self.person.cleaned_data)
        self._save_operator(self.user, by=by)

    def _save_operator(self, user: User, *, by: Any) -> None:
        facts = dict(self.operator.cleaned_data)
        answers = facts.pop("answers")
        facts["display_name"] = facts["display_name"] or str(user)[:60]
        if self.operator_row:
            at = timezone.now()
            services.change_operator(self.operator_row, by=by, at=at, active=answers and user.is_active, **facts)
        elif answers:
            services.make_operator(user, by=by, **facts)


def _slip(request: HttpRequest, user: User, *, password: str = "", token: str = "") -> HttpResponse:
    """The page that shows a new secret: once, never stored, never cached."""
    return render(request, "operators/slip.html", {"person": user, "password": password, "token": token})


def _may_change(request: HttpRequest) -> dict[str, bool]:
    return {"may_change": access.has_role(request.user, access.ADMINISTRATOR)}
