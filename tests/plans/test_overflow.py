"""Callers whom a plan sends on to an outside telephone, through the webhooks: what they hear, and what is kept."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from analytics.counting import SUMS, queued
from calls import services
from calls.lifeline import lifeline
from calls.models import Call, Instruction, Leg, Offer, OutwardRule
from calls.plans import editing
from calls.plans.models import CallPlan
from calls.pricing import counted
from lines.missing import lacks
from lines.models import Number
from lines.tariffs import Tariff
from telephony.twilio import exchange
from tests.calls.test_webhooks import arrive, body
from tests.plans.plans import content, notice, put_in_force, words
from tests.plans.test_running import told, wait
from tests.world import CarrierHand, hotline, number_of, operator, sid, supervisor_of

pytestmark = pytest.mark.django_db
AGENCY = "+4740000071"


def telephone(**more):
    return {
        "to": "telephone",
        "number": AGENCY,
        "name": "Agency",
        "rings": 25,
        "asks": True,
        "then": "voicemail",
        **more,
    }


@pytest.fixture
def carrier():
    return CarrierHand()


@pytest.fixture
def line():
    return hotline(organisation="City Water")


def the_call(form) -> Call:
    return Call.objects.get(carrier_ref=form["CallSid"])


def shut(line):
    line.opening_rules.all().delete()
    type(line).objects.filter(pk=line.pk).update(version=line.version + 1)


class Outside:
    """The outside telephone's leg, as the carrier tells of it."""

    def __init__(self, carrier, call):
        self.carrier, self.leg = carrier, Leg.objects.exclude(rule="").get(call=call)
        self.sid = sid()

    def post(self, what: str = "", **form: str) -> str:
        answer = self.carrier.post(f"/twilio/outside/{self.leg.pk}/{what}", {"CallSid": self.sid, **form})
        return answer.content.decode()

    def answers(self) -> str:
        return self.post(CallStatus="in-progress")

    def presses(self, digits: str = "1") -> str:
        return self.post("key/", CallStatus="in-progress", Digits=digits)

    def ends(self, status: str) -> None:
        self.post("status/", CallStatus=status)


def sent(carrier, line, **more):
    """A caller for whom the telephone rings, because nobody is signed on: (form, call, the telephone)."""
    form, text = arrive(carrier, line, **more)
    assert "<Leave/>" in wait(carrier, form, text)
    call = the_call(form)
    return form, call, Outside(carrier, call)


def next_of(carrier, form, **more) -> str:
    return body(carrier.post(f"/twilio/next/{the_call(form).pk}/", form | more))


def test_one_telephone_answers_a_hotline_without_operators(carrier, line):
    put_in_force(line, nobody=telephone(words=words(en="We connect you with our duty officer.")))
    form, call, agency = sent(carrier, line)
    heard = next_of(carrier, form, QueueResult="leave")
    assert "We connect you with our duty officer." in heard and "ring.wav" in heard and "<Redirect" in heard
    assert (call.state, call.answered_at) == ("sent", None)
    assert "Press 1 to take it." in agency.answers() and the_call(form).state == "sent"
    assert "<Conference" in agency.presses()
    heard = next_of(carrier, form)
    assert f"call-{call.pk}</Conference>" in heard and "record=" not in heard
    carrier.post("/twilio/status/", form | {"CallStatus": "completed", "CallDuration": "60"})
    call = the_call(form)
    assert (call.state, call.outcome, call.ended_by, call.answered_at, call.operator) == (
        "ended", "outside", "caller", None, None,
    )  # fmt: skip
    story = told(call)
    assert "Nobody was signed on: the caller was sent on to Agency (+47••••••71)." in story
    assert any(line.startswith("Agency (+47••••••71) answered after ") for line in story)
    assert AGENCY not in "".join(story)
    assert [step.word for step in lifeline(call)][-3:] == [
        "Rang Agency (+47••••••71)", "Agency (+47••••••71)", "The caller hung up",
    ]  # fmt: skip


def test_beyond_the_limit_of_the_day_nothing_is_rung_and_the_caller_goes_on(carrier, line):
    OutwardRule.objects.create(hotline=line, daily_minutes=1)
    put_in_force(line, nobody=telephone(asks=False))
    form, _call, agency = sent(carrier, line)
    agency.answers()
    carrier.post("/twilio/status/", form | {"CallStatus": "completed", "CallDuration": "20"})
    agency.ends("completed")
    second, text = arrive(carrier, line)
    wait(carrier, second, text)
    call = the_call(second)
    assert (call.state, Leg.objects.filter(call=call).exists()) == ("voicemail", False)
    assert any("limit for outgoing calls" in told_line for told_line in told(call))


