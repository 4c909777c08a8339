"""Makes static/telephony/hold.wav and ring.wav: `python -m telephony.simulator.make_sounds`. Same bytes every time."""

import math
import struct
import wave
from pathlib import Path

RATE = 8000
FOLDER = Path(__file__).resolve().parent.parent.parent / "static" / "telephony"
# A slow walk through C, A minor, F and G: (hertz, seconds from the start)
CHORDS = [(261.63, 329.63, 392.0), (220.0, 261.63, 329.63), (174.61, 220.0, 261.63), (196.0, 246.94, 293.66)]
SECONDS_A_CHORD = 3.75


def _note(hertz: float, age: float) -> float:
    """A soft bell: a fundamental, a little of its octave, fading in quickly and out slowly."""
    if age < 0:
        return 0.0
    loudness = min(1.0, age / 0.03) * math.exp(-age * 0.9)
    return loudness * (math.sin(2 * math.pi * hertz * age) + 0.25 * math.sin(4 * math.pi * hertz * age))


def hold() -> list[float]:
    """Fifteen seconds that may be repeated for ever: the last chord fades to nothing."""
    starts = [
        (hertz, chord * SECONDS_A_CHORD + index * 0.9)
        for chord, hertzes in enumerate(CHORDS)
        for index, hertz in enumerate((*hertzes, hertzes[1] * 2))
    ]
    total = len(CHORDS) * SECONDS_A_CHORD
    out = []
    for step in range(int(total * RATE)):
        at = step / RATE
        near = [(hertz, at - start) for hertz, start in starts if 0 <= at - start < 4.5]
        out.append(0.16 * sum(_note(hertz, age) for hertz, age in near) * min(1.0, (total - at) / 0.6))
    return out


def ring() -> list[float]:
    """Two gentle tones, then silence: three seconds."""
    out = []
    for step in range(3 * RATE):
        at = step / RATE
        out.append(0.3 * (_note(659.26, at) + _note(880.0, at - 0.18)) if at < 1.2 else 0.0)
    return out


def write(path: Path, samples: list[float]) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(struct.pack("<h", round(32000 * max(-1.0, min(1.0, s)))) for s in samples))


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    write(FOLDER / "hold.wav", hold())
    write(FOLDER / "ring.wav", ring())
