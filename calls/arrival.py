"""A call arrives: one row and its first journal lines, in one statement, for any number of deliveries.

What the number leads to (hotline, hours, lines) is remembered in the process and checked by the statement itself
against the hotline's version, so that a stale memory writes nothing and is refreshed.
"""

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from psycopg2.extras import Json

from calls.facts import join
from calls.journal import note_event
from calls.models import Call, CallEvent, Delivery
from calls.numbers import classify
from calls.plans.known import in_force_for, keeps
from hotline.core.live import announce
from hotline.core.prepared import Prepared
from lines.hours import Opening, Timetable, timetable
from lines.models import Gate, Hotline, Number
from lines.tariffs import Tariff, in_force

log = logging.getLogger(__name__)
_NEAR_FULL = 16  # below this many free lines arrivals are counted one after the other, so that the limit is exact
_memory: dict[str, "Route"] = {}
_MEMORY_LIMIT = 10_000
NO_GATE = -1


@dataclass(frozen=True)
class Route:
    """Where a dialled number leads."""

    number_id: int
    hotline_id: int
    version: int
    lines: int
    priority: int
    language: str
    skills: tuple[str, ...]
    limit: int
    limit_minutes: int
    gate: int  # a key must be pressed first from so many calls a minute on; NO_GATE: never
    guarded: bool  # whether the block list counts
    tariffs: tuple[Tariff, ...]
    greeting: str
    closed_message: str
    organisation: str
    timetable: Timetable
    plan: int | None  # the version of the call plan in force
    keeps: tuple[str, ...]  # the reasons to turn a caller away on which that goes on with them instead
    recording: tuple[str, str, str] | None = None  # mode, purpose and where to read more, if it records


@dataclass(frozen=True)
class Arrival:
    """What became of an arriving call. `refused` is "", "closed", "full", "blocked" or "limit"; `route` is None for
    a number nobody owns; `ended` says that the call is over (a replay); `gated`, that a key must be pressed first;
    `kept`, that a plan goes on with a caller whom "closed" or "full" would have turned away; `planned`, that the
    call came before and goes by a plan."""

    call_id: uuid.UUID
    refused: str
    route: Route | None
    ended: bool = False
    closed_message: str = ""
    gated: bool = False
    tariff: Tariff | None = None
    kept: str = ""
    planned: bool = False


def route_of(dialled: str) -> Route | None:
    """Look the number up afresh."""
    numbers = Number.objects.select_related("hotline").annotate(plan=in_force_for("hotline_id"))
    number = numbers.filter(number=dialled, active=True, hotline__active=True).first()
    if number is None:
        _memory.pop(dialled, None)
        return None
    hotline = number.hotline
    route = Route(
        number_id=number.pk,
        hotline_id=hotline.pk,
        version=hotline.version,
        lines=number.lines,
        priority=hotline.priority,
        language=hotline.languages[0] if hotline.languages else "en",
        skills=tuple(hotline.skills),
        limit=0 if hotline.takes_everyone else hotline.caller_hourly_limit,
        limit_minutes=hotline.caller_limit_minutes,
        gate=_gate_of(hotline),
        guarded=not hotline.takes_everyone,
        tariffs=tuple(number.tariffs.all()),
        greeting=hotline.greeting,
        closed_message=hotline.closed_message,
        organisation=hotline.organisation,
        timetable=timetable(hotline.pk, hotline.version),
        plan=number.plan,
        keeps=keeps(number.plan),
        recording=hotline.recording_told,
    )
    if len(_memory) >= _MEMORY_LIMIT:
        _memory.clear()
    _memory[dialled] = route
    return route


def _gate_of(hotline: Hotline) -> int:
    if hotline.takes_everyone or hotline.gate == Gate.OFF:
        return NO_GATE
    return 0 if hotline.gate == Gate.ALWAYS else hotline.gate_calls


# What decides on a caller who arrives, for the statement below and for whoever asks what would happen. Subqueries are
# read only where their branch is reached: without a limit or gate nothing is counted.
DECIDE = """
known AS (
  SELECT id, (%(guarded)s AND blocked_until > %(at)s) AS blocked FROM calls_caller WHERE number = %(caller)s
), used AS (
  SELECT count(*) AS live FROM calls_call WHERE number_id = %(number_id)s AND state <> 'ended' AND refused = ''
     AND NOT training
), decided AS (
  SELECT CASE
      WHEN (SELECT blocked FROM known) THEN 'blocked'
      WHEN %(limit)s > 0 AND %(caller)s <> '' AND (
        SELECT count(*) FROM calls_call
         WHERE caller_number = %(caller)s AND arrived_at > %(limit_since)s AND arrived_at <= %(at)s
           AND hotline_id = %(hotline_id)s AND refused <> 'limit' AND NOT training
      ) >= %(limit)s THEN 'limit'
      WHEN %(closed)s THEN 'closed'
      WHEN (SELECT live FROM used) >= %(lines)s THEN 'full'
      ELSE '' END AS refused,
    CASE
      WHEN %(gate)s < 0 THEN false
      WHEN %(gate)s = 0 THEN true
      ELSE (
        SELECT count(*) FROM calls_call WHERE hotline_id = %(hotline_id)s AND arrived_at > %(minute_ago)s
           AND arrived_at <= %(at)s AND NOT training
      ) >= %(gate)s END AS gated
)"""
DECIDE_TYPES = {
    "number_id": "bigint",
    "hotline_id": "bigint",
    "lines": "int",
    "at": "timestamptz",
    "caller": "text",
    "guarded": "boolean",
    "limit": "int",
    "limit_since": "timestamptz",
    "closed": "boolean",
    "gate": "int",
    "minute_ago": "timestamptz",
}

