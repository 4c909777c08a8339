"""What a supervisor tells an operator from the board, and which hotlines they let somebody answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hotline.core.models import AuditEntry
from operators.models import Message
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    return world.hotline("Faults line")


@pytest.fixture
def kari(line):
    return world.operator(line, display_name="Kari", at=timezone.now())


@pytest.fixture
def boss(client, line):
    made = world.supervisor_of(line)
    client.force_login(made)
    return made


def at_the_desk(client, operator):
    client.force_login(operator.user)
    return client.get("/desk/now/").content.decode()


def tell(client, operator, text):
    return client.post(f"/board/people/{operator.pk}/message/", {"text": text})


def test_a_message_stands_at_the_desk_until_it_is_read(client, kari, boss):
    assert "Kari has" in tell(client, kari, "Please take\n your break at 12:30").content.decode()
    assert "Please take your break at 12:30" in at_the_desk(client, kari)
    told = Message.objects.get()
    assert (told.by, told.read_at) == (boss, None)
    after = client.post(f"/desk/messages/{told.pk}/read/").content.decode()
    assert "break at 12:30" not in after
    assert Message.objects.get().read_at is not None
    assert "break at 12:30" not in at_the_desk(client, kari)


def test_it_is_told_whether_a_desk_is_there_to_see_it(client, kari, boss):
    type(kari).objects.filter(pk=kari.pk).update(desk_seen_at=timezone.now())
    assert "Kari has your message." in tell(client, kari, "Hello").content.decode()
    type(kari).objects.filter(pk=kari.pk).update(desk_seen_at=timezone.now() - timedelta(minutes=5))
    assert "no desk open" in tell(client, kari, "Hello").content.decode()


def test_what_is_empty_or_too_long_is_refused_and_what_was_typed_stays(client, kari, boss):
    assert "Write the message first." in tell(client, kari, " \n").content.decode()
    answer = tell(client, kari, "a" * 201).content.decode()
    assert "at most 200 letters; this has 201" in answer
    assert "a" * 201 in answer
    assert not Message.objects.exists()


def test_nobody_reads_or_writes_for_others(client, kari, line, boss):
    tell(client, kari, "For Kari alone")
    ola = world.operator(line, display_name="Ola", at=timezone.now())
    assert "For Kari alone" not in at_the_desk(client, ola)
    assert client.post(f"/desk/messages/{Message.objects.get().pk}/read/").status_code == 404
    assert Message.objects.get().read_at is None
    assert tell(client, kari, "From a colleague").status_code == 403
    stranger = world.operator(world.hotline("Other line"), at=timezone.now())
    client.force_login(boss)
    assert tell(client, stranger, "From a stranger").status_code == 404


def test_the_audit_keeps_that_it_was_sent_and_not_what_it_said(client, kari, boss):
    tell(client, kari, "Your mother called")
    entry = AuditEntry.objects.get(verb="operator.message")
    assert entry.subject == f"operator {kari.pk}"
    assert "mother" not in str(vars(entry))


def test_messages_of_a_month_ago_are_gone(client, kari, boss):
    Message.objects.create(operator=kari, text="Old", sent_at=timezone.now() - timedelta(days=31))
    tell(client, kari, "New")
    assert list(Message.objects.values_list("text", flat=True)) == ["New"]


def test_a_supervisor_lets_somebody_answer_another_of_their_hotlines_and_takes_it_back(client, kari, line, boss):
    water, foreign = world.hotline("Water line"), world.hotline("Foreign line")
    boss.hotlines.add(water)
    kari.hotlines.add(foreign)
    sheet = client.get(f"/board/people/{kari.pk}/").content.decode()
    assert "Water line" in sheet
    assert "Foreign line" not in sheet
    answer = client.post(f"/board/people/{kari.pk}/lines/", {"line": [water.pk]}).content.decode()
    assert set(kari.hotlines.all()) == {water, foreign}  # what others decide is not touched
    assert "Kari answers Water line now." in answer
    assert "Foreign line" not in answer
    assert "Undo" in answer
    client.post(f"/board/people/{kari.pk}/lines/", {"line": [line.pk, foreign.pk]})
    assert set(kari.hotlines.all()) == {line, foreign}
    assert AuditEntry.objects.filter(verb="operator.changed").count() == 2


def test_a_hotline_that_is_not_offered_because_it_is_not_in_use_is_not_taken_away(client, kari, line, boss):
    resting, water = world.hotline("Resting line", active=False), world.hotline("Water line")
    boss.hotlines.add(resting, water)
    kari.hotlines.add(resting)
    client.post(f"/board/people/{kari.pk}/lines/", {"line": [water.pk]})
    assert set(kari.hotlines.all()) == {resting, water}


def test_somebody_may_be_left_with_nothing_to_answer(client, kari, line, boss):
    answer = client.post(f"/board/people/{kari.pk}/lines/", {}).content.decode()
    assert "Kari answers none of your hotlines now." in answer
    assert not kari.hotlines.exists()
