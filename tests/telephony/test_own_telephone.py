"""The telephone doctor of an operator: whom its test call rings, what becomes of it, and what supervisors read."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Call, Instruction
from calls.services import call_ended
from hotline.core.checkup import Verdict
from operators.models import Operator, Presence
from telephony import own_telephone, telephone_checks
from telephony.models import TelephoneCheck
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def kari(client):
    made = world.operator(world.hotline(), at=timezone.now(), languages=["nb"])
    client.force_login(made.user)
    return made


def ring(operator):
    return own_telephone.ring(operator, at=timezone.now())


def told(call, path, **form):
    form = {"CallSid": call.carrier_ref, "CallStatus": "in-progress", "Direction": "outbound-api"} | form
    return world.CarrierHand().post(f"/twilio/test/{call.pk}/{path}", form).content.decode()


def test_a_test_call_is_marked_and_asked_of_the_switchboard(kari):
    call = ring(kari)
    assert (call.training, call.direction, call.caller_number) == (True, "outgoing", f"client:{kari.identity}")
    assert Instruction.objects.get().kind == "reach"
    assert own_telephone.operator_of(call) == kari
    assert Operator.objects.get(pk=kari.pk).state == Presence.READY


def test_it_is_told_how_far_the_call_is(kari):
    call = ring(kari)
    check = TelephoneCheck.objects.select_related("call")
    assert own_telephone.standing(check.get()) == "rings"
    call.carrier_ref = world.sid()
    assert "Du hører oss" in told(call, "")
    assert own_telephone.standing(check.get()) == "talks"
    assert "Tastene dine" in told(call, "key/", Digits="1")
    assert told(call, "status/", CallStatus="completed", CallDuration="4") == ""
    assert own_telephone.standing(check.get()) == "heard"
    call.refresh_from_db()
    assert (call.state, call.outcome, call.answered_at) == ("ended", "answered", None)
    assert telephone_checks.summaries([kari.pk])[kari.pk].failed == []


def test_one_that_nobody_takes_is_a_failure(kari):
    call = ring(kari)
    call.carrier_ref = world.sid()
    told(call, "status/", CallStatus="no-answer")
    call.refresh_from_db()
    assert call.outcome == "unreached"
    assert [str(title) for title in telephone_checks.summaries([kari.pk])[kari.pk].failed] == ["Test call"]


def test_another_leg_is_not_believed(kari):
    call = ring(kari)
    call.carrier_ref = world.sid()
    told(call, "")
    call.carrier_ref = world.sid()
    assert "Hangup" in told(call, "") and "Say" not in told(call, "")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"state": "on_call"}, "You are in a call."),
        ({"device": "phone", "phone": ""}, "no number is written down"),
        ({"device": "phone", "phone": "+4741000999"}, "a number of our own"),
        ({}, "rings already"),
        (None, "no hotline with a number"),
    ],
)
def test_a_test_call_is_refused_with_a_sentence(client, kari, change, sentence):
    world.hotline(number="+4741000999")
    if change is None:
        kari.hotlines.clear()
    elif not change:
        ring(kari)
    else:
        Operator.objects.filter(pk=kari.pk).update(**change)
    before = Call.objects.count()
    page = client.post("/my-telephone/call/", headers={"HX-Request": "true"}).content.decode()
    assert sentence in page
    assert Call.objects.count() == before


def test_a_telephone_outside_is_not_tested_for_ever(kari):
    Operator.objects.filter(pk=kari.pk).update(device="phone", phone="+4741000011")
    kari.refresh_from_db()
    for _ in range(own_telephone.DAILY):
        call_ended(ring(kari).pk, at=timezone.now())
    with pytest.raises(own_telephone.Refused, match="often enough"):
        ring(kari)
    Call.objects.update(arrived_at=timezone.now() - timedelta(days=2))
    ring(kari)


def test_a_browser_tells_what_it_found_by_a_code_and_nothing_else(client, kari):
    keep = "/my-telephone/found/"
    row = client.post(keep, {"name": "mic", "why": "denied"}, headers={"HX-Request": "true"}).content.decode()
    assert "The browser may not use it." in row and "What to do:" in row
    for name, why in [("mic", "<b>"), ("call", "heard"), ("x", "denied"), ("mic", "")]:
        assert client.post(keep, {"name": name, "why": why}).status_code == 400
    assert client.post(keep, {"name": "stream", "why": "asked"}).status_code == 204
    assert TelephoneCheck.objects.get().found == {"mic": "denied"}
    Operator.objects.update(device="phone")
    assert client.post(keep, {"name": "mic", "why": "heard"}).status_code == 400


def test_supervisors_read_what_failed_beside_the_people(client, kari):
    telephone_checks.keep(kari, "mic", "denied", at=timezone.now())
    telephone_checks.keep(kari, "notices", "default", at=timezone.now())
    other = world.operator(*kari.hotlines.all())
    telephone_checks.keep(other, "mic", "heard", at=timezone.now())
    client.force_login(world.supervisor_of(*kari.hotlines.all()))
    page = client.get("/people/").content.decode()
    assert "Microphone</span>" in page and "broken" in page
    told = telephone_checks.summaries([kari.pk, other.pk])
    assert (told[kari.pk].tone, told[other.pk].tone) == ("bad", "good")


def test_every_finding_has_words_and_what_is_not_good_a_remedy():
    for findings in telephone_checks._FOUND.values():
        for verdict, seen, remedy in findings.values():
            assert str(seen).endswith(".")
            assert bool(str(remedy)) is (verdict != Verdict.PASS)


def test_who_answers_no_calls_is_told_so_and_can_test_nothing(client, kari):
    client.force_login(world.supervisor_of(*kari.hotlines.all()))
    assert "You answer no calls yourself" in client.get("/my-telephone/").content.decode()
    assert client.post("/my-telephone/call/").status_code == 404
