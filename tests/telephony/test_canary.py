"""The canary's calls: what a right one is, what is found when something is broken, and whom it tells."""

import re
from datetime import UTC, datetime, time, timedelta
from io import StringIO
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit

import pytest
import requests
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from calls import practice
from calls.models import Call, CallEvent, Instruction, Leg, Offer
from desk import wallboard
from hotline.core.checkup import Verdict
from lines.models import Hotline, Number
from operators.models import Operator, Presence
from telephony import canary, checkup
from telephony.models import CanaryCall
from telephony.tasks import call_canaries
from telephony.twilio import callers, twiml
from telephony.twilio import canary as caller
from tests import world
from tests.people import make_user
from tests.plans.plans import key, languages, menu, notice, put_in_force

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 3, 4, 3, 5, tzinfo=UTC)  # 04:05 in Oslo


@pytest.fixture(autouse=True)
def wire(monkeypatch):
    """Requests to PUBLIC_URL reach the application in this process; `wire.answer` may stand in for it."""
    client, told = Client(), SimpleNamespace(asked=[], answer=None)

    def request(method, where, *, data=None, headers=None, **how):
        told.asked.append((method, where))
        if told.answer is not None and (made := told.answer(method, where)):
            return made
        parts = urlsplit(where)
        found = client.generic(
            method, parts.path, urlencode(data or {}), "application/x-www-form-urlencoded", headers=headers or {}
        )
        return SimpleNamespace(
            status_code=found.status_code, headers=found.headers, close=lambda: None,
            content=b"".join(found.streaming_content) if found.streaming else found.content,
        )  # fmt: skip

    monkeypatch.setattr(caller.requests, "request", request)
    wallboard.forget()
    return told


def answer(body, status=200, kind="text/xml"):
    return SimpleNamespace(
        status_code=status, headers={"Content-Type": kind}, content=body.encode(), close=lambda: None
    )


def called(line):
    (found,) = canary.call([line])
    return found


def whats(found):
    return [fault["what"] for fault in found.faults]


# --- what is right -------------------------------------------------------------------------------
def test_a_call_that_waits_gets_through_and_rings_nobody():
    line = world.hotline(lines=1)
    kari = world.operator(line, at=timezone.now())
    found = called(line)
    assert (found.passed, found.reached, found.foretold, found.faults) == (True, "queue", "queue", [])
    assert found.seconds < 5
    call = Call.objects.get()
    assert (call.training, call.hotline, call.state, found.call) == (True, line, "ended", call)
    assert Operator.objects.get(pk=kari.pk).state == Presence.READY
    assert not Offer.objects.exists() and not Instruction.objects.exists()


@pytest.mark.parametrize(
    ("fields", "always", "ready", "reached"),
    [
        ({}, True, False, "voicemail"),
        ({"voicemail_enabled": False}, True, False, "goodbye"),
        ({}, False, True, "goodbye"),
        ({"gate": "always"}, True, True, "queue"),
        ({"recording_mode": "ask", "recording_purpose": "quality"}, True, True, "queue"),
        ({"languages": ["nb"], "greeting": "Velkommen til oss."}, True, True, "queue"),
        ({"greeting": "Fish & <chips>"}, True, True, "queue"),
    ],
)
def test_what_is_met_is_what_is_foretold(fields, always, ready, reached):
    line = world.hotline(always_open=always, **fields)
    if ready:
        world.operator(line, at=timezone.now())
    found = called(line)
    assert (found.faults, found.reached, found.foretold) == ([], reached, reached)
    assert Call.objects.get().state == "ended"


def test_a_full_number_is_busy_for_it_too_but_it_takes_no_line_itself():
    line = world.hotline(lines=1)
    world.operator(line, at=timezone.now())
    hand = world.CarrierHand()
    hand.post("/twilio/voice/", practice_form(line))
    hand.post("/twilio/voice/", world.inbound(world.number_of(line)))
    assert list(Call.objects.order_by("arrived_at").values_list("refused", flat=True)) == ["", ""]
    found = called(line)
    assert (found.passed, found.reached) == (True, "busy")


