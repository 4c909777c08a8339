"""The frame of every page: the state, the call in hand, the queue, and the hotlines one looks at."""

import re
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.defaults import server_error

from calls.models import Call, Offer
from operators.models import Operator
from tests.people import make_hotline, make_operator, make_user

pytestmark = pytest.mark.django_db
PAGES = ["/calls/", "/knowledge/", "/board/", "/shifts/mine/", "/people/me/"]


@pytest.fixture
def line():
    return make_hotline("Faults line")


@pytest.fixture
def kari(line):
    return make_operator(line)


def waiting(hotline, seconds):
    at = timezone.now() - timedelta(seconds=seconds)
    return Call.objects.create(hotline=hotline, caller_number="+4791234567", caller_kind="number", arrived_at=at,
                               queued_at=at, state="waiting", carrier_ref=f"CA{Call.objects.count():032}")  # fmt: skip


def in_hand(operator, hotline, offer_state="accepted", call_state="connected"):
    call, at = waiting(hotline, 60), timezone.now()
    Call.objects.filter(pk=call.pk).update(state=call_state)
    accepted = at if offer_state == "accepted" else None
    Offer.objects.create(call=call, operator=operator, device="browser", made_at=at, accepted_at=accepted,
                         ring_until=at + timedelta(seconds=20), state=offer_state)  # fmt: skip
    state = "on_call" if accepted else "ringing"
    Operator.objects.filter(pk=operator.pk).update(state=state, state_since=at)
    return call


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_shows_the_state_and_lets_the_next_one_be_chosen(client, kari, path):
    client.force_login(kari.user)
    shown = page(client, path)
    assert 'id="frame-state"' in shown
    for state in ("ready", "break", "lunch", "offline"):
        assert f'data-state="{state}"' in shown


@pytest.mark.parametrize("path", PAGES)
def test_the_call_in_hand_stands_at_the_foot_of_every_page_masked(client, kari, line, path):
    in_hand(kari, line)
    client.force_login(kari.user)
    bar = re.search(r'<aside id="frame-call".*?</aside>', page(client, path), re.S)[0]
    assert "Back to the call" in bar
    assert "Hang up" in bar
    assert "Faults line" in bar
    assert "91234567" not in bar


def test_a_ringing_call_is_shown_with_the_way_to_the_desk_and_cannot_be_ended_from_afar(client, kari, line):
    in_hand(kari, line, "ringing", "ringing")
    client.force_login(kari.user)
    bar = page(client, "/calls/")
    assert "A call is ringing" in bar
    assert "To the desk" in bar
    assert "data-post" not in bar


def test_the_desk_shows_the_call_itself_and_no_bar(client, kari, line):
    in_hand(kari, line)
    client.force_login(kari.user)
    assert 'id="frame-call"' not in page(client, "/desk/")


def test_nobody_elses_call_is_shown(client, kari, line):
    in_hand(kari, line)
    client.force_login(make_operator(line).user)
    assert "call-bar" not in page(client, "/calls/")
    client.force_login(make_user("supervisor", line))
    assert 'id="frame-state"' not in page(client, "/calls/")
    assert client.get("/frame/now/").status_code == 404


def test_the_frame_of_another_page_asks_for_what_went_wrong_only(client, kari, line):
    client.force_login(kari.user)
    asked = {"Accept": "application/json"}
    assert client.post("/desk/state/", {"state": "break"}, headers=asked).json() == {"error": ""}
    kari.refresh_from_db()
    assert kari.state == "break"
    assert client.post("/desk/state/", {"state": "on_call"}, headers=asked).json()["error"]


def test_a_state_chosen_during_a_call_waits_for_its_end(client, kari, line):
    in_hand(kari, line)
    client.force_login(kari.user)
    client.post("/desk/state/", {"state": "lunch"}, headers={"Accept": "application/json"})
    assert re.search(r"then\s+Lunch", page(client, "/frame/now/"))


