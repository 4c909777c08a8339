"""Answering machine detection: who picked up, and how long it took to hear that."""

from typing import TYPE_CHECKING, Any

from telephony.simulator.leg import Detection, Goto, Leg
from telephony.simulator.transport import Params

if TYPE_CHECKING:
    from telephony.simulator.exchange import Exchange

DETECTION_SECONDS = 30.0
MODES = ("Enable", "DetectMessageEnd")
HUMAN_SECONDS, MACHINE_SECONDS = 1.2, 3.6  # a short hello, then silence; or a voice that goes on
GREETING_SECONDS = 8.6  # until the tone of a voicemail box, see Devices.voicemail


def wanted(facts: Any, names: dict[str, str]) -> Detection | None:
    """What a REST form or a noun's attributes ask for; both call the same things by other `names`."""
    mode = str(facts.get(names["mode"], "") or "")
    if mode not in MODES:
        return None
    url = str(facts.get(names["callback"], "") or "")
    method = str(facts.get(names["method"], "") or "POST").upper()
    aside = "aside" not in names or str(facts.get(names["aside"], "")).lower() == "true"
    timeout = float(str(facts.get(names["timeout"], "") or DETECTION_SECONDS))
    return Detection(mode, timeout, aside, Goto(url, method) if url else None)


REST = {
    "mode": "MachineDetection",
    "aside": "AsyncAmd",
    "callback": "AsyncAmdStatusCallback",
    "method": "AsyncAmdStatusCallbackMethod",
    "timeout": "MachineDetectionTimeout",
}
NOUN = {
    "mode": "machineDetection",
    "callback": "amdStatusCallback",
    "method": "amdStatusCallbackMethod",
    "timeout": "machineDetectionTimeout",
}


async def detect(exchange: "Exchange", leg: Leg, asked: Detection) -> None:
    """Listen who it is; the leg knows it afterwards. What runs beside the call is told to its callback."""
    verdict, seconds = _verdict(leg, asked)
    await exchange.clock.sleep(min(seconds, asked.timeout))
    if not leg.live:
        return
    leg.answered_by = verdict if seconds <= asked.timeout else "unknown"
    if asked.aside and asked.callback is not None:
        told: Params = {
            "CallSid": leg.sid,
            "AccountSid": leg.account_sid,
            "AnsweredBy": leg.answered_by,
            "MachineDetectionDuration": str(round(1000 * min(seconds, asked.timeout))),
        }
        exchange.post.tell(leg, asked.callback.url, asked.callback.method, told)


def _verdict(leg: Leg, asked: Detection) -> tuple[str, float]:
    if not leg.machine:
        return "human", HUMAN_SECONDS
    if asked.mode == "DetectMessageEnd":
        return "machine_end_beep", GREETING_SECONDS
    return "machine_start", MACHINE_SECONDS


async def first(exchange: "Exchange", leg: Leg) -> None:
    """Before the call's document: the call waits for the verdict, unless it was asked for beside the call."""
    if leg.detection is None:
        return
    if leg.detection.aside:
        exchange.spawn(detect(exchange, leg, leg.detection))
    else:
        await detect(exchange, leg, leg.detection)
