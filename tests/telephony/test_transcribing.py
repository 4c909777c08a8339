"""Messages written down: by the address that is set and nobody else, never a card's number, and tried again when down."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from calls.models import Call, Voicemail
from telephony import transcribing
from telephony.simulator.recordings import tone
from tests.simulator.application import Application
from tests.telephony.test_voicemail import MEDIA, message, person  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
LISTENS = "/v1/audio/transcriptions"


@pytest.fixture
def house(settings):
    """The carrier and the speech recogniser, by path."""
    application = Application({MEDIA: (200, "audio/x-wav", tone(2))})
    settings.TWILIO_API_URL = application.url
    settings.TWILIO_ACCOUNT_SID = "AC" + "0" * 32
    settings.TRANSCRIBER_URL = application.url + LISTENS
    settings.TRANSCRIBER_KEY = "secret"
    yield application
    application.close()


def says(application, text):
    application.pages[LISTENS] = (200, "application/json", json.dumps({"text": text}))


def asked(application):
    return [each for each in application.requests if each["path"] == LISTENS]


def test_a_message_is_written_down_once_and_read_on_the_page_of_its_call(client, house, message):  # noqa: F811
    says(house, " Please call me\n back. ")
    assert transcribing.write_down(timezone.now()) == transcribing.Written(1, 1)
    assert transcribing.write_down(timezone.now()) == transcribing.Written()
    (request,) = asked(house)
    assert request["headers"]["Authorization"] == "Bearer secret"
    assert request["headers"]["Content-Type"].startswith("multipart/form-data")
    assert Voicemail.objects.get().text == "Please call me back."
    client.force_login(person(message.hotline))
    shown = client.get(reverse("calls:call", args=[message.pk])).content.decode()
    assert "Please call me back." in shown and "Listen before you rely on it." in shown


def test_without_an_address_nothing_is_sent_anywhere(house, settings, message):  # noqa: F811
    settings.TRANSCRIBER_URL = ""
    assert transcribing.write_down(timezone.now()) == transcribing.Written()
    assert house.requests == [] and Voicemail.objects.get().text_tries == 0


def test_the_number_of_a_card_is_not_kept(client, house, message):  # noqa: F811
    says(house, "My card is 4111 1111 1111 1111, thanks.")
    transcribing.write_down(timezone.now())
    kept = Voicemail.objects.get()
    assert (kept.text, kept.text_held_card) == ("", True)
    client.force_login(person(message.hotline))
    assert "was not kept" in client.get(reverse("calls:call", args=[message.pk])).content.decode()


@pytest.mark.parametrize(
    "page",
    [(500, "text/plain", "down"), (200, "application/json", "[1]"), (200, "application/json", '{"text": 3}'),
     (302, "text/plain", "http://169.254.169.254/")],
    ids=["down", "no object", "no text", "elsewhere"],
)  # fmt: skip
def test_what_does_not_work_is_tried_five_times_waiting_longer_each_time(house, message, page):  # noqa: F811
    house.pages[LISTENS] = page
    at = timezone.now()
    minutes = []
    for minute in range(60):
        if transcribing.write_down(at + timedelta(minutes=minute)).asked:
            minutes.append(minute)
            Voicemail.objects.update(text_tried_at=at + timedelta(minutes=minute) - timedelta(seconds=1))
    assert minutes == [0, 1, 5, 14, 30] and len(asked(house)) == 5
    assert Voicemail.objects.get().text_at is None


def test_old_messages_and_those_of_test_calls_are_left_alone(house, message):  # noqa: F811
    says(house, "Hello.")
    Voicemail.objects.update(left_at=timezone.now() - timedelta(days=8))
    assert transcribing.write_down(timezone.now()).asked == 0
    Voicemail.objects.update(left_at=timezone.now())
    Call.objects.update(training=True)
    assert transcribing.write_down(timezone.now()).asked == 0
    assert not asked(house)
