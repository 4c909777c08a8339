"""Who is rung, and what happens when they do not answer."""

import threading

import requests
from django.utils import timezone

from calls.models import Call, Offer, Voicemail
from operators.models import Operator, Presence
from tests.flows.conftest import state_of
from tests.flows.test_hanging_up import over
from tests.flows.test_one_call import ready
from tests.system import until
from tests.world import hotline, number_of, supervisor_of


def test_nobody_signed_on_leads_to_voicemail(system, line):
    caller = system.phone.dial(number_of(line), speaks="It is about my order.")
    caller.wait_for("Please leave a message")
    caller.wait_for("completed", timeout=20)
    assert over(caller).outcome == "voicemail"
    message = until(lambda: Voicemail.objects.filter(call__carrier_ref=caller.sid).first())
    system.at_rest()
    heard = requests.get(
        f"{system.url}/telephony/voicemail/{message.call_id}/",
        cookies=system.signed_in(supervisor_of(line)),
        timeout=10,
    )
    assert (heard.status_code, heard.content[:4]) == (200, b"RIFF")


def test_a_call_waits_while_every_operator_is_on_a_break(system, line):
    from operators import presence

    kari = ready(line)
    presence.choose(kari.pk, Presence.LUNCH, at=timezone.now(), by=kari.user)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(line)).wait_for("waiting")
        call = until(lambda: Call.objects.filter(carrier_ref=caller.sid, state="waiting").first())
        assert not Offer.objects.filter(call=call).exists()
        presence.choose(kari.pk, Presence.READY, at=timezone.now(), by=kari.user)
        desk.answer()
        caller.wait_for("talking").hang_up()
    assert over(caller).operator == kari
    system.at_rest()


def test_a_caller_who_waits_too_long_is_led_to_voicemail(system):
    from operators import presence

    line = hotline(max_wait_seconds=1)
    kari = ready(line)
    presence.choose(kari.pk, Presence.BREAK, at=timezone.now(), by=kari.user)
    caller = system.phone.dial(number_of(line))
    caller.wait_for("Please leave a message", timeout=20).hang_up()
    assert over(caller).outcome == "voicemail"
    system.at_rest()


def test_a_waiting_caller_chooses_voicemail_by_key(system, line):
    from operators import presence

    kari = ready(line)
    presence.choose(kari.pk, Presence.BREAK, at=timezone.now(), by=kari.user)
    caller = system.phone.dial(number_of(line)).wait_for("waiting")
    caller.press("2")
    caller.wait_for("Please leave a message").hang_up()
    assert over(caller).outcome == "voicemail"
    system.at_rest()


def test_a_missed_ring_goes_to_the_next_and_the_operator_sees_why(system, line):
    kari, ola = ready(line), ready(line)
    with system.desk(kari), system.desk(ola) as olas:
        caller = system.phone.dial(number_of(line))
        first = until(lambda: Offer.objects.filter(call__carrier_ref=caller.sid).first())
        desk = olas
        if first.operator == ola:
            kari, ola = ola, kari
            desk = system.desk(ola)
        desk.answer(timeout=15)
        caller.wait_for("talking").hang_up()
        assert (state_of(kari), Operator.objects.get(pk=kari.pk).state_reason) == (Presence.MISSED, "no answer")
    assert over(caller).operator == ola
    system.at_rest()


def test_a_declined_call_goes_to_the_next(system, line):
    kari, ola = ready(line), ready(line)
    with system.desk(kari) as karis, system.desk(ola) as olas:
        caller = system.phone.dial(number_of(line))
        first = until(lambda: Offer.objects.filter(call__carrier_ref=caller.sid).first())
        decliner, taker = (karis, olas) if first.operator == kari else (olas, karis)
        decliner.decline()
        taker.answer()
        caller.wait_for("talking").hang_up()
        assert state_of(first.operator) == Presence.MISSED
    assert Offer.objects.get(pk=first.pk).state == "declined"
    system.at_rest()


