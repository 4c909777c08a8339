"""Recording through the real processes: told before the queue, refused or agreed by key, paused, heard, erased (T78)."""

import pytest
from django.utils import timezone

from calls import recording, services
from calls.models import Call, CallEvent, Recording, Survey
from tests.flows.test_one_call import ready
from tests.plans.plans import languages, put_in_force
from tests.system import until
from tests.world import hotline, number_of

WHY = "to train our operators"


@pytest.fixture
def announced(system):
    return hotline(recording_mode="announce", recording_purpose=WHY, wrap_up_seconds=0)


@pytest.fixture
def asking(system):
    return hotline(recording_mode="ask", recording_purpose=WHY, wrap_up_seconds=0)


def taped(system):
    return system.carrier.call("GET", "/recordings")


def call_of(caller) -> Call:
    return until(lambda: Call.objects.filter(carrier_ref=caller.sid).first(), what="the call")


def kinds(call) -> list[str]:
    return list(CallEvent.objects.filter(call=call).order_by("at", "id").values_list("kind", flat=True))


def running(call, state="recording") -> Recording:
    found = Recording.objects.filter(call=call, state=state)
    return until(found.first, what=f"a recording that is {state}")


def the_end(system, caller, call) -> None:
    caller.wait_for("over")
    until(lambda: Call.objects.filter(pk=call.pk, state="ended").exists(), what="the end of the call")
    system.at_rest()


def talk(caller, leg, *words) -> None:
    until(lambda: leg.hears(caller), what="the caller at the operator's ear")  # a hold may still be on its way out
    for text in words:
        caller.say(text)
        leg.wait_for(text)


def test_silence_after_the_announcement_is_recorded_and_kept_with_the_consent(system, announced):
    kari = ready(announced)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(announced))
        caller.wait_for("This call is recorded: to train our operators. If you do not want that, press 9.")
        leg = desk.answer()
        caller.wait_for("talking")
        call = call_of(caller)
        began = running(call)
        talk(caller, leg, "My tap drips")
        caller.hang_up()
        the_end(system, caller, call)
    kept = running(call, "kept")
    assert (kept.pk, kept.seconds is not None) == (began.pk, True)
    told = kinds(call)
    assert told.index("announced") < told.index("no_answer") < told.index("queued") < told.index("recording")
    sound = next(each for each in taped(system) if each["sid"] == kept.recording_ref)
    assert sound["words"] == ["My tap drips"] and abs(sound["seconds"] - kept.seconds) <= 1


def test_after_the_menu_in_the_language_chosen_there(system):
    line = hotline(recording_mode="ask", recording_purpose=WHY, languages=["en", "nb"], wrap_up_seconds=0)
    put_in_force(line, languages())
    kari = ready(line, languages=["nb"])
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(line))
        caller.wait_for("For norsk, trykk 2").press("2")
        caller.wait_for("Vi ønsker å ta opp denne samtalen: to train our operators.").press("1")
        call = call_of(caller)
        until(lambda: "agreed" in kinds(call), what="the consent")
        desk.answer()
        caller.wait_for("talking")
        running(call)
        caller.hang_up()
        the_end(system, caller, call)
    assert kinds(call).index("menu") < kinds(call).index("agreed") < kinds(call).index("recording")


def test_a_caller_who_refuses_is_helped_the_same_and_nothing_is_recorded(system, announced):
    kari, before = ready(announced), len(taped(system))
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(announced)).wait_for("This call is recorded")
        caller.press("9")
        leg = desk.answer()
        caller.wait_for("talking")
        talk(caller, leg, "My tap drips")
        leg.hang_up()
        call = call_of(caller)
        the_end(system, caller, call)
    assert not Recording.objects.filter(call=call).exists() and len(taped(system)) == before
    assert "refused" in kinds(call) and Call.objects.get(pk=call.pk).outcome == "answered"


@pytest.mark.parametrize(("key", "recorded"), [("1", True), ("", False), ("9", False), ("5", False)])
def test_where_it_is_asked_only_a_yes_is_recorded(system, asking, key, recorded):
    kari, before = ready(asking), len(taped(system))
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(asking)).wait_for("We would like to record this call")
        if key:
            caller.press(key)
        leg = desk.answer()
        caller.wait_for("talking")
        call = call_of(caller)
        if recorded:
            running(call)
        talk(caller, leg, "Hello there")
        caller.hang_up()
        the_end(system, caller, call)
    assert Recording.objects.filter(call=call).exists() is recorded
    assert (len(taped(system)) > before) is recorded


def test_a_late_refusal_in_the_queue_counts(system, announced):
    from operators import presence
    from operators.models import Presence

    kari = ready(announced)
    presence.choose(kari.pk, Presence.BREAK, at=timezone.now(), by=kari.user)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(announced)).wait_for("waiting")
        call = call_of(caller)
        until(lambda: "no_answer" in kinds(call), what="the silence")
        caller.press("9")
        until(lambda: "refused" in kinds(call), what="the refusal")
        presence.choose(kari.pk, Presence.READY, at=timezone.now(), by=kari.user)
        desk.answer()
        caller.wait_for("talking").hang_up()
        the_end(system, caller, call)
    assert not Recording.objects.filter(call=call).exists()


