"""The demo: what `manage.py load_demo` makes, told through what people will look for in it."""

import json
import random
import stat
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.hashers import check_password
from django.db.models import Count, F, Q
from rest_framework.authtoken.models import Token

from analytics.counting import total
from analytics.figures import abandonment_rate, service_level
from calls.models import (
    Call,
    Callback,
    Caller,
    CallEvent,
    Note,
    NoteVersion,
    Offer,
    Outgoing,
    OutwardRule,
    Topic,
    Voicemail,
)
from calls.plans import editing
from calls.plans.models import CallPlan
from hotline.demo.loader import load
from hotline.demo.people import _password
from knowledge.models import Contact, Question, Script
from lines.models import Hotline, Number, OpeningRule
from lines.tariffs import Tariff
from operators.models import Agency, Operator, Presence, User
from scheduling.models import Break, Shift

AT = datetime(2026, 11, 20, 13, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """Loaded once, rolled back after the last test of the module."""
    from django.db import transaction

    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), transaction.atomic():
        loaded = load(days=14, at=AT, data_dir=folder)
        assert loaded is not None
        yield loaded, folder
        transaction.set_rollback(True)


@pytest.fixture
def db(demo):
    """The module's transaction is the database of every test here."""


def test_three_hotlines_each_in_its_language_and_zone(demo):
    assert {(h.slug, h.languages[0], h.time_zone) for h in Hotline.objects.all()} == {
        ("webshop", "nb", "Europe/Oslo"),
        ("admissions", "en", "Europe/London"),
        ("citizens", "fil", "Asia/Manila"),
    }
    assert all(number.lines >= 5 for number in Number.objects.all())


def test_one_hotline_has_a_call_plan_that_could_be_published_as_it_is(demo):
    (plan,) = CallPlan.objects.filter(state="published")
    assert plan.hotline.slug == "admissions"
    assert editing.faults_of(plan.hotline, plan.content) == []
    assert CallPlan.objects.filter(hotline=plan.hotline, state="past").exists()


@pytest.mark.parametrize("slug", ["webshop", "admissions", "citizens"])
def test_what_would_happen_is_answered_for_each_hotline(demo, client, slug):
    client.force_login(User.objects.filter(role=User.Role.SUPERVISOR, hotlines__slug=slug).first())
    answer = client.get(f"/lines/{slug}/what-if/")
    assert answer.status_code == 200 and 'id="answer"' in answer.content.decode()
    when = {
        "moment": "2026-11-20T13:00",
        "caller": "new",
        "number": Number.objects.filter(hotline__slug=slug)[0].number,
    }
    text = client.post(
        f"/lines/{slug}/what-if/", when | {"roster": "rostered", "language": "", "keys": ""}
    ).content.decode()
    assert ("What is it about" in text) is (slug == "admissions")


def test_an_always_open_hotline_has_five_operators_who_speak_its_language(demo):
    for hotline in Hotline.objects.filter(opening_rules__kind=OpeningRule.Kind.ALWAYS):
        assert hotline.operators.filter(languages__contains=[hotline.languages[0]]).count() >= 5
    assert OpeningRule.objects.filter(kind=OpeningRule.Kind.ALWAYS).exists()


def test_at_least_twelve_operators_all_offline_and_some_serve_two_hotlines(demo):
    operators = Operator.objects.annotate(serves=Count("hotlines"))
    assert len(operators) >= 12
    assert {o.state for o in operators} == {Presence.OFFLINE}
    assert sum(o.serves == 2 for o in operators) >= 2