def practice_form(line):
    form = world.inbound(world.number_of(line))
    return form | {practice.MARK: practice.mark(form["CallSid"])}


def test_a_mark_that_is_not_ours_makes_no_call():
    line = world.hotline()
    form = practice_form(line) | {practice.MARK: practice.mark("CA" + "0" * 32)}
    answered = world.CarrierHand().post("/twilio/voice/", form)
    assert answered.content.decode() == twiml.HANG_UP
    assert not Call.objects.exists()


def test_a_call_plan_is_followed_with_nothing_pressed():
    line = world.hotline(languages=["en", "nb"])
    put_in_force(line, languages(), notice(en="Welcome.", nb="Velkommen."), menu("m", default={"to": "voicemail"}))
    world.operator(line, at=timezone.now())
    found = called(line)
    assert (found.faults, found.reached, found.foretold) == ([], "voicemail", "voicemail")
    put_in_force(line, notice(en="Good morning.", nb="God morgen."), menu("m", key("1")))
    found = called(line)
    assert (found.faults, found.reached) == ([], "queue")


def test_an_outside_telephone_of_a_plan_is_not_rung_by_it():
    line = world.hotline(country="NO", languages=["en"])
    put_in_force(
        line, nobody={"to": "telephone", "number": "+4740000071", "rings": 30, "asks": False, "then": "voicemail"}
    )
    found = called(line)
    assert (found.faults, found.reached, found.foretold) == ([], "voicemail", "voicemail")
    assert not Leg.objects.exists() and not Instruction.objects.filter(kind="dial").exists()


# --- what is broken ------------------------------------------------------------------------------
def test_a_hotline_without_a_number_in_use():
    line = world.hotline()
    Number.objects.update(active=False)
    assert whats(called(line)) == ["no_number"]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ('<?xml version="1.0"?><Response><Enqueue waitUrl="http://testserver/twilio/hold/">q</Enqueue></Response>', None),
        ("<Response><Say>", "not_twiml"),
        ("<Response><Shout>Hello</Shout></Response>", "lint"),
        ('<Response><Say language="nb-NO" voice="Polly.Joanna-Neural">Hei</Say></Response>', "lint"),
        ('<Response><Redirect method="POST">https://elsewhere.example/</Redirect></Response>', "foreign"),
        ("<Response><Hangup/></Response>", "path"),
    ],
)  # fmt: skip
def test_an_answer_that_no_caller_could_use(wire, body, what):
    line = world.hotline()
    world.operator(line, at=timezone.now())
    wire.answer = lambda method, where: answer(body) if where.endswith("/voice/") else None
    found = called(line)
    assert not found.passed
    if what:
        assert whats(found)[0] == what


def test_a_greeting_that_is_not_spoken_or_in_another_language(wire):
    line = world.hotline(greeting="Welcome to us.")
    world.operator(line, at=timezone.now())
    waits = '<Enqueue action="http://testserver/twilio/hold/" waitUrl="http://testserver/twilio/hold/">q</Enqueue>'
    for heard, what in [
        ("", "silence"),
        ('<Say language="en-US" voice="Polly.Joanna-Neural">Hello.</Say>', "greeting"),
        ('<Say language="nb-NO" voice="Polly.Ida-Neural">Welcome to us.</Say>', "language"),
    ]:
        body = f"<Response>{heard}{waits}</Response>"
        wire.answer = lambda method, where, body=body: answer(body) if where.endswith("/voice/") else None
        assert what in whats(called(line)), what


def test_a_sound_that_is_not_there(wire):
    line = world.hotline()
    world.operator(line, at=timezone.now())
    wire.answer = lambda method, where: answer("", 404, "text/html") if where.endswith("hold.wav") else None
    assert whats(called(line)) == ["sound"]


