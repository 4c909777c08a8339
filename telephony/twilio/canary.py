"""A caller of our own: calls a number through the public address, signed as the carrier signs, and does as it is told.

No carrier is asked and nothing is billed: the requests are those that the carrier would make, and what is answered is
held against what the carrier would accept.
"""

import secrets
import time
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings

from calls import gates, practice
from calls.steps import Say, Sound
from telephony.twilio import addresses, signature
from telephony.twilio.twiml import spoken_in, voice_of

ANSWER_SECONDS = 5.0  # a caller hears nothing for so long at most
_CONNECT_SECONDS = 3.0
_MOST_BYTES = 64 * 1024
_MOST_STEPS = 30  # a menu asks again a few times
_VERBS = {
    "Say": {"language", "voice"},
    "Play": {"loop"},
    "Gather": {"numDigits", "timeout", "action", "method", "actionOnEmptyResult", "finishOnKey"},
    "Record": {"maxLength", "timeout", "playBeep", "action", "method", "recordingStatusCallback",
               "recordingStatusCallbackMethod"},
    "Enqueue": {"action", "method", "waitUrl", "waitUrlMethod"},
    "Redirect": {"method"},
    "Leave": set(), "Hangup": set(), "Reject": {"reason"},
}  # fmt: skip
_NESTED = {"Gather": {"Say", "Play"}}
_ADDRESSES = ("action", "waitUrl", "recordingStatusCallback")
Fault = dict[str, Any]


class Broken(Exception):
    """The call cannot go on; `fault` says why."""

    def __init__(self, what: str, **facts: Any) -> None:
        super().__init__(what)
        self.fault: Fault = {"what": what, **facts}


@dataclass
class CanaryCaller:
    """One call. `dial` follows it as far as a caller could come alone, `hang_up` ends it; `budget` is in seconds."""

    number: str
    budget: float = 20.0
    sid: str = field(default_factory=lambda: f"CA{secrets.token_hex(16)}")
    reached: str = ""
    seconds: float | None = None
    heard: list[Say | Sound] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _queue: str = ""  # where the carrier would ask when the caller leaves the queue
    _began: float = field(default_factory=time.monotonic)

    def dial(self) -> None:
        """Raises nothing: whatever goes wrong stands in `faults`."""
        try:
            began = time.monotonic()
            document = self._post(f"{settings.PUBLIC_URL}/twilio/voice/", CallStatus="ringing")
            self.seconds = time.monotonic() - began
            for _step in range(_MOST_STEPS):
                following = self._obey(document)
                if following is None:
                    return
                document = following
            raise Broken("endless")
        except Broken as broken:
            self.faults.append(broken.fault)

    def hang_up(self) -> None:
        """As the carrier tells that a caller has hung up: the queue's end, then the status."""
        over = {"busy": "busy", "rejected": "no-answer"}.get(self.reached, "completed")
        try:
            if self._queue:
                self._post(self._queue, CallStatus=over, QueueResult="hangup", QueueTime="1")
            status = f"{settings.PUBLIC_URL}/twilio/status/"
            self._post(status, document=False, CallStatus=over, CallDuration="1", SequenceNumber="0")
        except Broken as broken:
            self.faults.append(broken.fault)

    # --- doing as one is told
    def _obey(self, document: ET.Element) -> ET.Element | None:
        """The next document, or None where a caller would stay."""
        for verb in document:
            if verb.tag in ("Say", "Play"):
                self._hear(verb)
            elif verb.tag == "Gather":
                for each in verb:
                    self._hear(each)
                return self._post(verb.get("action", ""), Digits=_key(verb.get("action", "")))
            elif verb.tag == "Redirect":
                return self._post((verb.text or "").strip())
            elif verb.tag == "Enqueue":
                return self._wait(verb)
            elif verb.tag == "Record":
                self.reached = "voicemail"
                return None
            elif verb.tag == "Reject":
                self.reached = "busy" if verb.get("reason") == "busy" else "rejected"
                return None
            else:
                break
        self.reached = "goodbye"
        return None

    def _wait(self, verb: ET.Element) -> ET.Element | None:
        """Into the queue; on, if it says to leave at once."""
        self._queue = verb.get("action", "")
        music = self._post(verb.get("waitUrl", ""), QueuePosition="1", QueueSid=f"QU{self.sid[2:]}", QueueTime="0")
        if any(each.tag == "Leave" for each in music):
            where, self._queue = self._queue, ""
            return self._post(where, QueueResult="leave", QueueTime="1")
        for sound in music.iter("Play"):
            self._fetch((sound.text or "").strip())
        self.reached = "queue"
        return None

    def _hear(self, verb: ET.Element) -> None:
        text = (verb.text or "").strip()
        if verb.tag == "Play":
            self._fetch(text)
            self.heard.append(Sound(urlsplit(text).path.rstrip("/").rpartition("/")[2], ""))
        else:
            self.heard.append(Say(text, verb.get("language", "")))

    # --- the wire
    def _post(self, where: str, *, document: bool = True, **more: str) -> ET.Element:
        """Ask an address as the carrier does, and give what it answers. Raises Broken."""
        if not where.startswith(f"{settings.PUBLIC_URL}/"):
            raise Broken("foreign", url=where[:200])
        form = self._form(**more)
        signed = signature.sign(where, form.items(), (signature.tokens() or [""])[0])
        answer = self._ask("POST", where, data=form, headers={"X-Twilio-Signature": signed})
        if answer.status_code == 403:
            raise Broken("refused", url=where)
        if answer.status_code not in ((200,) if document else (200, 204)):
            raise Broken("status", url=where, status=answer.status_code)
        return _read(answer, where) if document else ET.Element("Response")

    def _form(self, **more: str) -> dict[str, str]:
        country = {f"{end}{part}": "" for end in ("From", "To") for part in ("City", "State", "Zip", "Country")}
        form = {
            "AccountSid": settings.TWILIO_ACCOUNT_SID, "ApiVersion": "2010-04-01", "CallSid": self.sid,
            "CallStatus": "in-progress", "Direction": "inbound", "From": "anonymous", "Caller": "anonymous",
            "To": self.number, "Called": self.number, practice.MARK: practice.mark(self.sid),
        }  # fmt: skip
        return form | country | more

    def _fetch(self, where: str) -> None:
        """A sound that the carrier would play must be there."""
        answer = self._ask("GET", urljoin(f"{settings.PUBLIC_URL}/", where), stream=True)
        answer.close()
        if answer.status_code != 200 or not answer.headers.get("Content-Type", "").startswith("audio/"):
            self.faults.append({"what": "sound", "url": where[:200], "status": answer.status_code})

    def _ask(self, method: str, where: str, **how: Any) -> requests.Response:
        left = self.budget - (time.monotonic() - self._began)
        if left <= 0:
            raise Broken("slow", seconds=self.budget)
        limits = (min(_CONNECT_SECONDS, left), min(ANSWER_SECONDS, left))
        began = time.monotonic()
        try:
            answer = requests.request(method, where, timeout=limits, allow_redirects=False, **how)
        except requests.Timeout:
            raise Broken("late", url=where, seconds=ANSWER_SECONDS) from None
        except (requests.RequestException, ValueError) as error:
            raise Broken("unreachable", url=where, error=error.__class__.__name__) from None
        if (took := time.monotonic() - began) > ANSWER_SECONDS:
            self.faults.append({"what": "late", "url": where, "seconds": round(took, 1)})
        return answer


