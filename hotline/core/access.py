"""Who may open what: every view declares it, and whatever declares nothing is closed.

`@needs(OPERATOR)` marks a view with the least role that may use it; `@public` and `@signed` say that a view
guards itself. Views of packages are declared in `FOREIGN`, by the start of their URL name.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

PUBLIC, SIGNED, SIGNED_IN, OPERATOR, SUPERVISOR, ADMINISTRATOR = (
    "public",
    "signed",
    "signed_in",
    "operator",
    "supervisor",
    "administrator",
)
_LADDER = [SIGNED_IN, OPERATOR, SUPERVISOR, ADMINISTRATOR]
FOREIGN: dict[str, str] = {
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_reset_password": PUBLIC,
    "account_": SIGNED_IN,
    "mfa_authenticate": PUBLIC,  # the second step of signing in; allauth guards it by the pending login
    "mfa_": SIGNED_IN,
}


def needs(role: str) -> Callable[[Any], Any]:
    """Declare the least role for a view; roles are a ladder (operator, supervisor, administrator)."""

    def mark(view: Any) -> Any:
        view.access = role
        return view

    return mark


public = needs(PUBLIC)
signed = needs(SIGNED)


def declared(view: Any, url_name: str | None) -> str | None:
    """What a view declares, or None. REST views (with a `cls`) declare by their own `access` attribute."""
    for thing in (view, getattr(view, "cls", None), getattr(view, "view_class", None)):
        found = getattr(thing, "access", None)
        if isinstance(found, str):
            return found
    if url_name:
        for start in sorted(FOREIGN, key=len, reverse=True):
            if url_name.startswith(start):
                return FOREIGN[start]
    return None


def has_role(user: Any, role: str) -> bool:
    """Whether a signed-in user stands at least as high as `role`."""
    if not user.is_authenticated or not user.is_active:
        return False
    if role == SIGNED_IN:
        return True
    return _LADDER.index(user.role) >= _LADDER.index(role)


class DefaultDenyMiddleware:
    """Refuses every view that declares nothing, and every user who stands too low."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        role = declared(view, match.url_name if match else None)
        if role in (PUBLIC, SIGNED):
            return None
        if role is None:
            raise PermissionDenied
        if getattr(view, "cls", None) is not None:
            return None  # REST views authenticate by token, and check the role themselves
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not has_role(request.user, role):
            raise PermissionDenied
        return None
