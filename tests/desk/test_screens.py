"""Links for screens on the wall: made and revoked by supervisors, opened by anybody who has one."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from analytics.models import BoardLink
from desk import wallboard
from operators.models import Presence
from tests.analytics.calls import make_call
from tests.people import make_hotline, make_operator, make_user
from tests.world import hotline

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    wallboard.forget()


@pytest.fixture
def line():
    return hotline("Faults line")


@pytest.fixture
def boss(client, line):
    user = make_user("supervisor", line, first_name="Siri")
    client.force_login(user)
    return user


def make(client, line, **more):
    """The path of a new link."""
    form = {"name": "Hall", "hotlines": [line.pk], "lasts": "", **more}
    answer = client.post("/board/links/", form)
    assert answer.status_code == 200
    found = re.search(r'value="http://testserver(/tv/[\w-]+/)"', answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def seen(path):
    """What a stranger gets."""
    return Client().get(path)


def test_a_link_shows_the_board_to_somebody_who_is_not_signed_in(client, line, boss):
    make_call(line, timezone.now(), caller_number="+4791234567", caller_kind="number")
    make_operator(line, state=Presence.READY)
    where = make(client, line)
    answer = seen(where)
    shown = answer.content.decode()
    assert answer.status_code == 200 and "Faults line" in shown and "Waiting now" in shown
    assert 'data-theme="dark"' in shown
    assert answer["Referrer-Policy"] == "no-referrer" and "no-store" in answer["Cache-Control"]
    assert seen(f"{where}now/").status_code == 200


def test_a_screen_shows_no_person_no_caller_and_no_way_out(client, line, boss):
    kari = make_operator(line, state=Presence.READY)
    make_call(line, timezone.now(), caller_number="+4791234567", caller_kind="number")
    shown = seen(make(client, line)).content.decode()
    assert kari.display_name not in shown and "Siri" not in shown
    assert "+47" not in shown and "••" not in shown
    assert "<a " not in shown and "<button" not in shown and "<form" not in shown and "csrf" not in shown


def test_names_are_shown_only_by_a_link_that_says_so(client, line, boss):
    kari = make_operator(line, state=Presence.READY)
    plain, named = make(client, line), make(client, line, shows_names="on")
    assert kari.display_name not in seen(plain).content.decode()
    assert kari.display_name in seen(named).content.decode()
    assert "<button" not in seen(named).content.decode()


def test_a_link_shows_the_hotlines_that_were_chosen(client, line, boss):
    other = hotline("Billing line")
    boss.hotlines.add(other)
    shown = seen(make(client, line)).content.decode()
    assert "Faults line" in shown and "Billing line" not in shown


def test_a_revoked_link_is_gone_with_the_next_question(client, line, boss):
    where = make(client, line)
    assert (
        "shows nothing any more"
        in client.post(f"/board/links/{BoardLink.objects.get().pk}/revoke/", follow=True).content.decode()
    )
    assert seen(where).status_code == 404
    fragment = seen(f"{where}now/")
    assert (fragment.status_code, fragment["HX-Refresh"], fragment.content) == (404, "true", b"")
    assert "revoked" in client.get("/board/links/").content.decode()


def test_an_expired_link_is_gone(client, line, boss):
    where = make(client, line, lasts="1")
    assert seen(where).status_code == 200
    BoardLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert seen(where).status_code == seen(f"{where}now/").status_code == 404
    assert "expired" in client.get("/board/links/").content.decode()


def test_an_address_is_shown_once(client, line, boss):
    where = make(client, line)
    assert where not in client.get("/board/links/").content.decode()


def test_a_guess_and_an_unknown_link_look_the_same(client, line, boss):
    assert seen("/tv/x/").status_code == seen("/tv/x/now/").status_code == 404


def test_a_link_can_only_be_looked_at(client, line, boss):
    where = make(client, line)
    assert Client().post(where).status_code == 405
    assert Client().post(f"{where}now/").status_code == 405


def test_no_other_hotlines_link_is_seen_or_revoked(client, line, boss):
    make(client, line)
    client.force_login(make_user("supervisor", make_hotline("Elsewhere")))
    shown = client.get("/board/links/").content.decode()
    assert "Hall" not in shown and "Faults line" not in shown
    assert client.post(f"/board/links/{BoardLink.objects.get().pk}/revoke/").status_code == 404
    refused = client.post("/board/links/", {"name": "Mine", "hotlines": [line.pk], "lasts": ""})
    assert BoardLink.objects.count() == 1 and "Faults line" not in refused.content.decode()


def test_operators_make_no_links(client, line):
    client.force_login(make_operator(line).user)
    assert client.get("/board/links/").status_code == 403
    assert client.post("/board/links/", {"name": "x", "hotlines": [line.pk]}).status_code == 403


def test_many_names_take_the_place_of_the_chart(client, line, boss):
    where = make(client, line, shows_names="on")
    for _ in range(14):
        make_operator(line, state=Presence.READY)
    assert "board-day" in seen(where).content.decode()
    make_operator(line, state=Presence.READY)
    wallboard.forget()
    assert "board-day" not in seen(where).content.decode()
