"""`python -m hotline.simulation day|web|switchboard …`: one process on the simulation's clock.

Only `ground.py` and `stage.py` start these, with the surroundings of a simulation.
"""

import importlib
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import django

from hotline.simulation.clock import VARIABLE, follow
from telephony.simulator.virtual import Moment

BEGINS = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def main() -> None:
    role, *words = sys.argv[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")
    if role == "day":  # the first of them makes the clock
        Moment(Path(os.environ[VARIABLE]), start=BEGINS)
    follow()
    django.setup()
    importlib.import_module(f"hotline.simulation.{role}").run(*words)


if __name__ == "__main__":
    main()
