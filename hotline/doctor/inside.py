"""What runs inside: database, broker, and the processes beside the pages."""

import time

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from hotline.core import heartbeat
from hotline.core.checkup import Finding, bad, check, good, warn
from hotline.health import OLDEST_INSTRUCTION_SECONDS, SILENT_AFTER, oldest_instruction_seconds

_OLDEST_POSTGRES = 150000
_SLOW_MS = 50
_ROUNDS = 5


@check("database", gettext_lazy("Database"))
def database() -> Finding:
    """PostgreSQL answers, is new enough, and quick: the median of five questions."""
    try:
        took = sorted(_ask() for _round in range(_ROUNDS))[_ROUNDS // 2]
        version = connection.pg_version  # type: ignore[attr-defined]
    except DatabaseError as error:
        return bad(
            _("PostgreSQL does not answer: %(error)s.") % {"error": error.__class__.__name__},
            _("Look at its disk, then at its log. Until it is back, callers hear an apology."),
        )
    seen = _("PostgreSQL %(version)d answers in %(ms).1f ms.") % {"version": version // 10000, "ms": took}
    if version < _OLDEST_POSTGRES:
        return bad(seen, _("Move to PostgreSQL 15 or newer."))
    if took > _SLOW_MS:
        return warn(seen, _("It should take a few milliseconds: bring it nearer, or give it more of the machine."))
    return good(seen)


def _ask() -> float:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return (time.perf_counter() - began) * 1000


@check("migrations", gettext_lazy("Database layout"))
def migrations() -> Finding:
    """The tables are those of this version."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        text = ngettext("%(count)d change is not made yet.", "%(count)d changes are not made yet.", len(missing))
        return bad(text % {"count": len(missing)}, _("Run “manage.py migrate”."))
    return good(_("The tables are those of this version."))


@check("broker", gettext_lazy("Redis"))
def broker() -> Finding:
    """Redis or Valkey answers. Calls never wait for it."""
    import redis  # noqa: PLC0415 - here, so that pages open on a machine where its package is in trouble

    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3, socket_connect_timeout=3)
    try:
        began = time.perf_counter()
        client.ping()
    except (redis.RedisError, OSError) as error:
        return warn(
            _("It does not answer: %(error)s.") % {"error": error.__class__.__name__},
            _("Calls go on without it; figures, alarms and daily checks wait. Start it, or set REDIS_URL."),
        )
    finally:
        client.close()
    return good(_("It answers in %(ms).1f ms.") % {"ms": (time.perf_counter() - began) * 1000})


@check("processes", gettext_lazy("Processes"))
def processes() -> Finding:
    """Switchboard, worker and timer gave a sign of life lately."""
    ages = heartbeat.ages(timezone.now())
    silent = [name for name, limit in SILENT_AFTER.items() if ages.get(name, limit + 1) > limit]
    if heartbeat.SWITCHBOARD in silent:
        return bad(
            _("No switchboard is at work: callers wait and nobody is rung."),
            _("Start “manage.py switchboard”; its log says why it stopped."),
        )
    if silent:
        return warn(
            _("Silent: %(names)s.") % {"names": ", ".join(silent)},
            _("Calls go on; figures and daily checks wait. Look at Redis first, then at the log of the worker."),
        )
    oldest = max(ages[name] for name in SILENT_AFTER)
    return good(_("Switchboard, worker and timer are at work; last sign %(age)d s ago.") % {"age": oldest})


@check("outbox", gettext_lazy("Instructions"))
def outbox() -> Finding:
    """No decision waits long for a switchboard to carry it out."""
    age = oldest_instruction_seconds(timezone.now())
    seen = _("The oldest instruction waits since %(age)d s.") % {"age": age}
    if age >= OLDEST_INSTRUCTION_SECONDS:
        return bad(seen, _("The switchboard or the telephone provider is stuck: see both above."))
    return good(_("Nothing waits for the switchboard.") if age < 1 else seen)
