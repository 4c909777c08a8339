"""A line that is closed by hand says so on the desks of its operators, with the reason, while it lasts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lines import services
from tests.world import hotline, operator

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(client):
    made = hotline("Faults line")
    client.force_login(operator(made, hotline("Other line")).user)
    return made


def lines(client):
    return client.get("/desk/waiting/").content.decode()


def test_the_desk_says_why_a_line_is_closed_until_it_is_reopened(client, line):
    assert "Closed by hand" not in lines(client)
    services.close_now(line, reason="Storm", by=None, at=timezone.now())
    assert lines(client).count("Closed by hand: Storm") == 1
    services.reopen(line, by=None, at=timezone.now())
    assert "Closed by hand" not in lines(client)


def test_a_closure_that_is_over_is_not_shown(client, line):
    at = timezone.now() - timedelta(hours=2)
    services.close_now(line, reason="Storm", reopens_at=at + timedelta(hours=1), by=None, at=at)
    assert "Closed by hand" not in lines(client)
