"""Our steps in the carrier's words. Built as text: a ready string costs a hundredth of the library's builder."""

import re
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from calls import steps
from calls.words import word
from telephony.twilio import addresses

HEAD = '<?xml version="1.0" encoding="UTF-8"?><Response>'
TAIL = "</Response>"
EMPTY = HEAD + TAIL
HANG_UP = f"{HEAD}<Hangup/>{TAIL}"
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Language of speech and the voice that goes with it; a wrong pair makes the carrier fail the instruction.
_VOICES = {
    "en": ("en-US", "Polly.Joanna-Neural"),
    "nb": ("nb-NO", "Polly.Ida-Neural"),
    "fil": ("fil-PH", "Google.fil-PH-Standard-A"),
    "ru": ("ru-RU", "Polly.Tatyana"),
}
_VOICE_OF = dict(_VOICES.values())
_RING_KEY_SECONDS = 10
_GATE_SECONDS = 6
_MENU_SECONDS = 6
_MESSAGE_SECONDS = 180
_CONSENT_SECONDS = 4
_SURVEY_SECONDS = 7
_TONES = 3  # of 3 s: so soon a caller is asked for again whom nobody moved


def clean(text: str) -> str:
    """Text without the characters XML forbids, escaped."""
    return escape(_ILLEGAL.sub("", text))


def spoken_in(language: str) -> tuple[str, str]:
    """The language of speech and the voice for a language of ours; English for one without a voice."""
    return _VOICES.get(language, _VOICES["en"])


def voice_of(spoken: str) -> str | None:
    """The voice that goes with a language of speech, as in `say`."""
    return _VOICE_OF.get(spoken)


@lru_cache(maxsize=2048)
def say(words: steps.Say) -> str:
    if not words.text.strip():
        return ""
    language, voice = spoken_in(words.language)
    return f'<Say language="{language}" voice="{voice}">{clean(words.text)}</Say>'


def heard(words: steps.Say | steps.Sound) -> str:
    """Words, spoken or as our own recording."""
    if isinstance(words, steps.Sound):
        return f"<Play>{clean(addresses.sound_of(words.token))}</Play>"
    return say(words)


def response(*parts: str) -> str:
    return HEAD + "".join(parts) + TAIL


def enqueue(call_id: object, queue: str) -> str:
    return (
        f'<Enqueue action={quoteattr(addresses.next_of(call_id))} method="POST" '
        f'waitUrl={quoteattr(addresses.wait_of(call_id))} waitUrlMethod="POST">{clean(queue)}</Enqueue>'
    )


def render(step: steps.Step, *, call_id: object) -> str:  # noqa: PLR0911, PLR0912 - one answer a step
    """The document for a step of this call."""
    match step:
        case steps.Greet(words, queue, price):
            return response(_greeted(words, price), enqueue(call_id, queue))
        case steps.Gate(words, attempt):
            return response(_gate(call_id, words, attempt), "<Hangup/>")
        case steps.Menu(words, number):
            return response(_menu(call_id, words, number), _redirect(call_id))
        case steps.First(words, then):
            return response(*map(heard, words), render(then, call_id=call_id)[len(HEAD) : -len(TAIL)])
        case steps.Wait(queue=queue):
            return response(enqueue(call_id, queue))
        case steps.Leave():
            return response("<Leave/>")
        case steps.AskConsent(greeting, words):
            ask = _ask(words, addresses.consent_of(call_id), _CONSENT_SECONDS)
            return response(_greeted(greeting.words, greeting.price), ask)
        case steps.AskSurvey(words):
            return response(_ask(words, addresses.survey_of(call_id), _SURVEY_SECONDS))
        case steps.Connect(conference, recorded):
            return response(_conference(call_id, conference, recorded))
        case steps.RingOutside(words):
            tone = f'<Play loop="{_TONES}">{clean(addresses.ringing_tone())}</Play>'
            return response(*map(heard, words), tone, _redirect(call_id))
        case steps.RecordVoicemail(words):
            return response(heard(words), _record(call_id), "<Hangup/>")
        case steps.Close(words) | steps.Farewell(words):
            return response(heard(words), "<Hangup/>")
        case steps.Reject(reason):
            return response(f'<Reject reason="{reason}"/>')
        case _:
            return HANG_UP


def _greeted(words: steps.Say, price: steps.Say | None) -> str:
    return say(words) + (say(price) if price else "")


def waiting(step: steps.Wait, *, call_id: object, first: bool) -> str:
    """What a caller hears in the queue: their place, the expected wait, the way out, then music. Asked for again
    whenever it has run out."""
    place = [] if step.quiet and not first else _place(step)
    parts = [say(each) for each in (place if first else place[-1:])]
    if step.words and (first or not step.quiet):
        parts.append(heard(step.words))
    music = f'<Play loop="2">{clean(addresses.hold_music())}</Play>'
    if not (step.voicemail_offered or step.callback_offered):
        return response(*parts, music)
    offer = say(word("press_callback", step.language)) if step.callback_offered else ""
    offer += say(word("press_voicemail", step.language)) if step.voicemail_offered else ""
    return response(
        *parts,
        f'<Gather numDigits="1" timeout="1" action={quoteattr(addresses.key_of(call_id))} method="POST">'
        f"{offer}{music}</Gather>",
    )


