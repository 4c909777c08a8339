"""Any order and repetition of the same facts is the same row (T01, T02)."""

import itertools
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from calls.facts import join
from calls.models import Call
from tests.world import NOW

FACTS = [
    {"arrived_at": NOW},
    {"queued_at": NOW + timedelta(seconds=5), "lookup_ref": "QU1"},
    {"answered_at": NOW + timedelta(seconds=11)},
    {"carrier_status": "in-progress"},
    {"operator_left_at": NOW + timedelta(seconds=70)},
    {"ended_at": NOW + timedelta(seconds=73), "carrier_status": "completed", "carrier_seconds": 73},
]


def row(call: Call) -> dict:
    return {f.attname: getattr(call, f.attname) for f in Call._meta.fields if f.name != "id"}


def joined(facts) -> dict:
    call = Call(carrier_ref="CA1", arrived_at=NOW + timedelta(seconds=80))
    for fact in facts:
        join(call, **fact)
    return row(call)


def test_all_720_orders_of_six_events_end_in_the_same_row():
    expected = joined(FACTS)
    assert expected["outcome"] == "answered" and expected["ended_by"] == "operator"
    for order in itertools.permutations(FACTS):
        assert joined(order) == expected


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(FACTS), max_size=18))
def test_repetition_changes_nothing(extra):
    assert joined([*extra, *FACTS]) == joined([*FACTS, *extra]) == joined(FACTS)


@settings(max_examples=300, deadline=None)
@given(st.permutations(FACTS))
def test_a_state_never_goes_back(order):
    rank = ["arrived", "waiting", "voicemail", "connected", "ended"]
    call = Call(carrier_ref="CA1", arrived_at=NOW)
    reached = 0
    for fact in order:
        join(call, **fact)
        assert rank.index(call.state) >= reached
        reached = rank.index(call.state)


RETURN = [{"returned_at": NOW + timedelta(seconds=30)}, {"taken_at": NOW + timedelta(seconds=50)}]


def test_a_caller_who_went_back_to_the_line_waits_until_somebody_takes_them():
    call = Call(carrier_ref="CA1", arrived_at=NOW)
    states = []
    for fact in [*FACTS[1:3], *RETURN, {"returned_at": NOW + timedelta(seconds=60)}, FACTS[-1]]:
        join(call, **fact)
        states.append(call.state)
    assert states == ["waiting", "connected", "waiting", "connected", "waiting", "ended"]
    assert (call.outcome, call.ended_by) == ("answered", "caller")


@settings(max_examples=300, deadline=None)
@given(st.permutations([*FACTS, *RETURN]), st.lists(st.sampled_from([*FACTS, *RETURN]), max_size=6))
def test_going_back_to_the_line_is_the_same_row_in_any_order_and_repetition(order, extra):
    assert joined([*order, *extra]) == joined([*FACTS, *RETURN])


SENT = [{"sent_at": NOW + timedelta(seconds=20)}, {"sent_back_at": NOW + timedelta(seconds=40)}]
OUTSIDE = [FACTS[0], FACTS[1], SENT[0], {"outside_at": NOW + timedelta(seconds=28)}, FACTS[-1]]


def test_a_caller_who_is_sent_on_comes_back_or_is_taken_outside():
    call = Call(carrier_ref="CA1", arrived_at=NOW)
    states = []
    for fact in [FACTS[1], *SENT, {"sent_at": NOW + timedelta(seconds=60)}, OUTSIDE[3], FACTS[-1]]:
        join(call, **fact)
        states.append(call.state)
    assert states == ["waiting", "sent", "waiting", "sent", "connected", "ended"]
    assert (call.outcome, call.wait_seconds) == ("outside", 23)


@settings(max_examples=300, deadline=None)
@given(st.permutations([*OUTSIDE, *SENT]), st.lists(st.sampled_from([*OUTSIDE, *SENT]), max_size=6))
def test_being_sent_on_is_the_same_row_in_any_order_and_repetition(order, extra):
    assert joined([*order, *extra]) == joined([*OUTSIDE, *SENT])
