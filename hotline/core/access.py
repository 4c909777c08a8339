"""Who may open what: every view declares it, and whatever declares nothing is closed.

`@needs(OPERATOR)` marks a view with the least role that may use it; `@public` and `@signed` say that a view
guards itself. Views of the sign-in package are declared by name in `FOREIGN`. REST views carry an `access`
attribute and are checked by `Declared`, which they cannot leave out.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

PUBLIC, SIGNED, SIGNED_IN, OPERATOR, SUPERVISOR, ADMINISTRATOR = (
    "public",
    "signed",
    "signed_in",
    "operator",
    "supervisor",
    "administrator",
)
_LADDER = [SIGNED_IN, OPERATOR, SUPERVISOR, ADMINISTRATOR]
ROLES = (PUBLIC, SIGNED, *_LADDER)
FOREIGN_PACKAGE = "allauth."
FOREIGN: dict[str, str] = {
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_inactive": PUBLIC,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "account_reauthenticate": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "mfa_authenticate": PUBLIC,  # the second step of signing in; allauth guards it by the pending login
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
}


def needs(role: str) -> Callable[[Any], Any]:
    """Declare the least role for a view; roles are a ladder (operator, supervisor, administrator)."""
    if role not in ROLES:
        raise ValueError(f"{role!r} is no role of hotline.core.access.")

    def mark(view: Any) -> Any:
        view.access = role
        if hasattr(view, "cls"):  # a REST view made by a decorator: the check looks at its class
            view.cls.access = role
        return view

    return mark


public = needs(PUBLIC)
signed = needs(SIGNED)


def declared(view: Any, url_name: str | None) -> str | None:
    """What a view declares, or None. REST views (with a `cls`) declare by their own `access` attribute."""
    for thing in (view, getattr(view, "cls", None), getattr(view, "view_class", None)):
        found = getattr(thing, "access", None)
        if isinstance(found, str):
            return found if found in ROLES else None
    if url_name and str(getattr(view, "__module__", "")).startswith(FOREIGN_PACKAGE):
        return FOREIGN.get(url_name)
    return None


def has_role(user: Any, role: str) -> bool:
    """Whether a signed-in user stands at least as high as `role`."""
    if not user.is_authenticated or not user.is_active:
        return False
    if role == SIGNED_IN:
        return True
    return user.role in _LADDER and _LADDER.index(user.role) >= _LADDER.index(role)


class Declared(BasePermission):
    """The REST half of default deny: a view's `access` against the role of the token's or session's user."""

    def has_permission(self, request: Request, view: Any) -> bool:
        role = getattr(view, "access", None)
        if role == PUBLIC:
            return True
        return role in _LADDER and has_role(request.user, role)


class DefaultDenyMiddleware:
    """Refuses every view that declares nothing, and every user who stands too low."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        role = declared(view, match.url_name if match else None)
        if role is None:
            raise PermissionDenied
        if role in (PUBLIC, SIGNED):
            return None
        rest = getattr(view, "cls", None)
        if rest is not None:  # REST views authenticate by token and check the role themselves, with `Declared`
            if Declared not in rest.permission_classes:
                raise PermissionDenied
            return None
        if not request.user.is_authenticated:
            return _sign_in(request)
        if not has_role(request.user, role):
            raise PermissionDenied
        return None


def _sign_in(request: HttpRequest) -> HttpResponse:
    """Send a stranger to sign in: pages by redirect, fragments by htmx's header, anything else by a plain 401."""
    if request.headers.get("HX-Request") == "true":
        page = request.headers.get("HX-Current-URL", "/")
        to_login = redirect_to_login(page, resolve_url("account_login"))
        return HttpResponse(status=401, headers={"HX-Redirect": to_login["Location"]})
    if "text/event-stream" in request.headers.get("Accept", ""):
        return HttpResponse(status=401)
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
