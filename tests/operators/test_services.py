"""Accounts: made, changed and closed by an administrator, each act remembered."""

import re
from datetime import UTC, datetime

import pytest
from rest_framework.authtoken.models import Token

from hotline.core.models import AuditEntry
from operators import presence, services
from operators.models import Operator, Presence, User
from tests.people import make_hotline, make_operator, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def boss():
    return make_user("administrator", username="boss")


def audited(verb: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(verb=verb))


def test_a_new_person_gets_a_random_password_that_signs_in(boss, client):
    hotline = make_hotline()
    user, password = services.create_person(by=boss, username="kari", role="supervisor", hotlines=[hotline])
    assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", password)
    assert user.check_password(password)
    assert password not in user.password
    assert list(user.hotlines.all()) == [hotline]
    assert audited("person.created")[0].by == boss
    assert services.random_password() != services.random_password()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"username": "BOSS"}, "called BOSS"),
        ({"username": "k@x"}, "no @"),
        ({"username": "kari", "email": "Boss@Example.org"}, "e-mail address"),
        ({"username": "kari", "email": "not an address"}, "valid email"),
        ({"username": "", "email": ""}, "blank"),
    ],
)
def test_a_person_who_could_not_sign_in_is_refused(fields, sentence):
    make_user("administrator", username="boss", email="boss@example.org")
    with pytest.raises(services.Refused, match=sentence):
        services.create_person(by=None, role="operator", **fields)


def test_an_unknown_role_is_refused(boss):
    with pytest.raises(services.Refused, match="not a valid choice"):
        services.create_person(by=boss, username="kari", role="superuser")


def test_services_change_no_field_that_is_not_theirs(boss):
    user = make_user()
    for field in ("is_staff", "is_superuser", "password", "last_login"):
        with pytest.raises(TypeError, match=field):
            services.change_person(user, by=boss, **{field: True})
    operator = make_operator()
    for field in ("state", "identity", "idle_since"):
        with pytest.raises(TypeError, match=field):
            services.change_operator(operator, by=boss, at=NOW, **{field: "ready"})


def test_the_browser_telephone_of_an_operator_has_a_name_the_carrier_accepts(boss):
    operator = services.make_operator(make_user(username="åse-æ.ø"), by=boss, hotlines=[make_hotline()])
    assert operator.identity == f"op_{operator.pk}"
    assert re.fullmatch(r"[A-Za-z0-9_]+", operator.identity)
    assert operator.state == Presence.OFFLINE


def test_a_telephone_is_needed_to_answer_on_one(boss):
    with pytest.raises(services.Refused, match="number is known"):
        services.make_operator(make_user(), by=boss, device="phone")
    with pytest.raises(services.Refused, match=r"not valid|enter a valid"):
        services.make_operator(make_user(), by=boss, device="phone", phone="12")
    operator = services.make_operator(make_user(), by=boss, device="phone", phone="+4722000001")
    operator.refresh_from_db()
    assert str(operator.phone) == "+4722000001"


def test_a_skill_is_one_word(boss):
    with pytest.raises(services.Refused, match="one word"):
        services.make_operator(make_user(), by=boss, skills=["two words"])


def test_hotlines_skills_and_languages_are_set_and_the_change_is_remembered(boss):
    first, second = make_hotline(), make_hotline()
    operator = make_operator(first)
    services.change_operator(
        operator, by=boss, at=NOW, hotlines=[second], skills=["orders"], languages=["nb", "en"], display_name="Kari"
    )
    operator.refresh_from_db()
    assert (operator.skills, operator.languages, operator.display_name) == (["orders"], ["nb", "en"], "Kari")
    assert list(operator.hotlines.all()) == [second]
    assert audited("operator.changed")[0].detail == {"was": [first.pk], "now": [second.pk], "active": True}


def test_a_change_of_role_is_remembered_with_both_roles(boss):
    user = make_user("operator")
    services.change_person(user, by=boss, role="supervisor")
    (entry,) = audited("person.role_changed")
    assert (entry.by, entry.subject, entry.detail) == (
        boss, f"user {user.pk}", {"was": "operator", "now": "supervisor"}
    )  # fmt: skip


def test_the_last_administrator_stays_one(boss):
    with pytest.raises(services.Refused, match="at least one administrator"):
        services.change_person(boss, by=make_user("supervisor"), role="operator")
    with pytest.raises(services.Refused, match="at least one administrator"):
        services.deactivate(boss, by=None, at=NOW)
    boss.refresh_from_db()
    assert (boss.role, boss.is_active) == ("administrator", True)


def test_nobody_closes_or_demotes_their_own_account(boss):
    make_user("administrator")
    with pytest.raises(services.Refused, match="their own account"):
        services.deactivate(boss, by=boss, at=NOW)
    with pytest.raises(services.Refused, match="their own role"):
        services.change_person(boss, by=boss, role="operator")


def test_a_closed_account_is_dead_at_once_in_every_session_and_by_token(boss, client):
    operator = make_operator(make_hotline())
    token = services.new_token(operator.user, by=boss)
    client.force_login(operator.user)
    assert client.get("/accounts/second-factor/").status_code == 200
    presence.choose(operator.pk, "ready", at=NOW, by=operator.user)
    services.deactivate(operator.user, by=boss, at=NOW)
    assert client.get("/accounts/second-factor/").status_code == 302
    assert not Token.objects.filter(key=token).exists()
    operator.refresh_from_db()
    assert (operator.state, operator.active) == (Presence.OFFLINE, False)
    change = operator.presence_changes.latest("id")
    assert (change.cause, change.by) == (presence.Cause.DEACTIVATED, boss)
    services.deactivate(operator.user, by=boss, at=NOW)
    assert len(audited("person.deactivated")) == 1


def test_an_old_session_stays_dead_when_the_account_is_opened_again(boss, client):
    user = make_user()
    client.force_login(user)
    services.deactivate(user, by=boss, at=NOW)
    password = services.reactivate(user, by=boss)
    assert client.get("/accounts/second-factor/").status_code == 302
    assert User.objects.get(pk=user.pk).check_password(password)


def test_a_new_password_ends_every_session(boss, client):
    user = make_user()
    client.force_login(user)
    services.reset_password(user, by=boss)
    assert client.get("/accounts/second-factor/").status_code == 302


def test_whoever_talks_while_the_account_is_closed_goes_offline_when_the_call_is_done(boss):
    operator = make_operator(make_hotline())
    Operator.objects.filter(pk=operator.pk).update(state=Presence.ON_CALL)
    services.deactivate(operator.user, by=boss, at=NOW)
    operator.refresh_from_db()
    assert operator.state == Presence.ON_CALL
    presence.settle(operator.pk, at=NOW, cause=presence.Cause.CALL_ENDED, from_states=[Presence.ON_CALL])
    operator.refresh_from_db()
    assert operator.state == Presence.OFFLINE


def test_a_closed_account_gets_no_password_and_no_token(boss):
    user = make_user(is_active=False)
    for act in (services.reset_password, services.new_token):
        with pytest.raises(services.Refused, match="closed"):
            act(user, by=boss)


def test_a_token_is_replaced_by_the_next_and_can_be_withdrawn(boss):
    user = make_user()
    first = services.new_token(user, by=boss)
    second = services.new_token(user, by=boss)
    assert first != second
    assert list(Token.objects.values_list("key", flat=True)) == [second]
    assert services.withdraw_token(user, by=boss)
    assert not services.withdraw_token(user, by=boss)
