"""An operator in a conversation calls for a supervisor. It ends when one comes, or with the conversation."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from calls import parting
from calls.journal import note_event
from calls.lifecycle import Refused
from calls.models import Call, CallEvent, CallForHelp, Offer
from hotline.core.audit import record
from hotline.core.live import announce


def call_for_help(call_id: uuid.UUID, *, operator_id: int, by: Any, at: datetime) -> None:
    """Tell the supervisors of the hotline; asked twice it is one call. Raises Refused where nobody talks."""
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=call_id)
        if not Offer.objects.filter(call=call, operator_id=operator_id, state=Offer.State.ACCEPTED).exists():
            raise Refused(_("You do not talk in this call."))
        asked, new = CallForHelp.objects.get_or_create(
            call=call, ended_at=None, defaults={"operator_id": operator_id, "asked_at": at}
        )
        if not new:
            return
        Call.objects.filter(pk=call.pk).update(supervised=True)
        key = f"help:{asked.pk}"
        note_event(call, CallEvent.Kind.HELP, at=at, key=key, source="desk", what="asked", operator=operator_id)
        record(by=by, verb="call.help_asked", subject=f"call {call.pk}", operator=operator_id)
        announce(parting.HELP_TOPIC, "board", f"call:{call.pk}", f"operator:{operator_id}")


def withdraw_help(call_id: uuid.UUID, *, by: Any, at: datetime) -> None:
    """Nobody needs to come any more."""
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=call_id)
        if parting.end_help(call, at=at, reason="withdrawn"):
            record(by=by, verb="call.help_withdrawn", subject=f"call {call.pk}")


def asking(hotline_ids: Iterable[int]) -> "QuerySet[CallForHelp]":
    """Who calls for help now on these hotlines, longest first."""
    asked = CallForHelp.objects.filter(ended_at__isnull=True, call__hotline__in=hotline_ids)
    return asked.select_related("call__hotline", "operator").order_by("asked_at")
