"""What a caller meets next: frozen values that a carrier's folder turns into its own words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Say:
    """A text to speak, and the language to speak it in."""

    text: str
    language: str


@dataclass(frozen=True)
class Sound:
    """A recording of ours to play instead of a text, by the name in its address, and the language spoken in it."""

    token: str
    language: str


@dataclass(frozen=True)
class Menu:
    """Say these, and wait for a key: what is pressed is the call's `number`th answer, from 1."""

    words: "tuple[Say | Sound, ...]"
    number: int


@dataclass(frozen=True)
class First:
    """Say these, then the step."""

    words: "tuple[Say | Sound, ...]"
    then: "Step"


@dataclass(frozen=True)
class Greet:
    """Say the greeting, then put the caller in the queue of the hotline."""

    words: Say
    queue: str
    price: Say | None = None  # what the call costs, said before it counts


@dataclass(frozen=True)
class Gate:
    """Ask for a key before the greeting; a machine that dials numbers presses none. `attempt` counts from 1."""

    words: Say
    attempt: int = 1


@dataclass(frozen=True)
class AskConsent:
    """Say the greeting, then that the call is recorded, and wait a little for a key before the queue."""

    greeting: Greet
    words: Say


@dataclass(frozen=True)
class Wait:
    """Keep the caller in the queue. `position` counts from 1; `expected_seconds` is None when unknown."""

    queue: str
    position: int = 0
    expected_seconds: int | None = None
    language: str = "en"
    voicemail_offered: bool = False
    callback_offered: bool = False
    says_position: bool = True
    quiet: bool = False  # nothing is said in this round
    words: "Say | Sound | None" = None  # the hotline's own


@dataclass(frozen=True)
class Leave:
    """Take the caller out of the queue: the next step follows."""


@dataclass(frozen=True)
class Connect:
    """Bring the caller to the operator, in the conference of this name, which is recorded or not."""

    conference: str
    recorded: bool = False


@dataclass(frozen=True)
class RingOutside:
    """Say these, then the tone of a telephone that rings, for a moment; what comes next is asked for again."""

    words: "tuple[Say | Sound, ...]" = ()


@dataclass(frozen=True)
class RecordVoicemail:
    words: Say | Sound


@dataclass(frozen=True)
class Close:
    """Say why nobody answers, then hang up."""

    words: Say | Sound


@dataclass(frozen=True)
class AskSurvey:
    """Ask how well the caller was helped, and wait for a key."""

    words: Say


@dataclass(frozen=True)
class Farewell:
    words: Say


@dataclass(frozen=True)
class Reject:
    """Turn the caller away unanswered and unbilled: "busy" or "rejected"."""

    reason: str


@dataclass(frozen=True)
class HangUp:
    pass


Welcome = Greet | AskConsent  # what stands before the queue
Step = (
    Welcome
    | Gate
    | Menu
    | First
    | Wait
    | Leave
    | Connect
    | RingOutside
    | RecordVoicemail
    | Close
    | AskSurvey
    | Farewell
    | Reject
    | HangUp
)