def _place(step: steps.Wait) -> list[steps.Say]:
    words = []
    if step.says_position:
        soon = step.position <= 1
        words.append(word("soon", step.language) if soon else word("position", step.language, position=step.position))
    if step.expected_seconds is not None and step.position > 1:
        minutes = step.expected_seconds // 60
        name = "expected_one" if minutes <= 1 else "expected"
        words.append(word(name, step.language, minutes=minutes))
    return words


def _ask(words: steps.Say, action: str, seconds: int) -> str:
    """A question answered by one key. Silence is an answer too: the address is asked either way."""
    return (
        f'<Gather numDigits="1" timeout="{seconds}" actionOnEmptyResult="true" method="POST" '
        f"action={quoteattr(action)}>{say(words)}</Gather>"
    )


def _recording(call_id: object, recorded: bool) -> str:
    """Whoever comes first says whether a conference is recorded, so all of our side say the same."""
    if not recorded:
        return ""
    return (
        f'record="record-from-start" recordingStatusCallback={quoteattr(addresses.recorded_of(call_id))} '
        'recordingStatusCallbackMethod="POST" recordingStatusCallbackEvent="in-progress completed absent" '
    )


def _conference(call_id: object, conference: str, recorded: bool) -> str:
    """The caller's place in the conference; when the caller leaves, it ends."""
    return (
        f'<Dial action={quoteattr(addresses.next_of(call_id))} method="POST">'
        f'<Conference beep="false" startConferenceOnEnter="true" endConferenceOnExit="true" '
        f"{_recording(call_id, recorded)}"
        f'statusCallbackEvent="start end join leave hold" '
        f'statusCallback={quoteattr(addresses.conference_of(call_id))} statusCallbackMethod="POST">'
        f"{clean(conference)}</Conference></Dial>"
    )


def operator_conference(offer_id: object, call_id: object, conference: str, *, recorded: bool = False) -> str:
    """The operator's place in the conference; when the operator leaves, the caller stays and we decide."""
    return _joining(addresses.operator_done_of(offer_id), call_id, conference, recorded)


def outside_conference(leg_id: object, call_id: object, conference: str) -> str:
    """An outside telephone's place in the conference."""
    return _joining(addresses.outside_done_of(leg_id), call_id, conference, False)


def _joining(action: str, call_id: object, conference: str, recorded: bool) -> str:
    return response(
        f'<Dial action={quoteattr(action)} method="POST">'
        f'<Conference beep="false" startConferenceOnEnter="true" endConferenceOnExit="false" '
        f"{_recording(call_id, recorded)}"
        f'statusCallbackEvent="start end join leave hold" '
        f'statusCallback={quoteattr(addresses.conference_of(call_id))} statusCallbackMethod="POST">'
        f"{clean(conference)}</Conference></Dial>"
    )


def hold() -> str:
    """Music for as long as the caller is on hold: the longest loop the carrier plays, then the same again."""
    return response(
        f'<Play loop="0">{clean(addresses.hold_music())}</Play>', f"<Redirect>{clean(addresses.hold())}</Redirect>"
    )


def supervisor_conference(attendance_id: object, call_id: object, conference: str, *, way: str, coached: str) -> str:
    """A supervisor's place: muted to listen, heard by the operator's leg alone to whisper, else by all."""
    hears = {"listen": ' muted="true"', "whisper": f" coach={quoteattr(coached)}"}.get(way, "")
    return response(
        f'<Dial action="{addresses.supervisor_of(attendance_id)}done/" method="POST">'
        f'<Conference beep="false" startConferenceOnEnter="false" endConferenceOnExit="false"{hears} '
        f'statusCallbackEvent="start end join leave hold" '
        f'statusCallback={quoteattr(addresses.conference_of(call_id))} statusCallbackMethod="POST">'
        f"{clean(conference)}</Conference></Dial>"
    )


def press_one(action: str, words: steps.Say) -> str:
    """A telephone of the house must press 1: a voicemail box cannot, so it never swallows a caller."""
    return response(
        f'<Gather numDigits="1" timeout="{_RING_KEY_SECONDS}" actionOnEmptyResult="true" method="POST" '
        f"action={quoteattr(action)}>{say(words)}</Gather>",
        "<Hangup/>",
    )


def _gate(call_id: object, words: steps.Say, attempt: int) -> str:
    return (
        f'<Gather numDigits="1" timeout="{_GATE_SECONDS}" actionOnEmptyResult="true" method="POST" '
        f"action={quoteattr(addresses.gate_of(call_id, attempt))}>{say(words)}</Gather>"
    )


def _menu(call_id: object, words: tuple[steps.Say | steps.Sound, ...], number: int) -> str:
    """Every key is one, # too; silence is told as well."""
    return (
        f'<Gather numDigits="1" timeout="{_MENU_SECONDS}" finishOnKey="" actionOnEmptyResult="true" method="POST" '
        f"action={quoteattr(addresses.menu_of(call_id, number))}>{''.join(map(heard, words))}</Gather>"
    )


def _redirect(call_id: object) -> str:
    """The call goes on from the state it is in by then."""
    return f'<Redirect method="POST">{clean(addresses.next_of(call_id))}</Redirect>'


def _record(call_id: object) -> str:
    return (
        f'<Record maxLength="{_MESSAGE_SECONDS}" timeout="5" playBeep="true" '
        f'action={quoteattr(addresses.next_of(call_id))} method="POST" '
        f"recordingStatusCallback={quoteattr(addresses.recording_of(call_id))} "
        f'recordingStatusCallbackMethod="POST"/>'
    )


def spoken(words: steps.Say) -> str:
    """Say and hang up."""
    return response(say(words), "<Hangup/>")
