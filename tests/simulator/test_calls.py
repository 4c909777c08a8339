"""One whole call as a hotline runs it: greeting, queue, an operator's desk, a conference, hanging up."""

from telephony.simulator.phone import Desk, Phone
from tests.simulator.application import Application
from tests.simulator.rest import Rest
from tests.simulator.test_rest import calling
from tests.simulator.test_twiml_verbs import NUMBER, document


def test_a_caller_waits_is_joined_with_an_operator_and_hangs_up(
    phone: Phone, application: Application, control, rest: Rest
) -> None:
    application.pages["/voice/"] = document(
        "<Say>Welcome</Say>", "<Enqueue waitUrl='/wait/' action='/next/'>hotline</Enqueue>"
    )
    application.pages["/wait/"] = document("<Say>You are number one</Say>")
    application.pages["/next/"] = document("<Dial><Conference endConferenceOnExit='true'>call-1</Conference></Dial>")
    application.pages["/answered/"] = document("<Dial><Conference>call-1</Conference></Dial>")
    caller = phone.dial(NUMBER).wait_for("number one").wait_for("waiting")
    with Desk(control, "op_7") as desk:
        rest("POST", "Calls.json", calling(application))
        operator = desk.answer()
        rest("POST", f"Calls/{caller.sid}.json", {"Url": f"{application.url}/next/"})
        caller.wait_for("talking")
        operator.say("How can I help?")
        caller.wait_for("how can i help").hang_up().wait_for("completed")
        operator.wait_for("completed")
    control.settle()
    assert [form["CallStatus"] for form in application.to("/leg/")] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert len(application.to("/status/")) == 1
    known = {call["sid"]: call for call in control.calls()}
    assert known[caller.sid]["ended_by"] == "caller" and not any(call["live"] for call in known.values())
