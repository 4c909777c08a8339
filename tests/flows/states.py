"""The states a call may be in: how each comes about, and how it goes on from there as if nothing had happened."""

import time
from collections.abc import Callable

from django.utils import timezone

from calls.models import Call, Survey, Voicemail
from calls.services import finish_wrap_up
from operators import presence
from operators.models import Presence
from tests.flows.scenes import SOON, Scene, number
from tests.plans.plans import menu, put_in_force
from tests.system import until
from tests.world import number_of

_A_WHILE = "We will be with you as soon as we can, please stay on the line. " * 10  # two seconds at this speed
_LONG = _A_WHILE * 3  # where a key cuts it short
_ASKED = ("menu", "consent prompt")  # a key leads on


def hurry(scene: Scene, state: str) -> None:
    """Press the key that leads on, where the caller hears a question."""
    if state in _ASKED and scene.caller.look().facts["listening"]:
        scene.caller.press_now("1")


def in_the_menu(scene: Scene) -> None:
    put_in_force(scene.line, menu("Topics", en=f"This is the menu. {_LONG[:900]}"))
    scene.kari_is()
    scene.dial().wait_for("This is the menu", SOON)


def in_the_greeting(scene: Scene) -> None:
    scene.line.greeting = f"Welcome. {_A_WHILE}"
    scene.line.save()
    scene.kari_is()
    scene.dial().wait_for("Welcome", SOON)


def asked_for_consent(scene: Scene) -> None:
    scene.line.recording_mode, scene.line.recording_purpose = "announce", _LONG
    scene.line.save()
    scene.kari_is()
    scene.dial().wait_for("This call is recorded", SOON)


def waiting(scene: Scene) -> None:
    scene.kari_is(Presence.BREAK)
    scene.dial().wait_for("waiting", SOON)
    until(lambda: Call.objects.filter(carrier_ref=scene.caller.sid, state="waiting").exists(), within=SOON)


def ringing(scene: Scene, *, on_a_telephone: bool = False) -> None:
    scene.kari_is(on_a_telephone=on_a_telephone)
    scene.dial()
    scene.desk.rings(SOON)


def ringing_on_a_telephone(scene: Scene) -> None:
    ringing(scene, on_a_telephone=True)


def talking(scene: Scene) -> None:
    ringing(scene)
    scene.answered()


def talking_on_a_telephone(scene: Scene) -> None:
    ringing(scene, on_a_telephone=True)
    scene.answered()


def held(scene: Scene) -> None:
    talking(scene)
    scene.done("hold")
    scene.on_hold()


def asking_who_is_rung(scene: Scene, *, on_a_telephone: bool = False) -> None:
    talking(scene)
    scene.asked("warm", on_a_telephone=on_a_telephone)
    scene.on_hold()


def asking_who_talks(scene: Scene) -> None:
    asking_who_is_rung(scene)
    scene.colleague_answers()
    scene.transfer_is("talking")


def passed_on(scene: Scene, *, on_a_telephone: bool = False) -> None:
    talking(scene)
    scene.asked("cold", on_a_telephone=on_a_telephone)


def three_talk(scene: Scene) -> None:
    asking_who_talks(scene)
    scene.done("transfer/join")
    scene.talk(scene.leg)
    scene.talk(scene.other)


def _attended(way: str) -> Callable[[Scene], None]:
    def build(scene: Scene) -> None:
        talking(scene)
        scene.supervisor_comes(way)

    return build


def asked_for_a_callback(scene: Scene, *, caller_first: bool = False) -> None:
    """While Kari is away."""
    scene.line.country, scene.line.callbacks_enabled, scene.line.callback_caller_first = "NO", True, caller_first
    scene.line.save()
    scene.kari_is(Presence.BREAK)
    own = number()
    scene.handset = scene.plug(scene.system.handset(own))
    phone = scene.system.phone.dial(number_of(scene.line), caller=own).wait_for("Press 1 and we call you back", SOON)
    deadline = time.monotonic() + SOON
    while not phone.over:  # a question that was not answered in time is asked again
        assert time.monotonic() < deadline, phone
        phone.press_now("1")
        phone.wait(lambda: phone.facts["state"] == "completed", 0.3)


def called_back(scene: Scene, *, caller_first: bool = False) -> None:
    """Dialled now that Kari is back."""
    asked_for_a_callback(scene, caller_first=caller_first)
    presence.choose(scene.kari.pk, Presence.READY, at=timezone.now(), by=scene.kari.user)
    if not caller_first:
        scene.leg = scene.desk.answer(SOON)
    scene.handset.rings(SOON)
    scene.own = Call.objects.get(hotline=scene.line, direction=Call.Direction.OUTGOING).pk


def called_back_first(scene: Scene) -> None:
    called_back(scene, caller_first=True)


