"""The absolute addresses we give the carrier: always from PUBLIC_URL, exact, with their trailing slash."""

from functools import cache

from django.conf import settings


@cache
def base() -> str:
    return f"{settings.PUBLIC_URL}/twilio"


def next_of(call_id: object) -> str:
    return f"{base()}/next/{call_id}/"


def wait_of(call_id: object) -> str:
    return f"{base()}/wait/{call_id}/"


def key_of(call_id: object) -> str:
    return f"{base()}/wait/{call_id}/key/"


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


def outside_done_of(leg_id: object) -> str:
    return f"{base()}/outside/{leg_id}/done/"


def outside_status_of(leg_id: object) -> str:
    return f"{base()}/outside/{leg_id}/status/"


def hold() -> str:
    return f"{base()}/hold/"


def hold_music() -> str:
    return f"{settings.PUBLIC_URL}{settings.STATIC_URL}telephony/hold.wav"
