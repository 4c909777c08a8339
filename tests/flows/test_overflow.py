"""Whole calls that a plan sends on to an outside telephone: taken, not taken, back in the queue, hung up, never silence."""

from contextlib import ExitStack

from calls.models import Call, Leg
from calls.timeline import timeline
from operators.models import Operator
from tests.flows.test_hanging_up import over
from tests.flows.test_one_call import ready
from tests.plans.plans import put_in_force, words
from tests.plans.test_overflow import telephone
from tests.system import until
from tests.world import hotline, number_of

AGENCY = "+4740000081"
OFFICE = "+4722123456"  # forwards its calls to us


def agency(**more):
    return telephone(**{"number": AGENCY, **more})


def register(caller) -> Call:
    return Call.objects.get(carrier_ref=caller.sid)


def dialled(system) -> list[dict]:
    return [leg for leg in system.carrier.calls() if leg["to"] == AGENCY]


def talk(caller, leg, words_said: str) -> None:
    caller.wait_for("talking", 20)
    leg.say(f"agency {words_said}")
    caller.wait_for(f"agency {words_said}")
    caller.say(f"caller {words_said}")
    leg.wait_for(f"caller {words_said}")


def test_one_telephone_answers_for_a_hotline_and_closing_and_agency_at_night_too(system):
    """Nobody signed on, closed, full: each rings outside; 1 takes the caller, either side hangs up."""
    alone, shut, narrow = hotline(), hotline(always_open=False), hotline(lines=1)
    put_in_force(alone, nobody=agency(words=words(en="We connect you.")))
    put_in_force(shut, closed=agency())
    put_in_force(narrow, full=agency())
    ready(narrow)
    before = len(dialled(system))
    blocking = system.phone.dial(number_of(narrow)).wait_for("waiting")
    with system.handset(AGENCY) as handset:
        for line in (alone, shut, narrow):
            caller = system.phone.dial(number_of(line), forwarded_from=OFFICE)
            leg = handset.answer(timeout=20)
            leg.wait_for("Press 1")
            assert not caller.talking, "a voicemail box would have got nothing"
            leg.press("1")
            talk(caller, leg, line.slug)
            (leg if line == alone else caller).hang_up()
            if line == alone:
                caller.wait_for("Goodbye")
            leg.wait_for("over")
            call = over(caller)
            assert (call.outcome, call.answered_at, call.operator) == ("outside", None, None)
            assert call.forwarded_from == OFFICE and "forwarded from the office telephone" in timeline(call)[0].text
            assert (call.queued_at is None) is (line != alone)
    blocking.hang_up()
    over(blocking)
    assert len(dialled(system)) == before + 3, "one call each"
    system.at_rest()


def test_a_telephone_that_does_not_take_the_caller_leaves_them_in_the_queue_where_they_were(system):
    """Busy, not answered, a voicemail box, all at once; and with nobody to wait for, one that leads to voicemail."""
    alone = hotline()
    put_in_force(alone, nobody=agency(number="+4740000080"))
    with ExitStack() as held:
        held.enter_context(system.handset("+4740000080", mode="unreachable"))
        left = system.phone.dial(number_of(alone), speaks="Call me back.")
        callers = [Overflowing(system, held, how, n) for n, how in enumerate(("busy", "rings_out", "voicemail"), 2)]
        for each in callers:
            each.comes_back()
        left.wait_for("leave a message", 20).wait_for("completed", 30)
    assert over(left).outcome == "voicemail"
    system.at_rest()


class Overflowing:
    """A caller to a hotline whose operator is away, and whose telephone outside is as `how` says."""

    def __init__(self, system, held: ExitStack, how: str, n: int) -> None:
        self.line, number = hotline(), f"+474000008{n}"
        self.kari = ready(self.line)
        Operator.objects.filter(pk=self.kari.pk).update(state="break")
        put_in_force(self.line, late=agency(number=number, after=10, then="queue", rings=10))
        held.enter_context(system.handset(number, mode=how))
        self.desk = held.enter_context(system.desk(self.kari))
        self.caller = system.phone.dial(number_of(self.line)).wait_for("waiting", 20)
        self.number = number

    def comes_back(self) -> None:
        caller = self.caller
        queued = until(lambda: register(caller).queued_at, what="the queue")
        until(lambda: register(caller).sent_back_at, within=60, what="the way back")
        caller.wait_for("waiting", 20)
        assert (register(caller).queued_at, register(caller).state) == (queued, "waiting")
        Operator.objects.filter(pk=self.kari.pk).update(state="ready")
        self.desk.answer(20)
        caller.wait_for("talking", 20).hang_up()
        assert (over(caller).outcome, over(caller).operator) == ("answered", self.kari)
        text = "\n".join(line.text for line in timeline(register(caller)))
        assert "back in the queue" in text and self.number not in text


def test_the_caller_hangs_up_while_the_outside_telephone_rings(system):
    line = hotline()
    put_in_force(line, nobody=agency(rings=120))
    with system.handset(AGENCY) as handset:
        caller = system.phone.dial(number_of(line))
        handset.rings(20)
        caller.hang_up()
        handset.wait_for("stopped")
    assert (over(caller).outcome, over(caller).ended_by) == ("abandoned", "caller")
    assert not Leg.objects.filter(call=register(caller)).exclude(state="over").exists()
    system.at_rest()
