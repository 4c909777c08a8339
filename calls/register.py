"""The register's list: filters, free search and pages by key, fast on millions of calls."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Reverse

from calls.models import Call, Caller, Note, Topic
from calls.queries import visible_to
from calls.search import named
from operators.models import User

PAGE = 50
SHORTEST = 3  # fewer letters have no trigram and would read every row
SHORTEST_NUMBER = 7  # with fewer, a masked number could be found out digit by digit and nobody would know
SHORTEST_ID = 32
LIVE, MISSED, OUTGOING = "live", "missed", "outgoing"
UNANSWERED = (Call.Outcome.ABANDONED, Call.Outcome.VOICEMAIL, Call.Outcome.FAILED)
FEW = 1000
SOON_AGAIN = timedelta(days=7)  # who calls the same hotline within it is marked as calling again
SHOWN_WITH = ("hotline", "caller", "operator", "note__topic__parent", "voicemail", "consent", "survey")
NEWEST = ("-arrived_at", "-id")
_NUMBER = re.compile(r"^[\d\s()+./-]+$")


@dataclass(frozen=True)
class Filter:
    """What a person asks the register for; empty means all."""

    hotline: int | None = None
    among: tuple[int, ...] = ()  # hotlines, where several but not all are looked at
    show: str = ""  # an outcome, "live", "missed" or "outgoing"
    operator: int | None = None
    topic: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    text: str = ""
    note_missing: bool = False
    recovered: bool = False
    tests: bool = False  # test calls, and no others
    zone: str = "UTC"  # in which the days are meant


@dataclass(frozen=True)
class Found:
    """The calls that fit, in no order; `many` when a search has so many hits that counting them would take long."""

    calls: "QuerySet[Call]"
    many: bool = False


@dataclass(frozen=True)
class Page:
    """Calls, newest first; the keys of the pages beside it, or ""; how many fit in all (None: not counted)."""

    calls: list[Call]
    newer: str
    older: str
    count: int | None


def page(
    user: User, hotline_ids: Iterable[int], wanted: Filter, *, before: str = "", after: str = "", size: int = PAGE
) -> Page:
    """One page of the calls a person may see. `before` and `after` are keys of another page; broken ones are ignored.

    The count stops at FEW + 1.
    """
    found = find(user, hotline_ids, wanted)
    if key := parse_key(after):
        ids = _ids(newer_than(found.calls, key).order_by("arrived_at", "id"), size + 1)
        if len(ids) > size:
            return _page(found, ids[:size], newer=True, older=True)
        return page(user, hotline_ids, wanted, size=size)
    if key := parse_key(before):
        ids = _ids(older_than(found.calls, key).order_by(*NEWEST), size + 1)
        return _page(found, ids[:size], newer=True, older=len(ids) > size)
    ids = _ids(found.calls.order_by(*NEWEST), size + 1 if found.many else max(size, FEW) + 1)
    return _page(found, ids[:size], newer=False, older=len(ids) > size, count=len(ids))


def _page(found: Found, ids: list[uuid.UUID], *, newer: bool, older: bool, count: int | None = None) -> Page:
    calls = list(rows(Call.objects.filter(pk__in=ids)))
    if found.many:
        count = None
    elif count is None:
        count = _count(found.calls)
    first, last = (key_of(calls[0]), key_of(calls[-1])) if calls else ("", "")
    return Page(calls, first if newer else "", last if older else "", count)


def _ids(calls: "QuerySet[Call]", limit: int) -> list[uuid.UUID]:
    return list(calls.select_related(None).values_list("pk", flat=True)[:limit])


def _count(calls: "QuerySet[Call]") -> int:
    return calls.select_related(None).order_by()[: FEW + 1].count()


def rows(calls: "QuerySet[Call]") -> "QuerySet[Call]":
    """Calls, newest first, with all that a row of the list shows."""
    earlier = Call.objects.filter(
        caller_number=OuterRef("caller_number"),
        hotline=OuterRef("hotline"),
        arrived_at__lt=OuterRef("arrived_at"),
        arrived_at__gte=OuterRef("arrived_at") - SOON_AGAIN,
        training=False,
    )
    again = Case(When(caller_number="", then=Value(False)), default=Exists(earlier))
    return calls.select_related(*SHOWN_WITH).annotate(again=again).order_by(*NEWEST)


def find(user: User, hotline_ids: Iterable[int], wanted: Filter, *, looking_at_each: bool = False) -> Found:
    """The calls a person may see that fit.

    `looking_at_each`: read no index of words, for who asks about the few calls of a short time.
    """
    calls = visible_to(user, list(hotline_ids)).filter(training=wanted.tests)
    if wanted.hotline:
        calls = calls.filter(hotline=wanted.hotline)
    elif wanted.among:
        calls = calls.filter(hotline__in=wanted.among)
    if wanted.show:
        calls = calls.filter(_showing(wanted.show))
    if wanted.operator:
        calls = calls.filter(operator=wanted.operator)
    if wanted.topic:
        topics = Topic.objects.filter(Q(pk=wanted.topic) | Q(parent=wanted.topic)).values_list("pk", flat=True)
        calls = calls.filter(note__topic__in=list(topics))
    if wanted.note_missing:
        saved = Note.objects.filter(call=OuterRef("pk"), saved_at__isnull=False)
        calls = calls.filter(~Exists(saved), outcome=Call.Outcome.ANSWERED)
    if wanted.recovered:
        calls = calls.filter(recovered=True)
    return _fitting(_within(calls, wanted), wanted.text, looking_at_each)


def _showing(show: str) -> Q:
    if show == LIVE:
        return ~Q(state=Call.State.ENDED)
    if show == OUTGOING:
        return Q(direction=Call.Direction.OUTGOING)
    return Q(outcome__in=UNANSWERED) if show == MISSED else Q(outcome=show)


def _within(calls: "QuerySet[Call]", wanted: Filter) -> "QuerySet[Call]":
    zone = ZoneInfo(wanted.zone)
    if wanted.first_day:
        calls = calls.filter(arrived_at__gte=datetime.combine(wanted.first_day, time(), zone))
    if wanted.last_day:
        calls = calls.filter(arrived_at__lt=datetime.combine(wanted.last_day + timedelta(days=1), time(), zone))
    return calls


def _fitting(calls: "QuerySet[Call]", text: str, looking_at_each: bool) -> Found:
    """Few hits are read by their ids; of many, the newest are soonest found by walking the list and looking at each."""
    text = _clean(text)
    if not text:
        return Found(calls)
    if len(text) >= SHORTEST_ID and (known := named(text)) is not None:
        return Found(calls.filter(pk=known))
    if not looking_at_each:
        ids = list(searched(text)[: FEW + 1])
        if len(ids) <= FEW:
            return Found(calls.filter(pk__in=ids))
    if _NUMBER.match(text):
        return Found(_ending_with(calls, text), many=True)
    if len(text) < SHORTEST:
        return Found(calls.none())
    by_note = Q(note__summary__icontains=text) | Q(note__caller_name__icontains=text)
    return Found(calls.filter(by_note | Q(caller__name__icontains=text)), many=True)


def too_short(text: str) -> bool:
    """Whether a search is for so little that nothing is looked for."""
    text = _clean(text)
    if _NUMBER.match(text):
        return len(re.sub(r"\D", "", text)) < SHORTEST_NUMBER
    return 0 < len(text) < SHORTEST


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
        return _ending_with(ids, text)
    if len(text) < SHORTEST:
        return ids.none()
    notes = Note.objects.order_by().filter(Q(summary__icontains=text) | Q(caller_name__icontains=text))
    names = Caller.objects.filter(name__icontains=text)
    return notes.values_list("call", flat=True).union(ids.filter(caller__in=names), all=True)


def _ending_with(calls: "QuerySet[Call, Any]", number: str) -> "QuerySet[Call, Any]":
    digits = re.sub(r"\D", "", number)
    if len(digits) < SHORTEST_NUMBER:
        return calls.none()
    return calls.alias(backwards=Reverse("caller_number")).filter(backwards__startswith=digits[::-1])


def key_of(call: Call) -> str:
    """A call's place in the list, for an address."""
    return f"{call.arrived_at.isoformat()}_{call.pk}"


def parse_key(text: str) -> tuple[datetime, uuid.UUID] | None:
    """What `key_of` wrote, or None."""
    at, _, call_id = text.partition("_")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, uuid.UUID(call_id)) if moment.tzinfo else None
    except ValueError:
        return None


def older_than(calls: "QuerySet[Call]", key: tuple[datetime, uuid.UUID]) -> "QuerySet[Call]":
    return calls.filter(arrived_at__lte=key[0]).exclude(arrived_at=key[0], pk__gte=key[1])


def newer_than(calls: "QuerySet[Call]", key: tuple[datetime, uuid.UUID]) -> "QuerySet[Call]":
    return calls.filter(arrived_at__gte=key[0]).exclude(arrived_at=key[0], pk__lte=key[1])
