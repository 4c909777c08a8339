"""The card of the guided first call, for the desk and the telephones: `{% guide "desk" %}`."""

from typing import Any

from django import template
from django.conf import settings

from telephony.guide import standing

register = template.Library()


@register.inclusion_tag("telephony/_guide.html", takes_context=True)
def guide(context: Any, screen: str) -> dict[str, Any]:
    """Nothing at all where there is no simulator to call from, or no guide for this person."""
    user = context["request"].user
    shown = standing(user) if settings.SIMULATOR_URL else None
    return {"standing": shown, "screen": screen, "user": user, "csrf_token": context.get("csrf_token")}
