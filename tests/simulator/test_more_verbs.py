"""Dial's Queue and Sip, words in a Gather, answering machines, recordings that can be played."""

import io
import json
import wave

import pytest
import requests

from telephony.simulator.lint import Vocabulary
from telephony.simulator.phone import Handset, Phone
from tests.environment import ACCOUNT_SID, AUTH_TOKEN
from tests.simulator.application import Application
from tests.simulator.rest import CONTRACTS, Rest
from tests.simulator.test_rest import calling
from tests.simulator.test_twiml_verbs import NUMBER

AGENTS = "+4721000002"
SIP = "sip:vakt@pbx.example.org"


def document(*verbs: str) -> str:
    """TwiML that the carrier's vocabulary knows, all of it."""
    text = f"<Response>{''.join(verbs)}</Response>"
    vocabulary = Vocabulary(json.loads((CONTRACTS / "twiml_vocabulary.json").read_text()))
    assert vocabulary.problems(text.encode()) == []
    return text


# --- Dial's Queue -----------------------------------------------------------------------------------------


@pytest.fixture
def queue(application: Application, control) -> Application:
    """Callers of NUMBER wait in a line; whoever calls AGENTS takes the first of them."""
    application.pages["/voice/"] = document("<Enqueue action='/after/' waitUrl='/wait/'>line</Enqueue>")
    application.pages["/wait/"] = document("<Pause length='60'/>")
    application.pages["/after/"] = document("<Say>Goodbye caller</Say>")
    application.pages["/agents/"] = document(
        "<Dial action='/done/' timeout='400'><Queue url='/before/'>line</Queue></Dial>"
    )
    application.pages["/before/"] = document("<Say>This call is recorded</Say>")
    application.pages["/done/"] = document("<Say>Next please</Say>")
    control.call("POST", "/numbers", {"number": AGENTS, "voice_url": f"{application.url}/agents/"})
    return application


def test_whoever_dials_a_queue_talks_with_the_caller_who_waited_longest(phone: Phone, queue: Application, control):
    first = phone.dial(NUMBER, caller="+471").wait_for("waiting")
    second = phone.dial(NUMBER, caller="+472").wait_for("waiting")
    agent = phone.dial(AGENTS, caller="+479")
    first.wait_for("this call is recorded").wait_for("talking")
    agent.say("How can I help?")
    first.wait_for("how can i help")
    second.wait_for("waiting")
    assert not second.talking
    before = queue.to("/before/")[0]
    assert (before["CallSid"], before["DequeingCallSid"]) == (first.sid, agent.sid)
    assert {"QueueSid", "QueueTime"} <= set(before)
    assert queue.to("/after/") == []  # asked once, when the two have parted
    agent.hang_up()
    first.wait_for("goodbye caller").wait_for("completed")
    assert [form["QueueResult"] for form in queue.to("/after/")] == ["bridged"]
    second.hang_up()


def test_when_the_caller_leaves_the_agents_dial_goes_on(phone: Phone, queue: Application, control):
    caller = phone.dial(NUMBER).wait_for("waiting")
    agent = phone.dial(AGENTS, caller="+479")
    caller.wait_for("talking")
    caller.hang_up()
    agent.wait_for("next please").wait_for("completed")
    control.settle()
    done = queue.to("/done/")[0]
    assert (done["DialCallStatus"], done["DialCallSid"], done["DialBridged"]) == ("completed", caller.sid, "true")
    assert queue.to("/after/")[0]["QueueResult"] == "bridged"


def test_a_caller_who_is_redirected_out_of_the_talk(phone: Phone, queue: Application, control, rest: Rest):
    queue.pages["/elsewhere/"] = document("<Say>Somewhere else</Say>")
    caller = phone.dial(NUMBER).wait_for("waiting")
    agent = phone.dial(AGENTS, caller="+479")
    caller.wait_for("talking")
    rest("POST", f"Calls/{caller.sid}.json", {"Url": f"{queue.url}/elsewhere/"})
    caller.wait_for("somewhere else")
    agent.wait_for("next please")
    control.settle()
    assert queue.to("/after/")[0]["QueueResult"] == "redirected-from-bridged"
    assert "Goodbye caller" not in caller.look().heard


