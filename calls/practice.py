"""Test calls: how one is told from a caller's, and what it never does.

A test call takes the way of every call, and is marked by `Call.training`. It is offered to nobody, takes no line of its
number, moves no place in a queue, costs nothing and stands in no figure; what concerns callers is asked of
`Call.objects.filter(training=False)`. Two kinds exist: one that comes in is the canary's (telephony/canary.py), and the
carrier knows nothing of it; one that goes out rings somebody's own telephone (telephony/own_telephone.py).
"""

from django.core.signing import Signer
from django.utils.crypto import constant_time_compare

MARK = "HotlineTestCall"  # a parameter beside the carrier's own
PLACEHOLDER = "test:"  # before the reference of an outgoing test call that the carrier does not know yet
_SALT = "calls.practice"


def mark(carrier_ref: str) -> str:
    """What says of the call with this reference that it is a test. Only we can make it."""
    return Signer(salt=_SALT).signature(carrier_ref)


def is_test(carrier_ref: str, given: str) -> bool | None:
    """Whether a call that arrives is a test: False without a mark, None with one that is not ours.

    Nobody knows what to make of the last: it must not reach an operator, and must not vanish from the figures either.
    """
    if not given:
        return False
    return True if constant_time_compare(given, mark(carrier_ref)) else None
