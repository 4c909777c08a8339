"""What operators do, through the API."""

import pytest

from operators.models import Operator, Presence, PresenceChange
from tests.api.conftest import signed
from tests.people import make_operator, make_user

pytestmark = pytest.mark.django_db
WHERE = "/api/v1/presence/"


def test_an_operator_goes_ready_and_on_a_break_through_the_api(ours):
    client = signed(ours.operator.user)
    assert client.get(WHERE).json()["state"] == "offline"
    answer = client.post(WHERE, {"state": "ready", "device": "browser"}, format="json")
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["when"], answer.json()["device"]) == ("ready", "now", "browser")
    operator = Operator.objects.get(pk=ours.operator.pk)
    assert operator.desk_seen_at is None  # rung without a desk page being open
    for state in ("break", "lunch", "other", "offline"):
        answer = client.post(WHERE, {"state": state, "reason": "because"}, format="json")
        assert answer.json()["state"] == client.get(WHERE).json()["state"] == state
    assert PresenceChange.objects.filter(by=ours.operator.user).count() == 5


def test_during_a_call_the_wish_is_kept_as_the_next_state(ours):
    Operator.objects.filter(pk=ours.operator.pk).update(state=Presence.ON_CALL)
    answer = signed(ours.operator.user).post(WHERE, {"state": "lunch"}, format="json").json()
    assert (answer["when"], answer["state"], answer["next_state"]) == ("next", "on_call", "lunch")


def test_what_cannot_be_is_refused_with_a_sentence(ours):
    answer = signed(ours.operator.user).post(WHERE, {"state": "ready", "device": "phone"}, format="json")
    assert answer.status_code == 409
    assert answer.json()["detail"].startswith("No telephone number is known")


@pytest.mark.parametrize(
    "wish", [{}, {"state": "on_call"}, {"state": "asleep"}, {"state": "ready", "device": "fax"}, {"state": ["ready"]}]
)
def test_a_wish_that_makes_no_sense_is_400(ours, wish):
    assert signed(ours.operator.user).post(WHERE, wish, format="json").status_code == 400


def test_whoever_answers_no_calls_has_no_state():
    client = signed(make_user("supervisor"))
    assert client.get(WHERE).status_code == 404
    answer = client.post(WHERE, {"state": "ready"}, format="json")
    assert (answer.status_code, answer.json()) == (404, {"detail": "This account answers no calls."})


def test_nobody_sets_the_state_of_somebody_else(ours, theirs):
    wish = {
        "state": "ready",
        "operator": theirs.operator.pk,
        "operator_id": theirs.operator.pk,
        "id": theirs.operator.pk,
    }
    signed(ours.operator.user).post(WHERE, wish, format="json")
    theirs.operator.refresh_from_db()
    assert theirs.operator.state == Presence.OFFLINE


def test_the_list_of_operators_says_who_is_what_on_ones_hotlines(ours, theirs):
    signed(ours.operator.user).post(WHERE, {"state": "ready"}, format="json")
    (row,) = signed(ours.supervisor).get("/api/v1/operators/").json()["results"]
    assert (row["username"], row["state"], row["hotlines"]) == (ours.operator.user.username, "ready", ["Bookshop"])
    assert {"display_name", "state_since", "device", "identity"} <= row.keys()
    assert signed(make_user("administrator")).get("/api/v1/operators/").json()["count"] == 2
    assert signed(make_user("supervisor")).get("/api/v1/operators/").json()["count"] == 0


def test_the_lists_cost_the_same_however_long_they_are(ours, django_assert_max_num_queries):
    client = signed(ours.supervisor)
    for where in ("/api/v1/operators/", "/api/v1/hotlines/", "/api/v1/numbers/"):
        client.get(where)  # the timetables are in memory from now on
        with django_assert_max_num_queries(10) as few:
            client.get(where)
        for _ in range(5):
            make_operator(ours.hotline)
        with django_assert_max_num_queries(10) as many:
            client.get(where)
        assert len(few) == len(many) <= 5, where


def test_hotlines_and_numbers_are_ones_own(ours, theirs):
    client = signed(ours.operator.user)
    (hotline,) = client.get("/api/v1/hotlines/").json()["results"]
    assert (hotline["name"], hotline["opening"]["is_open"]) == ("Bookshop", False)  # it has no hours
    (number,) = client.get("/api/v1/numbers/").json()["results"]
    assert (number["number"], number["hotline"], number["lines"]) == ("+4721000001", "Bookshop", 10)
