"""Conferences and their participants."""

import xml.etree.ElementTree as ET
from typing import Any

from aiohttp import web

from telephony.simulator.conference import Conference, Participant
from telephony.simulator.exchange import Exchange, Refusal
from telephony.simulator.leg import Goto
from telephony.simulator.rest import shapes
from telephony.simulator.rest.calls import new_leg
from telephony.simulator.state import EXCHANGE
from telephony.simulator.taping import Tape

BUFFER_SECONDS = 5
# how a Participant's form fields are said in TwiML
_NOUN = {
    "Label": "participantLabel",
    "Muted": "muted",
    "StartConferenceOnEnter": "startConferenceOnEnter",
    "EndConferenceOnExit": "endConferenceOnExit",
    "WaitUrl": "waitUrl",
    "WaitMethod": "waitMethod",
    "MaxParticipants": "maxParticipants",
    "CallSidToCoach": "coach",
    "ConferenceStatusCallback": "statusCallback",
    "ConferenceStatusCallbackMethod": "statusCallbackMethod",
}
PARTICIPANT_EVENTS = ("initiated", "ringing", "answered", "completed")


def found(exchange: Exchange, sid: str) -> Conference:
    """A conference by its sid alone: names serve only for adding participants."""
    conference = exchange.conferences.get(sid)
    if conference is None:
        raise Refusal(404, 20404, f"The requested resource /Conferences/{sid}.json was not found")
    return conference


def _within(conference: Conference, ref: str) -> Participant:
    participant = conference.find(ref)
    if participant is None:
        raise Refusal(404, 20404, f"The requested resource /Participants/{ref}.json was not found")
    return participant


def _flag(form: Any, name: str) -> bool | None:
    return str(form[name]).lower() == "true" if name in form else None


async def listed(request: web.Request) -> web.Response:
    exchange, query = request.app[EXCHANGE], request.query
    rows = [
        one
        for one in exchange.conferences.values()
        if query.get("FriendlyName", one.name) == one.name and query.get("Status", one.status) == one.status
    ]
    rows.sort(key=lambda one: one.created_at, reverse=True)
    return shapes.page(request, "conferences", rows, lambda one: shapes.conference(exchange, one))


async def fetch(request: web.Request) -> web.Response:
    exchange = request.app[EXCHANGE]
    return web.json_response(shapes.conference(exchange, found(exchange, request.match_info["conference"])))


async def update(request: web.Request) -> web.Response:
    exchange, form = request.app[EXCHANGE], await request.post()
    conference = found(exchange, request.match_info["conference"])
    if form.get("Status") == "completed":
        conference.end("conference-ended-via-api")
    elif form.get("AnnounceUrl"):
        conference.announce(Goto(str(form["AnnounceUrl"]), str(form.get("AnnounceMethod", "POST")).upper()))
    return web.json_response(shapes.conference(exchange, conference))


def _tape(conference: Conference, sid: str) -> Tape:
    """The recording that is being made, by its sid or as the current one."""
    tape = conference.tape
    if tape is None or sid not in ("Twilio.CURRENT", tape.recording.sid):
        raise Refusal(404, 20404, f"The requested resource /Recordings/{sid}.json was not found")
    return tape


async def change_recording(request: web.Request) -> web.Response:
    """Pause, go on or stop."""
    exchange, form = request.app[EXCHANGE], await request.post()
    conference = found(exchange, request.match_info["conference"])
    status, behavior = str(form.get("Status", "")), str(form.get("PauseBehavior", "silence"))
    if status not in ("paused", "in-progress", "stopped") or behavior not in ("skip", "silence"):
        raise Refusal(400, 20001, "Status or PauseBehavior is not one of its values")
    tape = _tape(conference, request.match_info["sid"])
    tape.change(status, behavior)
    shown = {"stopped": {"status": "stopped"}}.get(status, {})
    return web.json_response(shapes.recording(exchange, tape.recording) | shown)


