"""The pages of shifts: supervisors plan those of their operators, operators read their own."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from scheduling import services, tables
from scheduling.models import Break, Shift
from scheduling.services import PlannedBreak
from tests.people import make_hotline, make_operator, make_user

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)  # Monday noon in Oslo, week 48


@pytest.fixture(autouse=True)
def monday_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def hotline():
    return make_hotline(time_zone="Europe/Oslo")


@pytest.fixture
def operator(hotline):
    return make_operator(hotline)


@pytest.fixture
def supervisor(client, hotline):
    client.force_login(make_user("supervisor", hotline))
    return client


def at(hour, minute=0, day=23):
    """A moment by the clock of Oslo, in winter."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=1)


def plan(operator, start=8, end=16, day=23, breaks=()):
    return services.add_shift(
        operator,
        starts_at=at(start, day=day),
        ends_at=at(end, day=day),
        time_zone="Europe/Oslo",
        breaks=breaks,
        by=None,
    )


def typed(operator, breaks=(), initial=0, **more):
    facts = {"operator": operator.pk, "day": "2026-11-24", "starts": "08:00", "ends": "16:00"}
    facts |= {"time_zone": "Europe/Oslo", "breaks-TOTAL_FORMS": max(len(breaks), 3), "breaks-INITIAL_FORMS": initial}
    for number, (kind, starts, minutes, *which) in enumerate(breaks):
        facts |= {f"breaks-{number}-kind": kind, f"breaks-{number}-starts": starts, f"breaks-{number}-minutes": minutes}
        if which:
            facts[f"breaks-{number}-starts_which"] = which[0]
    return facts | more


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_a_supervisor_sees_the_week_and_the_day_of_their_operators(supervisor, operator):
    plan(operator, breaks=[PlannedBreak("lunch", at(12), at(12, 30))])
    stranger = make_operator(make_hotline())
    plan(stranger)
    week = page(supervisor, "/shifts/")
    assert "Week 48" in week
    assert operator.display_name in week
    assert stranger.display_name not in week
    assert "Lunch 12:00 – 12:30" in week
    assert "8 h" in week
    assert operator.display_name in page(supervisor, "/shifts/?show=day")
    assert operator.display_name not in page(supervisor, "/shifts/?show=day&day=2026-11-24")
    assert operator.display_name not in page(supervisor, "/shifts/?day=2026-11-30")
    for nonsense in ("2026-02-30", "yesterday", "9999-12-31", "0001-01-01", ""):
        assert "Week 48" in page(supervisor, f"/shifts/?day={nonsense}")


def test_a_shift_is_planned_with_its_breaks_in_one_form(supervisor, operator):
    page(supervisor, "/shifts/new/")
    breaks = [("short", "10:00", 15), ("lunch", "12:00", 30), ("", "", "")]
    answer = supervisor.post("/shifts/new/", typed(operator, breaks))
    assert answer["Location"] == "/shifts/?day=2026-11-24"
    shift = Shift.objects.get()
    assert (shift.starts_at, shift.ends_at) == (at(8, day=24), at(16, day=24))
    assert [(row.kind, row.starts_at, row.ends_at) for row in shift.breaks.all()] == [
        ("short", at(10, day=24), at(10, 15, day=24)),
        ("lunch", at(12, day=24), at(12, 30, day=24)),
    ]
    assert "is saved" in page(supervisor, "/shifts/?day=2026-11-24")


def test_a_shift_is_changed_and_its_breaks_with_it(supervisor, operator):
    shift = plan(operator, day=24, breaks=[PlannedBreak("lunch", at(12, day=24), at(12, 30, day=24))])
    text = page(supervisor, f"/shifts/{shift.pk}/")
    assert 'value="12:00"' in text
    supervisor.post(
        f"/shifts/{shift.pk}/", typed(operator, [("", "12:00", 30), ("short", "14:00", 10)], 1, ends="17:00")
    )
    shift.refresh_from_db()
    assert shift.ends_at == at(17, day=24)
    assert [(row.kind, row.starts_at) for row in shift.breaks.all()] == [("short", at(14, day=24))]


