"""A supervisor in the call: who hears whom, what the operator sees, who has the call in the end, and how all are freed."""

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from calls.models import Attendance, Call, CallEvent, CallForHelp, Note, Offer
from calls.services import Refused, attend, call_for_help, save_draft, stop
from operators.models import Operator, Presence
from tests.flows.conftest import state_of
from tests.flows.test_hanging_up import over
from tests.flows.test_one_call import ready
from tests.system import System, until
from tests.world import number_of, supervisor_of


@dataclass
class Talk:
    """A caller and an operator in conversation, and a supervisor with a telephone of their own."""

    system: System
    caller: Any
    operator: Operator
    leg: Any
    siri: Any
    telephone: Any

    @property
    def call(self) -> Call:
        return Call.objects.get(carrier_ref=self.caller.sid)

    def come(self, way: str) -> Any:
        """The supervisor comes in, and picks up; their end of the line."""
        attend(self.call.pk, way, by=self.siri, at=timezone.now())
        line = self.telephone.answer()
        until(lambda: self.attendance.joined_at, what="the supervisor in the conference")
        return line

    @property
    def attendance(self) -> Attendance:
        return Attendance.objects.filter(call=self.call, user=self.siri).latest("asked_at")


@contextmanager
def talk(system, line):
    kari, siri = ready(line), supervisor_of(line)
    telephone = system.telephone_of(siri)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(line))
        leg = desk.answer()
        caller.wait_for("talking")
        yield Talk(system, caller, kari, leg, siri, telephone)
    with suppress(RuntimeError):  # a test may have pulled its plug
        telephone.unplug()


@pytest.fixture
def meeting(system, line):
    with talk(system, line) as made:
        yield made


def hears(one, other) -> bool:
    return one.hears(other)


def kinds(call) -> list[str]:
    return list(CallEvent.objects.filter(call=call).values_list("kind", flat=True))


def test_a_listening_supervisor_hears_both_and_is_heard_by_nobody(meeting):
    siri = meeting.come("listen")
    assert hears(siri, meeting.caller) and hears(siri, meeting.leg)
    assert not hears(meeting.caller, siri) and not hears(meeting.leg, siri)
    siri.say("Nobody may hear this")
    meeting.caller.say("My tap drips")
    siri.wait_for("my tap drips")
    meeting.leg.wait_for("my tap drips")
    for one in (meeting.caller, meeting.leg):
        assert "Nobody may hear this" not in one.look().heard
    meeting.caller.hang_up()
    meeting.system.at_rest()


def test_a_whisper_is_heard_by_the_operator_alone_and_joining_by_all(meeting):
    siri = meeting.come("listen")
    attend(meeting.call.pk, "whisper", by=meeting.siri, at=timezone.now())
    until(lambda: hears(meeting.leg, siri), what="the whisper")
    assert not hears(meeting.caller, siri)
    siri.say("Offer a refund")
    meeting.leg.wait_for("offer a refund")
    attend(meeting.call.pk, "join", by=meeting.siri, at=timezone.now())
    until(lambda: hears(meeting.caller, siri), what="the joining")
    siri.say("This is Siri")
    meeting.caller.wait_for("this is siri")
    meeting.leg.wait_for("this is siri")
    assert "Offer a refund" not in meeting.caller.heard
    attend(meeting.call.pk, "listen", by=meeting.siri, at=timezone.now())
    until(lambda: not hears(meeting.caller, siri) and not hears(meeting.leg, siri), what="silence")
    stop(meeting.call.pk, by=meeting.siri, at=timezone.now())
    siri.wait_for("over")
    assert hears(meeting.caller, meeting.leg) and hears(meeting.leg, meeting.caller)
    told = [event for event in kinds(meeting.call) if event in ("attended", "attendance_over")]
    assert told == ["attended"] * 4 + ["attendance_over"]
    meeting.caller.hang_up()
    meeting.system.at_rest()