def test_a_hotline_that_one_telephone_answers_lacks_no_operators(line):
    assert any(lack.sentence.startswith("No operator serves it") for lack in lacks(line))
    put_in_force(line, nobody=telephone())
    assert not any(lack.sentence.startswith("No operator serves it") for lack in lacks(line))


def test_the_outside_telephone_hangs_up_and_the_caller_hears_the_closing(carrier, line):
    put_in_force(line, nobody=telephone(asks=False))
    form, _call, agency = sent(carrier, line)
    assert "<Conference" in agency.answers(), "put through at once where no key is asked for"
    assert "<Conference" in next_of(carrier, form)
    agency.ends("completed")
    assert Instruction.objects.filter(kind="move", state="pending").exists()
    assert "Thank you for calling City Water" in next_of(carrier, form)
    carrier.post("/twilio/status/", form | {"CallStatus": "completed"})
    assert (the_call(form).outcome, the_call(form).ended_by) == ("outside", "operator")
    assert told(the_call(form))[-1] == "The call ended after the outside telephone had hung up."


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled", "completed"])
@pytest.mark.parametrize("then", ["voicemail", "goodbye"])
def test_a_telephone_that_does_not_take_the_caller_leads_on(carrier, line, status, then):
    put_in_force(line, nobody=telephone(then=then))
    form, _call, agency = sent(carrier, line)
    if status == "completed":
        agency.answers()
        assert "<Hangup/>" in agency.presses("")
    agency.ends(status)
    heard = next_of(carrier, form)
    assert ("<Record" in heard) if then == "voicemail" else ("Please call again later." in heard)
    carrier.post("/twilio/status/", form | {"CallStatus": "completed"})
    assert the_call(form).outcome == ("voicemail" if then == "voicemail" else "rejected")
    said = {"busy": "was busy", "failed": "could not be reached", "completed": "perhaps a voicemail box"}
    assert said.get(status, "did not answer") in "\n".join(told(the_call(form)))
    assert any("Nobody took it there" in line for line in told(the_call(form)))


def test_after_a_minute_in_the_queue_the_telephone_rings_and_if_in_vain_the_old_place_is_kept(carrier, line):
    kari = operator(line, state="ready", at=timezone.now())
    type(kari).objects.update(state="break")
    line.max_wait_seconds = 300
    line.save()
    put_in_force(line, late=telephone(after=60, then="queue"))
    form, text = arrive(carrier, line)
    begun = timezone.now()
    with time_machine.travel(begun, tick=False) as now:
        wait(carrier, form, text)
        first = the_call(form).queued_at
        other, text_of_other = arrive(carrier, line, caller="+4791234500")
        now.shift(1)
        wait(carrier, other, text_of_other)
        now.shift(60)
        assert "<Leave/>" in wait(carrier, form, text)
        assert the_call(form).state == "sent"
        type(kari).objects.update(state="ready")
        assert services.assign(timezone.now()) == 1
        assert Offer.objects.get().call == the_call(other), "who waits is rung for; who is sent on is not"
        services.close_offer(Offer.objects.get().pk, "declined", at=timezone.now(), reason="declined")
        now.shift(5)
        Outside(carrier, the_call(form)).ends("busy")
        assert "<Enqueue" in next_of(carrier, form)
        call = the_call(form)
        assert (call.state, call.queued_at) == ("waiting", first)
        now.shift(200)
        assert "<Leave/>" not in wait(carrier, form, text), "from the return on the hotline's own patience counts"
        now.shift(120)
        assert "<Leave/>" in wait(carrier, form, text)
    assert the_call(form).state == "voicemail" and Leg.objects.count() == 1
    assert any("after 61 s" in line for line in told(the_call(form)))
    assert any(line.endswith("the caller is back in the queue, at the old place.") for line in told(the_call(form)))


@pytest.mark.parametrize("rule", ["closed", "full"])
@pytest.mark.parametrize("then", ["voicemail", "goodbye"])
def test_a_caller_who_joined_no_queue_is_sent_on_at_once(carrier, line, rule, then):
    if rule == "closed":
        shut(line)
    else:
        Number.objects.filter(hotline=line).update(lines=1)
        arrive(carrier, line)
    operator(line)
    put_in_force(line, **{rule: telephone(then=then, words=words(en="One moment."))})
    form, heard = arrive(carrier, line)
    assert "One moment." in heard and "ring.wav" in heard
    call = the_call(form)
    assert (call.state, call.queued_at, call.refused) == ("sent", None, "")
    assert body(carrier.post("/twilio/voice/", form)) == heard, "the same arrival again"
    Outside(carrier, call).ends("no-answer")
    heard = next_of(carrier, form)
    expected = {"voicemail": "<Record", "goodbye": "is closed now" if rule == "closed" else "call again later"}
    assert expected[then] in heard and "<Reject" not in heard
    assert not Offer.objects.filter(call=call).exists()
    assert "menu" not in " ".join(step.word.lower() for step in lifeline(the_call(form))[-1:])