_ARRIVE = Prepared(
    "receive_a_call",
    f"""
WITH route AS (
  SELECT n.id FROM lines_number n JOIN lines_hotline h ON h.id = n.hotline_id
   WHERE n.id = %(number_id)s AND n.active AND n.lines = %(lines)s AND h.active AND h.version = %(version)s
), {DECIDE}, call AS (
  INSERT INTO calls_call (id, carrier_ref, hotline_id, number_id, dialled, forwarded_from, caller_number, caller_kind,
      caller_id, language, skills, priority, state, outcome, arrived_at, refused, left_first, ended_by, lookup_ref,
      carrier_status, recovered, training, tariff_id, gated_at, plan_id)
  SELECT %(id)s, %(ref)s, %(hotline_id)s, %(number_id)s, %(dialled)s, %(forwarded)s, %(caller)s, %(kind)s,
      (SELECT id FROM known), %(language)s, %(skills)s::varchar[], %(priority)s, 'arrived', '', %(at)s,
      CASE WHEN decided.refused = ANY(%(keeps)s) THEN '' ELSE decided.refused END, '', '', '',
      'ringing', false, %(training)s, %(tariff_id)s, CASE WHEN decided.refused = '' AND decided.gated THEN %(at)s END,
      %(plan_id)s
    FROM decided
   WHERE EXISTS (SELECT 1 FROM route)
     AND (%(exact)s OR decided.refused <> '' OR (SELECT live FROM used) + %(margin)s < %(lines)s)
  ON CONFLICT (carrier_ref) DO NOTHING
  RETURNING id, refused, gated_at IS NOT NULL AS gated
), journal AS (
  INSERT INTO calls_callevent (call_id, at, received_at, kind, data, source, key, raw)
  SELECT call.id, %(at)s, now(), CASE WHEN call.refused = '' THEN 'arrived' ELSE 'turned_away' END,
         jsonb_strip_nulls(jsonb_build_object('why', call.refused, 'gate', call.gated, 'verified', %(verified)s,
           'kept', NULLIF(decided.refused, call.refused))),
         'webhook', 'voice', %(raw)s::jsonb
    FROM call, decided
)
SELECT (SELECT refused FROM call), EXISTS (SELECT 1 FROM route), (SELECT live FROM used), (SELECT gated FROM call),
       (SELECT decided.refused FROM decided)
""",  # noqa: S608 - a constant of this file stands in it
    DECIDE_TYPES
    | {
        "version": "int",
        "id": "uuid",
        "ref": "text",
        "dialled": "text",
        "forwarded": "text",
        "kind": "text",
        "language": "text",
        "skills": "varchar[]",
        "priority": "int",
        "tariff_id": "bigint",
        "plan_id": "bigint",
        "keeps": "text[]",
        "verified": "text",
        "exact": "boolean",
        "margin": "int",
        "raw": "jsonb",
        "training": "boolean",
    },
)


def receive_call(
    *,
    carrier_ref: str,
    dialled: str,
    caller: str,
    forwarded_from: str = "",
    verified: str = "",
    training: bool = False,
    at: datetime,
    raw: dict[str, Any],
) -> Arrival:
    """Take in an incoming call and decide whether it is turned away.

    `verified` is what the carrier says of the caller's number: "yes", "no" or "". It is shown, and nothing rests on it.
    `training` marks a test call (calls/practice.py).
    Idempotent: the same `carrier_ref` any number of times, at once or later, is one row and one answer. A number
    nobody owns is recorded without a hotline. The limit of the number's lines is exact under concurrency.
    """
    route = _memory.get(dialled) or route_of(dialled)
    kind, number = classify(caller)
    facts = {"ref": carrier_ref[:64], "dialled": dialled[:64], "forwarded": forwarded_from[:64], "at": at}
    facts |= {"caller": number, "kind": str(kind), "raw": Json(raw), "verified": verified}
    facts["training"] = training
    if route is None:
        return _unrouted(facts)
    arrival, fresh = _arrive(route, facts)
    if not fresh:  # the number or hotline changed since we looked
        route = route_of(dialled)
        if route is None:
            return _unrouted(facts)
        arrival, fresh = _arrive(route, facts)
    announce("board", "calls", f"hotline:{route.hotline_id}")
    return arrival or _known(carrier_ref, route, facts)


