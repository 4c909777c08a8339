"""The style page shows every component, to those who build pages."""

import re

import pytest

from operators.models import User

pytestmark = pytest.mark.django_db


def signed_in(client, role):
    user = User.objects.create_user("kari", password="a-long-password", role=role)
    client.force_login(user)
    return client


def test_an_administrator_sees_every_component_in_both_themes(client):
    page = signed_in(client, User.Role.ADMINISTRATOR).get("/style/").content.decode()
    for part in ('data-theme="light"', 'data-theme="dark"', "Missed a call", "field-error", 'class="empty"'):
        assert part in page


def test_an_operator_does_not_see_it(client):
    assert signed_in(client, User.Role.OPERATOR).get("/style/").status_code == 403


def test_a_stranger_is_asked_to_sign_in(client):
    assert client.get("/style/").status_code == 302


def test_pages_carry_nothing_that_the_content_policy_would_block(client):
    page = signed_in(client, User.Role.ADMINISTRATOR).get("/style/").content.decode()
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)", page)


def test_an_error_is_tied_to_its_field(client):
    page = signed_in(client, User.Role.ADMINISTRATOR).get("/style/").content.decode()
    described = re.search(r'<input[^>]*name="light-name"[^>]*aria-describedby="([^"]+)"', page)
    assert described
    for part in described[1].split():
        assert f'id="{part}"' in page