def test_an_operator_who_closes_the_browser_during_the_ring_loses_the_call_to_the_next(system, line):
    kari, ola = ready(line), ready(line)
    karis, olas = system.desk(kari), system.desk(ola)
    caller = system.phone.dial(number_of(line))
    first = until(lambda: Offer.objects.filter(call__carrier_ref=caller.sid, rang_at__isnull=False).first())
    gone, stays = (karis, olas) if first.operator == kari else (olas, karis)
    gone.unplug()
    stays.answer(timeout=15)
    caller.wait_for("talking").hang_up()
    assert over(caller).outcome == "answered"
    stays.unplug()
    system.at_rest()


def test_an_operator_who_closes_the_browser_in_conversation_writes_up_and_the_caller_hears_the_farewell(system, line):
    kari = ready(line)
    desk = system.desk(kari)
    caller = system.phone.dial(number_of(line))
    desk.answer()
    caller.wait_for("talking")
    desk.unplug()
    caller.wait_for("Goodbye")
    assert over(caller).outcome == "answered"
    assert state_of(kari) == Presence.WRAP_UP
    system.at_rest()


def test_a_voicemail_box_that_picks_up_an_operators_telephone_never_gets_the_caller(system, line):
    kari = ready(line, phone="+4741000031", device="phone")
    ola = ready(line)
    Operator.objects.filter(pk=ola.pk).update(idle_since=timezone.now())
    with system.handset("+4741000031", mode="voicemail"), system.desk(ola) as desk:
        caller = system.phone.dial(number_of(line))
        desk.answer(timeout=20)
        caller.wait_for("talking").hang_up()
        assert state_of(kari) == Presence.MISSED
    reasons = list(
        Offer.objects.filter(call__carrier_ref=caller.sid).order_by("made_at").values_list("reason", flat=True)
    )
    assert reasons[0] == "not accepted"
    assert over(caller).operator == ola
    system.at_rest()


def test_the_caller_after_the_last_line_hears_busy(system):
    line = hotline(lines=1)
    ready(line)
    first = system.phone.dial(number_of(line)).wait_for("waiting")
    second = system.phone.dial(number_of(line))
    second.wait_for("busy")
    assert over(second).outcome == "rejected"
    first.hang_up()
    system.at_rest()


def test_a_closed_hotline_says_so(system):
    line = hotline(always_open=False)
    caller = system.phone.dial(number_of(line))
    caller.wait_for("is closed now").wait_for("completed")
    assert over(caller).outcome == "closed"
    system.at_rest()


def test_withheld_and_odd_callers_are_answered(system, line):
    kari = ready(line)
    with system.desk(kari, mode="answer"):
        for caller_id in ["anonymous", "+", "+266696687", "sip:anna@example.org", "12"]:
            Operator.objects.filter(pk=kari.pk).update(state="ready", idle_since=timezone.now())
            caller = system.phone.dial(number_of(line), caller=caller_id)
            caller.wait_for("talking").hang_up()
            assert over(caller).outcome == "answered", caller_id
    system.at_rest()


def test_ten_callers_at_once_are_taken_in_the_order_of_their_arrival(system, line):
    kari = ready(line)
    from operators import presence

    presence.choose(kari.pk, Presence.BREAK, at=timezone.now(), by=kari.user)
    callers = []
    lock = threading.Lock()

    def dial():
        caller = system.phone.dial(number_of(line)).wait_for("waiting", 20)
        with lock:
            callers.append(caller)

    threads = [threading.Thread(target=dial) for _ in range(10)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    until(lambda: Call.objects.filter(hotline=line, state="waiting").count() == 10)
    order = list(Call.objects.filter(hotline=line).order_by("queued_at", "id").values_list("carrier_ref", flat=True))
    with system.desk(kari, mode="answer"):
        for ref in order:
            Operator.objects.filter(pk=kari.pk).update(state="break")
            presence.choose(kari.pk, Presence.READY, at=timezone.now(), by=kari.user)
            caller = next(each for each in callers if each.sid == ref)
            caller.wait_for("talking").hang_up()
            until(lambda: state_of(kari) == Presence.WRAP_UP)
    answered = Call.objects.filter(hotline=line).order_by("answered_at").values_list("carrier_ref", flat=True)
    assert list(answered) == order
    system.at_rest()
