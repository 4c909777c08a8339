"""How much was called outwards today: minutes and money, of one hotline and of all together, against their limits.

Counted are outgoing calls and callbacks, outside telephones that calls were passed on to, and operators' telephones
once the carrier has said what they cost. Minutes are started ones; a call that is being made counts as one, so that
the next one sees it. Money is what the carrier asks, where it has said so and in the limit's currency, else the
minutes at the hotline's price a minute, else at what its number's tariff says a minute costs us.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext as _

from calls.models import OutwardAlarm, OutwardRule
from lines import currencies
from lines.models import Hotline

Measure = OutwardAlarm.Measure
STEPS = (50, 80, 100)

_USED = """
WITH legs AS (
  SELECT c.hotline_id, c.dialled, c.carrier_ref AS leg_ref, c.arrived_at AS made_at,
         c.reached_at IS NOT NULL AS picked_up,
         CASE WHEN c.ended_at IS NULL THEN GREATEST(1, EXTRACT(epoch FROM %(at)s - c.reached_at))
              WHEN c.refused <> '' THEN 0
              ELSE COALESCE(c.carrier_seconds, EXTRACT(epoch FROM c.ended_at - c.reached_at), 0) END AS seconds
    FROM calls_call c
   WHERE c.direction = 'outgoing' AND c.arrived_at >= %(begins)s AND NOT c.training
   UNION ALL
  SELECT c.hotline_id, c.dialled, l.leg_ref, l.made_at, l.answered_at IS NOT NULL,
         CASE WHEN l.state = 'over' THEN COALESCE(EXTRACT(epoch FROM l.closed_at - l.answered_at), 0)
              ELSE GREATEST(1, EXTRACT(epoch FROM %(at)s - l.answered_at)) END
    FROM calls_leg l JOIN calls_call c ON c.id = l.call_id
   WHERE l.made_at >= %(begins)s
   UNION ALL
  SELECT c.hotline_id, c.dialled, p.leg_ref, p.made_at, false, 0
    FROM calls_legprice p JOIN calls_call c ON c.id = p.call_id
   WHERE p.what = 'telephone' AND p.made_at >= %(begins)s
), counted AS (
  SELECT legs.*, p.price, p.currency,
         CEIL(GREATEST(COALESCE(p.seconds, legs.seconds), legs.picked_up::int) / 60.0) AS minutes
    FROM legs LEFT JOIN calls_legprice p USING (leg_ref)
   WHERE %(hotline)s::bigint IS NULL OR legs.hotline_id = %(hotline)s
)
SELECT COALESCE(SUM(counted.minutes), 0),
       COALESCE(SUM(CASE WHEN counted.price IS NOT NULL AND counted.currency = %(currency)s THEN counted.price
                         WHEN r.minute_price IS NOT NULL AND r.currency = %(currency)s
                           THEN counted.minutes * r.minute_price
                         WHEN r.minute_price IS NULL AND t.own_currency = %(currency)s
                           THEN counted.minutes * t.own_price END), 0)
  FROM counted
  LEFT JOIN calls_outwardrule r ON r.hotline_id = counted.hotline_id
  LEFT JOIN LATERAL (
    SELECT t.own_price, t.own_currency FROM lines_tariff t JOIN lines_number n ON n.id = t.number_id
     WHERE n.number = counted.dialled AND t.valid_from <= counted.made_at AND t.own_price IS NOT NULL
     ORDER BY t.valid_from DESC LIMIT 1
  ) t ON r.minute_price IS NULL
"""


@dataclass(frozen=True)
class Limit:
    """One limit of a day: how much of it is used, and the sentence-like words for it."""

    measure: str
    used: Decimal
    most: Decimal  # 0: no limit
    words: str  # "480 of 600 minutes"

    @property
    def percent(self) -> int:
        """Whole percent, rounded down: 100 is not said before it is so."""
        return int(100 * self.used / self.most) if self.most else 0

    @property
    def shown(self) -> str:
        return f"{self.percent} %"

    @property
    def reached(self) -> bool:
        return bool(self.most) and self.used >= self.most


@dataclass(frozen=True)
class Use:
    """The use of one day by a hotline, or by all together (None). `spent` in the main unit of the rule's currency."""

    hotline: Hotline | None
    rule: OutwardRule
    day: date
    minutes: int
    spent: Decimal

    @property
    def limits(self) -> list[Limit]:
        most = currencies.main(self.rule.daily_spend, self.rule.currency)
        spent = currencies.priced(self.spent, self.rule.currency)
        of = {"used": self.minutes, "most": self.rule.daily_minutes}
        money = {"used": spent, "most": currencies.written(self.rule.daily_spend, self.rule.currency)}
        return [
            Limit(Measure.MINUTES, Decimal(self.minutes), Decimal(self.rule.daily_minutes),
                  _("%(used)s of %(most)s minutes") % of if self.rule.daily_minutes
                  else _("%(used)s minutes, no limit") % of),
            Limit(Measure.SPEND, self.spent, most,
                  _("%(used)s of %(most)s") % money if most else _("%(used)s, no limit") % money),
        ]  # fmt: skip


def rules(hotlines: Iterable[Hotline | None]) -> list[tuple[Hotline | None, OutwardRule]]:
    """The rule of each, its own or the usual one; None stands for all together. One query."""
    known = {rule.hotline_id: rule for rule in OutwardRule.objects.all()}
    return [(each, known.get(each.pk if each else None) or usual(each)) for each in hotlines]


def rule_of(hotline: Hotline | None) -> OutwardRule:
    """The rule of a hotline, or of all together: its own, or the usual one."""
    return OutwardRule.objects.filter(hotline=hotline).first() or usual(hotline)


def usual(hotline: Hotline | None) -> OutwardRule:
    """What holds until something else is set: ten hours a day for a hotline, nothing more for all together."""
    return OutwardRule(hotline=hotline) if hotline else OutwardRule(daily_minutes=0)


def zone_of(hotline: Hotline | None, rule: OutwardRule) -> ZoneInfo:
    """Whose midnight begins the day. Of all together: the zone that is set, or that of the first hotline."""
    if hotline is not None:
        return hotline.zone
    if rule.time_zone:
        return ZoneInfo(rule.time_zone)
    first = Hotline.objects.filter(active=True).first()
    return first.zone if first else ZoneInfo("UTC")


def use_of(hotline: Hotline | None, rule: OutwardRule, at: datetime) -> Use:
    """What was used of the day that `at` lies in. One query; for all together perhaps another for their zone."""
    local = at.astimezone(zone_of(hotline, rule))
    values = {"begins": _midnight(local), "at": at, "hotline": hotline.pk if hotline else None}
    with connection.cursor() as cursor:
        cursor.execute(_USED, values | {"currency": rule.currency})
        minutes, spent = cursor.fetchone()
    return Use(hotline, rule, local.date(), int(minutes), Decimal(spent))


def ends(use: Use) -> datetime:
    """When the next day begins, and with it the next limit."""
    zone = zone_of(use.hotline, use.rule)
    return datetime.combine(use.day + timedelta(days=1), time(), zone)


def _midnight(local: datetime) -> datetime:
    return datetime.combine(local.date(), time(), local.tzinfo)
