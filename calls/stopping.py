"""Rings that end without being anybody's fault: somebody else answered, the caller left, the call goes elsewhere.

Where a hotline rings everybody at once these are many, and whoever answered waits for it: so all at once.
"""

from datetime import datetime

from calls import passing
from calls.models import Call, CallEvent, Instruction, Offer
from calls.news import tell
from calls.outbox import instruct_all
from calls.untaken import end_untaken
from hotline.core.live import wake_switchboard
from operators import presence
from operators.presence import Cause

TAKEN = "taken"  # the reason of a ring that ended because somebody else answered


def stop(offers: list[Offer], call: Call, *, at: datetime, reason: str, taken_by: str = "") -> None:
    """Withdraw ringing offers of one call: their operators go back to ready, or on to what they chose meanwhile, and
    keep their place in the order. `taken_by` names who answered instead.

    Call with the rows locked, the call's first.
    """
    if not offers:
        return
    Offer.objects.filter(pk__in=[each.pk for each in offers]).update(
        state=Offer.State.WITHDRAWN, closed_at=at, reason=reason
    )
    if not Offer.objects.filter(call=call, state=Offer.State.RINGING).exists():
        Call.objects.filter(pk=call.pk).update(ringing_until=None)
    cause = Cause.TAKEN if reason == TAKEN else Cause.WITHDRAWN
    presence.stop_ringing([each.operator_id for each in offers], at=at, cause=cause, detail=taken_by)
    CallEvent.objects.bulk_create([_told(each, call, at, reason) for each in offers], ignore_conflicts=True)
    for offer in offers:
        if call.handed:
            passing.target_lost(call, at=at, reason=reason, offer=offer)
        tell(call, operator_id=offer.operator_id)
    if call.is_called_out:
        end_untaken(call, at=at)
    instruct_all(Instruction.Kind.HANG_UP, call_id=call.pk, offer_ids=[each.pk for each in offers], at=at)
    wake_switchboard()


def _told(offer: Offer, call: Call, at: datetime, reason: str) -> CallEvent:
    """As `journal.note_event` writes it."""
    data = {"operator": offer.operator_id, "reason": reason}
    kind, key = CallEvent.Kind.WITHDRAWN, f"closed:{offer.pk}"
    return CallEvent(call=call, at=at, kind=kind, data=data, source="webhook", key=key)
