"""Where a test call came to and what was wrong with it, in plain words, each fault with what to do."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from calls.words import language_name
from telephony.models import CanaryCall

Reached = CanaryCall.Reached


def end(reached: str) -> str:
    """Where a caller would have come to, to be read after "led to"."""
    texts: dict[str, str] = {
        Reached.NOTHING: _("nothing"),
        Reached.QUEUE: _("the queue"),
        Reached.VOICEMAIL: _("voicemail"),
        Reached.GOODBYE: _("an announcement that ends the call"),
        Reached.BUSY: _("the busy tone"),
        Reached.REJECTED: _("the tone of a call that is turned away"),
    }
    return texts.get(reached, reached)


def faults(kept: CanaryCall) -> list[str]:
    """A sentence or two for each thing that was wrong."""
    return [in_words(fault) for fault in kept.faults]


def in_words(fault: dict[str, Any]) -> str:
    texts = {
        "no_number": _("The hotline has no number in use: nobody can call it. Give it one on the page of the numbers."),
        "unreachable": _(
            "%(url)s does not answer (%(error)s). Is the web process up, and is PUBLIC_URL, the name in DNS and the "
            "proxy right?"
        ),
        "late": _("No answer within %(seconds)s seconds at %(url)s: a caller would have heard nothing for so long."),
        "slow": _("The whole call took longer than %(seconds)s seconds."),
        "refused": _(
            "%(url)s refused the signature. Web and worker must have the same TWILIO_AUTH_TOKEN and PUBLIC_URL."
        ),
        "status": _("%(url)s answered with %(status)s. The log of the web process says why."),
        "not_twiml": _(
            "What %(url)s answered is not for a telephone (%(why)s): something else than this system answers there."
        ),
        "lint": _("The telephone provider would not understand %(why)s in what %(url)s answered."),
        "foreign": _("The answer leads to %(url)s, not to PUBLIC_URL. Web and worker must have the same PUBLIC_URL."),
        "endless": _("The call went from one answer to the next and came to no end."),
        "sound": _("A sound is missing: %(url)s answered with %(status)s. Upload it again in the call plan."),
        "silence": _("The caller would have heard nothing. Look at the greeting of the hotline."),
        "greeting": _("These words were not heard: “%(words)s”")
        if fault.get("words")
        else _("A sound of the call plan was not heard."),
        "language": _("The greeting was spoken in %(heard)s, not in %(expected)s."),
        "path": _("It led to %(reached)s, not to %(foretold)s. “What would happen?” tells the way."),
        "not_in_register": _("The call is not in the register."),
        "not_marked": _("The call was taken for a caller’s. Web and worker must have the same SECRET_KEY."),
        "no_hotline": _("The call is in the register without its hotline."),
        "left_open": _("The call was not closed when the caller hung up. It was closed by hand."),
    }
    return texts.get(fault.get("what", ""), str(fault.get("what", ""))) % _told(fault)


def _told(fault: dict[str, Any]) -> dict[str, Any]:
    told = dict(fault)
    for name in ("foretold", "reached"):
        if name in told:
            told[name] = end(told[name])
    for name in ("expected", "heard"):
        if name in told:
            told[name] = language_name(_code(told[name]))
    return told


def _code(spoken: str) -> str:
    """A language of ours from a language of speech: "en" of "en-US"."""
    code = spoken.partition("-")[0]
    return code if code in dict(settings.LANGUAGES) or code == "ru" else "en"
