"""What lies between us and the world: the public address, its certificate, the disk, mail."""

import shutil
import socket
import ssl
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core.mail import get_connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from hotline.core.checkup import Finding, bad, check, good, warn

_SECONDS = 4
_SOON_DAYS, _NOW_DAYS = 14, 3
_LITTLE, _VERY_LITTLE = 2 * 1024**3, 500 * 1024**2
_UNSENT = ("console", "dummy", "locmem", "filebased")


@check("reachable", gettext_lazy("Pages from outside"))
def reachable() -> Finding:
    """The public address leads to this system, asked from here."""
    where, began = f"{settings.PUBLIC_URL}/healthz", time.perf_counter()
    try:
        answer = requests.get(where, timeout=_SECONDS, allow_redirects=False)
        ours = answer.status_code == 200 and answer.json() == {"status": "ok"}
    except requests.exceptions.SSLError:
        return bad(_("%(url)s has no valid certificate.") % {"url": where}, _("Renew the certificate of the proxy."))
    except (requests.RequestException, ValueError) as error:
        return bad(
            _("%(url)s does not answer: %(error)s.") % {"url": where, "error": error.__class__.__name__},
            _("Look at the name in DNS, the proxy and the firewall. Without it no call arrives."),
        )
    if not ours:
        return bad(
            _("%(url)s answers %(status)d, not as this system does.") % {"url": where, "status": answer.status_code},
            _("The proxy leads elsewhere, or redirects: the telephone provider needs the exact address."),
        )
    return good(_("%(url)s answers in %(ms)d ms.") % {"url": where, "ms": (time.perf_counter() - began) * 1000})


@check("certificate", gettext_lazy("Certificate"))
def certificate() -> Finding:
    """The certificate of the public address is valid, and for how long."""
    url = urlsplit(settings.PUBLIC_URL)
    if url.scheme != "https" or not url.hostname:
        return good(_("The public address is not https, so there is none to expire."))
    try:
        ends = _expiry(url.hostname, url.port or 443)
    except ssl.SSLError as error:
        return bad(
            _("It is not valid: %(why)s.") % {"why": getattr(error, "verify_message", "") or error.reason},
            _("Renew it; until then neither people nor the telephone provider get in."),
        )
    except OSError as error:
        return bad(
            _("It could not be asked for: %(error)s.") % {"error": error.__class__.__name__},
            _("Look at the proxy and at the name in DNS."),
        )
    days = (ends - timezone.now()).days
    seen = ngettext("It is valid for %(days)d more day.", "It is valid for %(days)d more days.", days) % {"days": days}
    if days < _SOON_DAYS:
        remedy = _("It should have been renewed by itself: look at the proxy’s log.")
        return bad(seen, remedy) if days < _NOW_DAYS else warn(seen, remedy)
    return good(seen)


def _expiry(host: str, port: int) -> datetime:
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, port), timeout=_SECONDS) as wire,
        context.wrap_socket(wire, server_hostname=host) as secure,
    ):
        shown = secure.getpeercert()
    assert shown is not None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)


@check("disk", gettext_lazy("Disk"))
def disk() -> Finding:
    """The folder of our own files has room."""
    room = shutil.disk_usage(settings.DATA_DIR)
    shown = {"free": f"{room.free / 1024**3:.1f}", "path": settings.DATA_DIR}
    seen = _("%(free)s GB are free at %(path)s.") % shown
    remedy = _("Make room: remove old exports and logs, or give the machine a larger disk.")
    if room.free < _VERY_LITTLE:
        return bad(seen, remedy)
    return warn(seen, remedy) if room.free < _LITTLE else good(seen)


@check("mail", gettext_lazy("Mail"))
def mail() -> Finding:
    """A mail server takes us in. Nothing is sent."""
    kind = settings.EMAIL_BACKEND.split(".")[-2]
    if kind in _UNSENT:
        return warn(
            _("Mail is written to the log and sent to nobody."),
            _("Set EMAIL_URL, so that alarms and new passwords reach people."),
        )
    server = get_connection(timeout=_SECONDS)
    try:
        server.open()
        server.close()
    except OSError as error:  # smtplib's errors are OSErrors
        return bad(
            _("The mail server does not take us in: %(error)s.") % {"error": error.__class__.__name__},
            _("Check EMAIL_URL: host, port, user and password."),
        )
    return good(_("The mail server takes us in."))