def test_the_credentials_open_the_accounts_and_only_the_owner_reads_them(demo):
    loaded, folder = demo
    path = folder / "demo-credentials.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = json.loads(path.read_text())
    assert kept == loaded.credentials
    assert kept["supervisor"].keys() == kept["administrator"].keys() == {"username", "password", "token"}
    for entry in [kept["supervisor"], kept["administrator"], *kept["operators"]]:
        user = User.objects.get(username=entry["username"])
        assert check_password(entry["password"], user.password)
        assert Token.objects.get(user=user).key == entry["token"]
    for entry in kept["operators"]:
        operator = Operator.objects.get(user__username=entry["username"])
        assert (operator.identity, str(operator.phone)) == (entry["identity"], entry["phone"])


def test_no_password_can_be_guessed_from_another_or_from_the_moment_of_loading(demo):
    kept = demo[0].credentials
    passwords = [each["password"] for each in [kept["supervisor"], kept["administrator"], *kept["operators"]]]
    assert len(set(passwords)) == len(passwords) and min(map(len, passwords)) >= 16
    made = []
    for _ in range(2):
        random.seed(7)  # whatever draws the calls, always the same for the same moment, must not draw these
        made.append(_password())
    assert made[0] != made[1]


def test_every_hotline_has_a_script_with_steps_answers_contacts_and_two_levels_of_topics(demo):
    for hotline in Hotline.objects.all():
        script = Script.objects.get(hotline=hotline, language=hotline.languages[0], occasion="inbound")
        assert "{operator}" in script.greeting and script.steps.count() >= 3
        assert Question.objects.filter(hotline=hotline, language=hotline.languages[0]).count() >= 12
        assert Contact.objects.filter(hotline=hotline).count() >= 4
        assert Topic.objects.filter(hotline=hotline, parent__isnull=False).count() >= 8


def test_shifts_cover_today_and_the_coming_days_and_lunches_are_staggered(demo):
    for hotline in Hotline.objects.filter(opening_rules__kind=OpeningRule.Kind.ALWAYS):
        for day in range(7):
            noon = (AT + timedelta(days=day)).astimezone(ZoneInfo(hotline.time_zone)).replace(hour=12)
            on_shift = Shift.objects.filter(operator__hotlines=hotline, starts_at__lte=noon, ends_at__gt=noon)
            assert on_shift.exists()
    lunches = Break.objects.filter(
        kind="lunch",
        shift__operator__hotlines__slug="citizens",
        starts_at__gte=AT,
        starts_at__lt=AT + timedelta(days=1),
    )
    assert len({lunch.starts_at for lunch in lunches}) > 2
    assert not Break.objects.filter(
        Q(starts_at__lt=F("shift__starts_at")) | Q(ends_at__gt=F("shift__ends_at"))
    ).exists()


def test_a_second_load_changes_nothing(demo, tmp_path):
    before = (Call.objects.count(), User.objects.count())
    assert load(days=14, at=AT, data_dir=tmp_path) is None
    assert (Call.objects.count(), User.objects.count()) == before
    assert not list(tmp_path.iterdir())


def test_every_call_is_over_and_its_journal_tells_the_same_story(demo):
    calls = Call.objects.all()
    assert calls.count() > 1500
    assert not calls.exclude(state="ended").exists()
    assert calls.aggregate(n=Count("arrived_at__date", distinct=True))["n"] == 15
    answered = set(calls.filter(outcome="answered").values_list("pk", flat=True))
    assert set(CallEvent.objects.filter(kind="answered").values_list("call", flat=True)) == answered
    assert set(Offer.objects.filter(state="finished").values_list("call", flat=True)) == answered
    assert CallEvent.objects.filter(kind="ended").count() == calls.count()
    assert Voicemail.objects.count() == calls.filter(outcome="voicemail").count() > 0
    assert NoteVersion.objects.count() == Note.objects.filter(saved_at__isnull=False).count() > 1000


def test_nobody_answers_two_calls_at_once_or_outside_a_shift(demo):
    busy = defaultdict(list)
    for call in Call.objects.filter(answered_at__isnull=False).order_by("answered_at"):
        busy[call.operator_id].append((call.answered_at, call.operator_left_at))
    for spans in busy.values():
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    rung_in_shift = Offer.objects.filter(
        operator__shifts__starts_at__lte=F("made_at"), operator__shifts__ends_at__gt=F("made_at")
    )
    assert rung_in_shift.count() == Offer.objects.count()