def test_what_cannot_be_is_said_and_stays_typed(supervisor, operator):
    plan(operator, day=24)
    overlapping = supervisor.post(
        "/shifts/new/", typed(operator, [("lunch", "17:00", 30)], starts="15:00", ends="20:00")
    )
    text = overlapping.content.decode()
    assert "overlaps this one" in text
    assert 'value="15:00"' in text
    assert 'value="17:00"' in text
    outside = supervisor.post("/shifts/new/", typed(operator, [("lunch", "07:00", 30)], day="2026-11-25"))
    assert "lies outside the shift" in outside.content.decode()
    half = supervisor.post("/shifts/new/", typed(operator, [("lunch", "", 30)], day="2026-11-25")).content.decode()
    assert "Say when the break starts" in half
    nothing = supervisor.post("/shifts/new/", {"breaks-TOTAL_FORMS": 0, "breaks-INITIAL_FORMS": 0}).content.decode()
    assert "This field is required" in nothing
    assert Shift.objects.count() == 1


def test_two_breaks_that_overlap_are_refused(supervisor, operator):
    breaks = [("lunch", "12:00", 30), ("short", "12:15", 15)]
    assert "overlap" in supervisor.post("/shifts/new/", typed(operator, breaks)).content.decode()
    assert not Break.objects.exists()


def test_a_short_night_is_warned_about(supervisor, operator):
    plan(operator, 14, 22, day=23)
    supervisor.post("/shifts/new/", typed(operator, starts="06:00", ends="14:00"))
    assert "has only 8 h off before this shift" in page(supervisor, "/shifts/")
    assert Shift.objects.count() == 2


@pytest.mark.parametrize(("day", "hours", "remark"), [("2027-10-30", 9, "go back"), ("2027-03-27", 7, "go forward")])
def test_a_night_shift_over_a_clock_change_shows_its_true_length(supervisor, operator, day, hours, remark):
    supervisor.post("/shifts/new/", typed(operator, [("short", "05:00", 15)], day=day, starts="22:00", ends="06:00"))
    assert Shift.objects.get().length == timedelta(hours=hours)
    text = page(supervisor, f"/shifts/?day={day}")
    assert f"{hours} h" in text
    assert f"the clocks {remark}" in text
    assert "Short break 05:00 – 05:15" in text


def test_times_that_occur_twice_are_asked_about_in_shift_and_break(supervisor, operator):
    facts = typed(operator, day="2027-10-31", starts="02:30", ends="10:00")
    asked = supervisor.post("/shifts/new/", facts).content.decode()
    assert "02:30 occurs twice on 2027-10-31" in asked
    assert "starts_which" in asked
    supervisor.post("/shifts/new/", facts | {"starts_which": "2"})
    assert Shift.objects.get().starts_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert 'name="starts_which" value="2"' in page(supervisor, f"/shifts/{Shift.objects.get().pk}/")
    Shift.objects.all().delete()
    night = {"day": "2027-10-30", "starts": "22:00", "ends": "06:00"}
    asked = supervisor.post("/shifts/new/", typed(operator, [("short", "02:30", 15)], **night)).content.decode()
    assert "breaks-0-starts_which" in asked
    supervisor.post("/shifts/new/", typed(operator, [("short", "02:30", 15, "1")], **night))
    assert Break.objects.get().starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_a_time_that_does_not_exist_is_named(supervisor, operator):
    never = supervisor.post("/shifts/new/", typed(operator, day="2027-03-28", starts="02:30", ends="10:00"))
    assert "There is no 02:30 on 2027-03-28" in never.content.decode()
    night = {"day": "2027-03-27", "starts": "22:00", "ends": "06:00"}
    never = supervisor.post("/shifts/new/", typed(operator, [("short", "02:30", 15)], **night)).content.decode()
    assert "There is no 02:30 on 2027-03-28" in never
    assert not Shift.objects.exists()


