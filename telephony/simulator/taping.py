"""Recording a conference: begun when two talk, paused and stopped by REST, ready when the conference is over."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from telephony.simulator.leg import Goto, rfc2822
from telephony.simulator.recordings import Recording
from telephony.simulator.transport import Params

if TYPE_CHECKING:
    from telephony.simulator.conference import Conference

LEAST_SECONDS = 0.1  # a shorter one holds no sound
RUNNING, PAUSED, STOPPED = "in-progress", "paused", "stopped"


@dataclass(frozen=True)
class Wish:
    """That a conference be recorded, and where its recording is told of."""

    callback: Goto | None = None
    events: frozenset[str] = frozenset({"completed"})


@dataclass
class Tape:
    """One recording while it is made. `skip`: a pause leaves no gap in the sound; else it is a silence."""

    conference: "Conference"
    wish: Wish
    recording: Recording = field(init=False)
    seconds: float = 0.0
    skip: bool = False

    def __post_init__(self) -> None:
        exchange = self.conference.exchange
        self._since: datetime = exchange.clock.now()
        self.recording = Recording(
            account_sid=exchange.settings.account_sid,
            started_at=self._since,
            seconds=0,
            source="Conference",
            conference_sid=self.conference.sid,
            status=RUNNING,
        )
        exchange.keep(self.recording)
        self._tell(RUNNING)

    def hear(self, text: str) -> None:
        if self.recording.status == RUNNING:
            self.recording.words.append(text)

    def change(self, status: str, behavior: str) -> None:
        """Pause, go on, or stop for good."""
        self._count()
        self.skip = behavior == "skip"
        if status == STOPPED:
            self.finish()
        else:
            self.recording.status = status
            self.conference.exchange.keep(self.recording)

    def finish(self) -> None:
        """The sound is complete."""
        self._count()
        self.conference.tape = None
        self.recording.seconds = round(self.seconds)
        self.recording.status = "absent" if self.seconds < LEAST_SECONDS else "completed"
        self.conference.exchange.keep(self.recording)
        self._tell(self.recording.status)

    def _count(self) -> None:
        clock = self.conference.exchange.clock
        now = clock.now()
        if self.recording.status == RUNNING or not self.skip:
            self.seconds += (now - self._since).total_seconds() * clock.speed
        self._since = now

    def _tell(self, status: str) -> None:
        exchange, made = self.conference.exchange, self.recording
        if self.wish.callback is None or status not in self.wish.events:
            return
        told: Params = {
            "AccountSid": made.account_sid,
            "ConferenceSid": made.conference_sid,
            "RecordingSid": made.sid,
            "RecordingUrl": exchange.recording_url(made),
            "RecordingStatus": status,
            "RecordingChannels": "1",
            "RecordingStartTime": rfc2822(made.started_at) or "",
            "RecordingSource": made.source,
        }
        if status != RUNNING:
            told["RecordingDuration"] = str(made.seconds)
        exchange.tell_of_conference(self.conference, self.wish.callback, told)
