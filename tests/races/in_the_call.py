"""What may happen in a call that is answered, and to those who asked to be called back: rules of the state machine, and
what always holds of them."""

from contextlib import suppress
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from calls import callback_acts, callbacks, services
from calls.models import Attendance, Call, Callback, CallForHelp, Leg, Offer, Transfer
from calls.supervising import bring_forward
from lines import services as hotlines
from operators import presence

OUTSIDE = "+4740000099"
number = st.integers(min_value=0, max_value=10**6)


class InTheCall:
    """Mixed into the machine, which has `carrier`, `lines`, `people`, two supervisors `bosses`, `_legs` and `_soon`."""

    carrier: Any
    lines: list[Any]
    people: list[Any]
    bosses: list[Any]
    _legs: Any
    _callers: Any
    _soon: Any

    def _talk(self, which: int) -> Any:
        """A call in which an operator talks."""
        legs = [leg for leg in self._legs("room") if leg.kind == "operator"]
        return legs[which % len(legs)] if legs else None

    # --- what operators do in a call
    @precondition(lambda self: self._legs("room"))
    @rule(which=number, act=st.sampled_from(["hold", "resume", "complete", "cancel", "bring_together"]))
    def operator_wishes(self, which: int, act: str) -> None:
        leg = self._talk(which)
        if leg is not None:
            with suppress(services.Refused):
                getattr(services, act)(leg.call_id, at=self.carrier.at)
            self._soon()

    @precondition(lambda self: self._legs("room"))
    @rule(which=number, kind=st.sampled_from(["cold", "warm"]), to=st.sampled_from([0, 1, 2, 2, "outside", "line"]))
    def operator_passes_on(self, which: int, kind: str, to: Any) -> None:
        leg = self._talk(which)
        if leg is None:
            return
        named = {"outside": OUTSIDE, "line": self.lines[which % 2].slug}
        target = named.get(to) or self.people[to].identity
        with suppress(services.Refused):
            services.pass_on(leg.call_id, to=target, kind=kind, by=self.bosses[0], at=self.carrier.at)
        self._soon()

    @precondition(lambda self: self._legs("room"))
    @rule(which=number, to=st.sampled_from([0, 1, 2, "outside"]), says=st.sampled_from(["busy", "no-answer", "failed"]))
    def whoever_is_passed_on_to_does_not_answer(self, which: int, to: Any, says: str) -> None:
        """Without waiting first; the telephone rings, if it rings at all."""
        leg = self._talk(which)
        if leg is None:
            return
        self.operator_passes_on(which, "cold", to)
        self.carrier.work()
        for rung in [each for each in self._legs("rings") if each.call_id == leg.call_id]:
            self.carrier.end_leg(rung, status=says)
        self._soon()

    @precondition(lambda self: self._legs("room"))
    @rule(
        which=number,
        to=st.sampled_from([0, 1, 2, "outside"]),
        answers=st.booleans(),
        then=st.sampled_from(["cancel", "complete", "bring_together", "target leaves"]),
    )
    def operator_asks_somebody_first(self, which: int, to: Any, answers: bool, then: str) -> None:
        """The caller holds meanwhile; whoever is asked answers or only rings when the operator goes on."""
        leg = self._talk(which)
        if leg is None:
            return
        self.operator_passes_on(which, "warm", to)
        self.carrier.work()
        rung = [each for each in self._legs("rings") if each.call_id == leg.call_id]
        for each in rung if answers else []:
            self.carrier.accept(each)
        for each in rung if then == "target leaves" else []:
            self.carrier.end_leg(each, first="operator" if answers else "")
        if then != "target leaves":
            with suppress(services.Refused):
                getattr(services, then)(leg.call_id, at=self.carrier.at)
        self._soon()

    @precondition(lambda self: self._legs("room"))
    @rule(which=number)
    def operator_calls_for_help(self, which: int) -> None:
        leg = self._talk(which)
        if leg is not None:
            facts = {"operator_id": leg.operator_id, "by": None, "at": self.carrier.at}
            with suppress(services.Refused):
                services.call_for_help(leg.call_id, **facts)

    # --- what supervisors do in a call
    @precondition(lambda self: self._legs("room"))
    @rule(which=number, way=st.sampled_from(["listen", "whisper", "join", "take_over", "take_over"]))
    def supervisor_comes(self, which: int, way: str) -> None:
        leg = self._talk(which)
        if leg is not None:
            with suppress(services.Refused):
                services.attend(leg.call_id, way, by=self.bosses[which % 2], at=self.carrier.at)
            self._soon()

    @precondition(lambda self: self._legs("room"))
    @rule(which=number, way=st.sampled_from(["listen", "whisper", "join"]), by_caller=st.booleans())
    def the_call_ends_while_a_supervisor_is_there(self, which: int, way: str, by_caller: bool) -> None:
        """By whoever hangs up first."""
        leg = self._talk(which)
        if leg is None:
            return
        with suppress(services.Refused):
            services.attend(leg.call_id, way, by=self.bosses[which % 2], at=self.carrier.at)
        self.carrier.work()
        for rung in [each for each in self._legs("rings") if each.kind == "supervisor"]:
            self.carrier.accept(rung)
        caller = next((each for each in self._callers("room") if each.call_id == leg.call_id), None)
        if by_caller and caller is not None:
            self.carrier.end(caller)
        else:
            self.carrier.end_leg(leg, first="operator")
        self._soon()

    @rule(which=number)
    def supervisor_leaves(self, which: int) -> None:
        there = Attendance.objects.filter(user=self.bosses[which % 2], left_at=None).first()
        if there is not None:
            services.stop(there.call_id, by=there.user, at=self.carrier.at)

    @precondition(lambda self: self._callers("queue"))
    @rule(which=number, forward=st.booleans())
    def supervisor_moves_who_waits(self, which: int, forward: bool) -> None:
        callers = self._callers("queue")
        call_id, by = callers[which % len(callers)].call_id, self.bosses[0]
        with suppress(services.Refused):
            if forward:
                bring_forward(call_id, by=by, at=self.carrier.at)
            else:
                services.move_to_hotline(call_id, self.lines[which % 2], by=by, at=self.carrier.at)
        self._soon()

    # --- callbacks
    @precondition(lambda self: self._callers("queue"))
    @rule(which=number)
    def caller_asks_to_be_called_back(self, which: int) -> None:
        callers = self._callers("queue")
        caller = callers[which % len(callers)]
        with suppress(callbacks.Enough):
            if callbacks.ask(caller.call_id, at=self.carrier.at) is not None and not caller.called_back:
                self.carrier.follow(caller)
        self._soon()

    @precondition(lambda self: self._callers("rings"))
    @rule(which=number, takes=st.sampled_from([True, True, False]))
    def somebody_who_is_called_back(self, which: int, takes: bool) -> None:
        callers = self._callers("rings")
        act = self.carrier.pick_up if takes else self.carrier.end
        act(callers[which % len(callers)])
        self._soon()

    @rule(which=number, takes=st.booleans())
    def a_callback_has_its_turn(self, which: int, takes: bool) -> None:
        """Somebody asks for it while nobody is ready; then operators are, and the telephone rings."""
        carrier, line = self.carrier, self.lines[which % 2]
        self._opened(line)
        self._all_choose("break")
        caller = carrier.dial(line)
        if caller.live:
            carrier.wait(caller)
            with suppress(callbacks.Enough):
                if callbacks.ask(caller.call_id, at=carrier.at) is not None:
                    carrier.follow(caller)
        self._all_choose("ready")
        callbacks.sweep(carrier.at)
        carrier.work()
        for leg in self._legs("rings"):
            carrier.accept(leg)  # a hotline that has its operator first
        carrier.work()
        for rung in self._callers("rings"):
            (carrier.pick_up if takes else carrier.end)(rung)
        self._soon()

    @rule(which=number)
    def supervisor_cancels_a_callback(self, which: int) -> None:
        waiting = list(Callback.objects.filter(state="waiting"))
        if which % 4 == 0 and waiting:
            with suppress(callbacks.NotNow):
                callback_acts.cancel(waiting[which % len(waiting)].pk, by=self.bosses[0], at=self.carrier.at)

    # --- a busy while in one call: by chance alone too few calls are answered for much to happen in them
    @rule(which=number, acts=st.integers(min_value=4, max_value=12))
    def much_happens_in_a_call(self, which: int, acts: int) -> None:
        self._somebody_talks(which)
        for _ in range(acts):
            self.carrier.dice.choice(self._possible_in_a_call(self.carrier.dice.randrange(10**6)))()

    def _somebody_talks(self, which: int) -> None:
        if self._talk(which) is not None:
            return
        line = self.lines[which % 2]
        self._opened(line)
        self._all_choose("ready")
        caller = self.carrier.dial(line)
        if caller.live:
            self.carrier.wait(caller)
        self.carrier.work()
        for leg in self._legs("rings"):
            self.carrier.accept(leg)
        self.carrier.work()

    def _opened(self, line: Any) -> None:
        with suppress(hotlines.Refused):  # it was not closed
            hotlines.reopen(line, by=None, at=self.carrier.at)

    def _all_choose(self, state: str) -> None:
        for person in self.people:
            self.carrier.unplugged.discard(person.pk)
            services.finish_wrap_up(person.pk, at=self.carrier.at)
            presence.choose(person.pk, state, at=self.carrier.at, by=person.user)

    def _possible_in_a_call(self, which: int) -> list[Any]:
        pick = self.carrier.dice.choice
        acts = [
            lambda: self.operator_wishes(which, pick(["hold", "resume", "complete", "cancel", "bring_together"])),
            lambda: self.operator_passes_on(which, pick(["cold", "warm", "warm"]), pick([0, 1, 2, "outside", "line"])),
            lambda: self.operator_calls_for_help(which),
            lambda: self.supervisor_comes(which, pick(["whisper", "join", "take_over", "take_over"])),
            self.carrier.work,
        ]
        rung = self._legs("rings")[-2:]
        acts += [partial(self.carrier.accept, leg) for leg in rung] * 2
        acts += [partial(self.carrier.end_leg, leg, status="busy") for leg in rung[-1:]]
        acts += [partial(self.carrier.pick_up, caller) for caller in self._callers("rings")]
        return acts + self._ends(which)

    def _ends(self, which: int) -> list[Any]:
        """One act in many, so that there is somebody for the others."""
        if which % 4:
            return []
        legs = self._legs("room")
        return [lambda: self.carrier.end_leg(legs[which % len(legs)], first="operator")] if legs else []

    # --- what always holds
    @invariant()
    def nothing_is_left_of_a_call_that_is_over(self) -> None:
        ended = {"call__ended_at__isnull": False}
        assert not Transfer.objects.filter(state__in=["ringing", "talking"], **ended).exists()
        assert not Leg.objects.exclude(state="over").filter(**ended).exists()
        assert not Attendance.objects.filter(left_at=None, **ended).exists()
        assert not CallForHelp.objects.filter(ended_at=None, **ended).exists()
        assert not Call.objects.filter(held_at__isnull=False).exclude(state="connected").exists()

    @invariant()
    def whoever_is_attended_or_calls_for_help_talks(self) -> None:
        talks = set(Offer.objects.filter(state="accepted").values_list("call", "operator"))
        there = Attendance.objects.filter(left_at=None).values_list("call", "offer__operator", "offer__state")
        assert all(state == "accepted" and (call, operator) in talks for call, operator, state in there)
        assert set(CallForHelp.objects.filter(ended_at=None).values_list("call", "operator")) <= talks

    # --- at rest
    def no_more_callbacks(self) -> None:
        """Whatever is promised still is withdrawn, what is tried again too."""
        for callback in Callback.objects.filter(state="waiting"):
            with suppress(callbacks.NotNow):
                callback_acts.cancel(callback.pk, by=self.bosses[0], at=self.carrier.at)