def in_voicemail(scene: Scene) -> None:
    scene.kari_is(Presence.OFFLINE)
    scene.dial(speaks=True)
    assert scene.caller.wait(lambda: scene.caller.facts["doing"] == "Record", SOON), scene.caller


def asked_how_it_was(scene: Scene) -> None:
    scene.line.survey_enabled, scene.line.survey_question = True, f"How was it? {_LONG}"
    scene.line.save()
    talking(scene)
    scene.leg.hang_up()
    scene.caller.wait_for("How was it?", SOON)


def farewell(scene: Scene) -> None:
    scene.line.farewell = f"Goodbye. {_A_WHILE}"
    scene.line.save()
    talking(scene)
    scene.leg.hang_up()
    scene.caller.wait_for("Goodbye", SOON)


def wrap_up(scene: Scene) -> None:
    talking(scene)
    scene.caller.hang_up()
    scene.becomes(Presence.WRAP_UP)


STATES: dict[str, Callable[[Scene], None]] = {
    "menu": in_the_menu,
    "greeting": in_the_greeting,
    "consent prompt": asked_for_consent,
    "waiting": waiting,
    "ringing in the browser": ringing,
    "ringing on a telephone": ringing_on_a_telephone,
    "talking in the browser": talking,
    "talking on a telephone": talking_on_a_telephone,
    "on hold": held,
    "asking a colleague who is rung": asking_who_is_rung,
    "asking a colleague who talks": asking_who_talks,
    "passed on, the colleague is rung": passed_on,
    "three talk": three_talk,
    "a supervisor listens": _attended("listen"),
    "a supervisor whispers": _attended("whisper"),
    "a supervisor has joined": _attended("join"),
    "callback, operator first": called_back,
    "callback, caller first": called_back_first,
    "voicemail": in_voicemail,
    "survey": asked_how_it_was,
    "farewell": farewell,
    "wrap-up": wrap_up,
}


# --- how it goes on from there, as if nothing had happened ----------------------------------------


def _from_the_menu(scene: Scene) -> None:
    scene.caller.press("1", SOON)
    scene.answered()


def _kari_is_back(scene: Scene) -> None:
    presence.choose(scene.kari.pk, Presence.READY, at=timezone.now(), by=scene.kari.user)
    scene.answered()


def _off_hold(scene: Scene) -> None:
    scene.done("resume")
    scene.talk(scene.leg)


def _completed(scene: Scene) -> None:
    if scene.other is None:
        scene.colleague_answers()
        scene.transfer_is("talking")
    scene.done("transfer/complete")
    scene.talk(scene.other)
    scene.becomes(Presence.ON_CALL, scene.ola)


def _taken(scene: Scene) -> None:
    scene.colleague_answers()
    scene.talk(scene.other)


def _supervisor_leaves(scene: Scene) -> None:
    scene.done("listen/stop", by=scene.siri)
    scene.boss.wait_for("over", SOON)
    scene.talk(scene.leg)


def _picked_up(scene: Scene) -> None:
    scene.handset_answers()
    if scene.leg is None:
        scene.leg = scene.desk.answer(SOON)
    scene.talk(scene.leg)


def _message_left(scene: Scene) -> None:
    scene.caller.say("Please call me").press_now("#")  # on a slow machine the tape may be full
    scene.caller.wait_for("over", SOON)
    kept = Voicemail.objects.filter(call__carrier_ref=scene.caller.sid)
    until(kept.exists, within=SOON, what="the message")


def _scored(scene: Scene) -> None:
    score = 4 if scene.caller.press_now("4") else None  # on a slow machine the time for it may be over
    scene.caller.wait_for("Goodbye", SOON)
    until(lambda: Survey.objects.filter(call=scene.call, score=score).exists(), within=SOON, what="the answer")


def _written_up(scene: Scene) -> None:
    assert finish_wrap_up(scene.kari.pk, at=timezone.now())
    scene.becomes(Presence.READY)


ON: dict[str, Callable[[Scene], None]] = {
    "menu": _from_the_menu,
    "greeting": Scene.answered,
    "consent prompt": _from_the_menu,
    "waiting": _kari_is_back,
    "ringing in the browser": Scene.answered,
    "ringing on a telephone": Scene.answered,
    "talking in the browser": lambda scene: scene.talk(scene.leg),
    "talking on a telephone": lambda scene: scene.talk(scene.leg),
    "on hold": _off_hold,
    "asking a colleague who is rung": _completed,
    "asking a colleague who talks": _completed,
    "passed on, the colleague is rung": _taken,
    "three talk": _completed,
    "a supervisor listens": _supervisor_leaves,
    "a supervisor whispers": _supervisor_leaves,
    "a supervisor has joined": _supervisor_leaves,
    "callback, operator first": _picked_up,
    "callback, caller first": _picked_up,
    "voicemail": _message_left,
    "survey": _scored,
    "farewell": lambda scene: scene.caller.wait_for("over", SOON),
    "wrap-up": _written_up,
}
