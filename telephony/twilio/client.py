"""The one place where the carrier's library is given a client: with a time limit, and pointed where settings say."""

from functools import cache
from typing import Any

from django.conf import settings
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from telephony.twilio.circuit import Circuit

_HOME = "https://api.twilio.com"
_PRICES = "https://pricing.twilio.com"
circuit = Circuit()


class Redirected(TwilioHttpClient):
    """The library's HTTP client, speaking to TWILIO_API_URL; by itself the library would wait for ever."""

    def __init__(self, base: str, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        for home in (_HOME, _PRICES) if self._base != _HOME else ():
            if url.startswith(home):
                url = self._base + url[len(home) :]
        send = super().request
        return circuit.call(lambda: send(method, url, *args, **kwargs))


@cache
def client() -> Client:
    """The client of this process. Every request ends within CARRIER_TIMEOUT_SECONDS, or raises."""
    return Client(
        settings.TWILIO_ACCOUNT_SID,
        settings.TWILIO_AUTH_TOKEN,
        http_client=Redirected(settings.TWILIO_API_URL, settings.CARRIER_TIMEOUT_SECONDS),
        region=None,
        edge=None,
        environment={},  # TWILIO_REGION and TWILIO_EDGE would re-route us in silence
    )
