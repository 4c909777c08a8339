"""Alarms when a day's limit of calls outwards is used to 50, 80 and 100 percent: each once a day, on the board at once,
in the audit trail, and by mail a little later."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from calls import outward_use
from calls.models import OutwardAlarm
from calls.outward_use import STEPS, Use
from hotline.core.audit import record
from hotline.core.live import announce
from lines.models import Hotline
from operators.alarms import mail_administrators

MAIL_WITHIN = timedelta(hours=1)  # a mail server that is away for longer is not tried again


def raise_due(at: datetime) -> int:
    """Raise what the use of today calls for; how many are new. May run in several processes at once."""
    scopes = outward_use.rules([None, *Hotline.objects.filter(active=True)])
    return sum(_raise(use, at) for use in outward_use.uses([each for each in scopes if each[1].limits], at))


def _raise(use: Use, at: datetime) -> int:
    raised = 0
    for limit in use.limits:
        for step in STEPS:
            if limit.percent >= step:
                raised += _once(use, limit, step, at)
    return raised


def _once(use: Use, limit: outward_use.Limit, step: int, at: datetime) -> bool:
    with transaction.atomic():
        _alarm, made = OutwardAlarm.objects.get_or_create(
            hotline=use.hotline, day=use.day, measure=limit.measure, percent=step,
            defaults={"words": limit.words[:200], "raised_at": at},
        )  # fmt: skip
        if made:
            subject = f"hotline {use.hotline.pk}" if use.hotline else "all hotlines"
            facts = {"measure": limit.measure, "percent": step, "used": limit.words}
            record(by=None, verb="outward.limit", subject=subject, **facts)
            announce("board")
    return made


# --- told ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """The highest alarm of a limit today, for the board."""

    alarm: OutwardAlarm

    @property
    def kind(self) -> str:
        """Of a message on a page."""
        return {100: "error", 80: "warning"}.get(self.alarm.percent, "info")

    @property
    def used_up(self) -> bool:
        """Whether nothing more is dialled today, unless the limit was raised since."""
        return self.alarm.percent == STEPS[-1]

    @property
    def words(self) -> str:
        names = {"whose": self.alarm.hotline or _("all hotlines together"), "used": self.alarm.words}
        if self.used_up:
            words = _("%(whose)s: today’s limit for outgoing calls is used up (%(used)s). Nothing more is dialled.")
            return words % names
        words = _("%(whose)s: %(percent)s %% of today’s limit for outgoing calls is used (%(used)s).")
        return words % (names | {"percent": self.alarm.percent})


def today(hotline_ids: Iterable[int], at: datetime) -> list[Told]:
    """The highest alarm of each limit that concerns these hotlines today, the worst first. One query."""
    ids, around = set(hotline_ids), (at - timedelta(days=1), at + timedelta(days=1))
    rows = OutwardAlarm.objects.filter(day__range=[each.date() for each in around]).select_related("hotline")
    highest: dict[tuple[int | None, str], OutwardAlarm] = {}
    for row in rows.order_by("percent"):
        zone_day = _day_of(row, at)
        if row.day == zone_day and (row.hotline_id is None or row.hotline_id in ids):
            highest[row.hotline_id, row.measure] = row
    return [Told(alarm) for alarm in sorted(highest.values(), key=lambda each: -each.percent)]


def _day_of(alarm: OutwardAlarm, at: datetime) -> object:
    """Which day it is now where the alarm counts; for all together, asked only when there is such an alarm."""
    hotline = alarm.hotline
    zone = hotline.zone if hotline else outward_use.zone_of(None, outward_use.rule_of(None))
    return at.astimezone(zone).date()


def mail_due(at: datetime) -> int:
    """Mail the administrators what was raised and not mailed yet, in one mail; how many alarms. Safe to run twice."""
    due = OutwardAlarm.objects.filter(mailed_at=None, raised_at__gt=at - MAIL_WITHIN).select_related("hotline")
    taken = [alarm for alarm in due if OutwardAlarm.objects.filter(pk=alarm.pk, mailed_at=None).update(mailed_at=at)]
    if not taken:
        return 0
    lines = "\n".join(Told(alarm).words for alarm in taken)
    text = _("%(alarms)s\n\nLook, and change the limits: %(url)s/outward/\n")
    text %= {"alarms": lines, "url": settings.PUBLIC_URL}
    sent = mail_administrators(_("Outgoing calls: a limit of today"), text)
    if not sent:
        OutwardAlarm.objects.filter(pk__in=[alarm.pk for alarm in taken]).update(mailed_at=None)
    return len(taken) if sent else 0
