"""What the carrier's errors mean for a person: a sentence of what is wrong, and one of the remedy.

The numbers are the carrier's own, from its error dictionary.
"""

import json
from dataclasses import dataclass
from typing import Any

import requests
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from twilio.base.exceptions import TwilioException, TwilioRestException

from telephony.twilio import circuit
from telephony.twilio.circuit import CircuitOpen

CONCURRENCY = 10004
SLOW_DOWN = 20429
NOT_FOUND = 20404


@dataclass(frozen=True)
class Refusal:
    """`said` is what the carrier objects to, `remedy` what to do about it."""

    said: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.said} {self.remedy}"


_credentials = (
    gettext_lazy("The telephone provider does not accept our account and token."),
    gettext_lazy("Compare TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN with the provider’s console, and restart."),
)
_suspended = (
    gettext_lazy("The account at the telephone provider is not active."),
    gettext_lazy("Sign in to its console: a payment or a confirmation is waiting there."),
)
_no_number = (
    gettext_lazy("The telephone provider does not accept this number."),
    gettext_lazy("Check it, with its country, as in +47 22 12 34 56."),
)
_not_ours = (
    gettext_lazy("The number we call from does not belong to the account."),
    gettext_lazy("Look at the page of the numbers: it must be bought there, or verified in the provider’s console."),
)
_abroad = (
    gettext_lazy("The account may not call that country."),
    gettext_lazy("Allow the country in the provider’s console, under voice geographic permissions."),
)
_unreachable = (
    gettext_lazy("That number cannot be reached through the telephone provider."),
    gettext_lazy("Try it from an ordinary telephone; if it answers there, ask the provider."),
)
_address = (
    gettext_lazy("The telephone provider does not accept our address for its messages."),
    gettext_lazy("PUBLIC_URL must be an address that the internet can reach; the doctor’s page tells more."),
)
_papers = (
    gettext_lazy("This number is sold only with papers: an address, or proof of who uses it."),
    gettext_lazy("Hand them in at the provider’s console, under regulatory compliance, and buy the number there."),
)
_taken = (
    gettext_lazy("Somebody else has taken this number meanwhile."),
    gettext_lazy("Search again and choose another."),
)
_trial = (
    gettext_lazy("A trial account may not do this."),
    gettext_lazy("Upgrade the account in the provider’s console."),
)
_busy = (
    gettext_lazy("The account has as many calls at once as it may."),
    gettext_lazy("Calls go on as lines become free; for more, ask the provider for a higher limit."),
)
_slow = (gettext_lazy("The telephone provider asks us to slow down."), gettext_lazy("Try again in a minute."))
_gone = (
    gettext_lazy("The telephone provider does not know it any more."),
    gettext_lazy("Look in its console whether it was removed there; then check again."),
)
_over = (gettext_lazy("The call is over already."), gettext_lazy("Nothing is to be done."))

_TABLE: dict[int, tuple[Any, Any]] = {
    **dict.fromkeys((20003, 20006, 20008, 20403), _credentials),
    **dict.fromkeys((10001, 20005, 20010, 21471, 21472), _suspended),
    **dict.fromkeys((21201, 21211, 21217, 21401, 21421), _no_number),
    **dict.fromkeys((21210, 21212, 21213), _not_ours),
    **dict.fromkeys((21203, 21215), _abroad),
    **dict.fromkeys((21214, 21216), _unreachable),
    **dict.fromkeys((21205, 21402, 21502, 21609), _address),
    **dict.fromkeys((21613, 21615, 21628, 21631, 21649, 21650, 21651), _papers),
    **dict.fromkeys((21422, 21452), _taken),
    **dict.fromkeys((10002, 21219, 21404), _trial),
    **dict.fromkeys((CONCURRENCY,), _busy),
    **dict.fromkeys((SLOW_DOWN,), _slow),
    **dict.fromkeys((NOT_FOUND,), _gone),
    **dict.fromkeys((21220,), _over),
    21202: (
        gettext_lazy("It is a premium number, which the telephone provider does not call."),
        gettext_lazy("Give an ordinary number of the same person or office."),
    ),
    21451: (
        gettext_lazy("The telephone provider does not know that area code."),
        gettext_lazy("Leave the digits empty, or take others."),
    ),
    21405: (
        gettext_lazy("A fallback address needs an address for calls too."),
        gettext_lazy("Press “Fix” on the page of the numbers: it sets both."),
    ),
}


def known() -> frozenset[int]:
    """The error numbers that have a sentence of their own."""
    return frozenset(_TABLE)


def explain(error: BaseException) -> Refusal:
    """The sentences for whatever a request to the carrier raised."""
    if isinstance(error, TwilioRestException):
        return _refusal(error.status, error.code)
    if (answer := _refused_list(error)) is not None:
        return _refusal(int(answer.status_code), code_of(error))
    if isinstance(error, CircuitOpen):
        if error.why == circuit.UNAUTHORISED:
            return _told(_credentials)
        return Refusal(
            _("The telephone provider does not answer, so it is left alone for half a minute."),
            _("Calls that came in wait with music. Its status page says more; we try again by ourselves."),
        )
    if isinstance(error, requests.Timeout):
        return Refusal(
            _("The telephone provider did not answer in time."), _("Try again; if it stays so, see its status page.")
        )
    return Refusal(
        _("The telephone provider could not be reached."), _("Look at this machine’s way to the internet and its DNS.")
    )


def code_of(error: BaseException) -> int | None:
    """The carrier's number of an error, if it gave one."""
    if isinstance(error, TwilioRestException):
        return error.code or None
    answer = _refused_list(error)
    try:
        code = json.loads(answer.text).get("code") if answer is not None else None
    except (ValueError, AttributeError):
        return None
    return code if isinstance(code, int) else None


def _refused_list(error: BaseException) -> Any:
    """The answer in which a list was refused, which the library hands on as it is; None for other errors."""
    listed = isinstance(error, TwilioException) and not isinstance(error, TwilioRestException)
    return error.args[1] if listed and len(error.args) == 2 else None


def _refusal(status: int, code: int | None) -> Refusal:
    if str(status) == circuit.UNAUTHORISED:
        return _told(_credentials)
    if code in _TABLE:
        return _told(_TABLE[code])
    if status == 429:
        return _told(_slow)
    if status >= 500:
        return Refusal(
            _("The telephone provider has a fault of its own (%(status)d).") % {"status": status},
            _("Try again later; its status page says more."),
        )
    return Refusal(
        _("The telephone provider refused: error %(code)s.") % {"code": code or status},
        _("Its meaning stands at https://www.twilio.com/docs/api/errors/%(code)s.") % {"code": code or ""},
    )


def _told(row: tuple[Any, Any]) -> Refusal:
    return Refusal(str(row[0]), str(row[1]))
