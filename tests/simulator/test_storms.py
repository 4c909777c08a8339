"""Several mishaps at once, from a seed; callbacks in any order."""

import pytest

from telephony.simulator.faults import Faults
from telephony.simulator.phone import Phone
from telephony.simulator.storms import storm
from tests.simulator.application import Application
from tests.simulator.rest import Rest
from tests.simulator.test_twiml_verbs import NUMBER, document


def test_the_same_seed_is_the_same_storm_and_another_is_another():
    assert storm(7) == storm(7)
    assert len({str(storm(seed)) for seed in range(20)}) == 20


def test_a_storm_is_several_mishaps_the_simulator_knows_at_callbacks_requests_and_rest():
    seen = set()
    for seed in range(20):
        drawn = storm(seed, 1.0)
        assert len(drawn) >= 5
        for facts in drawn:
            fault = Faults().add(facts)
            assert 0 < fault.probability <= 0.25
            seen.add((fault.on, fault.kind))
    assert {on for on, _ in seen} == {"callback", "webhook", "rest"} and len(seen) == 9


@pytest.mark.parametrize("strength", [0, -1, 1.5])
def test_a_storm_has_a_strength(control, strength):
    with pytest.raises(RuntimeError, match="strength"):
        control.storm(1, strength)


def test_chance_is_the_seeds():
    def strikes(seed: int) -> list[bool]:
        faults = Faults()
        faults.seed(seed)
        faults.add({"kind": "lose", "times": 0, "probability": 0.5})
        return [faults.strike("lose", on="callback", path="/status/") is not None for _ in range(64)]

    assert strikes(1) == strikes(1) != strikes(2)


def test_a_call_goes_on_in_a_storm(phone: Phone, application: Application, control, rest: Rest):
    application.pages["/answered/"] = document("<Say>Hello operator</Say>")
    application.pages["/voice/"] = document("<Say>Hello caller</Say>")
    assert len(control.storm(3, 1.0)) == len(control.state()["faults"]) >= 5
    callers = [phone.dial(NUMBER, caller=f"+47{n}") for n in range(8)]
    for caller in callers:
        caller.wait_for("hello caller", timeout=20).wait_for("completed", timeout=20)
    control.clear_faults()
    control.settle()
    assert {form["CallSid"] for form in application.to("/voice/")} == {caller.sid for caller in callers}


def test_callbacks_of_a_conference_come_in_any_order(phone: Phone, application: Application, control):
    events = "start end join leave"
    application.pages["/voice/"] = document(
        f"<Dial><Conference endConferenceOnExit='true' statusCallback='/events/' statusCallbackEvent='{events}'>"
        "room</Conference></Dial>"
    )
    orders = set()
    for seed in range(6):
        control.call("POST", "/storm", {"seed": seed, "strength": 0.01})  # chance is this seed's
        control.clear_faults()
        control.fault("shuffle", path="/events/", count=6, times=0)
        before = len(application.to("/events/"))
        first = phone.dial(NUMBER, caller="+471").wait_for("in-progress")
        second = phone.dial(NUMBER, caller="+472").wait_for("talking")
        first.hang_up().wait_for("over")
        second.wait_for("over")
        control.settle()
        numbers = [int(form["SequenceNumber"]) for form in application.to("/events/")[before:]]
        assert sorted(numbers) == list(range(1, len(numbers) + 1)) and len(numbers) >= 6  # none lost, none twice
        orders.add(tuple(numbers))
    assert any(list(order) != sorted(order) for order in orders)


def test_what_is_kept_back_goes_out_when_nothing_more_comes(phone: Phone, application: Application, control):
    application.pages["/voice/"] = document("<Say>Hello</Say>")
    control.fault("shuffle", count=50, times=0)
    phone.dial(NUMBER).wait_for("completed")
    control.settle()
    assert len(application.to("/status/")) == 1
