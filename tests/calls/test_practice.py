"""Test calls beside callers' (T47): whatever the mixture, all that is counted, shown, told or decided is as if there
were none; and none can ring anybody who answers calls, cost anything, or ask the carrier for anything."""

import random
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from analytics import counting
from analytics.board import board
from analytics.models import IntervalCount
from calls import (
    blocking,
    callbacks,
    expected,
    foretelling,
    lifecycle,
    matching,
    queries,
    register,
    routing,
    supervising,
)
from calls.models import Call, Callback, Instruction, Note, Offer, Survey, Voicemail
from calls.outbox import instruct
from calls.refusals import Refused
from calls.survey_figures import scores
from desk import situation, wallboard
from desk.day import day_of
from desk.lines import lines_of
from hotline.health import _calls
from lines.models import Number
from lines.tariffs import Tariff
from operators.models import Operator, Presence
from telephony.twilio import exchange
from tests import world
from tests.analytics.calls import make_call

pytestmark = pytest.mark.django_db
CALLERS = ["+4790000001", "+4790000002", ""]
SEEDS = range(6)


class House:
    """Two hotlines with a tariff, a gate, a limit and few lines; operators ready and away; callers of every kind."""

    def __init__(self, seed):
        self.at, self.chance = timezone.now(), random.Random(seed)
        self.lines = [
            world.hotline(lines=3, gate="load", gate_calls=6, caller_hourly_limit=5, survey_enabled=True),
            world.hotline(lines=2, callbacks_enabled=True),
        ]
        self.kari = world.operator(*self.lines, at=self.at)
        self.ola = world.operator(self.lines[0], state="")
        self.boss = world.supervisor_of(*self.lines)
        self.tariffs = [
            Tariff.objects.create(
                number=line.numbers.get(), valid_from=self.at - timedelta(days=9), kind="per_minute", currency="NOK",
                price=Decimal("9.90"), own_price=Decimal("0.1"), own_currency="USD", queue_counts=True,
            )
            for line in self.lines
        ]  # fmt: skip

    def calls(self, how_many, **fields):
        for _ in range(how_many):
            self._call(**fields)

    def _call(self, **fields):
        draw, line = self.chance, self.chance.choice(self.lines)
        back = timedelta(seconds=draw.choice([3, 20, 50, 400, 1500, 4000, 90000, 400000]))
        caller = draw.choice(CALLERS)
        facts = {
            "number": line.numbers.get(), "dialled": world.number_of(line), "caller_number": caller,
            "caller_kind": "number" if caller else "withheld", "priority": draw.randint(0, 3),
            "tariff": self.tariffs[self.lines.index(line)],
        }  # fmt: skip
        wait, talk = draw.choice([None, 2, 30]), draw.choice([None, 5, 90])
        if wait is not None and talk is not None:
            facts["operator"] = self.kari
        if draw.random() < 0.15:
            facts |= {"direction": "outgoing"}
        call = make_call(line, self.at - back, wait=wait, talk=talk, **(facts | fields))
        kind = draw.random()
        if kind < 0.15:
            lifecycle.divert_to_voicemail(call.pk, at=self.at, why="key")
            Voicemail.objects.get_or_create(call=call, defaults={"recording_ref": f"RE{call.pk}", "left_at": self.at})
        elif kind < 0.3 and call.answered_at:
            Survey.objects.create(call=call, score=draw.choice([None, 1, 5]), asked_at=self.at - timedelta(days=1))
            Note.objects.create(call=call, outcome="prank", summary="Silent.", saved_at=self.at)
        elif kind < 0.4:
            Call.objects.filter(pk=call.pk).update(refused=draw.choice(["full", "closed"]), outcome="rejected")


def told(house, client):
    """Everything that is counted, shown or decided of calls, at one moment."""
    ids, at = [line.pk for line in house.lines], house.at
    counting.count(ids, at - timedelta(days=6), at)
    wallboard.forget()
    client.force_login(house.boss)
    api = APIClient()
    api.force_authenticate(house.boss)
    day = day_of(house.kari, at, "UTC")
    facts = {
        "board": board(ids, at),
        "intervals": list(IntervalCount.objects.filter(received__gt=0).order_by("pk").values_list(*counting.COUNT_NAMES)),
        "total": counting.total(ids, at - timedelta(days=6), at + timedelta(days=1)),
        "day": day,
        "survey": scores(ids, 7, at),
        "line": [call.pk for call in queries.waiting(ids)],
        "places": [(call.pk, routing.stands(call, call.hotline, at).position) for call in queries.waiting(ids)],
        "wait": [expected.expected_wait(line, 2, at) for line in house.lines],
        "handling": [expected.handling_time(line, at) for line in house.lines],
        "promised": [callbacks.promised_time(line, 1, at) for line in house.lines],
        "desk": [lines_of(each) for each in (house.kari, house.ola)],
        "reported": [(each.masked, each.times) for each in blocking.reported(ids, at)],
        "metrics": [sorted((s.name, str(s.labels), s.value) for s in family.samples if s.name != "hotline_longest_wait_seconds")
                    for family in _calls()],
        "api": [row["id"] for row in api.get("/api/v1/calls/").json()["results"]],
        "history": [[each.pk for each in situation.history_of(call)] for call in queries.waiting(ids)],
        "arrivals": [arrival(house, line, caller) for line in house.lines for caller in CALLERS],
    }  # fmt: skip
    for show in ("", "live", "missed", "answered", "voicemail"):
        page = register.page(house.boss, ids, register.Filter(show=show))
        facts[f"register {show}"] = ([(call.pk, call.again) for call in page.calls], page.count)
    for name in ("calls:costs", "frame_queue"):
        facts[name] = text(client.get(reverse(name)))
    export = client.post("/calls/export/", {"query": "", "reason": "Because of a test"})
    facts["export"] = b"".join(export.streaming_content)
    return facts


