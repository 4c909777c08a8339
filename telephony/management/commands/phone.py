"""`manage.py phone dial +47…`: a telephone on the command line. Keys are typed, what is heard is printed."""

import argparse
import sys
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from telephony.simulator.phone import FINAL, SPOKEN, Phone, PhoneCall


class Command(BaseCommand):
    help = "Call a number through the simulator. Type digits to press keys, words to say them, q to hang up."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("action", choices=["dial"])
        parser.add_argument("number")
        parser.add_argument("--caller", default="+4790000001", help="the caller's number; anonymous withholds it")
        parser.add_argument("--simulator", default=settings.SIMULATOR_URL, help="address of the running simulator")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["simulator"]:
            raise CommandError("No simulator: set SIMULATOR_URL or give --simulator http://127.0.0.1:8010.")
        call = Phone(options["simulator"]).dial(options["number"], options["caller"])
        threading.Thread(target=self._keys, args=(call,), daemon=True).start()
        try:
            self._listen(call)
        except KeyboardInterrupt:
            call.hang_up()

    def _listen(self, call: PhoneCall) -> None:
        shown = 0
        while True:
            call.look(timeout=5)
            for event in call.events[shown:]:
                if event["kind"] in (*SPOKEN, "state"):
                    self.stdout.write(f"{event['at'][11:19]} {event['kind']:>5}  {event['text']}")
            shown = len(call.events)
            if call.facts["state"] in FINAL:
                return

    @staticmethod
    def _keys(call: PhoneCall) -> None:
        for line in sys.stdin:
            word = line.strip()
            if word.lower() == "q":
                call.hang_up()
                return
            if word and all(key in "0123456789*#" for key in word):
                call.press_now(word)
            elif word:
                call.say(word)
