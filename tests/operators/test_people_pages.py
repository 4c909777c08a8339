"""The people pages: a supervisor looks, an administrator changes, an operator and a stranger do neither."""

import re

import pytest
from allauth.mfa.models import Authenticator
from rest_framework.authtoken.models import Token

from hotline.core.models import AuditEntry
from operators.models import Operator, User
from tests.operators.test_account_pages import judge
from tests.people import PASSWORD, make_hotline, make_operator, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    """An administrator who has just given the password."""
    user = make_user("administrator", username="boss")
    client.force_login(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return user


def posted(hotline, **changes):
    facts = {
        "person-username": "kari",
        "person-first_name": "Kari",
        "person-last_name": "Nordmann",
        "person-email": "kari@example.org",
        "person-role": "operator",
        "person-language": "nb",
        "person-hotlines": [],
        "operator-answers": "on",
        "operator-display_name": "",
        "operator-device": "browser",
        "operator-phone": "",
        "operator-hotlines": [hotline.pk],
        "operator-languages": ["nb", "en"],
        "operator-skills": "orders, refunds",
    }
    return facts | changes


def secret(answer) -> str:
    assert answer["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    return re.search(r"data-secret>([^<]+)<", answer.content.decode()).group(1)


def test_a_supervisor_sees_the_people_of_their_hotlines_and_no_way_to_change_them(client):
    mine, other = make_hotline("Bookshop"), make_hotline("Ministry")
    colleague, foreigner = make_operator(mine), make_operator(other)
    client.force_login(make_user("supervisor", mine))
    answer = client.get("/people/")
    judge(answer)
    page = answer.content.decode()
    assert colleague.display_name.lower() in page
    assert "Bookshop" in page
    assert foreigner.user.username not in page
    assert "Add a person" not in page
    answer = client.get(f"/people/{colleague.user.pk}/")
    judge(answer)
    assert "<form" not in answer.content.decode().split("<main")[1].split("</main>")[0]
    assert client.get(f"/people/{foreigner.user.pk}/").status_code == 404


def test_an_operator_sees_no_people_and_changes_none(client):
    operator = make_operator(make_hotline())
    client.force_login(operator.user)
    for where in ("/people/", "/people/new/", f"/people/{operator.user.pk}/", f"/people/{operator.user.pk}/edit/"):
        assert client.get(where).status_code == 403
    for act in ("edit", "deactivate", "password", "token", "second-factor/remove"):
        assert client.post(f"/people/{operator.user.pk}/{act}/").status_code == 403


@pytest.mark.parametrize("role", ["supervisor", "operator", None])
def test_only_an_administrator_can_post_a_change(client, role):
    hotline = make_hotline()
    target = make_operator(hotline).user
    if role:
        client.force_login(make_user(role, hotline))
    acts = ["edit", "deactivate", "reactivate", "password", "token", "token/withdraw", "second-factor/remove"]
    for where in ["/people/new/", *(f"/people/{target.pk}/{act}/" for act in acts)]:
        answer = client.post(where, posted(hotline))
        assert answer.status_code == (403 if role else 302), where
    assert User.objects.filter(pk=target.pk, is_active=True, username=target.username).exists()
    assert not Token.objects.exists()
    assert not AuditEntry.objects.exists()


def test_acts_are_not_done_by_following_a_link(client, boss):
    user = make_user()
    for act in ("deactivate", "reactivate", "password", "token", "token/withdraw", "second-factor/remove"):
        assert client.get(f"/people/{user.pk}/{act}/").status_code == 405


def test_an_administrator_adds_an_operator_and_hands_over_the_password_once(client, boss):
    hotline = make_hotline()
    judge(client.get("/people/new/"))
    answer = client.post("/people/new/", posted(hotline))
    judge(answer)
    password = secret(answer)
    user = User.objects.get(username="kari")
    assert user.check_password(password)
    operator = user.operator
    assert (operator.display_name, operator.skills, operator.languages) == (
        "Kari Nordmann", ["orders", "refunds"], ["nb", "en"]
    )  # fmt: skip
    assert list(operator.hotlines.all()) == [hotline]
    for where in (f"/people/{user.pk}/", f"/people/{user.pk}/edit/", "/people/"):
        assert password not in client.get(where).content.decode()
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": "kari", "password": password})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_an_administrator_changes_a_person_and_takes_the_operator_part_away(client, boss):
    hotline, other = make_hotline(), make_hotline()
    operator = make_operator(hotline)
    judge(client.get(f"/people/{operator.user.pk}/edit/"))
    changes = {"person-role": "supervisor", "person-hotlines": [other.pk], "operator-answers": ""}
    answer = client.post(f"/people/{operator.user.pk}/edit/", posted(hotline, **changes))
    assert answer.status_code == 302
    user = User.objects.get(pk=operator.user.pk)
    assert (user.username, user.role, list(user.hotlines.all())) == ("kari", "supervisor", [other])
    assert not user.operator.active
    assert AuditEntry.objects.get(verb="person.role_changed").by == boss


def test_what_the_forms_do_not_name_is_not_changed(client, boss):
    """Every column of both tables is posted, under each name a careless form would read."""
    hotline = make_hotline()
    operator = make_operator(hotline)
    columns = [f.name for model in (User, Operator) for f in model._meta.get_fields() if hasattr(f, "attname")]
    extra = {}
    for name in columns:
        for key in (name, f"person-{name}", f"operator-{name}"):
            extra[key] = "1"
    answer = client.post(f"/people/{operator.user.pk}/edit/", extra | posted(hotline))
    assert answer.status_code == 302
    after = User.objects.get(pk=operator.user.pk)
    assert not (after.is_staff or after.is_superuser)
    assert (after.password, after.last_login, after.date_joined) == (
        operator.user.password, operator.user.last_login, operator.user.date_joined
    )  # fmt: skip
    assert (after.operator.identity, after.operator.state, after.operator.pk) == (
        operator.identity, "offline", operator.pk
    )  # fmt: skip


def test_a_person_changes_only_the_language_on_their_own_page(client):
    user = make_operator(make_hotline()).user
    client.force_login(user)
    extra = {"role": "administrator", "is_staff": "on", "hotlines": "1", "username": "root"}
    assert client.post("/people/me/", extra | {"language": "nb"}).status_code == 302
    user.refresh_from_db()
    assert (user.language, user.role, user.is_staff) == ("nb", "operator", False)
    assert client.post("/people/me/", {"language": "xx"}).status_code == 200
    user.refresh_from_db()
    assert user.language == "nb"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"person-username": "boss"}, "A user with that username already exists"),
        ({"person-email": "nobody"}, "valid email"),
        ({"person-role": "superuser"}, "valid choice"),
        ({"operator-hotlines": []}, "nobody will ring"),
        ({"operator-languages": []}, "at least one language"),
        ({"operator-device": "phone"}, "when its number is known"),
        ({"operator-phone": "12"}, "valid phone number"),
        ({"operator-skills": "two words"}, "A skill is one word"),
        ({"person-hotlines": ["999999"]}, "valid choice"),
    ],
)
def test_a_mistake_is_explained_and_nothing_is_saved(client, boss, changes, sentence):
    answer = client.post("/people/new/", posted(make_hotline(), **changes))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not User.objects.filter(first_name="Kari").exists()
    assert not Operator.objects.exists()