@pytest.mark.parametrize(("way", "heard"), [("whisper", (True, False)), ("join", (True, True))])
def test_a_supervisor_may_come_in_whispering_or_joining_at_once(meeting, way, heard):
    siri = meeting.come(way)
    until(lambda: (hears(meeting.leg, siri), hears(meeting.caller, siri)) == heard, what=way)
    meeting.caller.hang_up()
    siri.wait_for("over")
    meeting.system.at_rest()


def test_a_wish_that_changes_while_the_telephone_rings_is_met_when_it_is_answered(meeting):
    attend(meeting.call.pk, "join", by=meeting.siri, at=timezone.now())
    meeting.telephone.rings()
    attend(meeting.call.pk, "listen", by=meeting.siri, at=timezone.now())
    siri = meeting.telephone.answer()
    until(lambda: hears(siri, meeting.caller), what="listening")
    assert not hears(meeting.caller, siri)
    meeting.caller.hang_up()
    meeting.system.at_rest()


def test_on_a_telephone_of_their_own_a_supervisor_presses_one(system, line):
    boss = ready(line, phone="+4741000071", device="phone", state=Presence.OFFLINE)
    Operator.objects.filter(pk=boss.pk).update(device="phone")
    with talk(system, line) as meeting, system.handset("+4741000071") as handset:
        attend(meeting.call.pk, "listen", by=boss.user, at=timezone.now())
        leg = handset.answer()
        leg.wait_for("Press 1")
        assert not hears(leg, meeting.caller)
        leg.press("1")
        until(lambda: hears(leg, meeting.caller), what="the supervisor in the call")
        meeting.caller.hang_up()
        leg.wait_for("over")
    system.at_rest()


def test_a_supervisor_who_takes_over_has_the_call_and_the_operator_writes_up(meeting):
    call = meeting.call
    save_draft(call.pk, operator_id=meeting.operator.pk, at=timezone.now(), summary="drips since May")
    siri = meeting.come("listen")
    attend(call.pk, "take_over", by=meeting.siri, at=timezone.now())
    until(lambda: Call.objects.get(pk=call.pk).operator != meeting.operator, what="the take-over")
    assert hears(meeting.caller, siri) and hears(siri, meeting.caller)  # before the operator's line is cut: no dead air
    meeting.leg.wait_for("over")
    boss = Operator.objects.get(user=meeting.siri)
    call.refresh_from_db()
    assert (call.operator, call.state, call.operator_left_at) == (boss, "connected", None)
    assert (state_of(meeting.operator), state_of(boss)) == (Presence.WRAP_UP, Presence.ON_CALL)
    assert Note.objects.get(call=call).summary == "drips since May"
    assert hears(meeting.caller, siri) and "Goodbye" not in " ".join(meeting.caller.heard)
    siri.hang_up()
    meeting.caller.wait_for("Goodbye").wait_for("completed")
    assert over(meeting.caller).ended_by == "operator"
    assert "taken_over" in kinds(call)
    until(lambda: state_of(boss) == Presence.WRAP_UP, within=2, what="the supervisor's wrap-up")
    meeting.system.at_rest()


def test_a_call_can_be_taken_over_at_once_and_only_by_one(meeting, line):
    jon = supervisor_of(line)
    attend(meeting.call.pk, "take_over", by=meeting.siri, at=timezone.now())
    with pytest.raises(Refused, match="is taking this call over already"):
        attend(meeting.call.pk, "take_over", by=jon, at=timezone.now())
    siri = meeting.telephone.answer()
    meeting.leg.wait_for("over")
    boss = Operator.objects.get(user=meeting.siri)
    assert meeting.call.operator == boss and hears(meeting.caller, siri)
    meeting.caller.hang_up()
    siri.wait_for("over")
    assert over(meeting.caller).ended_by == "caller"
    meeting.system.at_rest()


