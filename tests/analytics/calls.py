"""Calls for counting, in one line each."""

from datetime import timedelta
from itertools import count

from calls.models import Call

_ref = count(1)


def make_call(hotline, at, *, wait=None, talk=None, wrap=None, end="caller", greeting=5, **fields):
    """A call that arrived `greeting` seconds before `at`, joined the queue at `at`, and became what the times say.

    `talk` seconds: answered after `wait`; no talk: given up after `wait`; no wait: still waiting.
    """
    call = Call(
        carrier_ref=f"CAc{next(_ref):031d}",  # none that `tests.world.sid` will ever make
        hotline=hotline,
        arrived_at=at - timedelta(seconds=greeting),
        queued_at=at,
        state=Call.State.WAITING,
    )
    if wait is not None:
        reached = at + timedelta(seconds=wait)
        call.state, call.outcome = Call.State.ENDED, Call.Outcome.ABANDONED
        call.ended_at, call.ended_by = reached, end
        if talk is not None:
            call.answered_at, call.outcome = reached, Call.Outcome.ANSWERED
            call.ended_at = call.operator_left_at = reached + timedelta(seconds=talk)
            call.wrapped_at = call.ended_at + timedelta(seconds=wrap or 0)
    for name, value in fields.items():
        setattr(call, name, value)
    call.save()
    return call
