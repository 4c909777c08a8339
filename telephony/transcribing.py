"""Callers' messages written down by a speech recogniser of the house's own choosing, if it has one.

TRANSCRIBER_URL is an address that takes a sound by POST, as the field `file` of a form beside `model`, `language` and
`response_format`, and answers JSON with `text`: what Whisper's servers and those that copy OpenAI's interface do.
Sound leaves for that address alone, and only if it is set. What comes helps to read, and never replaces the sound.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import requests
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from calls.cards import holds_card
from calls.models import Voicemail
from hotline.core.live import announce
from telephony.twilio import recordings

TRIES = 5
MOST_BYTES = 10 * 1024 * 1024
LONGEST = 4000  # characters
AT_ONCE = 20
_WORTH_IT = timedelta(days=7)  # an older message was listened to, or never will be
_PATIENCE = (3.05, 120)  # seconds to connect, and to listen through five minutes of speech
_KINDS = {"audio/mpeg": "mp3"}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Written:
    """How many messages were asked about, and how many became text."""

    asked: int = 0
    written: int = 0


class Useless(Exception):
    """The recogniser gave no text: the reason for the log."""


def due(at: datetime) -> list[Voicemail]:
    """Messages without text, the newest first; each is tried five times, waiting longer each time."""
    found = Voicemail.objects.filter(text_at=None, text_tries__lt=TRIES, left_at__gt=at - _WORTH_IT)
    found = found.filter(call__training=False).select_related("call").order_by("-left_at")
    return [each for each in found if each.text_tried_at is None or each.text_tried_at + _pause(each) < at]


def _pause(message: Voicemail) -> timedelta:
    return timedelta(minutes=message.text_tries**2)


def write_down(at: datetime) -> Written:
    """Have the messages that are due written down, at most twenty. Run twice at once, none is asked about twice."""
    if not settings.TRANSCRIBER_URL:
        return Written()
    asked = written = 0
    for message in due(at)[:AT_ONCE]:
        mine = Voicemail.objects.filter(pk=message.pk, text_at=None, text_tries=message.text_tries)
        if not mine.update(text_tries=F("text_tries") + 1, text_tried_at=timezone.now()):
            continue
        asked += 1
        try:
            text = _text_of(message)
        except (recordings.Unavailable, requests.RequestException, Useless) as trouble:
            log.warning("the message of call %s was not written down: %s", message.call_id, trouble or type(trouble))
            continue
        _keep(message, text)
        written += 1
    return Written(asked, written)


def _text_of(message: Voicemail) -> str:
    """Raises Useless, recordings.Unavailable or requests.RequestException."""
    sound = recordings.fetch(message.recording_ref)
    data = b""
    for part in sound.parts:
        data += part
        if len(data) > MOST_BYTES:
            raise Useless("the message is too long")
    name = f"message.{_KINDS.get(sound.kind, 'wav')}"
    form = {"model": settings.TRANSCRIBER_MODEL, "language": message.call.language, "response_format": "json"}
    key = settings.TRANSCRIBER_KEY
    answer = requests.post(
        settings.TRANSCRIBER_URL,
        data=form,
        files={"file": (name, data, sound.kind)},
        headers={"Authorization": f"Bearer {key}"} if key else {},
        timeout=_PATIENCE,
        allow_redirects=False,
    )
    if answer.status_code != requests.codes.ok:
        raise Useless(f"it answered {answer.status_code}")
    try:
        text = answer.json()["text"]
    except (ValueError, KeyError, TypeError) as error:
        raise Useless("it answered no JSON with a text") from error
    if not isinstance(text, str):
        raise Useless("its text is none")
    return " ".join(text.replace("\0", "").split())[:LONGEST]


def _keep(message: Voicemail, text: str) -> None:
    """Text with a card's number is not kept; the message can still be heard."""
    held = holds_card(text)
    Voicemail.objects.filter(pk=message.pk, text_at=None).update(
        text="" if held else text, text_held_card=held, text_at=timezone.now()
    )
    announce(f"call:{message.call_id}")
