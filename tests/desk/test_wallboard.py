"""The wallboard: six numbers with goal and word, calm when nothing happens, people for supervisors alone."""

import pytest
from django.utils import timezone

from analytics.board import board
from desk.wallboard import tiles
from operators.models import Operator, Presence
from tests.desk.caller import Caller
from tests.people import make_user
from tests.world import hotline, operator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def line():
    return hotline("Faults line", service_level_seconds=20)


def page(client, path="/board/now/"):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_a_quiet_board_says_in_words_that_nothing_is_wrong(client, line):
    client.force_login(make_user("supervisor", line))
    shown = page(client)
    assert "nobody waits" in shown and "no calls" in shown and "Nobody is signed on." in shown


def test_a_waiting_caller_is_on_the_board(client, line):
    operator(line, at=timezone.now())
    Caller(line).answered()
    Caller(line, number="+4790000000")
    client.force_login(make_user("supervisor", line))
    shown = {tile.title: tile for tile in tiles(board([line.pk], timezone.now()))}
    assert shown["Waiting now"].value == "1"
    assert shown["Longest wait"].since is not None
    assert "Faults line" in page(client)


def test_every_tile_has_a_word_and_a_target_beside_its_colour(line):
    for tile in tiles(board([line.pk], timezone.now())):
        assert tile.word and tile.target and tile.value


def test_supervisors_see_people_and_operators_do_not(client, line):
    kari = operator(line, display_name="Kari", at=timezone.now())
    client.force_login(make_user("supervisor", line))
    assert "Kari" in page(client)
    client.force_login(kari.user)
    assert "Kari" not in page(client)


def test_a_foreign_hotline_is_not_on_the_board(client, line):
    hotline("Somebody else’s line")
    client.force_login(make_user("supervisor", line))
    assert "Somebody else" not in page(client)


def test_a_supervisor_begins_at_the_board(client, line):
    client.force_login(make_user("supervisor", line))
    assert client.get("/")["Location"] == "/board/"


def test_nobody_present_while_open_is_red(line):
    shown = {tile.title: tile for tile in tiles(board([line.pk], timezone.now()))}
    assert (shown["People"].tone, shown["People"].word) == ("bad", "nobody is here")


def test_a_missed_call_is_told_to_the_supervisor(line):
    kari = operator(line, at=timezone.now())
    Operator.objects.filter(pk=kari.pk).update(state=Presence.MISSED)
    shown = {tile.title: tile for tile in tiles(board([line.pk], timezone.now()))}
    assert "missed a call" in shown["People"].word
