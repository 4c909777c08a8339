"""Consent to recording over every path: nothing is recorded that was not agreed to, whatever came in which order."""

from itertools import permutations

import pytest
from django.utils import timezone

from calls import consent, recording
from calls.models import Call, CallEvent, Consent, Instruction, Leg, Offer, Recording, Survey
from calls.timeline import timeline
from lines.forms import HotlineForm
from lines.models import Hotline
from lines.recording_words import leaves_open
from telephony.twilio import trouble
from tests.calls.test_webhooks import address, arrive, body
from tests.world import CarrierHand, hotline, inbound, number_of, operator, sid

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "to train our operators"
# mode, key pressed ("" for none, None for a caller who never reached the question), and whether it may be recorded
PATHS = [
    *(("none", None, False), ("announce", None, False), ("ask", None, False)),
    *(("announce", "", True), ("announce", "1", True), ("announce", "9", False), ("announce", "4", False)),
    *(("ask", "", False), ("ask", "1", True), ("ask", "9", False), ("ask", "4", False)),
]


@pytest.fixture
def carrier():
    return CarrierHand()


def line_of(mode, **fields):
    return hotline(recording_mode=mode, recording_purpose=WHY, **fields)


def asked(carrier, line, key):
    """A call that heard the question and answered it with `key`."""
    form, text = arrive(carrier, line)
    call = Call.objects.get(carrier_ref=form["CallSid"])
    if key is not None:
        text = body(carrier.post(f"/twilio/consent/{call.pk}/", form | {"CallStatus": "in-progress", "Digits": key}))
    return form, text, call


def connected(carrier, form, call):
    """What operator and caller are told to do once the operator accepts: the two documents."""
    wait = {"QueueSid": sid("QU"), "QueueTime": "0"}
    carrier.post(f"/twilio/wait/{call.pk}/", form | wait)
    offer = Offer.objects.get(call=call)
    joined = body(carrier.post(f"/twilio/operator/{offer.pk}/", {"CallSid": sid(), "CallStatus": "in-progress"}))
    return joined, body(carrier.post(f"/twilio/next/{call.pk}/", form | {"QueueResult": "redirected"}))


@pytest.mark.parametrize(("mode", "key", "recorded"), PATHS)
def test_recording_begins_only_after_consent(carrier, mode, key, recorded):
    line = line_of(mode)
    operator(line)
    form, _text, call = asked(carrier, line, key)
    for document in connected(carrier, form, call):
        assert ('record="record-from-start"' in document) is recorded
        assert ("recordingStatusCallback" in document) is recorded


@pytest.mark.parametrize(("mode", "key", "recorded"), PATHS)
def test_a_recording_that_nobody_agreed_to_is_ended_and_erased(carrier, mode, key, recorded):
    line = line_of(mode)
    operator(line)
    form, _text, call = asked(carrier, line, key)
    connected(carrier, form, call)
    began = {"RecordingSid": sid("RE"), "ConferenceSid": sid("CF"), "RecordingStatus": "in-progress"}
    carrier.post(f"/twilio/recorded/{call.pk}/", began)
    found = Recording.objects.get(call=call)
    assert (found.removed_at is None) is recorded
    assert Instruction.objects.filter(call=call, kind="record").exists() is not recorded
    carrier.post(f"/twilio/recorded/{call.pk}/", began | {"RecordingStatus": "completed", "RecordingDuration": "7"})
    assert Instruction.objects.filter(call=call, kind="erase").exists() is not recorded
    found.refresh_from_db()
    assert found.audible is recorded


def test_the_caller_hears_that_why_and_which_key_before_the_queue(carrier):
    line = line_of("announce", recording_more="city-water.example/privacy.")
    _form, text = arrive(carrier, line)
    assert "This call is recorded: to train our operators. Read more: city-water.example/privacy. If you" in text
    assert "press 9" in text and "<Enqueue" not in text and 'actionOnEmptyResult="true"' in text
    assert text.index("Welcome") < text.index("This call is recorded")