def test_an_agent_waits_at_an_empty_queue(phone: Phone, queue: Application, control):
    phone.dial(NUMBER).wait_for("waiting").hang_up().wait_for("completed")  # the line exists now
    agent = phone.dial(AGENTS, caller="+479").wait_for("in-progress")
    caller = phone.dial(NUMBER)
    caller.wait_for("talking")
    agent.hang_up()


def test_an_empty_queue_is_no_answer_and_an_unknown_one_fails(phone: Phone, queue: Application, control):
    queue.pages["/agents/"] = document("<Dial action='/done/' timeout='5'><Queue>line</Queue></Dial>")
    phone.dial(AGENTS).wait_for("completed")
    phone.dial(NUMBER).wait_for("waiting").hang_up().wait_for("completed")
    phone.dial(AGENTS).wait_for("completed")
    assert [form["DialCallStatus"] for form in queue.to("/done/")] == ["failed", "no-answer"]


# --- SIP --------------------------------------------------------------------------------------------------


def test_a_sip_telephone_is_rung_with_its_headers(phone: Phone, application: Application, control):
    application.pages["/voice/"] = document(
        f"<Dial action='/done/'><Sip statusCallback='/leg/' statusCallbackEvent='ringing completed'>"
        f"{SIP}?x-hotline=water</Sip></Dial>"
    )
    with Handset(control, SIP) as handset:
        caller = phone.dial(NUMBER)
        assert handset.rings()["parameters"] == {"x-hotline": "water"}
        leg = handset.answer()
        caller.wait_for("talking").hang_up()
        leg.wait_for("completed")
    control.settle()
    assert [form["CallStatus"] for form in application.to("/leg/")] == ["ringing", "completed"]
    assert application.to("/leg/")[0]["To"] == SIP
    assert application.to("/done/")[0]["DialCallStatus"] == "completed"


def test_a_call_to_a_sip_address_by_rest(rest: Rest, application: Application, control):
    application.pages["/answered/"] = document("<Say>Hello PBX</Say>")
    with Handset(control, SIP) as handset:
        rest("POST", "Calls.json", calling(application, SIP))
        handset.answer().wait_for("hello pbx")


# --- Gather with speech -----------------------------------------------------------------------------------


def asking(more: str) -> str:
    return document(
        f"<Gather action='/got/' timeout='60' {more}><Say>What is it about?</Say></Gather>", "<Say>Nothing</Say>"
    )


def test_words_are_handed_over_with_how_sure_the_carrier_is(phone: Phone, application: Application):
    application.pages["/voice/"] = asking("input='speech' speechTimeout='auto' language='nb-NO'")
    phone.dial(NUMBER).tell("My bin was not emptied").wait_for("completed")
    form = application.to("/got/")[0]
    assert form["SpeechResult"] == "My bin was not emptied" and 0 < float(form["Confidence"]) <= 1
    assert "Digits" not in form


def test_sentences_are_one_result_until_the_caller_pauses(phone: Phone, application: Application):
    application.pages["/voice/"] = asking("input='speech' speechTimeout='20'")
    call = phone.dial(NUMBER).tell("Good morning")
    call.say("my water is brown").wait_for("completed")
    assert application.to("/got/")[0]["SpeechResult"] == "Good morning my water is brown"


@pytest.mark.parametrize("by", ["key", "words"])
def test_whichever_comes_first_counts(phone: Phone, application: Application, by: str):
    application.pages["/voice/"] = asking("input='dtmf speech' numDigits='1' speechTimeout='auto'")
    call = phone.dial(NUMBER)
    call.press("2") if by == "key" else call.tell("Two")
    call.wait_for("completed")
    form = application.to("/got/")[0]
    assert (form.get("Digits"), form.get("SpeechResult")) == (("2", None) if by == "key" else (None, "Two"))


def test_keys_are_not_heard_where_only_words_are(phone: Phone, application: Application):
    application.pages["/voice/"] = asking("input='speech' speechTimeout='auto'")
    call = phone.dial(NUMBER)
    call.wait(lambda: call.facts["listening_to_words"])
    assert not call.press_now("1")
    call.hang_up()


