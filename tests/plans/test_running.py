"""Calls that go by a plan, through the webhooks: what each request answers, and what the register then says."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from calls.lifeline import lifeline
from calls.models import Call, CallEvent, Offer, Topic
from calls.plans import editing
from calls.timeline import timeline
from lines.models import Number
from tests.calls.test_webhooks import arrive, body
from tests.plans.plans import key, languages, menu, notice, put_in_force, words
from tests.world import CarrierHand, hotline, number_of, operator, sid

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def carrier():
    return CarrierHand()


def asked(text: str) -> str:
    return re.search(r'<Gather[^>]* action="([^"]+)"', text)[1]


def waits(text: str) -> str:
    return re.search(r'waitUrl="([^"]+)"', text)[1]


def press(carrier, form, text: str, digits: str = "") -> str:
    return body(carrier.post(asked(text), form | {"Digits": digits}))


def wait(carrier, form, text: str) -> str:
    return body(carrier.post(waits(text), form | {"QueueSid": sid("QU"), "QueueTime": "0"}))


def the_call(form) -> Call:
    return Call.objects.get(carrier_ref=form["CallSid"])


def told(call) -> list[str]:
    return [line.text for line in timeline(call)]


@pytest.fixture
def line():
    return hotline(languages=["en", "nb"], skills=["phone"], priority=1)


def bilingual(line):
    topic = Topic.objects.create(hotline=line, name="Bills")
    return put_in_force(
        line,
        languages(),
        notice(en="Calls are recorded.", nb="Samtaler tas opp."),
        menu("m", key("1", topic=topic.pk, skills=["billing"], priority=2, name="Bills"), key("2", "voicemail")),
    )


def test_a_caller_chooses_language_and_topic_and_rings_at_whoever_knows_both(carrier, line):
    plan = bilingual(line)
    operator(line, skills=["phone"], languages=["nb"])
    able = operator(line, skills=["phone", "billing"], languages=["nb"])
    form, text = arrive(carrier, line)
    assert "For English, press 1." in text and "For norsk, trykk 2." in text and "<Enqueue" not in text
    text = press(carrier, form, text, "2")
    assert "Samtaler tas opp." in text and 'language="nb-NO"' in text
    text = press(carrier, form, text, "1")
    assert "<Enqueue" in text and "Welcome" not in text
    wait(carrier, form, text)
    call = the_call(form)
    assert (call.language, call.skills, call.priority) == ("nb", ["billing", "phone"], 3)
    assert (call.plan, call.topic.name) == (plan, "Bills")
    assert Offer.objects.get().operator == able
    words_told = told(call)
    assert "The caller pressed 2 and chose norsk (bokmål)." in words_told
    assert "The caller pressed 1 in m: Bills." in words_told


def test_the_topic_stands_in_the_note_before_the_operator_writes(carrier, line):
    from calls.notes import save_draft

    bilingual(line)
    form, text = arrive(carrier, line)
    press(carrier, form, press(carrier, form, text, "1"), "1")
    call = the_call(form)
    kari = operator(line)
    assert save_draft(call.pk, operator_id=kari.pk, at=timezone.now(), summary="Asks").topic == call.topic


@pytest.mark.parametrize("again", ["menu", "voice", "next", "fallback"])
def test_whatever_request_comes_again_gets_the_answer_of_where_the_call_is(carrier, line, again):
    bilingual(line)
    form, first = arrive(carrier, line)
    second = press(carrier, form, first, "2")
    call = the_call(form)
    where = {"menu": asked(first), "next": f"/twilio/next/{call.pk}/"}.get(again, f"/twilio/{again}/")
    assert body(carrier.post(where, form | {"Digits": "2"})) == second
    assert body(carrier.post(where, form | {"Digits": "1"})) == second, "a late and different key changes nothing"
    assert CallEvent.objects.filter(kind="menu").count() == 1


def test_the_same_arrival_again_hears_the_same_menu(carrier, line):
    bilingual(line)
    form, first = arrive(carrier, line)
    assert body(carrier.post("/twilio/voice/", form)) == first
    assert Call.objects.count() == 1


def test_a_key_out_of_turn_is_not_taken(carrier, line):
    bilingual(line)
    form, first = arrive(carrier, line)
    ahead = asked(first).replace("/1/", "/5/")
    assert body(carrier.post(ahead, form | {"Digits": "2"})) == first
    assert not CallEvent.objects.filter(kind="menu").exists()


def test_a_caller_who_presses_nothing_gets_through(carrier, line):
    bilingual(line)
    operator(line)
    form, text = arrive(carrier, line)
    for _ in range(4):
        text = press(carrier, form, text)
    assert "<Enqueue" in text
    wait(carrier, form, text)
    assert the_call(form).state == "waiting"
    assert "No key was pressed in the menu." in told(the_call(form))


def test_a_wrong_key_is_told_so_and_asked_again(carrier, line):
    bilingual(line)
    form, text = arrive(carrier, line)
    text = press(carrier, form, text, "7")
    assert "That key leads nowhere." in text and "For English" in text


def test_a_caller_who_hangs_up_in_the_menu_is_abandoned_there(carrier, line):
    bilingual(line)
    form, text = arrive(carrier, line)
    press(carrier, form, text, "1")
    carrier.post("/twilio/status/", form | {"CallStatus": "completed", "CallDuration": "9"})
    call = the_call(form)
    assert (call.state, call.outcome, call.ended_by) == ("ended", "abandoned", "caller")
    assert told(call)[-1] == "The caller hung up in the menu."
    assert [step.word for step in lifeline(call)][1:] == ["Menu", "The caller hung up in the menu"]
    assert body(carrier.post(asked(text), form | {"Digits": "1"})).endswith("<Hangup/></Response>")


def test_a_key_leads_to_voicemail_even_where_the_hotline_offers_none(carrier, line):
    type(line).objects.filter(pk=line.pk).update(voicemail_enabled=False)
    bilingual(line)
    form, text = arrive(carrier, line)
    text = press(carrier, form, press(carrier, form, text, "1"), "2")
    assert "<Record" in text
    assert (the_call(form).state, the_call(form).refused) == ("voicemail", "")
    assert "The caller chose voicemail in the menu." in told(the_call(form))


def test_publishing_while_a_caller_is_in_the_menu_changes_nothing_for_that_caller(carrier, line):
    old = bilingual(line)
    form, text = arrive(carrier, line)
    new = put_in_force(line, notice(en="Everything is new.", nb="Alt er nytt."))
    text = press(carrier, form, text, "2")
    assert "Samtaler tas opp." in text
    assert the_call(form).plan == old
    later, heard = arrive(carrier, line)
    assert "Everything is new." in heard and the_call(later).plan == new


def test_a_plan_out_of_use_leaves_the_greeting_and_the_queue(carrier, line):
    bilingual(line)
    editing.withdraw(line, by=None, at=timezone.now())
    form, text = arrive(carrier, line)
    assert "Welcome to City Water" in text and "<Enqueue" in text and the_call(form).plan is None


def test_the_price_is_said_before_the_menu(carrier, line):
    from decimal import Decimal

    from lines.tariffs import Tariff

    Tariff.objects.create(
        number=Number.objects.get(hotline=line), valid_from=timezone.now() - timedelta(days=1), kind="per_minute",
        price=Decimal("9.90"), currency="NOK",
    )  # fmt: skip
    bilingual(line)
    form, text = arrive(carrier, line)
    assert text.index("per minute") < text.index("<Gather")
    text = press(carrier, form, text, "1")
    assert "per minute" not in text
    assert CallEvent.objects.filter(kind="price_said").count() == 1


# --- when nobody can answer
def closed(line):
    line.opening_rules.all().delete()
    type(line).objects.filter(pk=line.pk).update(version=line.version + 1)


def test_while_closed_a_plan_takes_messages(carrier, line):
    closed(line)
    said = words(en="Closed. Leave a message.", nb="Stengt. Legg igjen en beskjed.")
    put_in_force(line, notice(en="Hi.", nb="Hei."), closed={"to": "voicemail", "words": said})
    form, text = arrive(carrier, line)
    assert "Closed. Leave a message." in text and "<Record" in text
    assert body(carrier.post("/twilio/voice/", form)) == text
    assert body(carrier.post("/twilio/fallback/", form)) == text
    assert "It was closed: the caller was led to voicemail." in told(the_call(form))


@pytest.mark.parametrize("rule", ["closed", "full"])
def test_while_closed_or_full_a_plan_says_its_own_goodbye(carrier, line, rule):
    if rule == "closed":
        closed(line)
    else:
        Number.objects.filter(hotline=line).update(lines=1)
        arrive(carrier, line)
    said = words(en="Not now. Goodbye.", nb="Ikke nå. Ha det.")
    put_in_force(line, notice(en="Hi.", nb="Hei."), **{rule: {"to": "goodbye", "words": said}})
    form, text = arrive(carrier, line)
    assert "Not now. Goodbye." in text and "<Hangup/>" in text
    assert the_call(form).refused == rule
    assert body(carrier.post("/twilio/fallback/", form)) == text


def test_while_full_a_plan_may_lead_to_another_hotline(carrier, line):
    other = hotline(languages=["nb"], skills=["elsewhere"])
    put_in_force(line, notice(en="Hi.", nb="Hei."), full={"to": "hotline", "hotline": other.pk})
    Number.objects.filter(hotline=line).update(lines=1)
    arrive(carrier, line)
    form, text = arrive(carrier, line)
    assert "<Enqueue" in text
    wait(carrier, form, text)
    call = the_call(form)
    assert (call.hotline, call.skills, call.language, call.refused) == (other, ["elsewhere"], "nb", "")
    assert f"All lines were taken: the caller was sent on to {other}." in told(call)


def test_nobody_signed_on_leads_waiting_callers_to_another_hotline_where_somebody_is(carrier, line):
    other = hotline()
    able = operator(other)
    put_in_force(line, notice(en="Hi.", nb="Hei."), nobody={"to": "hotline", "hotline": other.pk})
    form, text = arrive(carrier, line)
    heard = wait(carrier, form, text)
    assert "<Leave/>" not in heard
    assert Offer.objects.get().operator == able
    assert the_call(form).hotline == other


def test_hotlines_that_send_callers_to_each_other_do_so_once_and_then_take_a_message(carrier, line):
    other = hotline()
    put_in_force(line, notice(en="Hi.", nb="Hei."), nobody={"to": "hotline", "hotline": other.pk})
    back = put_in_force(other, notice())
    raw = {"to": "hotline", "hotline": line.pk}  # past the check of publishing, as old data might be
    type(back).objects.filter(pk=back.pk).update(content=back.content | {"ends": {"nobody": raw}})
    form, text = arrive(carrier, line)
    address = waits(text)
    for _ in range(3):
        heard = body(carrier.post(address, form | {"QueueSid": sid("QU")}))
    assert "<Leave/>" in heard
    assert the_call(form).state == "voicemail"
    assert CallEvent.objects.filter(kind="forwarded").count() == 1


def test_after_its_own_patience_a_plan_says_goodbye(carrier, line):
    from operators import presence

    kari = operator(line)
    presence.choose(kari.pk, "break", at=timezone.now(), by=kari.user)
    said = words(en="Nobody is free. Goodbye.", nb="Ingen er ledig. Ha det.")
    put_in_force(line, notice(en="Hi.", nb="Hei."), late={"to": "goodbye", "words": said, "after": 60})
    with time_machine.travel(timezone.now(), tick=False) as clock:
        form, text = arrive(carrier, line)
        assert "<Play" in wait(carrier, form, text)
        clock.shift(timedelta(seconds=59))
        assert "<Play" in wait(carrier, form, text)
        clock.shift(timedelta(seconds=2))
        assert "<Leave/>" in wait(carrier, form, text)
    call = the_call(form)
    over = body(carrier.post(f"/twilio/next/{call.pk}/", form | {"QueueResult": "leave"}))
    assert "Nobody is free. Goodbye." in over and "<Hangup/>" in over
    assert "Nobody came in time; the caller was told so." in told(call)


def test_waiting_callers_hear_what_the_plan_says_as_often_as_it_says(carrier, line):
    from operators import presence

    kari = operator(line)
    presence.choose(kari.pk, "break", at=timezone.now(), by=kari.user)
    said = {"position": False, "expected": False, "every": 60, "words": words(en="Look online.", nb="Se på nett.")}
    put_in_force(line, notice(en="Hi.", nb="Hei."), waiting=said)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        form, text = arrive(carrier, line)
        first = wait(carrier, form, text)
        clock.shift(timedelta(seconds=31))
        second = wait(carrier, form, text)
        clock.shift(timedelta(seconds=31))
        third = wait(carrier, form, text)
    assert "Look online." in first and "Look online." not in second and "Look online." in third
    assert "next to be answered" not in first


def test_a_hotline_without_a_plan_costs_no_query_more(carrier, line, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    plain = hotline()
    arrive(carrier, plain)
    with CaptureQueriesContext(
        connection,
    ) as asked_of:
        form, text = arrive(carrier, plain)
    assert not [query for query in asked_of if "callplan" in query["sql"]]
    with CaptureQueriesContext(connection) as waiting:
        wait(carrier, form, text)
    assert not [query for query in waiting if "callplan" in query["sql"]]
    bilingual(line)
    arrive(carrier, line)
    with CaptureQueriesContext(connection) as planned:
        arrive(carrier, line)
    assert len(planned) == len(asked_of), "nor does arriving under a plan, once it is known"


def test_a_sound_is_played_from_an_address_nobody_guesses(carrier, line):
    from calls.plans import sounds
    from tests.plans.test_sounds import wav

    kept = sounds.keep(line, wav(1), by=None)
    said = {"en": {"text": "", "sound": kept.token}, "nb": {"text": "Hei", "sound": ""}}
    put_in_force(line, {"id": "n", "kind": "notice", "words": said})
    text = arrive(carrier, line)[1]
    address = re.search(r"<Play>([^<]+)</Play>", text)[1]
    assert address.endswith(f"/audio/{kept.token}/") and len(kept.token) >= 40


def test_a_hotline_that_is_closed_does_not_ring_callers_sent_on_to_it(carrier, line):
    other = hotline(organisation="The Other House", always_open=False)
    put_in_force(line, menu("m", key("1", "hotline", hotline=other.pk)))
    form, text = arrive(carrier, line)
    text = press(carrier, form, text, "1")
    assert "The Other House is closed now" in text and "<Hangup/>" in text
    assert number_of(line)
