"""Gives a process of the application the simulator's clock: `timezone.now()` says what the carrier's clock says."""

import os
from pathlib import Path

from django.utils import timezone

from telephony.simulator.virtual import Moment

VARIABLE = "HOTLINE_CLOCK_FILE"


def follow() -> Moment:
    """Must come before Django is set up: the models take `timezone.now` when they are loaded."""
    moment = Moment(Path(os.environ[VARIABLE]))
    timezone.now = moment.now
    return moment