def test_what_is_answered_outside_is_neither_answered_nor_abandoned(carrier, line):
    put_in_force(line, nobody=telephone(asks=False))
    form, _call, agency = sent(carrier, line)
    agency.answers()
    agency.ends("completed")
    carrier.post("/twilio/status/", form | {"CallStatus": "completed"})
    gone, _, _ = sent(carrier, line)
    carrier.post("/twilio/status/", gone | {"CallStatus": "completed"})
    now = timezone.now()
    counts = queued([line.pk], now - timedelta(hours=1), now + timedelta(hours=1)).aggregate(**SUMS)
    assert (counts["offered"], counts["answered"], counts["abandoned"], counts["voicemail"]) == (2, 0, 1, 0)
    assert counts["longest_wait_seconds"] < 60, "the talk outside is no waiting"


def test_the_price_is_said_before_it_rings_and_counts_while_somebody_talks(carrier, line):
    shut(line)
    Tariff.objects.create(
        number=Number.objects.get(hotline=line), valid_from=timezone.now() - timedelta(days=1), kind="per_minute",
        price=Decimal("9.90"), currency="NOK",
    )  # fmt: skip
    put_in_force(line, closed=telephone(asks=False))
    with time_machine.travel(timezone.now(), tick=False) as now:
        form, heard = arrive(carrier, line)
        assert heard.index("per minute") < heard.index("ring.wav")
        agency = Outside(carrier, the_call(form))
        now.shift(20)
        agency.answers()
        now.shift(90)
        carrier.post("/twilio/status/", form | {"CallStatus": "completed"})
    assert counted(the_call(form)) == timedelta(seconds=90)
    assert the_call(form).events.filter(kind="price_said").count() == 1


def test_the_caller_hangs_up_while_it_rings_and_the_ring_is_ended(carrier, line):
    put_in_force(line, nobody=telephone())
    form, call, agency = sent(carrier, line)
    agency.post("status/", CallStatus="ringing")
    carrier.post("/twilio/status/", form | {"CallStatus": "completed"})
    assert Leg.objects.get().state == "over" and Instruction.objects.filter(kind="hang_up").exists()
    assert "<Hangup/>" in agency.presses(), "too late"
    assert the_call(form).outcome == "abandoned" and the_call(form).outside_at is None


def test_callbacks_of_the_outside_leg_repeated_and_reordered_change_nothing(carrier, line):
    put_in_force(line, nobody=telephone())
    form, call, agency = sent(carrier, line)
    agency.ends("busy")
    agency.ends("busy")
    agency.ends("completed")
    assert "<Hangup/>" in agency.answers() or "<Gather" not in agency.answers()
    assert "<Hangup/>" in agency.presses()
    assert the_call(form).state == "voicemail" and Leg.objects.count() == 1
    assert call.events.filter(kind="outside").count() == 2


def test_a_leg_whose_callbacks_are_lost_is_given_up_and_the_caller_goes_on_without_a_switchboard(carrier, line):
    put_in_force(line, nobody=telephone())
    form, call, agency = sent(carrier, line)
    with time_machine.travel(timezone.now() + timedelta(seconds=40), tick=False):
        assert "<Record" in next_of(carrier, form)
        assert Instruction.objects.filter(kind="hang_up", payload__leg=str(agency.leg.pk)).exists()
        assert not Instruction.objects.filter(kind="move", state="pending").exclude(call__state="voicemail").exists()


def test_whoever_hears_who_calls_has_time_to_press_the_key(carrier, line):
    put_in_force(line, nobody=telephone(rings=10))
    form, call, agency = sent(carrier, line)
    with time_machine.travel(timezone.now() + timedelta(seconds=14), tick=False) as now:
        agency.answers()
        now.shift(15)
        assert services.expire_legs(timezone.now()) == 0
        assert "<Conference" in agency.presses()


def test_the_conference_tells_that_the_outside_telephone_left_if_nothing_else_does(carrier, line):
    put_in_force(line, nobody=telephone(asks=False))
    form, call, agency = sent(carrier, line)
    agency.answers()
    gone = {"StatusCallbackEvent": "participant-leave", "CallSid": agency.sid, "ConferenceSid": sid("CF")}
    carrier.post(f"/twilio/conference/{call.pk}/", gone | {"ReasonParticipantLeft": "participant_hung_up"})
    assert "Thank you for calling" in next_of(carrier, form)


