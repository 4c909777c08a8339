"""Conferences: who is in, who hears whom, who hears music, and what the application is told."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from telephony.simulator.engine import MUSIC_VERBS, Hangup, Leave, Program
from telephony.simulator.leg import FINAL, Goto, Leg, new_sid, rfc2822
from telephony.simulator.taping import Tape, Wish
from telephony.simulator.transport import Params

if TYPE_CHECKING:
    from telephony.simulator.exchange import Exchange


@dataclass
class Participant:
    """One leg in a conference, and how it takes part."""

    leg: Leg
    label: str = ""
    muted: bool = False
    hold: bool = False
    coaching: str = ""  # the CallSid that alone hears this one
    start_on_enter: bool = True
    end_on_exit: bool = False
    wait: Goto | None = None
    silent_wait: bool = False
    hold_music: Goto | None = None
    gone: "asyncio.Future[str]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    music: "asyncio.Task[None] | None" = None
    hears: str | None = None  # music: "wait" or "hold", "" for the others, None before anything is heard

    @property
    def plays(self) -> bool:
        """Whether this one hears music: while alone or on hold, for as long as there is something to play."""
        if not self.hears or (self.silent_wait and self.hears == "wait"):
            return False
        return self.music is None or not self.music.done()

    def facts(self) -> Params:
        told = {
            "CallSid": self.leg.sid,
            "Muted": str(self.muted).lower(),
            "Hold": str(self.hold).lower(),
            "Coaching": str(bool(self.coaching)).lower(),
            "EndConferenceOnExit": str(self.end_on_exit).lower(),
            "StartConferenceOnEnter": str(self.start_on_enter).lower(),
        }
        return {**told, **({"ParticipantLabel": self.label} if self.label else {})}


class Conference:
    """One conference, from its first participant to its last."""

    def __init__(self, exchange: "Exchange", name: str) -> None:
        self.exchange, self.name = exchange, name
        self.sid = new_sid("CF")
        self.status = "init"
        self.created_at = self.updated_at = exchange.clock.now()
        self.participants: dict[str, Participant] = {}
        self.callback: Goto | None = None
        self.events: frozenset[str] = frozenset()
        self.sequence = 0
        self.fixed = False
        self.cookies: Params = {}
        self.chain: asyncio.Task[None] | None = None
        self.taping: Wish | None = None
        self.tape: Tape | None = None
        self.reason_ended: str | None = None
        self.ended_by: str | None = None

    def subscribe(self, callback: Goto | None, events: str, taping: Wish | None = None) -> None:
        """The first participant fixes where events go and whether it is recorded; later wishes are ignored."""
        if not self.fixed:
            self.fixed, self.callback, self.taping = True, callback, taping
            self.events = frozenset(events.split()) or frozenset({"start", "end", "join", "leave"})

    def find(self, ref: str) -> Participant | None:
        """A participant by CallSid or label."""
        return self.participants.get(ref) or next((p for p in self.participants.values() if p.label == ref), None)

    # --- telling ------------------------------------------------------------------------------------

    def _tell(self, group: str, event: str, facts: Params) -> None:
        self.updated_at = self.exchange.clock.now()
        self.exchange.journal.conference(self)
        self.exchange.publish({"kind": "conference", "event": event, "conference": self.sid, "name": self.name})
        if self.callback is None or group not in self.events:
            return
        self.sequence += 1
        told = {
            "ConferenceSid": self.sid,
            "FriendlyName": self.name,
            "AccountSid": self.exchange.settings.account_sid,
            "SequenceNumber": str(self.sequence),
            "Timestamp": rfc2822(self.exchange.clock.now()) or "",
            "StatusCallbackEvent": event,
            **facts,
        }
        self.exchange.tell_of_conference(self, self.callback, told)

    # --- coming and going ---------------------------------------------------------------------------

    def join(self, participant: Participant) -> None:
        """Come in. The conference starts with the second participant, if anybody present may start it."""
        self.participants[participant.leg.sid] = participant
        participant.leg.peers = lambda: self.hearers(participant)
        participant.leg.speakers = lambda: self.speakers(participant)
        participant.leg.overheard = lambda text: self.overhear(participant, text)
        participant.leg.room_music = lambda: participant.plays
        self._tell("join", "participant-join", participant.facts())
        present = self.participants.values()
        if self.status == "init" and len(present) > 1 and any(one.start_on_enter for one in present):
            self.status = "in-progress"
            self._tell("start", "conference-start", {})
            if self.taping is not None:
                self.tape = Tape(self, self.taping)
        self.refresh()

    async def attend(self, participant: Participant) -> str:
        """Take part until one leaves, is removed or the conference ends; returns the reason."""
        self.join(participant)
        reason = "participant_hung_up"
        try:
            reason = await asyncio.shield(participant.gone)
        except asyncio.CancelledError:
            if isinstance(participant.leg.interruption, Goto):
                reason = "participant_updated_via_api"
            raise
        finally:
            self.leave(participant, reason)
        return reason

    def leave(self, participant: Participant, reason: str) -> None:
        """Go out, and take the conference down if that is how it was set."""
        if self.participants.pop(participant.leg.sid, None) is None:
            return
        participant.leg.peers = participant.leg.speakers = list
        participant.leg.overheard = participant.leg.room_music = None
        if participant.music is not None:
            participant.music.cancel()
        status = participant.leg.status if participant.leg.status in FINAL else "in-progress"
        if reason == "participant_hung_up":
            status = "completed"
        told = {**participant.facts(), "ParticipantCallStatus": status, "ReasonParticipantLeft": reason}
        self._tell("leave", "participant-leave", told)
        if self.status == "completed":
            return
        if participant.end_on_exit:
            how = "kicked" if reason == "participant_updated_via_api" else "left"
            self.end(f"participant-with-end-conference-on-exit-{how}", participant)
        elif not self.participants:
            how = "kicked" if reason == "participant_updated_via_api" else "left"
            self.end(f"last-participant-{how}", participant)

    def end(self, reason: str, by: Participant | None = None) -> None:
        """It is over for everybody; each goes on with the TwiML after its Dial."""
        if self.status == "completed":
            return
        self.status, self.reason_ended = "completed", reason
        self.ended_by = by.leg.sid if by else None
        word = "conference_ended_via_api" if reason == "conference-ended-via-api" else "moderator_ended_conference"
        for participant in list(self.participants.values()):
            if not participant.gone.done():
                participant.gone.set_result(word)
            self.leave(participant, word)
        told = {"ReasonConferenceEnded": reason, "Reason": reason.replace("-", " ")}
        if by is not None:
            told |= {"CallSidEndingConference": by.leg.sid, "ParticipantLabelEndingConference": by.label}
        self._tell("end", "conference-end", told)
        if self.tape is not None:
            self.tape.finish()

    def remove(self, participant: Participant) -> None:
        """Kicked out by REST; the leg goes on with the TwiML after its Dial."""
        if not participant.gone.done():
            participant.gone.set_result("participant_updated_via_api")

    # --- changing -----------------------------------------------------------------------------------

    def change(self, participant: Participant, *, hold: bool | None, muted: bool | None, music: Goto | None) -> None:
        if hold is not None and hold != participant.hold:
            participant.hold, participant.hold_music = hold, music
            self._tell("hold", "participant-hold" if hold else "participant-unhold", participant.facts())
        if muted is not None and muted != participant.muted:
            participant.muted = muted
            self._tell("mute", "participant-mute" if muted else "participant-unmute", participant.facts())
        self.refresh()

    def modified(self, participant: Participant) -> None:
        self._tell("modify", "participant-modify", participant.facts())

    def announce(self, goto: Goto, only: Participant | None = None) -> None:
        """Everybody, or one, hears a document."""
        listeners = [only] if only else list(self.participants.values())
        self.exchange.spawn(self._announced(goto, listeners))

    async def _announced(self, goto: Goto, listeners: list[Participant]) -> None:
        await asyncio.gather(*(self._play(listener, goto) for listener in listeners), return_exceptions=True)
        self._tell("announcement", "announcement-end", {"ReasonAnnouncementFailed": ""})

    # --- hearing ------------------------------------------------------------------------------------

    def hearers(self, speaker: Participant) -> list[Leg]:
        """Whose ears a participant's words reach."""
        if self.status != "in-progress" or speaker.muted or speaker.hold:
            return []
        others = [one for one in self.participants.values() if one is not speaker and not one.hold]
        if speaker.coaching:
            others = [one for one in others if one.leg.sid == speaker.coaching]
        return [one.leg for one in others]

    def speakers(self, listener: Participant) -> list[Leg]:
        """Whose words reach a participant's ear."""
        others = (one for one in self.participants.values() if one is not listener)
        return [one.leg for one in others if listener.leg in self.hearers(one)]

    def overhear(self, speaker: Participant, text: str) -> None:
        """What is said to all goes onto the recording, if there is one."""
        if self.tape is not None and not (speaker.muted or speaker.hold or speaker.coaching):
            self.tape.hear(text)

    def refresh(self) -> None:
        """Give each participant the music its state asks for, or take it away."""
        for participant in self.participants.values():
            wanted = "hold" if participant.hold else ("wait" if self.status == "init" else "")
            if wanted == participant.hears:
                continue
            participant.hears = wanted
            if participant.music is not None:
                participant.music.cancel()
                participant.music = None
            if not wanted:
                self.exchange.joined(participant.leg, self.name)
                continue
            goto = participant.hold_music if participant.hold else participant.wait
            if goto is not None:
                participant.music = self.exchange.spawn(self._play(participant, goto))
            elif not (participant.silent_wait and wanted == "wait"):
                self.exchange.hear(participant.leg, "play", "hold music")

    async def _play(self, participant: Participant, goto: Goto) -> None:
        program = Program(self.exchange, participant.leg, allowed=MUSIC_VERBS, extra=self._music_facts)
        try:
            await program.run(goto)
        except (Hangup, Leave):
            return

    def _music_facts(self) -> Params:
        return {"ConferenceSid": self.sid, "FriendlyName": self.name}
