"""A waiting caller presses 1, hangs up, and is called back when the turn has come."""

import itertools

import pytest
from django.utils import timezone

from calls.models import Call, Callback, Offer
from operators import presence
from operators.models import Presence
from tests.flows.conftest import state_of
from tests.flows.test_hanging_up import over
from tests.flows.test_one_call import ready
from tests.system import System, until
from tests.world import hotline, number_of

_callers = itertools.count(91_200_000)


@pytest.fixture(params=["operator first", "caller first"])
def mode(request):
    return request.param


@pytest.fixture
def line(system, mode):
    return lines(mode)


@pytest.fixture
def caller():
    """A number of the test's own: what is promised to a number outlasts a test."""
    return f"+47{next(_callers)}"


def away(line, **fields):
    """An operator on a break: present, so that callers wait."""
    kari = ready(line, **fields)
    presence.choose(kari.pk, Presence.BREAK, at=timezone.now(), by=kari.user)
    return kari


def back(kari):
    presence.choose(kari.pk, Presence.READY, at=timezone.now(), by=kari.user)


def ask(system, line, caller):
    """A caller who waits, presses 1, hears the number and confirms."""
    phone = system.phone.dial(number_of(line), caller=caller).wait_for("waiting")
    phone.wait_for("Press 1 and we call you back")
    phone.press("1")
    phone.wait_for("Press 1 to confirm")
    phone.press("1")
    phone.wait_for("We call you back by")
    phone.wait_for("completed")
    return phone


def promised(number):
    return Callback.objects.get(number=number)


def ends_as(callback, state, within=15.0):
    return until(lambda: Callback.objects.filter(pk=callback.pk, state=state).first(), within=within, what=state)


def test_a_caller_presses_one_and_is_called_back_when_an_operator_is_ready(system, line, mode, caller):
    kari = away(line)
    with system.desk(kari) as desk, system.handset(caller) as handset:
        phone = ask(system, line, caller)
        assert over(phone).outcome == "callback"
        assert not handset.events()
        callback = promised(caller)
        back(kari)
        if mode == "operator first":
            leg = desk.answer()
            picked = handset.answer()
        else:
            picked = handset.answer()
        picked.wait_for("You asked us to call you back")
        picked.press("5")
        if mode == "caller first":
            leg = desk.answer()
        picked.wait_for("talking")
        leg.hang_up()
        picked.wait_for("completed")
    done = ends_as(callback, "done")
    assert (done.outcome, done.operator, done.attempts, done.kept(timezone.now())) == ("answered", kari, 1, True)
    call = Call.objects.get(callback=callback, direction="outgoing")
    assert (call.outcome, call.operator, call.caller_number) == ("answered", kari, caller)
    assert state_of(kari) == Presence.WRAP_UP
    system.at_rest()


def lines(mode, **fields):
    return hotline(
        organisation="City Water", callbacks_enabled=True, callback_caller_first=mode == "caller first", country="NO",
        **fields,
    )  # fmt: skip


def test_operator_first_the_place_is_kept_against_callers_who_come_later(system, caller):
    line = lines("operator first")
    kari = away(line)
    with system.desk(kari) as desk, system.handset(caller) as handset:
        ask(system, line, caller)
        later = system.phone.dial(number_of(line)).wait_for("waiting")
        back(kari)
        leg = desk.answer()
        taken = until(lambda: Offer.objects.filter(operator=kari, state="accepted").first(), what="the accept")
        assert taken.call.callback == promised(caller)
        handset.answer().press("1").wait_for("talking")
        assert not later.talking
        later.hang_up()
        leg.hang_up()
    system.at_rest()


def test_caller_first_the_caller_passes_those_who_came_later(system, caller):
    line = lines("caller first")
    kari = away(line)
    with system.desk(kari) as desk, system.handset(caller) as handset:
        ask(system, line, caller)
        first = system.phone.dial(number_of(line)).wait_for("waiting")
        back(kari)
        leg = desk.answer()
        first.wait_for("talking")
        second = system.phone.dial(number_of(line)).wait_for("waiting")
        picked = handset.answer()
        picked.press("1")
        picked.wait_for("waiting")
        assert Callback.objects.get(number=caller).state == "connected"
        leg.hang_up()
        first.wait_for("completed")
        presence.choose(kari.pk, Presence.READY, at=timezone.now(), by=kari.user)
        leg = desk.answer()
        picked.wait_for("talking")
        assert not second.talking
        second.hang_up()
        leg.hang_up()
    ends_as(promised(caller), "done")
    system.at_rest()


