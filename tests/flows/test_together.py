"""What happens together: a supervisor in a call that is held or passed on, recording that follows, callbacks that are passed
on, a hotline that closes while they wait, a ringing call that is moved."""

import pytest
from django.utils import timezone

from calls import services
from calls.models import Call, Callback, CallForHelp, Instruction, Recording
from lines import services as lines
from operators import presence
from operators.models import Operator, Presence
from tests import world
from tests.flows import happenings, states
from tests.flows.conftest import state_of
from tests.flows.scenes import SOON, Scene
from tests.system import until


@pytest.fixture
def scene(system):
    made = Scene(system)
    yield made
    made.close()


def hears(one, other) -> None:
    assert one.wait(lambda: other.sid in one.facts["hears"], SOON), (one, other)


def deaf_to(one, other) -> None:
    assert one.wait(lambda: other.sid not in one.facts["hears"], SOON), (one, other)


def ends(scene: Scene, outcome: str = "answered") -> None:
    scene.caller.hang_up()
    assert scene.outcome() == outcome
    scene.system.at_rest()


# --- a supervisor in the call


@pytest.mark.parametrize(("way", "heard"), [("listen", False), ("join", True)])
def test_on_hold_operator_and_supervisor_are_among_themselves_and_then_as_before(scene, way, heard):
    states._attended(way)(scene)
    scene.done("hold")
    scene.on_hold()
    deaf_to(scene.boss, scene.caller)
    deaf_to(scene.caller, scene.boss)
    hears(scene.boss, scene.leg)
    (hears if heard else deaf_to)(scene.leg, scene.boss)
    scene.done("resume")
    scene.talk(scene.leg)
    hears(scene.boss, scene.caller)
    (hears if heard else deaf_to)(scene.caller, scene.boss)
    ends(scene)
    assert scene.attendance().reason == "caller left"


@pytest.mark.parametrize("way", ["listen", "whisper", "join"])
def test_a_colleague_is_asked_with_a_supervisor_in_the_call_and_takes_the_caller(scene, way):
    """The supervisor was there for Kari, and is let go with her; a whisper reaches her alone."""
    states._attended(way)(scene)
    scene.asked("warm")
    scene.on_hold()
    scene.colleague_answers()
    scene.transfer_is("talking")
    hears(scene.other, scene.leg)
    hears(scene.boss, scene.other)
    (hears if way == "join" else deaf_to)(scene.other, scene.boss)
    (deaf_to if way == "listen" else hears)(scene.leg, scene.boss)
    scene.done("transfer/complete")
    scene.talk(scene.other)
    scene.boss.wait_for("over", SOON)
    assert scene.attendance().reason == "operator left"
    scene.becomes(Presence.WRAP_UP)
    ends(scene)


@pytest.mark.parametrize("asked", [False, True], ids=["listening", "called for, and not there yet"])
def test_a_call_that_is_passed_on_at_once_lets_the_supervisor_go_and_calls_for_nobody(scene, asked):
    (states.talking if asked else states._attended("listen"))(scene)
    if asked:
        scene.done("help")
    scene.asked("cold")
    scene.in_line()
    if asked:
        assert CallForHelp.objects.get(call=scene.call).reason == "over"
    else:
        scene.boss.wait_for("over", SOON)
        assert scene.attendance().reason == "operator left"
    scene.colleague_answers()
    scene.talk(scene.other)
    ends(scene)


def test_nobody_is_called_for_when_the_operator_who_called_hangs_up(scene):
    states.talking(scene)
    scene.done("help")
    scene.leg.hang_up()
    scene.becomes(Presence.WRAP_UP)
    assert CallForHelp.objects.get(call=scene.call).reason == "over"
    scene.caller.wait_for("Goodbye", SOON).wait_for("over", SOON)
    assert scene.outcome() == "answered"
    scene.system.at_rest()


