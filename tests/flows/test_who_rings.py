"""Who is rung as a caller waits longer, by the running switchboard alone: nobody presses anything (P8)."""

from datetime import timedelta

from calls.models import Offer
from operators.models import Agency, AgencyRule
from tests.flows.test_hanging_up import over
from tests.flows.test_one_call import ready
from tests.system import until
from tests.world import hotline, number_of


def first_rung(caller):
    return until(lambda: Offer.objects.filter(call__carrier_ref=caller.sid).select_related("call").first())


def test_a_call_widens_by_itself_to_those_without_the_preferred_skill_and_to_the_agency(system):
    prefers = hotline(preferred_skills=["billing"], preference_seconds=3, max_wait_seconds=60)
    covered = hotline(max_wait_seconds=60)
    agency = Agency.objects.create(name=f"Agency of {covered}")
    AgencyRule.objects.create(agency=agency, hotline=covered, when="after", after_seconds=3)
    plain, eva = ready(prefers), ready(covered, agency=agency)
    with system.desk(plain) as plains, system.desk(eva) as evas:
        callers = [system.phone.dial(number_of(line)) for line in (prefers, covered)]
        for caller, operator, desk in zip(callers, (plain, eva), (plains, evas), strict=True):
            offer = first_rung(caller)
            assert offer.operator == operator
            assert offer.made_at - offer.call.queued_at >= timedelta(seconds=3), "not before it widened"
            desk.answer()
            caller.wait_for("talking").hang_up()
            assert over(caller).operator == operator
    system.at_rest()


def test_whoever_has_the_preferred_skill_is_rung_at_once(system):
    line = hotline(preferred_skills=["billing:3"], preference_seconds=600, skills=["orders"])
    ready(line, skills=["orders", "billing"])
    expert = ready(line, skills=["orders", "billing"], skill_levels={"billing": 3})
    with system.desk(expert) as desk:
        caller = system.phone.dial(number_of(line))
        assert first_rung(caller).operator == expert
        desk.answer()
        caller.wait_for("talking").hang_up()
    assert over(caller).operator == expert
    system.at_rest()
