"""The way round for the legs that we dial: an answer of ours was lost, and the carrier turns to the fallback address.

There it is told to ask once more, so that an operator who picked up in that moment still has the caller.
"""

import re
from urllib.parse import urlsplit

from telephony.twilio import addresses, twiml

_LEG = re.compile(r"/(operator|outside|supervisor)/([0-9a-f-]{36})/(key/|done/)?")
_PAUSE_SECONDS = 1  # where it is lost again and again


def is_ours(error_url: str) -> bool:
    """Whether the answer was for an operator, an outside telephone or a supervisor."""
    return bool(_LEG.search(urlsplit(error_url).path))


def once_more(error_url: str) -> str:
    """Asked from its beginning, which repeated gives the same answer; a leg whose part is over is hung up.

    Nothing is read, so that it works without a database.
    """
    found = _LEG.search(urlsplit(error_url).path)
    if found is None or found[3] == "done/":
        return twiml.HANG_UP
    where = f"{addresses.base()}/{found[1]}/{found[2]}/"
    return twiml.response(f'<Pause length="{_PAUSE_SECONDS}"/><Redirect method="POST">{where}</Redirect>')
