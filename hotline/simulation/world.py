"""The small world that a simulated day plays in: one hotline, its number, and operators who are ready."""

from dataclasses import dataclass
from datetime import datetime

from lines.models import Hotline, Number, OpeningRule
from operators import presence
from operators.models import Operator, Presence, User

NUMBER = "+4721000001"


@dataclass(frozen=True)
class World:
    """How the hotline is set up. Seconds."""

    operators: int
    wrap_up: int = 0
    voicemail_after: int = 0  # 0: nobody is led to voicemail
    ring: int = 60


def build(world: World, *, at: datetime) -> list[str]:
    """Make the hotline and its operators, all ready; the identities of their browser telephones."""
    line = Hotline.objects.create(
        name="Simulated line",
        slug="simulated",
        organisation="City Water",
        wrap_up_seconds=world.wrap_up,
        ring_seconds=world.ring,
        caller_hourly_limit=0,
        voicemail_enabled=bool(world.voicemail_after),
        max_wait_seconds=world.voicemail_after or 10_000_000,
    )
    OpeningRule.objects.create(hotline=line, kind=OpeningRule.Kind.ALWAYS)
    Number.objects.create(hotline=line, number=NUMBER, lines=10_000)
    return [_operator(number, line, at) for number in range(1, world.operators + 1)]


def _operator(number: int, line: Hotline, at: datetime) -> str:
    user = User.objects.create(username=f"simulated{number}", role=User.Role.OPERATOR)
    user.hotlines.set([line])
    made = Operator.objects.create(user=user, display_name=f"Operator {number}", identity=f"sim_{number}")
    made.hotlines.set([line])
    presence.choose(made.pk, Presence.READY, at=at, by=user)
    return made.identity
