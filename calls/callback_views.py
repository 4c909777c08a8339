"""The callbacks: who is to be called and by when, what was kept, and what a supervisor does about it."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from calls import callback_acts as acts
from calls import outward_alarms, promises
from calls.callbacks import NotNow
from calls.models import Callback
from hotline.core import access
from operators.chosen import chosen_hotlines
from operators.permissions import hotlines_of


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def callbacks(request: HttpRequest) -> HttpResponse:
    at, hotlines = timezone.now(), chosen_hotlines(request)
    context = {
        "at": at,
        "open": list(promises.to_be_made(hotlines)),
        "settled": list(promises.settled(hotlines, at)),
        "record": promises.record_of(hotlines, at),
        "used_up": [told for told in outward_alarms.today(hotlines, at) if told.used_up],
        "supervises": access.has_role(request.user, access.SUPERVISOR),
    }
    return render(request, "calls/callbacks.html", context)


@access.needs(access.SUPERVISOR)
@require_POST
def cancel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    return _act(request, pk, acts.cancel, _("The callback is cancelled."))


@access.needs(access.SUPERVISOR)
@require_POST
def call_now(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    return _act(request, pk, acts.call_now, _("This callback is the next of its line."))


def _act(request: HttpRequest, pk: uuid.UUID, act: Callable[..., None], done: str) -> HttpResponse:
    callback = _find(request, pk)
    try:
        act(callback.pk, by=request.user, at=timezone.now())
    except NotNow as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("callbacks:callbacks")


@access.needs(access.OPERATOR)
@require_POST
def handled(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Somebody saw to a person who was not reached. From the desk, the line there goes."""
    acts.handled(_find(request, pk).pk, by=request.user, at=timezone.now())
    return HttpResponse() if request.headers.get("HX-Request") else redirect("callbacks:callbacks")


def _find(request: HttpRequest, pk: uuid.UUID) -> Callback:
    user: Any = request.user
    return get_object_or_404(Callback, pk=pk, hotline__in=hotlines_of(user))
