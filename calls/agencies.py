"""Agencies: when their people are rung for a hotline, and the changes of an agency and its rules.

An agency's rule holds while the agency is open; one for "outside our own hours" while the hotline's own hours do not
say open, and as long as nobody closed it by hand or as an exception. Each rule keeps the stretch of time in which it
holds now or next, so that matching compares two moments. The switchboard looks after it once a second.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from calls.refusals import Refused
from hotline.core.audit import record
from hotline.core.live import announce, wake_switchboard
from lines import hours
from lines.models import Hotline
from lines.services import mark_changed
from operators.models import Agency, AgencyHours, AgencyRule, Operator

LOOK_AHEAD = timedelta(days=8)  # weekly hours repeat within it
Stretch = tuple[datetime, datetime]


# --- when a rule holds ---------------------------------------------------------------------------
def keep_up(at: datetime) -> int:
    """Work the stretch of each rule out again that is over, or whose hotline has changed; how many were. One query
    where there is nothing to do; safe in any number of processes."""
    stale = AgencyRule.objects.filter(
        Q(rings_until=None) | Q(rings_until__lte=at) | ~Q(hotline_version=F("hotline__version"))
    )
    rules = list(stale.select_related("agency", "hotline").prefetch_related("agency__hours"))
    for rule in rules:
        rule.rings_from, rule.rings_until = stretch(rule, at)
        AgencyRule.objects.filter(pk=rule.pk).update(
            rings_from=rule.rings_from, rings_until=rule.rings_until, hotline_version=rule.hotline.version
        )
    return len(rules)


def stretch(rule: AgencyRule, at: datetime) -> Stretch:
    """From when and until when the rule holds, now or next: as far as is looked ahead. An empty one at the end of that
    if it does not hold before."""
    ends = at + LOOK_AHEAD
    open_spans = hours.of_agency(rule.agency).open_spans(at, ends)
    if rule.when == AgencyRule.When.OUTSIDE:
        own = hours.parse(rule.hotline).stretches(at, ends)
        outside = [(begins, until) for begins, until, opening in own if opening.reason in hours.OUTSIDE]
        open_spans = list(_both(open_spans, _joined(outside)))
    return next(iter(open_spans), (ends, ends))


def _joined(spans: Iterable[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for begins, ends in spans:
        if joined and joined[-1][1] == begins:
            joined[-1] = (joined[-1][0], ends)
        else:
            joined.append((begins, ends))
    return joined


def _both(some: Sequence[Stretch], others: Sequence[Stretch]) -> Iterator[Stretch]:
    """Where two lists of stretches, each in order, overlap."""
    for begins, ends in some:
        for start, until in others:
            if max(begins, start) < min(ends, until):
                yield max(begins, start), min(ends, until)


@dataclass(frozen=True)
class Standing:
    """An agency's rule for a hotline as it stands at a moment."""

    agency: str
    when: str
    after: int
    rings_from: datetime
    rings_until: datetime

    def soon(self, at: datetime, patience: float) -> bool:
        """Whether its people may be rung for a call that comes then and waits for `patience` seconds."""
        return self.after < patience and self.rings_from <= at + timedelta(seconds=patience)


def standing(hotline_id: int, at: datetime) -> dict[int, Standing]:
    """The rules of a hotline at any moment, by agency. Two queries."""
    rules = AgencyRule.objects.filter(hotline=hotline_id).select_related("agency", "hotline")
    found = {}
    for rule in rules.prefetch_related("agency__hours"):
        begins, ends = stretch(rule, at)
        found[rule.agency_id] = Standing(str(rule.agency), rule.when, rule.after_seconds, begins, ends)
    return found


# --- changes -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Rule:
    """When an agency is to be rung for a hotline; `when` is "" for never."""

    hotline: Hotline
    when: str
    after_seconds: int = 0


def save(
    agency: Agency,
    *,
    by: Any,
    at: datetime,
    week: dict[int, tuple[time, time]],
    members: Iterable[Operator],
    rules: Iterable[Rule],
) -> Agency:
    """Write an agency, new or changed, with the hours of each weekday (none at all: it answers at all hours), its
    people, and its rules. Calls that wait are matched again at once. Raises Refused."""
    _check(agency)
    with transaction.atomic():
        new = agency.pk is None
        agency.save()
        agency.hours.all().delete()
        AgencyHours.objects.bulk_create(
            AgencyHours(agency=agency, weekday=day, opens=opens, closes=closes) for day, (opens, closes) in week.items()
        )
        chosen = [operator.pk for operator in members]
        Operator.objects.filter(agency=agency).exclude(pk__in=chosen).update(agency=None)
        Operator.objects.filter(pk__in=chosen).update(agency=agency)
        touched = _write_rules(agency, list(rules))
        verb = "agency.created" if new else "agency.changed"
        record(by=by, verb=verb, subject=f"agency {agency.pk}", members=chosen, hotlines=[each.pk for each in touched])
        for hotline in touched:
            mark_changed(hotline, by=by, verb="hotline.agency_changed", agency=agency.pk)
        keep_up(at)
        announce("board")
        wake_switchboard()
    return agency


def _check(agency: Agency) -> None:
    try:
        ZoneInfo(agency.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Refused(_("There is no time zone called %(zone)s.") % {"zone": agency.time_zone}) from error
    try:
        agency.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


def _write_rules(agency: Agency, rules: list[Rule]) -> list[Hotline]:
    """The hotlines that have a rule, or had one: their hours may be others now."""
    had = list(Hotline.objects.filter(agency_rules__agency=agency))
    AgencyRule.objects.filter(agency=agency).delete()
    wanted = [rule for rule in rules if rule.when]
    for rule in wanted:
        after = rule.after_seconds if rule.when == AgencyRule.When.AFTER else 0
        AgencyRule.objects.create(agency=agency, hotline=rule.hotline, when=rule.when, after_seconds=after)
    return sorted({*had, *(rule.hotline for rule in wanted)}, key=lambda hotline: hotline.pk)
