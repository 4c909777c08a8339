"""Announcing a change to screens and to the switchboard: Postgres NOTIFY, right after the commit.

A message names topics, never contents: whoever hears it fetches what changed. Topics in use: `board`, `calls`,
`carrier`, `queue`, `queue:<hotline>`, `operator:<id>`, `hotline:<id>`, `call:<uuid>`, `help`, `user:<id>`. Inside a
transaction NOTIFY would make commits queue behind each other, so it is a statement of its own after the commit, one for
all that a transaction has to tell; a lost one costs a few seconds, until the slow poll.
"""

import json
import logging
from collections.abc import Iterable

from django.db import DatabaseError, connection, transaction

LIVE_CHANNEL = "hotline_live"
SWITCHBOARD_CHANNEL = "hotline_switchboard"
log = logging.getLogger(__name__)


class _Message:
    """What one transaction has to tell on one channel, sent when it is committed."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.topics: set[str] = set()

    def __call__(self) -> None:
        _notify(self.channel, json.dumps(sorted(self.topics)) if self.topics else "")


def _pending(channel: str) -> _Message | None:
    """The message on `channel` of the transaction in hand, or of its savepoint, which may yet be undone."""
    here = set(connection.savepoint_ids)
    for entry in connection.run_on_commit:  # (savepoints, what to call, …)
        if isinstance(entry[1], _Message) and entry[1].channel == channel and entry[0] == here:
            return entry[1]
    return None


def announce(*topics: str) -> None:
    """Tell every open screen, after the commit, that `topics` changed. Never raises."""
    if topics:
        _send(LIVE_CHANNEL, topics)


def wake_switchboard() -> None:
    """Tell a switchboard, after the commit, that an instruction is due. Never raises."""
    _send(SWITCHBOARD_CHANNEL, ())


def _send(channel: str, topics: Iterable[str]) -> None:
    message = _pending(channel)
    if message is not None:
        message.topics.update(topics)
        return
    message = _Message(channel)
    message.topics.update(topics)
    transaction.on_commit(message)


def _notify(channel: str, payload: str) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [channel, payload])
    except DatabaseError as error:  # the decision is committed; the sweep will find it
        log.warning("a change could not be announced on %s: %s", channel, error.__class__.__name__)
