"""X-Twilio-Signature, the sender's end."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit


def signed_url(url: str) -> str:
    """The address as the carrier signs it: no fragment, no userinfo; the port stays for http and goes for https."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme == "https":
        bare, _, port = host.rpartition(":")
        host = bare if bare and port.isdigit() else host
    return urlunsplit((parts.scheme, host, parts.path, parts.query, ""))


def signature(token: str, url: str, params: Iterable[tuple[str, str]] = ()) -> str:
    """Sign `url` and form parameters; repeated names are sorted and counted once, as Twilio's validator does."""
    text = url + "".join(name + value for name, value in sorted(set(params)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()
