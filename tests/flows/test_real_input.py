"""The request as a real carrier sends it, posted to a running system; and twelve ways to pretend."""

import json

import requests
from django.conf import settings

from calls.models import Call
from telephony.simulator.lint import Vocabulary
from telephony.twilio import signature
from tests.system import AUTH_TOKEN, ROOT
from tests.telephony.test_signature import forged
from tests.world import inbound, number_of

VOCABULARY = Vocabulary(json.loads((ROOT / "tests" / "contracts" / "twiml_vocabulary.json").read_text()))


def test_the_27_parameters_of_a_real_request_are_answered_and_logged(system, line):
    form = inbound(number_of(line))
    assert len(form) == 27
    signed = signature.sign(f"{system.url}/twilio/voice/", form.items(), AUTH_TOKEN)
    answer = requests.post(
        f"{system.url}/twilio/voice/",
        form,
        headers={"X-Twilio-Signature": signed, "User-Agent": "TwilioProxy/1.1"},
        timeout=5,
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert VOCABULARY.problems(answer.content) == []
    call = Call.objects.get(carrier_ref=form["CallSid"])
    assert (call.hotline, call.caller_number) == (line, form["From"])
    status = form | {"CallStatus": "completed", "CallDuration": "1"}
    signed = signature.sign(f"{system.url}/twilio/status/", status.items(), AUTH_TOKEN)
    requests.post(f"{system.url}/twilio/status/", status, headers={"X-Twilio-Signature": signed}, timeout=5)
    call.delete()  # the carrier of this system never made it


def test_twelve_forged_forms_of_it_are_refused(system, line, monkeypatch):
    monkeypatch.setattr(settings, "PUBLIC_URL", system.url)
    monkeypatch.setattr(settings, "TWILIO_AUTH_TOKEN", AUTH_TOKEN)
    form = inbound(number_of(line))
    tried = 0
    for name, given, body in forged("/twilio/voice/", form):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        headers |= {} if given is None else {"X-Twilio-Signature": given.encode()}
        answer = requests.post(f"{system.url}/twilio/voice/", body, headers=headers, timeout=5)
        assert (answer.status_code, answer.content) == (403, b""), name
        tried += 1
    assert tried == 12 and not Call.objects.filter(carrier_ref=form["CallSid"]).exists()
