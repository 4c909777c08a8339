"""Sounds for plans: what they are is told by their content, and anything else is refused with a sentence (T70)."""

import io
import wave

import pytest

from calls.lifecycle import Refused
from calls.plans import sounds
from tests.world import hotline


def wav(seconds: float, rate: int = 8000) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"\0\1" * int(seconds * rate))
    return held.getvalue()


def mp3(frames: int) -> bytes:
    """MPEG 1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes, 26 ms a frame."""
    return (bytes([0xFF, 0xFB, 0x90, 0x00]) + b"\x55" * 413) * frames


def tagged(data: bytes) -> bytes:
    return b"ID3\x04\x00\x00\x00\x00\x00\x0a" + b"\0" * 10 + data + b"TAG" + b" " * 125


@pytest.mark.parametrize(
    ("data", "kind", "seconds"),
    [(wav(2), "audio/wav", 2.0), (mp3(100), "audio/mpeg", 2.61), (tagged(mp3(100)), "audio/mpeg", 2.61)],
)
def test_wav_and_mp3_are_known_by_their_content_and_measured(data, kind, seconds):
    found = sounds.examined(data)
    assert (found.kind, round(found.seconds, 2)) == (kind, seconds)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<html><script>alert(1)</script></html>", "WAV and MP3"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "WAV and MP3"),
        (b"OggS\0\2" + b"\0" * 500, "WAV and MP3"),
        (b"\x1aE\xdf\xa3webm" + b"\0" * 500, "WAV and MP3"),
        (b"", "WAV and MP3"),
        (mp3(100) + b"<script>alert(1)</script>", "something else is hidden"),
        (b"ID3\x04\0\0\0\0\0\x0a" + b"\0" * 10 + b"<html>" * 50, "damaged"),
        (wav(1) + b"<script>alert(1)</script>", "something else is hidden"),
        (wav(1)[:30], "damaged"),
        (wav(0), "damaged"),
        (wav(1).replace(b"\x10\0\0\0\1\0", b"\x10\0\0\0\x11\0", 1), "this kind of WAV"),
        (wav(181), "longer than three minutes"),
        (wav(1) + b"\0" * sounds.LARGEST, "larger than 5 MB"),
    ],
)
def test_everything_else_is_refused_with_a_sentence(data, sentence):
    with pytest.raises(Refused, match=sentence):
        sounds.examined(data)


@pytest.mark.django_db
def test_a_sound_is_served_as_an_attachment_that_no_browser_takes_for_a_page(client):
    kept = sounds.keep(hotline(), wav(1), by=None)
    answer = client.get(f"/audio/{kept.token}/")
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "audio/wav", wav(1))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert client.get(f"/audio/{kept.token[:-1]}x/").status_code == 404