@pytest.mark.parametrize(
    ("seen", "state", "device", "to_desk"),
    [
        (None, "offline", "browser", True),
        (5, "break", "browser", False),
        (90, "break", "browser", True),
        (5, "offline", "browser", True),  # the desk page has hung up its telephone
        (None, "offline", "phone", False),
    ],
)
def test_ready_is_chosen_where_the_telephone_is(client, kari, seen, state, device, to_desk):
    seen_at = timezone.now() - timedelta(seconds=seen) if seen is not None else None
    Operator.objects.filter(pk=kari.pk).update(state=state, device=device, phone="+4722000001", desk_seen_at=seen_at)
    client.force_login(kari.user)
    assert ('data-ready-at="/desk/"' in page(client, "/frame/now/")) is to_desk


def test_the_queue_counts_the_callers_of_ones_own_hotlines(client, kari, line):
    waiting(line, 47)
    waiting(line, 10)
    waiting(make_hotline("Ministry"), 500)
    client.force_login(kari.user)
    shown = page(client, "/frame/queue/")
    assert re.search(r"2 <span>waiting", shown)
    assert re.search(r">0:4[789]<", shown)


def test_a_chosen_hotline_narrows_the_queue_until_all_are_chosen_again(client, kari, line):
    other = make_hotline("Billing line")
    kari.hotlines.add(other)
    waiting(line, 5)
    waiting(other, 5)
    client.force_login(kari.user)
    answer = client.post("/people/me/hotlines/", {"hotline": [other.pk], "next": "/calls/?show=live"})
    assert answer["Location"] == "/calls/?show=live"
    assert re.search(r"1 <span>waiting", page(client, "/frame/queue/"))
    assert "Billing line" in re.search(r'class="switcher".*?</button>', page(client, "/calls/"), re.S)[0]
    client.post("/people/me/hotlines/", {"all": "1", "hotline": [other.pk]})
    assert re.search(r"2 <span>waiting", page(client, "/frame/queue/"))


def test_a_hotline_of_others_cannot_be_chosen_and_one_that_was_lost_is_left_out(client, kari, line):
    theirs, second = make_hotline("Ministry"), make_hotline("Billing line")
    waiting(theirs, 5)
    kari.hotlines.add(second)
    client.force_login(kari.user)
    client.post("/people/me/hotlines/", {"hotline": [theirs.pk, "x", ""]})
    assert re.search(r"0 <span>waiting", page(client, "/frame/queue/"))
    client.post("/people/me/hotlines/", {"hotline": [second.pk]})
    kari.hotlines.remove(second)
    waiting(line, 5)
    assert re.search(r"1 <span>waiting", page(client, "/frame/queue/"))


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", ""])
def test_the_choice_leads_back_to_our_own_pages_only(client, kari, back):
    client.force_login(kari.user)
    assert client.post("/people/me/hotlines/", {"next": back})["Location"] == "/"


def test_the_frame_costs_the_same_with_one_hotline_and_with_twenty(client, kari, line, django_assert_max_num_queries):
    in_hand(kari, line)
    client.force_login(kari.user)
    paths = ["/frame/now/", "/frame/queue/", "/people/me/"]
    counts = {}
    for path in paths:
        with django_assert_max_num_queries(16) as few:
            page(client, path)
        counts[path] = len(few)
    assert counts["/frame/queue/"] <= 5
    assert counts["/frame/now/"] <= 5
    for _ in range(20):
        hotline = make_hotline()
        kari.hotlines.add(hotline)
        waiting(hotline, 5)
    for path in paths:
        with django_assert_max_num_queries(counts[path]):
            page(client, path)


def test_letters_are_turned_off_and_on_by_oneself(client, kari):
    client.force_login(kari.user)
    assert "data-letters" not in page(client, "/people/me/")
    client.post("/people/me/", {"language": ""})
    assert 'data-letters="off"' in page(client, "/calls/")
    client.post("/people/me/", {"language": "", "letter_keys": "on"})
    assert "data-letters" not in page(client, "/calls/")


def test_a_page_that_broke_says_so_in_our_frame_without_asking_the_database(rf, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = server_error(rf.get("/"))
    assert answer.status_code == 500
    assert b"core/base.css" in answer.content
    assert b"Calls go on" in answer.content


def test_a_stranger_sees_a_bare_frame(rf):
    from django.contrib.auth.models import AnonymousUser

    request = rf.get("/")
    request.user = AnonymousUser()
    shown = render_to_string("404.html", request=request)
    assert "rail" not in shown.replace("menu", "")
    assert "frame-state" not in shown