def test_closing_and_opening_an_account(client, boss):
    operator = make_operator(make_hotline())
    where = f"/people/{operator.user.pk}"
    client.post(f"{where}/deactivate/")
    assert not User.objects.get(pk=operator.user.pk).is_active
    assert operator.user.username in client.get("/people/?closed=1").content.decode()
    assert operator.user.username not in client.get("/people/").content.decode()
    password = secret(client.post(f"{where}/reactivate/"))
    assert User.objects.get(pk=operator.user.pk, is_active=True).check_password(password)
    assert Operator.objects.get(pk=operator.pk).active
    assert client.post(f"{where}/reactivate/").status_code == 404


def test_nobody_closes_their_own_account(client, boss):
    answer = client.post(f"/people/{boss.pk}/deactivate/", follow=True)
    assert "Nobody can close their own account" in answer.content.decode()
    assert User.objects.get(pk=boss.pk).is_active


def test_a_new_token_is_shown_once_and_works_until_it_is_withdrawn(client, boss):
    user = make_operator(make_hotline()).user
    key = secret(client.post(f"/people/{user.pk}/token/"))
    assert Token.objects.get(user=user).key == key
    page = client.get(f"/people/{user.pk}/").content.decode()
    assert key not in page
    client.post(f"/people/{user.pk}/token/withdraw/")
    assert not Token.objects.exists()


def test_a_lost_second_factor_is_removed_by_an_administrator(client, boss):
    user = make_user()
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    assert "Remove the second factor" in client.get(f"/people/{user.pk}/").content.decode()
    client.post(f"/people/{user.pk}/second-factor/remove/")
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.filter(verb="person.second_factor_removed", by=boss).exists()


def test_changing_people_asks_for_the_password_again_in_an_old_session(client):
    boss, user = make_user("administrator"), make_user()
    client.force_login(boss)
    answer = client.post(f"/people/{user.pk}/deactivate/")
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert User.objects.get(pk=user.pk).is_active
    client.post(answer["Location"], {"password": "wrong"})
    assert User.objects.get(pk=user.pk).is_active
    client.post(answer["Location"], {"password": PASSWORD})
    assert not User.objects.get(pk=user.pk).is_active


def test_the_list_costs_the_same_for_two_people_and_for_twenty(client, django_assert_max_num_queries):
    hotline = make_hotline()
    client.force_login(make_user("supervisor", hotline))
    make_operator(hotline)
    with django_assert_max_num_queries(40) as few:
        client.get("/people/")
    for _ in range(18):
        make_operator(hotline)
    with django_assert_max_num_queries(len(few)) as many:
        client.get("/people/")
    assert len(many) == len(few) <= 14  # two for the bar of calls that a supervisor looks after, one for telephones


def test_people_are_found_by_any_of_their_names(client, boss):
    make_user(username="kari", first_name="Kari", last_name="Nordmann")
    make_user(username="ola")
    page = client.get("/people/?search=kari+nord").content.decode()
    assert "Kari Nordmann" in page
    assert "ola" not in page.split("<main")[1].split("</main>")[0]
    judge(client.get("/people/?search=%00%25_'\"<"))


def test_my_page_is_open_to_everybody_who_signed_in(client):
    for role in ("operator", "supervisor", "administrator"):
        client.force_login(make_user(role))
        judge(client.get("/people/me/"))
    client.logout()
    assert client.get("/people/me/").status_code == 302
