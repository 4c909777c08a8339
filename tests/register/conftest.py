"""A hotline and its supervisor, signed in."""

import pytest

from tests.people import make_hotline, make_user


@pytest.fixture
def hotline():
    return make_hotline("Shop", time_zone="Europe/Oslo")


@pytest.fixture
def supervisor(client, hotline):
    user = make_user("supervisor", hotline)
    client.force_login(user)
    return user
