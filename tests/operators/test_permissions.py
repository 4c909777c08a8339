"""Whose hotlines and colleagues a person sees."""

import pytest
from django.contrib.auth.models import AnonymousUser

from operators.permissions import hotlines_of, operators_visible_to, people_visible_to
from tests.people import make_hotline, make_operator, make_user

pytestmark = pytest.mark.django_db


def test_an_administrator_sees_every_hotline():
    hotlines = {make_hotline().pk, make_hotline().pk}
    assert set(hotlines_of(make_user("administrator"))) == hotlines


def test_a_supervisor_sees_the_hotlines_they_are_assigned_to():
    mine, _other = make_hotline(), make_hotline()
    assert list(hotlines_of(make_user("supervisor", mine))) == [mine.pk]


def test_an_operator_sees_the_hotlines_they_serve_and_those_they_are_assigned_to():
    served, assigned, _other = make_hotline(), make_hotline(), make_hotline()
    operator = make_operator(served)
    operator.user.hotlines.add(assigned, served)
    assert sorted(hotlines_of(operator.user)) == sorted([served.pk, assigned.pk])


def test_strangers_and_the_deactivated_see_no_hotline():
    hotline = make_hotline()
    gone = make_user("administrator", hotline, is_active=False)
    for person in (AnonymousUser(), gone):
        assert list(hotlines_of(person)) == []
        assert list(operators_visible_to(person)) == []
        assert list(people_visible_to(person)) == []


def test_colleagues_are_those_who_share_a_hotline():
    mine, other = make_hotline(), make_hotline()
    colleague, foreigner = make_operator(mine, other), make_operator(other)
    supervisor, nobody = make_user("supervisor", mine), make_operator()
    assert list(operators_visible_to(supervisor)) == [colleague]
    assert list(operators_visible_to(nobody.user)) == [nobody]
    assert set(people_visible_to(supervisor)) == {supervisor, colleague.user}
    assert foreigner in operators_visible_to(make_user("administrator"))


def test_the_hotlines_of_a_person_cost_one_query(django_assert_num_queries):
    user = make_user("supervisor", make_hotline())
    with django_assert_num_queries(1):
        list(operators_visible_to(user))
