"""What changes in the register, in one place for pages, API and carriers."""

from calls.arrival import Arrival, receive_call
from calls.blocking import block, lift_block
from calls.byhand import log_by_hand
from calls.lifecycle import (
    Refused,
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
from calls.plans.running import answered as answered_menu
from calls.plans.running import give_up
from calls.plans.running import keep as keep_by_plan
from calls.supervising import bring_forward, release_stuck, set_state

__all__ = [
    "Acceptance",
    "Arrival",
    "Conflict",
    "Refused",
    "accept_offer",
    "answered_menu",
    "assign",
    "attach_hotline",
    "block",
    "bring_forward",
    "call_ended",
    "call_of",
    "call_waits",
    "carrier_says",
    "close_offer",
    "decline",
    "divert_to_voicemail",
    "end_overdue_wrap_ups",
    "expire_offers",
    "finish_wrap_up",
    "give_up",
    "hang_up",
    "keep_by_plan",
    "know_leg",
    "leg_ended",
    "lift_block",
    "log_by_hand",
    "pressed",
    "receive_call",
    "release",
    "release_stuck",
    "save_draft",
    "save_note",
    "set_state",
    "take_message",
]
