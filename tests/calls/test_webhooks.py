"""A call through the webhooks alone: what each request answers, and what the register then says."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from calls.models import Call, CallEvent, Instruction, Offer
from calls.timeline import timeline
from operators.models import Operator, Presence
from tests.world import CarrierHand, hotline, inbound, number_of, operator, sid

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def carrier():
    return CarrierHand()


def body(response) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def address(text: str, attribute: str) -> str:
    return re.search(rf'{attribute}="([^"]+)"', text).group(1)


def arrive(carrier, line, **more):
    form = inbound(number_of(line), **more)
    return form, body(carrier.post("/twilio/voice/", form))


def queue(carrier, line, **more):
    form, text = arrive(carrier, line, **more)
    heard = body(carrier.post(address(text, "waitUrl"), form | {"QueueSid": sid("QU"), "QueueTime": "0"}))
    return form, text, heard, Call.objects.get(carrier_ref=form["CallSid"])


def test_an_arriving_caller_is_greeted_and_queued(carrier):
    line = hotline(organisation="City Water")
    form, text = arrive(carrier, line)
    assert "Welcome to City Water" in text
    call = Call.objects.get()
    assert (call.carrier_ref, call.hotline, call.caller_number) == (form["CallSid"], line, "+4791234567")
    assert address(text, "action").endswith(f"/twilio/next/{call.pk}/")


def test_the_same_arrival_again_is_one_row_and_one_answer(carrier):
    line = hotline()
    form, text = arrive(carrier, line)
    assert body(carrier.post("/twilio/voice/", form)) == text
    assert Call.objects.count() == 1
    assert CallEvent.objects.filter(kind="arrived").count() == 1


def test_a_whole_call_from_ring_to_farewell(carrier):
    line = hotline(wrap_up_seconds=30)
    kari = operator(line)
    form, text, heard, call = queue(carrier, line)
    offer = Offer.objects.get(call=call)
    kari.refresh_from_db()
    assert (offer.operator, kari.state) == (kari, Presence.RINGING)
    assert Instruction.objects.get(kind="ring").offer == offer
    leg = {"CallSid": sid(), "CallStatus": "in-progress"}
    joined = body(carrier.post(f"/twilio/operator/{offer.pk}/", leg))
    assert f"call-{call.pk}</Conference>" in joined and 'endConferenceOnExit="false"' in joined
    moved = body(carrier.post(f"/twilio/next/{call.pk}/", form | {"QueueResult": "redirected"}))
    assert f"call-{call.pk}</Conference>" in moved and 'endConferenceOnExit="true"' in moved
    carrier.post(f"/twilio/operator/{offer.pk}/done/", leg | {"CallStatus": "completed"})
    kari.refresh_from_db()
    assert kari.state == Presence.WRAP_UP
    bye = body(carrier.post(f"/twilio/next/{call.pk}/", form | {"CallStatus": "in-progress"}))
    assert "Goodbye" in bye and "<Hangup/>" in bye
    assert carrier.post("/twilio/status/", form | {"CallStatus": "completed", "CallDuration": "9"}).status_code == 204
    call.refresh_from_db()
    assert (call.state, call.outcome, call.ended_by, call.operator) == ("ended", "answered", "operator", kari)
    words = [line.text for line in timeline(call)]
    assert f"{kari.display_name} answered." in words and f"{kari.display_name} hung up." in words


def test_a_caller_who_hangs_up_while_an_operator_is_rung_frees_the_operator(carrier):
    line = hotline()
    kari = operator(line)
    form, _, _, call = queue(carrier, line)
    carrier.post(f"/twilio/next/{call.pk}/", form | {"QueueResult": "hangup", "CallStatus": "completed"})
    call.refresh_from_db()
    kari.refresh_from_db()
    assert (call.outcome, call.ended_by, kari.state) == ("abandoned", "caller", Presence.READY)
    assert Instruction.objects.filter(kind="hang_up", state="pending").exists()


def test_a_caller_hears_that_nobody_is_signed_on_and_leaves_a_message(carrier):
    line = hotline()
    form, text, heard, call = queue(carrier, line)
    assert "<Leave/>" in heard
    record = body(carrier.post(f"/twilio/next/{call.pk}/", form | {"QueueResult": "leave"}))
    assert "<Record" in record
    done = {"RecordingUrl": "https://api.example/RE1", "RecordingSid": sid("RE"), "RecordingDuration": "7"}
    assert "saved" in body(carrier.post(f"/twilio/next/{call.pk}/", form | done))
    carrier.post(f"/twilio/recording/{call.pk}/", form | done | {"RecordingStatus": "completed"})
    carrier.post("/twilio/status/", form | {"CallStatus": "completed", "CallDuration": "20"})
    call.refresh_from_db()
    assert (call.outcome, call.voicemail.seconds) == ("voicemail", 7)


def test_a_hotline_without_voicemail_says_so_and_hangs_up(carrier):
    line = hotline(voicemail_enabled=False)
    form, _, heard, call = queue(carrier, line)
    assert "<Leave/>" in heard
    assert "call again later" in body(carrier.post(f"/twilio/next/{call.pk}/", form | {"QueueResult": "leave"}))
    carrier.post("/twilio/status/", form | {"CallStatus": "completed"})
    call.refresh_from_db()
    assert call.outcome == "rejected"


def test_a_closed_hotline_says_when_to_call_again(carrier):
    line = hotline(always_open=False)
    _, text = arrive(carrier, line)
    assert "is closed now" in text and "<Enqueue" not in text
    assert Call.objects.get().refused == "closed"


def test_the_caller_after_the_last_line_hears_the_busy_tone_unbilled(carrier):
    line = hotline(lines=2)
    for _ in range(2):
        assert "<Enqueue" in arrive(carrier, line)[1]
    form, text = arrive(carrier, line)
    assert re.fullmatch(r".*<Response><Reject reason=\"busy\"/></Response>", text)
    carrier.post("/twilio/status/", form | {"CallStatus": "busy"})
    assert Call.objects.get(carrier_ref=form["CallSid"]).outcome == "rejected"


@pytest.mark.parametrize(
    "caller", ["", "+", "anonymous", "+266696687", "Restricted", "sip:a@b.example", "client:anna", "12"]
)
def test_a_caller_without_a_number_is_served_like_any_other(carrier, caller):
    line = hotline()
    assert "<Enqueue" in arrive(carrier, line, caller=caller)[1]
    assert Call.objects.get().caller_kind != Call.CallerKind.NUMBER


def test_a_number_nobody_owns_is_told_so_and_kept(carrier):
    assert "not in use" in body(carrier.post("/twilio/voice/", inbound("+4799999999")))
    assert Call.objects.get().hotline is None


def test_a_telephone_must_press_one_and_a_voicemail_box_never_gets_the_caller(carrier):
    line = hotline()
    kari = operator(line, phone="+4741000001", device="phone")
    form, _, _, call = queue(carrier, line)
    offer = Offer.objects.get()
    leg = {"CallSid": sid(), "CallStatus": "in-progress"}
    prompt = body(carrier.post(f"/twilio/operator/{offer.pk}/", leg))
    assert "<Gather" in prompt and "<Conference" not in prompt
    assert "<Conference" not in body(carrier.post(f"/twilio/operator/{offer.pk}/key/", leg))
    carrier.post(f"/twilio/operator/{offer.pk}/status/", leg | {"CallStatus": "completed"})
    offer.refresh_from_db()
    kari.refresh_from_db()
    call.refresh_from_db()
    assert (offer.state, offer.reason, kari.state, call.state) == ("missed", "not accepted", "missed", "waiting")


def test_the_next_operator_is_rung_when_the_first_declines(carrier):
    line = hotline()
    kari, ola = operator(line), operator(line)
    _, _, _, call = queue(carrier, line)
    first = Offer.objects.get()
    carrier.post(f"/twilio/operator/{first.pk}/status/", {"CallSid": sid(), "CallStatus": "busy"})
    from calls.services import assign

    assign(timezone.now())
    second = Offer.objects.exclude(pk=first.pk).get()
    assert {first.operator, second.operator} == {kari, ola}
    assert Operator.objects.get(pk=first.operator_id).state == Presence.MISSED


@pytest.mark.parametrize(
    ("status", "cause"), [("busy", "declined"), ("no-answer", "missed"), ("failed", "unreachable")]
)
def test_why_a_ring_was_in_vain_is_in_the_log_of_the_operators_state(carrier, status, cause):
    line = hotline()
    kari = operator(line)
    queue(carrier, line)
    carrier.post(f"/twilio/operator/{Offer.objects.get().pk}/status/", {"CallSid": sid(), "CallStatus": status})
    change = kari.presence_changes.latest("id")
    assert (change.from_state, change.to_state, change.cause) == ("ringing", "missed", cause)


def test_the_loser_of_two_legs_hears_that_the_call_is_taken(carrier):
    line = hotline()
    kari, ola = operator(line), operator(line)
    _, _, _, call = queue(carrier, line)
    first = Offer.objects.get()
    other = ola if first.operator == kari else kari
    Operator.objects.filter(pk=other.pk).update(state=Presence.RINGING)
    second = Offer.objects.create(
        call=call,
        operator=other,
        device="browser",
        made_at=timezone.now(),
        ring_until=timezone.now() + timedelta(seconds=20),
    )
    assert "<Conference" in body(carrier.post(f"/twilio/operator/{second.pk}/", {"CallSid": sid()}))
    assert "already taken" in body(carrier.post(f"/twilio/operator/{first.pk}/", {"CallSid": sid()}))
    call.refresh_from_db()
    assert call.operator == other
    assert Operator.objects.get(pk=first.operator_id).state == Presence.READY


def test_a_replayed_request_of_an_ended_call_rings_nobody(carrier):
    line = hotline()
    form, _ = arrive(carrier, line)
    carrier.post("/twilio/status/", form | {"CallStatus": "completed"})
    operator(line)
    before = Call.objects.values().get()
    for later in (timedelta(hours=1), timedelta(hours=25)):
        with time_machine.travel(timezone.now() + later, tick=False):
            for _ in range(3):
                assert "<Hangup/>" in body(carrier.post("/twilio/voice/", form))
    assert not Offer.objects.exists()
    assert Call.objects.values().get() == before
    assert CallEvent.objects.filter(kind="replay").count() == 2, "journalled once an hour, however often it comes"


def test_a_status_that_comes_before_the_arrival_makes_the_row(carrier):
    line = hotline()
    form = inbound(number_of(line))
    carrier.post("/twilio/status/", form | {"CallStatus": "completed", "CallDuration": "3"})
    call = Call.objects.get()
    assert call.state == "ended"
    assert "<Hangup/>" in body(carrier.post("/twilio/voice/", form))
    call.refresh_from_db()
    assert (call.hotline, call.outcome, Call.objects.count()) == (line, "abandoned", 1)


def test_the_fallback_goes_on_where_the_call_was(carrier):
    line = hotline()
    operator(line)
    form, _, _, call = queue(carrier, line)
    more = {"ErrorCode": "11200", "ErrorUrl": "http://testserver/twilio/next/"}
    assert "<Enqueue" in body(carrier.post("/twilio/fallback/", form | more))
    assert CallEvent.objects.filter(kind="fallback").exists()
