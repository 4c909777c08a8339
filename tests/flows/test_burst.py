"""A hundred calls at once on one number, five operators (T46): none is lost, and they are served in their turn."""

import re
import threading

from django.utils import timezone

from calls import routing, supervising
from calls.models import Call, Offer
from operators import presence
from operators.models import Operator, Presence
from tests.flows.test_one_call import ready
from tests.system import until
from tests.world import hotline, number_of, supervisor_of

CALLS, OPERATORS, DIALLERS = 100, 5, 10
SERVED = 15  # before the others lose patience: to answer all would only take longer


def dial_all(system, line):
    """All calls as fast as the carrier takes them."""
    callers, lock = [], threading.Lock()

    def some(part):
        for n in range(part, CALLS, DIALLERS):
            caller = system.phone.dial(number_of(line), caller=f"+4792{n:06d}")
            with lock:
                callers.append(caller)

    threads = [threading.Thread(target=some, args=(part,)) for part in range(DIALLERS)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return callers


def in_line(line):
    """The callers in the order in which they must be served."""
    waiting = Call.objects.filter(hotline=line, state="waiting", training=False)
    return list(waiting.order_by("-priority", "queued_at", "id"))


def test_a_hundred_calls_at_once_are_served_in_turn_and_none_is_lost(system):
    line = hotline(lines=2 * CALLS, max_wait_seconds=3600, ring_seconds=90, wrap_up_seconds=600)
    people = [ready(line) for _ in range(OPERATORS)]
    Operator.objects.filter(hotlines=line).update(state="break")
    system.carrier.settings(speed=4)  # callers in the queue ask again so much less often
    try:
        callers = dial_all(system, line)
        until(lambda: len(in_line(line)) == CALLS, within=90, what="all calls in the queue")
        _places_are_right(callers, in_line(line))
        boss = supervisor_of(line)
        for late in in_line(line)[-2:]:
            supervising.bring_forward(late.pk, by=boss, at=timezone.now())
        turn = [call.carrier_ref for call in in_line(line)]
        desks = [system.desk(each, mode="answer") for each in people]
        for begins in range(0, SERVED, OPERATORS):
            now_served = turn[begins : begins + OPERATORS]
            assert _served(line, people) == set(now_served)
            _hang_up(caller for caller in callers if caller.sid in now_served)
            until(lambda: Operator.objects.filter(hotlines=line, state="wrap_up").count() == OPERATORS, within=30)
        _hang_up(callers)
        ended = Call.objects.filter(hotline=line, state="ended")
        until(lambda: ended.count() == CALLS, within=60, what="the end of all calls")
        for desk in desks:
            desk.unplug()
    finally:
        system.carrier.settings(speed=20)
    assert {call.carrier_ref for call in ended} == {caller.sid for caller in callers}
    assert set(ended.filter(outcome="answered").values_list("carrier_ref", flat=True)) == set(turn[:SERVED])
    assert ended.filter(outcome="abandoned").count() == CALLS - SERVED
    taken = Offer.objects.filter(call__hotline=line, accepted_at__isnull=False)
    assert taken.count() == taken.values("call").distinct().count() == SERVED
    system.at_rest(30)


def _served(line, people):
    """All become ready: whom they talk to then."""
    Operator.objects.filter(hotlines=line).update(state="break")
    for each in people:
        presence.choose(each.pk, Presence.READY, at=timezone.now(), by=each.user)
    talks = Call.objects.filter(hotline=line, state="connected")
    until(lambda: talks.count() == OPERATORS, within=60, what="five conversations")
    return set(talks.values_list("carrier_ref", flat=True))


def _hang_up(callers):
    for caller in callers:
        caller.hang_up()


def _places_are_right(callers, line):
    places = {call.pk: routing.stands(call, call.hotline, timezone.now()).position for call in line}
    assert [places[call.pk] for call in line] == list(range(1, CALLS + 1))
    rank = {call.carrier_ref: n for n, call in enumerate(line, 1)}
    for caller in callers:
        caller.wait_for("number" if rank[caller.sid] > DIALLERS else "", 20)
        said = re.search(r"number (\d+) in the queue", " ".join(caller.heard))
        assert said is None or int(said[1]) <= rank[caller.sid]  # those before it, who were in the queue by then
