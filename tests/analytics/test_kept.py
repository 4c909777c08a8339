"""What is kept for a moment, under many who ask at once."""

import threading

import pytest

from analytics.kept import Kept


def test_many_who_ask_at_once_cost_one():
    kept, made, go = Kept(60), [], threading.Event()

    def make():
        go.wait(10)
        made.append(1)
        return "board"

    got = []
    threads = [threading.Thread(target=lambda: got.append(kept.get("key", make))) for _ in range(20)]
    for each in threads:
        each.start()
    go.set()
    for each in threads:
        each.join(10)
    assert (len(made), got) == (1, ["board"] * 20)


def test_it_is_made_anew_when_its_time_is_over():
    kept, numbers = Kept(0), iter(range(9))
    assert [kept.get("key", lambda: next(numbers)) for _ in range(3)] == [0, 1, 2]


def test_it_does_not_grow_with_those_who_ask():
    kept = Kept(60, size=10)
    for n in range(1000):
        kept.get(n, lambda n=n: n)
    assert len(kept._values) <= 10 and len(kept._making) <= 11


def test_a_failure_is_everybodys_who_waited_and_is_not_tried_by_each_in_turn():
    kept, tried, go = Kept(60), [], threading.Event()

    def make():
        go.wait(10)
        tried.append(1)
        raise ZeroDivisionError

    def ask():
        with pytest.raises(ZeroDivisionError):
            kept.get("key", make)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for each in threads:
        each.start()
    go.set()
    for each in threads:
        each.join(10)
    assert len(tried) == 1


def test_after_a_failure_it_is_tried_again(monkeypatch):
    monkeypatch.setattr("analytics.kept.FAILURE_SECONDS", 0)
    kept = Kept(60)
    with pytest.raises(ZeroDivisionError):
        kept.get("key", lambda: 1 / 0)
    assert kept.get("key", lambda: 7) == 7
