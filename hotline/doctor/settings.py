"""Settings that would be found wrong by a caller or an intruder first."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hotline.core.checkup import Finding, bad, check, good, warn

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SHORT_KEY = 40


def is_local() -> bool:
    """Whether the public address is this machine itself, as with `make run`: nobody else can reach it."""
    return urlsplit(settings.PUBLIC_URL).hostname in LOOPBACK


@check("public_address", gettext_lazy("Public address"))
def public_address() -> Finding:
    """PUBLIC_URL has the form that webhooks and microphones need."""
    url = urlsplit(settings.PUBLIC_URL)
    shown = {"url": settings.PUBLIC_URL}
    if url.path not in ("", "/") or url.query:
        return bad(
            _("PUBLIC_URL is %(url)s: it has a path.") % shown,
            _("Give the hotline a host name of its own; signatures are made over the whole address."),
        )
    if is_local() and not settings.SIMULATOR_URL:
        return bad(
            _("PUBLIC_URL is %(url)s, which the telephone provider cannot reach.") % shown,
            _("Set PUBLIC_URL to the address people use, such as https://hotline.example.org."),
        )
    if url.scheme != "https" and not is_local():
        return warn(
            _("PUBLIC_URL is %(url)s, without https.") % shown,
            _("Browsers give operators no microphone there. Put a proxy with a certificate in front."),
        )
    return good(_("People and the telephone provider use %(url)s.") % shown)


@check("settings", gettext_lazy("Secrets and switches"))
def secrets() -> Finding:
    """The key is long, DEBUG is off, and webhooks can be told from forged ones."""
    if not settings.TWILIO_AUTH_TOKEN or not settings.TWILIO_ACCOUNT_SID:
        return bad(
            _("TWILIO_ACCOUNT_SID or TWILIO_AUTH_TOKEN is not set, so every call is refused."),
            _("Both stand on the first page of the provider’s console; set them and restart."),
        )
    if settings.DEBUG:
        return bad(_("DEBUG is on."), _("Remove it: it shows the program’s inside to whoever meets an error."))
    if len(settings.SECRET_KEY) < _SHORT_KEY:
        return warn(
            _("SECRET_KEY has only %(count)d characters.") % {"count": len(settings.SECRET_KEY)},
            _("Make a long random one; everybody has to sign in again."),
        )
    if settings.TWILIO_AUTH_TOKEN_SECONDARY:
        return warn(
            _("Two tokens of the provider are accepted."),
            _("When the change of token is done, remove TWILIO_AUTH_TOKEN_SECONDARY."),
        )
    return good(_("The key is long, DEBUG is off, and the provider’s token is set."))
