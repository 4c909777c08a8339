"""What a transaction has to tell is told once, after its commit, and not at all when it is undone."""

import json
import select

import psycopg2
import pytest
from django.db import connection, transaction

from hotline.core.live import LIVE_CHANNEL, SWITCHBOARD_CHANNEL, announce, wake_switchboard

pytestmark = pytest.mark.django_db(transaction=True)


class Listener:
    def __init__(self):
        self.wire = psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})
        self.wire.autocommit = True
        self.wire.cursor().execute(f"LISTEN {LIVE_CHANNEL}; LISTEN {SWITCHBOARD_CHANNEL}")

    def heard(self) -> list[tuple[str, list[str]]]:
        """Everything told so far; a message of our own at the end shows that nothing is still under way."""
        self.wire.cursor().execute("SELECT pg_notify(%s, %s)", [LIVE_CHANNEL, '["end"]'])
        told: list[tuple[str, list[str]]] = []
        while not told or told[-1] != (LIVE_CHANNEL, ["end"]):
            if not self.wire.notifies:
                assert select.select([self.wire], [], [], 10)[0], told
                self.wire.poll()
            told += [(each.channel, json.loads(each.payload or "[]")) for each in self.wire.notifies]
            self.wire.notifies.clear()
        return told[:-1]


@pytest.fixture
def listener():
    made = Listener()
    yield made
    made.wire.close()


def test_a_transaction_tells_everything_in_one_message(listener):
    with transaction.atomic():
        announce("board", "operator:7")
        announce("board", "calls")
        wake_switchboard()
        wake_switchboard()
        assert listener.heard() == []
    assert sorted(listener.heard()) == [
        (LIVE_CHANNEL, ["board", "calls", "operator:7"]),
        (SWITCHBOARD_CHANNEL, []),
    ]


def test_outside_a_transaction_it_is_told_at_once(listener):
    announce("board")
    announce("calls")
    assert listener.heard() == [(LIVE_CHANNEL, ["board"]), (LIVE_CHANNEL, ["calls"])]


def test_what_is_undone_is_not_told(listener):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        announce("board")
        raise ZeroDivisionError
    with transaction.atomic():
        announce("calls")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            announce("board")
            raise ZeroDivisionError
        with transaction.atomic():
            announce("operator:1")
    told = [topics for _channel, topics in listener.heard()]
    assert sorted(topic for each in told for topic in each) == ["calls", "operator:1"]
