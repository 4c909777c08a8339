"""Our choice of caller and operator, simulated, lands on Erlang's A formula; and Little's law holds on what it did."""

import csv
from dataclasses import replace

import pytest

from hotline.simulation.discrete import Line, callers, little, measures
from tests.shared import shared

ROWS = [(100, 1800, 10), (20, 1800, 3), (4, 1800, 2)]  # calls, interval, operators: crowded, small, nearly hopeless
COUNT = 40_000


def truth(calls: int, interval: int, operators: int) -> dict[str, float]:
    with shared("data/erlang_truth.csv").open() as file:
        for row in csv.DictReader(file):
            if row["model"] == "A" and (row["calls_per_interval"], row["interval_s"], row["agents"]) == (
                str(calls), str(interval), str(operators)
            ):  # fmt: skip
                return {name: float(value) for name, value in row.items() if name and _is_number(value)}
    raise AssertionError("no such row")


def _is_number(text: str | None) -> bool:
    return bool(text) and text.replace(".", "", 1).isdigit()


def line_of(row: dict[str, float]) -> Line:
    return Line(
        calls_per_hour=row["calls_per_interval"] * 3600 / row["interval_s"],
        handling=row["aht_s"],
        patience=row["patience_s"],
        operators=int(row["agents"]),
        target=row["target_s"],
    )


def agrees(line: Line, row: dict[str, float], seed: int = 1) -> dict[str, bool]:
    found = measures(callers(line, count=COUNT, seed=seed), line.target)
    exact = {
        "abandoned": row["exact_p_block_or_abandon"],
        "mean_wait": row["exact_asa_s"],  # in these rows that of all arrivals
        "service_level": row["exact_service_level"],
    }
    return {name: found[name].holds(exact[name]) for name in exact}


@pytest.mark.parametrize("row", ROWS)
def test_the_simulated_line_lands_on_the_exact_formula(row):
    exact = truth(*row)
    assert agrees(line_of(exact), exact) == {"abandoned": True, "mean_wait": True, "service_level": True}


def test_one_operator_more_is_told_apart():
    exact = truth(*ROWS[0])
    line = line_of(exact)
    assert not any(agrees(replace(line, operators=line.operators + 1), exact).values())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_littles_law_holds_on_what_was_simulated(seed):
    line = Line(calls_per_hour=200, handling=180, patience=120, operators=10)
    found = callers(line, count=COUNT, seed=seed)
    assert little(found, line.calls_per_hour).holds(0)
    assert not little(found, 2 * line.calls_per_hour).holds(0)


def test_the_same_seed_is_the_same_line():
    line = Line(calls_per_hour=60, handling=120, patience=60, operators=2)
    assert callers(line, count=200, seed=5) == callers(line, count=200, seed=5)
    assert callers(line, count=200, seed=5) != callers(line, count=200, seed=6)