def test_a_shift_to_come_is_removed_and_one_that_has_begun_is_not(supervisor, operator):
    begun, coming = plan(operator), plan(operator, day=24)
    assert supervisor.post(f"/shifts/{coming.pk}/remove/")["Location"] == "/shifts/?day=2026-11-24"
    supervisor.post(f"/shifts/{begun.pk}/remove/")
    assert "stays in the books" in page(supervisor, f"/shifts/{begun.pk}/")
    assert list(Shift.objects.all()) == [begun]


def test_a_supervisor_does_not_find_shifts_of_somebody_elses_operators(supervisor):
    other = make_operator(make_hotline())
    shift = plan(other, day=24)
    for path in (f"/shifts/{shift.pk}/", f"/shifts/{shift.pk}/remove/"):
        assert supervisor.post(path, typed(other)).status_code == 404
    assert supervisor.get(f"/shifts/{shift.pk}/").status_code == 404
    refused = supervisor.post("/shifts/new/", typed(other, day="2026-11-26"))
    assert "Select a valid choice" in refused.content.decode()
    assert Shift.objects.count() == 1


def test_an_operator_reads_their_own_shifts_and_plans_none(client, operator, hotline):
    breaks = [PlannedBreak("lunch", at(12, 30), at(13)), PlannedBreak("short", at(14), at(14, 15))]
    mine = plan(operator, breaks=breaks)
    plan(operator, 9, 17, day=25)
    theirs = plan(make_operator(hotline), 7, 15, day=24)
    client.force_login(operator.user)
    assert client.get("/shifts/")["Location"] == "/shifts/mine/"
    text = page(client, "/shifts/mine/")
    assert "08:00 – 16:00" in text
    assert "Lunch 12:30 – 13:00" in text
    assert "Wed 25 Nov" in text
    assert "Tue 24 Nov" not in text
    for path in ("/shifts/new/", f"/shifts/{mine.pk}/", f"/shifts/{theirs.pk}/", f"/shifts/{mine.pk}/remove/"):
        assert client.get(path).status_code == 403
        assert client.post(path).status_code == 403


def test_my_shifts_tell_how_breaks_were_taken(client, operator):
    breaks = [PlannedBreak("lunch", at(9), at(9, 30)), PlannedBreak("short", at(11), at(11, 15))]
    shift = plan(operator, breaks=[*breaks, PlannedBreak("short", at(11, 30), at(11, 40))])
    shift.breaks.filter(kind="lunch").update(begun_at=at(9, 10), finished_at=at(9, 45))
    shift.breaks.filter(starts_at=at(11)).update(finished_at=at(11, 15))
    shift.breaks.filter(starts_at=at(11, 30)).update(begun_at=at(11, 30))
    client.force_login(operator.user)
    text = page(client, "/shifts/mine/")
    assert "Lunch 09:00 – 09:30, 10 min late, 5 min longer" in text
    assert "11:00 – 11:15, not taken" in text
    assert "time is up" in text


def test_somebody_who_answers_no_calls_has_no_shifts(supervisor):
    assert "you have no shifts" in page(supervisor, "/shifts/mine/")


def test_a_stranger_is_asked_to_sign_in(client, operator):
    shift = plan(operator, day=24)
    for path in ("/shifts/", "/shifts/mine/", "/shifts/new/", f"/shifts/{shift.pk}/", f"/shifts/{shift.pk}/remove/"):
        assert client.get(path)["Location"].startswith("/accounts/login/")
        assert client.post(path)["Location"].startswith("/accounts/login/")
    assert Shift.objects.count() == 1


def test_weeks_run_from_monday_and_meet_without_gap_over_ten_years():
    day, seen = date(2020, 1, 1), []
    while day < date(2031, 1, 1):
        week = tables.week_of(day)
        assert week[0].weekday() == 0
        assert day in week
        assert {found.isocalendar()[:2] for found in week} == {day.isocalendar()[:2]}
        seen += [found for found in week if not seen or found > seen[-1]]
        day += timedelta(days=1)
    assert all(after - before == timedelta(days=1) for before, after in itertools.pairwise(seen))
