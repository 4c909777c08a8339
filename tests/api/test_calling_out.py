"""Calling out through the API: by whom, to whom, and what the answer says."""

import pytest
from django.utils import timezone

from calls.models import Call
from knowledge.models import Contact
from operators import presence
from tests.api.conftest import signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(ours):
    presence.choose(ours.operator.pk, "ready", at=timezone.now(), by=ours.operator.user)
    return ours


def test_a_contact_or_a_calls_caller_is_called_by_the_tokens_operator(ready):
    contact = Contact.objects.create(hotline=ready.hotline, name="Printer", phone="+4740000061")
    client = signed(ready.operator.user)
    answer = client.post("/api/v1/calls/", {"to": f"contact:{contact.pk}"})
    assert (answer.status_code, answer.json()["state"]) == (201, "arrived")
    row = client.get(f"/api/v1/calls/{answer.json()['id']}/").json()
    assert (row["direction"], row["number"], row["caller"]) == ("outgoing", "+4721000001", "+47••••••61")
    again = client.post("/api/v1/calls/", {"to": str(ready.call.pk)})
    assert again.status_code == 409 and "call in hand" in again.json()["detail"]


def test_strangers_and_people_without_a_telephone_call_nobody(ready, theirs):
    assert signed(None).post("/api/v1/calls/", {"to": "contact:1"}).status_code == 401
    assert signed(ready.supervisor).post("/api/v1/calls/", {"to": str(ready.call.pk)}).status_code == 403
    client = signed(ready.operator.user)
    assert client.post("/api/v1/calls/", {}).status_code == 400
    for to in (str(theirs.call.pk), "contact:1", "+4740000061"):
        assert client.post("/api/v1/calls/", {"to": to}).status_code == 409
    typed = client.post("/api/v1/calls/", {"to": "+4740000061", "hotline": theirs.hotline.slug})
    assert typed.status_code == 409 and "which hotline" in typed.json()["detail"]
    assert not Call.objects.filter(direction="outgoing").exists()
