"""The register's list: filters, free search and pages by key, fast on millions of calls."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.db.models.functions import Reverse

from calls.models import Call, Caller, Note, Topic
from calls.queries import visible_to
from operators.models import User

PAGE = 50
SHORTEST = 3  # fewer letters have no trigram and would read every row
SHORTEST_NUMBER = 7  # with fewer, a masked number could be found out digit by digit and nobody would know
LIVE = "live"
FEW = 1000
SHOWN_WITH = ("hotline", "caller", "operator", "note__topic__parent")
_NUMBER = re.compile(r"^[\d\s()+./-]+$")


@dataclass(frozen=True)
class Filter:
    """What a person asks the register for; empty means all."""

    hotline: int | None = None
    show: str = ""  # an outcome, or "live"
    operator: int | None = None
    topic: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    text: str = ""
    zone: str = "UTC"  # in which the days are meant


@dataclass(frozen=True)
class Page:
    """Calls, newest first, and the key of the page after, or ""."""

    calls: list[Call]
    older: str


def page(user: User, hotline_ids: Iterable[int], wanted: Filter, *, before: str = "", size: int = PAGE) -> Page:
    """One page of the calls a person may see. `before` is the `older` of another page; a broken one is ignored."""
    calls = find(user, hotline_ids, wanted)
    if key := _key(before):
        at, call_id = key
        calls = calls.filter(arrived_at__lte=at).exclude(arrived_at=at, pk__gte=call_id)
    keys = list(calls.select_related(None).order_by("-arrived_at", "-id").values_list("pk", flat=True)[: size + 1])
    rows = Call.objects.filter(pk__in=keys[:size]).select_related(*SHOWN_WITH).order_by("-arrived_at", "-id")
    found = list(rows)
    return Page(found, _older(found[-1]) if len(keys) > size else "")


def find(user: User, hotline_ids: Iterable[int], wanted: Filter) -> "QuerySet[Call]":
    """The calls a person may see that fit, in no order."""
    calls = visible_to(user, list(hotline_ids)).filter(training=False)
    if wanted.hotline:
        calls = calls.filter(hotline=wanted.hotline)
    if wanted.show:
        calls = calls.filter(~Q(state=Call.State.ENDED) if wanted.show == LIVE else Q(outcome=wanted.show))
    if wanted.operator:
        calls = calls.filter(operator=wanted.operator)
    if wanted.topic:
        topics = Topic.objects.filter(Q(pk=wanted.topic) | Q(parent=wanted.topic)).values_list("pk", flat=True)
        calls = calls.filter(note__topic__in=list(topics))
    zone = ZoneInfo(wanted.zone)
    if wanted.first_day:
        calls = calls.filter(arrived_at__gte=datetime.combine(wanted.first_day, time(), zone))
    if wanted.last_day:
        calls = calls.filter(arrived_at__lt=datetime.combine(wanted.last_day + timedelta(days=1), time(), zone))
    return _fitting(calls, wanted.text) if wanted.text.strip() else calls


def _fitting(calls: "QuerySet[Call]", text: str) -> "QuerySet[Call]":
    """Few hits are read by their ids; of many, the newest are soonest found by walking the list and looking at each."""
    ids = list(searched(text)[: FEW + 1])
    if len(ids) <= FEW:
        return calls.filter(pk__in=ids)
    if _NUMBER.match(text.strip()):
        return calls.filter(pk__in=searched(text))
    text = _clean(text)
    by_note = Q(note__summary__icontains=text) | Q(note__caller_name__icontains=text)
    return calls.filter(by_note | Q(caller__name__icontains=text))


def _clean(text: str) -> str:
    return text.strip().replace("\0", "")[:100]


def searched(text: str) -> "QuerySet[Any, uuid.UUID]":
    """The ids of calls in whose note or caller's name the text occurs, or whose number ends with its digits.

    Each part reads an index of its own. Texts of fewer than three letters find nothing, nor
    numbers of fewer than seven digits.
    """
    text = _clean(text)
    ids = Call.objects.order_by().values_list("pk", flat=True)
    if _NUMBER.match(text):
        digits = re.sub(r"\D", "", text)
        backwards = ids.alias(backwards=Reverse("caller_number"))
        return backwards.filter(backwards__startswith=digits[::-1]) if len(digits) >= SHORTEST_NUMBER else ids.none()
    if len(text) < SHORTEST:
        return ids.none()
    notes = Note.objects.order_by().filter(Q(summary__icontains=text) | Q(caller_name__icontains=text))
    names = Caller.objects.filter(name__icontains=text)
    return notes.values_list("call", flat=True).union(ids.filter(caller__in=names), all=True)


def _older(call: Call) -> str:
    return f"{call.arrived_at.isoformat()}_{call.pk}"


def _key(text: str) -> tuple[datetime, uuid.UUID] | None:
    at, _, call_id = text.partition("_")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, uuid.UUID(call_id)) if moment.tzinfo else None
    except ValueError:
        return None
