"""The glossary's formulas on a day computed by hand, and on nothing."""

import random
from dataclasses import fields
from functools import reduce
from operator import add

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import figures
from analytics.figures import Counts, Rate, together, wilson

# One day, by hand: 530 calls joined the queue; 500 were answered, 430 of them in time; 30 gave up, 10 of them soon.
DAY = Counts(
    received=560, lost_before_queue=18, turned_away=12, offered=530, answered=500, answered_in_time=430, abandoned=30,
    short_abandoned=10, wait_seconds=9_000, talk_seconds=90_000, wrap_seconds=15_000, longest_wait_seconds=412,
)  # fmt: skip


def test_the_same_day_has_three_service_levels_and_ours_is_named():
    assert figures.service_level(DAY).percent == pytest.approx(100 * 430 / 520)  # 82.69
    assert round(figures.service_level(DAY).percent, 2) == 82.69
    assert round(figures.service_level_of_offered(DAY).percent, 2) == 81.13
    assert round(figures.service_level_of_answered(DAY).percent, 2) == 86.00


def test_abandonment_divides_by_the_offered_and_the_adjusted_one_leaves_short_ones_out():
    assert round(figures.abandonment_rate(DAY).percent, 2) == 5.66  # 30 / 530
    assert round(figures.adjusted_abandonment_rate(DAY).percent, 2) == 3.85  # 20 / 520


def test_times_are_over_answered_calls():
    assert figures.average_speed_of_answer(DAY) == 18.0
    assert figures.average_talk_time(DAY) == 180.0
    assert figures.average_wrap_up(DAY) == 30.0
    assert figures.average_handling_time(DAY) == 210.0


def test_occupancy_counts_only_time_in_the_queue():
    assert figures.occupancy(busy_seconds=5400, ready_seconds=1800) == 0.75


@pytest.mark.parametrize(
    "rate",
    [
        figures.service_level, figures.service_level_of_offered, figures.service_level_of_answered,
        figures.abandonment_rate, figures.adjusted_abandonment_rate,
    ],
)  # fmt: skip
def test_a_rate_of_no_calls_is_no_figure(rate):
    assert rate(Counts()).value is None
    assert rate(Counts()).percent is None
    assert rate(Counts()).interval is None


def test_a_time_of_no_calls_is_no_figure():
    assert figures.average_speed_of_answer(Counts()) is None
    assert figures.average_handling_time(Counts()) is None
    assert figures.occupancy(busy_seconds=0, ready_seconds=0) is None


def test_only_short_abandons_leave_no_service_level():
    assert figures.service_level(Counts(offered=2, abandoned=2, short_abandoned=2)).value is None


def test_a_small_sample_comes_with_wilsons_interval():
    low, high = Rate(8, 10).interval
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)  # the textbook's values for 8 of 10
    assert Rate(80, 100).interval is None


def test_wilsons_interval_of_none_of_ten_begins_at_nothing_and_is_not_empty():
    low, high = wilson(0, 10)
    assert low == 0.0
    assert round(high, 4) == 0.2775


def test_days_are_rolled_up_from_sums_not_from_means():
    busy = Counts(offered=100, answered=100, answered_in_time=50, wait_seconds=4000)
    quiet = Counts(offered=10, answered=10, answered_in_time=10, wait_seconds=0)
    assert figures.service_level(busy + quiet).value == pytest.approx(60 / 110)  # a mean of both would say 0.75
    assert figures.average_speed_of_answer(busy + quiet) == pytest.approx(4000 / 110)


def test_the_longest_wait_of_two_hours_is_the_longer_one():
    assert (Counts(longest_wait_seconds=30) + Counts(longest_wait_seconds=12)).longest_wait_seconds == 30


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_interval_holds_the_share_and_stays_between_nothing_and_all(part, whole):
    part = min(part, whole)
    low, high = wilson(part, whole)
    assert 0 <= low <= part / whole + 1e-12
    assert part / whole - 1e-12 <= high <= 1


def test_many_together_are_what_adding_them_gives():
    chance = random.Random(3)
    many = [Counts(**{f.name: chance.randint(0, 50) for f in fields(Counts)}) for _ in range(9)]
    assert together(many) == reduce(add, many, Counts())
    assert together([]) == Counts()
    assert fields(Counts)[-1].name == "longest_wait_seconds"