@pytest.mark.parametrize("own", ["anonymous", "+46701234567"])
def test_a_caller_whose_number_cannot_be_called_keys_in_another(system, line, caller, own):
    kari = away(line)
    phone = system.phone.dial(number_of(line), caller=own).wait_for("waiting")
    phone.press("1")
    phone.wait_for("Key in the number")
    phone.press(f"{caller[3:]}#")
    phone.wait_for(", ".join(caller[3:]))
    phone.press("1")
    phone.wait_for("We call you back by")
    assert over(phone).callback == promised(caller)
    with system.desk(kari), system.handset(caller) as handset:
        back(kari)
        until(lambda: desk_or_handset_rings(kari, handset), what="the callback")


def desk_or_handset_rings(kari, handset):
    return state_of(kari) == Presence.RINGING or handset.events()


def test_a_premium_number_is_refused_and_the_caller_waits_on(system, line, caller):
    away(line)
    phone = system.phone.dial(number_of(line), caller=caller).wait_for("waiting")
    phone.press("1").wait_for("Press 1 to confirm")
    phone.press("2").wait_for("Key in the number")
    for refused in ("82012345", "004682012345", "118", number_of(line)[3:]):
        before = sum("We cannot call that number" in text for text in phone.heard)
        phone.press(f"{refused}#")
        assert phone.wait(lambda n=before: sum("We cannot call that number" in text for text in phone.heard) > n)
    assert not phone.over
    phone.hang_up()
    assert over(phone).outcome == "abandoned"
    assert not Callback.objects.filter(hotline=line).exists()
    system.at_rest()


@pytest.mark.parametrize("step", ["Press 1 and we call you back", "Press 1 to confirm", "Key in the number"])
def test_a_caller_who_hangs_up_before_the_confirmation_is_promised_nothing(system, line, caller, step):
    away(line)
    phone = system.phone.dial(number_of(line), caller=caller).wait_for("waiting")
    for words, key in (("Press 1 and we call you back", "1"), ("Press 1 to confirm", "2"), ("Key in", "")):
        phone.wait_for(words)
        if step.startswith(words):
            break
        phone.press(key)
    phone.hang_up()
    assert over(phone).outcome == "abandoned"
    assert not Callback.objects.filter(number=caller).exists()
    system.at_rest()


def test_a_caller_who_hangs_up_during_the_goodbye_is_still_called_back(system, line, caller):
    away(line)
    phone = system.phone.dial(number_of(line), caller=caller).wait_for("waiting")
    phone.press("1").wait_for("Press 1 to confirm")
    phone.press("1").wait_for("We call you back by")
    phone.hang_up()
    assert over(phone).outcome == "callback"
    assert promised(caller).state == "waiting"


def test_nobody_is_dialled_while_they_still_hear_the_goodbye(system, line, caller):
    kari = away(line)
    with system.desk(kari, mode="answer"), system.handset(caller) as handset:
        phone = system.phone.dial(number_of(line), caller=caller).wait_for("waiting")
        phone.press("1").wait_for("Press 1 to confirm")
        phone.press("1")
        until(Callback.objects.filter(number=caller).exists, within=10, what="the promise")
        back(kari)
        handset.rings()
        assert phone.over


def test_whoever_does_not_pick_up_is_tried_again_and_then_left_to_follow_up(system, line, mode, caller):
    kari = away(line)
    with system.desk(kari, mode="answer"), system.handset(caller, mode="decline"):
        ask(system, line, caller)
        back(kari)
        given_up = ends_as(promised(caller), "failed", within=60)
        assert (given_up.outcome, given_up.attempts) == ("not_reached", 3)
        until(lambda: state_of(kari) == Presence.READY, within=10, what="the operator's freedom")
    tries = Call.objects.filter(callback=given_up, direction="outgoing")
    assert {call.outcome for call in tries} == {"unreached"}
    assert given_up.call.events.filter(data__what="not_reached").exists()
    system.at_rest()


def test_a_voicemail_box_does_not_swallow_an_operator(system, line, mode, caller):
    kari = away(line)
    with system.desk(kari, mode="answer"), system.handset(caller, mode="voicemail") as handset:
        ask(system, line, caller)
        back(kari)
        handset.wait_for("connected", timeout=20)
        until(lambda: Call.objects.filter(callback__number=caller, outcome="unreached").exists(), within=30)
        assert not Call.objects.filter(callback__number=caller, reached_at__isnull=False).exists()


