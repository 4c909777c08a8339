"""A box that runs for a long time keeps the latest calls and forgets the oldest."""

from telephony.simulator.devices import EVENTS_KEPT, Device
from telephony.simulator.phone import Phone
from tests.simulator.application import Application
from tests.simulator.rest import Rest
from tests.simulator.test_twiml_verbs import NUMBER, document


def test_old_calls_and_conferences_are_forgotten_and_new_ones_are_not(
    phone: Phone, application: Application, control, rest: Rest
):
    control.settings(calls_kept=3)
    try:
        for n in range(1, 7):
            application.pages["/voice/"] = document(f"<Dial><Conference>room-{n}</Conference></Dial>")
            phone.dial(NUMBER, caller=f"+47{n}").wait_for("in-progress").hang_up().wait_for("completed")
        assert [call["from"] for call in control.calls()] == ["+474", "+475", "+476"]
        rooms = rest("GET", "Conferences.json").json()["conferences"]
        assert "room-6" in {room["friendly_name"] for room in rooms} and len(rooms) <= 4
    finally:
        control.settings(calls_kept=10_000)


def test_a_telephone_counts_on_when_its_oldest_events_are_gone():
    device = Device("client:op_7")
    for number in range(1, EVENTS_KEPT + 11):
        device.last = number
        device.events.append({"number": number})
    assert len(device.events) == EVENTS_KEPT
    assert [event["number"] for event in device.since(EVENTS_KEPT + 8)] == [EVENTS_KEPT + 9, EVENTS_KEPT + 10]
    assert device.since(EVENTS_KEPT + 10) == []
