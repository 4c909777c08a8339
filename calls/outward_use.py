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
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext as _

from calls.models import OutwardAlarm, OutwardRule
from lines import currencies
from lines.models import Hotline

Measure = OutwardAlarm.Measure
STEPS = (50, 80, 100)

# A scope is a hotline, or null for all together, with the beginning of its day and the currency of its limit.
_USED = """
WITH scope AS (
  SELECT * FROM unnest(%(hotlines)s::bigint[], %(begins)s::timestamptz[], %(currencies)s::text[])
         WITH ORDINALITY AS s(hotline_id, begins, currency, place)
), legs AS (
  SELECT c.hotline_id, c.dialled, c.carrier_ref AS leg_ref, c.arrived_at AS made_at,
         c.reached_at IS NOT NULL AS picked_up,
         CASE WHEN c.ended_at IS NULL THEN GREATEST(1, EXTRACT(epoch FROM %(at)s - c.reached_at))
              WHEN c.refused <> '' THEN 0
              ELSE COALESCE(c.carrier_seconds, EXTRACT(epoch FROM c.ended_at - c.reached_at), 0) END AS seconds
    FROM calls_call c
   WHERE c.direction = 'outgoing' AND c.arrived_at >= %(first)s AND NOT c.training
   UNION ALL
  SELECT c.hotline_id, c.dialled, l.leg_ref, l.made_at, l.answered_at IS NOT NULL,
         CASE WHEN l.state = 'over' THEN COALESCE(EXTRACT(epoch FROM l.closed_at - l.answered_at), 0)
              ELSE GREATEST(1, EXTRACT(epoch FROM %(at)s - l.answered_at)) END
    FROM calls_leg l JOIN calls_call c ON c.id = l.call_id
   WHERE l.made_at >= %(first)s
   UNION ALL
  SELECT p.hotline_id, c.dialled, p.leg_ref, p.made_at, false, 0
    FROM calls_legprice p JOIN calls_call c ON c.id = p.call_id
   WHERE p.what = 'telephone' AND p.made_at >= %(first)s
), counted AS (
  SELECT legs.hotline_id, legs.made_at, p.price, p.currency AS price_currency,
         COALESCE(r.minute_price, t.own_price) AS rate,
         CASE WHEN r.minute_price IS NULL THEN t.own_currency ELSE r.currency END AS rate_currency,
         CEIL(GREATEST(COALESCE(p.seconds, legs.seconds), legs.picked_up::int) / 60.0) AS minutes
    FROM legs
    LEFT JOIN calls_legprice p USING (leg_ref)
    LEFT JOIN calls_outwardrule r ON r.hotline_id = legs.hotline_id
    LEFT JOIN LATERAL (
      SELECT t.own_price, t.own_currency FROM lines_tariff t JOIN lines_number n ON n.id = t.number_id
       WHERE n.number = legs.dialled AND t.valid_from <= legs.made_at AND t.own_price IS NOT NULL
       ORDER BY t.valid_from DESC LIMIT 1
    ) t ON r.minute_price IS NULL
)
SELECT COALESCE(SUM(c.minutes), 0),
       COALESCE(SUM(CASE WHEN c.price IS NOT NULL AND c.price_currency = scope.currency THEN c.price
                         WHEN c.rate_currency = scope.currency THEN c.minutes * c.rate END), 0)
  FROM scope LEFT JOIN counted c
    ON (scope.hotline_id IS NULL OR scope.hotline_id = c.hotline_id) AND c.made_at >= scope.begins
 GROUP BY scope.place ORDER BY scope.place
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
        spent = currencies.shown(self.spent, self.rule.currency)
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


def uses(scopes: Iterable[tuple[Hotline | None, OutwardRule]], at: datetime) -> list[Use]:
    """What each used of the day that `at` lies in, by its own clock. One query; perhaps another for the zone of all."""
    scopes = list(scopes)
    days = [at.astimezone(zone_of(hotline, rule)) for hotline, rule in scopes]
    begins = [datetime.combine(local.date(), time(), local.tzinfo) for local in days]
    values: dict[str, Any] = {
        "hotlines": [hotline.pk if hotline else None for hotline, _rule in scopes], "begins": begins, "at": at,
        "currencies": [rule.currency for _hotline, rule in scopes], "first": min(begins, default=at),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_USED, values)
        rows = cursor.fetchall()
    return [
        Use(hotline, rule, local.date(), int(minutes), Decimal(spent))
        for (hotline, rule), local, (minutes, spent) in zip(scopes, days, rows, strict=True)
    ]


def use_of(hotline: Hotline | None, rule: OutwardRule, at: datetime) -> Use:
    """The same of one."""
    return uses([(hotline, rule)], at)[0]


def ends(use: Use) -> datetime:
    """When the next day begins, and with it the next limit."""
    zone = zone_of(use.hotline, use.rule)
    return datetime.combine(use.day + timedelta(days=1), time(), zone)
