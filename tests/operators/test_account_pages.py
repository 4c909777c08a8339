"""Allauth's pages wear our frame: nothing foreign, nothing inline, nothing unlabelled."""

import re
from html.parser import HTMLParser

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.template.loader import render_to_string

from tests.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db
STRANGER = [
    "/accounts/login/",
    "/accounts/inactive/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-x/",
    "/accounts/password/reset/key/done/",
]
SIGNED_IN = [
    "/accounts/logout/",
    "/accounts/reauthenticate/",
    "/accounts/password/change/",
    "/accounts/second-factor/",
    "/accounts/second-factor/totp/activate/",
    "/people/me/",
]
WITH_CODES = [
    "/accounts/second-factor/",
    "/accounts/second-factor/reauthenticate/",
    "/accounts/second-factor/totp/deactivate/",
    "/accounts/second-factor/recovery-codes/",
    "/accounts/second-factor/recovery-codes/generate/",
]


class Page(HTMLParser):
    """What a strict content security policy and a screen reader would object to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.controls: list[dict] = []
        self.labelled: set[str] = set()
        self.headings = 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "style" or "style" in found or any(name.startswith("on") for name in found):
            self.inline.append(tag)
        if tag == "script" and "src" not in found:
            self.inline.append(tag)
        if tag == "label":
            self.labelled.add(found.get("for", ""))
        if tag in ("input", "select", "textarea") and found.get("type") not in ("hidden", "submit"):
            self.controls.append(found)
        self.headings += tag == "h1"


def judge(answer):
    assert answer.status_code == 200, answer.status_code
    text = answer.content.decode()
    page = Page(text)
    assert page.inline == []
    assert page.headings == 1
    assert [c for c in page.controls if c.get("id") not in page.labelled] == []
    assert "core/base.css" in text
    assert not re.search(r"allauth|If you have not created an account", text)


@pytest.mark.parametrize("where", STRANGER)
def test_the_pages_of_a_stranger_are_ours(client, where):
    judge(client.get(where))


@pytest.mark.parametrize("where", SIGNED_IN)
def test_the_pages_of_ones_account_are_ours(client, where):
    user = make_user()
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    judge(client.get(where))


def test_the_pages_of_the_second_factor_are_ours(client):
    user = make_user()
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(user)
    for where in WITH_CODES:
        judge(client.get(where))
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    judge(client.get("/accounts/second-factor/authenticate/"))


@pytest.mark.parametrize("template", ["403.html", "404.html", "429.html", "403_csrf.html"])
def test_refusals_wear_our_frame(rf, template):
    request = rf.get("/")
    request.user = make_user("operator")
    assert "core/base.css" in render_to_string(template, request=request)


def test_a_page_that_does_not_exist_says_so_in_our_frame(client):
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert b"core/base.css" in answer.content