def test_confidence_may_be_missing_and_silence_falls_through(phone: Phone, application: Application, control):
    control.settings(speech_confidence=-1)
    try:
        application.pages["/voice/"] = asking("input='speech' speechTimeout='auto'")
        phone.dial(NUMBER).tell("Hello").wait_for("completed")
        assert "Confidence" not in application.to("/got/")[0]
    finally:
        control.settings(speech_confidence=0.93)
    application.pages["/voice/"] = document("<Gather input='speech' timeout='1' action='/got/'/>", "<Say>Nothing</Say>")
    phone.dial(NUMBER).wait_for("nothing")
    assert len(application.to("/got/")) == 1


# --- answering machines -----------------------------------------------------------------------------------

FOUND = [
    ("answer", "Enable", "human"),
    ("voicemail", "Enable", "machine_start"),
    ("voicemail", "DetectMessageEnd", "machine_end_beep"),
]


@pytest.mark.parametrize(("manner", "mode", "found"), FOUND)
def test_a_call_waits_until_the_carrier_knows_who_answered(
    rest: Rest, application: Application, control, manner: str, mode: str, found: str
):
    with Handset(control, "+4791000000", mode=manner):
        made = rest("POST", "Calls.json", calling(application, "+4791000000", MachineDetection=mode)).json()
        assert made["answered_by"] is None
        control.settle()
        _until(lambda: application.to("/answered/"))
    assert application.to("/answered/")[0]["AnsweredBy"] == found
    assert rest("GET", f"Calls/{made['sid']}.json").json()["answered_by"] == found


@pytest.mark.parametrize(("manner", "mode", "found"), FOUND)
def test_beside_the_call_the_finding_is_told_to_its_own_address(
    rest: Rest, application: Application, control, manner: str, mode: str, found: str
):
    application.pages["/answered/"] = document("<Pause length='60'/>")
    more = {"MachineDetection": mode, "AsyncAmd": "true", "AsyncAmdStatusCallback": f"{application.url}/amd/"}
    with Handset(control, "+4791000000", mode=manner):
        made = rest("POST", "Calls.json", calling(application, "+4791000000", **more)).json()
        _until(lambda: application.to("/amd/"))
        rest("POST", f"Calls/{made['sid']}.json", {"Status": "completed"})
    told = application.to("/amd/")[0]
    assert (told["CallSid"], told["AnsweredBy"], told["AccountSid"]) == (made["sid"], found, ACCOUNT_SID)
    assert int(told["MachineDetectionDuration"]) > 500
    assert "AnsweredBy" not in application.to("/answered/")[0]


def test_a_detection_that_takes_too_long_is_unknown(rest: Rest, application: Application, control):
    more = {"MachineDetection": "DetectMessageEnd", "MachineDetectionTimeout": "3"}
    with Handset(control, "+4791000000", mode="voicemail"):
        rest("POST", "Calls.json", calling(application, "+4791000000", **more))
        _until(lambda: application.to("/answered/"))
    assert application.to("/answered/")[0]["AnsweredBy"] == "unknown"


def test_a_dialled_number_tells_its_detection_beside_the_call(phone: Phone, application: Application, control):
    application.pages["/voice/"] = document(
        "<Dial><Number machineDetection='Enable' amdStatusCallback='/amd/' url='/whisper/'>+4791000000</Number></Dial>"
    )
    application.pages["/whisper/"] = document("<Pause length='60'/>")
    with Handset(control, "+4791000000", mode="voicemail"):
        call = phone.dial(NUMBER)
        _until(lambda: application.to("/amd/"))
        call.hang_up()
    assert application.to("/amd/")[0]["AnsweredBy"] == "machine_start"


# --- recordings -------------------------------------------------------------------------------------------


def test_a_recording_is_a_wav_file_as_long_as_it_says(phone: Phone, application: Application, control):
    application.pages["/voice/"] = document("<Record maxLength='7' action='/got/' playBeep='false'/>")
    phone.dial(NUMBER).wait_for("completed")
    told = application.to("/got/")[0]
    answer = requests.get(told["RecordingUrl"] + ".wav", auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=5)
    assert answer.headers["Content-Type"] == "audio/wav"
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert sound.getnchannels() == 1 and sound.getframerate() == 8000
        assert sound.getnframes() / sound.getframerate() == int(told["RecordingDuration"])


def _until(found) -> None:
    import time

    deadline = time.monotonic() + 15
    while not found():
        assert time.monotonic() < deadline, "it did not happen within 15 s"
        time.sleep(0.02)
