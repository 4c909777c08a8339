"""Every state of a call, and everything that may happen in it: the caller never has dead air, the operator is freed within
two seconds, and the register says in the end what became of the call (T37-T43).

What must follow stands in `table.py`, one line a cell; each is a test of its own. The calls of a column are played at
once in the running system, each on a hotline of its own, and the seven invariants are looked at after each column.
"""

import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from calls.services import finish_wrap_up
from operators.models import Presence
from tests.flows.happenings import EVENTS
from tests.flows.scenes import SOON, Scene
from tests.flows.states import ON, STATES, hurry
from tests.flows.table import TABLE, Never, Then
from tests.system import System, until

AT_ONCE = 4
FREED = timedelta(seconds=2)
DEAD_AIR = 5.0  # real seconds: what a slow machine needs to change from one thing heard to the next
SHORT_RING = {"target does not answer": 20}  # carrier seconds
KILLED = "web process killed"
DO_NOT_LAST = ("menu", "greeting", "consent prompt", "survey", "farewell")
PASSED_ON = "passed on, the colleague is rung"
# Only a status callback tells of these, so the carrier must be asked first.
ASKED_FOR = {("callbacks lost", "callback, operator first"), ("callbacks lost", "callback, caller first")}
ON_A_TELEPHONE = "target is a voicemail box"
CELLS = [(event, state) for event in TABLE for state in TABLE[event] if isinstance(TABLE[event][state], Then)]


def test_the_table_has_a_line_for_every_state_and_everything_that_may_happen():
    assert list(TABLE) == list(EVENTS)
    assert all(list(lines) == list(STATES) == list(ON) for lines in TABLE.values())
    never = [line for lines in TABLE.values() for line in lines.values() if isinstance(line, Never)]
    assert all(line.why for line in never) and len(never) + len(CELLS) == len(STATES) * len(EVENTS)


@pytest.mark.parametrize(("event", "state"), CELLS, ids=[f"{state}: {event}" for event, state in CELLS])
def test_what_follows(event, state, floor):
    problem = floor.result(event, state)
    assert not problem, problem


@pytest.mark.parametrize("event", list(EVENTS))
def test_afterwards_register_and_carrier_agree(event, floor):
    problem = floor.result(event, "")
    assert not problem, problem


class Floor:
    """Plays the cells of an event, all that were asked for, when the first of them is; keeps what went wrong."""

    def __init__(self, system: System, blocker: Any, wanted: set[tuple[str, str]]) -> None:
        self.system, self.blocker, self.wanted = system, blocker, wanted
        self.results: dict[tuple[str, str], str] = {}
        self.played: set[str] = set()

    def result(self, event: str, state: str) -> str:
        if event not in self.played:
            self.played.add(event)
            with self.blocker.unblock(), self.system.eyes():
                self._play(event)
        return self.results[event, state]

    def _play(self, event: str) -> None:
        self.system.carrier.listen_for_dead_air()
        states = [state for state in TABLE[event] if (event, state) in self.wanted]
        if event == KILLED:
            self._play_killed(event, states)
        else:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(lambda state: self._cell(event, state), states))
        self.system.carrier.clear_faults()
        self.results[event, ""] = _problem_of(lambda: self.system.at_rest(30))

    def _cell(self, event: str, state: str) -> None:
        cell = Cell(self.system, event, state)
        self.results[event, state] = _problem_of(cell.build) or _problem_of(cell.play)
        cell.close()

    def _play_killed(self, event: str, states: list[str]) -> None:
        """All calls stand; then a web process dies while all of them go on at once."""
        states.sort(key=lambda state: state in DO_NOT_LAST)  # these are built last
        cells = {state: Cell(self.system, event, state) for state in states}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            built = dict(zip(cells, pool.map(lambda cell: _problem_of(cell.build), cells.values()), strict=True))
        death = threading.Timer(0.2, self.system.kill, ["web1"])
        death.start()
        with ThreadPoolExecutor(max(1, len(cells))) as pool:
            played = dict(zip(cells, pool.map(lambda cell: _problem_of(cell.play), cells.values()), strict=True))
        death.join()
        self.system.start_web("web1")
        until(self.system.answers, within=60)
        for state, cell in cells.items():
            self.results[event, state] = built[state] or played[state]
            cell.close()


def _problem_of(deed: Any) -> str:
    try:
        deed()
    except BaseException as problem:  # pytest.fail is no Exception
        if isinstance(problem, KeyboardInterrupt):
            raise
        return traceback.format_exc()
    finally:
        if threading.current_thread() is not threading.main_thread():
            connection.close()
    return ""


