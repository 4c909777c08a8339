"""Celery's part of telephony: comparing register and numbers with the carrier's lists, erasing old recordings,
reading prices back."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from telephony import canary, pointing, pricing, transcribing
from telephony.purging import DAYS, purge, settle
from telephony.reconcile import compare_since
from telephony.twilio.numbers import Refused

log = logging.getLogger(__name__)
_OVERLAP = timedelta(minutes=10)
_CANARIES, _CANARY_SECONDS = 30, 7.0  # in one go: within the time of a task, whatever hangs; the next go takes more


@shared_task(name="telephony.reconcile")
def reconcile(minutes: int = 60) -> dict[str, int]:
    """Compare the calls of the last `minutes` (and a little more). Run twice, the second pass writes nothing."""
    found = compare_since(timezone.now() - timedelta(minutes=minutes) - _OVERLAP)
    settle(timezone.now())
    return {"matched": found.matched, "recovered": found.recovered, "closed": found.closed}


@shared_task(name="telephony.check_numbers")
def check_numbers() -> int:
    """Whether our numbers still point at us; how many do not. A carrier that does not say is asked again tomorrow."""
    try:
        return sum(each.wrong for each in pointing.check(timezone.now()))
    except Refused as refused:
        log.warning("the numbers could not be compared with the carrier: %s", refused)
        return 0


@shared_task(name="telephony.read_prices")
def read_prices() -> dict[str, int]:
    """Ask the carrier what the legs of ended calls cost. Run twice at once, no leg is asked about twice."""
    found = pricing.read_back(timezone.now())
    return {"asked": found.asked, "priced": found.priced}


@shared_task(name="telephony.canary")
def call_canaries() -> dict[str, int]:
    """The test calls that are due by now; run twice, the second finds none."""
    hotlines = canary.due(timezone.now())[:_CANARIES]
    found = canary.call(hotlines, budget=_CANARY_SECONDS) if hotlines else []
    return {"called": len(found), "failed": sum(not each.passed for each in found)}


@shared_task(name="telephony.write_down")
def write_down() -> dict[str, int]:
    """Have callers' messages written down, where TRANSCRIBER_URL names a speech recogniser."""
    found = transcribing.write_down(timezone.now())
    return {"asked": found.asked, "written": found.written}


@shared_task(name="telephony.purge_recordings")
def purge_recordings() -> dict[str, int]:
    """Erase recordings past their time. What the carrier refuses to erase is tried again the next night."""
    settle(timezone.now(), back=DAYS)
    found = purge(timezone.now())
    return {"due": found.due, "erased": found.erased, "refused": found.refused}
