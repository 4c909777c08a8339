"""The web process as it runs: pages in threads, live streams on the loop, told by PostgreSQL."""

import contextlib
import http.client
import threading
import time

import pytest
import uvicorn
from django.db import connection
from django.utils import timezone

from calls.models import Call
from hotline.core.live import announce
from tests.people import make_hotline, make_operator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def web():
    from hotline.asgi import application

    server = uvicorn.Server(
        uvicorn.Config(application, port=0, log_level="warning", ws="none", timeout_graceful_shutdown=3)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)
    with connection.cursor() as cursor:  # the threads keep their connections, and the database is to be dropped
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def cookie_of(client, user):
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


@pytest.fixture
def ask(web):
    """Asks the running process; every connection is closed before it is stopped."""
    with contextlib.ExitStack() as open_wires:

        def get(path, **headers):
            wire = open_wires.enter_context(
                contextlib.closing(http.client.HTTPConnection("127.0.0.1", web, timeout=10))
            )
            wire.request("GET", path, headers={"Host": "testserver", **headers})
            return open_wires.enter_context(contextlib.closing(wire.getresponse()))

        yield get


def read_until(stream, wanted):
    lines = []
    while True:
        line = stream.readline().decode()
        lines.append(line)
        if wanted in line:
            return lines
        assert line, f"the stream ended before {wanted!r}: {lines}"


def test_pages_and_streams_stand_on_one_port(client, ask):
    assert ask("/accounts/login/").status == 200
    assert ask("/live/stream/?topics=board").status == 401
    assert ask("/nowhere/").status in (403, 404)


def test_an_announcement_reaches_the_browser_and_signing_out_ends_the_stream(client, ask):
    operator = make_operator(make_hotline())
    stream = ask(f"/live/stream/?topics=board,operator:{operator.pk}", Cookie=cookie_of(client, operator.user))
    assert stream.status == 200
    assert stream.getheader("Content-Type").startswith("text/event-stream")
    assert "retry" in stream.readline().decode()
    for _ in range(100):  # the process listens from some moment on
        announce(f"operator:{operator.pk}")
        time.sleep(0.02)
    read_until(stream, f"operator:{operator.pk}")

    client.logout()
    began = time.monotonic()
    while stream.readline():
        pass
    assert time.monotonic() - began < 5


def test_the_stream_brings_a_desk_its_lines_anew_at_every_change(client, ask):
    line = make_hotline()
    operator = make_operator(line)
    stream = ask("/live/stream/?topics=lines:en,lines:nb", Cookie=cookie_of(client, operator.user))
    assert stream.status == 200
    first = "".join(read_until(stream, '"lines:nb"'))
    assert line.name in first and "2 waiting" not in first
    for n in range(2):
        Call.objects.create(
            carrier_ref=f"CA{n:032}", hotline=line, arrived_at=timezone.now(), queued_at=timezone.now(), state="waiting"
        )
    announce(f"queue:{line.pk}")
    assert "2 waiting" in read_until(stream, "data: ")[-1]


def test_a_closed_account_ends_the_stream(client, ask):
    operator = make_operator(make_hotline())
    stream = ask("/live/stream/?topics=board", Cookie=cookie_of(client, operator.user))
    operator.user.is_active = False
    operator.user.save()
    began = time.monotonic()
    while stream.readline():
        pass
    assert time.monotonic() - began < 5


def test_after_the_database_cut_the_line_the_browser_is_told_to_fetch_everything(client, ask):
    operator = make_operator(make_hotline())
    stream = ask("/live/stream/?topics=board,calls", Cookie=cookie_of(client, operator.user))
    announce("board")
    with connection.cursor() as cursor:
        cut = 0
        while not cut:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE query = 'LISTEN hotline_live' AND pid <> pg_backend_pid()"
            )
            cut = cursor.fetchone()[0]
    read_until(stream, '"calls"')


def test_a_header_with_an_underscore_cannot_pose_as_the_proxys():
    from hotline.asgi import _clean

    scope = {"headers": [(b"x_forwarded_proto", b"https"), (b"host", b"x")], "query_string": b"q=\xc3\xa6"}
    assert _clean(scope) == {"headers": [(b"host", b"x")], "query_string": b"q=%C3%A6"}
