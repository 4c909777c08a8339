"""Telephones in Python, for tests, load and the command line: they call, hear, press, answer and hang up.

`Phone` calls the hotline; `Desk` and `Handset` are what the hotline rings. All of them speak HTTP to a running
simulator, block until what they wait for has happened, and may be used from any thread.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import requests

FINAL = ("completed", "busy", "failed", "no-answer", "canceled")
Result = TypeVar("Result")
SPOKEN = ("say", "play", "voice", "tones", "tone")


class NothingHappened(AssertionError):
    """What was waited for did not come; the text says what came instead."""


class Control:
    """The simulator's control API, over one connection for each thread."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._local = threading.local()

    def call(self, method: str, where: str, body: dict[str, Any] | None = None, /, **query: Any) -> Any:
        """One request. Raises RuntimeError with the simulator's own sentence when it refuses."""
        session = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.trust_env = False
        answer = session.request(method, f"{self.url}/simulator/api{where}", json=body, params=query, timeout=40)
        if answer.status_code >= 400:
            raise RuntimeError(f"{method} {where}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    def close(self) -> None:
        """Close this thread's connection."""
        session = getattr(self._local, "session", None)
        if session is not None:
            session.close()
            self._local.session = None

    # the box as a whole
    def state(self) -> dict[str, Any]:
        return dict(self.call("GET", "/state"))

    def calls(self, direction: str = "") -> list[dict[str, Any]]:
        """Every leg the carrier knows: with `direction="inbound"` the callers' alone."""
        return list(self.call("GET", "/calls", **({"direction": direction} if direction else {})))

    def requests(self, **query: str) -> list[dict[str, Any]]:
        """What was sent to the application, oldest first; narrowed by kind, path, sid."""
        return list(self.call("GET", "/requests", **query))

    def rest(self) -> list[dict[str, Any]]:
        """What the application asked of REST: method, path, query, form, status, mishap."""
        return list(self.call("GET", "/rest"))

    def fault(self, kind: str, **facts: Any) -> dict[str, Any]:
        """Ask for a mishap: see telephony/simulator/faults.py for the words."""
        return dict(self.call("POST", "/faults", {"kind": kind, **facts}))

    def storm(self, seed: int, strength: float = 0.3) -> list[dict[str, Any]]:
        """Several mishaps at once, drawn from a seed: see telephony/simulator/storms.py."""
        return list(self.call("POST", "/storm", {"seed": seed, "strength": strength}))

    def clear_faults(self) -> None:
        self.call("DELETE", "/faults")

    def settings(self, **facts: Any) -> dict[str, Any]:
        return dict(self.call("POST", "/settings", facts))

    def send(self, url: str, params: dict[str, str], **facts: Any) -> dict[str, Any]:
        """Send a request to the application, signed, or `forged=True`."""
        return dict(self.call("POST", "/send", {"url": url, "params": params, **facts}))

    def settle(self) -> None:
        """Wait until every callback so far has been delivered."""
        self.call("POST", "/settle")

    def listen_for_dead_air(self) -> None:
        """From now on each call's `dead_air` says how long nothing was heard on the line."""
        self.call("POST", "/ears")

    def reset(self) -> None:
        self.call("POST", "/reset")


def _control(where: "str | Control") -> Control:
    return where if isinstance(where, Control) else Control(where)


def _until(found: Callable[[], Result | None], timeout: float) -> Result | None:
    deadline = time.monotonic() + timeout
    while (result := found()) is None and time.monotonic() < deadline:
        time.sleep(0.01)
    return result


class PhoneCall:
    """One call as its telephone knows it. What is read is fresh up to the last wait or look."""

    def __init__(self, control: Control, facts: dict[str, Any]) -> None:
        self.control, self.facts = control, facts
        self.sid = str(facts["sid"])
        self.events: list[dict[str, Any]] = []

    def __repr__(self) -> str:
        return f"<PhoneCall {self.sid} {self.facts.get('state')} heard={self.heard!r}>"

    def look(self, timeout: float = 0.0) -> "PhoneCall":
        """Fetch what is new, waiting up to `timeout` real seconds for something to be."""
        answer = self.control.call("GET", f"/calls/{self.sid}/wait", after=len(self.events), timeout=timeout)
        self.events.extend(answer.pop("events"))
        self.facts = answer
        return self

    @property
    def heard(self) -> list[str]:
        """Everything this telephone has heard so far, in order."""
        return [event["text"] for event in self.events if event["kind"] in SPOKEN]

    @property
    def state(self) -> str:
        """ringing, in-progress, completed, busy, failed, no-answer or canceled."""
        return str(self.look().facts["state"])

    @property
    def over(self) -> bool:
        return self.state in FINAL

    @property
    def waiting(self) -> bool:
        """Whether the caller stands in a queue."""
        return self.look().facts["live"] and self.facts["doing"] == "Enqueue"

    @property
    def talking(self) -> bool:
        """Whether somebody is on the other end."""
        return bool(self.look().facts["talks_with"])

    @property
    def ear(self) -> str:
        """What is heard now: people, music, words, ringing, asking, over, or nothing."""
        return str(self.look().facts["ear"])

    def hears(self, other: "PhoneCall") -> bool:
        """Whether what is said at the other telephone reaches this ear."""
        return other.sid in self.look().facts["hears"]

    def press(self, digits: str, timeout: float = 5.0) -> "PhoneCall":
        """Press keys, as soon as the other end listens for them."""
        if not self.wait(lambda: self.facts["listening"] or None, timeout):
            raise NothingHappened(f"nobody listened for keys: {self!r}")
        self.control.call("POST", f"/calls/{self.sid}/press", {"digits": digits})
        return self

    def press_now(self, digits: str) -> bool:
        """Press keys whether or not anybody listens; returns whether somebody did."""
        return bool(self.control.call("POST", f"/calls/{self.sid}/press", {"digits": digits})["heard"])

    def say(self, text: str) -> "PhoneCall":
        self.control.call("POST", f"/calls/{self.sid}/say", {"text": text})
        return self

    def tell(self, text: str, timeout: float = 5.0) -> "PhoneCall":
        """Say something as soon as the other end listens to words."""
        if not self.wait(lambda: self.facts["listening_to_words"] or None, timeout):
            raise NothingHappened(f"nobody listened to words: {self!r}")
        return self.say(text)

    def hang_up(self) -> "PhoneCall":
        self.control.call("POST", f"/calls/{self.sid}/hang-up", {})
        return self

    def wait(self, found: Callable[[], Any], timeout: float = 10.0) -> Any:
        """Look again and again until `found()` is true; None when the time has run out."""
        deadline = time.monotonic() + timeout
        while True:
            left = deadline - time.monotonic()
            self.look(timeout=0.0)
            result = found()
            if result or left <= 0:
                return result
            self.look(timeout=min(left, 0.25))

    def wait_for(self, what: str, timeout: float = 10.0) -> "PhoneCall":
        """Wait for a state ("completed", "in-progress", "over", "talking", "waiting") or for words to be heard.

        Words match in any case, anywhere in what was heard. Raises NothingHappened after `timeout` real seconds.
        """
        states = {
            "over": lambda: self.facts["state"] in FINAL,
            "talking": lambda: bool(self.facts["talks_with"]),
            "waiting": lambda: self.facts["doing"] == "Enqueue" or self._queued(),
            "listening": lambda: self.facts["listening"],
        }
        plain = (*FINAL, "ringing", "in-progress")
        wanted = states.get(what) or (
            (lambda: self.facts["state"] == what)
            if what in plain
            else (lambda: any(what.lower() in text.lower() for text in self.heard))
        )
        if not self.wait(wanted, timeout):
            raise NothingHappened(f"{what!r} did not happen within {timeout:g} s: {self!r}")
        return self

    def _queued(self) -> bool:
        """In the queue: the last of the milestones is "queued"."""
        marks = [event["kind"] for event in self.events if event["kind"] in ("queued", "joined", "left", "ringing")]
        return bool(marks) and marks[-1] == "queued" and bool(self.facts["live"])


class Phone:
    """A caller's telephone."""

    def __init__(self, control_url: "str | Control") -> None:
        self.control = _control(control_url)

    def dial(self, number: str, caller: str = "+4790000001", **facts: Any) -> PhoneCall:
        """Call a number. `facts`: caller_name, speaks, hang_up_at (a verb, or "request"), patience, verstat,
        forwarded_from."""
        return PhoneCall(
            self.control, self.control.call("POST", "/dial", {"number": number, "caller": caller, **facts})
        )


class _Answering:
    """A telephone that is rung."""

    def __init__(self, control_url: "str | Control", address: str, **manner: Any) -> None:
        self.control, self.address = _control(control_url), address
        self.session = str(self.control.call("POST", "/telephones", {"address": address, **manner})["session"])

    def __enter__(self) -> "_Answering":
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    def events(self, after: int = 0, timeout: float = 0.0) -> list[dict[str, Any]]:
        """What happened to this telephone: incoming, stopped, connected, ended, caption."""
        path = f"/telephones/{self.session}/events"
        return list(self.control.call("GET", path, after=after, timeout=timeout)["events"])

    def wait_for(self, kind: str, timeout: float = 10.0, after: int = 0) -> dict[str, Any]:
        """Wait for an event of a kind. Raises NothingHappened."""
        deadline = time.monotonic() + timeout
        seen = after
        while True:
            left = max(0.0, deadline - time.monotonic())
            fresh = self.events(seen, timeout=min(left, 5.0))
            for event in fresh:
                if event["kind"] == kind:
                    return event
            seen += len(fresh)
            if left <= 0:
                raise NothingHappened(f"no {kind!r} at {self.address} within {timeout:g} s")

    def rings(self, timeout: float = 10.0) -> dict[str, Any]:
        """Wait until it rings, or already rings; the event has from, to, sid and the call's parameters."""
        found = _until(self._ringing, timeout)
        if found is None:
            raise NothingHappened(f"{self.address} did not ring within {timeout:g} s")
        return found

    def _ringing(self) -> dict[str, Any] | None:
        open_calls: dict[str, dict[str, Any]] = {}
        for event in self.events():
            if event["kind"] == "incoming":
                open_calls[event["sid"]] = event
            elif event["kind"] in ("stopped", "connected", "ended"):
                open_calls.pop(event["sid"], None)
        return next(iter(open_calls.values()), None)

    def answer(self, timeout: float = 10.0) -> PhoneCall:
        """Pick up the call that rings, waiting for it. Raises NothingHappened when somebody was faster."""
        ringing = self.rings(timeout)
        if not self._act("answer", ringing["sid"]):
            raise NothingHappened(f"{self.address}: the call stopped ringing before it was answered")
        return PhoneCall(self.control, self.control.call("GET", f"/calls/{ringing['sid']}"))

    def decline(self, timeout: float = 10.0) -> bool:
        return self._act("decline", self.rings(timeout)["sid"])

    def voicemail(self, timeout: float = 10.0) -> bool:
        """Leave what rings to a voicemail box."""
        return self._act("voicemail", self.rings(timeout)["sid"])

    def _act(self, act: str, sid: str) -> bool:
        return bool(self.control.call("POST", f"/telephones/{self.session}/{act}", {"sid": sid})["done"])

    def behave(self, **manner: Any) -> None:
        """Change how it answers by itself: mode, after, press, hang_up_after."""
        self.control.call("POST", f"/telephones/{self.session}/manner", manner)

    def hang_up(self) -> None:
        """Put the receiver down on whatever it talks to."""
        for event in reversed(self.events()):
            if event["kind"] == "connected":
                self.control.call("POST", f"/calls/{event['sid']}/hang-up", {})
                return

    def unplug(self) -> None:
        """Take it off the wall: what rings or talks there ends."""
        self.control.call("DELETE", f"/telephones/{self.session}")


class Desk(_Answering):
    """An operator's browser telephone, by its client identity."""

    def __init__(self, control_url: "str | Control", identity: str, **manner: Any) -> None:
        super().__init__(control_url, f"client:{identity.removeprefix('client:')}", **manner)


class Handset(_Answering):
    """Any telephone, by its number."""

    def __init__(self, control_url: "str | Control", number: str, **manner: Any) -> None:
        super().__init__(control_url, number, **manner)
