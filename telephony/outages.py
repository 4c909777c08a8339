"""When the carrier does not answer: written down by switchboards, shown to people."""

from datetime import datetime, timedelta

from django.db.models import F

from hotline.core.live import announce
from telephony.models import Outage

TOPIC = "carrier"
_FORGOTTEN = timedelta(seconds=60)  # nobody keeps it any more: the switchboard that saw it has died


# The same as `present`, in a larger statement: since when the carrier has been silent, or NULL.
SINCE = f"""(SELECT o.started_at FROM telephony_outage o
          WHERE o.ended_at IS NULL AND o.seen_at >= now() - interval '{_FORGOTTEN.total_seconds()} seconds' LIMIT 1)"""  # noqa: S608 - nothing in it comes from outside


def keep(at: datetime, *, why: str) -> None:
    """Say that the carrier does not answer, for the first time or still."""
    if Outage.objects.filter(ended_at=None).update(seen_at=at):
        return
    Outage.objects.bulk_create([Outage(started_at=at, seen_at=at, why=why[:40])], ignore_conflicts=True)
    announce("board", TOPIC)


def end(at: datetime) -> None:
    """The carrier answers again."""
    if Outage.objects.filter(ended_at=None).update(ended_at=at):
        announce("board", TOPIC)


def end_forgotten(at: datetime) -> None:
    """End what no switchboard has seen for a minute."""
    gone = Outage.objects.filter(ended_at=None, seen_at__lt=at - _FORGOTTEN)
    if gone.update(ended_at=F("seen_at")):
        announce("board", TOPIC)


def present(at: datetime) -> Outage | None:
    """The outage that lasts now. One query over a row or none."""
    return Outage.objects.filter(ended_at=None, seen_at__gte=at - _FORGOTTEN).first()
