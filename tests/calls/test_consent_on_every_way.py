"""Whatever stands before the queue, callers of a hotline that records are asked last; who was not asked is not recorded."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from calls import callbacks, consent, gates
from calls.foretelling import Question, foretell
from calls.foretold_words import in_words
from calls.models import Call, CallEvent, Consent, Offer
from calls.timeline import timeline
from lines.models import Number
from lines.tariffs import Tariff
from tests.calls.test_webhooks import arrive, body
from tests.plans.plans import key, languages, menu, notice, put_in_force
from tests.world import CarrierHand, hotline, number_of, operator, sid

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "to train our operators"
ASKED = {"en": f"This call is recorded: {WHY}.", "nb": f"Denne samtalen blir tatt opp: {WHY}."}


@pytest.fixture
def carrier():
    return CarrierHand()


@pytest.fixture
def line():
    return records()


def records(**fields):
    return hotline(recording_mode="announce", recording_purpose=WHY, languages=["en", "nb"], **fields)


def press(carrier, form, text, digits=""):
    where = re.search(r'<Gather[^>]* action="([^"]+)"', text)[1]
    return body(carrier.post(where, form | {"CallStatus": "in-progress", "Digits": digits}))


def wait(carrier, form, text):
    where = re.search(r'waitUrl="([^"]+)"', text)[1]
    return body(carrier.post(where, form | {"QueueSid": sid("QU"), "QueueTime": "0"}))


def call_of(form):
    return Call.objects.select_related("hotline").get(carrier_ref=form["CallSid"])


def connected(carrier, form):
    """What operator and caller are told to do once the operator accepts."""
    call = call_of(form)
    offer = Offer.objects.get(call=call)
    joined = body(carrier.post(f"/twilio/operator/{offer.pk}/", {"CallSid": sid(), "CallStatus": "in-progress"}))
    return joined, body(carrier.post(f"/twilio/next/{call.pk}/", form | {"QueueResult": "redirected"}))


@pytest.mark.parametrize(("digits", "recorded"), [("", True), ("9", False)])
def test_after_the_menus_in_the_language_chosen_there_and_said_once(carrier, line, digits, recorded):
    put_in_force(line, languages(), notice(en="Mind the gap.", nb="Se deg for."), menu("m", key("1")))
    operator(line, languages=["nb"])
    form, text = arrive(carrier, line)
    assert "recorded" not in text and "For norsk" in text
    text = press(carrier, form, text, "2")
    assert "Se deg for." in text and "tatt opp" not in text
    text = press(carrier, form, text, "1")
    assert ASKED["nb"] in text and 'language="nb-NO"' in text and "<Enqueue" not in text and "Welcome" not in text
    text = press(carrier, form, text, digits)
    assert "<Enqueue" in text and "<Say" not in text, "straight to the queue: nothing is said a second time"
    wait(carrier, form, text)
    assert all(('record="record-from-start"' in each) is recorded for each in connected(carrier, form))


def test_after_a_plan_that_only_speaks(carrier, line):
    put_in_force(line, notice(en="Mind the gap.", nb="Se deg for."))
    _form, text = arrive(carrier, line)
    assert text.index("Mind the gap.") < text.index(ASKED["en"]) and "<Enqueue" not in text


@pytest.mark.parametrize("where", ["voice", "next", "fallback"])
def test_a_lost_answer_is_asked_for_again_after_the_menus_too(carrier, line, where):
    put_in_force(line, menu("m", key("1"), en="Press 1.", nb="Trykk 1."))
    form, text = arrive(carrier, line)
    asked = press(carrier, form, text, "1")
    address = f"/twilio/next/{call_of(form).pk}/" if where == "next" else f"/twilio/{where}/"
    assert body(carrier.post(address, form | {"CallStatus": "in-progress"})) == asked
    assert not Consent.objects.exists()


def test_sent_on_by_a_menu_the_caller_is_asked_for_the_purpose_of_where_they_are_led(carrier):
    first, other = hotline(), records()
    put_in_force(first, menu("m", key("1", "hotline", hotline=other.pk)))
    form, text = arrive(carrier, first)
    text = press(carrier, form, text, "1")
    assert ASKED["en"] in text and "<Enqueue" not in text
    press(carrier, form, text, "1")
    assert consent.allowed(call_of(form))


def test_sent_on_to_a_hotline_that_does_not_record_nobody_is_asked(carrier, line):
    other = hotline()
    put_in_force(line, menu("m", key("1", "hotline", hotline=other.pk), en="Press 1.", nb="Trykk 1."))
    form, text = arrive(carrier, line)
    assert "<Enqueue" in press(carrier, form, text, "1")


def test_sent_on_from_the_line_nobody_was_asked_so_nothing_is_recorded(carrier):
    first, other = hotline(), records()
    put_in_force(first, notice(), nobody={"to": "hotline", "hotline": other.pk})
    operator(other)
    form, text = arrive(carrier, first)
    wait(carrier, form, text)
    assert call_of(form).hotline == other
    assert not any("record-from-start" in each for each in connected(carrier, form))


def test_after_the_key_before_the_queue(carrier):
    line = records(gate="always")
    form, text = arrive(carrier, line)
    assert "recorded" not in text
    text = press(carrier, form, text, gates.key_of(call_of(form).pk))
    assert ASKED["en"] in text and text.index("Welcome") < text.index(ASKED["en"]) and "<Enqueue" not in text


def priced(line):
    number = Number.objects.get(number=number_of(line))
    since = timezone.now() - timedelta(days=1)
    Tariff.objects.create(number=number, valid_from=since, kind="per_call", price=Decimal("14.5"))


def test_after_the_price_which_is_journalled_before_it(carrier, line):
    priced(line)
    form, text = arrive(carrier, line)
    assert text.index("Welcome") < text.index("14") < text.index(ASKED["en"])
    text = press(carrier, form, text)
    wait(carrier, form, text)
    kinds = list(CallEvent.objects.filter(call=call_of(form)).order_by("id").values_list("kind", flat=True))
    before = ["arrived", "greeted", "price_said", "announced", "no_answer", "queued"]
    assert [kind for kind in kinds if kind in before] == before


def test_a_callback_is_neither_asked_nor_recorded(carrier):
    line = records(callbacks_enabled=True, country="NO")
    at = timezone.now()
    waiting = Call.objects.create(
        carrier_ref=sid(), hotline=line, dialled=number_of(line), caller_number="+4791234567", caller_kind="number",
        arrived_at=at, queued_at=at, state="waiting",
    )  # fmt: skip
    attempt = callbacks.ask(waiting.pk, at=at).attempt
    consent.take_consent(attempt.pk, digits="1", at=at)
    assert not Consent.objects.exists() and not consent.allowed(attempt)
    assert not any("told" in each.text for each in timeline(attempt))


def test_what_would_happen_tells_the_question(line):
    priced(line)
    told = foretell(Question(number_of(line), timezone.now(), "+4791234567"))
    names = [part.name for part in in_words(told)]
    assert names.index("Greeting") < names.index("Price") < names.index("Recording")
    assert ASKED["en"] in told.recording.text
