"""When the people of an agency are rung: its hours, ours, and the seconds a caller has waited (P8, S4)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone

from calls import agencies, routing
from calls.arrival import receive_call
from calls.matching import assign_one
from calls.models import Call, Offer
from lines import hours
from lines.models import Closure, Hotline, OpeningRule
from lines.services import mark_changed
from operators.models import Agency, AgencyHours, AgencyRule, Operator
from tests.world import hotline, number_of, operator, sid

pytestmark = pytest.mark.django_db
MONDAY_NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)  # 12:00 in Oslo
EVENING = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)  # 21:00 in Oslo


def agency(line: Hotline, when: str = "always", *, after: int = 0, opens: int = 0, closes: int = 0) -> Agency:
    """Open every day in Oslo from `opens` to `closes`; with both 0, at all hours."""
    made = Agency.objects.create(name=f"Agency {sid()}", time_zone="Europe/Oslo")
    if opens != closes:
        AgencyHours.objects.bulk_create(
            AgencyHours(agency=made, weekday=day, opens=time(opens), closes=time(closes)) for day in range(7)
        )
    AgencyRule.objects.create(agency=made, hotline=line, when=when, after_seconds=after)
    mark_changed(line, by=None, verb="hotline.agency_changed")
    return made


def by_day(**fields) -> Hotline:
    """Open from 8 to 16 in Oslo."""
    line = hotline(always_open=False, time_zone="Europe/Oslo", **fields)
    for day in range(7):
        OpeningRule.objects.create(hotline=line, kind="weekly", weekday=day, opens=time(8), closes=time(16))
    return line


def waits(line: Hotline, at: datetime, seconds: float = 0, **fields) -> Call:
    return Call.objects.create(
        carrier_ref=sid(), hotline=line, state="waiting", arrived_at=at, caller_kind="withheld",
        queued_at=at - timedelta(seconds=seconds), **fields,
    )  # fmt: skip


def everybody_is_free_again() -> None:
    Offer.objects.all().delete()
    Operator.objects.update(state="ready")


def rung(line: Hotline, at: datetime, seconds: float = 0) -> bool:
    """Whether anybody is rung for a caller who has waited for so long; the caller is gone again after that."""
    call = waits(line, at, seconds)
    agencies.keep_up(at)
    found = assign_one(at)
    Call.objects.filter(pk=call.pk).update(state="ended")
    return found is not None


@pytest.mark.parametrize(
    ("rule", "moment", "waited", "expected"),
    [
        ({"when": "always"}, MONDAY_NOON, 0, True),
        ({"when": "always", "opens": 20, "closes": 6}, MONDAY_NOON, 0, False),
        ({"when": "always", "opens": 20, "closes": 6}, EVENING, 0, True),
        ({"when": "always", "opens": 20, "closes": 6}, EVENING + timedelta(hours=8, minutes=59), 0, True),
        ({"when": "always", "opens": 20, "closes": 6}, EVENING + timedelta(hours=9), 0, False),
        ({"when": "after", "after": 30}, MONDAY_NOON, 29, False),
        ({"when": "after", "after": 30}, MONDAY_NOON, 30, True),
        ({"when": "outside"}, MONDAY_NOON, 60, False),
        ({"when": "outside"}, EVENING, 0, True),
        ({"when": "outside", "opens": 16, "closes": 20}, EVENING, 0, False),
    ],
)
def test_an_agency_is_rung_when_its_rule_and_its_hours_say_so(rule, moment, waited, expected):
    line = by_day()
    operator(line, at=moment, agency=agency(line, **rule))
    assert rung(line, moment, waited) is expected


def test_an_agency_without_a_rule_or_one_that_answers_no_more_is_never_rung():
    line, other = by_day(), by_day()
    kari = operator(line, other, at=MONDAY_NOON, agency=agency(other))
    assert not rung(line, MONDAY_NOON, 600)
    Agency.objects.update(active=False)
    mark_changed(other, by=None, verb="hotline.agency_changed")
    assert not rung(other, MONDAY_NOON, 600)
    Agency.objects.update(active=True)
    mark_changed(other, by=None, verb="hotline.agency_changed")
    assert rung(other, MONDAY_NOON)
    assert kari.agency


def test_a_night_agency_keeps_its_own_clock_when_the_clocks_change():
    """On 29 March 2026 it is 03:00 in Oslo an hour after 01:00: the night is an hour shorter, and ends at 06:00."""
    line = by_day()
    rule = AgencyRule.objects.get(agency=agency(line, opens=22, closes=6))
    begins, ends = agencies.stretch(rule, datetime(2026, 3, 28, 21, 30, tzinfo=UTC))
    assert (begins.astimezone(UTC).hour, ends - begins) == (21, timedelta(hours=6, minutes=30))
    assert ends == datetime(2026, 3, 29, 4, 0, tzinfo=UTC)


def test_outside_our_hours_the_agency_opens_the_hotline_for_callers():
    line = by_day()
    operator(line, at=EVENING, agency=agency(line, "outside", opens=16, closes=22))

    def refused(at: datetime) -> str:
        facts = {"dialled": number_of(line), "caller": "+4791234567", "raw": {}}
        return receive_call(carrier_ref=sid(), at=at, **facts).refused

    assert [refused(at) for at in (MONDAY_NOON, EVENING, EVENING + timedelta(hours=2))] == ["", "", "closed"]
    line.refresh_from_db()
    opening = hours.opening(line, EVENING)
    assert (opening.reason, opening.closes_at) == ("agency", datetime(2026, 3, 2, 21, 0, tzinfo=UTC))
    Closure.objects.create(hotline=line, reason="Fire", closed_at=MONDAY_NOON)
    mark_changed(line, by=None, verb="hotline.closed_now")
    assert refused(EVENING) == "closed"
    assert not rung(line, EVENING), "whoever closes a hotline by hand closes it for the agency too"


def test_on_a_public_holiday_the_agency_answers_and_on_an_exception_nobody_does():
    line = by_day(country="NO", closed_on_holidays=True)
    agency(line, "outside")
    christmas = datetime(2026, 12, 25, 11, tzinfo=UTC)
    line.refresh_from_db()
    assert hours.opening(line, christmas).is_open
    OpeningRule.objects.create(hotline=line, kind="closed", first_day=date(2026, 12, 25))
    mark_changed(line, by=None, verb="hours.added")
    assert not hours.opening(line, christmas).is_open


@pytest.mark.parametrize(
    ("rule", "moment", "given_up"),
    [
        ({"when": "always"}, MONDAY_NOON, ""),
        ({"when": "always", "opens": 20, "closes": 6}, MONDAY_NOON, "nobody"),
        ({"when": "always", "opens": 20, "closes": 6}, MONDAY_NOON + timedelta(hours=7, minutes=59), ""),
        ({"when": "after", "after": 60}, MONDAY_NOON, ""),
        ({"when": "after", "after": 300}, MONDAY_NOON, "nobody"),
        ({"when": "outside"}, MONDAY_NOON, "nobody"),
    ],
)
def test_agency_people_count_as_being_there_only_if_they_are_rung_in_time(rule, moment, given_up):
    line = by_day(max_wait_seconds=120)
    operator(line, at=moment, agency=agency(line, **rule))
    agencies.keep_up(moment)
    assert routing.give_up_reason(waits(line, moment), line, moment) == given_up
    operator(line, at=moment)
    assert routing.give_up_reason(waits(line, moment), line, moment) == ""


def test_what_is_known_of_the_hours_is_kept_up_and_costs_one_query_while_nothing_changes(django_assert_num_queries):
    line = by_day()
    rule = AgencyRule.objects.get(agency=agency(line, opens=20, closes=6))
    assert agencies.keep_up(MONDAY_NOON) == 1
    with django_assert_num_queries(1):
        assert agencies.keep_up(MONDAY_NOON) == 0
    rule.refresh_from_db()
    assert (rule.rings_from.hour, rule.rings_until.hour) == (19, 5)
    assert agencies.keep_up(rule.rings_until) == 1
    mark_changed(line, by=None, verb="hours.added")
    assert agencies.keep_up(MONDAY_NOON) == 1


def test_fewest_calls_today_counts_from_the_hotlines_midnight():
    """23:30 UTC is half past midnight in Oslo: what was answered before is of yesterday."""
    at = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    line = hotline(time_zone="Europe/Oslo", ring_order="fewest")
    busy, idle = operator(line, at=at - timedelta(hours=2)), operator(line, at=at - timedelta(hours=1))
    answered = {"state": "ended", "arrived_at": at, "hotline": line}
    Call.objects.create(carrier_ref=sid(), operator=idle, answered_at=at - timedelta(hours=1), **answered)
    waits(line, at)
    assert assign_one(at)[1] == busy.pk
    Call.objects.all().delete()
    everybody_is_free_again()
    Call.objects.create(carrier_ref=sid(), operator=busy, answered_at=at - timedelta(minutes=10), **answered)
    waits(line, at)
    assert assign_one(at)[1] == idle.pk


def test_those_with_the_preferred_skill_are_rung_alone_then_first():
    at = timezone.now()
    line = hotline(preferred_skills=["billing:2"], preference_seconds=20)
    plain = operator(line, at=at - timedelta(hours=2), skills=["billing"], skill_levels={"billing": 1})
    call = waits(line, at, 19)
    assert assign_one(at) is None
    expert = operator(line, at=at, skills=["billing"])
    assert assign_one(at) == (call.pk, expert.pk)
    waits(line, at, 20)
    assert assign_one(at)[1] == plain.pk
    everybody_is_free_again()
    waits(line, at, 20)
    assert assign_one(at)[1] == expert.pk, "who has it comes first, however idle the other is"


def test_a_level_is_given_up_after_a_time_and_the_skill_never():
    at = timezone.now()
    line = hotline(skills=["billing:3"], level_seconds=30)
    operator(line, at=at, skills=["orders"], skill_levels={"orders": 3})
    waits(line, at, 29, skills=["billing:3"])
    learner = operator(line, at=at, skills=["billing"], skill_levels={"billing": 1})
    assert assign_one(at) is None
    assert assign_one(at + timedelta(seconds=1))[1] == learner.pk
