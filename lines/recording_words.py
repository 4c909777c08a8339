"""How a hotline may speak of recording: it is recorded, or it is not. "May be recorded" tells a caller nothing."""

import re
from typing import Any

from django.utils.translation import gettext as _

SPOKEN = ("greeting", "closed_message", "voicemail_message", "farewell", "recording_purpose", "recording_more")
_FEW = r"(?:[\w-]+\s+){0,4}"
_PERHAPS = re.compile(
    rf"""
    \b(?:may|might|could|can|possibly|perhaps)\s+{_FEW}(?:be|get|being)\s+{_FEW}(?:recorded|taped)\b
  | \bwe\s+(?:may|might|could)\s+{_FEW}record\b                                                # English
  | \b(?:kan|kunne|kanskje|muligens)\s+{_FEW}(?:tatt\s+opp|tas\s+opp|spilt\s+inn|spilles\s+inn)\b
  | \bvi\s+(?:kan|kunne)\s+{_FEW}(?:ta\s+opp|spille\s+inn)\b
  | \bkan\s+(?:det\s+)?(?:bli\s+)?(?:gjort|gjøres|tas)\s+opptak\b                          # Norwegian
  | \b(?:ma+ari(?:ng)?|baka|puwede(?:ng)?|pwede(?:ng)?|posible(?:ng)?)\s+{_FEW}[\w-]*re[ck]ord  # Filipino
  | \b(?:может|могут)\s+{_FEW}(?:записан|записыва)                                        # Russian
    """,
    re.IGNORECASE | re.VERBOSE,
)


def leaves_open(text: str) -> bool:
    """Whether a text says that the caller is perhaps recorded."""
    return _PERHAPS.search(" ".join(text.split())) is not None


def wrong(hotline: Any) -> dict[str, str]:
    """What is wrong with a hotline's words about recording: a sentence for each field."""
    sentence = _(
        "“May be recorded” leaves callers guessing. Say nothing of recording here: the announcement says that the call "
        "is recorded, why, and which key to press."
    )
    found = {name: sentence for name in SPOKEN if leaves_open(getattr(hotline, name))}
    if hotline.records and not hotline.recording_purpose.strip():
        found["recording_purpose"] = _("Callers must hear why they are recorded. Write it as it is to be spoken.")
    return found
