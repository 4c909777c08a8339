"""Whether the number that a call shows is really the caller's, as far as the carrier knows.

It is shown to people and never used to recognise anybody: a number proves nothing.
"""

from django.utils.translation import gettext as _

from calls.models import Call


def verified_in_words(call: Call) -> str:
    """ "Verified", "not verified" or "unknown", from what the carrier said when the call came."""
    said = call.events.filter(key="voice").values_list("data__verified", flat=True).first()
    return {"yes": _("verified by the carrier"), "no": _("not verified: it may be somebody else’s")}.get(
        said or "", _("unknown whether it is the caller’s own")
    )