def test_a_hotline_that_does_not_record_says_nothing_and_asks_nothing(carrier, django_assert_num_queries):
    line = hotline()
    form, text = arrive(carrier, line)
    assert "record" not in text.replace("recording", "") and "<Enqueue" in text
    call = Call.objects.select_related("hotline").get(carrier_ref=form["CallSid"])
    with django_assert_num_queries(0):
        assert not consent.allowed(call)


def test_answers_in_any_order_end_in_the_same_consent(carrier):
    line = line_of("ask")
    ends = set()
    for order in permutations(["", "1", "9"]):
        form, _text = arrive(carrier, line)
        call = Call.objects.get(carrier_ref=form["CallSid"])
        for key in order:
            consent.take_consent(call.pk, digits=key, at=timezone.now())
        ends.add(Consent.objects.get(call=call).answer)
    assert ends == {"refused"}


def test_the_same_answer_again_is_one_consent_and_one_story(carrier):
    line = line_of("announce")
    form, text, call = asked(carrier, line, "1")
    again = body(carrier.post(f"/twilio/consent/{call.pk}/", form | {"CallStatus": "in-progress", "Digits": "1"}))
    assert again == text and "<Enqueue" in text
    assert CallEvent.objects.filter(call=call, kind="agreed").count() == 1
    said = [each.text for each in timeline(call)]
    assert "The caller agreed to be recorded." in said and any("This call is recorded" in each for each in said)


def test_a_call_whose_answer_was_lost_is_asked_again(carrier):
    line = line_of("announce")
    form, _text = arrive(carrier, line)
    call = Call.objects.get(carrier_ref=form["CallSid"])
    again = body(carrier.post(f"/twilio/next/{call.pk}/", form | {"CallStatus": "in-progress"}))
    assert "This call is recorded" in again and address(again, "action").endswith(f"/twilio/consent/{call.pk}/")


def test_without_a_database_the_question_is_asked_again_and_no_answer_guessed(carrier):
    line = line_of("announce")
    _form, _text, call = asked(carrier, line, None)
    spoken = trouble.ask_again(None, call.pk)
    assert f"/twilio/next/{call.pk}/</Redirect>" in spoken and "/consent/" not in spoken


def test_a_call_passed_on_to_another_hotline_is_not_recorded_for_its_purpose(carrier):
    line, other = line_of("announce"), line_of("announce")
    _form, _text, call = asked(carrier, line, "1")
    Call.objects.filter(pk=call.pk).update(hotline=other)
    assert not consent.allowed(Call.objects.select_related("hotline").get(pk=call.pk))


def test_a_hotline_that_stops_recording_records_no_waiting_call(carrier):
    line = line_of("announce")
    _form, _text, call = asked(carrier, line, "1")
    Hotline.objects.filter(pk=line.pk).update(recording_mode="none")
    assert not consent.allowed(Call.objects.select_related("hotline").get(pk=call.pk))


def test_the_carrier_may_tell_of_the_end_before_the_beginning(carrier):
    line = line_of("announce")
    operator(line)
    form, _text, call = asked(carrier, line, "")
    connected(carrier, form, call)
    made = {"RecordingSid": sid("RE"), "ConferenceSid": sid("CF"), "RecordingDuration": "7"}
    for status in ("completed", "in-progress", "completed"):
        carrier.post(f"/twilio/recorded/{call.pk}/", made | {"RecordingStatus": status})
    found = Recording.objects.get(call=call)
    assert (found.state, found.seconds) == ("kept", 7)


