"""The pages of agencies, levels of skills, and what a hotline prefers: seen by supervisors, changed by administrators."""

from datetime import time

import pytest
from django.test import Client

from hotline.core.models import AuditEntry
from lines.forms import HotlineForm
from operators.models import Agency, Operator
from tests.operators.test_account_pages import judge
from tests.operators.test_people_pages import boss, posted  # noqa: F401 - a fixture
from tests.people import make_hotline, make_operator, make_user

pytestmark = pytest.mark.django_db


def typed(**changes):
    return {"name": "Evening voices", "time_zone": "Europe/Oslo", "active": "on"} | changes


@pytest.fixture
def admin(client):
    user = make_user("administrator")
    client.force_login(user)
    return user


def test_before_the_first_agency_there_is_one_thing_to_do(client, admin):
    assert client.get("/people/agencies/").content.decode().count('href="/people/agencies/new/"') == 1
    page = client.get("/people/agencies/new/")
    judge(page)
    assert "There is no hotline in use yet." in page.content.decode()


def test_an_agency_is_made_with_hours_people_and_a_rule_for_a_hotline(client, admin):
    line, other = make_hotline("Bookshop"), make_hotline("Ministry")
    eva = make_operator(line)
    judge(client.get("/people/agencies/new/"))
    wanted = {"opens_0": "20:00", "closes_0": "06:00", "members": [eva.pk]}
    wanted |= {f"when_{line.pk}": "after", f"after_{line.pk}": "30", f"when_{other.pk}": ""}
    assert client.post("/people/agencies/new/", typed(**wanted)).status_code == 302
    agency = Agency.objects.get()
    assert [(each.weekday, each.opens, each.closes) for each in agency.hours.all()] == [(0, time(20), time(6))]
    assert list(agency.members.all()) == [eva]
    rule = agency.rules.get()
    assert (rule.hotline, rule.when, rule.after_seconds) == (line, "after", 30)
    assert rule.rings_until is not None, "it is known at once when the rule holds"
    assert AuditEntry.objects.filter(verb="agency.created", by=admin).exists()
    answer = client.get("/people/agencies/")
    judge(answer)
    assert "after 30 seconds" in answer.content.decode()
    judge(client.get(f"/people/agencies/{agency.pk}/"))
    assert "Evening voices" in client.get(f"/people/{eva.user.pk}/").content.decode()
    shown = client.get(f"/lines/{line.slug}/").content.decode()
    assert "Evening voices" in shown and "after 30 seconds" in shown


def test_an_agency_is_changed_and_lets_people_and_hotlines_go(client, admin):
    line = make_hotline()
    eva, ida = make_operator(line), make_operator(line)
    first = typed(opens_0="08:00", closes_0="16:00", members=[eva.pk], **{f"when_{line.pk}": "outside"})
    client.post("/people/agencies/new/", first)
    agency, version = Agency.objects.get(), type(line).objects.get(pk=line.pk).version
    client.post(f"/people/agencies/{agency.pk}/", typed(name="Night voices", members=[ida.pk]))
    agency.refresh_from_db()
    assert (agency.name, list(agency.members.all()), agency.rules.count(), agency.hours.count()) == (
        "Night voices", [ida], 0, 0
    )  # fmt: skip
    assert type(line).objects.get(pk=line.pk).version > version, "arrivals must not go by old hours"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"opens_3": "09:00"}, "Give both times"),
        ({"name": ""}, "required"),
        ({"time_zone": "Mars/Base"}, "Mars/Base"),
        ({"when": "after"}, "Say after how many seconds"),
        ({"when": "sometimes"}, "sometimes"),
        ({"when": "after", "after": "99999"}, "3600"),
    ],
)
def test_what_an_agency_cannot_be_is_refused_in_words(client, admin, changes, said):
    line = make_hotline()
    changes = {f"{name}_{line.pk}" if name in ("when", "after") else name: value for name, value in changes.items()}
    answer = client.post("/people/agencies/new/", typed(**changes))
    assert answer.status_code == 200 and said in answer.content.decode()
    assert not Agency.objects.exists()


def test_two_agencies_have_two_names(client, admin):
    Agency.objects.create(name="Evening voices")
    assert client.post("/people/agencies/new/", typed()).status_code == 200
    assert Agency.objects.count() == 1


def test_a_supervisor_sees_the_agencies_of_their_hotlines_and_changes_none(client, admin):
    ours, theirs = make_hotline("Bookshop"), make_hotline("Ministry")
    for name, line in (("Evening voices", ours), ("Night owls", theirs)):
        client.post("/people/agencies/new/", typed(name=name, **{f"when_{line.pk}": "always"}))
    client = Client()
    client.force_login(make_user("supervisor", ours))
    answer = client.get("/people/agencies/")
    judge(answer)
    page = answer.content.decode()
    assert "Evening voices" in page and "Night owls" not in page and "Add an agency" not in page
    agency = Agency.objects.get(name="Evening voices")
    assert client.get(f"/people/agencies/{agency.pk}/").status_code == 403
    assert client.post("/people/agencies/new/", typed(name="Ours")).status_code == 403


@pytest.mark.usefixtures("boss")
def test_a_level_is_typed_after_the_skill_and_shown_in_words(client):
    line = make_hotline()
    operator = make_operator(line)
    client.post(f"/people/{operator.user.pk}/edit/", posted(line, **{"operator-skills": "orders, refunds:3, boats: 1"}))
    operator = Operator.objects.get(pk=operator.pk)
    assert (operator.skills, operator.skill_levels) == (["orders", "refunds", "boats"], {"refunds": 3, "boats": 1})
    assert set(operator.skill_marks) >= {"orders", "orders:2", "refunds:3", "boats", "boats:1"}
    assert not {"orders:3", "boats:2"} & set(operator.skill_marks)
    assert "orders, refunds (level 3), boats (level 1)" in client.get(f"/people/{operator.user.pk}/").content.decode()
    assert "orders,refunds:3,boats:1" in client.get(f"/people/{operator.user.pk}/edit/").content.decode()
    refused = client.post(f"/people/{operator.user.pk}/edit/", posted(line, **{"operator-skills": "orders:7"}))
    assert "a level from 1 to 3" in refused.content.decode()


def test_a_hotline_says_what_it_asks_for_what_it_prefers_and_who_is_rung_first(client, admin):
    line = make_hotline(languages=["en"])
    facts = {
        b.name: "" if b.value() is None or b.value() is False or b.value() == [] else b.value()
        for b in HotlineForm(instance=line)
    }
    facts |= {"languages": "en"} | {"skills": "orders:2", "level_seconds": "60", "preferred_skills": "refunds:3, vip"}
    facts |= {"preference_seconds": "20", "ring_order": "fewest"}
    assert client.post(f"/lines/{line.slug}/change/", facts).status_code == 302
    line.refresh_from_db()
    assert (line.skills, line.level_seconds, line.preferred_skills, line.preference_seconds, line.ring_order) == (
        ["orders:2"], 60, ["refunds:3", "vip"], 20, "fewest"
    )  # fmt: skip
    shown = client.get(f"/lines/{line.slug}/").content.decode()
    assert "After 60 seconds any level will do" in shown and "The others are rung after 20 seconds" in shown
    refused = client.post(f"/lines/{line.slug}/change/", facts | {"preferred_skills": "refunds:9"})
    assert refused.status_code == 200 and "is not a skill" in refused.content.decode()
