"""A small world for tests: hotlines, operators, and a carrier's hand that posts signed webhooks."""

import itertools
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client

from lines.models import Hotline, Number, OpeningRule
from operators import presence
from operators.models import Operator, Presence, User
from telephony.twilio import signature

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
_counter = itertools.count(1)


def hotline(name: str = "", *, number: str = "", lines: int = 100, always_open: bool = True, **fields: Any) -> Hotline:
    n = next(_counter)
    made = Hotline.objects.create(
        name=name or f"Hotline {n}",
        slug=f"hotline-{n}",
        organisation=fields.pop("organisation", "City Water"),
        **fields,
    )
    if always_open:
        OpeningRule.objects.create(hotline=made, kind=OpeningRule.Kind.ALWAYS)
    Number.objects.create(hotline=made, number=number or f"+4721{n:06d}", lines=lines)
    return made


def number_of(made: Hotline) -> str:
    return made.numbers.get().number


def operator(*hotlines: Hotline, state: str = Presence.READY, at: datetime | None = None, **fields: Any) -> Operator:
    n = next(_counter)
    user = User.objects.create(username=f"op{n}", role=User.Role.OPERATOR)
    made = Operator.objects.create(
        user=user, display_name=fields.pop("display_name", f"Kari {n}"), identity=f"world_{n}", **fields
    )
    made.hotlines.set(hotlines)
    user.hotlines.set(hotlines)
    if state == Presence.READY:
        presence.choose(made.pk, state, at=at or NOW, by=user)
    made.refresh_from_db()
    return made


def supervisor_of(*hotlines: Hotline) -> User:
    made = User.objects.create(username=f"su{next(_counter)}", role=User.Role.SUPERVISOR)
    made.hotlines.set(hotlines)
    return made


def sid(prefix: str = "CA") -> str:
    return f"{prefix}{next(_counter):032x}"


def inbound(dialled: str, caller: str = "+4791234567", **more: str) -> dict[str, str]:
    """The 27 parameters of a real inbound request."""
    form = {
        "AccountSid": settings.TWILIO_ACCOUNT_SID, "ApiVersion": "2010-04-01", "CallSid": sid(), "CallStatus": "ringing",
        "CallToken": "%7B%22parentCallInfoToken%22%3A%22x%22%7D", "Called": dialled, "CalledCity": "", "CalledCountry": "NO",
        "CalledState": "", "CalledZip": "", "Caller": caller, "CallerCity": "", "CallerCountry": "NO", "CallerState": "",
        "CallerZip": "", "Direction": "inbound", "From": caller, "FromCity": "", "FromCountry": "NO", "FromState": "",
        "FromZip": "", "StirVerstat": "TN-Validation-Passed-C", "To": dialled, "ToCity": "", "ToCountry": "NO",
        "ToState": "", "ToZip": "",
    }  # fmt: skip
    return form | more


class CarrierHand:
    """Posts webhooks as the carrier would, signed; `client` may be Django's test client."""

    def __init__(self, client: Client | None = None) -> None:
        self.client = client or Client()

    def post(self, path: str, form: dict[str, str], **headers: str) -> Any:
        path = path.removeprefix(settings.PUBLIC_URL)
        signed = signature.sign(settings.PUBLIC_URL + path, form.items(), settings.TWILIO_AUTH_TOKEN)
        return self.client.generic(
            "POST",
            path,
            urlencode(form),
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signed} | headers,
        )