def test_whoever_took_a_call_over_passes_it_on_and_is_as_free_as_before(scene):
    states.talking(scene)
    happenings.supervisor_takes_over(scene)
    scene.becomes(Presence.WRAP_UP)
    scene.talk(scene.boss)
    ola, there = scene.operator("Ola")
    scene.done("transfer", by=scene.siri, to=ola.user.username, kind="warm")
    other = there.answer(SOON)
    scene.transfer_is("talking")
    scene.done("transfer/complete", by=scene.siri)
    scene.talk(other)
    siri = Operator.objects.get(user=scene.siri)
    until(lambda: state_of(siri) == Presence.WRAP_UP, within=SOON, what="the supervisor's wrap-up")
    services.finish_wrap_up(siri.pk, at=timezone.now())
    assert state_of(siri) == Presence.OFFLINE
    ends(scene)
    assert scene.call.operator == ola


# --- recording


def recorded(scene: Scene) -> None:
    """A conversation that is being recorded."""
    scene.line.recording_mode, scene.line.recording_purpose = "announce", "to train our operators"
    scene.line.save()
    scene.kari_is()
    scene.dial().wait_for("This call is recorded", SOON).press("1", SOON)
    scene.answered()
    is_recording(scene, "recording")


def is_recording(scene: Scene, state: str, count: int = 1) -> None:
    """The newest recording of the call, of so many, is in that state."""
    kept = Recording.objects.filter(call=scene.call).order_by("started_at", "id")
    until(
        lambda: [each.state for each in kept.all()][count - 1 :] == [state],
        within=SOON,
        what=f"recording {count}: {state}",
    )


def words_of(scene: Scene) -> list[str]:
    """What is said on the recordings of the call, in their order."""
    kept = list(
        Recording.objects.filter(call=scene.call).order_by("started_at").values_list("recording_ref", flat=True)
    )
    taped = {each["sid"]: each["words"] for each in scene.system.carrier.call("GET", "/recordings")}
    return [text for ref in kept for text in taped[ref]]


def say(scene: Scene, text: str, to) -> None:
    scene.caller.say(text)
    to.wait_for(text, SOON)


@pytest.mark.parametrize("paused", [False, True], ids=["recorded", "paused"])
def test_recording_stands_as_it_did_when_a_supervisor_takes_over(scene, paused):
    recorded(scene)
    if paused:
        services.pause_recording(scene.call.pk, operator_id=scene.kari.pk, at=timezone.now())
        is_recording(scene, "paused")
    happenings.supervisor_takes_over(scene)
    scene.becomes(Presence.WRAP_UP)
    scene.talk(scene.boss)
    say(scene, "4111 1111", scene.boss)
    if paused:
        siri = Operator.objects.get(user=scene.siri)
        services.resume_recording(scene.call.pk, operator_id=siri.pk, at=timezone.now())
    is_recording(scene, "recording")
    say(scene, "and thank you", scene.boss)
    ends(scene)
    is_recording(scene, "kept")
    assert words_of(scene) == (["and thank you"] if paused else ["4111 1111", "and thank you"])


@pytest.mark.parametrize("kind", ["warm", "cold"])
def test_a_colleague_of_the_same_hotline_goes_on_with_the_recording(scene, kind):
    """The caller agreed to this hotline's purpose; while they wait or are on hold nothing is recorded."""
    recorded(scene)
    say(scene, "My tap drips", scene.leg)
    scene.asked(kind)
    if kind == "warm":
        is_recording(scene, "paused")
    scene.colleague_answers()
    if kind == "warm":
        scene.transfer_is("talking")
        scene.other.say("What is it about?")
        scene.done("transfer/complete")
    scene.talk(scene.other)
    is_recording(scene, "recording", count=1 if kind == "warm" else 2)
    say(scene, "Since May", scene.other)
    ends(scene)
    is_recording(scene, "kept", count=1 if kind == "warm" else 2)
    assert words_of(scene) == ["My tap drips", "Since May"]


