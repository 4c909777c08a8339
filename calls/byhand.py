"""Calls that came past the exchange, on a mobile telephone or at the counter, written into the register by hand."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from calls.journal import note_event
from calls.lifecycle import Refused
from calls.models import Call, Caller, CallEvent, Offer
from calls.numbers import classify
from hotline.core.live import announce
from lines.models import Hotline
from operators.models import Device, Operator

BY_HAND = "hand:"  # begins the reference of a call that no carrier knows
OLDEST = timedelta(days=7)


def log_by_hand(
    operator: Operator, *, hotline_id: int, caller: str = "", took_place_at: datetime, at: datetime
) -> Call:
    """Write down a call that is over, so that its note can be written as any other's. The caller's number is optional.

    It never waited, so it is in no service level; it counts as received. Raises Refused for a foreign hotline and for
    times to come or long past.
    """
    hotline = Hotline.objects.filter(pk=hotline_id, operators=operator, active=True).first()
    if hotline is None:
        raise Refused(_("Choose one of your hotlines."))
    if not at - OLDEST <= took_place_at <= at:
        raise Refused(_("The call must lie in the past seven days."))
    kind, number = classify(caller) if caller.strip() else (Call.CallerKind.WITHHELD, "")
    moment: dict[str, Any] = dict.fromkeys(
        ("arrived_at", "answered_at", "operator_left_at", "ended_at", "wrapped_at"), took_place_at
    )
    with transaction.atomic():
        call = Call.objects.create(
            carrier_ref=f"{BY_HAND}{uuid.uuid4().hex}", hotline=hotline, operator=operator, caller_number=number,
            caller_kind=kind, caller=Caller.objects.filter(number=number).first() if number else None,
            language=hotline.languages[0] if hotline.languages else "en", state=Call.State.ENDED,
            outcome=Call.Outcome.ANSWERED, ended_by="operator", **moment,
        )  # fmt: skip
        Offer.objects.create(
            call=call, operator=operator, state=Offer.State.FINISHED, device=Device.PHONE, made_at=took_place_at,
            ring_until=took_place_at, accepted_at=took_place_at, closed_at=took_place_at, reason="by hand",
        )  # fmt: skip
        note_event(call, CallEvent.Kind.ARRIVED, at=took_place_at, key="by hand", source="desk", operator=operator.pk)
        announce("calls", f"hotline:{hotline.pk}")
    return call
