"""What must hold when all have hung up and the switchboard and reconciliation had their time."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

from calls import callbacks, reconciliation
from calls.models import Attendance, Call, CallEvent, CallForHelp, Instruction, Offer, Transfer
from operators.models import Operator

REACHED: Counter[str] = Counter()  # what became of calls and offers, so that it is seen that everything was tried
OFTEN = {
    *("answered", "abandoned", "voicemail", "closed", "rejected", "mended"),
    *("finished", "declined", "missed", "withdrawn"),
    *("callback", "called for help"),
}
EVERYTHING = OFTEN | {  # in some two thousand steps
    "unreached",
    *(f"{kind} transfer {state}" for kind in ("cold", "warm") for state in ("done", "failed")),
    *("warm transfer cancelled", "took over", "caller left", "operator left"),
}


class AtRest:
    """Mixed into the machine, which has `carrier`."""

    carrier: Any
    _sweep: Any
    no_more_callbacks: Any

    def come_to_rest(self) -> None:
        """Everybody hangs up, nothing is lost any more, the switchboard and reconciliation have their time."""
        carrier = self.carrier
        carrier.calm = True
        self.no_more_callbacks()
        for _ in range(6):
            for caller in list(carrier.callers):
                carrier.end(caller)
            for leg in list(carrier.legs):
                carrier.end_leg(leg)
            while carrier.work():
                pass
            carrier.at += timedelta(seconds=30)
            self._sweep()
            self.no_more_callbacks()
        while carrier.late:
            carrier.late.pop()()
        reconciliation.compare(carrier.listed(), at=carrier.at)
        while carrier.work():
            pass
        self._agrees()
        assert reconciliation.compare(carrier.listed(), at=carrier.at).writes == 0  # a second pass changes nothing

    def _agrees(self) -> None:
        calls = list(Call.objects.all())
        refs = {call.carrier_ref for call in calls if not call.carrier_ref.startswith(callbacks.PLACEHOLDER)}
        assert refs == {each.ref for each in self.carrier.callers}
        assert all(call.ended_at and call.outcome for call in calls)
        assert not Offer.objects.filter(state__in=["ringing", "accepted"]).exists()
        assert not Operator.objects.filter(state__in=["ringing", "on_call"]).exists()
        assert not Instruction.objects.exclude(state__in=["done", "failed"]).exists()
        REACHED.update(call.outcome for call in calls)
        REACHED.update(Offer.objects.values_list("state", flat=True))
        REACHED["mended"] += sum(call.recovered for call in calls)
        REACHED["called back"] += sum(call.is_outgoing and call.outcome == "answered" for call in calls)
        REACHED.update(f"{kind} transfer {state}" for kind, state in Transfer.objects.values_list("kind", "state"))
        REACHED.update(Attendance.objects.values_list("reason", flat=True))
        REACHED["called for help"] += CallForHelp.objects.count()
        for call in calls:
            assert call.is_outgoing or (call.outcome == "answered") == (call.operator_id is not None)
            assert CallEvent.objects.filter(call=call, kind="ended").count() == 1
            self._in_order(call)

    def _in_order(self, call: Call) -> None:
        """Times stand in the order of a call's life, but for the whole seconds of the carrier's list, and for a place in the
        line that was kept from an earlier call."""
        queued = max(call.queued_at, call.arrived_at) if call.queued_at else None
        moments = [call.arrived_at, queued, call.answered_at, call.ended_at]
        known = [each for each in moments if each is not None]
        assert all(later - earlier > timedelta(seconds=-1) for earlier, later in pairwise(known))