@pytest.mark.parametrize("how", ["caller", "forwarded", "own number"])
def test_a_call_that_comes_from_the_telephone_itself_is_not_sent_back_there(carrier, line, how):
    put_in_force(line, nobody=telephone())
    more = {
        "caller": {"caller": AGENCY},
        "forwarded": {"ForwardedFrom": AGENCY},
        "own number": {"caller": number_of(hotline())},
    }[how]
    form, text = arrive(carrier, line, **more)
    assert "<Leave/>" in wait(carrier, form, text)
    assert the_call(form).state == "voicemail" and not Leg.objects.exists()
    assert "Agency (+47••••••71) was not rung: the call came from there." in told(the_call(form))


def test_a_telephone_is_looked_at_again_before_it_is_dialled(carrier, line):
    put_in_force(line, nobody=telephone())
    form, call, _agency = sent(carrier, line)
    Number.objects.create(hotline=hotline(), number=AGENCY)  # ours, since then
    exchange.perform(Instruction.objects.select_related("call").get(kind="dial"))
    assert Instruction.objects.get(kind="dial").state == "failed"
    assert the_call(form).state == "voicemail"
    assert any("no number that may be called" in line for line in told(the_call(form)))


def test_while_the_carrier_is_left_alone_nobody_waits_for_a_telephone(carrier, line):
    put_in_force(line, nobody=telephone())
    form, call, _agency = sent(carrier, line)
    assert services.forgo_outside(timezone.now()) == 1
    assert "<Record" in next_of(carrier, form)
    exchange.perform(Instruction.objects.select_related("call").get(kind="dial"))
    assert Instruction.objects.get(kind="dial").state == "done", "and nobody dials it later"


def test_another_hotlines_plan_sends_its_callers_on(carrier, line):
    other = hotline("Night desk")
    put_in_force(other, nobody=telephone())
    put_in_force(line, nobody={"to": "hotline", "hotline": other.pk})
    form, text = arrive(carrier, line)
    text = body(carrier.post(f"/twilio/wait/{the_call(form).pk}/", form)) and next_of(carrier, form)
    assert the_call(form).hotline == other
    assert "<Leave/>" in wait(carrier, form, text)
    assert the_call(form).state == "sent"


# --- forwarded from an office telephone (S2)
def test_the_office_telephone_that_forwarded_a_call_is_logged_and_masked(client, carrier, line):
    form, _text = arrive(carrier, line, ForwardedFrom="+4722123456")
    call = the_call(form)
    assert call.forwarded_from == "+4722123456"
    assert "The call arrived, forwarded from the office telephone +47••••••56." in told(call)
    client.force_login(supervisor_of(line))
    text = client.get(f"/calls/{call.pk}/").content.decode()
    assert "Forwarded from" in text and "+47••••••56" in text and "+4722123456" not in text


# --- what may be published
def wrong(line, **ends) -> str:
    return " ".join(fault.text for fault in editing.faults_of(line, content(notice(), **ends)))


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("", "The number of the telephone is missing."),
        ("12", "no ordinary telephone"),
        ("+4782900000", "no ordinary telephone"),
        ("+46701234567", "does not belong to the country"),
        ("own", "one of our own numbers"),
    ],
)
def test_a_telephone_that_may_not_be_called_cannot_be_published(line, number, sentence):
    number = number_of(hotline()) if number == "own" else number
    found = wrong(line, nobody=telephone(number=number))
    assert found.startswith("Nobody is signed on: ") and sentence in found


def test_a_telephone_that_could_leave_callers_in_silence_cannot_be_published(line):
    assert "between 10 and 120 seconds" in wrong(line, nobody=telephone(rings=500))
    assert "what follows when the telephone is not answered" in wrong(line, nobody=telephone(then=""))
    assert "what follows when the telephone is not answered" in wrong(line, closed=telephone(then="queue"))
    assert wrong(line, late=telephone(then="queue", after=60), full=telephone(), closed=telephone(then="goodbye")) == ""


def test_a_number_is_typed_as_people_write_it_and_kept_as_it_is_dialled(line):
    type(line).objects.filter(pk=line.pk).update(country="NO")
    line.refresh_from_db()
    put_in_force(line, nobody=telephone(number="40 00 00 71"))
    assert CallPlan.objects.get(hotline=line).content["ends"]["nobody"]["number"] == AGENCY
