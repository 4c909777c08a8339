"""How callers say they were helped: the average and the number of answers, by hotline, where supervisors see them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Survey
from calls.survey_figures import Scores, scores
from tests import world
from tests.analytics.calls import make_call

pytestmark = pytest.mark.django_db


def asked(line, score, *, days=1, **fields):
    at = timezone.now() - timedelta(days=days)
    Survey.objects.create(call=make_call(line, at, wait=3, talk=9, **fields), score=score, asked_at=at)


def test_silence_counts_as_asked_and_not_into_the_average():
    line, other = world.hotline(), world.hotline()
    for score in (5, 4, None):
        asked(line, score)
    asked(line, 1, days=8)
    asked(other, 2)
    asked(line, 1, training=True)
    at = timezone.now()
    assert scores([line.pk], 7, at) == {line.pk: Scores(7, 3, 2, 4.5)}
    assert scores([line.pk, other.pk], 30, at)[line.pk] == Scores(30, 4, 3, pytest.approx(10 / 3))
    assert scores([world.hotline().pk], 7, at) == {}


def test_the_page_of_the_hotline_shows_it_where_callers_are_asked(client):
    line, quiet = world.hotline(survey_enabled=True), world.hotline()
    client.force_login(world.supervisor_of(line, quiet))
    page = client.get(f"/lines/{line.slug}/").content.decode()
    assert "no answers, 0 asked" in page
    asked(line, 5, days=10)
    asked(line, 4)
    page = client.get(f"/lines/{line.slug}/").content.decode()
    assert "4.0 of 5" in page and "4.5 of 5" in page and "2 answers, 2 asked" in page
    assert "How callers say" not in client.get(f"/lines/{quiet.slug}/").content.decode()
