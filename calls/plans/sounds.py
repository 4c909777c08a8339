"""Sounds for plans: what the carrier can play is kept as it came, everything else is refused with a sentence.

WAV and MP3 are told by their content, never by their name or by what a browser says they are. Nothing is converted.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from calls.lifecycle import Refused
from calls.plans.models import PlanSound
from lines.models import Hotline

LARGEST = 5 * 1024 * 1024
LONGEST_SECONDS = 180
WAV, MP3 = "audio/wav", "audio/mpeg"
_CODINGS = {1, 6, 7}  # PCM, A-law, µ-law
_BITRATES = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


@dataclass(frozen=True)
class Kept:
    kind: str
    seconds: float


def keep(hotline: Hotline, data: bytes, *, by: Any) -> PlanSound:
    """Keep a sound for a hotline's plan. Raises Refused with what is wrong with it."""
    found = examined(data)
    token = secrets.token_urlsafe(32)
    return PlanSound.objects.create(
        hotline=hotline, token=token, kind=found.kind, data=data, seconds=found.seconds,
        made_by=by if by and by.pk else None,
    )  # fmt: skip


def examined(data: bytes) -> Kept:
    """What a file is, by its content, and how long it plays, seconds. Raises Refused."""
    if len(data) > LARGEST:
        raise Refused(_("This file is larger than 5 MB. Save it with a lower quality: it is for a telephone."))
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        found = Kept(WAV, _wav_seconds(data))
    elif data[:3] == b"ID3" or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0):
        found = Kept(MP3, _mp3_seconds(data))
    else:
        raise Refused(_("The carrier plays WAV and MP3. This file is neither; save it as one of them."))
    if found.seconds > LONGEST_SECONDS:
        raise Refused(_("This is longer than three minutes. Nobody listens to that on a telephone."))
    if found.seconds <= 0:
        raise _damaged()
    return found


def _damaged() -> Refused:
    return Refused(_("This file is damaged, or something else is hidden in it. Record it again, or save it anew."))


def _wav_seconds(data: bytes) -> float:
    """From the format and the length of the data; chunks must fill the file and nothing may follow them."""
    if int.from_bytes(data[4:8], "little") + 8 not in (len(data), len(data) + 1, len(data) - 1):
        raise _damaged()
    at, rate, length = 12, 0, 0
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name == b"fmt ":
            if int.from_bytes(data[at + 8 : at + 10], "little") not in _CODINGS:
                raise Refused(_("The carrier cannot play this kind of WAV. Save it as PCM, 8 or 16 bits."))
            rate = int.from_bytes(data[at + 16 : at + 20], "little")
        elif name == b"data":
            length += min(size, len(data) - at - 8)
        at += 8 + size + size % 2
    return length / rate if rate else 0.0


def _mp3_seconds(data: bytes) -> float:
    """By walking frame after frame to the end: whatever is no frame and no tag is something hidden."""
    at, end, seconds = _after_tag(data), len(data), 0.0
    if data[-128:-125] == b"TAG":
        end -= 128
    while at + 4 <= end:
        if not any(data[at:end]):  # padding
            break
        size, length = _frame(data, at)
        at, seconds = at + size, seconds + length
    if at < end - 4 and any(data[at:end]):
        raise _damaged()
    return seconds


def _after_tag(data: bytes) -> int:
    """Behind the ID3v2 tag at the beginning, if there is one."""
    if data[:3] != b"ID3":
        return 0
    size = 0
    for part in data[6:10]:
        size = size << 7 | part & 0x7F
    return 10 + size


def _frame(data: bytes, at: int) -> tuple[int, float]:
    """(bytes, seconds) of a layer III frame."""
    head = int.from_bytes(data[at : at + 4], "big")
    version, layer, rate, frequency = head >> 19 & 3, head >> 17 & 3, head >> 12 & 15, head >> 10 & 3
    if head >> 21 != 0x7FF or version == 1 or layer != 1 or rate in (0, 15) or frequency == 3:
        raise _damaged()
    first = version == 3
    hertz = _RATES[version][frequency]
    bits = _BITRATES[1 if first else 2][rate] * 1000
    return (144 if first else 72) * bits // hertz + (head >> 9 & 1), (1152 if first else 576) / hertz
