"""What changes in the register, in one place for pages, API and carriers."""

from calls.arrival import Arrival, receive_call
from calls.byhand import log_by_hand
from calls.holding import hold, resume
from calls.legs import expire_legs, know_outside, outside_answered, outside_ended
from calls.lifecycle import (
    attach_hotline,
    call_ended,
    call_of,
    call_waits,
    carrier_says,
    decline,
    divert_to_voicemail,
    finish_wrap_up,
    hang_up,
    pressed,
    release,
    take_message,
)
from calls.matching import assign
from calls.notes import Conflict, end_overdue_wrap_ups, save_draft, save_note
from calls.offers import Acceptance, accept_offer, close_offer, expire_offers, know_leg, leg_ended
from calls.refusals import Refused
from calls.supervising import bring_forward, release_stuck, set_state
from calls.transfers import bring_together, cancel, complete, pass_on

__all__ = [
    "Acceptance",
    "Arrival",
    "Conflict",
    "Refused",
    "accept_offer",
    "assign",
    "attach_hotline",
    "bring_forward",
    "bring_together",
    "call_ended",
    "call_of",
    "call_waits",
    "cancel",
    "carrier_says",
    "close_offer",
    "complete",
    "decline",
    "divert_to_voicemail",
    "end_overdue_wrap_ups",
    "expire_legs",
    "expire_offers",
    "finish_wrap_up",
    "hang_up",
    "hold",
    "know_leg",
    "know_outside",
    "leg_ended",
    "log_by_hand",
    "outside_answered",
    "outside_ended",
    "pass_on",
    "pressed",
    "receive_call",
    "release",
    "release_stuck",
    "resume",
    "save_draft",
    "save_note",
    "set_state",
    "take_message",
]
