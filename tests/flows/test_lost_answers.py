"""An answer of ours is lost just as somebody whom we rang picks up, as when a web process dies: they have the caller all the
same."""

import pytest

from tests.flows import states
from tests.flows.scenes import SOON, Scene, number
from tests.system import until


@pytest.fixture
def scene(system):
    made = Scene(system)
    yield made
    made.close()


def lost(scene: Scene, path: str) -> None:
    scene.system.carrier.fault("lose", on="webhook", path=path)


def ends(scene: Scene) -> None:
    scene.caller.hang_up()
    assert scene.outcome() == "answered"
    scene.system.at_rest()


def test_of_an_operator_who_picks_up_in_the_browser(scene):
    states.ringing(scene)
    lost(scene, "/twilio/operator/*/")
    scene.answered()
    ends(scene)


@pytest.mark.parametrize("path", ["/twilio/operator/*/", "/twilio/operator/*/key/"])
def test_of_an_operator_who_picks_up_a_telephone_or_presses_one(scene, path):
    states.ringing_on_a_telephone(scene)
    if not path.endswith("key/"):
        lost(scene, path)
    leg = scene.desk.answer(SOON)
    leg.wait_for("Press 1", SOON)
    if path.endswith("key/"):
        lost(scene, path)
        leg.press("1", SOON)
        assert leg.wait(lambda: sum("Press 1" in text for text in leg.heard) == 2, SOON)
    leg.press("1", SOON)
    scene.talk(leg)
    ends(scene)


def test_of_a_supervisor(scene):
    states.talking(scene)
    lost(scene, "/twilio/supervisor/*/")
    scene.supervisor_comes("listen")
    until(lambda: scene.boss.hears(scene.caller), within=SOON, what="listening")
    ends(scene)


def test_of_an_outside_telephone(scene):
    states.talking(scene)
    outside = number()
    handset = scene.plug(scene.system.handset(outside))
    lost(scene, "/twilio/outside/*/")
    scene.done("transfer", to=outside, kind="cold")
    scene.talk(handset.answer(SOON))
    ends(scene)


def test_of_a_leg_whose_part_is_over(scene):
    """Nobody is called back into a conversation that has ended."""
    states.talking(scene)
    lost(scene, "/twilio/operator/*/done/")
    scene.caller.hang_up()
    scene.leg.wait_for("over", SOON)
    assert scene.outcome() == "answered"
    scene.becomes("wrap_up")
    scene.system.at_rest()
