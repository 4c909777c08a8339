"""What machines ask: is the process there, is the system ready for calls, what do the numbers say."""

import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, F, Min, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from calls.models import Call, Instruction
from hotline.core import access, heartbeat
from operators.models import Operator
from telephony import outages

# How old a sign of life may be, in seconds; each part gives one at least every 20.
SILENT_AFTER = {heartbeat.SWITCHBOARD: 30, heartbeat.WORKER: 75, heartbeat.BEAT: 75}
OLDEST_INSTRUCTION_SECONDS = 60


@access.public
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is looked at."""
    return JsonResponse({"status": "ok"})


@access.public
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when calls can be taken and everything behind them is at work, else 503; each part with its own word."""
    parts = _parts(timezone.now())
    ok = all(part["ok"] for part in parts.values())
    answer = JsonResponse({"status": "ok" if ok else "failing", "parts": parts}, status=200 if ok else 503)
    answer["Cache-Control"] = "no-store"
    answer._has_been_logged = True  # type: ignore[attr-defined]  # a 503 is the answer, not an error of ours
    return answer


def _parts(at: datetime) -> dict[str, dict[str, Any]]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        ages, oldest, outage = heartbeat.ages(at), oldest_instruction_seconds(at), outages.present(at)
    except DatabaseError:
        # Without the database nothing is known of the others.
        unknown: dict[str, Any] = {name: {"ok": False, "age_seconds": None} for name in SILENT_AFTER}
        unknown |= {"oldest_instruction": {"ok": False, "age_seconds": None}, "carrier": {"ok": False}}
        return {"database": {"ok": False}, **unknown}
    signs = {name: _sign(ages.get(name), limit) for name, limit in SILENT_AFTER.items()}
    instruction = {"ok": oldest < OLDEST_INSTRUCTION_SECONDS, "age_seconds": round(oldest, 1)}
    carrier: dict[str, Any] = {"ok": outage is None}
    if outage is not None:
        carrier |= {"since": outage.started_at, "says": "the telephone provider does not answer"}
    return {"database": {"ok": True}, **signs, "oldest_instruction": instruction, "carrier": carrier}


def _sign(age: float | None, limit: int) -> dict[str, Any]:
    return {"ok": age is not None and age < limit, "age_seconds": None if age is None else round(age, 1)}


def oldest_instruction_seconds(at: datetime) -> float:
    """How long the oldest due instruction has been waiting for a switchboard; 0 when none is."""
    waiting = Instruction.objects.filter(state=Instruction.State.PENDING, due_at__lte=at)
    oldest = waiting.aggregate(oldest=Min("due_at"))["oldest"]
    return max(0.0, (at - oldest).total_seconds()) if oldest else 0.0


@access.public
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus, counted at the moment of asking. With METRICS_TOKEN set, only for who brings it."""
    token = settings.METRICS_TOKEN
    if token and not hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
        raise Http404
    registry = CollectorRegistry()
    registry.register(_Numbers())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Numbers:
    """Counts and ages alone; never a name or a number of a person."""

    def describe(self) -> list[Metric]:
        return []  # nothing is counted before it is asked for

    def collect(self) -> Iterator[Metric]:
        at = timezone.now()
        yield from _calls()
        operators = GaugeMetricFamily("hotline_operators", "Operators by state", labels=["state"])
        for row in Operator.objects.filter(active=True).values("state").annotate(n=Count("id")).order_by("state"):
            operators.add_metric([row["state"]], row["n"])
        yield operators
        yield GaugeMetricFamily(
            "hotline_oldest_instruction_age_seconds",
            "Age of the oldest instruction that waits for a switchboard",
            value=oldest_instruction_seconds(at),
        )
        signs = GaugeMetricFamily("hotline_heartbeat_age_seconds", "Seconds since a sign of life", labels=["part"])
        for name, age in heartbeat.ages(at).items():
            signs.add_metric([name], age)
        yield signs


def _calls() -> Iterator[Metric]:
    live = GaugeMetricFamily("hotline_calls_live", "Calls that have not ended", labels=["hotline", "state"])
    waits = GaugeMetricFamily("hotline_longest_wait_seconds", "Longest wait in the queue now", labels=["hotline"])
    rows = (
        Call.objects.exclude(state=Call.State.ENDED)
        .filter(training=False)
        .values("state", slug=F("hotline__slug"))
        .annotate(n=Count("id"), oldest=Min("queued_at", filter=Q(direction=Call.Direction.INCOMING)))
        .order_by("slug", "state")
    )
    at = timezone.now()
    for row in rows:
        hotline = row["slug"] or "none"
        live.add_metric([hotline, row["state"]], row["n"])
        if row["state"] == Call.State.WAITING and row["oldest"]:
            waits.add_metric([hotline], max(0.0, (at - row["oldest"]).total_seconds()))
    yield live
    yield waits
