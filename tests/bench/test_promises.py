"""The judge of the benchmarks: it finds a promise that is not kept, and one that nobody measures."""

import pytest

from bench.__main__ import ALL
from bench.promises import KEPT, broken

GOOD = {"webhook p99 ms": 999.9, "lost": 0, "answered twice": 0, "out of turn": 0}


def test_figures_that_keep_every_promise_pass():
    assert broken("burst", GOOD) == []


@pytest.mark.parametrize(("name", "value"), [("webhook p99 ms", 1000.0), ("lost", 1), ("out of turn", 1)])
def test_a_figure_that_does_not_is_told_with_its_promise(name, value):
    (said,) = broken("burst", GOOD | {name: value})
    assert said.startswith(f"{name} ") and said.endswith(f"it is {value:.2f}")


def test_a_promise_about_a_part_of_the_figures_is_found_there():
    ours = {"operators with two calls": 0, "calls with two operators": 0}
    assert broken("matching", {"ratio": 0.5, "ours": ours, "naive": {"operators with two calls": 7}}) == []
    (said,) = broken("matching", {"ratio": 0.49, "ours": ours, "naive": {"operators with two calls": 7}})
    assert said == "ratio >= 0.5, but it is 0.49"


def test_a_promise_about_a_figure_that_nobody_took_is_a_fault():
    with pytest.raises(KeyError):
        broken("rush", {"lost": 0})


def test_each_promise_is_of_a_benchmark_that_runs():
    assert KEPT.keys() <= set(ALL)
