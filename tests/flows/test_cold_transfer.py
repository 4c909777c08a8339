"""Passed on at once: the operator is free within two seconds, the caller always hears something, and whoever does not
take the call costs the caller nothing but the ring."""

import pytest

from calls.models import Call, Leg, Offer
from knowledge.models import Contact
from operators.models import Operator, Presence
from tests.flows.conftest import state_of
from tests.flows.incall import Talk
from tests.flows.test_hanging_up import over
from tests.flows.test_one_call import ready
from tests.system import until
from tests.world import hotline, number_of

OUTSIDE = "+4740000061"


def test_a_colleague_takes_the_caller_over(system, line):
    talk = Talk(system, line)
    with talk.desk, system.desk(talk.ola) as olas:
        talk.wished("transfer", to=talk.ola.user.username, kind="cold")
        talk.freed(talk.kari)
        talk.leg.wait_for("over")
        leg = olas.answer()
        talk.talks(leg, "with Ola")
        assert (talk.fresh().operator, talk.fresh().state) == (talk.ola, Call.State.CONNECTED)
        assert state_of(talk.ola) == Presence.ON_CALL
        leg.hang_up()
        talk.caller.wait_for("Goodbye")
    call = over(talk.caller)
    assert (call.outcome, call.ended_by, talk.transfer.state) == ("answered", "operator", "done")
    assert "Kari passed the caller on to Ola." in talk.text() and "Kari left the caller with Ola." in talk.text()
    system.at_rest()


def test_the_identity_of_a_browser_telephone_names_a_colleague_too(system, line):
    talk = Talk(system, line)
    with talk.desk, system.desk(talk.ola) as olas:
        talk.wished("transfer", to=talk.ola.identity, kind="cold")
        talk.talks(olas.answer(), "with Ola")
        talk.caller.hang_up()
    assert over(talk.caller).operator == talk.ola
    system.at_rest()


@pytest.mark.parametrize("how", ["declines", "is silent", "is a voicemail box"])
def test_a_colleague_who_does_not_take_it_gives_the_caller_back_to_the_line_first_in_it(system, line, how):
    phone = {"phone": "+4741000062", "device": "phone"} if how == "is a voicemail box" else {}
    talk = Talk(system, line, **phone)
    other = ready(line, display_name="Per", skills=["patience"])
    Operator.objects.filter(pk=other.pk).update(state=Presence.BREAK)
    mode = {"declines": "decline", "is silent": "rings_out", "is a voicemail box": "voicemail"}[how]
    olas = system.handset("+4741000062", mode=mode) if phone else system.desk(talk.ola, mode=mode)
    with talk.desk, olas, system.desk(other) as pers:
        Operator.objects.filter(pk=talk.ola.pk).update(state=Presence.BREAK)
        waiting = system.phone.dial(number_of(line), caller="+4790000002").wait_for("waiting")
        until(
            lambda: Call.objects.filter(carrier_ref=waiting.sid, state="waiting").update(
                skills=["patience"], priority=9
            )
        )
        Operator.objects.filter(pk=talk.ola.pk).update(state=Presence.READY)
        talk.wished("transfer", to=talk.ola.user.username, kind="cold")
        talk.freed(talk.kari)
        talk.transfer_is("failed")
        assert talk.fresh().state == Call.State.WAITING
        talk.hears_music()
        Operator.objects.filter(pk=other.pk).update(state=Presence.READY)
        leg = pers.answer(20)
        talk.talks(leg, "at last")
        talk.caller.hang_up()
        waiting.hang_up()
    assert over(talk.caller).operator == other
    assert "Ola" in talk.text() and "the caller is the first in the line again" in talk.text()
    over(waiting)
    system.at_rest()


def test_a_colleague_who_is_not_ready_is_refused_with_a_sentence_and_the_operator_keeps_the_caller(system, line):
    talk = Talk(system, line)
    Operator.objects.filter(pk=talk.ola.pk).update(state=Presence.LUNCH)
    with talk.desk:
        answer = talk.wish("transfer", to=talk.ola.user.username, kind="cold")
        assert (answer.status_code, answer.json()["detail"]) == (409, "Ola cannot be rung now: lunch.")
        talk.talks(talk.leg, "still")
        talk.caller.hang_up()
    over(talk.caller)
    system.at_rest()


def test_another_hotline_gets_the_caller_first_in_its_line_with_the_note(system, line):
    talk = Talk(system, line)
    orders = hotline("Orders of the flow")
    waiting = ready(orders, display_name="Siri")
    Operator.objects.filter(pk=waiting.pk).update(state=Presence.BREAK)
    with talk.desk, system.desk(waiting) as desk:
        before = system.phone.dial(number_of(orders), caller="+4790000003").wait_for("waiting")
        until(lambda: Call.objects.filter(carrier_ref=before.sid, state="waiting").exists())
        talk.wished("transfer", to=orders.slug, kind="cold")
        talk.freed(talk.kari)
        assert (talk.fresh().hotline, talk.fresh().state) == (orders, Call.State.WAITING)
        talk.hears_music()
        Operator.objects.filter(pk=waiting.pk).update(state=Presence.READY)
        talk.talks(desk.answer(20), "orders")
        talk.caller.hang_up()
        before.hang_up()
    assert over(talk.caller).operator == waiting
    assert "passed the caller on to the front of the queue of Orders of the flow" in talk.text()
    over(before)
    system.at_rest()