def text(answer):
    assert answer.status_code == 200
    return re.sub(r">[\d:]+<", "><", answer.content.decode())  # clocks go on


def arrival(house, line, caller):
    """How the next caller would be decided on: full, limited, asked for a key."""
    asked = foretelling.Question(world.number_of(line), house.at, caller)
    found = foretelling.foretell(asked)
    return found.refused, found.gated, found.live


@pytest.mark.parametrize("seed", SEEDS)
def test_no_figure_list_line_or_decision_knows_of_test_calls(client, seed):
    house = House(seed)
    house.calls(14)
    before = told(house, client)
    house.calls(20, training=True, priority=9)
    after = told(house, client)
    for name, was in before.items():
        assert after[name] == was, name
    assert len(before["register "][0]) == Call.objects.filter(training=False).count()


@pytest.mark.parametrize("seed", SEEDS)
def test_they_are_offered_to_nobody_and_hold_nobody_up(seed):
    house = House(seed)
    house.calls(5, training=True, priority=9, state="waiting", ended_at=None, outcome="")
    assert matching.assign(house.at) == 0
    assert not Offer.objects.exists()
    caller = make_call(house.lines[0], house.at)
    assert matching.assign(house.at) == 1
    assert Offer.objects.get().call == caller
    assert Operator.objects.get(pk=house.kari.pk).state == Presence.RINGING


def test_nobody_moves_one_forward_or_to_another_hotline():
    house = House(1)
    test = make_call(house.lines[0], house.at, training=True)
    with pytest.raises(Refused):
        supervising.bring_forward(test.pk, by=house.boss, at=house.at)
    with pytest.raises(Refused):
        supervising.move_to_hotline(test.pk, house.lines[1], by=house.boss, at=house.at)


def test_one_promises_no_callback_and_asks_no_question():
    house = House(1)
    test = make_call(house.lines[1], house.at, training=True, caller_number=CALLERS[0], caller_kind="number")
    assert callbacks.ask(test.pk, at=house.at) is None
    assert not Callback.objects.exists()
    pressed = world.CarrierHand().post(
        f"/twilio/wait/{test.pk}/key/", world.inbound("+4721000000", CallSid=test.carrier_ref, Digits="1")
    )
    assert "Press 1 to confirm" not in pressed.content.decode()
    test.answered_at = test.operator_left_at = house.at
    assert isinstance(routing.in_conversation(test, house.lines[0]), routing.Farewell)


@pytest.mark.parametrize("kind", [kind for kind in Instruction.Kind if kind not in exchange._OF_TESTS])
def test_nothing_is_asked_of_the_carrier_for_one(monkeypatch, kind):
    house = House(1)
    test = make_call(house.lines[0], house.at, training=True)
    offer = Offer.objects.create(
        call=test, operator=house.kari, device="browser", made_at=house.at, ring_until=house.at + timedelta(seconds=20)
    )
    monkeypatch.setattr(exchange, "client", lambda: pytest.fail("the carrier was asked"))
    for module in ("rooms", "outside", "supervising", "recordings", "dialling"):
        monkeypatch.setattr(exchange, module, None)
    written = instruct(kind, call_id=test.pk, at=house.at, offer_id=offer.pk)
    exchange.perform(Instruction.objects.select_related("call", "offer__operator").get(pk=written.pk))
    assert Instruction.objects.get(pk=written.pk).state == "done"


def test_an_outgoing_one_rings_nobody_but_the_operator_whose_check_it_is(monkeypatch):
    house = House(1)
    test = make_call(
        house.lines[0], house.at, training=True, direction="outgoing", carrier_ref="test:1", caller_number="+4790000001"
    )
    monkeypatch.setattr("telephony.twilio.test_call.client", lambda: pytest.fail("the carrier was asked"))
    written = instruct(Instruction.Kind.REACH, call_id=test.pk, at=house.at)
    exchange.perform(Instruction.objects.select_related("call", "offer__operator").get(pk=written.pk))
    assert Instruction.objects.get(pk=written.pk).state == "failed"
    assert Call.objects.get(pk=test.pk).ended_at


def test_a_number_full_of_test_calls_has_a_line_for_a_caller():
    house = House(1)
    line = house.lines[1]
    house.calls(8, training=True, ended_at=None, outcome="", number=Number.objects.get(hotline=line), refused="")
    world.CarrierHand().post("/twilio/voice/", world.inbound(world.number_of(line), "+4790000009"))
    assert Call.objects.get(caller_number="+4790000009").refused == ""