def test_what_is_said_while_it_is_paused_is_on_no_recording(system, announced):
    kari = ready(announced)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(announced)).wait_for("This call is recorded")
        caller.press("1")
        leg = desk.answer()
        caller.wait_for("talking")
        call = call_of(caller)
        running(call)
        talk(caller, leg, "I want to pay")
        services.pause_recording(call.pk, operator_id=kari.pk, at=timezone.now())
        running(call, "paused")
        talk(caller, leg, "4111 1111 1111 1111")
        services.resume_recording(call.pk, operator_id=kari.pk, at=timezone.now())
        running(call)
        talk(caller, leg, "Thank you")
        services.stop_recording(call.pk, operator_id=kari.pk, at=timezone.now())
        kept = running(call, "kept")
        talk(caller, leg, "One more thing")
        caller.hang_up()
        the_end(system, caller, call)
    sound = next(each for each in taped(system) if each["sid"] == kept.recording_ref)
    assert sound["words"] == ["I want to pay", "Thank you"]


def test_on_hold_nothing_is_recorded(system, announced):
    kari = ready(announced)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(announced)).wait_for("This call is recorded")
        caller.press("1")
        leg = desk.answer()
        caller.wait_for("talking")
        call = call_of(caller)
        running(call)
        services.hold(call.pk, at=timezone.now())
        running(call, "paused")
        leg.say("Where is that form?")
        services.resume(call.pk, at=timezone.now())
        running(call)
        talk(caller, leg, "Back again")
        caller.hang_up()
        the_end(system, caller, call)
    kept = running(call, "kept")
    sound = next(each for each in taped(system) if each["sid"] == kept.recording_ref)
    assert sound["words"] == ["Back again"]


def test_a_removed_recording_is_erased_at_the_carrier_even_if_it_refuses_at_first(system, announced):
    kari = ready(announced)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(announced)).wait_for("This call is recorded")
        desk.answer()
        caller.wait_for("talking")
        call = call_of(caller)
        running(call)
        caller.say("Something private")
        caller.hang_up()
        the_end(system, caller, call)
    kept = running(call, "kept")
    system.carrier.fault("status", on="rest", path="/Recordings/", method="DELETE", status=503, times=2)
    recording.remove_recording(kept, by=kari.user, reason="asked by the caller", at=timezone.now())
    until(lambda: Recording.objects.filter(pk=kept.pk, erased_at__isnull=False).exists(), what="the erasure", within=20)
    assert kept.recording_ref not in [each["sid"] for each in taped(system)]
    assert Recording.objects.get(pk=kept.pk).recording_ref is None
    system.at_rest()


@pytest.mark.parametrize("step", ["greeting", "consent"])
def test_a_caller_who_hangs_up_at_the_announcement_has_not_agreed(system, announced, step):
    caller = system.phone.dial(number_of(announced))
    caller.wait_for("Welcome" if step == "greeting" else "This call is recorded").hang_up()
    call = call_of(caller)
    the_end(system, caller, call)
    call.refresh_from_db()
    assert (call.outcome, call.queued_at) == ("abandoned", None)
    assert not {"agreed", "no_answer"} & set(kinds(call))


# --- the question at the end


@pytest.fixture
def curious(system):
    return hotline(survey_enabled=True, wrap_up_seconds=0)


def left_alone(system, line):
    """A caller whose operator has hung up."""
    kari = ready(line)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(line))
        leg = desk.answer()
        caller.wait_for("talking")
        leg.hang_up()
        leg.wait_for("over")
    return caller


@pytest.mark.parametrize(("key", "score"), [("4", 4), ("", None)])
def test_whoever_is_still_there_is_asked_and_then_hears_the_closing_words(system, curious, key, score):
    caller = left_alone(system, curious).wait_for("How well were we able to help you?")
    if key:
        caller.press(key)
    caller.wait_for("Goodbye")
    call = call_of(caller)
    the_end(system, caller, call)
    assert Survey.objects.get(call=call).score == score
    assert Call.objects.get(pk=call.pk).ended_by == "operator"


def test_a_caller_who_hangs_up_on_the_question_has_simply_not_answered(system, curious):
    caller = left_alone(system, curious).wait_for("How well were we able to help you?").hang_up()
    call = call_of(caller)
    the_end(system, caller, call)
    assert not Survey.objects.filter(call=call, score__isnull=False).exists()
    assert Call.objects.get(pk=call.pk).outcome == "answered"


def test_a_caller_who_hangs_up_first_is_not_asked(system, curious):
    kari = ready(curious)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(curious))
        leg = desk.answer()
        caller.wait_for("talking").hang_up()
        leg.wait_for("over")
    call = call_of(caller)
    the_end(system, caller, call)
    assert not Survey.objects.filter(call=call).exists()
    assert not any("How well" in text for text in caller.heard)
