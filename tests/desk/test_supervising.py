"""Supervising from the pages: the board, the frame, the desk that calls for help, and who is shown what."""

import json
import re

import pytest
from django.utils import timezone

from calls.models import Attendance, Call, CallForHelp, Offer
from desk import supervising, wallboard
from lines.models import Hotline, OpeningRule
from operators.models import Operator
from tests.people import make_hotline, make_operator, make_user
from tests.world import sid

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    wallboard.forget()


@pytest.fixture
def line():
    return make_hotline("Faults line")


@pytest.fixture
def siri(line):
    return make_user("supervisor", line, first_name="Siri")


def talk(line):
    """An operator, and the call they are on."""
    at, kari = timezone.now(), make_operator(line)
    Operator.objects.filter(pk=kari.pk).update(state="on_call", state_since=at)
    call = Call.objects.create(
        carrier_ref=sid(), hotline=line, state="connected", arrived_at=at, queued_at=at, answered_at=at,
        caller_number="+4791234567", caller_kind="number", operator=kari,
    )  # fmt: skip
    Offer.objects.create(
        call=call, operator=kari, device="browser", made_at=at, ring_until=at, accepted_at=at, state="accepted",
        leg_ref=sid(),
    )  # fmt: skip
    kari.refresh_from_db()
    return kari, call


def waiting(line):
    at = timezone.now()
    return Call.objects.create(
        carrier_ref=sid(), hotline=line, state="waiting", arrived_at=at, queued_at=at, caller_kind="withheld"
    )


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_the_card_of_somebody_on_a_call_offers_every_way_into_it(client, line, siri):
    kari, call = talk(line)
    client.force_login(siri)
    sheet = page(client, f"/board/people/{kari.pk}/")
    for way in ("listen", "whisper", "join", "take_over"):
        assert f'data-attend="/supervising/{call.pk}/{way}/"' in sheet
    assert "91234567" not in sheet
    Call.objects.update(hotline=make_hotline())  # of a hotline that is not theirs
    assert "data-attend" not in page(client, f"/board/people/{kari.pk}/")


def test_nobody_is_offered_to_listen_to_themselves(client, line):
    kari, _ = talk(line)
    kari.user.role = "supervisor"
    kari.user.save()
    client.force_login(kari.user)
    assert "data-attend" not in page(client, f"/board/people/{kari.pk}/")


def test_a_supervisor_comes_and_leaves_and_is_told_what_was_refused(client, line, siri):
    _, call = talk(line)
    client.force_login(siri)
    assert client.post(f"/supervising/{call.pk}/listen/").json() == {"error": ""}
    assert Attendance.objects.get().way == "listen"
    bar = page(client, "/supervising/")
    assert "You are being put through." in bar and "91234567" not in bar and "data-mine" in bar
    assert client.post(f"/supervising/{call.pk}/leave/").json() == {"error": ""}
    assert "not in this call" in client.post(f"/supervising/{call.pk}/leave/").json()["error"]
    assert client.post(f"/supervising/{call.pk}/shout/").status_code == 404
    assert client.get(f"/supervising/{call.pk}/listen/").status_code == 405


def test_an_operator_has_no_ear_in_others_calls_and_pays_nothing_for_it(client, line, django_assert_num_queries):
    kari, call = talk(line)
    client.force_login(make_operator(line).user)
    assert client.post(f"/supervising/{call.pk}/listen/").status_code == 403
    assert "frame-watch" not in page(client, "/calls/")
    user = kari.user
    with django_assert_num_queries(0):
        assert supervising.watch(user) is None


def test_help_is_called_from_the_desk_and_shown_to_supervisors_of_the_hotline_alone(client, line, siri):
    kari, call = talk(line)
    client.force_login(kari.user)
    desk = client.post(f"/desk/calls/{call.pk}/help/", {"have": ""})
    assert re.search(r'id="help"[^>]*aria-pressed="true"', desk.content.decode())
    client.force_login(siri)
    for path in ("/calls/", "/people/", f"/calls/{call.pk}/"):
        assert f"{kari} needs help" in page(client, path)
    assert "calls for help" in page(client, "/board/")
    client.force_login(make_user("supervisor", make_hotline()))
    assert "needs help" not in page(client, "/calls/")
    client.force_login(kari.user)
    client.post(f"/desk/calls/{call.pk}/help/", {"have": "", "withdraw": "1"})
    assert CallForHelp.objects.get().reason == "withdrawn"


def test_the_frame_costs_the_same_for_one_call_for_help_and_for_ten(client, line, siri, django_assert_num_queries):
    for _ in range(10):
        kari, call = talk(line)
        CallForHelp.objects.create(call=call, operator=kari)
    with django_assert_num_queries(2):
        watch = supervising.watch(siri)
        assert [str(each.operator) and str(each.call.hotline) for each in watch.asking] == ["Faults line"] * 10


def test_a_supervisor_who_answers_no_calls_has_a_browser_telephone_of_their_own(client, line, siri, settings):
    settings.SIMULATOR_URL = "http://127.0.0.1:1"
    client.force_login(siri)
    facts = client.get("/telephony/token/").json()
    assert (facts["identity"], facts["device"]) == (f"user_{siri.pk}", "browser")
    client.force_login(make_user("operator", line))
    assert client.get("/telephony/token/").status_code == 404


def test_a_waiting_call_is_moved_from_the_board_and_back_again(client, line, siri):
    other, closed, foreign = make_hotline("Bills"), make_hotline("Night"), make_hotline("Secret")
    for each in (line, other, foreign):
        OpeningRule.objects.create(hotline=each, kind="always")
    siri.hotlines.add(other, closed)
    call = waiting(line)
    client.force_login(siri)
    assert f'id="move-{call.pk}"' in page(client, "/board/now/")
    sheet = page(client, f"/board/calls/{call.pk}/move/")
    assert "Bills" in sheet and "Night" not in sheet and "Secret" not in sheet
    said = client.post(f"/board/calls/{call.pk}/move/", {"hotline": other.slug}).content.decode()
    assert "waits at Bills now" in said and Call.objects.get().hotline == other
    back = json.loads(re.search(r'hx-vals="([^"]*)"', said)[1].replace("&quot;", '"'))
    assert back == {"hotline": line.slug}
    client.post(f"/board/calls/{call.pk}/move/", back)
    assert Call.objects.get().hotline == line
    assert client.post(f"/board/calls/{call.pk}/move/", {"hotline": foreign.slug}).status_code == 404


def test_the_next_call_can_be_undone(client, line, siri):
    waiting(line)
    second = waiting(line)
    client.force_login(siri)
    said = client.post(f"/board/calls/{second.pk}/next/").content.decode()
    assert f"/board/calls/{second.pk}/back/" in said
    assert client.post(f"/board/calls/{second.pk}/back/", {"priority": "0"}).status_code == 200
    assert Call.objects.get(pk=second.pk).priority == 0
    assert client.post(f"/board/calls/{second.pk}/back/", {"priority": "x"}).status_code == 400


def test_whether_the_operator_sees_it_is_chosen_on_the_page_of_the_hotline(client, line):
    client.force_login(make_user("administrator"))
    form = client.get(f"/lines/{line.slug}/change/")
    fields = {
        name: value for name, value in form.context["form"].initial.items() if value is not None and value is not False
    }
    fields |= {"languages": "en", "skills": ""}
    fields.pop("listening_shown")
    client.post(f"/lines/{line.slug}/change/", fields)
    assert Hotline.objects.get().listening_shown is False
    assert "does not see who listens" in page(client, f"/lines/{line.slug}/")
