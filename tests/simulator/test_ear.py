"""What the simulator says is heard at a telephone: words, music, people, or nothing at all."""

import pytest

from telephony.simulator.phone import Desk, Phone
from tests.simulator.application import Application
from tests.simulator.rest import Rest
from tests.simulator.test_conferences import room
from tests.simulator.test_twiml_verbs import NUMBER, document


def hears(call, what: str) -> bool:
    return bool(call.wait(lambda: call.facts["ear"] == what, 10))


def test_a_prompt_a_line_with_music_and_the_end(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Say>Good day</Say><Enqueue waitUrl='/music/'>line</Enqueue>")
    application.pages["/music/"] = document("<Say>Please wait for a long, long, long, long, long while</Say>")
    caller = phone.dial(NUMBER)
    assert hears(caller, "words") and hears(caller, "music")
    caller.hang_up()
    assert hears(caller, "over") and caller.facts["dead_air"] == 0.0


@pytest.mark.parametrize("held", [False, True])
def test_alone_in_a_conference_that_others_left_there_is_nothing_unless_music_is_played(
    phone: Phone, application: Application, rest: Rest, control, held
) -> None:
    control.listen_for_dead_air()
    application.pages["/voice/"] = document(f"<Dial>{room(label='caller')}</Dial>")
    application.pages["/answered/"] = document(f"<Dial>{room(label='operator')}</Dial>")
    caller = phone.dial(NUMBER)
    assert hears(caller, "music"), "before anybody else is there"
    with Desk(control, "op_7") as desk:
        rest("POST", "Calls.json", {"To": "client:op_7", "From": NUMBER, "Url": f"{application.url}/answered/"})
        leg = desk.answer()
        assert hears(caller, "people")
        if held:
            conference = rest("GET", "Conferences.json", FriendlyName="room").json()["conferences"][0]["sid"]
            rest("POST", f"Conferences/{conference}/Participants/{caller.sid}.json", {"Hold": "true"})
            assert hears(caller, "music")
        leg.hang_up()
        leg.wait_for("over")
    assert hears(caller, "music" if held else "nothing")
    if not held:
        assert caller.wait(lambda: caller.facts["dead_air"] > 0, 10)