@pytest.mark.parametrize(("error", "what"), [(requests.ConnectionError, "unreachable"), (requests.Timeout, "late")])
def test_an_address_that_does_not_answer(wire, error, what):
    def fails(method, where):
        raise error

    line, wire.answer = world.hotline(), fails
    assert whats(called(line)) == [what]


def test_a_wrong_token_is_a_refused_signature(wire, settings):
    line = world.hotline()
    settings.TWILIO_AUTH_TOKEN_SECONDARY = ""

    def other(method, where):
        return answer("", 403, "text/plain")  # what a web process with another token says

    wire.answer = other
    assert whats(called(line)) == ["refused"]


def test_a_call_that_is_left_open_is_told_and_closed(wire):
    line = world.hotline()
    world.operator(line, at=timezone.now())
    wire.answer = lambda method, where: answer("", 204) if where.endswith("/status/") else None
    queue_ends = callers.services.call_ended
    found = None
    try:
        callers.services.call_ended = lambda *args, **facts: None
        found = called(line)
    finally:
        callers.services.call_ended = queue_ends
    assert "left_open" in whats(found)


def test_one_that_reached_the_register_too_late_is_closed_by_the_next():
    line = world.hotline()
    world.CarrierHand().post("/twilio/voice/", practice_form(line))
    Call.objects.update(arrived_at=timezone.now() - timedelta(minutes=10))
    called(line)
    assert not Call.objects.filter(ended_at=None).exists()


# --- telling people ------------------------------------------------------------------------------
def test_a_break_is_mailed_once_and_stands_on_the_board_until_seen_or_mended(client):
    line = world.hotline("Faults line")
    boss = make_user("administrator", email="keeper@example.org")
    siri = world.supervisor_of(line)
    client.force_login(siri)
    Number.objects.update(active=False)
    called(line)
    called(line)
    assert len(mail.outbox) == 1 and mail.outbox[0].to == [boss.email]
    assert "Faults line: The hotline has no number in use" in mail.outbox[0].body

    def board():
        wallboard.forget()
        return client.get("/board/now/").content.decode()

    assert "The test call to Faults line failed." in board()
    last = CanaryCall.objects.first()
    assert client.post(f"/canary/{last.pk}/seen/", headers={"HX-Request": "true"}).status_code == 200
    assert "failed." not in board()
    called(line)
    assert "failed." in board()
    Number.objects.update(active=True)
    assert called(line).passed
    assert "failed." not in board()
    assert len(mail.outbox) == 1
    Number.objects.update(active=False)
    called(line)
    assert len(mail.outbox) == 2


def test_operators_and_screens_see_no_strip(client):
    line = world.hotline("Faults line")
    Number.objects.update(active=False)
    called(line)
    client.force_login(world.operator(line, state="").user)
    assert "test call to" not in client.get("/board/now/").content.decode()


def test_the_page_tells_the_last_thirty_and_calls_again(client):
    line, other = world.hotline("Faults line"), world.hotline("Library")
    client.force_login(world.supervisor_of(line))
    for n in range(33):
        CanaryCall.objects.create(
            hotline=line, at=world.NOW + timedelta(days=n), passed=False, faults=[{"what": "silence"}]
        )
    assert client.post("/canary/faults/call/").status_code == 404
    assert client.post(f"/canary/{other.slug}/call/").status_code == 404
    page = client.post(f"/canary/{line.slug}/call/", follow=True).content.decode()
    assert "Every test call got through." in page and "29 earlier" in page
    assert "The caller would have heard nothing." in page and "Library" not in page
    assert CanaryCall.objects.filter(hotline=line).count() == 30
    rows = client.post("/canary/call/", headers={"HX-Request": "true"}).content.decode()
    assert f'hx-post="/canary/{line.slug}/call/"' in rows and "Calling…" in rows


