"""What changes in the register, in one place for pages, API and carriers."""

from calls.arrival import Arrival, receive_call
from calls.attending import (
    Entry,
    adjusted,
    attend,
    attendance_failed,
    attendance_leg_ended,
    came_in,
    close_overdue_attendances,
    identity_of,
    know_attendance_leg,
    let_in,
    stop,
)
from calls.blocking import block, lift_block
from calls.byhand import log_by_hand
from calls.consent import take_consent
from calls.helping import asking, call_for_help, withdraw_help
from calls.holding import hold, resume
from calls.joining import call_waits
from calls.legs import expire_legs, forgo_outside, know_outside, outside_answered, outside_ended
from calls.lifecycle import (
    attach_hotline,
    call_ended,
    call_of,
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
from calls.outgoing import call_out
from calls.plans.running import answered as answered_menu
from calls.plans.running import give_up
from calls.plans.running import keep as keep_by_plan
from calls.recording import (
    erased,
    not_carried_out,
    pause_recording,
    recording_began,
    recording_ready,
    remove_recording,
    resume_recording,
    stop_recording,
)
from calls.refusals import Refused
from calls.ringing_all import any_rings_all, ring_others
from calls.supervising import bring_forward, move_to_hotline, put_back, release_stuck, set_state
from calls.survey import answer_survey
from calls.transfers import bring_together, cancel, complete, pass_on

__all__ = [
    "Acceptance",
    "Arrival",
    "Conflict",
    "Entry",
    "Refused",
    "accept_offer",
    "adjusted",
    "answer_survey",
    "answered_menu",
    "any_rings_all",
    "asking",
    "assign",
    "attach_hotline",
    "attend",
    "attendance_failed",
    "attendance_leg_ended",
    "block",
    "bring_forward",
    "bring_together",
    "call_ended",
    "call_for_help",
    "call_of",
    "call_out",
    "call_waits",
    "came_in",
    "cancel",
    "carrier_says",
    "close_offer",
    "close_overdue_attendances",
    "complete",
    "decline",
    "divert_to_voicemail",
    "end_overdue_wrap_ups",
    "erased",
    "expire_legs",
    "expire_offers",
    "finish_wrap_up",
    "forgo_outside",
    "give_up",
    "hang_up",
    "hold",
    "identity_of",
    "keep_by_plan",
    "know_attendance_leg",
    "know_leg",
    "know_outside",
    "leg_ended",
    "let_in",
    "lift_block",
    "log_by_hand",
    "move_to_hotline",
    "not_carried_out",
    "outside_answered",
    "outside_ended",
    "pass_on",
    "pause_recording",
    "pressed",
    "put_back",
    "receive_call",
    "recording_began",
    "recording_ready",
    "release",
    "release_stuck",
    "remove_recording",
    "resume",
    "resume_recording",
    "ring_others",
    "save_draft",
    "save_note",
    "set_state",
    "stop",
    "stop_recording",
    "take_consent",
    "take_message",
    "withdraw_help",
]