def test_when_the_caller_hangs_up_everybody_is_freed(meeting):
    siri = meeting.come("whisper")
    meeting.caller.hang_up()
    until(lambda: meeting.attendance.left_at, within=2, what="the end of the attendance")
    assert meeting.attendance.reason == "caller left"
    assert until(lambda: state_of(meeting.operator) == Presence.WRAP_UP, within=2)
    siri.wait_for("over")
    meeting.system.at_rest()


def test_when_the_operator_hangs_up_everybody_is_freed_and_the_caller_hears_the_farewell(meeting):
    siri = meeting.come("join")
    meeting.leg.hang_up()
    until(lambda: meeting.attendance.left_at, within=2, what="the end of the attendance")
    assert meeting.attendance.reason == "operator left"
    siri.wait_for("over")
    meeting.caller.wait_for("Goodbye").wait_for("completed")
    meeting.system.at_rest()


def test_when_the_supervisors_browser_dies_the_two_talk_on(meeting):
    meeting.come("join")
    meeting.telephone.unplug()
    until(lambda: meeting.attendance.left_at, within=2, what="the end of the attendance")
    assert meeting.attendance.reason == "hung up"
    assert hears(meeting.caller, meeting.leg) and state_of(meeting.operator) == Presence.ON_CALL
    meeting.caller.hang_up()
    meeting.system.at_rest()


def test_a_supervisor_who_does_not_pick_up_leaves_no_trace_in_the_call(meeting):
    attend(meeting.call.pk, "listen", by=meeting.siri, at=timezone.now())
    meeting.telephone.decline()
    until(lambda: meeting.attendance.left_at, within=5, what="the end of the attendance")
    assert meeting.attendance.reason == "declined" and "attended" not in kinds(meeting.call)
    meeting.caller.hang_up()
    meeting.system.at_rest()


def test_a_supervisor_without_any_telephone_is_let_go(meeting):
    meeting.telephone.unplug()
    attend(meeting.call.pk, "listen", by=meeting.siri, at=timezone.now())
    until(lambda: meeting.attendance.left_at, within=5, what="the end of the attendance")
    assert meeting.attendance.reason in ("no answer", "unreachable")
    meeting.caller.hang_up()
    meeting.system.at_rest()


def test_an_operator_who_calls_for_help_gets_it(meeting):
    call_for_help(meeting.call.pk, operator_id=meeting.operator.pk, by=meeting.operator.user, at=timezone.now())
    assert CallForHelp.objects.get(call=meeting.call).ended_at is None
    meeting.come("whisper")
    asked = CallForHelp.objects.get(call=meeting.call)
    assert (asked.reason, asked.answered_by) == ("came", meeting.siri)
    meeting.caller.hang_up()
    meeting.system.at_rest()


def test_a_call_for_help_ends_with_the_call(meeting):
    call_for_help(meeting.call.pk, operator_id=meeting.operator.pk, by=meeting.operator.user, at=timezone.now())
    meeting.caller.hang_up()
    until(lambda: CallForHelp.objects.get(call=meeting.call).ended_at, within=2, what="the end of the call for help")
    assert CallForHelp.objects.get(call=meeting.call).reason == "over"
    meeting.system.at_rest()


def test_a_supervisor_who_was_ready_is_not_rung_meanwhile_and_is_ready_again_afterwards(system, line):
    with talk(system, line) as meeting:
        boss = ready(line)
        with system.desk(boss) as telephone:
            attend(meeting.call.pk, "listen", by=boss.user, at=timezone.now())
            assert state_of(boss) == Presence.OTHER
            telephone.answer()
            second = system.phone.dial(number_of(line)).wait_for("waiting")
            assert not Offer.objects.filter(call__carrier_ref=second.sid).exists()
            stop(meeting.call.pk, by=boss.user, at=timezone.now())
            assert state_of(boss) in (Presence.READY, Presence.RINGING)
            telephone.answer()
            second.wait_for("talking").hang_up()
        meeting.caller.hang_up()
    system.at_rest()
