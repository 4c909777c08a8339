"""Hearing a caller's message: whoever may see the call hears it, nobody else, and nothing else is ever fetched."""

import pytest
from django.urls import reverse
from django.utils import timezone

from calls.models import Call, Voicemail
from hotline.core.models import AuditEntry
from operators.models import User
from telephony.simulator.recordings import tone
from tests import world
from tests.simulator.application import Application

pytestmark = pytest.mark.django_db
REF = "RE" + "a" * 32
MEDIA = f"/2010-04-01/Accounts/AC{'0' * 32}/Recordings/{REF}"


@pytest.fixture
def carrier(settings):
    application = Application()
    settings.TWILIO_API_URL = application.url
    settings.TWILIO_ACCOUNT_SID = "AC" + "0" * 32
    yield application
    application.close()


@pytest.fixture
def message():
    line = world.hotline()
    call = Call.objects.create(carrier_ref=world.sid(), hotline=line, arrived_at=timezone.now(), state="ended")
    # The address in the webhook is kept as it came and never asked.
    Voicemail.objects.create(
        call=call, recording_ref=REF, url="http://127.0.0.1:1/elsewhere", seconds=2, left_at=timezone.now()
    )
    return call


def person(*lines, role=User.Role.OPERATOR):
    made = User.objects.create(username=f"u{User.objects.count()}", role=role)
    made.hotlines.set(lines)
    return made


def listen(client, call, user):
    client.force_login(user)
    return client.get(reverse("telephony:voicemail", args=[call.pk]))


def test_whoever_serves_the_hotline_hears_the_message_and_that_is_remembered(client, carrier, message):
    carrier.pages[MEDIA] = (200, "audio/x-wav", tone(2))
    listener = person(message.hotline)
    answer = listen(client, message, listener)
    assert (answer.status_code, answer["Content-Type"]) == (200, "audio/x-wav")
    assert b"".join(answer.streaming_content) == tone(2)
    assert carrier.requests[0]["headers"]["Authorization"].startswith("Basic ")
    entry = AuditEntry.objects.get(verb="voicemail.heard")
    assert (entry.by, entry.subject) == (listener, f"call {message.pk}")


def test_people_of_other_hotlines_find_nothing(client, carrier, message):
    assert listen(client, message, person(world.hotline())).status_code == 404
    assert carrier.requests == [] and not AuditEntry.objects.filter(verb="voicemail.heard").exists()


@pytest.mark.parametrize(
    "page",
    [
        (404, "application/json", "{}"),
        (500, "text/plain", "down"),
        (200, "text/html", "<script>alert(1)</script>"),
        (302, "text/plain", "http://169.254.169.254/latest/meta-data/"),
        (302, "text/plain", "https://example.org/a.wav"),
        (302, "text/plain", "https://api.twilio.com.example.org/a.wav"),
        (302, "text/plain", "file:///etc/passwd"),
    ],
    ids=["gone", "down", "no sound", "metadata", "elsewhere", "look-alike", "file"],
)
def test_what_is_no_sound_of_the_carrier_is_not_passed_on(client, carrier, message, page):
    carrier.pages[MEDIA] = page
    answer = listen(client, message, person(message.hotline))
    assert answer.status_code == 502
    assert "does not give this message" in answer.content.decode()
    assert len(carrier.requests) == 1


def test_a_carrier_that_does_not_answer_is_not_waited_for(client, settings, message):
    settings.TWILIO_API_URL = "http://127.0.0.1:1"
    assert listen(client, message, person(message.hotline)).status_code == 502


def test_a_name_that_is_no_recording_is_not_asked_for(client, carrier, message):
    Voicemail.objects.update(recording_ref="../Calls")
    assert listen(client, message, person(message.hotline)).status_code == 502
    assert carrier.requests == []
