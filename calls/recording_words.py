"""Consent, recording and the question at the end, in plain words: for the journal of a call."""

from typing import Any

from django.utils.translation import gettext as _

from calls.models import CallEvent

Kind = CallEvent.Kind
KINDS = {Kind.ANNOUNCED, Kind.AGREED, Kind.REFUSED, Kind.NO_ANSWER, Kind.RECORDING, Kind.SURVEY}


def text(event: CallEvent, name: str) -> str:
    """What an event says; `name` is the operator's who did it."""
    data: dict[str, Any] = event.data
    if event.kind == Kind.RECORDING:
        return _recording(data, name)
    if event.kind == Kind.SURVEY:
        score = data.get("score")
        return (
            _("Asked how well they were helped, the caller gave %(score)s of 5.") % {"score": score}
            if score
            else _("Asked how well they were helped, the caller pressed no key.")
        )
    if event.kind == Kind.ANNOUNCED:
        return _("The caller was told: “%(words)s”") % {"words": data.get("words", "")}
    return {
        Kind.AGREED: _("The caller agreed to be recorded."),
        Kind.REFUSED: _("The caller does not want to be recorded: the call is not recorded."),
        Kind.NO_ANSWER: _("The caller pressed no key: the call is not recorded.")
        if data.get("mode") == "ask"
        else _("The caller pressed no key: the call is recorded, as announced."),
    }[Kind(event.kind)]


def _recording(data: dict[str, Any], name: str) -> str:
    words = {"name": name, "reason": data.get("reason", "")}
    return {
        "started": _("Recording began."),
        "paused": _("%(name)s paused the recording."),
        "resumed": _("%(name)s let the recording go on."),
        "stopped": _("%(name)s stopped the recording."),
        "disobeyed": _("The carrier did not change the recording as it was told to."),
        "forbidden": _("The carrier recorded without consent: the recording is ended and erased."),
        "kept": _("The recording can be heard."),
        "absent": _("Nothing was recorded."),
        "removed": _("The recording was removed: %(reason)s"),
        "erased": _("The sound was erased at the carrier."),
    }.get(data.get("what", ""), _("The recording changed.")) % words
