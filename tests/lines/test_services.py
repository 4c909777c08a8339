"""Changing a hotline, its numbers and its hours."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from hotline.core.models import AuditEntry
from lines import hours, services
from lines.models import Closure, Hotline, Number, OpeningRule
from lines.numbers import NotANumber, normalise
from tests.people import make_hotline, make_user

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)  # Monday noon in Oslo


@pytest.fixture
def by():
    return make_user("administrator")


@pytest.fixture
def hotline(by):
    made = make_hotline(time_zone="Europe/Oslo", country="NO")
    services.add_rules(made, services.weekly(0, time(8), time(16)), by=by)
    return made


def test_a_call_asks_for_the_hours_without_a_query(hotline):
    hotline.is_open(NOON)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert hotline.is_open(NOON) is True
        assert hours.opening(hotline, NOON).closes_at == datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert len(queries) == 0


def test_every_change_raises_the_version_so_that_no_process_acts_on_old_hours(hotline, by):
    def version():
        return Hotline.objects.get(pk=hotline.pk).version

    seen = [version()]
    rule = services.add_rules(hotline, OpeningRule(kind="always"), by=by)[0]
    seen.append(version())
    services.remove_rule(rule, by=by)
    seen.append(version())
    services.set_holidays(hotline, closed=True, country="no", by=by)
    seen.append(version())
    services.close_now(hotline, reason="Fire drill", by=by, at=NOON)
    seen.append(version())
    services.reopen(hotline, by=by, at=NOON + timedelta(minutes=5))
    seen.append(version())
    services.change_hotline(hotline, active=False, by=by)
    seen.append(version())
    number = services.add_number(hotline, number="22 12 34 56", by=by)
    seen.append(version())
    services.change_number(number, lines=3, by=by)
    seen.append(version())
    assert seen == list(range(seen[0], seen[0] + 9))
    assert hotline.version == seen[-1]


def test_a_changed_hour_holds_from_the_next_question_on(hotline, by):
    assert hotline.is_open(NOON)
    services.remove_rule(hotline.opening_rules.get(), by=by)
    assert not Hotline.objects.get(pk=hotline.pk).is_open(NOON)


def test_close_now_says_so_and_reopens_by_itself(hotline, by):
    at = NOON
    services.close_now(hotline, reason="Power", message="Back soon.", reopens_at=at + timedelta(hours=1), by=by, at=at)
    opening = hours.opening(hotline, at)
    assert (opening.is_open, opening.reason, opening.message) == (False, "closed_now", "Back soon.")
    assert opening.opens_at == at + timedelta(hours=1)
    assert hotline.is_open(at - timedelta(seconds=1))
    assert hotline.is_open(at + timedelta(hours=1))


def test_closing_again_replaces_the_closure_in_force(hotline, by):
    services.close_now(hotline, reason="Power", by=by, at=NOON)
    later = NOON + timedelta(minutes=10)
    services.close_now(hotline, reason="Still", reopens_at=later + timedelta(minutes=5), by=by, at=later)
    assert services.closure_in_force(hotline, later).reason == "Still"
    assert hotline.is_open(later + timedelta(minutes=5))
    assert Closure.objects.filter(hotline=hotline).count() == 2


def test_reopening_lifts_the_closure_at_once_and_leaves_the_hours_as_they_are(hotline, by):
    services.close_now(hotline, reason="Power", by=by, at=NOON)
    services.reopen(hotline, by=by, at=NOON + timedelta(minutes=1))
    assert hotline.is_open(NOON + timedelta(minutes=1))
    assert not hotline.is_open(NOON + timedelta(hours=6))
    with pytest.raises(services.Refused, match="not closed by hand"):
        services.reopen(hotline, by=by, at=NOON + timedelta(minutes=2))


def test_a_closure_needs_a_reason_and_a_reopening_time_that_is_to_come(hotline, by):
    with pytest.raises(services.Refused, match="Say why"):
        services.close_now(hotline, reason="  ", by=by, at=NOON)
    with pytest.raises(services.Refused, match="passed already"):
        services.close_now(hotline, reason="Power", reopens_at=NOON, by=by, at=NOON)
    assert hotline.is_open(NOON)


def test_two_open_ended_closures_cannot_exist_in_the_database(hotline):
    Closure.objects.create(hotline=hotline, reason="a", closed_at=NOON)
    with pytest.raises(IntegrityError):
        Closure.objects.create(hotline=hotline, reason="b", closed_at=NOON)


def test_numbers_are_kept_in_the_form_in_which_calls_name_them(hotline, by):
    assert services.add_number(hotline, number="22 86 00 00", by=by).number == "+4722860000"
    assert services.add_number(hotline, number="116 111", by=by).number == "116111"
    with pytest.raises(services.Refused, match="already exists"):
        services.add_number(hotline, number="+47 22 86 00 00", by=by)
    with pytest.raises(services.Refused, match="not a telephone number"):
        services.add_number(hotline, number="call us", by=by)
    assert Number.objects.filter(hotline=hotline).count() == 2


@pytest.mark.parametrize(
    ("text", "country", "kept"),
    [
        ("116111", "NO", "116111"),
        ("988", "US", "988"),
        ("199", "", "199"),
        ("02800", "NO", "02800"),
        ("(0917) 123-4567", "PH", "+639171234567"),
        ("0047 22 86 00 00", "", "+4722860000"),
        ("+1 (800) 555-0199", "NO", "+18005550199"),
        ("+47\u00a0800\u00a012\u00a0345", "", "+4780012345"),
    ],
)
def test_a_number_is_normalised(text, country, kept):
    assert normalise(text, country) == kept


@pytest.mark.parametrize("text", ["", "12", "22860000", "1-800-FLOWERS", "+", "+47 1", "+47228600001234567", "٣٤٥"])
def test_what_is_no_number_is_refused_with_a_sentence(text):
    with pytest.raises(NotANumber, match="not a telephone number"):
        normalise(text)


def test_changes_are_in_the_audit_trail(hotline, by):
    services.close_now(hotline, reason="Power", by=by, at=NOON)
    entry = AuditEntry.objects.get(verb="hotline.closed_now")
    assert (entry.by, entry.subject) == (by, f"hotline {hotline.pk}")


def test_a_hotline_with_a_zone_or_an_address_that_cannot_be_is_refused(by):
    with pytest.raises(services.Refused, match="no time zone"):
        services.create_hotline(name="A", slug="a", organisation="B", time_zone="Europe/Atlantis", by=by)
    with pytest.raises(services.Refused, match="taken by the system"):
        services.create_hotline(name="A", slug="new", organisation="B", by=by)
    made = services.create_hotline(name="A", slug="a", organisation="B", time_zone="Asia/Manila", by=by)
    assert not made.is_open(NOON)


def test_holidays_need_a_country_that_is_known(hotline, by):
    with pytest.raises(services.Refused, match="country"):
        services.set_holidays(hotline, closed=True, country="", by=by)
    services.set_holidays(hotline, closed=True, country="no", by=by)
    assert hours.opening(hotline, datetime(2026, 12, 25, 11, tzinfo=UTC)).reason == "holiday"


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"kind": "weekly", "weekday": 1}, "weekday"),
        ({"kind": "dated", "opens": time(8), "closes": time(9)}, "first and last day"),
        ({"kind": "one_off"}, "begins and ends"),
        ({"kind": "closed"}, "the day it is for"),
        ({"kind": "closed", "first_day": NOON.date(), "opens": time(8)}, "both times"),
        ({"kind": "closed", "first_day": NOON.date(), "last_day": NOON.date() - timedelta(days=1)}, "before the first"),
        ({"kind": "one_off", "starts_at": NOON, "ends_at": NOON}, "not after"),
    ],
)
def test_a_line_that_its_kind_cannot_mean_is_refused(hotline, by, facts, sentence):
    with pytest.raises(services.Refused, match=sentence):
        services.add_rules(hotline, OpeningRule(**facts), by=by)
    assert hotline.opening_rules.count() == 1
