"""Signing in: by username or e-mail, with a second step, and never by guessing."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import connection
from django.test import Client

from tests.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def sign_in(client, login, password=PASSWORD, **headers):
    return client.post(LOGIN, {"login": login, "password": password}, **headers)


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def prove(client) -> None:
    """Give the password once more, as changes to who can get in ask for."""
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


def totp_code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


@pytest.mark.parametrize("login", ["kari", "Kari", "kari@example.org", "KARI@example.org"])
def test_username_and_e_mail_address_both_sign_in(client, login):
    make_user(username="kari", email="kari@example.org")
    answer = sign_in(client, login)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert signed_in(client)


def test_the_session_has_a_new_key_after_signing_in_and_none_after_signing_out(client):
    make_user(username="kari")
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    sign_in(client, "kari")
    assert client.session.session_key != planted
    assert client.get("/accounts/logout/").status_code == 200
    assert signed_in(client)  # reading the page does not sign out
    client.post("/accounts/logout/")
    assert not signed_in(client)


def test_signing_in_leads_back_to_the_page_asked_for_and_never_to_another_site(client):
    make_user(username="kari")
    answer = client.post(LOGIN, {"login": "kari", "password": PASSWORD, "next": "/accounts/second-factor/"})
    assert answer["Location"] == "/accounts/second-factor/"
    client.post("/accounts/logout/")
    answer = client.post(LOGIN, {"login": "kari", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def plain(answer) -> str:
    """The page without what differs from one request to the next."""
    text = re.sub(r'(csrfmiddlewaretoken" value="|x-csrftoken": ")\w+', "", answer.content.decode())
    return re.sub(r'data-now="[^"]*"|value="[^"]*"', "", text)


def test_an_unknown_name_is_answered_like_a_wrong_password(client):
    make_user(username="kari", email="kari@example.org")
    closed = make_user(username="gone", is_active=False)
    wrong = plain(sign_in(client, "kari", "wrong"))
    assert "alert" in wrong
    assert plain(sign_in(client, "nobody", "wrong")) == wrong
    assert plain(sign_in(client, closed.username, "wrong")) == wrong
    assert plain(sign_in(client, "kari@example.org", "wrong")) == plain(sign_in(client, "no@example.org", "wrong"))


def test_an_unknown_name_costs_as_much_hashing_as_a_known_one(client, monkeypatch):
    make_user(username="kari")
    hashed = []
    encode = MD5PasswordHasher.encode

    def counted(self, *args, **kwargs):
        hashed.append(1)
        return encode(self, *args, **kwargs)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    sign_in(client, "kari", "wrong")
    known, _ = len(hashed), hashed.clear()
    sign_in(client, "nobody", "wrong")
    assert len(hashed) == known == 1


def test_an_account_is_locked_for_an_hour_after_ten_wrong_passwords_even_for_the_right_one(client):
    make_user(username="kari")
    make_user(username="ola")
    for attempt in range(10):
        sign_in(client, "kari", f"wrong {attempt}", REMOTE_ADDR=f"192.0.2.{attempt}")
    answer = sign_in(client, "kari", REMOTE_ADDR="192.0.2.99")
    assert not signed_in(client)
    assert b"Too many failed login attempts" in answer.content
    sign_in(client, "ola", REMOTE_ADDR="192.0.2.99")
    assert signed_in(client)


def test_one_address_is_locked_after_twenty_failures_over_many_names(client):
    make_user(username="kari")
    for attempt in range(20):
        sign_in(client, f"name{attempt}", "wrong", REMOTE_ADDR="192.0.2.7")
    sign_in(client, "kari", REMOTE_ADDR="192.0.2.7")
    assert not signed_in(client)
    sign_in(client, "kari", REMOTE_ADDR="192.0.2.8")
    assert signed_in(client)


def test_a_forged_forwarding_header_does_not_make_a_new_address(client):
    for attempt in range(20):
        sign_in(client, f"name{attempt}", "wrong", REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR=f"10.0.0.{attempt}")
    make_user(username="kari")
    sign_in(client, "kari", REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR="10.9.9.9")
    assert not signed_in(client)


def test_the_counters_live_in_the_database(client):
    sign_in(client, "kari", "wrong")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_cache WHERE cache_key LIKE '%%login_failed%%'")
        assert cursor.fetchone() == (2,)  # one for the address, one for the name


def test_there_is_no_sign_up(client):
    assert client.get("/accounts/signup/").status_code == 404
    assert client.post("/accounts/signup/", {"username": "x", "password1": PASSWORD}).status_code == 404


def test_a_forgotten_password_is_renewed_by_e_mail_with_the_same_answer_for_an_unknown_address(client):
    user = make_user(username="kari", email="kari@example.org")
    known = client.post("/accounts/password/reset/", {"email": "kari@example.org"})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert (
        (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"]) == (302, known["Location"])
    )
    (message,) = mail.outbox
    assert message.to == ["kari@example.org"]
    link = re.search(r"http://testserver(/\S+)", message.body).group(1)
    page = client.get(link, follow=True)
    where = page.redirect_chain[-1][0]
    answer = client.post(where, {"password1": "three odd words", "password2": "three odd words"})
    assert answer.status_code == 302
    user.refresh_from_db()
    assert user.check_password("three odd words")
    assert b"does not work" in client.get(link, follow=True).content


def test_resets_cannot_flood_a_mailbox(client):
    make_user(username="kari", email="kari@example.org")
    for _ in range(8):
        client.post("/accounts/password/reset/", {"email": "kari@example.org"})
    assert len(mail.outbox) == 3


def test_a_second_factor_is_set_up_used_and_replaced_by_a_recovery_code(client):
    user = make_user(username="kari")
    sign_in(client, "kari")
    prove(client)
    page = client.get("/accounts/second-factor/totp/activate/")
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    answer = client.post("/accounts/second-factor/totp/activate/", {"code": "000000"})
    assert answer.status_code == 200
    answer = client.post("/accounts/second-factor/totp/activate/", {"code": totp_code(secret)})
    assert answer["Location"] == "/accounts/second-factor/recovery-codes/"
    codes = client.get(answer["Location"]).context["unused_codes"]
    assert len(codes) == 10
    client.post("/accounts/logout/")

    answer = sign_in(client, "kari")
    assert answer["Location"] == "/accounts/second-factor/authenticate/"
    assert not signed_in(client)
    assert client.post(answer["Location"], {"code": "123123"}).status_code == 200
    assert not signed_in(client)
    client.post(answer["Location"], {"code": codes[0]})
    assert signed_in(client)
    client.post("/accounts/logout/")
    sign_in(client, "kari")
    client.post(answer["Location"], {"code": codes[0]})
    assert not signed_in(client)  # a recovery code works once
    assert Authenticator.objects.filter(user=user).count() == 2


def test_a_change_of_the_second_factor_asks_for_the_password_when_the_session_is_old(client):
    client.force_login(make_user(username="kari"))  # a session without a fresh proof of who it is
    answer = client.get("/accounts/second-factor/totp/activate/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    answer = client.post(answer["Location"], {"password": PASSWORD})
    assert answer["Location"] == "/accounts/second-factor/totp/activate/"
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("role", ["supervisor", "administrator"])
def test_when_asked_for_whoever_manages_others_sets_up_a_second_factor_first(client, settings, role):
    settings.REQUIRE_SECOND_FACTOR = True
    user = make_user(role)
    sign_in(client, user.username)
    assert client.get("/people/me/")["Location"] == "/accounts/second-factor/totp/activate/"
    prove(client)
    assert client.get("/accounts/second-factor/totp/activate/").status_code == 200
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    assert client.get("/people/me/").status_code == 200


def test_operators_may_do_without_a_second_factor(client, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    client.force_login(make_user("operator"))
    assert client.get("/people/me/").status_code == 200


def test_changing_ones_password_keeps_this_browser_and_ends_the_others(client, django_user_model):
    make_user(username="kari")
    other = Client()
    sign_in(client, "kari")
    sign_in(other, "kari")
    new = "seven odd green words"
    weak = client.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "12345678", "password2": "12345678"}
    )
    assert weak.status_code == 200
    answer = client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302
    assert client.get("/accounts/second-factor/").status_code == 200
    assert other.get("/accounts/second-factor/").status_code == 302


def test_the_screens_speak_the_language_a_person_chose(client):
    client.force_login(make_user("operator", language="nb"))
    assert client.get("/accounts/second-factor/")["Content-Language"] == "nb"
    assert client.get("/accounts/logout/", headers={"Accept-Language": "fil"})["Content-Language"] == "nb"


def test_a_form_from_elsewhere_is_refused(client):
    strict = Client(enforce_csrf_checks=True)
    make_user(username="kari")
    answer = sign_in(strict, "kari")
    assert answer.status_code == 403
    assert b"Please send that again" in answer.content
