"""Fetching what a caller recorded from the carrier, for somebody who may hear it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings
from django.utils import timezone
from twilio.base.exceptions import TwilioRestException

from calls import services
from calls.models import Call, CallEvent, Recording
from telephony.twilio.client import client

_REF = re.compile(r"RE[0-9a-fA-F]{32}")
_KINDS = {"audio/wav", "audio/x-wav", "audio/mpeg"}
_HOSTS = (".twilio.com", ".twiliocdn.com")  # where the carrier keeps sound; it may send us on once or twice
_HOPS = 3
_CHUNK = 65_536


class Unavailable(Exception):
    """The recording cannot be had from the carrier now, or is there no more."""


@dataclass(frozen=True)
class Sound:
    """A recording on its way: its type, its length in bytes where the carrier says it, and its parts."""

    kind: str
    length: str
    parts: Iterator[bytes]


def fetch(recording_ref: str) -> Sound:
    """The sound of one of our account's recordings.

    The address is made from our own settings, never taken from a webhook, and redirects lead to the carrier's hosts
    alone. Raises Unavailable; nothing waits longer than CARRIER_TIMEOUT_SECONDS for the carrier's next word.
    """
    if not _REF.fullmatch(recording_ref):
        raise Unavailable("no name of a recording")
    account = settings.TWILIO_ACCOUNT_SID
    url = f"{settings.TWILIO_API_URL}/2010-04-01/Accounts/{account}/Recordings/{recording_ref}"
    try:
        answer = _get(url)
    except requests.RequestException as error:
        raise Unavailable(error.__class__.__name__) from error
    kind = answer.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if answer.status_code != requests.codes.ok or kind not in _KINDS:
        answer.close()
        raise Unavailable(f"{answer.status_code} {kind}")
    return Sound(kind, answer.headers.get("Content-Length", ""), answer.iter_content(_CHUNK))


def erase(recording_id: int) -> None:
    """Delete a recording's sound at the carrier, then its name here. Gone already is as good; may be repeated.

    Raises what the carrier raises.
    """
    ref = Recording.objects.filter(pk=recording_id, erased_at=None).values_list("recording_ref", flat=True).first()
    if ref is None:
        return
    try:
        client().recordings(ref).delete()
    except TwilioRestException as error:
        if error.status != requests.codes.not_found:
            raise
    services.erased(recording_id, at=timezone.now())


def made_of(call: Call) -> list[dict[str, Any]]:
    """What the carrier recorded of a call, as `services.recording_ready` takes it. Raises what the carrier raises."""
    met = CallEvent.objects.filter(call=call, kind=CallEvent.Kind.CONNECTED).values_list("data__conference", flat=True)
    rooms = {room for room in met if room}
    made = [(room, each) for room in rooms for each in client().conferences(room).recordings.list(limit=20)]
    return [
        {
            "recording_ref": each.sid,
            "conference_ref": room,
            "seconds": int(each.duration or 0),
            "absent": each.status == "absent",
            "started_at": each.start_time or each.date_created,
        }
        for room, each in made
        if each.status in ("completed", "absent")
    ]


def _get(url: str) -> requests.Response:
    """Ask, and follow the carrier's redirects by hand; only the first address is told who we are."""
    credentials: tuple[str, str] | None = (settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
    for _hop in range(_HOPS):
        answer = requests.get(
            url, auth=credentials, stream=True, timeout=settings.CARRIER_TIMEOUT_SECONDS, allow_redirects=False
        )
        if not answer.is_redirect:
            return answer
        answer.close()
        url, credentials = urljoin(url, answer.headers["Location"]), None
        target = urlsplit(url)
        if target.scheme != "https" or not (target.hostname or "").endswith(_HOSTS):
            raise Unavailable("a redirect away from the carrier")
    raise Unavailable("too many redirects")