class Cell:
    """One cell of the table, played."""

    def __init__(self, system: System, event: str, state: str) -> None:
        self.system, self.event, self.state = system, event, state
        then = TABLE[event][state]
        assert isinstance(then, Then)
        self.then = then
        self.scene: Any = None

    def build(self) -> None:
        ring = {"ring_seconds": SHORT_RING[self.event]} if self.event in SHORT_RING else {}
        self.scene = Scene(self.system, **ring)
        more = {"on_a_telephone": True} if self.event == ON_A_TELEPHONE else {}
        STATES[self.state](self.scene, **more)

    def play(self) -> None:
        scene, then = self.scene, self.then
        scene.at = timezone.now()
        EVENTS[self.event](scene)
        self._operators()
        self._caller()
        if then.on:  # whoever left while somebody was rung to be asked has passed the call on
            ON[PASSED_ON if then.caller == "waits" and then.target else self.state](scene)
        self._end()
        assert scene.outcome() == then.outcome
        if then.then:
            self._writes_up()
        if scene.caller is not None:
            assert scene.caller.look().facts["dead_air"] < DEAD_AIR, scene.caller.facts

    def close(self) -> None:
        if self.scene is not None:
            _problem_of(self.scene.close)

    # --- what must follow
    def _operators(self) -> None:
        scene, then = self.scene, self.then
        if then.refused:
            assert scene.reply.status_code == 409 and then.refused in scene.reply.json()["detail"], scene.reply.text
        if not (then.on and self.state in DO_NOT_LAST):  # on a slow machine it may be on its way already
            scene.becomes(then.operator)
        if then.target:
            scene.becomes(then.target, scene.ola)
        if then.supervisor:
            until(lambda: scene.attendance().left_at, within=SOON, what="the end of the attendance")
            assert then.supervisor in (scene.attendance().reason, "gone")
        self._freed()

    def _freed(self) -> None:
        """Recorded moments, not those of this test: when the carrier's word came, and when it happened."""
        freed, since = self.scene.freed_at(), self.scene.at
        if self.then.supervisor == "took over":
            since = max(since, self.scene.attendance().joined_at)
        if freed is None or freed < since or (self.event, self.state) in ASKED_FOR:
            return  # was free before, or is on the call still
        assert freed - since < FREED, f"freed after {freed - since}"

    def _caller(self) -> None:
        scene = self.scene
        {
            "over": lambda: scene.caller.wait_for("over", SOON),
            "talks": lambda: scene.caller_hears("people"),
            "waits": self._in_line,
            "holds": scene.on_hold,
            "words": self._hears_something,
            "farewell": lambda: scene.caller.wait_for("Goodbye", SOON).wait_for("over", SOON),
            "voicemail": self._to_the_voicemail_box,
            "rings": lambda: scene.handset.rings(0),
            "stopped": lambda: scene.handset.wait_for("stopped", SOON),
            "declined": lambda: scene.handset.wait_for("stopped", SOON),
        }[self.then.caller]()

    def _in_line(self) -> None:
        hurry(self.scene, self.state)
        self.scene.in_line()

    def _to_the_voicemail_box(self) -> None:
        hurry(self.scene, self.state)
        self.scene.caller.wait_for("Please leave a message", SOON)

    def _hears_something(self) -> None:
        assert self.scene.caller.wait(lambda: self.scene.caller.facts["ear"] != "nothing", SOON)

    def _end(self) -> None:
        scene = self.scene
        if scene.caller is not None and not scene.caller.over:
            scene.caller.hang_up()
        elif scene.caller is None and scene.handset._ringing():
            scene.handset.decline()

    def _writes_up(self) -> None:
        """The wrap-up is over: what was due meanwhile begins."""
        self.scene.becomes(Presence.WRAP_UP)
        finish_wrap_up(self.scene.kari.pk, at=timezone.now())  # may be over already
        self.scene.becomes(self.then.then)


@pytest.fixture(scope="module")
def floor(running, django_db_blocker, request):
    """The cells that were chosen, by `-k` or by name, are played, and no others."""
    chosen = {
        (item.callspec.params["event"], item.callspec.params["state"])
        for item in request.session.items
        if item.fspath == request.fspath and item.originalname == "test_what_follows"
    }
    return Floor(running, django_db_blocker, chosen)
