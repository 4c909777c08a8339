"""What changes in the register, in one place for pages, API and carriers."""

from calls.arrival import Arrival, receive_call
from calls.byhand import log_by_hand
from calls.consent import take_consent
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
from calls.supervising import bring_forward, release_stuck, set_state
from calls.survey import answer_survey
from calls.transfers import bring_together, cancel, complete, pass_on

__all__ = [
    "Acceptance",
    "Arrival",
    "Conflict",
    "Refused",
    "accept_offer",
    "answer_survey",
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
    "erased",
    "expire_legs",
    "expire_offers",
    "finish_wrap_up",
    "hang_up",
    "hold",
    "know_leg",
    "know_outside",
    "leg_ended",
    "log_by_hand",
    "not_carried_out",
    "outside_answered",
    "outside_ended",
    "pass_on",
    "pause_recording",
    "pressed",
    "receive_call",
    "recording_began",
    "recording_ready",
    "release",
    "release_stuck",
    "remove_recording",
    "resume",
    "resume_recording",
    "save_draft",
    "save_note",
    "set_state",
    "stop_recording",
    "take_consent",
    "take_message",
]
