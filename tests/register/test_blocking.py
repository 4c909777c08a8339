"""The pages of the block list: from a call, by a typed number, what operators reported, and who may see what."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.blocking import LONGEST, block
from calls.lifecycle import Refused
from calls.models import Caller, Note
from hotline.core.models import AuditEntry
from tests.analytics.calls import make_call
from tests.people import make_hotline, make_operator, make_user

NUMBER = "+4799915678"
pytestmark = pytest.mark.django_db


@pytest.fixture
def call(hotline):
    return make_call(hotline, timezone.now() - timedelta(hours=2), talk=20, caller_number=NUMBER, caller_kind="number")


def text_of(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_supervisor_blocks_the_caller_of_a_call_and_lifts_the_block(client, supervisor, call):
    assert "Block caller…" in text_of(client.get(f"/calls/{call.pk}/"))
    answer = client.post(f"/calls/{call.pk}/block/", {"length": "week", "reason": "Shouts every night."}, follow=True)
    page = text_of(answer)
    assert "is blocked from the next call on" in page and "Shouts every night." in page
    caller = Caller.objects.get(number=NUMBER)
    assert timedelta(days=6, hours=23) < caller.blocked_until - timezone.now() <= timedelta(days=7)
    assert (caller.blocked_by, caller.blocked_reason) == (supervisor, "Shouts every night.")
    listed = text_of(client.get("/calls/blocked/"))
    assert "Shouts every night." in listed and str(supervisor) in listed
    assert NUMBER not in listed + page and "+47••••••••78"[:3] in listed
    assert "Lift the block" in text_of(client.get(f"/calls/{call.pk}/drawer/"))
    client.post(f"/calls/blocked/{caller.pk}/lift/", {"call": call.pk})
    caller.refresh_from_db()
    assert caller.blocked_until <= timezone.now()
    told = list(AuditEntry.objects.filter(subject=f"caller {caller.pk}").values_list("verb", flat=True))
    assert sorted(told) == ["caller.blocked", "caller.unblocked"]
    history = text_of(client.get("/calls/blocked/"))
    assert "block lifted" in history and "Shouts every night." in history


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"length": "week", "reason": ""}, "This field is required"),
        ({"length": "date", "reason": "Robot."}, "Say the last day"),
        ({"length": "date", "until": "2020-01-01", "reason": "Robot."}, "within a year"),
        ({"length": "date", "until": "2099-01-01", "reason": "Robot."}, "within a year"),
        ({"length": "ever", "reason": "Robot."}, "not one of the available choices"),
    ],
)
def test_a_block_has_an_end_and_a_reason(client, supervisor, call, given, said):
    assert said in text_of(client.post(f"/calls/{call.pk}/block/", given))
    assert not Caller.objects.exclude(blocked_until=None).exists()


def test_a_block_until_a_date_lasts_to_the_end_of_that_day_in_the_hotlines_zone(client, supervisor, call):
    day = (timezone.now() + timedelta(days=5)).date()
    client.post(f"/calls/{call.pk}/block/", {"length": "date", "until": day.isoformat(), "reason": "Robot."})
    ends = Caller.objects.get().blocked_until.astimezone(call.hotline.zone)
    assert (ends.date(), ends.hour) == (day + timedelta(days=1), 0)


def test_a_number_can_be_typed(client, supervisor):
    assert "is not a telephone number" in text_of(
        client.post("/calls/blocked/", {"number": "nobody", "length": "day", "reason": "Robot."})
    )
    client.post("/calls/blocked/", {"number": "+47 99 91 56 78", "length": "day", "reason": "Robot."})
    assert Caller.objects.get(number=NUMBER).blocked_until


def test_a_caller_without_a_number_cannot_be_blocked(client, supervisor, hotline):
    call = make_call(hotline, timezone.now(), caller_number="", caller_kind="withheld")
    assert "Block caller…" not in text_of(client.get(f"/calls/{call.pk}/"))
    answer = client.post(f"/calls/{call.pk}/block/", {"length": "day", "reason": "Robot."})
    assert "Withheld callers cannot be blocked" in text_of(answer)
    assert not Caller.objects.exists()


def test_what_operators_note_as_prank_or_silent_is_proposed(client, supervisor, hotline, call):
    Note.objects.create(call=call, outcome="prank", saved_at=timezone.now())
    other = make_call(make_hotline(), timezone.now(), caller_number="+4799915679", caller_kind="number")
    Note.objects.create(call=other, outcome="silent", saved_at=timezone.now())
    page = text_of(client.get("/calls/blocked/"))
    assert "noted once" in page and f"/calls/{call.pk}/block/" in page
    assert str(other.pk) not in page
    client.post(f"/calls/{call.pk}/block/", {"length": "day", "reason": "Robot."})
    assert "noted once" not in text_of(client.get("/calls/blocked/"))


def test_supervisors_see_the_blocks_of_their_callers_and_administrators_all(client, supervisor, call):
    at = timezone.now()
    elsewhere = block(
        "+4799915679", until=at + timedelta(days=1), reason="Only theirs.", by=make_user("supervisor"), at=at
    )
    block(NUMBER, until=at + timedelta(days=1), reason="Ours too.", by=None, at=at)
    page = text_of(client.get("/calls/blocked/"))
    assert "Ours too." in page and "Only theirs." not in page
    assert client.post(f"/calls/blocked/{elsewhere.pk}/lift/").status_code == 404
    client.force_login(make_user("administrator"))
    assert "Only theirs." in text_of(client.get("/calls/blocked/"))


def test_operators_neither_block_nor_see_the_list(client, hotline, call):
    client.force_login(make_operator(hotline).user)
    assert "Block caller" not in text_of(client.get(f"/calls/{call.pk}/"))
    for path in ("/calls/blocked/", f"/calls/{call.pk}/block/"):
        assert client.get(path).status_code == 403
        assert client.post(path, {"length": "day", "reason": "Robot."}).status_code == 403


def test_no_block_is_longer_than_a_year():
    at = timezone.now()
    with pytest.raises(Refused):
        block(NUMBER, until=at + LONGEST + timedelta(seconds=1), reason="Robot.", by=None, at=at)


def test_the_list_costs_the_same_however_long_it_is(client, supervisor, hotline, django_assert_max_num_queries):
    def some(first: int, count: int) -> None:
        at = timezone.now()
        for n in range(first, first + count):
            number = f"+47999{n:05d}"
            block(number, until=at + timedelta(days=1), reason="Robot.", by=supervisor, at=at)
            noted = make_call(hotline, at, caller_number=f"+47998{n:05d}", caller_kind="number")
            Note.objects.create(call=noted, outcome="prank", saved_at=at)

    some(0, 2)
    client.get("/calls/blocked/")
    with django_assert_max_num_queries(30) as few:
        client.get("/calls/blocked/")
    some(10, 15)
    with django_assert_max_num_queries(len(few)):
        client.get("/calls/blocked/")


def test_the_register_names_why_a_nuisance_was_turned_away(client, supervisor, hotline):
    for refused in ("blocked", "limit", "gate"):
        make_call(hotline, timezone.now(), refused=refused, outcome="rejected", caller_number=NUMBER)
    page = text_of(client.get("/calls/"))
    for words in ("The caller is blocked", "Too many calls from this number", "No key was pressed"):
        assert words in page
