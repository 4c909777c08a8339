"""Lengths of time in templates."""

from datetime import timedelta

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def hours_and_minutes(length: timedelta | None) -> str:
    """7 h, 7 h 30 min, 15 min; nothing for None."""
    if length is None:
        return ""
    hours, minutes = divmod(int(length.total_seconds() // 60), 60)
    if not minutes:
        return _("%(hours)d h") % {"hours": hours}
    if not hours:
        return _("%(minutes)d min") % {"minutes": minutes}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
