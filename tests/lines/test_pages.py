"""The pages of the hotlines: an administrator changes them, a supervisor sees and closes their own."""

from datetime import UTC, datetime

import pytest
import time_machine

from lines import services
from lines.models import Closure, Hotline, Number, OpeningRule
from tests.people import make_hotline, make_operator, make_user

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)  # Monday noon in Oslo
WEEKDAYS = {"weekdays": ["0", "1", "2", "3", "4"], "opens": "08:00", "closes": "16:00"}


@pytest.fixture(autouse=True)
def monday_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def hotline():
    return make_hotline("Web shop", time_zone="Europe/Oslo", country="NO")


@pytest.fixture
def administrator(client):
    client.force_login(make_user("administrator"))
    return client


@pytest.fixture
def supervisor(client, hotline):
    client.force_login(make_user("supervisor", hotline))
    return client


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def addresses(hotline):
    number = services.add_number(hotline, number="116111", by=None)
    rule = services.add_rules(hotline, OpeningRule(kind="always"), by=None)[0]
    own = f"/lines/{hotline.slug}/"
    seen = ["", "close/"]
    changed = ["change/", "hours/", "numbers/new/", f"numbers/{number.pk}/"]
    posted = ["reopen/", "hours/holidays/", f"hours/{rule.pk}/remove/"]
    return [own + end for end in seen], [own + end for end in changed], [own + end for end in posted]


def test_an_administrator_opens_every_page(administrator, hotline):
    seen, changed, _posted = addresses(hotline)
    for path in ["/lines/", "/lines/new/", *seen, *changed]:
        page(administrator, path)


def test_a_supervisor_sees_and_closes_their_own_but_changes_nothing(supervisor, hotline):
    seen, changed, posted = addresses(hotline)
    for path in ["/lines/", *seen]:
        page(supervisor, path)
    for path in ["/lines/new/", *changed]:
        assert supervisor.get(path).status_code == 403, path
        assert supervisor.post(path).status_code == 403, path
    for path in posted[1:]:
        assert supervisor.post(path).status_code == 403, path
    assert hotline.opening_rules.count() == 1


def test_a_supervisor_does_not_find_somebody_elses_hotline(supervisor):
    other = make_hotline("Elsewhere")
    seen, _changed, posted = addresses(other)
    assert "Elsewhere" not in page(supervisor, "/lines/")
    for path in seen:
        assert supervisor.get(path).status_code == 404, path
    for path in [posted[0], seen[1]]:
        assert supervisor.post(path, {"reason": "x"}).status_code == 404, path
    assert not Closure.objects.exists()


def test_an_operator_and_a_stranger_open_none_of_them(client, hotline):
    everything = [path for group in addresses(hotline) for path in group] + ["/lines/", "/lines/new/"]
    for path in everything:
        assert client.get(path)["Location"].startswith("/accounts/login/"), path
    client.force_login(make_operator(hotline).user)
    for path in everything:
        assert client.get(path).status_code == 403, path
        assert client.post(path).status_code == 403, path


def test_pages_carry_nothing_that_the_content_policy_would_block(administrator, hotline):
    seen, changed, _posted = addresses(hotline)
    for path in ["/lines/", "/lines/new/", *seen, *changed]:
        text = page(administrator, path)
        assert " style=" not in text
        assert " onclick=" not in text


def test_the_list_says_what_is_open_and_what_changes_next(administrator, hotline):
    assert "Closed" in page(administrator, "/lines/")
    services.add_rules(hotline, services.weekly(0, *_times("08:00", "16:00")), by=None)
    assert "Open until 16:00" in page(administrator, "/lines/")
    with time_machine.travel(datetime(2026, 11, 23, 18, tzinfo=UTC), tick=False):
        assert "Closed. Opens Mon 30 Nov 08:00" in page(administrator, "/lines/")
    with time_machine.travel(datetime(2026, 11, 29, 18, tzinfo=UTC), tick=False):
        assert "Closed. Opens Mon 08:00" in page(administrator, "/lines/")


