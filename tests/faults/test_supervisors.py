"""Parts die while a supervisor is in a call: everybody is freed, nobody hears what they may not, one telephone rings."""

from django.utils import timezone

from calls.services import attend
from operators.models import Operator, Presence
from tests.flows.test_supervisors import talk
from tests.system import until


def test_a_web_process_killed_with_a_supervisor_in_the_call_frees_everybody(system, line):
    with talk(system, line) as meeting:
        siri = meeting.come("listen")
        system.kill("web1")
        meeting.caller.hang_up()
        until(lambda: meeting.attendance.left_at, within=2, what="the end of the attendance")
        # With a process dead the carrier's word of the supervisor's own leg may be the first to arrive.
        assert meeting.attendance.reason in ("caller left", "hung up")
        until(lambda: Operator.objects.get(pk=meeting.operator.pk).state == Presence.WRAP_UP, within=2)
        siri.wait_for("over")
        system.start_web("web1")
        until(system.answers, within=30)
    system.at_rest(30)


def test_a_telephone_that_the_carrier_may_have_rung_is_looked_up_and_not_rung_twice(system, line):
    with talk(system, line) as meeting:
        system.carrier.fault("drop", on="rest", path="/Calls.json", method="POST", processed=True)
        attend(meeting.call.pk, "join", by=meeting.siri, at=timezone.now())
        siri = meeting.telephone.answer(timeout=20)
        until(lambda: meeting.caller.hears(siri), within=20, what="the joining")
        rung = [leg for leg in system.carrier.calls() if leg["to"] == f"client:user_{meeting.siri.pk}"]
        assert len(rung) == 1
        meeting.caller.hang_up()
    system.at_rest(30)


def test_a_lost_word_that_the_supervisor_is_in_keeps_them_out_of_nothing(system, line):
    with talk(system, line) as meeting:
        system.carrier.fault("lose", event="participant-join")
        attend(meeting.call.pk, "listen", by=meeting.siri, at=timezone.now())
        siri = meeting.telephone.answer()
        until(lambda: siri.hears(meeting.caller), what="listening")
        attend(meeting.call.pk, "join", by=meeting.siri, at=timezone.now())
        until(lambda: meeting.caller.hears(siri), within=20, what="the joining")
        until(lambda: meeting.attendance.joined_at, what="the register's word of it")
        meeting.caller.hang_up()
    system.at_rest(30)
