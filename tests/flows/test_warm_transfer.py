"""Passed on after a word: the colleague or outside telephone is asked while the caller hears music; then left together,
taken back, or all three talk. Whatever happens to one of the three, nobody is stuck and nobody hears nothing."""

import pytest

from calls.models import Leg
from operators.models import Operator, Presence
from tests.flows.conftest import state_of
from tests.flows.incall import Talk
from tests.flows.test_hanging_up import over
from tests.flows.test_one_call import ready
from tests.system import until

OUTSIDE = "+4740000071"
TARGETS = ["colleague", "outside"]


class Asking(Talk):
    """Kari asks somebody while the caller is on hold."""

    def __init__(self, system, line, target="colleague", *, answered=True, mode="manual", **facts):
        if mode == "manual":  # it rings until the test acts, on a slow machine too
            line.ring_seconds = 300
            line.save()
        super().__init__(system, line, **facts)
        self.target = target
        self.there = system.desk(self.ola, mode=mode) if target == "colleague" else system.handset(OUTSIDE, mode=mode)
        self.to = self.ola.user.username if target == "colleague" else OUTSIDE
        self.wished("transfer", to=self.to, kind="warm")
        if answered:
            self.other = self.there.answer(15)
            self.transfer_is("talking")
            self.other.wait_for("talking")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.there.unplug()
        self.browser_dies()

    def browser_dies(self):
        if self.desk is not None:
            self.desk.unplug()
        self.desk = None

    def target_is_free(self, state=Presence.READY):
        if self.target == "colleague":
            self.freed(self.ola, state)
        else:
            until(lambda: not Leg.objects.exclude(state="over").exists(), within=2)

    def consults(self):
        """Operator and target hear each other, the caller hears music."""
        self.hears_music()
        self.leg.say("a word between us")
        self.other.wait_for("a word between us")
        assert not any("between us" in text for text in self.caller.look().heard)


@pytest.mark.parametrize("target", TARGETS)
def test_the_two_talk_while_the_caller_waits_and_then_the_target_has_the_caller(system, line, target):
    with Asking(system, line, target) as asking:
        asking.consults()
        if target == "colleague":
            assert state_of(asking.ola) == Presence.ON_CALL
        asking.wished("transfer/complete")
        asking.freed(asking.kari)
        asking.leg.wait_for("over")
        asking.talks(asking.other, "taken over")
        asking.other.hang_up()
        asking.caller.wait_for("Goodbye")
    call = over(asking.caller)
    assert call.operator == (asking.ola if target == "colleague" else asking.kari)
    assert (call.outcome, asking.transfer.state) == ("answered", "done")
    if target == "colleague":
        asking.freed(asking.ola, Presence.WRAP_UP)
    assert "Kari asks" in asking.text() and "the caller waits on hold" in asking.text()
    system.at_rest()


@pytest.mark.parametrize("target", TARGETS)
def test_the_operator_takes_the_caller_back(system, line, target):
    with Asking(system, line, target) as asking:
        asking.consults()
        asking.wished("transfer/cancel")
        asking.target_is_free()
        asking.other.wait_for("over")
        asking.talks(asking.leg, "back")
        assert asking.transfer.state == "cancelled"
        asking.caller.hang_up()
        asking.freed(asking.kari)
    assert over(asking.caller).operator == asking.kari
    system.at_rest()


@pytest.mark.parametrize("target", TARGETS)
def test_all_three_talk_and_the_operator_leaves_the_two(system, line, target):
    with Asking(system, line, target) as asking:
        asking.consults()
        asking.wished("transfer/join"), asking.wished("transfer/join")
        asking.talks(asking.leg, "of Kari")
        asking.talks(asking.other, "of the third")
        asking.other.wait_for("leg of Kari".lower())
        asking.wished("transfer/complete")
        asking.freed(asking.kari)
        asking.talks(asking.other, "of the two")
        asking.caller.hang_up()
        asking.target_is_free(Presence.WRAP_UP)
    over(asking.caller)
    system.at_rest()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("mode", ["decline", "rings_out", "busy"])
def test_a_target_who_does_not_answer_gives_the_operator_the_caller_back_at_once(system, line, target, mode):
    with Asking(system, line, target, answered=False, mode=mode) as asking:
        asking.transfer_is("failed")
        asking.talks(asking.leg, "again")
        assert state_of(asking.kari) == Presence.ON_CALL
        if target == "colleague":
            assert state_of(asking.ola) == Presence.MISSED
        asking.caller.hang_up()
        asking.freed(asking.kari)
    assert over(asking.caller).operator == asking.kari
    assert "the caller is back with the operator" in asking.text()
    system.at_rest()


def test_a_colleague_on_a_telephone_hears_who_asks_and_presses_one(system, line):
    line.ring_seconds = 300
    line.save()
    talk = Talk(system, line, phone="+4741000073", device="phone")
    with talk.desk, system.handset("+4741000073") as handset:
        talk.wished("transfer", to=talk.ola.user.username, kind="warm")
        leg = handset.answer()
        leg.wait_for("Kari asks you about a call")
        assert talk.transfer.state == "ringing"
        leg.press("1")
        talk.transfer_is("talking")
        leg.hang_up()
        talk.transfer_is("failed")
        talk.talks(talk.leg, "again")
        talk.caller.hang_up()
    over(talk.caller)
    system.at_rest()


