"""What changes a hotline, its numbers and its hours.

Each change is one transaction that locks the hotline, raises its `version` (so that no process acts on old hours),
leaves a line in the audit trail and, after the commit, tells the screens.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from hotline.core import audit
from hotline.core.live import announce
from lines import hours, numbers
from lines.models import Closure, Hotline, Number, OpeningRule

RESERVED_SLUGS = frozenset({"new"})  # an address of its own
Kind = OpeningRule.Kind


class Refused(Exception):
    """A change that cannot be made; the text is a sentence for the person."""


# --- the hotline --------------------------------------------------------------------------------
def create_hotline(*, by: Any, **facts: Any) -> Hotline:
    """Add a hotline; `facts` are its fields. It has no opening hours yet, so it is closed."""
    hotline = Hotline(**facts)
    _check(hotline)
    with transaction.atomic():
        hotline.save()
        audit.record(by=by, verb="hotline.created", subject=f"hotline {hotline.pk}")
        announce(f"hotline:{hotline.pk}", "board")
    return hotline


def change_hotline(hotline: Hotline, *, by: Any, **facts: Any) -> Hotline:
    """Change fields of a hotline, named in `facts`."""
    with _changing(hotline, by=by, verb="hotline.changed", fields=sorted(facts)):
        for name, value in facts.items():
            setattr(hotline, name, value)
        _check(hotline)
        if facts:
            hotline.save(update_fields=list(facts))
    return hotline


def mark_changed(hotline: Hotline, *, by: Any, verb: str, **detail: Any) -> None:
    """Something above hotlines that arrivals remember has changed (its call plan): raise the version, and tell."""
    with _changing(hotline, by=by, verb=verb, **detail):
        pass


# --- numbers ------------------------------------------------------------------------------------
def add_number(hotline: Hotline, *, number: str, by: Any, **facts: Any) -> Number:
    """Give a hotline a number, in E.164 or as a short national number (116111)."""
    added = Number(hotline=hotline, number=_normalised(number, hotline), **facts)
    with _changing(hotline, by=by, verb="number.added"):
        _check(added)
        added.save()
    return added


def change_number(number: Number, /, *, by: Any, **facts: Any) -> Number:
    """Change a number's kind, lines, hotline, use, or the number itself."""
    if "number" in facts:
        facts["number"] = _normalised(facts["number"], facts.get("hotline", number.hotline))
    with _changing(number.hotline, by=by, verb="number.changed", number=number.pk, fields=sorted(facts)):
        for name, value in facts.items():
            setattr(number, name, value)
        _check(number)
        number.save(update_fields=list(facts) or None)
    return number


# --- opening hours ------------------------------------------------------------------------------
def add_rules(hotline: Hotline, *rules: OpeningRule, by: Any) -> list[OpeningRule]:
    """Add lines to the opening hours; each is checked against its kind. All are added or none."""
    with _changing(hotline, by=by, verb="hours.added", kinds=sorted({str(rule.kind) for rule in rules})):
        for rule in rules:
            rule.hotline = hotline
            check_rule(rule)
            rule.save()
    return list(rules)


def remove_rule(rule: OpeningRule, *, by: Any) -> None:
    with _changing(rule.hotline, by=by, verb="hours.removed", kind=str(rule.kind)):
        rule.delete()


def set_holidays(hotline: Hotline, *, closed: bool, country: str, by: Any) -> Hotline:
    """Whether public holidays close the hotline, and of which country (two letters)."""
    country = country.upper()
    if closed and country not in hours.countries():
        raise Refused(_("Choose the country whose public holidays close the hotline."))
    return change_hotline(hotline, by=by, closed_on_holidays=closed, country=country)


