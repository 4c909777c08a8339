"""The second factor: who has one, and the switch that asks it of everybody who manages others."""

from collections.abc import Callable, Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from hotline.core import access
from operators.models import User


def having(people: Iterable[Any]) -> set[int]:
    """The ids of those of `people` whose sign-in asks for a code."""
    found = Authenticator.objects.filter(user__in=people, type=Authenticator.Type.TOTP)
    return set(found.values_list("user_id", flat=True))


def lacking(user_ids: Iterable[int]) -> set[int]:
    """Those of these people to whom no page opens before they have set up a second factor."""
    if not settings.REQUIRE_SECOND_FACTOR:
        return set()
    asked = [person for person in User.objects.filter(pk__in=user_ids) if access.has_role(person, access.SUPERVISOR)]
    return {person.pk for person in asked} - having(asked)


class SecondFactorMiddleware:
    """With REQUIRE_SECOND_FACTOR, sends a supervisor without one to set it up before any other page opens.

    The API is left out: its token is not typed, and an administrator made it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not settings.REQUIRE_SECOND_FACTOR or view.__module__.startswith(access.FOREIGN_PACKAGE):
            return None
        role = access.declared(view, None)
        if role in (access.PUBLIC, access.SIGNED, None) or request.headers.get("Authorization"):
            return None
        if not access.has_role(request.user, access.SUPERVISOR) or having([request.user]):
            return None
        messages.info(request, _("Your role needs two-step sign-in. Please set it up now."))
        return redirect("mfa_activate_totp")
