"""Who is rung as a caller waits longer, by the running switchboard alone: nobody presses anything (P8)."""

from datetime import timedelta

from django.utils import timezone

from calls import agencies
from calls.models import Offer
from operators.models import Agency, AgencyRule
from tests.flows.test_hanging_up import over
from tests.flows.test_one_call import ready
from tests.world import hotline, number_of


def test_a_call_widens_by_itself_to_those_without_the_preferred_skill_and_to_the_agency(system):
    prefers = hotline(preferred_skills=["billing"], preference_seconds=3, max_wait_seconds=120)
    covered = hotline(max_wait_seconds=120)
    agency = Agency.objects.create(name=f"Agency of {covered}")
    AgencyRule.objects.create(agency=agency, hotline=covered, when="after", after_seconds=3)
    agencies.keep_up(timezone.now())  # as whoever saves it on a page does: no caller comes before it holds
    plain, eva = ready(prefers), ready(covered, agency=agency)
    with system.desk(plain, mode="answer"), system.desk(eva, mode="answer"):
        callers = [system.phone.dial(number_of(line)) for line in (prefers, covered)]
        for caller, operator in zip(callers, (plain, eva), strict=True):
            caller.wait_for("talking", timeout=60)
            offer = Offer.objects.select_related("call").get(call__carrier_ref=caller.sid)
            assert offer.operator == operator
            assert offer.made_at - offer.call.queued_at >= timedelta(seconds=3), "not before it widened"
            caller.hang_up()
            assert over(caller).operator == operator
    system.at_rest()


def test_whoever_has_the_preferred_skill_is_rung_at_once(system):
    line = hotline(preferred_skills=["billing:3"], preference_seconds=600, skills=["orders"])
    usual = ready(line, skills=["orders", "billing"])
    expert = ready(line, skills=["orders", "billing"], skill_levels={"billing": 3})
    with system.desk(expert, mode="answer"):
        caller = system.phone.dial(number_of(line))
        caller.wait_for("talking", timeout=60).hang_up()
    assert over(caller).operator == expert
    assert not Offer.objects.filter(operator=usual).exists()
    system.at_rest()
