"""Things break while an outside telephone rings for a caller: one call is made there, and the caller is served."""

import pytest

from calls.models import Call, Leg
from tests.faults.test_carrier import CREATE
from tests.flows.test_hanging_up import over
from tests.flows.test_overflow import AGENCY, agency, dialled
from tests.plans.plans import put_in_force
from tests.system import until
from tests.world import number_of

pytestmark = pytest.mark.faults


@pytest.fixture
def sends_on(system, line):
    """A hotline that one outside telephone answers, and how many calls were made to it so far."""
    put_in_force(line, nobody=agency(rings=60))
    return line, len(dialled(system))


def taken(handset, caller) -> None:
    leg = handset.answer(timeout=30)
    leg.wait_for("Press 1", 20).press("1")
    caller.wait_for("talking", 30)
    leg.say("here I am")
    caller.wait_for("here I am").hang_up()
    assert over(caller).outcome == "outside"


def test_switchboards_killed_before_it_rings_and_with_a_web_process_while_it_rings(system, sends_on):
    line, before = sends_on
    switchboards = ("switchboard", "switchboard1")
    for name in switchboards:
        system.kill(name)
    with system.handset(AGENCY) as handset:
        caller = system.phone.dial(number_of(line))
        until(lambda: Call.objects.filter(carrier_ref=caller.sid, state="sent").exists(), within=30)
        for name in switchboards:
            system.start_switchboard(name)
        handset.rings(40)
        system.kill("web")
        for name in switchboards:
            system.kill(name)
        taken(handset, caller)
    assert len(dialled(system)) == before + 1
    system.start_web("web")
    for name in switchboards:
        system.start_switchboard(name)
    system.at_rest(30)


@pytest.mark.parametrize(
    "fault",
    [{"kind": "drop", "processed": True}, {"kind": "hang", "seconds": 7, "processed": True}],
    ids=["dropped", "hanging"],
)
def test_a_create_of_which_nobody_knows_what_came_rings_once(system, sends_on, fault):
    line, before = sends_on
    system.carrier.fault(**CREATE, **fault)
    with system.handset(AGENCY) as handset:
        caller = system.phone.dial(number_of(line))
        taken(handset, caller)
    assert len(dialled(system)) == before + 1
    system.at_rest(30)


def test_lost_doubled_and_reordered_callbacks_of_the_outside_telephone(system, line):
    put_in_force(line, nobody=agency(rings=10))
    before = len(dialled(system))
    for kind in ("repeat", "reorder"):
        system.carrier.fault(kind, path="/outside/", times=0)
    with system.handset(AGENCY) as handset:
        caller = system.phone.dial(number_of(line))
        taken(handset, caller)
    system.carrier.clear_faults()
    system.carrier.fault("lose", path="/outside/", times=0)
    with system.handset(AGENCY, mode="busy"):
        caller = system.phone.dial(number_of(line), speaks="Hello?")
        caller.wait_for("leave a message", 60)
        caller.hang_up()
    assert over(caller).outcome == "voicemail"
    assert len(dialled(system)) == before + 2
    assert not Leg.objects.exclude(state="over").exists()
    system.carrier.clear_faults()
    system.at_rest(30)
