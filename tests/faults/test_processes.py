"""Parts of the system die in mid-call (T18, T23, T25, T29): calls go on, and the register agrees with the carrier."""

import pytest
from django.db import connection
from django.utils import timezone

from calls.models import Call
from operators.models import Operator, Presence
from tests.flows.test_hanging_up import over
from tests.flows.test_one_call import ready
from tests.system import until
from tests.world import number_of

pytestmark = pytest.mark.faults


def talk(system, line, desk):
    caller = system.phone.dial(number_of(line))
    desk.answer(timeout=20)
    return caller.wait_for("talking", 20)


def restart_postgres(system, *, kill: bool = False):
    connection.close()
    if kill:
        system.postgres.process.kill()
        system.postgres.process.wait(5)
    else:
        system.postgres.stop()
    system.postgres.start()


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
def test_postgres_restarted_in_mid_call(system, line, kill):
    kari, ola = ready(line), ready(line)
    with system.desk(kari) as first, system.desk(ola, mode="answer") as _:
        Operator.objects.filter(pk=ola.pk).update(state="break")
        caller = talk(system, line, first)
        waiting = system.phone.dial(number_of(line)).wait_for("waiting", 20)
        restart_postgres(system, kill=kill)
        assert caller.talking, "the conversation went on"
        assert not waiting.over, "the caller in the queue was kept"
        until(lambda: Operator.objects.filter(pk=ola.pk).update(state="ready", idle_since=timezone.now()))
        waiting.wait_for("talking", 30).hang_up()
        caller.hang_up()
        assert over(caller).outcome == over(waiting).outcome == "answered"
    system.at_rest(30)


def test_a_caller_who_arrives_while_the_database_is_away_hears_an_apology_and_is_in_the_register_later(system, line):
    number = number_of(line)
    system.expected.append("Service Unavailable: /twilio/status/")  # an honest answer where nobody listens
    connection.close()
    system.postgres.stop()
    try:
        caller = system.phone.dial(number)
        caller.wait_for("technical problem", 20)
        assert caller.wait(lambda: caller.facts["doing"] == "Record" or not caller.facts["live"], 10)
        caller.hang_up()
        caller.wait_for("over")
        system.carrier.settle()
    finally:
        system.postgres.start()
    ended = Call.objects.filter(carrier_ref=caller.sid, state="ended")
    until(ended.exists, within=30, what="the recovery")
    call = Call.objects.get(carrier_ref=caller.sid)
    assert (call.recovered, call.hotline, call.outcome) == (True, line, "abandoned")
    system.at_rest(30)


def test_web_processes_killed_in_mid_call(system, line):
    kari = ready(line)
    with system.desk(kari) as desk:
        caller = talk(system, line, desk)
        for name in ("web", "web1"):
            system.kill(name)
            system.start_web(name)
        assert caller.talking
        until(system.answers, within=30)
        caller.hang_up()
        assert over(caller).outcome == "answered"
        until(lambda: Operator.objects.get(pk=kari.pk).state == Presence.WRAP_UP)
    system.at_rest(30)


def test_one_of_two_web_processes_killed_while_calls_arrive(system, line):
    people = [ready(line) for _ in range(4)]
    desks = [system.desk(each, mode="answer") for each in people]
    callers = [system.phone.dial(number_of(line)) for _ in range(2)]
    system.kill("web1")
    callers += [system.phone.dial(number_of(line)) for _ in range(2)]
    system.start_web("web1")
    for caller in callers:
        caller.wait(lambda caller=caller: caller.facts["talks_with"] or caller.facts["state"] == "completed", 20)
        caller.hang_up()
    for desk in desks:
        desk.unplug()
    system.at_rest(30)


def test_every_switchboard_killed_between_the_decision_and_the_ring(system, line):
    for name in ("switchboard", "switchboard1"):
        system.kill(name)
    kari = ready(line)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(line)).wait_for("waiting")
        until(lambda: Operator.objects.get(pk=kari.pk).state == Presence.RINGING, what="the decision")
        for name in ("switchboard", "switchboard1"):
            system.start_switchboard(name)
        desk.answer(timeout=30)
        caller.wait_for("talking", 20)
        system.kill("switchboard1")
        caller.hang_up()
        assert over(caller).outcome == "answered"
    system.start_switchboard("switchboard1")
    system.at_rest(30)


def test_a_switchboard_killed_while_callers_are_moved(system, line):
    people = [ready(line) for _ in range(3)]
    desks = [system.desk(each, mode="answer") for each in people]
    callers = [system.phone.dial(number_of(line)) for _ in range(3)]
    until(lambda: Call.objects.filter(hotline=line, queued_at__isnull=False).count() == 3)
    system.kill("switchboard")
    for caller in callers:
        caller.wait_for("talking", 40).hang_up()
        assert over(caller).outcome == "answered"
    system.start_switchboard("switchboard")
    for desk in desks:
        desk.unplug()
    system.at_rest(30)


def test_everything_killed_at_once_and_started_again(system, line):
    kari = ready(line)
    desk = system.desk(kari)
    caller = talk(system, line, desk)
    names = list(system.children)
    for name in names:
        system.kill(name)
    restart_postgres(system, kill=True)
    caller.hang_up()
    caller.wait_for("over")
    for name in names:
        (system.start_web if name.startswith("web") else system.start_switchboard)(name)
    assert (
        until(lambda: Call.objects.filter(carrier_ref=caller.sid, state="ended").first(), within=40).outcome
        == "answered"
    )
    until(lambda: Operator.objects.get(pk=kari.pk).state == Presence.WRAP_UP)
    desk.unplug()
    until(system.answers, within=30)
    system.at_rest(30)
