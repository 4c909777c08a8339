"""A number as the account owns it, and where calls to it lead."""

from dataclasses import dataclass, field
from datetime import datetime

from telephony.simulator.leg import new_sid


@dataclass
class Number:
    """An incoming phone number's configuration."""

    number: str
    account_sid: str
    created_at: datetime
    friendly_name: str = ""
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    sid: str = field(default_factory=lambda: new_sid("PN"))


CHANGEABLE = (
    *("friendly_name", "voice_url", "voice_method", "voice_fallback_url", "voice_fallback_method"),
    *("status_callback", "status_callback_method"),
)
