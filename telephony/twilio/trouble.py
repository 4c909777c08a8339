"""What callers and operators hear when our database is away: made from settings alone, so that nothing can fail."""

from typing import Any
from xml.sax.saxutils import quoteattr

from django.conf import settings

from calls.words import word
from telephony.twilio import addresses, twiml

_PATIENCE_SECONDS = 4


def forwarding(*_: Any, **__: Any) -> str:
    """For a call that just arrived, or was handed to the fallback address: an apology, then the emergency telephone if
    one is set, else a message the carrier keeps until we are back and compare lists."""
    apology = twiml.say(word("trouble", settings.LANGUAGE_CODE))
    if settings.FALLBACK_FORWARD_NUMBER:
        return twiml.response(apology, f"<Dial>{twiml.clean(settings.FALLBACK_FORWARD_NUMBER)}</Dial>")
    action = quoteattr(f"{addresses.base()}/fallback/")
    return twiml.response(apology, f'<Record maxLength="120" playBeep="true" action={action} method="POST"/>')


def music(*_: Any, **__: Any) -> str:
    """For a caller in the queue: music, and the question is asked again when it has run out."""
    return twiml.response(f"<Play>{twiml.clean(addresses.hold_music())}</Play>")


def ask_again(_request: Any, call_id: object) -> str:
    """For the answer to a question: the key is lost with the request, so the question is asked once more."""
    return twiml.response(
        twiml.say(word("moment", settings.LANGUAGE_CODE)),
        f'<Pause length="{_PATIENCE_SECONDS}"/>',
        f'<Redirect method="POST">{twiml.clean(addresses.next_of(call_id))}</Redirect>',
    )


def moment(request: Any, *_: Any, **__: Any) -> str:
    """For any other step: a word, a pause, and the same question again."""
    again = f"{settings.PUBLIC_URL}{request.get_full_path()}"
    return twiml.response(
        twiml.say(word("moment", settings.LANGUAGE_CODE)),
        f'<Pause length="{_PATIENCE_SECONDS}"/>',
        f'<Redirect method="POST">{twiml.clean(again)}</Redirect>',
    )
