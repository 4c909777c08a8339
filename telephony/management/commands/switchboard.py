"""`manage.py switchboard`: rings operators, moves callers, sweeps. Run as many copies as you like."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from telephony.switchboard import Switchboard


class Command(BaseCommand):
    help = "Carry out what calls need at the carrier. Any number of copies; stop with SIGTERM or Ctrl-C."
    requires_system_checks = ()  # they read every page of the web process: a second in which nobody is rung

    def handle(self, *args: Any, **options: Any) -> None:
        switchboard = Switchboard()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: switchboard.stop.set())
        self.stdout.write("ready")
        self.stdout.flush()
        switchboard.run()
