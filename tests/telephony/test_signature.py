"""Only the carrier gets in: published vectors, the library's own verdict, and forged requests at every door."""

import json
import re

import pytest
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from calls.models import Call, CallEvent, Delivery
from telephony.twilio import signature
from tests.shared import shared
from tests.world import CarrierHand, hotline, inbound, number_of

NO_UUID = "00000000-0000-4000-8000-000000000000"


def vectors():
    read = json.loads(shared("contracts/signature_vectors.json").read_text())["vectors"]
    by_id = {each["id"]: each for each in read}
    for each in read:
        source = by_id[each["params_of"]] if "params_of" in each else each
        yield each, [tuple(pair) for pair in source.get("params", [])]


def test_the_published_vectors_hold():
    seen = 0
    for each, params in vectors():
        with override_settings(TWILIO_AUTH_TOKEN=each.get("token") or "12345", TWILIO_AUTH_TOKEN_SECONDARY=""):
            if "body" in each:
                digest = each["url"].rsplit("bodySHA256=", 1)[1]
                body = each["body"].encode()
                assert signature.genuine_json(each["url"], body, digest, each["signature"])
                assert not signature.genuine_json(each["url"], body + b" ", digest, each["signature"])
            else:
                assert signature.genuine(each["url"], params, each["signature"]), each["id"]
        seen += 1
    assert seen == 7


names = st.text(alphabet=st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=8)
urls = st.sampled_from(
    [
        "https://a.example/twilio/voice/", "https://a.example:443/v/?x=1", "http://a.example:8000/v/", "http://a.example/v/",
        "https://a.example:8443/v/?bodySHA=1&x=%C3%A6",
    ]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    urls, st.lists(st.tuples(names, names), max_size=6), st.sampled_from(["right", "other url", "other token", "cut"])
)
def test_our_verdict_is_the_librarys(url, pairs, kind):
    from django.http import QueryDict

    form = QueryDict(mutable=True)
    for name, value in pairs:
        form.appendlist(name, value)
    validator = RequestValidator("secret")
    given_signature = {
        "right": validator.compute_signature(url, form),
        "other url": validator.compute_signature(url + "x", form),
        "other token": RequestValidator("other").compute_signature(url, form),
        "cut": validator.compute_signature(url, form)[:-4],
    }[kind]
    with override_settings(TWILIO_AUTH_TOKEN="secret", TWILIO_AUTH_TOKEN_SECONDARY=""):
        ours = signature.genuine(url, pairs, given_signature)
    assert ours == validator.validate(url, form, given_signature)
    assert ours == (kind == "right")


def doors() -> list[str]:
    """Every webhook address, from the URL configuration itself."""
    found = []
    for entry in get_resolver("telephony.twilio.urls").url_patterns:
        assert isinstance(entry, URLPattern)
        route = re.sub("<int:[a-z_]+>", "1", re.sub("<uuid:[a-z_]+>", NO_UUID, str(entry.pattern)))
        found.append(f"/twilio/{route}")
    return found


def forged(path: str, form: dict[str, str]):
    """Twelve ways to pretend."""
    from urllib.parse import urlencode

    from django.conf import settings as ours

    url, token = ours.PUBLIC_URL + path, ours.TWILIO_AUTH_TOKEN
    right = signature.sign(url, form.items(), token)
    without = {name: value for name, value in form.items() if name != "From"}
    yield "none", None, urlencode(form)
    yield "empty", "", urlencode(form)
    yield "wrong", signature.sign(url, form.items(), "wrong"), urlencode(form)
    yield "truncated", right[:-2], urlencode(form)
    yield "not ascii", "ø" * 28, urlencode(form)
    yield "other url", signature.sign(url + "x", form.items(), token), urlencode(form)
    yield "other scheme", signature.sign(url.replace("http:", "https:"), form.items(), token), urlencode(form)
    yield "parameter added", right, urlencode(form | {"Digits": "1"})
    yield "parameter removed", right, urlencode(without)
    yield "parameter changed", right, urlencode(form | {"From": "+4790000000"})
    yield "url alone signed", signature.sign(url, [], token), urlencode(form)
    yield "empty token", signature.sign(url, form.items(), ""), urlencode(form)


@pytest.mark.django_db
def test_twelve_forged_forms_get_an_empty_403_at_every_door():
    client = Client()
    tried = 0
    for path in doors():
        for name, given_signature, body in forged(path, inbound("+4721000000")):
            headers = {} if given_signature is None else {"X-Twilio-Signature": given_signature}
            answer = client.generic(
                "POST", path, body, content_type="application/x-www-form-urlencoded", headers=headers
            )
            assert (answer.status_code, answer.content) == (403, b""), (path, name)
            tried += 1
    assert tried == 12 * len(doors()) >= 12 * 12
    assert not Call.objects.exists() and not CallEvent.objects.exists() and not Delivery.objects.exists()


@pytest.mark.django_db
def test_without_a_token_every_webhook_is_refused():
    carrier = CarrierHand()
    with override_settings(TWILIO_AUTH_TOKEN="", TWILIO_AUTH_TOKEN_SECONDARY=""):
        for path in doors():
            assert carrier.post(path, inbound("+4721000000")).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_tokens_are_accepted_while_one_replaces_the_other():
    line = hotline()
    carrier = CarrierHand()
    with override_settings(TWILIO_AUTH_TOKEN="old"):
        form = inbound(number_of(line))
        signed = signature.sign("http://testserver/twilio/voice/", form.items(), "old")
    from urllib.parse import urlencode

    def post():
        return carrier.client.generic(
            "POST", "/twilio/voice/", urlencode(form), content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signed},
        )  # fmt: skip

    with override_settings(TWILIO_AUTH_TOKEN="new", TWILIO_AUTH_TOKEN_SECONDARY="old"):
        assert post().status_code == 200
    with override_settings(TWILIO_AUTH_TOKEN="new", TWILIO_AUTH_TOKEN_SECONDARY=""):
        assert post().status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"CallSid": ""}, 400),
        ({"CallSid": "CA123"}, 400),
        ({"CallSid": "XX" + "0" * 32}, 400),
        ({"From": "+47\x00123"}, 400),
        ({f"Field{n}": "x" for n in range(250)}, 400),
        ({"From": "x" * 300_000}, 413),
    ],
)
def test_malformed_but_signed_requests_are_refused_in_words_of_http_never_500(change, status):
    form = inbound("+4721000000") | change
    assert CarrierHand().post("/twilio/voice/", form).status_code == status


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("status", ["", "exploded", "completed"])
@pytest.mark.parametrize("duration", ["", "-5", "abc", "99999999999", "12"])
def test_odd_statuses_and_durations_are_kept_and_break_nothing(status, duration):
    line = hotline()
    form = inbound(number_of(line)) | {"CallStatus": status, "CallDuration": duration}
    assert CarrierHand().post("/twilio/status/", form).status_code == 204
    assert Call.objects.get().carrier_seconds in (None, 12)