def test_a_colleagues_voicemail_box_never_gets_the_caller(system, line):
    talk = Talk(system, line, phone="+4741000072", device="phone")
    with talk.desk, system.handset("+4741000072", mode="voicemail"):
        talk.wished("transfer", to=talk.ola.user.username, kind="warm")
        talk.transfer_is("failed")
        talk.talks(talk.leg, "again")
        talk.caller.hang_up()
    over(talk.caller)
    assert "voicemail box" in talk.text()
    system.at_rest()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("joined", [False, True], ids=["asking", "three talk"])
def test_a_target_who_hangs_up_gives_the_operator_the_caller_back_at_once(system, line, target, joined):
    with Asking(system, line, target) as asking:
        if joined:
            asking.wished("transfer/join")
        asking.other.hang_up()
        asking.transfer_is("failed")
        asking.target_is_free()
        asking.talks(asking.leg, "again")
        asking.caller.hang_up()
        asking.freed(asking.kari)
    assert over(asking.caller).operator == asking.kari
    system.at_rest()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("step", ["rings", "asking", "three talk"])
def test_a_caller_who_hangs_up_frees_everybody(system, line, target, step):
    with Asking(system, line, target, answered=step != "rings") as asking:
        if step == "rings":
            asking.there.rings()
        if step == "three talk":
            asking.wished("transfer/join")
            asking.caller.wait_for("talking")
        asking.caller.hang_up()
        asking.freed(asking.kari)
        asking.target_is_free()
        asking.there.wait_for("stopped" if step == "rings" else "ended")
    assert over(asking.caller).ended_by == "caller"
    asking.transfer_is("failed")
    system.at_rest()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("joined", [False, True], ids=["asking", "three talk"])
@pytest.mark.parametrize("how", ["hangs up", "browser dies", "hangs up by the server"])
def test_an_operator_who_leaves_the_target_gives_them_the_caller(system, line, target, joined, how):
    with Asking(system, line, target) as asking:
        if joined:
            asking.wished("transfer/join")
        acts = {"hangs up": asking.leg.hang_up, "browser dies": asking.browser_dies}
        acts.get(how, lambda: asking.wished("hangup"))()
        asking.freed(asking.kari)
        asking.talks(asking.other, "left with you")
        asking.caller.hang_up()
        asking.target_is_free(Presence.WRAP_UP)
    assert over(asking.caller).operator == (asking.ola if target == "colleague" else asking.kari)
    system.at_rest()


@pytest.mark.parametrize("target", TARGETS)
def test_an_operator_who_leaves_while_the_target_rings_has_passed_the_caller_on(system, line, target):
    with Asking(system, line, target, answered=False) as asking:
        asking.there.rings()
        asking.leg.hang_up()
        asking.freed(asking.kari)
        asking.hears_music()
        leg = asking.there.answer()
        asking.talks(leg, "passed on")
        asking.caller.hang_up()
    over(asking.caller)
    system.at_rest()


def test_whoever_is_asked_hangs_up_by_the_server_for_themselves_alone(system, line):
    with Asking(system, line) as asking:
        assert asking.wish("hangup", by=asking.ola).status_code == 202
        asking.transfer_is("failed")
        asking.target_is_free()
        asking.talks(asking.leg, "again")
        asking.caller.hang_up()
    over(asking.caller)
    system.at_rest()


def test_completing_and_joining_need_somebody_who_has_answered(system, line):
    with Asking(system, line, answered=False) as asking:
        for act in ("transfer/complete", "transfer/join"):
            answer = asking.wish(act)
            assert (answer.status_code, answer.json()["detail"]) == (409, "Ola has not answered yet.")
        again = asking.wished("transfer", to=asking.to, kind="warm")
        assert again["transfer"]["state"] == "ringing"
        third = ready(line, display_name="Siri")
        other = asking.wish("transfer", to=third.user.username, kind="warm")
        assert (other.status_code, state_of(third)) == (409, Presence.READY)
        asking.wished("transfer/cancel")
        asking.there.wait_for("stopped")
        assert asking.wish("transfer/cancel").status_code == 409
        asking.talks(asking.leg, "again")
        asking.caller.hang_up()
    over(asking.caller)
    system.at_rest()


def test_a_call_is_passed_on_twice(system, line):
    siri = ready(line, display_name="Siri")
    Operator.objects.filter(pk=siri.pk).update(state=Presence.BREAK)
    with Asking(system, line) as asking, system.desk(siri) as siris:
        Operator.objects.filter(pk=siri.pk).update(state=Presence.READY)
        asking.wished("transfer/complete")
        asking.talks(asking.other, "with Ola")
        answer = asking.wish("transfer", by=asking.ola, to=siri.user.username, kind="cold")
        assert answer.status_code == 200, answer.text
        asking.freed(asking.ola)
        asking.talks(siris.answer(), "with Siri")
        asking.caller.hang_up()
        asking.freed(siri)
    assert over(asking.caller).operator == siri
    system.at_rest()


@pytest.mark.parametrize("process", ["web", "switchboard"])
def test_a_process_that_dies_during_the_transfer_costs_nobody_the_caller(system, line, process):
    with Asking(system, line, answered=False) as asking:
        asking.there.rings()
        system.kill(process)
        try:
            asking.other = asking.there.answer()
            asking.transfer_is("talking")
            asking.consults()
        finally:
            getattr(system, f"start_{process}")(process)
        until(system.answers, within=30)
        asking.wished("transfer/complete")
        asking.talks(asking.other, "after all")
        asking.caller.hang_up()
        asking.freed(asking.ola)
    over(asking.caller)
    system.at_rest(30)
