"""Announcing a change to screens and to the switchboard: Postgres NOTIFY, right after the commit.

A message names topics, never contents: whoever hears it fetches what changed. Topics in use: `board`, `calls`,
`operator:<id>`, `hotline:<id>`, `call:<uuid>`. Inside a transaction NOTIFY would make commits queue behind each
other, so it is a statement of its own after the commit; a lost one costs a few seconds, until the slow poll.
"""

import json
import logging

from django.db import DatabaseError, connection, transaction

LIVE_CHANNEL = "hotline_live"
SWITCHBOARD_CHANNEL = "hotline_switchboard"
log = logging.getLogger(__name__)


def announce(*topics: str) -> None:
    """Tell every open screen, after the commit, that `topics` changed. Never raises."""
    if topics:
        transaction.on_commit(lambda: _notify(LIVE_CHANNEL, json.dumps(sorted(set(topics)))))


def wake_switchboard() -> None:
    """Tell a switchboard, after the commit, that an instruction is due. Never raises."""
    transaction.on_commit(lambda: _notify(SWITCHBOARD_CHANNEL, ""))


def _notify(channel: str, payload: str) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [channel, payload])
    except DatabaseError as error:  # the decision is committed; the sweep will find it
        log.warning("a change could not be announced on %s: %s", channel, error.__class__.__name__)
