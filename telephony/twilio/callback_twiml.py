"""What is said of callbacks, in the carrier's words: to the waiting caller, and to whoever picks up."""

from xml.sax.saxutils import quoteattr

from calls.steps import Say
from calls.words import word
from telephony.twilio import addresses, twiml

_KEY_SECONDS = 8
_LONGEST_NUMBER = 16
_ASKED_TIMES = 2  # what is picked up is told twice to press a key: the first time is often still "hello?"


def confirm(call_id: object, digits: str, language: str) -> str:
    """Read the number back; 1 confirms, 2 is for another. Silence leads back to the queue, where nothing is lost."""
    return _asked(
        call_id, word("callback_confirm", language, digits=digits), addresses.callback_confirm_of, 'numDigits="1"'
    )


def ask_number(call_id: object, name: str, language: str) -> str:
    """Have a number keyed in, ended by the hash key."""
    keys = f'numDigits="{_LONGEST_NUMBER}" finishOnKey="#"'
    return _asked(call_id, word(name, language), addresses.callback_number_of, keys)


def _asked(call_id: object, words: Say, action: object, keys: str) -> str:
    assert callable(action)
    return twiml.response(
        f'<Gather {keys} timeout="{_KEY_SECONDS}" action={quoteattr(action(call_id))} method="POST">'
        f"{twiml.say(words)}</Gather>",
        back_in_line(call_id),
    )


def back_in_line(call_id: object) -> str:
    return f'<Redirect method="POST">{twiml.clean(addresses.wait_of(call_id))}</Redirect>'


def told(call_id: object, words: Say) -> str:
    """Say something, then the queue goes on."""
    return twiml.response(twiml.say(words), back_in_line(call_id))


def hello(call_id: object, words: Say) -> str:
    """Who calls, to whoever picks up. A key must be pressed: a voicemail box cannot, so it gets no operator."""
    gather = (
        f'<Gather numDigits="1" timeout="{_KEY_SECONDS}" method="POST" '
        f"action={quoteattr(addresses.callback_key_of(call_id))}>{twiml.say(words)}</Gather>"
    )
    return twiml.response(gather * _ASKED_TIMES, "<Hangup/>")
