"""The switchboard: carries out due instructions at the carrier, and sweeps up what no callback closed.

Any number of copies may run. Woken by PostgreSQL's NOTIFY; without it a sweep a second finds the same work.
"""

import logging
import select
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import psycopg2
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection, connections
from django.utils import timezone

from calls import agencies, callbacks, outbox, outward_alarms, services
from calls.models import Instruction
from hotline.core import heartbeat
from hotline.core.live import SWITCHBOARD_CHANNEL
from operators import presence
from scheduling.services import begin_due_breaks, remind_break_ends
from telephony import outages, reconcile
from telephony.twilio import account
from telephony.twilio.client import circuit
from telephony.twilio.exchange import perform

log = logging.getLogger(__name__)
HANDS = 6  # carrier requests at once
SWEEP_SECONDS = 1.0
COMPARE_SECONDS = 10.0
OUTAGE_SECONDS = 2.0
LIMITS_SECONDS = 10.0  # how soon an alarm of the limits of calls outwards is raised


class Switchboard:
    """One copy. `run` returns when `stop` is set; an interrupted copy's claims are taken over by another."""

    def __init__(self, *, name: str = "switchboard") -> None:
        self.name = name
        self.stop = threading.Event()
        self._hands = ThreadPoolExecutor(max_workers=HANDS, thread_name_prefix="carrier")
        self._busy = threading.BoundedSemaphore(HANDS)
        self._listener: psycopg2.extensions.connection | None = None
        self._missed_something = True  # at the start, and whenever the database was away
        self._due = dict.fromkeys(("sweep", "compare", "outage", "limits"), 0.0)
        self._outage = False
        self._rings_all = False  # whether a hotline rings everybody at once, looked up by the sweep

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self._turn()
            except (DatabaseError, InterfaceError, psycopg2.Error) as error:
                log.warning("the database is away: %s", error.__class__.__name__)
                self._missed_something = True
                self._forget_connections()
                self.stop.wait(0.5)
        self._hands.shutdown(wait=True, cancel_futures=True)
        self._forget_connections()

    def _turn(self) -> None:
        self._wait_for_work()
        at = timezone.now()
        if self._carrier_answers(at):
            services.assign(at)
            if self._rings_all:
                services.ring_others(at)
            self._carry_out(at)
        if self._is_due("sweep", SWEEP_SECONDS):
            self._sweep(at)
            self._hands.submit(self._guarded, callbacks.sweep, at)
        if self._is_due("limits", LIMITS_SECONDS):
            self._hands.submit(self._guarded, outward_alarms.raise_due, at)
        heartbeat.beat(heartbeat.SWITCHBOARD, at)
        if self._is_due("compare", min(COMPARE_SECONDS, settings.CARRIER_SILENCE_SECONDS)):
            self._hands.submit(self._guarded, reconcile.check_silent_calls, at)
        if self._missed_something:
            self._missed_something = False
            self._hands.submit(self._guarded, reconcile.catch_up, at)

    def _is_due(self, what: str, every: float) -> bool:
        now = time.monotonic()
        if now < self._due[what]:
            return False
        self._due[what] = now + every
        return True

    def _wait_for_work(self) -> None:
        """Return at a NOTIFY, or after a quarter of a second: a lost NOTIFY must cost no more."""
        if self._listener is None or self._listener.closed:
            self._listener = _listen()
        if not self._listener.notifies:
            select.select([self._listener], [], [], 0.25)
        self._listener.poll()
        self._listener.notifies.clear()

    def _carrier_answers(self, at: datetime) -> bool:
        """While it does not, instructions stay as they are; a cheap question finds out when it does again."""
        if circuit.closed:
            if self._outage:
                outages.end(at)
                self._outage = False
            return True
        if circuit.half_open:
            self._hands.submit(self._guarded, account.probe)
        services.forgo_outside(at)
        if self._is_due("outage", OUTAGE_SECONDS):
            outages.keep(at, why=circuit.why)
            self._outage = True
        return False

    def _carry_out(self, at: datetime) -> None:
        while not self.stop.is_set():
            free = self._free_hands()
            batch = outbox.claim(at, limit=free) if free else []
            if not batch:
                return
            for instruction in batch:
                self._busy.acquire()
                self._hands.submit(self._perform, instruction)

    def _free_hands(self) -> int:
        return self._busy._value

    def _perform(self, instruction: Instruction) -> None:
        try:
            self._guarded(perform, instruction)
        finally:
            self._busy.release()

    def _guarded(self, deed: Callable[..., object], *args: object) -> None:
        """Run in a hand: whatever goes wrong is logged, and the sweep takes the instruction up again."""
        close_old_connections()
        try:
            deed(*args)
        except (DatabaseError, InterfaceError) as error:
            connection.close()
            log.warning(
                "%s was interrupted by the database: %s", getattr(deed, "__name__", deed), error.__class__.__name__
            )
        except Exception:
            log.exception("%s failed", getattr(deed, "__name__", deed))

    def _sweep(self, at: datetime) -> None:
        outbox.release_stale(at)
        outages.end_forgotten(at)
        agencies.keep_up(at)
        services.expire_offers(at)
        self._rings_all = services.any_rings_all()
        services.expire_legs(at)
        services.close_overdue_attendances(at)
        services.end_overdue_wrap_ups(at)
        presence.drop_lost_desks(at)
        begin_due_breaks(at)
        remind_break_ends(at)

    def _forget_connections(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        connections.close_all()


def _listen() -> "psycopg2.extensions.connection":
    """A connection of its own that hears the wake-up calls."""
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    listener = psycopg2.connect(**parameters)
    listener.autocommit = True
    with listener.cursor() as cursor:
        cursor.execute(f"LISTEN {SWITCHBOARD_CHANNEL}")
    return listener