def _arrive(route: Route, facts: dict[str, Any]) -> tuple[Arrival | None, bool]:
    """(arrival, whether our memory of the number was right); no arrival if the call was known already."""
    opening = route.timetable.at(facts["at"])
    call_id, tariff = uuid.uuid4(), in_force(route.tariffs, facts["at"])
    values = facts | weighed(route, facts["at"], opening)
    values |= {
        "id": call_id,
        "version": route.version,
        "priority": route.priority,
        "language": route.language,
        "skills": list(route.skills),
        "tariff_id": tariff.pk if tariff else None,
        "plan_id": route.plan,
        "keeps": list(route.keeps),
        "margin": _NEAR_FULL,
        "exact": False,
    }
    row = _ARRIVE.fetch(values)
    assert row is not None
    refused, fresh, live, gated, decided = row
    if refused is None and fresh and live + _NEAR_FULL >= route.lines:
        refused, gated, decided = _arrive_one_by_one(values)
    if refused is None:
        return None, fresh
    kept = "" if refused else decided
    return Arrival(call_id, refused, route, closed_message=opening.message, gated=gated, tariff=tariff, kept=kept), True


def weighed(route: Route, at: datetime, opening: Opening) -> dict[str, Any]:
    """What `DECIDE` weighs of a call to this number, but for the caller's own number."""
    return {
        "at": at,
        "number_id": route.number_id,
        "hotline_id": route.hotline_id,
        "lines": route.lines,
        "guarded": route.guarded,
        "limit": route.limit,
        "limit_since": at - timedelta(minutes=route.limit_minutes),
        "closed": not opening.is_open,
        "gate": route.gate,
        "minute_ago": at - timedelta(minutes=1),
    }


def _arrive_one_by_one(values: dict[str, Any]) -> tuple[str | None, bool, str]:
    """Near the limit: hold the number's row, so that two callers cannot both take the last line."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM lines_number WHERE id = %(number_id)s FOR UPDATE", values)
        row = _ARRIVE.fetch(values | {"exact": True})
    return (row[0], bool(row[3]), row[4]) if row else (None, False, "")


def _known(carrier_ref: str, route: Route, facts: dict[str, Any]) -> Arrival:
    """The call has a row already: a repeated delivery, or a status callback came first and knew less."""
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).select_related("tariff").get(carrier_ref=carrier_ref)
        opening = route.timetable.at(min(call.arrived_at, facts["at"]))
        told = {"key": "voice", "raw": facts["raw"].adapted, "verified": facts["verified"]}
        closed = not opening.is_open
        if closed and "closed" in route.keeps:
            told["kept"], closed = "closed", False
        first = note_event(call, CallEvent.Kind.ARRIVED, at=facts["at"], **told)
        if first and call.hotline_id is None:
            _complete(call, route, facts, closed=closed)
        elif not first and call.ended_at:
            _replayed(call, facts["at"])
    return Arrival(
        call.pk, call.refused, route, ended=call.ended_at is not None, closed_message=opening.message,
        gated=call.gated_at is not None and call.gate_passed_at is None, tariff=call.tariff,
        kept=_kept(call), planned=call.plan_id is not None,
    )  # fmt: skip


def _kept(call: Call) -> str:
    """The reason on which a plan went on with the caller."""
    if call.plan_id is None:
        return ""
    return call.events.filter(key="voice").values_list("data__kept", flat=True).first() or ""


def _replayed(call: Call, at: datetime) -> None:
    """A genuine request of a call that is over came again: once an hour that is journalled, and nothing else done."""
    if note_event(call, CallEvent.Kind.REPLAY, at=at, key=f"replay:{at:%Y-%m-%dT%H}"):
        log.warning("the request of a call that is over was repeated: %s", call.pk)


def _complete(call: Call, route: Route, facts: dict[str, Any], *, closed: bool) -> None:
    """Fill in what a row written by an early status callback could not know."""
    call.hotline_id, call.number_id = route.hotline_id, route.number_id
    call.language, call.skills, call.priority = route.language, list(route.skills), route.priority
    call.tariff, call.plan_id = in_force(route.tariffs, min(call.arrived_at, facts["at"])), route.plan
    join(call, arrived_at=facts["at"], dialled=facts["dialled"], refused="closed" if closed else "")
    call.save()


def _unrouted(facts: dict[str, Any]) -> Arrival:
    """A call to a number that no hotline owns: kept in the register, turned away in words."""
    call, made = Call.objects.get_or_create(
        carrier_ref=facts["ref"],
        defaults={
            "dialled": facts["dialled"],
            "caller_number": facts["caller"],
            "caller_kind": facts["kind"],
            "forwarded_from": facts["forwarded"],
            "arrived_at": facts["at"],
            "refused": "unknown",
            "training": facts["training"],
        },
    )
    if made:
        Delivery.objects.create(path="voice", raw=facts["raw"].adapted, why="no hotline has this number")
        announce("calls")
    return Arrival(call.pk, call.refused, None, ended=call.ended_at is not None)
