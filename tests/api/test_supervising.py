"""Supervising through the REST API."""

import pytest
from django.utils import timezone

from calls.models import Attendance, CallForHelp, Offer
from operators.models import Operator
from tests.api.conftest import signed
from tests.world import sid

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(ours):
    at = timezone.now()
    ours.call.state, ours.call.answered_at, ours.call.ended_at = "connected", at, None
    ours.call.operator, ours.call.operator_left_at, ours.call.outcome = ours.operator, None, ""
    ours.call.save()
    Operator.objects.filter(pk=ours.operator.pk).update(state="on_call")
    Offer.objects.create(
        call=ours.call, operator=ours.operator, device="browser", made_at=at, ring_until=at, accepted_at=at,
        state="accepted", leg_ref=sid(),
    )  # fmt: skip
    return f"/api/v1/calls/{ours.call.pk}/"


def test_a_supervisor_listens_whispers_and_leaves(ours, talk):
    boss = signed(ours.supervisor)
    answer = boss.post(talk + "listen/", {"way": "listen"}, format="json")
    assert answer.status_code == 202
    assert (answer.json()["way"], answer.json()["telephone"]) == ("listen", f"client:user_{ours.supervisor.pk}")
    assert boss.post(talk + "listen/", {"way": "whisper"}, format="json").json()["way"] == "whisper"
    assert Attendance.objects.get().way == "whisper"
    assert boss.post(talk + "listen/stop/").status_code == 200
    assert boss.post(talk + "listen/stop/").status_code == 409
    assert boss.post(talk + "listen/", {"way": "shout"}, format="json").status_code == 400


def test_a_supervisor_takes_over_and_a_second_one_is_refused(ours, talk):
    assert signed(ours.supervisor).post(talk + "take-over/").json()["way"] == "take_over"
    from tests.people import make_user

    other = signed(make_user("supervisor", ours.hotline))
    refused = other.post(talk + "take-over/")
    assert refused.status_code == 409 and "taking this call over already" in refused.json()["detail"]


def test_an_operator_may_not_listen_but_may_ask_for_help(ours, talk):
    mine = signed(ours.operator.user)
    for act in ("listen/", "take-over/"):
        assert mine.post(talk + act).status_code == 403
    assert mine.post(talk + "listen/stop/").status_code == 409
    assert mine.post(talk + "help/").status_code == 202
    assert CallForHelp.objects.get().operator == ours.operator
