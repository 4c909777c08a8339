"""The recording at the desk: how it stands, who may pause it, and that it is said only when it is so."""

import pytest
from django.urls import reverse
from django.utils import timezone

from calls.models import Call, CallEvent, Consent, Instruction, Offer, Recording
from calls.recording import wanted
from calls.services import take_consent
from tests.desk.caller import Caller
from tests.world import hotline, operator, sid

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def line():
    return hotline(recording_mode="announce", recording_purpose="to learn", wrap_up_seconds=30)


@pytest.fixture
def kari(line, client):
    made = operator(line, display_name="Kari", at=timezone.now())
    client.force_login(made.user)
    return made


def talking(line, kari, answer="agreed", state=None):
    """A call that Kari has, with the caller's answer and the recording as the carrier said last."""
    at = timezone.now()
    call = Call.objects.create(
        carrier_ref=sid(), hotline=line, arrived_at=at, queued_at=at, answered_at=at, operator=kari, state="connected"
    )
    Offer.objects.create(
        call=call, operator=kari, state="accepted", device="browser", made_at=at, ring_until=at, accepted_at=at
    )
    Consent.objects.create(call=call, hotline=line, mode=line.recording_mode, answer=answer, answered_at=at)
    if state:
        Recording.objects.create(
            call=call, recording_ref=sid("RE"), conference_ref="CF", state=state, started_at=at, keep_until=at
        )
    return call


def shown(client):
    answer = client.get("/desk/now/", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def wish(client, call, what):
    return client.post(reverse("desk:recording", args=[call.pk]), {"wish": what}, headers={"HX-Request": "true"})


@pytest.mark.parametrize(
    ("answer", "state", "words", "buttons"),
    [
        ("agreed", "recording", ">Recording<", True),
        ("agreed", None, "Recording begins", True),
        ("refused", None, "the caller does not want it", False),
        ("agreed", "paused", ">Recording<", True),  # somebody let it go on, and the carrier has not said so yet
    ],
)
def test_the_desk_says_how_recording_stands(client, line, kari, answer, state, words, buttons):
    talking(line, kari, answer, state)
    page = shown(client)
    assert words in page and ("rec-toggle" in page) is buttons


def test_not_recording_is_said_only_when_the_carrier_has_done_it(client, line, kari):
    call = talking(line, kari, state="recording")
    assert "Still recording" in wish(client, call, "pause").content.decode()
    assert Instruction.objects.get(call=call).kind == "record"
    Recording.objects.update(state="paused")
    page = shown(client)
    assert "Not recording" in page and "Record again" in page
    wish(client, call, "resume")
    Recording.objects.update(state="recording")
    assert ">Recording<" in shown(client)
    wish(client, call, "stop")
    Recording.objects.update(state="stopped")
    page = shown(client)
    assert "Not recording" in page and "rec-toggle" not in page
    said = CallEvent.objects.filter(call=call, kind="recording").order_by("id")
    assert [each.data["what"] for each in said] == ["paused", "resumed", "stopped"]


def test_pausing_twice_is_one_pause(client, line, kari):
    call = talking(line, kari, state="recording")
    wish(client, call, "pause")
    wish(client, call, "pause")
    assert CallEvent.objects.filter(call=call, kind="recording").count() == 1


def test_only_whoever_has_the_caller_pauses_it(client, line, kari):
    call = talking(line, operator(line, at=timezone.now()), state="recording")
    assert wish(client, call, "pause").status_code == 404
    assert Consent.objects.get(call=call).paused_at is None


def test_a_call_that_is_not_recorded_cannot_be_paused(client, line, kari):
    call = talking(line, kari, "refused")
    assert "This call is not recorded." in wish(client, call, "pause").content.decode()


def test_a_hotline_that_does_not_record_shows_nothing(client):
    plain = hotline()
    ola = operator(plain, at=timezone.now())
    client.force_login(ola.user)
    Caller(plain).answered()
    page = shown(client)
    assert "rec-state" not in page and "ecording" not in page.replace("call-recording", "").replace(
        "desk:recording", ""
    )


def test_a_late_refusal_stops_the_recording(line, kari):
    call = talking(line, kari, state="recording")
    take_consent(call.pk, digits="9", at=timezone.now())
    assert wanted(Call.objects.select_related("hotline").get(pk=call.pk)) == "stopped"
