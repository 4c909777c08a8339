"""The recordings of a call on its page: what there is, who heard it, and taking one away."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from calls import services
from calls.hearing import HEARD, may_hear
from calls.models import Call, Consent, Recording, Survey
from calls.queries import visible_to
from hotline.core import access
from hotline.core.models import AuditEntry
from operators.permissions import hotlines_of


@access.needs(access.SUPERVISOR)
@require_POST
def remove(request: HttpRequest, pk: uuid.UUID, recording_id: int) -> HttpResponse:
    """Take a recording away for a reason that is kept; the sound is erased at the carrier."""
    user: Any = request.user
    call = get_object_or_404(visible_to(user, list(hotlines_of(user))), pk=pk)
    found = get_object_or_404(Recording, pk=recording_id, call=call)
    try:
        services.remove_recording(found, by=user, reason=request.POST.get("reason", ""), at=timezone.now())
    except services.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The recording is removed. Nobody can hear it any more."))
    return redirect("calls:call", pk)


def recordings_of(user: Any, call: Call) -> dict[str, Any]:
    """What is shown of a call's recordings and survey. Three queries, and one more for who heard what is kept."""
    found = list(Recording.objects.filter(call=call).select_related("removed_by"))
    heard = AuditEntry.objects.select_related("by").filter(subject=f"call {call.pk}", verb=HEARD).order_by("-at")
    return {
        "consent": Consent.objects.filter(call=call).first(),
        "recordings": found,
        "survey": Survey.objects.filter(call=call).first(),
        "may_hear": bool(found) and may_hear(user, call),
        "may_remove": access.has_role(user, access.SUPERVISOR),
        "hearings": list(heard[:20]) if found else [],
    }
