"""What the flows in a live call share: a conversation, wishes through the API, what is heard."""

from typing import Any

import requests
from rest_framework.authtoken.models import Token

from calls.models import Call, Transfer
from operators.models import Operator, Presence
from tests.flows.conftest import state_of
from tests.flows.test_one_call import ready
from tests.system import System, until
from tests.world import number_of

FREED = 2.0  # seconds from the event to the operator's freedom


class Talk:
    """A caller and an operator who talk, and a colleague; wishes are the operator's, through the API."""

    def __init__(self, system: System, line: Any, *, own_phone: str = "", **colleague: Any) -> None:
        self.system, self.line = system, line
        self.kari = ready(line, display_name="Kari", **({"phone": own_phone, "device": "phone"} if own_phone else {}))
        self.ola = ready(line, display_name="Ola", **colleague)
        Operator.objects.filter(pk=self.ola.pk).update(state=Presence.BREAK)
        self.desk = system.handset(own_phone, mode="answer", press="1") if own_phone else system.desk(self.kari)
        self.caller = system.phone.dial(number_of(line))
        if not own_phone:
            self.leg = self.desk.answer()
        self.caller.wait_for("talking", 20)
        Operator.objects.filter(pk=self.ola.pk).update(state=Presence.READY)
        self.call = Call.objects.get(carrier_ref=self.caller.sid)

    def wish(self, act: str, *, by: Operator | None = None, **facts: Any) -> requests.Response:
        token, _made = Token.objects.get_or_create(user=(by or self.kari).user)
        return requests.post(
            f"{self.system.url}/api/v1/calls/{self.call.pk}/{act}/",
            json=facts,
            headers={"Authorization": f"Token {token.key}"},
            timeout=10,
        )

    def wished(self, act: str, **facts: Any) -> dict[str, Any]:
        answer = self.wish(act, **facts)
        assert answer.status_code in (200, 202), answer.text
        return dict(answer.json())

    # --- what is so
    def fresh(self) -> Call:
        return Call.objects.get(pk=self.call.pk)

    @property
    def transfer(self) -> Transfer:
        return Transfer.objects.filter(call=self.call).latest("made_at")

    def transfer_is(self, state: str) -> Transfer:
        until(lambda: self.transfer.state == state, what=f"the transfer's {state}")
        return self.transfer

    def hears_music(self, within: float = 10.0) -> None:
        assert self.caller.wait(lambda: not self.caller.facts["talks_with"] and self._music(), within), self.caller

    def _music(self) -> bool:
        marks = [event for event in self.caller.events if event["kind"] in ("play", "joined", "queued", "left")]
        return bool(marks) and marks[-1]["kind"] == "play" and "hold" in marks[-1]["text"]

    def talks(self, leg: Any, words: str) -> None:
        """Caller and `leg` hear each other."""
        self.caller.wait_for("talking", 15)
        leg.say(f"leg {words}")
        self.caller.wait_for(f"leg {words}")
        self.caller.say(f"caller {words}")
        leg.wait_for(f"caller {words}")

    def freed(self, operator: Operator, to: str = Presence.WRAP_UP, within: float = FREED) -> None:
        until(lambda: state_of(operator) == to, within=within, what=f"{operator}: {to}")

    def kinds(self) -> list[str]:
        return list(self.call.events.values_list("kind", flat=True))

    def text(self) -> str:
        """The call's story, as the register tells it."""
        from calls.timeline import timeline

        return "\n".join(line.text for line in timeline(self.fresh()))
