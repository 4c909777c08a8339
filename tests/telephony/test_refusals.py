"""What the carrier objects to is said in a sentence, with what to do about it (T35)."""

import json

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from telephony.twilio import refusals
from telephony.twilio.circuit import CircuitOpen
from tests.simulator.conftest import shared

DICTIONARY = shared("contracts", "twilio_error_codes_voice_2023.json")


def refused(status, code):
    return refusals.explain(TwilioRestException(status, "/Calls.json", "raw words of the carrier", code))


@pytest.mark.parametrize(
    ("status", "code", "says", "remedy"),
    [
        (401, 20003, "account and token", "TWILIO_AUTH_TOKEN"),
        (401, None, "account and token", "TWILIO_AUTH_TOKEN"),
        (403, 20005, "not active", "console"),
        (400, 21211, "this number", "+47"),
        (400, 21212, "does not belong", "page of the numbers"),
        (400, 21215, "that country", "geographic"),
        (400, 10004, "as many calls at once", "higher limit"),
        (400, 21202, "premium", "ordinary number"),
        (400, 21609, "our address", "PUBLIC_URL"),
        (400, 21422, "taken", "Search again"),
        (400, 21649, "papers", "compliance"),
        (429, 20429, "slow down", "minute"),
        (503, 20503, "fault of its own", "later"),
        (400, 99999, "99999", "docs/api/errors/99999"),
    ],
)
def test_an_error_of_the_carrier_is_a_sentence_and_a_remedy(status, code, says, remedy):
    why = refused(status, code)
    assert says in why.said
    assert remedy in why.remedy
    assert "raw words" not in str(why) and "Traceback" not in str(why)


@pytest.mark.parametrize(
    "error", [requests.ReadTimeout(), requests.ConnectionError(), OSError(), CircuitOpen("ReadTimeout")]
)
def test_silence_is_explained_too(error):
    why = refusals.explain(error)
    assert why.said.startswith("The telephone provider") and why.remedy


def test_a_circuit_opened_by_refused_credentials_names_them():
    assert "TWILIO_AUTH_TOKEN" in refusals.explain(CircuitOpen("401")).remedy


@pytest.mark.skipif(not DICTIONARY, reason="the carrier's dictionary is not beside this checkout (HOTLINE_SHARED)")
def test_every_number_in_the_table_is_one_of_the_carriers():
    codes = {entry["code"] for entry in json.loads(DICTIONARY.read_text())["errors"]}
    assert refusals.known() <= codes | {20404, 20429}