async def participants(request: web.Request) -> web.Response:
    exchange, query = request.app[EXCHANGE], request.query
    conference = found(exchange, request.match_info["conference"])
    rows = list(conference.participants.values())
    for name, read in (("Hold", lambda p: p.hold), ("Muted", lambda p: p.muted)):
        if name in query:
            rows = [one for one in rows if read(one) == (query[name].lower() == "true")]
    return shapes.page(request, "participants", rows, lambda one: shapes.participant(exchange, conference, one))


async def participant(request: web.Request) -> web.Response:
    exchange = request.app[EXCHANGE]
    conference = found(exchange, request.match_info["conference"])
    one = _within(conference, request.match_info["ref"])
    return web.json_response(shapes.participant(exchange, conference, one))


def _twiml(form: Any, name: str) -> str:
    """The document a new participant's leg runs: into the conference, and nothing else."""
    noun = ET.Element("Conference", {attribute: str(form[key]) for key, attribute in _NOUN.items() if key in form})
    if events := form.getall("ConferenceStatusCallbackEvent", []):
        noun.set("statusCallbackEvent", " ".join(events))
    if str(form.get("Coaching", "true")).lower() == "false":
        noun.attrib.pop("coach", None)
    noun.text = name
    response = ET.Element("Response")
    ET.SubElement(response, "Dial").append(noun)
    return ET.tostring(response, encoding="unicode")


async def add(request: web.Request) -> web.Response:
    """Call somebody into a conference, by its sid or by a name that may not exist yet."""
    exchange, form, ref = request.app[EXCHANGE], await request.post(), request.match_info["conference"]
    conference = found(exchange, ref) if ref.startswith("CF") else exchange.conference(ref)
    if conference.status == "completed":
        raise Refusal(400, 21229, "The conference is over")
    leg = new_leg(exchange, form)
    timeout = float(str(form.get("Timeout", "60"))) + BUFFER_SECONDS
    exchange.call_out(leg, Goto(twiml=_twiml(form, conference.name)), timeout)
    joining = Participant(
        leg=leg,
        label=str(form.get("Label", "")),
        muted=bool(_flag(form, "Muted")),
        start_on_enter=_flag(form, "StartConferenceOnEnter") is not False,
        end_on_exit=bool(_flag(form, "EndConferenceOnExit")),
    )
    return web.json_response(shapes.participant(exchange, conference, joining), status=201)


def _music(form: Any) -> Goto | None:
    return Goto(str(form["HoldUrl"]), str(form.get("HoldMethod", "GET")).upper()) if form.get("HoldUrl") else None


async def change(request: web.Request) -> web.Response:
    exchange, form = request.app[EXCHANGE], await request.post()
    conference = found(exchange, request.match_info["conference"])
    one = _within(conference, request.match_info["ref"])
    if (ends := _flag(form, "EndConferenceOnExit")) is not None and not one.hold:
        one.end_on_exit = ends  # has no effect while on hold
        conference.modified(one)
    if (coaching := _flag(form, "Coaching")) is not None:
        coached = str(form.get("CallSidToCoach", one.coaching))
        if coaching and conference.find(coached) is None:
            raise Refusal(400, 21241, "CallSidToCoach names no participant of this conference")
        one.coaching = coached if coaching else ""
        conference.modified(one)
    if form.get("AnnounceUrl"):
        goto = Goto(str(form["AnnounceUrl"]), str(form.get("AnnounceMethod", "POST")).upper())
        conference.announce(goto, only=one)
    conference.change(one, hold=_flag(form, "Hold"), muted=_flag(form, "Muted"), music=_music(form))
    return web.json_response(shapes.participant(exchange, conference, one))


async def remove(request: web.Request) -> web.Response:
    conference = found(request.app[EXCHANGE], request.match_info["conference"])
    conference.remove(_within(conference, request.match_info["ref"]))
    return web.Response(status=204)
