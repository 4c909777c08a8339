"""One number of the demo that the last check found pointing elsewhere, for its page to show and to mend."""

from datetime import datetime, timedelta

from hotline.demo.content import Service
from lines.models import Number
from telephony.models import Pointing

SINCE = timedelta(hours=7)  # since the check of last night
ELSEWHERE = "https://demo.twilio.com/welcome/voice/"


def find_one_drifted(services: list[Service], at: datetime) -> None:
    """The last number of the first service that has several: a call to any other hotline is not in doubt.

    It is so on the page alone, as if somebody had changed it at the carrier and back: calls to it arrive.
    """
    several = next((service for service in services if len(service.numbers) > 1), None)
    if several is None:
        return
    found = at - SINCE
    Pointing.objects.create(
        number=Number.objects.get(number=several.numbers[-1].number), state=Pointing.State.ELSEWHERE,
        differs={"voice_url": ELSEWHERE}, checked_at=found, wrong_since=found, alarmed_at=found,
    )  # fmt: skip