def test_a_hotline_is_made_and_changed(administrator):
    facts = {
        **{"name": "Admissions", "slug": "admissions", "organisation": "The University", "time_zone": "Asia/Manila"},
        **{"country": "PH", "languages": "en, fil", "skills": "", "priority": 0, "service_level_seconds": 20},
        **{"service_level_percent": 80, "short_abandon_seconds": 5, "ring_seconds": 20, "max_wait_seconds": 300},
        **{"wrap_up_seconds": 45, "caller_hourly_limit": 0, "colour": 2, "active": "on"},
    }
    answer = administrator.post("/lines/new/", facts)
    assert answer["Location"] == "/lines/admissions/hours/"
    made = Hotline.objects.get(slug="admissions")
    assert (made.languages, made.time_zone, made.voicemail_enabled) == (["en", "fil"], "Asia/Manila", False)
    administrator.post("/lines/admissions/change/", {**facts, "ring_seconds": 25})
    changed = Hotline.objects.get(slug="admissions")
    assert (changed.ring_seconds, changed.version) == (25, made.version + 1)


def test_bad_input_says_what_is_wrong_and_loses_nothing(administrator, hotline):
    answer = administrator.post("/lines/new/", {"name": "Half a hotline", "languages": "bokmål", "slug": "new"})
    text = answer.content.decode()
    assert "Half a hotline" in text
    assert "is not a language code" in text
    assert "This field is required" in text
    text = administrator.post(f"/lines/{hotline.slug}/numbers/new/", {"number": "call us", "lines": 3}).content.decode()
    assert "call us" in text
    assert "is not a telephone number" in text


def test_a_number_is_added_changed_and_taken_out_of_use(administrator, hotline):
    administrator.post(
        f"/lines/{hotline.slug}/numbers/new/", {"number": "22 86 00 00", "kind": "local", "lines": 4, "active": "on"}
    )
    number = Number.objects.get()
    assert (number.number, number.lines, number.hotline) == ("+4722860000", 4, hotline)
    administrator.post(
        f"/lines/{hotline.slug}/numbers/{number.pk}/", {"number": "+4722860000", "kind": "toll_free", "lines": 6}
    )
    number.refresh_from_db()
    assert (number.kind, number.lines, number.active) == ("toll_free", 6, False)
    taken = administrator.post(
        f"/lines/{hotline.slug}/numbers/new/", {"number": "+47 22860000", "kind": "local", "lines": 1}
    )
    assert "already exists" in taken.content.decode()


def test_weekly_hours_are_added_for_several_days_at_once_and_removed(administrator, hotline):
    administrator.post(f"/lines/{hotline.slug}/hours/?add=weekly", WEEKDAYS)
    assert hotline.opening_rules.count() == 5
    text = page(administrator, f"/lines/{hotline.slug}/hours/")
    assert "Open until 16:00" in text
    assert "Wednesday 08:00 – 16:00" in text
    rule = hotline.opening_rules.get(weekday=2)
    administrator.post(f"/lines/{hotline.slug}/hours/{rule.pk}/remove/")
    assert "Wednesday 08:00" not in page(administrator, f"/lines/{hotline.slug}/hours/")


def test_a_line_of_another_hotline_cannot_be_removed_through_this_one(administrator, hotline):
    other = services.add_rules(make_hotline(), OpeningRule(kind="always"), by=None)[0]
    assert administrator.post(f"/lines/{hotline.slug}/hours/{other.pk}/remove/").status_code == 404


def test_exceptions_holidays_and_periods_show_in_the_coming_days(administrator, hotline):
    own = f"/lines/{hotline.slug}/hours/"
    administrator.post(f"{own}?add=weekly", {**WEEKDAYS, "weekdays": [str(day) for day in range(7)]})
    administrator.post(f"{own}?add=closed", {"first_day": "2026-11-25", "note": "Stocktaking"})
    administrator.post(
        f"{own}?add=dated", {"first_day": "2026-11-26", "last_day": "2026-11-27", "opens": "18:00", "closes": "20:00"}
    )
    administrator.post(f"{own}holidays/", {"closed": "on", "country": "NO"})
    text = page(administrator, own)
    assert "closed as an exception: Stocktaking" in text
    assert "08:00 – 16:00, 18:00 – 20:00" in text
    with time_machine.travel(datetime(2026, 12, 20, 12, tzinfo=UTC), tick=False):
        administrator.force_login(make_user("administrator"))  # the session is a month old by then
        assert "public holiday: " in page(administrator, own)


