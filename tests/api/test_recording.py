"""Pausing and resuming a recording through the REST API: the act of the desk's F7."""

import pytest
from django.utils import timezone

from calls.models import Consent, Instruction, Offer
from calls.recording import wanted
from lines.models import Hotline
from tests.api.conftest import signed
from tests.world import sid

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(ours):
    at = timezone.now()
    Hotline.objects.filter(pk=ours.hotline.pk).update(recording_mode="announce", recording_purpose="to learn")
    ours.call.state, ours.call.answered_at, ours.call.ended_at = "connected", at, None
    ours.call.operator, ours.call.operator_left_at, ours.call.outcome = ours.operator, None, ""
    ours.call.save()
    Offer.objects.create(
        call=ours.call, operator=ours.operator, device="browser", made_at=at, ring_until=at, accepted_at=at,
        state="accepted", leg_ref=sid(),
    )  # fmt: skip
    Consent.objects.create(call=ours.call, hotline=ours.hotline, mode="announce", answer="agreed", answered_at=at)
    return f"/api/v1/calls/{ours.call.pk}/recording/"


def test_the_operator_in_the_call_pauses_and_resumes(ours, talk):
    kari = signed(ours.operator.user)
    for act, standing in [("pause", "paused"), ("pause", "paused"), ("resume", "recording")]:
        answer = kari.post(f"{talk}{act}/")
        assert (answer.status_code, answer.json()["wanted"]) == (202, standing)
    ours.call.refresh_from_db()
    assert Instruction.objects.filter(kind="record").count() == 2
    assert wanted(ours.call) == "recording"


def test_nobody_else_does_and_what_is_not_recorded_is_refused(ours, theirs, talk):
    assert signed(ours.supervisor).post(f"{talk}pause/").status_code == 403
    assert signed(theirs.operator.user).post(f"{talk}pause/").status_code == 404
    Consent.objects.update(answer="refused")
    answer = signed(ours.operator.user).post(f"{talk}pause/")
    assert (answer.status_code, answer.json()["detail"]) == (409, "This call is not recorded.")
