"""What waiting callers are told: few wait longer. Seeded arrivals at a switch with n operators go through the register
and the estimator that callers hear; what came true is counted."""

import heapq
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from calls import routing
from calls.expected import announced, expected_wait
from calls.models import Call
from tests.world import NOW, hotline, operator

TOO_MANY = 0.20


@dataclass
class Switch:
    """Callers arrive at random, wait in one line, talk to one of n operators, nobody hangs up: M/M/n."""

    line: object
    operators: int
    load: float  # of the operators' time
    talk: float = 180.0  # seconds, mean
    seed: int = 1
    told: list[tuple[float, float]] = field(default_factory=list)  # (announced, waited), seconds

    def run(self, hours: float) -> "Switch":
        chance, at, ends = random.Random(self.seed), 0.0, hours * 3600
        free, waiting, talking = self.operators, [], []  # talking: (end, call)
        told: dict[object, tuple[int, float]] = {}
        while at < ends:
            at += chance.expovariate(self.load * self.operators / self.talk)
            while talking and talking[0][0] <= at:
                over, _number, call = heapq.heappop(talking)
                Call.objects.filter(pk=call.pk).update(
                    ended_at=moment(over), operator_left_at=moment(over), state="ended"
                )
                free += 1
                if waiting:
                    self._answer(waiting.pop(0), over, chance, talking, told)
                    free -= 1
            call = Call.objects.create(
                carrier_ref=f"CA{self.seed}-{at}", hotline=self.line, arrived_at=moment(at), queued_at=moment(at),
                state="waiting",
            )  # fmt: skip
            if free and not waiting:
                free -= 1
                self._answer(call, at, chance, talking, told)
                continue
            waiting.append(call)
            step = routing.wait_step(call, self.line, moment(at))
            if step.position > 1 and step.expected_seconds is not None:
                told[call.pk] = (step.expected_seconds, at)
        return self

    def _answer(self, call, at, chance, talking, told) -> None:
        Call.objects.filter(pk=call.pk).update(answered_at=moment(at), state="connected")
        heapq.heappush(talking, (at + chance.expovariate(1 / self.talk), id(call), call))
        if call.pk in told:
            seconds, since = told.pop(call.pk)
            self.told.append((seconds, at - since))


def moment(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def quiet_switch(operators: int, load: float, seed: int) -> Switch:
    line = hotline(wrap_up_seconds=0)
    for _number in range(operators):
        operator(line)
    return Switch(line, operators, load, seed=seed)


@pytest.mark.django_db
def test_at_most_one_in_five_waits_longer_than_announced():
    switches = [quiet_switch(*shape).run(hours=3) for shape in ((2, 0.95, 1), (5, 0.95, 2), (8, 1.02, 3))]
    told = [each for switch in switches for each in switch.told]
    share = sum(waited > seconds for seconds, waited in told) / len(told)
    assert len(told) > 200
    assert share <= TOO_MANY


@pytest.mark.django_db
def test_talk_that_still_lasts_counts():
    """One short call ended, one has lasted for 20 minutes: a mean of the finished alone would promise the moon."""
    line = hotline(wrap_up_seconds=0)
    operator(line)
    at = NOW + timedelta(minutes=20)
    Call.objects.create(
        carrier_ref="CA1",
        hotline=line,
        arrived_at=NOW,
        answered_at=NOW,
        ended_at=NOW + timedelta(minutes=1),
        state="ended",
    )
    assert expected_wait(line, 1, at) == announced(1, 60, 1)
    Call.objects.create(carrier_ref="CA2", hotline=line, arrived_at=NOW, answered_at=NOW, state="connected")
    assert expected_wait(line, 1, at) == announced(1, 21 * 60, 1)


def test_times_are_rounded_up_to_whole_minutes_and_from_ten_on_to_five():
    assert announced(1, 30, 1) == 60
    assert announced(2, 61, 2) == 120
    assert announced(9, 300, 3) % 300 == 0
    assert announced(9, 300, 3) >= 9 * 300 / 3


def test_nothing_is_announced_when_nobody_works():
    assert announced(3, 120, 0) is None