def test_some_callers_were_called_back_and_most_in_time(demo):
    callbacks = list(Callback.objects.select_related("call", "attempt"))
    assert len(callbacks) >= 4
    for callback in callbacks:
        assert (callback.call.outcome, callback.attempt.outcome) == ("callback", "answered")
        assert callback.attempt.operator == callback.operator
    kept = sum(bool(callback.kept(AT)) for callback in callbacks)
    assert len(callbacks) / 2 < kept


def test_operators_called_contacts_as_the_hotline_and_every_hotline_has_limits(demo):
    made = list(Outgoing.objects.select_related("call__hotline"))
    assert len(made) >= 6
    assert {each.whom for each in made} <= set(Contact.objects.values_list("name", flat=True))
    assert {each.call.direction for each in made} == {"outgoing"}
    assert OutwardRule.objects.count() == Hotline.objects.count() + 1
    assert OutwardRule.objects.filter(typed=True).count() == 1


def test_one_caller_is_blocked_for_a_reason_and_the_second_number_of_the_shop_has_a_price(demo):
    blocked = Caller.objects.get(blocked_until__gt=AT)
    assert blocked.blocked_reason and blocked.blocked_by.role == User.Role.SUPERVISOR
    paid = Tariff.objects.get(kind="per_minute")
    assert paid.number.hotline.slug == "webshop" and Call.objects.filter(tariff=paid).count() > 100
    assert not Tariff.objects.filter(number__number="+4748800100").exists(), "the first number costs nothing"


def test_the_web_shop_has_an_evening_agency_and_the_admissions_office_prefers_a_skill(demo):
    loaded, _folder = demo
    agency = Agency.objects.get()
    assert (agency.members.count(), agency.rules.get().hotline.slug) == (2, "webshop")
    told = {entry["username"] for entry in loaded.credentials["operators"]}
    assert not told & set(agency.members.values_list("user__username", flat=True)), "no program waits for them to ring"
    office = Hotline.objects.get(slug="admissions")
    assert office.operators.filter(skill_marks__contains=office.preferred_skills).count() == 2


def test_tuesday_lunch_is_the_weak_spot_of_the_web_shop(demo):
    shop = Hotline.objects.get(slug="webshop")
    zone = ZoneInfo("Europe/Oslo")
    lunch = datetime(2026, 11, 17, 12, tzinfo=zone)
    day = datetime(2026, 11, 17, tzinfo=zone)
    weak = total([shop.pk], lunch, lunch + timedelta(hours=2))
    whole_day = total([shop.pk], day, day + timedelta(days=1))
    fortnight = total([shop.pk], AT - timedelta(days=15), AT)
    assert weak.offered > 20
    assert abandonment_rate(weak).value > 2.5 * abandonment_rate(fortnight).value
    assert service_level(weak).value < 0.6 < service_level(fortnight).value
    assert weak.abandoned > whole_day.abandoned / 2


def test_more_calls_come_on_monday_morning_than_on_sunday_night(demo):
    local = [c.arrived_at.astimezone(ZoneInfo("Europe/Oslo")) for c in Call.objects.filter(hotline__slug="webshop")]
    by_hour = Counter((at.weekday(), at.hour) for at in local)
    assert by_hour[0, 10] > 10 > by_hour[6, 3]


def test_the_calls_are_the_same_for_the_same_moment():
    from hotline.demo.loader import _plan, _play

    begins = datetime(2026, 11, 17, tzinfo=UTC)
    works = _plan(begins.date(), AT.date())
    facts = [[(s.arrived_at, s.caller, s.operator, s.end) for s in _play(works, begins, AT)] for _ in range(2)]
    assert facts[0] == facts[1] != []
