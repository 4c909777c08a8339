"""The doctor's checks of what concerns the carrier."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from hotline.core.checkup import Finding, bad, check, good, warn
from lines.models import Number
from telephony import canary as canaries
from telephony import outages, pointing
from telephony.twilio import account as carrier
from telephony.twilio import refusals, signature
from telephony.twilio.failures import FAILURES
from telephony.twilio.numbers import Refused, owned

_SECONDS = 4
_DRIFT_WARN, _DRIFT_BAD = 2.0, 30.0
_FORGED, _NO_CALL = 403, 400
_CANARY_AGE = timedelta(hours=27)  # a night, and the hours in which it is made up for


@check("account", gettext_lazy("Telephone provider"), seconds=8)
def account() -> Finding:
    """The carrier answers, and knows us."""
    began = time.perf_counter()
    try:
        carrier.ask()
    except FAILURES as error:
        why = refusals.explain(error)
        return bad(why.said, why.remedy)
    seen = _("%(url)s answers and knows our account, in %(ms)d ms.") % {
        "url": settings.TWILIO_API_URL,
        "ms": (time.perf_counter() - began) * 1000,
    }
    if outages.present(timezone.now()):
        return warn(seen, _("The switchboard did not reach it a moment ago: if that comes back, look at the network."))
    if settings.TWILIO_API_URL == settings.SIMULATOR_URL:
        seen += " " + _("It is the simulator: no real telephone rings.")
    return good(seen)


@check("webhooks", gettext_lazy("Calls from outside"), seconds=10)
def webhooks() -> Finding:
    """Through the public address, an unsigned request is refused and a signed one let in. No call comes of either."""
    where = f"{settings.PUBLIC_URL}/twilio/status/"
    form = {"CheckedBy": "doctor"}  # no call is named, so that nothing is written
    signed = signature.sign(where, form.items(), (signature.tokens() or [""])[0])
    try:
        without = _post(where, form, "")
        with_it = _post(where, form, signed)
    except requests.RequestException as error:
        return bad(
            _("%(url)s does not answer: %(error)s.") % {"url": where, "error": error.__class__.__name__},
            _("Without it no call arrives: look at the proxy, and whether it lets POST through."),
        )
    if without != _FORGED:
        return bad(
            _("An unsigned request to %(url)s was answered with %(status)d.") % {"url": where, "status": without},
            _("It must be 403: something else than this system answers there."),
        )
    if with_it != _NO_CALL:
        return bad(
            _("A signed request to %(url)s was answered with %(status)d.") % {"url": where, "status": with_it},
            _("The proxy must pass path and form on unchanged, and PUBLIC_URL must be the address callers use."),
        )
    return good(_("A forged request is refused and a signed one let in."))


def _post(where: str, form: dict[str, str], signed: str) -> int:
    headers = {"X-Twilio-Signature": signed} if signed else {}
    return requests.post(where, form, headers=headers, timeout=_SECONDS, allow_redirects=False).status_code


@check("numbers", gettext_lazy("Numbers"), seconds=10)
def numbers() -> Finding:
    """Every number in use leads here, asked of the carrier now; nothing is written and nobody is alarmed."""
    ours = [n for n in Number.objects.filter(active=True) if not pointing.comes_by_forwarding(n)]
    if not ours:
        return warn(_("No number is in use."), _("Add one on the page of the numbers."))
    try:
        theirs = {each.number: each for each in owned(also=[number.number for number in ours])}
    except Refused as refused:
        return warn(_("Where they lead could not be asked."), str(refused))
    wrong = [n.number for n in ours if n.number not in theirs or theirs[n.number].differs()]
    if wrong:
        return bad(
            _("Calls to these do not reach us: %(numbers)s.") % {"numbers": ", ".join(wrong)},
            _("Press “Fix” beside each on the page of the numbers."),
        )
    text = ngettext("%(count)d number leads here.", "All %(count)d numbers lead here.", len(ours))
    return good(text % {"count": len(ours)})


@check("canary", gettext_lazy("Test call"))
def canary() -> Finding:
    """The last nightly test call of each hotline got through."""
    watched: list[Any] = list(canaries.watched())
    last = canaries.latest(hotline.pk for hotline in watched)
    wrong = [str(each.hotline) for each in last if not each.passed]
    look = _("Open “Test calls” from the page of the numbers: it says why.")
    if wrong:
        return bad(_("The last test call failed: %(hotlines)s.") % {"hotlines": ", ".join(wrong)}, look)
    if settings.CANARY_TIME is None:
        return warn(_("The nightly test calls are switched off."), _("Set CANARY_TIME, such as 04:00."))
    limit = timezone.now() - _CANARY_AGE
    late = [str(h) for h in watched if h.last_canary is None or h.last_canary < limit]
    if late:
        seen = _("Not called since yesterday: %(hotlines)s.") % {"hotlines": ", ".join(late)}
        return warn(seen, _("Look at worker and beat; or press “Call all now” under “Test calls”."))
    return good(_("The last test call of each hotline got through."))


@check("clock", gettext_lazy("Clock"))
def clock() -> Finding:
    """This machine's clock agrees with the database's and the carrier's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        off = abs((timezone.now() - cursor.fetchone()[0]).total_seconds())
    of = _("the database’s")
    try:
        theirs = _carriers_clock()
    except (requests.RequestException, ValueError, TypeError, KeyError):
        theirs = None
    if theirs is not None and theirs > off:
        off, of = theirs, _("the telephone provider’s")
    seen = _("It differs from %(whose)s by %(seconds).1f s.") % {"whose": of, "seconds": off}
    remedy = _("Let NTP or chrony set the clock: waits, reports and second factors depend on it.")
    if off > _DRIFT_BAD:
        return bad(seen, remedy)
    if off > _DRIFT_WARN:
        return warn(seen, remedy)
    if theirs is None:
        return good(_("It agrees with the database’s; the telephone provider’s could not be asked."))
    return good(_("It agrees with the database’s and the telephone provider’s."))


def _carriers_clock() -> float:
    """Seconds between the carrier's Date header and the middle of our asking; the header counts whole seconds."""
    asked = datetime.now(UTC)
    answer = requests.head(settings.TWILIO_API_URL, timeout=_SECONDS, allow_redirects=False)
    middle = asked + (datetime.now(UTC) - asked) / 2
    theirs = parsedate_to_datetime(answer.headers["Date"])
    return max(0.0, abs((middle - theirs).total_seconds() - 0.5) - 0.5)
