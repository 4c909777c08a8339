"""What REST answers look like: the field names and types of the carrier's documentation."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from telephony.simulator.conference import Conference, Participant
from telephony.simulator.exchange import Exchange
from telephony.simulator.leg import Leg, rfc2822
from telephony.simulator.numberbook import Number
from telephony.simulator.prices import price_of
from telephony.simulator.queues import Member, Queue
from telephony.simulator.recordings import Recording

Row = TypeVar("Row")
VERSION = "2010-04-01"
SUBRESOURCES = (
    *("notifications", "recordings", "payments", "events", "siprec", "streams", "transcriptions"),
    *("user_defined_message_subscriptions", "user_defined_messages"),
)


def root(exchange: Exchange) -> str:
    return f"/{VERSION}/Accounts/{exchange.settings.account_sid}"


def call(exchange: Exchange, leg: Leg) -> dict[str, Any]:
    base = f"{root(exchange)}/Calls/{leg.sid}"
    started = leg.answered_at or (leg.created_at if leg.status != "queued" else None)
    number = exchange.numbers.get(leg.to if leg.direction == "inbound" else leg.frm)
    return {
        "account_sid": leg.account_sid,
        "annotation": None,
        "answered_by": leg.answered_by or None,
        "api_version": VERSION,
        "caller_name": leg.caller_name or None,
        "date_created": rfc2822(leg.created_at),
        "date_updated": rfc2822(leg.ended_at or leg.answered_at or leg.created_at),
        "direction": leg.direction,
        "duration": None if leg.live else str(leg.duration),
        "end_time": rfc2822(leg.ended_at),
        "forwarded_from": leg.forwarded_from or None,
        "from": leg.frm,
        "from_formatted": leg.frm,
        "group_sid": None,
        "parent_call_sid": leg.parent_sid or None,
        "phone_number_sid": number.sid if number else None,
        "price": price_of(exchange, leg),
        "price_unit": "USD",
        "queue_time": "0",
        "sid": leg.sid,
        "start_time": rfc2822(started),
        "status": "queued" if leg.status == "initiated" else leg.status,
        "subresource_uris": {
            name: f"{base}/{''.join(part.title() for part in name.split('_'))}.json" for name in SUBRESOURCES
        },
        "to": leg.to,
        "to_formatted": leg.to,
        "trunk_sid": "",
        "uri": f"{base}.json",
    }


def queue(exchange: Exchange, queue: Queue) -> dict[str, Any]:
    return {
        "account_sid": exchange.settings.account_sid,
        "average_wait_time": queue.average_wait(),
        "current_size": len(queue.members),
        "date_created": rfc2822(queue.created_at),
        "date_updated": rfc2822(queue.created_at),
        "friendly_name": queue.name,
        "max_size": queue.max_size,
        "sid": queue.sid,
        "subresource_uris": {"members": f"{root(exchange)}/Queues/{queue.sid}/Members.json"},
        "uri": f"{root(exchange)}/Queues/{queue.sid}.json",
    }


def member(exchange: Exchange, queue: Queue, member: Member) -> dict[str, Any]:
    now = exchange.clock.now()
    return {
        "queue_sid": queue.sid,
        "call_sid": member.leg.sid,
        "date_enqueued": rfc2822(member.since),
        "position": queue.members.index(member) + 1 if member in queue.members else 0,
        "uri": f"{root(exchange)}/Queues/{queue.sid}/Members/{member.leg.sid}.json",
        "wait_time": round((now - member.since).total_seconds()),
    }


def conference(exchange: Exchange, conference: Conference) -> dict[str, Any]:
    base = f"{root(exchange)}/Conferences/{conference.sid}"
    return {
        "account_sid": exchange.settings.account_sid,
        "api_version": VERSION,
        "call_sid_ending_conference": conference.ended_by,
        "date_created": rfc2822(conference.created_at),
        "date_updated": rfc2822(conference.updated_at),
        "friendly_name": conference.name,
        "reason_conference_ended": conference.reason_ended,
        "region": "us1",
        "sid": conference.sid,
        "status": conference.status,
        "subresource_uris": {"participants": f"{base}/Participants.json", "recordings": f"{base}/Recordings.json"},
        "uri": f"{base}.json",
    }


def participant(exchange: Exchange, conference: Conference, participant: Participant) -> dict[str, Any]:
    leg = participant.leg
    status = {"queued": "queued", "initiated": "connecting", "ringing": "ringing", "in-progress": "connected"}
    return {
        "account_sid": exchange.settings.account_sid,
        "call_sid": leg.sid,
        "call_sid_to_coach": participant.coaching or None,
        "coaching": bool(participant.coaching),
        "conference_sid": conference.sid,
        "date_created": rfc2822(leg.created_at),
        "date_updated": rfc2822(conference.updated_at),
        "end_conference_on_exit": participant.end_on_exit,
        "hold": participant.hold,
        "label": participant.label or None,
        "muted": participant.muted,
        "queue_time": "0",
        "start_conference_on_enter": participant.start_on_enter,
        "status": status.get(leg.status, "complete"),
        "uri": f"{root(exchange)}/Conferences/{conference.sid}/Participants/{leg.sid}.json",
    }


def recording(exchange: Exchange, recording: Recording) -> dict[str, Any]:
    base = f"{root(exchange)}/Recordings/{recording.sid}"
    return {
        "account_sid": recording.account_sid,
        "api_version": VERSION,
        "call_sid": recording.call_sid or None,
        "channels": 1,
        "conference_sid": recording.conference_sid or None,
        "date_created": rfc2822(recording.started_at),
        "date_updated": rfc2822(recording.started_at),
        "duration": str(recording.seconds) if recording.over else None,
        "encryption_details": None,
        "error_code": None,
        "media_url": exchange.recording_url(recording),
        "price": None,
        "price_unit": "USD",
        "sid": recording.sid,
        "source": recording.source,
        "start_time": rfc2822(recording.started_at),
        "status": recording.status,
        "subresource_uris": {
            "add_on_results": f"{base}/AddOnResults.json",
            "transcriptions": f"{base}/Transcriptions.json",
        },
        "uri": f"{base}.json",
    }


def number(exchange: Exchange, number: Number) -> dict[str, Any]:
    return {
        "account_sid": number.account_sid,
        "address_requirements": "none",
        "address_sid": None,
        "api_version": VERSION,
        "beta": False,
        "bundle_sid": None,
        "capabilities": {"voice": True, "sms": False, "mms": False, "fax": False},
        "date_created": rfc2822(number.created_at),
        "date_updated": rfc2822(number.created_at),
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "friendly_name": number.friendly_name or number.number,
        "identity_sid": None,
        "origin": "twilio",
        "phone_number": number.number,
        "sid": number.sid,
        "sms_application_sid": "",
        "sms_fallback_method": "POST",
        "sms_fallback_url": "",
        "sms_method": "POST",
        "sms_url": "",
        "status": "in-use",
        "status_callback": number.status_callback,
        "status_callback_method": number.status_callback_method,
        "trunk_sid": None,
        "type": "local",
        "uri": f"{root(exchange)}/IncomingPhoneNumbers/{number.sid}.json",
        "voice_application_sid": "",
        "voice_caller_id_lookup": False,
        "voice_fallback_method": number.voice_fallback_method,
        "voice_fallback_url": number.voice_fallback_url or None,
        "voice_method": number.voice_method,
        "voice_receive_mode": "voice",
        "voice_url": number.voice_url or None,
    }


def page(request: web.Request, name: str, rows: list[Row], shape: Callable[[Row], dict[str, Any]]) -> web.Response:
    """One page of a list, with the addresses of its neighbours."""
    size = min(max(_whole(request.query.get("PageSize"), 50), 1), 1000)
    index = max(_whole(request.query.get("Page"), 0), 0)
    start = index * size
    shown = [shape(row) for row in rows[start : start + size]]

    def address(number: int) -> str:
        kept = [(k, v) for k, v in parse_qsl(request.query_string) if k not in ("Page", "PageSize", "PageToken")]
        return f"{request.path}?{urlencode([*kept, ('PageSize', size), ('Page', number)])}"

    return web.json_response(
        {
            name: shown,
            "first_page_uri": address(0),
            "next_page_uri": address(index + 1) if start + size < len(rows) else None,
            "previous_page_uri": address(index - 1) if index else None,
            "uri": address(index),
            "page": index,
            "page_size": size,
            "start": start,
            "end": max(start, start + len(shown) - 1),
        }
    )


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default
