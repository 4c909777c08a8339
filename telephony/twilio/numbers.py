"""The account's numbers at the carrier: which there are, where they lead, more to be had, and pointing one at us."""

from dataclasses import dataclass
from typing import Any

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from twilio.base.exceptions import TwilioException

from telephony.twilio import refusals
from telephony.twilio.client import client

_FOUND_AT_MOST = 20
KINDS = {
    "local": gettext_lazy("local"),
    "mobile": gettext_lazy("mobile"),
    "toll_free": gettext_lazy("toll-free"),
}
_PRICE_NAMES = {"local": "local", "mobile": "mobile", "toll_free": "toll free"}


class Refused(Exception):
    """The carrier would not, or did not answer. The text is what is wrong and what to do, for a person."""


@dataclass(frozen=True)
class Owned:
    """A number of the account: its name there, and the addresses that its calls are sent to."""

    ref: str
    number: str
    fields: dict[str, str]

    def differs(self) -> dict[str, str]:
        """The fields that are not as they must be for calls to reach us, with what stands there."""
        return {name: self.fields.get(name, "") for name, value in wanted().items() if self.fields.get(name) != value}


@dataclass(frozen=True)
class Offered:
    """A number that can be bought."""

    number: str
    place: str
    needs_address: bool


@dataclass(frozen=True)
class Price:
    """What a number costs a month."""

    amount: str
    currency: str


def wanted() -> dict[str, str]:
    """How a number must be set so that its calls reach us. An application or a trunk would silence the addresses."""
    base = f"{settings.PUBLIC_URL}/twilio"
    return {
        "voice_url": f"{base}/voice/",
        "voice_method": "POST",
        "voice_fallback_url": f"{base}/fallback/",
        "voice_fallback_method": "POST",
        "status_callback": f"{base}/status/",
        "status_callback_method": "POST",
        "voice_application_sid": "",
        "trunk_sid": "",
    }


def owned(also: list[str] | None = None) -> list[Owned]:
    """Every number of the account; those in `also` are asked for by name if the list lacks them. Raises Refused."""
    with _asking():
        found = {each.phone_number: _owned(each) for each in client().incoming_phone_numbers.list(page_size=1000)}
        for number in also or []:
            if number not in found:
                found |= {e.phone_number: _owned(e) for e in client().incoming_phone_numbers.list(phone_number=number)}
    return list(found.values())


def _owned(row: Any) -> Owned:
    return Owned(row.sid, row.phone_number, {name: getattr(row, name, None) or "" for name in wanted()})


def point_here(number: Owned) -> Owned:
    """Set the addresses of a number to ours, and free it of an application or trunk. Safe to repeat. Raises Refused."""
    differs = number.differs()
    fields = {name: value for name, value in wanted().items() if value or name in differs}
    with _asking():
        return _owned(client().incoming_phone_numbers(number.ref).update(**fields))


def available(country: str, kind: str, digits: str = "") -> list[Offered]:
    """Numbers that could be bought in a country (two letters), containing `digits`. Raises Refused."""
    shelf: Any = getattr(client().available_phone_numbers(country), kind)
    with _asking():
        try:
            rows = shelf.list(voice_enabled=True, limit=_FOUND_AT_MOST, **({"contains": digits} if digits else {}))
        except TwilioException as error:
            if refusals.code_of(error) == refusals.NOT_FOUND:
                raise Refused(_("The telephone provider sells no such numbers in that country.")) from error
            raise
    return [
        Offered(row.phone_number, row.locality or row.region or "", row.address_requirements != "none") for row in rows
    ]


def price(country: str, kind: str) -> Price | None:
    """What such a number costs a month; None where the carrier does not say."""
    try:
        found = client().pricing.v1.phone_numbers.countries(country).fetch()
    except (requests.RequestException, TwilioException, OSError):
        return None
    rows: list[Any] = found.phone_number_prices or []
    for row in rows:
        if row.get("number_type") == _PRICE_NAMES[kind]:
            return Price(str(row.get("current_price") or row.get("base_price")), str(found.price_unit or "").upper())
    return None


def buy(number: str) -> Owned:
    """Buy a number and point it at us, in one request: it is never ours without leading here. Raises Refused.

    Whether it was bought is looked up when the answer was lost, so that nobody pays twice.
    """
    addresses = {name: value for name, value in wanted().items() if value}
    try:
        with _asking():
            return _owned(client().incoming_phone_numbers.create(phone_number=number, **addresses))
    except Refused:
        had = [each for each in _owned_quietly() if each.number == number]
        if not had:
            raise
        return had[0]


def _owned_quietly() -> list[Owned]:
    try:
        return owned()
    except Refused:
        return []


class _asking:
    """Turns what the carrier's library raises into a Refused with a sentence."""

    def __enter__(self) -> None:
        if not settings.TWILIO_ACCOUNT_SID or not settings.TWILIO_AUTH_TOKEN:
            text = _("No account at a telephone provider is set: TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.")
            raise Refused(text)

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, (requests.RequestException, TwilioException, OSError)):
            raise Refused(str(refusals.explain(error))) from error