def test_a_recording_that_is_paused_stays_so_with_the_colleague_and_none_is_made_at_another_hotline(scene):
    recorded(scene)
    services.pause_recording(scene.call.pk, operator_id=scene.kari.pk, at=timezone.now())
    is_recording(scene, "paused")
    scene.asked("cold")
    scene.colleague_answers()
    scene.talk(scene.other)
    is_recording(scene, "paused", count=2)
    elsewhere = Scene(scene.system, recording_mode="announce", recording_purpose="for another reason")
    elsewhere.kari_is()
    scene.done("transfer", by=scene.ola.user, to=elsewhere.line.slug, kind="cold")
    leg = elsewhere.desk.answer(SOON)
    scene.talk(leg)
    ends(scene)
    assert Recording.objects.filter(call=scene.call).count() == 2
    elsewhere.close()


# --- callbacks


@pytest.mark.parametrize("kind", ["warm", "cold"])
def test_a_callback_is_passed_on_like_any_call_once_somebody_is_there(scene, kind):
    states.called_back(scene)
    ola, there = scene.operator("Ola")
    for act, facts in (("hold", {}), ("transfer", {"to": ola.user.username, "kind": kind})):
        early = scene.api(act, **facts)
        assert (early.status_code, early.json()["detail"]) == (409, "Nobody has picked up yet.")
    scene.handset_answers()
    scene.talk(scene.leg)
    scene.done("transfer", to=ola.user.username, kind=kind)
    other = there.answer(SOON)
    if kind == "warm":
        scene.transfer_is("talking")
        scene.done("transfer/complete")
    scene.talk(other)
    scene.becomes(Presence.WRAP_UP)
    other.hang_up()
    scene.caller.wait_for("Goodbye", SOON).wait_for("over", SOON)
    until(lambda: Callback.objects.get(hotline=scene.line).state == "done", within=SOON, what="the kept promise")
    assert (Call.objects.get(pk=scene.own).outcome, scene.call.operator) == ("answered", ola)
    scene.system.at_rest()


@pytest.mark.parametrize("caller_first", [False, True], ids=["operator first", "caller first"])
def test_a_callback_that_waits_when_the_hotline_is_closed(scene, caller_first):
    """With operator first it stands in the line, and whoever stands there is still served; with caller first nobody is
    dialled until it is open again."""
    states.asked_for_a_callback(scene, caller_first=caller_first)
    lines.close_now(scene.line, reason="Fire drill", by=scene.siri, at=timezone.now())
    happenings.break_is_due(
        scene
    )  # she is on it already; that the switchboard says so shows that it knows of the closing
    presence.choose(scene.kari.pk, Presence.READY, at=timezone.now(), by=scene.kari.user)
    if caller_first:
        witness = Scene(scene.system)
        states.called_back_first(witness)  # asked for later, and dialled: so the switchboard has passed ours over
        assert not scene.handset.events() and not Instruction.objects.filter(call__hotline=scene.line).exists()
        witness.handset.decline()
        witness.close()
        lines.reopen(scene.line, by=scene.siri, at=timezone.now())
    else:
        scene.leg = scene.desk.answer(SOON)
    scene.handset_answers()
    if caller_first:
        scene.leg = scene.desk.answer(SOON)
    scene.caller.wait_for("talking", SOON)
    scene.caller.hang_up()
    until(lambda: Callback.objects.get(hotline=scene.line).state == "done", within=SOON, what="the kept promise")
    scene.system.at_rest()


# --- moved while it rings


def test_a_ringing_call_that_is_moved_rings_at_the_other_hotline_in_a_language_that_is_spoken_there(scene):
    elsewhere = world.hotline(ring_seconds=600, languages=["nb"])
    ola = world.operator(elsewhere, at=timezone.now(), languages=["nb"])
    states.ringing(scene)
    there = scene.plug(scene.system.desk(ola))
    services.move_to_hotline(scene.call.pk, elsewhere, by=scene.siri, at=timezone.now())
    scene.becomes(Presence.READY)
    scene.desk.wait_for("stopped", SOON)
    leg = there.answer(SOON)
    scene.talk(leg)
    assert (scene.call.hotline, scene.call.operator, scene.call.language) == (elsewhere, ola, "nb")
    ends(scene)