def check_rule(rule: OpeningRule) -> None:
    """Refuse a line that its kind cannot mean, with a sentence."""
    if rule.kind == Kind.WEEKLY and None in (rule.weekday, rule.opens, rule.closes):
        raise Refused(_("Weekly hours need a weekday, an opening and a closing time."))
    if rule.kind == Kind.DATED and None in (rule.first_day, rule.last_day, rule.opens, rule.closes):
        raise Refused(_("The hours of a period need its first and last day, an opening and a closing time."))
    if rule.kind == Kind.ONE_OFF and None in (rule.starts_at, rule.ends_at):
        raise Refused(_("A one-off opening needs the moments it begins and ends."))
    if rule.kind == Kind.CLOSED and not (rule.first_day or (rule.starts_at and rule.ends_at)):
        raise Refused(_("An exception needs the day it is for."))
    if rule.kind == Kind.CLOSED and (rule.opens is None) != (rule.closes is None):
        raise Refused(_("Give both times between which it is closed, or neither for the whole day."))
    if rule.first_day and rule.last_day and rule.last_day < rule.first_day:
        raise Refused(_("The last day is before the first."))
    if rule.starts_at and rule.ends_at and rule.ends_at <= rule.starts_at:
        raise Refused(_("The end is not after the beginning."))


def weekly(weekday: int, opens: time, closes: time) -> OpeningRule:
    """A line for every such weekday (Monday is 0); closing at or before opening means on the next day."""
    return OpeningRule(kind=Kind.WEEKLY, weekday=weekday, opens=opens, closes=closes)


# --- close now ----------------------------------------------------------------------------------
def close_now(
    hotline: Hotline, *, reason: str, message: str = "", reopens_at: datetime | None = None, by: Any, at: datetime
) -> Closure:
    """Close a hotline by hand from `at` on, until `reopens_at` or until somebody reopens it.

    A closure that is in force is replaced: there is one at a time. Callers who wait already are not sent away.
    """
    if not reason.strip():
        raise Refused(_("Say why, for your colleagues."))
    if reopens_at is not None and reopens_at <= at:
        raise Refused(_("The reopening time has passed already. Choose a later one."))
    with _changing(hotline, by=by, verb="hotline.closed_now"):
        announce("queue", f"queue:{hotline.pk}")  # desks say so where they show the line
        _end_closures(hotline, at)
        return Closure.objects.create(
            hotline=hotline,
            reason=reason.strip(),
            message=message.strip(),
            closed_at=at,
            reopens_at=reopens_at,
            closed_by=by if by and by.pk else None,
        )


def reopen(hotline: Hotline, *, by: Any, at: datetime) -> None:
    """Lift the closure by hand. The opening hours decide from then on."""
    with _changing(hotline, by=by, verb="hotline.reopened"):
        announce("queue", f"queue:{hotline.pk}")
        if not _end_closures(hotline, at):
            raise Refused(_("%(hotline)s is not closed by hand.") % {"hotline": hotline.name})


def closure_in_force(hotline: Hotline, at: datetime) -> Closure | None:
    """The "close now" that holds at a moment."""
    closures = hotline.closures.filter(closed_at__lte=at, reopened_at=None)
    return closures.exclude(reopens_at__lte=at).first()


def _end_closures(hotline: Hotline, at: datetime) -> int:
    standing = hotline.closures.filter(closed_at__lte=at, reopened_at=None).exclude(reopens_at__lte=at)
    return standing.update(reopened_at=at)


# --- what every change does ---------------------------------------------------------------------
@contextmanager
def _changing(hotline: Hotline, *, by: Any, verb: str, **detail: Any) -> Iterator[None]:
    try:
        with transaction.atomic():
            if not Hotline.objects.select_for_update().filter(pk=hotline.pk).exists():
                raise Refused(_("This hotline does not exist any more."))
            yield
            Hotline.objects.filter(pk=hotline.pk).update(version=F("version") + 1)
            audit.record(by=by, verb=verb, subject=f"hotline {hotline.pk}", **detail)
            announce(f"hotline:{hotline.pk}", "board")
    except IntegrityError as error:
        raise Refused(_("Somebody else has saved the same meanwhile. Look again.")) from error
    hotline.refresh_from_db(fields=["version"])


changing = _changing  # for what belongs to a hotline and is changed in a file of its own


def _check(row: Hotline | Number) -> None:
    """Refuse what the model, the zones or the addresses do not allow."""
    if isinstance(row, Hotline):
        _check_zone(row.time_zone)
        if row.slug in RESERVED_SLUGS:
            raise Refused(_("The short name “%(slug)s” is taken by the system.") % {"slug": row.slug})
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Refused(_("There is no time zone called %(zone)s.") % {"zone": name}) from error


def _normalised(number: str, hotline: Hotline) -> str:
    try:
        return numbers.normalise(number, hotline.country)
    except numbers.NotANumber as error:
        raise Refused(str(error)) from error