def test_holidays_without_a_country_are_asked_for(administrator, hotline):
    text = administrator.post(f"/lines/{hotline.slug}/hours/holidays/", {"closed": "on"}).content.decode()
    assert "Choose the country" in text
    assert Hotline.objects.get(pk=hotline.pk).closed_on_holidays is False


def test_the_country_stays_while_its_holidays_close_the_hotline(administrator, hotline):
    services.set_holidays(hotline, closed=True, country="NO", by=None)
    text = administrator.post(f"/lines/{hotline.slug}/change/", {"country": ""}).content.decode()
    assert "so it needs a country" in text
    assert Hotline.objects.get(pk=hotline.pk).country == "NO"


def test_a_period_that_ends_before_it_begins_is_refused_and_stays_typed(administrator, hotline):
    facts = {"first_day": "2026-12-02", "last_day": "2026-12-01", "opens": "08:00", "closes": "16:00"}
    text = administrator.post(f"/lines/{hotline.slug}/hours/?add=dated", facts).content.decode()
    assert "The last day is before the first." in text
    assert 'value="2026-12-02"' in text


def test_a_time_that_occurs_twice_is_asked_about_and_one_that_does_not_exist_is_named(administrator, hotline):
    own = f"/lines/{hotline.slug}/hours/?add=one_off"
    asked = administrator.post(own, {"starts_at": "2027-10-31T02:30", "ends_at": "2027-10-31T05:00"}).content.decode()
    assert "occurs twice on 2027-10-31" in asked
    assert "starts_at_which" in asked
    assert "ends_at_which" not in asked
    assert 'value="2027-10-31T02:30"' in asked
    administrator.post(own, {"starts_at": "2027-10-31T02:30", "starts_at_which": "2", "ends_at": "2027-10-31T05:00"})
    assert OpeningRule.objects.get().starts_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    never = administrator.post(own, {"starts_at": "2027-03-28T02:30", "ends_at": "2027-03-28T05:00"}).content.decode()
    assert "There is no 02:30 on 2027-03-28" in never


def test_a_supervisor_closes_now_with_a_reopening_time_and_reopens(supervisor, hotline):
    services.add_rules(hotline, OpeningRule(kind="always"), by=None)
    own = f"/lines/{hotline.slug}/"
    facts = {"reason": "Power cut", "message": "Back at two.", "reopens_at": "2026-11-23T14:00"}
    assert supervisor.post(f"{own}close/", facts)["Location"] == own
    text = page(supervisor, own)
    assert "Closed. Opens 14:00" in text
    assert "Power cut" in text
    assert "Back at two." in text
    assert Closure.objects.get().reopens_at == datetime(2026, 11, 23, 13, tzinfo=UTC)
    supervisor.post(f"{own}reopen/")
    assert Hotline.objects.get(pk=hotline.pk).is_open(NOON)
    text = page(supervisor, own)
    assert "is lifted. Open." in text
    supervisor.post(f"{own}reopen/")
    assert "is not closed by hand" in page(supervisor, own)


def test_closing_until_a_time_that_has_passed_is_refused_and_stays_typed(supervisor, hotline):
    facts = {"reason": "Power cut", "reopens_at": "2026-11-23T11:00"}
    text = supervisor.post(f"/lines/{hotline.slug}/close/", facts).content.decode()
    assert "has passed already" in text
    assert "Power cut" in text
    assert 'value="2026-11-23T11:00"' in text
    assert not Closure.objects.exists()


def test_a_hotline_with_nothing_set_up_still_has_a_page(administrator):
    bare = make_hotline("Bare")
    text = page(administrator, f"/lines/{bare.slug}/")
    assert "No number leads here yet." in text
    assert "No opening hours yet, so it is closed." in text
    assert "no number" in page(administrator, "/lines/")


def _times(*texts):
    return [datetime.strptime(text, "%H:%M").time() for text in texts]