def test_who_is_called_hangs_up_while_it_rings_at_the_operator(system, caller):
    line = lines("caller first")
    kari = away(line)
    with system.desk(kari) as desk, system.handset(caller) as handset:
        ask(system, line, caller)
        back(kari)
        picked = handset.answer()
        picked.press("1")
        desk.rings()
        picked.hang_up()
        until(lambda: state_of(kari) == Presence.READY, within=2, what="the operator's freedom")
    assert ends_as(promised(caller), "failed").outcome == "gave_up"
    system.at_rest()


def test_an_operator_who_leaves_before_anybody_picks_up_stops_the_ringing(system, caller):
    line = lines("operator first")
    kari = away(line)
    with system.desk(kari) as desk, system.handset(caller) as handset:
        ask(system, line, caller)
        back(kari)
        leg = desk.answer()
        handset.rings()
        leg.hang_up()
        handset.wait_for("stopped")
        callback = promised(caller)
        until(lambda: Call.objects.filter(callback=callback, outcome="unreached").exists(), what="the end of the try")


def has_the_place(phone, callback):
    """Wait until a caller who rang again stands where the callback stood."""
    until(
        lambda: (
            Call.objects.filter(carrier_ref=phone.sid, queued_at=callback.queued_at).exists()
            and Callback.objects.filter(pk=callback.pk, again__carrier_ref=phone.sid).exists()
        ),
        what="the place",
    )


def test_a_caller_who_rings_again_has_the_place_and_is_not_dialled(system, line, caller):
    kari = away(line)
    with system.desk(kari) as desk, system.handset(caller) as handset:
        ask(system, line, caller)
        between = system.phone.dial(number_of(line)).wait_for("waiting")
        again = system.phone.dial(number_of(line), caller=caller).wait_for("waiting")
        has_the_place(again, promised(caller))
        back(kari)
        leg = desk.answer()
        again.wait_for("talking")
        assert not between.talking
        between.hang_up()
        leg.hang_up()
        again.wait_for("completed")
        assert ends_as(promised(caller), "cancelled").outcome == "called_again"
        assert not handset.events()
    system.at_rest()


def test_a_caller_who_rings_again_and_gives_up_is_still_called_back(system, line, caller):
    kari = away(line)
    ask(system, line, caller)
    again = system.phone.dial(number_of(line), caller=caller).wait_for("waiting")
    has_the_place(again, promised(caller))
    again.hang_up()
    until(lambda: promised(caller).again_id is None, what="the end of the link")
    with system.desk(kari), system.handset(caller) as handset:
        back(kari)
        until(lambda: desk_or_handset_rings(kari, handset), what="the callback")


@pytest.mark.parametrize(
    "fault",
    [{"kind": "drop", "processed": True}, {"kind": "status", "status": 503, "processed": True}, {"kind": "drop"}],
    ids=["lost answer", "error after the act", "lost request"],
)
def test_a_create_whose_outcome_is_unknown_is_looked_up_and_not_repeated(system, line, mode, caller, fault):
    create = {"on": "rest", "path": "/Calls.json", "method": "POST"}
    kari = away(line)
    with system.desk(kari) as desk, system.handset(caller) as handset:
        ask(system, line, caller)
        if mode == "caller first":
            system.carrier.fault(**create, **fault)
            back(kari)
        else:
            back(kari)
            desk.rings()
            system.carrier.fault(**create, **fault)
            desk.answer()
        handset.answer(timeout=20).press("1")
        until(lambda: Call.objects.filter(callback__number=caller, reached_at__isnull=False).exists(), what="the key")
        assert len([call for call in system.carrier.calls("outbound-api") if call["to"] == caller]) == 1


def test_the_promise_outlives_the_death_of_the_web_processes_and_the_switchboards(caller, django_db_blocker):
    line_up = System(web=1, switchboards=1, CALLBACK_PAUSES_SECONDS="1,1")
    try:
        with django_db_blocker.unblock(), line_up.start().eyes() as system:
            line = lines("operator first")
            kari = away(line)
            with system.desk(kari) as desk, system.handset(caller) as handset:
                ask(system, line, caller)
                system.kill("switchboard")
                system.kill("web")
                back(kari)
                system.start_web()
                system.start_switchboard("switchboard again")
                until(system.answers, within=30)
                leg = desk.answer(timeout=30)
                system.kill("switchboard again")  # after the accept: whoever comes next dials, once
                system.start_switchboard("switchboard for good")
                picked = handset.answer(timeout=40)
                picked.wait_for("You asked us to call you back", timeout=20)
                picked.press("1").wait_for("talking", timeout=20)
                assert len([call for call in system.carrier.calls("outbound-api") if call["to"] == caller]) == 1
                leg.hang_up()
            ends_as(promised(caller), "done", within=30)
    finally:
        line_up.stop()
