"""The absolute addresses we give the carrier: always from PUBLIC_URL, exact, with their trailing slash."""

from functools import cache

from django.conf import settings


@cache
def base() -> str:
    return f"{settings.PUBLIC_URL}/twilio"


def next_of(call_id: object) -> str:
    return f"{base()}/next/{call_id}/"


def gate_of(call_id: object, attempt: int) -> str:
    return f"{base()}/gate/{call_id}/{attempt}/"


def menu_of(call_id: object, number: int) -> str:
    return f"{base()}/menu/{call_id}/{number}/"


def sound_of(token: str) -> str:
    return f"{settings.PUBLIC_URL}/audio/{token}/"


def wait_of(call_id: object) -> str:
    return f"{base()}/wait/{call_id}/"


def key_of(call_id: object) -> str:
    return f"{base()}/wait/{call_id}/key/"


def callback_of(call_id: object) -> str:
    return f"{base()}/callback/{call_id}/"


def callback_key_of(call_id: object) -> str:
    return f"{base()}/callback/{call_id}/key/"


def callback_status_of(call_id: object) -> str:
    return f"{base()}/callback/{call_id}/status/"


def callback_number_of(call_id: object) -> str:
    return f"{base()}/wait/{call_id}/number/"


def callback_confirm_of(call_id: object) -> str:
    return f"{base()}/wait/{call_id}/confirm/"


def fallback() -> str:
    return f"{base()}/fallback/"


def recording_of(call_id: object) -> str:
    return f"{base()}/recording/{call_id}/"


def consent_of(call_id: object) -> str:
    return f"{base()}/consent/{call_id}/"


def survey_of(call_id: object) -> str:
    return f"{base()}/survey/{call_id}/"


def recorded_of(call_id: object) -> str:
    return f"{base()}/recorded/{call_id}/"


def conference_of(call_id: object) -> str:
    return f"{base()}/conference/{call_id}/"


def operator_of(offer_id: object) -> str:
    return f"{base()}/operator/{offer_id}/"


def operator_key_of(offer_id: object) -> str:
    return f"{base()}/operator/{offer_id}/key/"


def operator_done_of(offer_id: object) -> str:
    return f"{base()}/operator/{offer_id}/done/"


def operator_status_of(offer_id: object) -> str:
    return f"{base()}/operator/{offer_id}/status/"


def outside_of(leg_id: object) -> str:
    return f"{base()}/outside/{leg_id}/"


def outside_key_of(leg_id: object) -> str:
    return f"{base()}/outside/{leg_id}/key/"


def outside_done_of(leg_id: object) -> str:
    return f"{base()}/outside/{leg_id}/done/"


def outside_status_of(leg_id: object) -> str:
    return f"{base()}/outside/{leg_id}/status/"


def supervisor_of(attendance_id: object) -> str:
    return f"{base()}/supervisor/{attendance_id}/"


def test_of(call_id: object) -> str:
    return f"{base()}/test/{call_id}/"


def hold() -> str:
    """What plays on hold is asked for once and its failure is silence, so the carrier is told to ask again."""
    return f"{base()}/hold/#rc=3&rp=all"


def ringing_tone() -> str:
    return f"{settings.PUBLIC_URL}{settings.STATIC_URL}telephony/ring.wav"


def hold_music() -> str:
    return f"{settings.PUBLIC_URL}{settings.STATIC_URL}telephony/hold.wav"
