"""The guided first call: each hint follows from what has happened, for this person and since they began."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from calls.models import Call, Note
from operators.models import Operator, Presence
from telephony import guide
from tests.people import make_hotline, make_operator, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def kari(settings) -> Operator:
    settings.DEMO, settings.SIMULATOR_URL = True, "http://127.0.0.1:1"
    operator = make_operator(make_hotline())
    operator.user.last_login = timezone.now() - timedelta(minutes=1)
    operator.user.save()
    return operator


def hint(operator: Operator) -> str:
    shown = guide.standing(operator.user)
    return str(shown.step.name if shown and shown.step else shown and "done")


def call_of(whose: Operator, **facts) -> Call:
    at = timezone.now()
    hotline = whose.hotlines.get()
    return Call.objects.create(carrier_ref=f"CA{Call.objects.count():032}", hotline=hotline, arrived_at=at, **facts)


def answered(operator: Operator, **facts) -> Call:
    facts = {"state": Call.State.CONNECTED, "operator": operator, "answered_at": timezone.now(), **facts}
    return call_of(operator, **facts)


def at_work(operator: Operator) -> Operator:
    Operator.objects.filter(pk=operator.pk).update(state=Presence.READY)
    return operator


def test_each_fact_leads_to_the_next_hint(kari: Operator) -> None:
    assert hint(kari) == "ready"
    at_work(kari)
    assert hint(kari) == "call"
    call = call_of(kari)
    assert hint(kari) == "answer"
    Call.objects.filter(pk=call.pk).update(state="connected", operator=kari, answered_at=timezone.now())
    assert hint(kari) == "talk"
    note = Note.objects.create(call=call, operator=kari)
    Call.objects.filter(pk=call.pk).update(state="ended", ended_at=timezone.now())
    assert hint(kari) == "note"
    Note.objects.filter(pk=note.pk).update(saved_at=timezone.now())
    assert hint(kari) == "register"
    assert guide.look_up(kari.user, at=timezone.now()) == call
    assert hint(kari) == "done"


def test_whoever_is_not_ready_any_more_is_sent_back(kari: Operator) -> None:
    call_of(at_work(kari))
    Operator.objects.filter(pk=kari.pk).update(state=Presence.MISSED)
    assert hint(kari) == "ready"


def test_calls_of_other_hotlines_and_of_before_do_not_count(kari: Operator) -> None:
    at_work(kari)
    call_of(make_operator(make_hotline()))
    old = answered(kari)
    Call.objects.filter(pk=old.pk).update(arrived_at=timezone.now() - timedelta(days=1))
    assert hint(kari) == "call"


def test_outside_the_demonstration_it_is_shown_only_when_asked_for(kari: Operator, settings) -> None:
    settings.DEMO = False
    assert guide.standing(kari.user) is None
    guide.start(kari.user, at=timezone.now())
    assert hint(kari) == "ready"


def test_a_closed_guide_stays_closed_until_it_is_begun_again(kari: Operator) -> None:
    at_work(kari)
    answered(kari)
    guide.close(kari.user, at=timezone.now())
    assert guide.standing(kari.user) is None
    assert guide.offered(kari.user)
    guide.start(kari.user, at=timezone.now())
    assert hint(kari) == "call"


def test_people_who_answer_no_calls_are_not_guided(settings) -> None:
    settings.DEMO = True
    assert guide.standing(make_user("supervisor")) is None


def test_the_card_costs_the_same_however_many_calls_there_are(kari: Operator, django_assert_max_num_queries) -> None:
    at_work(kari)
    for _ in range(20):
        call_of(make_operator(kari.hotlines.get()))
    with django_assert_max_num_queries(4):
        guide.standing(kari.user)


def test_the_desk_carries_the_card_and_closing_it_takes_it_away(client: Client, kari: Operator) -> None:
    client.force_login(kari.user)
    assert "1 of 6" in client.get(reverse("desk:desk")).content.decode()
    assert "1 of 6" in client.get(reverse("telephony:telephones")).content.decode()
    assert client.get(reverse("telephony:guide_close")).status_code == 405
    assert client.post(reverse("telephony:guide_close")).content == b""
    assert 'id="guide"' not in client.get(reverse("desk:desk")).content.decode()
    page = client.post(reverse("telephony:guide_start"), follow=True).content.decode()
    assert "1 of 6" in page and "Calls ring only where somebody is ready" in page


def test_without_a_simulator_there_is_no_card(client: Client, kari: Operator, settings) -> None:
    settings.SIMULATOR_URL = ""
    client.force_login(kari.user)
    assert 'id="guide"' not in client.get(reverse("desk:desk")).content.decode()


def test_the_last_step_opens_the_call_itself(client: Client, kari: Operator) -> None:
    client.force_login(kari.user)
    assert client.post(reverse("telephony:guide_register"))["Location"] == reverse("calls:register")
    call = answered(at_work(kari))
    assert client.post(reverse("telephony:guide_register"))["Location"] == reverse("calls:call", args=[call.pk])
