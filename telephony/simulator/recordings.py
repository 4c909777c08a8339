"""What was recorded. A recording holds the words that were said; its sound is a tone of the same length."""

import io
import math
import struct
import wave
from dataclasses import dataclass, field
from datetime import datetime

from telephony.simulator.leg import new_sid

RATE = 8000


@dataclass
class Recording:
    """One recording, of a call or of a conference."""

    account_sid: str
    started_at: datetime
    seconds: int
    source: str
    call_sid: str = ""
    conference_sid: str = ""
    words: list[str] = field(default_factory=list)
    sid: str = field(default_factory=lambda: new_sid("RE"))
    status: str = "completed"

    @property
    def over(self) -> bool:
        return self.status not in ("in-progress", "paused")


def tone(seconds: float, hertz: float = 440.0, loudness: float = 0.15) -> bytes:
    """A WAV file, mono, 8 kHz, 16 bit."""
    count = int(RATE * min(seconds, 600))
    step = 2 * math.pi * hertz / RATE
    one_second = [int(32767 * loudness * math.sin(step * i)) for i in range(RATE)]
    block = struct.pack(f"<{RATE}h", *one_second)
    frames = (block * (count // RATE + 1))[: count * 2]
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(frames)
    return out.getvalue()


def wav_seconds(body: bytes) -> float | None:
    """How long a WAV file plays; None for anything else."""
    try:
        with wave.open(io.BytesIO(body)) as file:
            return file.getnframes() / float(file.getframerate())
    except (wave.Error, EOFError, ZeroDivisionError):
        return None