def test_whoever_has_a_skill_gets_the_caller(system, line):
    talk = Talk(system, line, skills=["billing"])
    with talk.desk, system.desk(talk.ola) as olas:
        assert talk.wish("transfer", to="skill:juggling", kind="cold").status_code == 409
        talk.wished("transfer", to="skill:billing", kind="cold")
        talk.talks(olas.answer(), "billing")
        talk.caller.hang_up()
    assert over(talk.caller).operator == talk.ola
    system.at_rest()


def test_an_outside_telephone_gets_the_caller_who_hears_the_closing_when_it_hangs_up(system, line):
    talk = Talk(system, line)
    with talk.desk, system.handset(OUTSIDE) as handset:
        talk.wished("transfer", to=OUTSIDE, kind="cold")
        talk.freed(talk.kari)
        talk.hears_music()
        leg = handset.answer()
        talk.talks(leg, "outside")
        leg.hang_up()
        talk.caller.wait_for("Goodbye")
    call = over(talk.caller)
    assert (call.operator, call.outcome, talk.transfer.state) == (talk.kari, "answered", "done")
    assert OUTSIDE not in talk.text()
    system.at_rest()


@pytest.mark.parametrize("how", ["busy", "rings_out", "unreachable"])
def test_an_outside_telephone_that_does_not_answer_gives_the_caller_back(system, line, how):
    talk = Talk(system, line)
    with talk.desk, system.handset(OUTSIDE, mode=how), system.desk(talk.ola) as olas:
        talk.wished("transfer", to=OUTSIDE, kind="cold")
        talk.freed(talk.kari)
        talk.transfer_is("failed")
        leg = olas.answer(20)
        talk.talks(leg, "back")
        talk.caller.hang_up()
    assert over(talk.caller).operator == talk.ola
    system.at_rest()


def test_a_contact_is_called_by_the_number_in_the_directory(system, line):
    talk = Talk(system, line)
    contact = Contact.objects.create(hotline=line, name="Duty engineer", phone="40 00 00 61")
    line.country = "NO"
    line.save()
    with talk.desk, system.handset(OUTSIDE) as handset:
        talk.wished("transfer", to=f"contact:{contact.pk}", kind="cold")
        talk.talks(handset.answer(), "engineer")
        talk.caller.hang_up()
    over(talk.caller)
    assert "Kari left the caller with Duty engineer." in talk.text()
    assert Leg.objects.get(call=talk.call).state == "over"
    system.at_rest()


def test_own_numbers_dear_ones_foreign_ones_and_nonsense_are_refused_with_a_sentence(system, line):
    talk = Talk(system, line)
    wrong = {
        number_of(line): "our own numbers",
        "+4782900000": "cannot be dialled",  # shared and premium rates of Norway begin with 82
        "+79161234567": "cannot be dialled",
        "+47": "not a telephone number",
        "somebody-else": "nobody called",
        "contact:999999": "no such contact",
        talk.caller.facts.get("from", "+4790000001"): "caller’s own number",
        talk.kari.user.username: "has the call already",
    }
    with talk.desk:
        for to, why in wrong.items():
            answer = talk.wish("transfer", to=to, kind="cold")
            assert answer.status_code == 409 and why in answer.json()["detail"], (to, answer.text)
        assert talk.wish("transfer", to="x", kind="lukewarm").status_code == 400
        talk.talks(talk.leg, "still here")
        talk.caller.hang_up()
    over(talk.caller)
    assert not Offer.objects.filter(call=talk.call, operator=talk.ola).exists()
    system.at_rest()


@pytest.mark.parametrize("target", ["a colleague", "an outside telephone"])
def test_the_caller_hangs_up_while_the_target_rings(system, line, target):
    line.ring_seconds = 300
    line.save()
    talk = Talk(system, line)
    to = talk.ola.user.username if target == "a colleague" else OUTSIDE
    telephone = system.desk(talk.ola) if target == "a colleague" else system.handset(OUTSIDE)
    with talk.desk, telephone:
        talk.wished("transfer", to=to, kind="cold")
        telephone.rings()
        talk.caller.hang_up()
        if target == "a colleague":
            talk.freed(talk.ola, Presence.READY)
        telephone.wait_for("stopped")
    assert over(talk.caller).ended_by == "caller"
    talk.transfer_is("failed")
    system.at_rest()


def test_the_caller_hangs_up_on_the_outside_telephone(system, line):
    talk = Talk(system, line)
    with talk.desk, system.handset(OUTSIDE) as handset:
        talk.wished("transfer", to=OUTSIDE, kind="cold")
        leg = handset.answer()
        talk.caller.wait_for("talking")
        talk.caller.hang_up()
        leg.wait_for("over")
    over(talk.caller)
    until(lambda: not Leg.objects.exclude(state="over").exists())
    system.at_rest()
