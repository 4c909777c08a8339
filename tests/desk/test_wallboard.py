"""The wallboard: six numbers with goal and word, calm when nothing happens, people for supervisors alone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.board import board
from analytics.counting import count
from calls.models import Offer
from desk import floor, wallboard
from desk.tiles import tiles
from hotline.core.models import AuditEntry
from lines.models import OpeningRule
from operators.models import Operator, Presence
from tests.analytics.calls import make_call
from tests.desk.caller import Caller
from tests.people import make_hotline, make_operator, make_user
from tests.world import hotline, operator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_kept():
    wallboard.forget()


@pytest.fixture
def line():
    return hotline("Faults line", service_level_seconds=20)


def by_title(line, at=None, **more):
    return {tile.title: tile for tile in tiles(board([line.pk], at or timezone.now()), **more)}


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
    assert (shown["People ready"].tone, shown["People ready"].word) == ("bad", "nobody is here")


def test_a_missed_call_is_told_to_the_supervisor(line):
    kari = operator(line, at=timezone.now())
    Operator.objects.filter(pk=kari.pk).update(state=Presence.MISSED)
    shown = {tile.title: tile for tile in tiles(board([line.pk], timezone.now()))}
    assert "missed a call" in shown["People ready"].word


# --- tiles --------------------------------------------------------------------------------------
def test_a_number_says_how_it_stands_to_the_same_weekday(line):
    at = timezone.now().replace(hour=12, minute=10)
    for n in range(4):
        make_call(line, at - timedelta(days=7, minutes=20 + n), wait=5, talk=9)
    for n in range(9):
        make_call(line, at - timedelta(minutes=n), wait=5, talk=9)
    count([line.pk], at - timedelta(days=30), at - timedelta(days=1))
    shown = by_title(line, at)
    assert (shown["Waiting now"].trend.icon, shown["Waiting now"].trend.words) == ("up", "9 today, usually 4")
    assert shown["Abandoned today"].trend.words == "usually 0 %"


def test_days_of_several_clocks_are_not_compared_with_one_usual_day(line):
    at, far = timezone.now(), hotline("Far line", time_zone="Asia/Manila")
    for each in (line, far):
        for moment in (at - timedelta(days=7, minutes=20), at - timedelta(minutes=1)):
            make_call(each, moment, wait=5, talk=9)
    count([line.pk, far.pk], at - timedelta(days=30), at - timedelta(days=1))
    shown = {tile.title: tile for tile in tiles(board([line.pk, far.pk], at))}
    assert (shown["Waiting now"].trend, shown["Abandoned today"].trend) == (None, None)


def test_without_weeks_to_compare_with_nothing_is_said_to_be_usual(line):
    make_call(line, timezone.now(), wait=5, talk=9)
    assert all(tile.trend is None for tile in by_title(line).values())


def test_how_many_are_planned_stands_beside_how_many_are_here(line):
    make_operator(line, state=Presence.READY)
    trend = by_title(line, planned=3)["People ready"].trend
    assert (trend.icon, trend.words) == ("down", "3 are planned now")


def test_a_closed_board_is_calm_and_says_when_it_opens(client, line):
    OpeningRule.objects.all().delete()
    opens = (timezone.now() + timedelta(days=2)).replace(hour=8, minute=0, second=0, microsecond=0)
    OpeningRule.objects.create(hotline=line, kind="one_off", starts_at=opens, ends_at=opens + timedelta(hours=8))
    type(line).objects.filter(pk=line.pk).update(version=99)
    for _ in range(9):
        make_call(line, timezone.now() - timedelta(minutes=1), wait=50)
    shown = by_title(line)
    assert {tile.tone for tile in shown.values()} == {"quiet"}
    assert shown["Opens"].value == f"{opens:%a} 08:00"
    make_call(line, timezone.now() - timedelta(minutes=20))
    assert by_title(line)["Longest wait"].tone == "warn"
    client.force_login(make_user("supervisor", line))
    assert "tone-bad" not in page(client).split("board-parts")[0]


def test_a_wait_of_an_hour_is_set_smaller(line):
    make_call(line, timezone.now() - timedelta(hours=2))
    assert by_title(line)["Longest wait"].long


# --- people -------------------------------------------------------------------------------------
def groups_of(line):
    found = floor.groups(board([line.pk], timezone.now()))
    return {
        group.key: [(card.operator.display_name, card.trouble) for card in group.cards]
        for group in found
        if group.cards
    }


def somebody(line, name, state, minutes=1, **fields):
    made = make_operator(line, state=state, state_since=timezone.now() - timedelta(minutes=minutes), **fields)
    Operator.objects.filter(pk=made.pk).update(display_name=name)
    return made


def test_those_whom_somebody_has_to_look_after_stand_first(line):
    somebody(line, "Ada", Presence.BREAK, minutes=30)
    somebody(line, "Bo", Presence.WRAP_UP, minutes=30)
    somebody(line, "Cy", Presence.DISCONNECTED)
    somebody(line, "Di", Presence.MISSED)
    somebody(line, "Ed", Presence.ON_CALL)
    somebody(line, "Flo", Presence.READY)
    somebody(line, "Gus", Presence.LUNCH)
    found = groups_of(line)
    assert [name for name, _trouble in found["act"]] == ["Di", "Cy", "Ed", "Bo", "Ada"]
    assert all(trouble for _name, trouble in found["act"])
    assert (found["ready"], found["away"]) == ([("Flo", "")], [("Gus", "")])


def test_a_card_says_with_whom_somebody_talks_and_never_the_whole_number(client, line):
    kari = operator(line, display_name="Kari", at=timezone.now())
    Caller(line, number="+4791234567").answered()
    client.force_login(make_user("supervisor", line))
    shown = page(client)
    assert "+47••••••67" in shown and "91234567" not in shown
    assert groups_of(line) == {"busy": [(kari.display_name, "")]}


def test_people_cost_the_same_few_queries_however_many_they_are(client, line):
    client.force_login(make_user("supervisor", line))

    def queries():
        wallboard.forget()
        with CaptureQueriesContext(connection) as seen:
            page(client)
        return len(seen)

    page(client)
    somebody(line, "Ada", Presence.ON_CALL)
    make_call(line, timezone.now())
    before = queries()
    for n in range(12):
        somebody(line, f"B{n}", [Presence.ON_CALL, Presence.BREAK, Presence.READY][n % 3])
        make_call(line, timezone.now())
    assert queries() == before <= 15


def test_many_boards_cost_one(client, line):
    client.force_login(make_user("supervisor", line))
    page(client)
    with CaptureQueriesContext(connection) as seen:
        page(client)
    assert not [query for query in seen.captured_queries if "calls_call" in query["sql"]]


def test_the_board_shows_the_hotlines_that_were_chosen(client, line):
    other = hotline("Meter line")
    client.force_login(make_user("supervisor", line, other))
    assert "Meter line" in page(client)
    client.post("/people/me/hotlines/", {"hotline": line.pk, "next": "/board/"})
    shown = page(client)
    assert "Faults line" in shown and "Meter line" not in shown


def test_what_is_kept_is_not_shown_to_others(client, line):
    kari = operator(line, display_name="Kari", at=timezone.now())
    other = make_hotline("Somewhere else")
    client.force_login(make_user("supervisor", line))
    assert "Kari" in page(client)
    client.force_login(kari.user)
    assert "Kari" not in page(client)
    client.force_login(make_user("supervisor", other))
    assert "Kari" not in page(client) and "Faults line" not in page(client)


# --- acts ---------------------------------------------------------------------------------------
@pytest.fixture
def boss(client, line):
    user = make_user("supervisor", line)
    client.force_login(user)
    return user


def test_a_supervisor_puts_somebody_ready_and_the_board_says_so(client, line, boss):
    kari = somebody(line, "Kari", Presence.MISSED)
    assert "Go ready for Kari" in page(client, f"/board/people/{kari.pk}/")
    answer = client.post(f"/board/people/{kari.pk}/state/", {"state": "ready"})
    assert "Kari: Ready." in answer.content.decode()
    assert (answer["HX-Trigger"], answer["HX-Retarget"]) == ("board:done", "#board-says")
    assert Operator.objects.get(pk=kari.pk).state == Presence.READY


def test_a_refusal_is_a_sentence_in_the_sheet(client, line, boss):
    kari = somebody(line, "Kari", Presence.OFFLINE)
    answer = client.post(f"/board/people/{kari.pk}/state/", {"state": "ready"})
    assert "nobody would hear the ring" in answer.content.decode()
    assert 'role="alert"' in answer.content.decode() and "HX-Trigger" not in answer
    assert "is not held by a call" in client.post(f"/board/people/{kari.pk}/release/").content.decode()


def test_a_supervisor_releases_somebody_who_is_stuck(client, line, boss):
    kari = somebody(line, "Kari", Presence.ON_CALL)
    assert "Release Kari" in page(client, f"/board/people/{kari.pk}/")
    assert "Kari is released." in client.post(f"/board/people/{kari.pk}/release/").content.decode()
    assert AuditEntry.objects.get().by == boss


def test_a_waiting_call_is_brought_forward(client, line, boss):
    now = timezone.now()
    first, last = (make_call(line, now - timedelta(minutes=m)) for m in (5, 1))
    assert f"next-{last.pk}" in page(client)
    assert "the next now" in client.post(f"/board/calls/{last.pk}/next/").content.decode()
    make_operator(line, state=Presence.READY)
    refused = client.post(f"/board/calls/{last.pk}/next/").content.decode()
    assert "the next already" in refused and "refused" in refused
    assert not Offer.objects.exists()


def test_a_hotline_is_closed_with_a_reason_and_reopened(client, line, boss):
    where = f"/board/hotlines/{line.slug}/"
    assert "Reason, for colleagues" in page(client, where)
    assert "Say why" in client.post(where, {"reason": ""}).content.decode()
    tomorrow = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT08:00")
    assert "is closed" in client.post(where, {"reason": "Storm", "reopens_at": tomorrow}).content.decode()
    assert not board([line.pk], timezone.now()).is_open
    assert "Storm" in page(client, where)
    assert "is lifted" in client.post(f"{where}reopen/").content.decode()
    assert board([line.pk], timezone.now()).is_open
    assert [entry.verb for entry in AuditEntry.objects.order_by("pk")] == ["hotline.closed_now", "hotline.reopened"]


def test_a_reopening_time_that_has_passed_is_refused_with_what_was_typed_kept(client, line, boss):
    past = {"reason": "Storm", "reopens_at": "2020-01-01T08:00"}
    answer = client.post(f"/board/hotlines/{line.slug}/", past).content.decode()
    assert "has passed already" in answer and 'value="Storm"' in answer


@pytest.mark.parametrize("act", ["/board/people/{o}/state/", "/board/people/{o}/release/", "/board/calls/{c}/next/"])
def test_acts_are_posts_of_supervisors(client, line, act):
    kari = operator(line, display_name="Kari", at=timezone.now())
    where = act.format(o=kari.pk, c=make_call(line, timezone.now()).pk)
    client.force_login(kari.user)
    assert client.post(where, {"state": "break"}).status_code == 403
    client.force_login(make_user("supervisor", line))
    assert client.get(where).status_code == 405
