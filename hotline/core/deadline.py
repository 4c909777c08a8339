"""A limit on how long a request waits for the database, held from outside.

A statement's own time limit needs a server that still counts. One that accepts and never answers (a stopped machine, a
network that swallows) would hold the thread for ever, so a watcher cuts the connection under it: the waiting statement
then fails as if the server had gone, and the request goes on to its apology.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg2
from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpRequest, HttpResponse

PAGE_SECONDS = 10.0
_LOOK_SECONDS = 0.1

_waiting: dict[int, tuple[float, Any]] = {}  # thread -> when its patience ends, and Django's connection
_lock = threading.Lock()
_watcher: threading.Thread | None = None


@contextmanager
def database_deadline(seconds: float) -> Iterator[None]:
    """Within the block, the thread's database connection is cut once `seconds` have passed since its beginning.

    The statement in hand raises OperationalError; the connection must then be closed, as after any loss. A connection
    that is being made is bounded by its own `connect_timeout`.
    """
    _watch()
    thread = threading.get_ident()
    outer = _waiting.get(thread)
    _waiting[thread] = (time.monotonic() + seconds, connections[DEFAULT_DB_ALIAS])
    try:
        yield
    finally:
        with _lock:  # not while the watcher looks at it: the next request of this thread must not be cut
            del _waiting[thread]
            if outer:
                _waiting[thread] = outer


def _watch() -> None:
    global _watcher  # noqa: PLW0603 - one a process, and none survives a fork
    if _watcher is None or not _watcher.is_alive():
        with _lock:
            if _watcher is None or not _watcher.is_alive():
                _watcher = threading.Thread(target=_look, name="database-deadline", daemon=True)
                _watcher.start()


def _look() -> None:
    while True:
        time.sleep(_LOOK_SECONDS)
        now = time.monotonic()
        for thread, (limit, _of) in list(_waiting.items()):
            if now > limit:
                _cut(thread, limit)


def _cut(thread: int, limit: float) -> None:
    with _lock:
        entry = _waiting.get(thread)
        if entry is None or entry[0] != limit:
            return
        raw = entry[1].connection
        if raw is None or raw.closed:  # not yet open: its own time limit holds
            return
        with suppress(OSError, psycopg2.Error), socket.socket(fileno=os.dup(raw.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)  # suppressed: it was closed meanwhile


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A page that the database does not answer within PAGE_SECONDS fails rather than hangs."""

    def bounded(request: HttpRequest) -> HttpResponse:
        with database_deadline(PAGE_SECONDS):
            return get_response(request)

    return bounded
