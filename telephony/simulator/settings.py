"""What a running simulator can be told to do differently, at start or through the control API."""

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass
class Settings:
    """Behaviour of the box. Seconds are carrier seconds (divided by the clock's speed) unless said otherwise."""

    account_sid: str
    auth_token: str
    webhook_base: str = ""
    open_numbers: bool = True  # a number nobody configured leads to webhook_base all the same
    unanswered: str = "rings_out"  # a telephone that nobody attached: rings_out, busy, voicemail, answer, unreachable
    calls_per_second: float = 0.0  # calls created by REST; 0 is unlimited, 1 is an ordinary account
    http_timeout: float = 15.0  # real seconds for one request, all of it
    seconds_a_character: float = 0.06  # how fast Say speaks
    ring_delay: float = 0.1  # from initiated to ringing
    speech_confidence: float = 0.93  # of what a Gather hears; below zero it is left out
    price_delay: float = 5.0  # from the end of a call until its price is known
    calls_kept: int = 4_000  # legs that are over, conferences, recordings; older ones are forgotten
    client_grace: float = 5.0  # real seconds a browser may be away before its registration and call end

    CHANGEABLE = (
        *("webhook_base", "open_numbers", "unanswered", "calls_per_second", "http_timeout"),
        *("seconds_a_character", "ring_delay", "client_grace", "calls_kept", "speech_confidence"),
        "price_delay",
    )

    def change(self, facts: dict[str, Any]) -> None:
        """Change some of the changeable settings. Raises ValueError for any other name or a wrong type."""
        kinds = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        for name, value in facts.items():
            if name not in self.CHANGEABLE:
                raise ValueError(f"no setting {name!r}")
            setattr(self, name, kinds[name](value))

    def shown(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name in self.CHANGEABLE}
