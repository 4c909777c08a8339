"""The front door: everyone starts on the page of their work."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from hotline.core import access


@access.needs(access.SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """Operators to their desk, supervisors and administrators to the wallboard."""
    if access.has_role(request.user, access.SUPERVISOR):
        return redirect("desk:board")
    return redirect("desk:desk")
