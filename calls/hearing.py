"""Who may hear the recordings of a call, and who heard them."""

from typing import Any

from calls.models import Call
from hotline.core import access
from operators.models import Operator

HEARD = "recording.heard"


def may_hear(user: Any, call: Call) -> bool:
    """Supervisors of the hotline; an operator what they said themselves, if the hotline lets them.

    `call` is one that the person may see.
    """
    if access.has_role(user, access.SUPERVISOR):
        return True
    own = call.hotline is not None and call.hotline.recording_heard_by_operators
    return own and Operator.objects.filter(user=user, calls=call).exists()