def test_paused_is_wanted_on_hold_with_outsiders_and_by_the_operator(carrier):
    line = line_of("announce")
    kari = operator(line)
    form, _text, call = asked(carrier, line, "1")
    connected(carrier, form, call)

    def wanted():
        return recording.wanted(Call.objects.select_related("hotline").get(pk=call.pk))

    assert wanted() == "recording"
    Call.objects.filter(pk=call.pk).update(held_at=timezone.now())
    assert wanted() == "paused"
    outside = Leg.objects.create(
        call=call, number="+4799999999", state="talking", made_at=timezone.now(), ring_until=timezone.now()
    )
    Call.objects.filter(pk=call.pk).update(held_at=None, handed=1)
    assert wanted() == "paused"  # nobody asked at the outside telephone
    outside.delete()
    assert wanted() == "recording"
    recording.pause_recording(call.pk, operator_id=kari.pk, at=timezone.now())
    assert wanted() == "paused"
    recording.stop_recording(call.pk, operator_id=kari.pk, at=timezone.now())
    assert wanted() == "stopped"


# --- the question at the end


def ended_by_operator(carrier, line, key=""):
    kari = operator(line)
    form = inbound(number_of(line))
    carrier.post("/twilio/voice/", form)
    call = Call.objects.get(carrier_ref=form["CallSid"])
    connected(carrier, form, call)
    offer = Offer.objects.get(call=call)
    carrier.post(f"/twilio/operator/{offer.pk}/done/", {"CallSid": offer.leg_ref, "CallStatus": "completed"})
    assert kari.pk == offer.operator_id
    return form | {"CallStatus": "in-progress"}, call


@pytest.mark.parametrize(("key", "score"), [("1", 1), ("5", 5), ("", None), ("7", None), ("*", None)])
def test_a_caller_who_is_still_there_is_asked_once(carrier, key, score):
    line = hotline(survey_enabled=True)
    form, call = ended_by_operator(carrier, line)
    question = body(carrier.post(f"/twilio/next/{call.pk}/", form))
    assert "from 1, not at all, to 5" in question and "Goodbye" not in question
    bye = body(carrier.post(f"/twilio/survey/{call.pk}/", form | {"Digits": key}))
    assert "Goodbye" in bye and "<Gather" not in bye
    assert "Goodbye" in body(carrier.post(f"/twilio/next/{call.pk}/", form))
    carrier.post(f"/twilio/survey/{call.pk}/", form | {"Digits": "3"})
    assert Survey.objects.get(call=call).score == score


def test_without_a_question_the_closing_words_follow_at_once(carrier):
    form, call = ended_by_operator(carrier, hotline())
    assert "Goodbye" in body(carrier.post(f"/twilio/next/{call.pk}/", form))
    assert not Survey.objects.exists()


# --- what the form lets a hotline say


@pytest.mark.parametrize(
    "text",
    [
        "Denne samtalen kan bli tatt opp.",
        "Samtalen kan tas opp.",
        "Calls may be recorded for training.",
        "Your call may be monitored or recorded.",
        "Maaaring i-record ang tawag na ito.",
        "Maaari pong i-record ang tawag.",
        "Звонок может быть записан.",
    ],
)
@pytest.mark.parametrize("field", ["greeting", "recording_purpose"])
def test_perhaps_recorded_is_refused_in_a_sentence(text, field):
    line = hotline(**{field: text})
    facts = {name: getattr(line, name) for name in HotlineForm.Meta.fields}
    form = HotlineForm(facts | {"languages": "en", "skills": ""}, instance=line)
    assert not form.is_valid()
    assert "leaves callers guessing" in str(form.errors[field])


@pytest.mark.parametrize(
    "text", ["This call is recorded.", "Samtalen blir tatt opp.", "You can record a message after the tone.", ""]
)
def test_plain_words_are_let_through(text):
    assert not leaves_open(text)


def test_recording_without_a_reason_is_refused():
    line = hotline()
    facts = {name: getattr(line, name) for name in HotlineForm.Meta.fields}
    form = HotlineForm(facts | {"languages": "en", "skills": "", "recording_mode": "ask"}, instance=line)
    assert not form.is_valid() and "why they are recorded" in str(form.errors["recording_purpose"])
