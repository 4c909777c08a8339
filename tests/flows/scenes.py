"""A call with everybody who has a part in it. Acts of operators and supervisors go through the API, those of callers and
telephones through the simulator."""

import itertools
from contextlib import suppress
from typing import Any

import requests
from django.utils import timezone
from rest_framework.authtoken.models import Token

from calls.models import Attendance, Call, Callback, Transfer
from operators import presence
from operators.models import Presence, PresenceChange
from tests import world
from tests.flows.conftest import state_of
from tests.system import System, until
from tests.world import number_of

SOON = 20.0  # real seconds in which what must happen happens, on a slow machine too
RINGS = 600  # carrier seconds: longer than a test
_numbers = itertools.count(92_300_000)


def number() -> str:
    """A telephone number of the scene's own."""
    return f"+47{next(_numbers)}"


class Scene:
    """A hotline, its operator Kari, the colleague Ola, the supervisor Siri, and one call."""

    def __init__(self, system: System, **line: Any) -> None:
        self.system = system
        facts = {"ring_seconds": RINGS, "wrap_up_seconds": 60, "organisation": "City Water"}
        self.line = world.hotline(**(facts | line))
        self.kari: Any = None
        self.ola: Any = None
        self.siri = world.supervisor_of(self.line)
        self.plugged: list[Any] = []
        self.caller: Any = None  # their end of the line
        self.handset: Any = None  # the caller's telephone, when it is rung
        self.desk: Any = None
        self.leg: Any = None  # Kari's end
        self.there: Any = None  # the colleague's telephone
        self.other: Any = None  # their end
        self.boss: Any = None  # the supervisor's end
        self.reply: requests.Response | None = None
        self.at = timezone.now()  # when what happens happened
        self.own: Any = None  # the call's id, where its caller is not on the line yet

    def close(self) -> None:
        """Nobody is rung any more."""
        Callback.objects.filter(hotline=self.line, done_at=None).update(state="cancelled", next_try_at=None)
        for each in self.plugged:
            with suppress(RuntimeError):
                each.unplug()

    def plug(self, telephone: Any) -> Any:
        self.plugged.append(telephone)
        return telephone

    # --- the people
    def operator(self, name: str, *, on_a_telephone: bool = False, state: str = Presence.READY) -> Any:
        facts = {"phone": number(), "device": "phone"} if on_a_telephone else {}
        made = world.operator(self.line, display_name=name, at=timezone.now(), **facts)
        if state != Presence.READY:
            presence.choose(made.pk, state, at=timezone.now(), by=made.user)
        telephone = self.system.handset(str(made.phone)) if on_a_telephone else self.system.desk(made)
        return made, self.plug(telephone)

    def kari_is(self, state: str = Presence.READY, *, on_a_telephone: bool = False) -> None:
        self.kari, self.desk = self.operator("Kari", on_a_telephone=on_a_telephone, state=state)

    def dial(self, **facts: Any) -> Any:
        self.caller = self.system.phone.dial(number_of(self.line), **facts)
        return self.caller

    def api(self, act: str, *, by: Any = None, **facts: Any) -> requests.Response:
        token, _made = Token.objects.get_or_create(user=by or self.kari.user)
        url = f"{self.system.url}/api/v1/calls/{self.call.pk}/{act}/"
        return requests.post(url, json=facts, headers={"Authorization": f"Token {token.key}"}, timeout=SOON)

    def done(self, act: str, *, by: Any = None, **facts: Any) -> None:
        """What was asked for is done. Where the connection breaks it is asked again, and may be done already."""
        try:
            answer = self.api(act, by=by, **facts)
        except requests.ConnectionError:
            self.api(act, by=by, **facts)
            return
        assert answer.status_code in (200, 202), answer.text

    # --- what is so
    @property
    def call(self) -> Call:
        return Call.objects.get(pk=self.own) if self.own else Call.objects.get(carrier_ref=self.caller.sid)

    def becomes(self, wanted: str, operator: Any = None) -> None:
        """The operator is in that state, or was since it happened and went on already."""
        operator = operator or self.kari
        was = PresenceChange.objects.filter(operator=operator, to_state=wanted, at__gte=self.at)
        until(lambda: state_of(operator) == wanted or was.exists(), within=SOON, what=f"{operator}: {wanted}")

    def transfer(self) -> Transfer:
        return Transfer.objects.filter(call__hotline=self.line).latest("made_at")

    def transfer_is(self, state: str) -> None:
        until(lambda: self.transfer().state == state, within=SOON, what=f"the transfer's {state}")

    def attendance(self) -> Attendance:
        return Attendance.objects.filter(call__hotline=self.line).latest("asked_at")

    def outcome(self) -> str:
        ended = Call.objects.filter(pk=self.call.pk, state="ended")
        return str(until(ended.first, within=SOON, what="the end of the call").outcome)

    def legs(self) -> list[str]:
        """Every leg of this call that the register knows."""
        known = list(Call.objects.filter(hotline=self.line).values_list("carrier_ref", flat=True))
        for each in Call.objects.filter(hotline=self.line):
            known += [ref for ref in each.offers.values_list("leg_ref", flat=True) if ref]
        return known

    def freed_at(self) -> Any:
        """When Kari was last freed of a ring or a call, as presence has it."""
        freed = PresenceChange.objects.filter(operator=self.kari, from_state__in=presence.BUSY)
        last = freed.exclude(to_state__in=presence.BUSY).order_by("-at", "-id").first()
        return last.at if last else None

    # --- hearing
    def talk(self, leg: Any) -> None:
        """The caller and `leg` hear each other."""
        self.caller.wait_for("talking", SOON)
        assert self.caller.wait(lambda: leg.sid in self.caller.facts["hears"], SOON), self.caller
        assert leg.wait(lambda: self.caller.sid in leg.facts["hears"], SOON), leg

    def caller_hears(self, what: str) -> None:
        assert self.caller.wait(lambda: self.caller.facts["ear"] == what, SOON), (what, self.caller.facts)

    def on_hold(self) -> None:
        self.caller_hears("music")
        assert self.call.state == Call.State.CONNECTED

    def in_line(self) -> None:
        waits = Call.objects.filter(pk=self.call.pk, state=Call.State.WAITING)
        until(waits.exists, within=SOON, what="the caller's place in the line")
        assert self.caller.wait(self.caller._queued, SOON), self.caller
        self.caller_hears("music")

    # --- on
    def answered(self) -> None:
        """Kari is rung, takes the call, and the two talk."""
        self.leg = self.desk.answer(SOON)
        if self.kari.device == "phone":
            self.presses_one(self.leg)
        self.talk(self.leg)

    def presses_one(self, leg: Any) -> None:
        """Somebody takes a call by key, and once more whenever they are asked again: a key is lost with the request that
        tells of it, and the question comes anew."""

        def in_the_call() -> bool:
            if leg.facts["listening"]:
                leg.press_now("1")
            return bool(leg.facts["hears"]) or leg.over

        assert leg.wait(in_the_call, SOON), leg

    def asked(self, kind: str, *, on_a_telephone: bool = False) -> None:
        """Kari passes the call on to Ola, who is rung."""
        self.ola, self.there = self.operator("Ola", on_a_telephone=on_a_telephone)
        self.done("transfer", to=self.ola.user.username, kind=kind)
        self.there.rings(SOON)

    def colleague_answers(self) -> None:
        self.other = self.there.answer(SOON)
        if self.ola.device == "phone":
            self.presses_one(self.other)

    def supervisor_comes(self, way: str) -> None:
        telephone = self.plug(self.system.telephone_of(self.siri))
        self.done("listen", by=self.siri, way=way)
        self.boss = telephone.answer(SOON)
        until(lambda: self.attendance().joined_at, within=SOON, what="the supervisor in the call")

    def handset_answers(self) -> None:
        """Whoever is called back picks up and presses a key."""
        self.caller = self.handset.answer(SOON)
        self.caller.press("1", SOON)
