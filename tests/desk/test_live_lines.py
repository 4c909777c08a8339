"""The lines as the stream brings them: the same that the desk would fetch, for whom it would be given to."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk import live_lines
from operators.models import Operator, User
from tests.desk.caller import Caller
from tests.world import hotline, operator

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    return hotline("Faults line")


def make(*people, name="lines:en"):
    made = live_lines.make({(person.user_id, name) for person in people})
    return {user_id: part for (user_id, _name), part in made.items()}


def test_it_is_what_the_desk_would_fetch(client, line):
    kari = operator(line, at=timezone.now())
    Caller(line)
    part = make(kari)[kari.user_id]
    client.force_login(kari.user)
    assert "1 waiting" in part.html
    assert part.html == client.get("/desk/waiting/").content.decode()
    assert 'data-live="lines:en"' in part.html
    assert part.topics == {f"queue:{line.pk}", f"operator:{kari.pk}"}


def test_any_number_of_people_is_one_query(line):
    people = [operator(line, at=timezone.now()) for _ in range(4)]
    make(*people)
    with CaptureQueriesContext(connection) as asked:
        assert len(make(*people)) == 4
    assert len(asked) == 1


def test_each_sees_their_own_lines_in_the_language_of_their_page(line):
    kari, ola = operator(line, at=timezone.now()), operator(hotline("Billing"), at=timezone.now())
    made = live_lines.make({(kari.user_id, "lines:nb"), (ola.user_id, "lines:en")})
    assert "Faults line" in made[kari.user_id, "lines:nb"].html
    assert 'data-live="lines:nb"' in made[kari.user_id, "lines:nb"].html
    assert "Billing" in made[ola.user_id, "lines:en"].html and "Faults" not in made[ola.user_id, "lines:en"].html


def test_nothing_is_made_for_who_answers_no_calls_or_in_a_language_that_is_none(line):
    kari = operator(line, at=timezone.now())
    assert make(kari, name="lines:xx") == {}
    Operator.objects.filter(pk=kari.pk).update(active=False)
    assert make(kari) == {}


def test_a_supervisor_who_lacks_the_second_factor_is_brought_nothing(line, settings):
    kari, ola = operator(line, at=timezone.now()), operator(line, at=timezone.now())
    User.objects.filter(pk=kari.user_id).update(role=User.Role.SUPERVISOR)
    settings.REQUIRE_SECOND_FACTOR = True
    assert make(kari, ola).keys() == {ola.user_id}
    settings.REQUIRE_SECOND_FACTOR = False
    assert make(kari, ola).keys() == {kari.user_id, ola.user_id}
