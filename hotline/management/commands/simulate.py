"""`manage.py simulate`: a day of callers against the real application, and whether its register tells the truth."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hotline.launcher.children import CannotStart
from hotline.simulation.ground import Failed, simulate

_WORDS = {
    "offered": "calls that waited",
    "answered": "answered",
    "abandoned": "abandoned",
    "voicemail": "left to voicemail",
    "mean_wait": "mean wait of the answered, s",
    "service_level": "service level",
    "talk_seconds": "talk, s",
    "busy_seconds": "operators in conversation, s",
}


class Command(BaseCommand):
    help = (
        "Let a day of callers pass through web, switchboard, simulator and database, all of the command's own, and "
        "hold the register against what the carrier knows. Touches no other database and dials through no real carrier."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        number = parser.add_argument
        number("--hours", type=float, default=8.0, help="length of the day (8)")
        number("--calls", type=int, default=0, help="end after so many callers instead")
        number("--calls-per-hour", type=float, default=60.0, help="callers come at random, so many on average (60)")
        number("--operators", type=int, default=5, help="how many answer (5)")
        number("--patience", type=float, default=120.0, help="mean seconds until a caller hangs up; 0: never")
        number("--handling", type=float, default=180.0, help="mean seconds of a conversation (180)")
        number("--pick-up", type=float, default=4.0, help="mean seconds until an operator picks up (4)")
        number("--wrap-up", type=int, default=20, help="seconds an operator writes up (20)")
        number("--voicemail-after", type=int, default=240, help="seconds of waiting until voicemail; 0: never (240)")
        number("--target", type=float, default=20.0, help="seconds of the service level (20)")
        number("--seed", type=int, nargs="+", default=[1], help="the same seed is the same day; several: several days")
        number("--speed", type=float, default=0.0, help="at most so many times the world's; 0: as fast as it goes")
        number("--faults", action="store_true", help="callbacks are lost, late, repeated and in the wrong order")
        number("--json", action="store_true", help="the result as JSON, one day a line")

    def handle(self, *args: Any, **options: Any) -> None:
        _check(options)
        differing = 0
        for seed in options["seed"]:
            try:
                told = simulate({**options, "seed": seed})
            except (Failed, CannotStart) as trouble:
                raise CommandError(f"The day with seed {seed} did not come to its end.\n{trouble}") from None
            self._show(told, as_json=options["json"])
            differing += not told["agree"] or bool(told["alarms"])
        if differing:
            raise CommandError("The register and the carrier do not tell the same day.")

    def _show(self, told: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(told))
            return
        hooks = told["webhooks"]
        self.stdout.write(
            f"seed {told['seed']}: {told['planned']} callers in {told['hours']:.1f} hours, played in "
            f"{told['seconds']:.0f} s ({told['speed']:.0f} times the world's speed); "
            f"webhooks p50 {hooks['p50']:.0f} ms, p99 {hooks['p99']:.0f} ms"
        )
        self.stdout.write(f"{'':32}{'register':>14}{'carrier':>14}{'difference':>12}")
        for name, word in _WORDS.items():
            ours, theirs, apart = (told[side][name] for side in ("register", "carrier", "differences"))
            places = 3 if name == "service_level" else 1 if isinstance(ours, float) else 0
            self.stdout.write(f"{word:32}{ours:14.{places}f}{theirs:14.{places}f}{apart:12.{places}f}")
        self.stdout.write(f"{told['mended']} calls were mended by reconciliation")
        for line in [*told["differing"], *told["alarms"]]:
            self.stdout.write(f"  {line}")


def _check(options: dict[str, Any]) -> None:
    """Raises CommandError with a sentence for numbers that make no day."""
    for name in ("hours", "calls_per_hour", "operators", "handling"):
        if options[name] <= 0:
            raise CommandError(f"--{name.replace('_', '-')} must be more than zero.")
    for name in ("calls", "patience", "pick_up", "wrap_up", "voicemail_after", "target", "speed"):
        if options[name] < 0:
            raise CommandError(f"--{name.replace('_', '-')} cannot be negative.")