def test_the_page_says_in_plain_words_where_a_caller_would_have_come_to(client):
    line = world.hotline(always_open=False)
    client.force_login(world.supervisor_of(line))
    page = client.post(f"/canary/{line.slug}/call/", follow=True).content.decode()
    assert re.search(r"answered in \d\.\d\d s and led to an announcement that ends the call\.", page)
    client.post(f"/canary/{line.slug}/call/")
    CanaryCall.objects.filter(pk=called(line).pk).update(
        passed=False, faults=[{"what": "path", "foretold": "queue", "reached": "goodbye"}]
    )
    page = client.get("/canary/").content.decode()
    assert "It led to an announcement that ends the call, not to the queue." in page
    assert page.count('<span class="muted">an announcement that ends the call</span>') == 2


def test_the_page_costs_the_same_for_few_and_for_many(client, django_assert_max_num_queries):
    client.force_login(make_user("administrator"))
    world.hotline()
    with django_assert_max_num_queries(40) as few:
        client.get("/canary/")
    needed = len(few)
    for _ in range(8):
        canary.call([world.hotline()])
    with django_assert_max_num_queries(needed):
        client.get("/canary/")


def test_the_command_ends_with_an_error_when_a_call_failed():
    line = world.hotline("Faults line")
    out = StringIO()
    call_command("canary", line.slug, stdout=out)
    assert out.getvalue().startswith("PASS Faults line: +47")
    Number.objects.update(active=False)
    with pytest.raises(SystemExit):
        call_command("canary", stdout=out)
    assert "FAIL Faults line:" in out.getvalue()


def test_the_doctor_says_whether_the_last_ones_got_through(settings):
    line = world.hotline("Faults line")
    assert checkup.canary.look().verdict == Verdict.WARN
    called(line)
    assert checkup.canary.look().verdict == Verdict.PASS
    CanaryCall.objects.update(at=timezone.now() - timedelta(days=2))
    assert "Faults line" in checkup.canary.look().seen
    Number.objects.update(active=False)
    called(line)
    assert checkup.canary.look().verdict == Verdict.FAIL


# --- when ----------------------------------------------------------------------------------------
def test_each_hotline_is_called_at_four_by_its_own_clock_once_a_night(settings):
    oslo = world.hotline(time_zone="Europe/Oslo")
    manila = world.hotline(time_zone="Asia/Manila")
    assert canary.due(NIGHT) == [oslo]
    assert canary.due(datetime(2026, 3, 3, 20, 30, tzinfo=UTC)) == [manila]
    CanaryCall.objects.create(hotline=oslo, at=NIGHT, passed=True)
    assert canary.due(NIGHT + timedelta(minutes=20)) == []
    assert canary.due(NIGHT + timedelta(days=1)) == [oslo]
    assert canary.due(NIGHT + timedelta(days=1, hours=3)) == []  # not made up for in the middle of the day
    Hotline.objects.filter(pk=oslo.pk).update(active=False)
    assert canary.due(NIGHT + timedelta(days=1)) == []
    settings.CANARY_TIME = time(13, 0)
    assert canary.due(datetime(2026, 3, 5, 5, 0, tzinfo=UTC)) == [manila]
    settings.CANARY_TIME = None
    assert canary.due(datetime(2026, 3, 5, 5, 0, tzinfo=UTC)) == []


def test_the_clock_calls_what_is_due(monkeypatch):
    world.hotline(time_zone="UTC")
    monkeypatch.setattr(timezone, "now", lambda: NIGHT.replace(hour=4))
    assert call_canaries() == {"called": 1, "failed": 0}
    assert call_canaries() == {"called": 0, "failed": 0}


def test_the_register_shows_test_calls_when_asked_and_says_what_they_are(client):
    line = world.hotline()
    client.force_login(world.supervisor_of(line))
    called(line)
    call = Call.objects.get()
    assert str(call.pk) not in client.get("/calls/").content.decode()
    page = client.get("/calls/?tests=1").content.decode()
    assert str(call.pk) in page and "test call" in page
    assert "A test call of the system began." in client.get(f"/calls/{call.pk}/").content.decode()
    assert CallEvent.objects.filter(call=call, kind="ended").count() == 1
