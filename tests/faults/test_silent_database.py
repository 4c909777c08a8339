"""A database that accepts and never answers (T12, T19): a stopped machine, a network that swallows."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest
import requests
from django.conf import settings
from django.db import connection

from calls.models import Call
from telephony.twilio import signature
from tests.flows.test_hanging_up import over
from tests.flows.test_one_call import ready
from tests.system import AUTH_TOKEN, until
from tests.world import inbound, number_of

pytestmark = pytest.mark.faults


def family(pid: int) -> list[int]:
    """A process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


class Silence:
    """PostgreSQL and all its processes stand still: connections are accepted by the kernel, nothing is answered."""

    def __init__(self, system):
        self.system = system

    def __enter__(self):
        connection.close()
        self.pids = family(self.system.postgres.process.pid)
        for pid in self.pids:
            os.kill(pid, signal.SIGSTOP)

    def __exit__(self, *_):
        for pid in reversed(self.pids):
            os.kill(pid, signal.SIGCONT)


def post(system, path, form):
    signed = signature.sign(f"{system.url}{path}", form.items(), AUTH_TOKEN)
    began = time.monotonic()
    answer = requests.post(f"{system.url}{path}", form, headers={"X-Twilio-Signature": signed}, timeout=20)
    return answer, time.monotonic() - began


def get(system, path):
    began = time.monotonic()
    session = {settings.SESSION_COOKIE_NAME: "a" * 32}  # somebody's, so that the page must ask
    return requests.get(f"{system.url}{path}", cookies=session, timeout=20).status_code, time.monotonic() - began


def test_every_spoken_answer_comes_within_five_seconds_while_the_database_is_silent(system, line):
    number = number_of(line)
    for _ in range(40):  # every thread of both processes has a connection that will fall silent
        post(system, "/twilio/voice/", inbound(number))
    call = Call.objects.filter(hotline=line).first()
    forms = [
        ("/twilio/voice/", inbound(number)),
        ("/twilio/fallback/", inbound(number) | {"ErrorCode": "11205"}),
        (f"/twilio/next/{call.pk}/", inbound(number) | {"CallSid": call.carrier_ref}),
        (f"/twilio/wait/{call.pk}/", inbound(number) | {"CallSid": call.carrier_ref, "QueueTime": "30"}),
    ]
    pages: list[tuple[int, float]] = []
    system.expected += ["Internal Server Error: /desk/", "Traceback"]
    with Silence(system):
        page = threading.Thread(target=lambda: pages.append(get(system, "/desk/")))
        page.start()
        took = []
        for path, form in forms * 2:  # once with a connection that stands, once with none
            answer, seconds = post(system, path, form)
            assert answer.status_code == 200 and answer.content.startswith(b"<?xml"), path
            took.append((seconds, path))
        page.join(20)
    assert max(took)[0] < 5.0, took
    assert pages and pages[0][0] >= 500 and pages[0][1] < 15.0, "a page fails rather than hangs"
    until(Call.objects.exists, within=20)
    Call.objects.filter(hotline=line).delete()  # the carrier of this system never made them


def test_a_conversation_outlives_a_silent_database_and_the_next_caller_hears_an_apology(system, line):
    system.expected.append("Service Unavailable: /twilio/")  # an honest answer where nobody listens
    kari = ready(line)
    number = number_of(line)
    with system.desk(kari) as desk:
        talking = system.phone.dial(number)
        desk.answer(timeout=20)
        talking.wait_for("talking", 20)
        with Silence(system):
            unlucky = system.phone.dial(number)
            unlucky.wait_for("technical problem", 20)
            unlucky.hang_up()
            assert talking.talking, "the conversation went on"
        talking.hang_up()
        assert over(talking).outcome == "answered"
    lost = Call.objects.filter(carrier_ref=unlucky.sid, state="ended")
    until(lost.exists, within=40, what="the recovery of the call that came in silence")
    system.at_rest(40)
