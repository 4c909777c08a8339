"""What was found at night in the demo: test calls, and one number that pointed elsewhere when the last check looked."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from hotline.demo.content import Service
from lines.models import Hotline, Number
from operators.models import User
from telephony.models import CanaryCall, Pointing

NIGHTS = 12
BROKEN = 5  # nights ago, for the first hotline
SINCE = timedelta(hours=7)  # since the check of last night
ELSEWHERE = "https://demo.twilio.com/welcome/voice/"


def find_one_drifted(services: list[Service], at: datetime) -> None:
    """The last number of the first service that has several.

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


def call_at_night(hotlines: Iterable[Hotline], at: datetime) -> None:
    """The test calls of the last nights, at four by each hotline's clock; one did not get through, and was seen."""
    supervisor = User.objects.filter(role=User.Role.SUPERVISOR).first()
    for place, hotline in enumerate(hotlines):
        last = at.astimezone(hotline.zone).replace(hour=4, minute=0, second=7, microsecond=0)
        last -= timedelta(days=last > at)
        for night in range(NIGHTS):
            made = _call(hotline, last - timedelta(days=night), broken=not place and night == BROKEN)
            if not made.passed:
                made.seen_at, made.seen_by = made.at + timedelta(hours=4), supervisor
            made.save()


def _call(hotline: Hotline, at: datetime, *, broken: bool) -> CanaryCall:
    reached = CanaryCall.Reached.QUEUE if hotline.is_open(at) else CanaryCall.Reached.GOODBYE
    number = hotline.numbers.order_by("pk").first()
    made = CanaryCall(
        hotline=hotline, number=number.number if number else "", at=at, seconds=0.04, foretold=reached, reached=reached,
        passed=not broken,
    )  # fmt: skip
    if broken:
        made.faults = [{"what": "late", "url": "/twilio/voice/", "seconds": 5}]
        made.seconds, made.reached = None, ""
    return made