def _key(action: str) -> str:
    """What is pressed: the key that a gate asks for, else nothing, as by a caller who waits and listens."""
    parts = urlsplit(action).path.strip("/").split("/")
    if action.startswith(f"{settings.PUBLIC_URL}/twilio/gate/") and len(parts) > 2:
        try:
            return gates.key_of(uuid.UUID(parts[2]))
        except ValueError:
            return ""
    return ""


def _read(answer: requests.Response, where: str) -> ET.Element:
    """The document, if the carrier could use it. Raises Broken."""
    body = answer.content
    if len(body) > _MOST_BYTES or b"<!DOCTYPE" in body[:2048] or b"<!ENTITY" in body:
        raise Broken("not_twiml", url=where, why="too large, or with a DTD")
    if "xml" not in answer.headers.get("Content-Type", ""):
        raise Broken("not_twiml", url=where, why=answer.headers.get("Content-Type", "")[:60])
    try:
        root = ET.fromstring(body)  # noqa: S314 - documents with a DTD are refused above
    except ET.ParseError as error:
        raise Broken("not_twiml", url=where, why=str(error)) from None
    if wrong := next(lint(root), ""):
        raise Broken("lint", url=where, why=wrong)
    return root


def lint(root: ET.Element) -> Iterator[str]:
    """What the carrier would stumble over: elements, nesting, attributes, addresses and voices."""
    if root.tag != "Response":
        yield f"<{root.tag}>"
    for verb in root:
        yield from _lint(verb, set(_VERBS))


def _lint(verb: ET.Element, allowed: set[str]) -> Iterator[str]:
    if verb.tag not in allowed:
        yield f"<{verb.tag}>"
        return
    for name, value in verb.attrib.items():
        if name not in _VERBS[verb.tag]:
            yield f"<{verb.tag} {name}>"
        elif name in _ADDRESSES and not value.startswith(("https://", "http://")):
            yield f'<{verb.tag} {name}="{value}">'
    if verb.tag == "Say" and voice_of(verb.get("language", "")) != verb.get("voice"):
        yield f'<Say language="{verb.get("language")}" voice="{verb.get("voice")}">'
    for child in verb:
        yield from _lint(child, _NESTED.get(verb.tag, set()))


def said(words: Say | Sound) -> Say | Sound:
    """Words of ours as such a caller hears them, to be compared."""
    if isinstance(words, Sound):
        return Sound(urlsplit(addresses.sound_of(words.token)).path.rstrip("/").rpartition("/")[2], "")
    return Say(words.text.strip(), spoken_in(words.language)[0])
