"""A call rings at everybody and a colleague is faster: what the desk says of it, and for how long."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Offer
from operators import presence
from tests.desk.caller import Caller
from tests.world import hotline, operator

pytestmark = pytest.mark.django_db(transaction=True)


def now(client):
    answer = client.get("/desk/now/", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def line():
    return hotline("Faults line", rings_all=True)


@pytest.fixture
def kari(line, client):
    made = operator(line, display_name="Kari", at=timezone.now())
    client.force_login(made.user)
    return made


def test_the_desk_says_who_has_the_call_for_a_moment(client, line, kari):
    ola = operator(line, display_name="Ola", at=timezone.now())
    caller = Caller(line)
    assert 'id="ring"' in now(client)
    offer = Offer.objects.get(call=caller.call, operator=ola)
    caller.carrier.post(f"/twilio/operator/{offer.pk}/", caller.leg)
    page = now(client)
    assert "Taken by Ola." in page and 'id="ring"' not in page and "The next call rings here." in page
    assert "You missed a call" not in page
    back = presence.at_desk(pk=kari.pk)
    assert presence.lost_to(back, at=back.state_since) == "Ola"
    assert presence.lost_to(back, at=back.state_since + timedelta(seconds=presence.TOLD_SECONDS + 1)) == ""


def test_nobody_took_a_call_whose_caller_hung_up(client, line, kari):
    caller = Caller(line)
    caller.hung_up()
    assert "Taken by" not in now(client)
