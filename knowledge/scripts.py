"""The words an operator reads aloud, with names filled in."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Case, F, IntegerField, Value, When

from knowledge.models import Script

if TYPE_CHECKING:
    from lines.models import Hotline

# What one says at which hour, from the hour given on: data per language, as callers hear it.
DAYPARTS: dict[str, list[tuple[int, str]]] = {
    "en": [(0, "Good evening"), (4, "Good morning"), (12, "Good afternoon"), (18, "Good evening")],
    "nb": [(0, "God kveld"), (5, "God morgen"), (10, "God dag"), (18, "God kveld")],
    "fil": [
        (0, "Magandang gabi"),
        (4, "Magandang umaga"),
        (12, "Magandang tanghali"),
        (13, "Magandang hapon"),
        (18, "Magandang gabi"),
    ],
}
PLACEHOLDERS = ("operator", "hotline", "organisation", "daypart")
_BRACES = re.compile(r"\{(\w+)\}")


def daypart(at: datetime, zone: str, language: str) -> str:
    """The greeting of the hour in a zone; English stands in for a language without words of its own."""
    hour = at.astimezone(ZoneInfo(zone)).hour
    words = DAYPARTS.get(language, DAYPARTS["en"])
    return [word for begins, word in words if begins <= hour][-1]


def fill(text: str, *, operator: Any, hotline: "Hotline", at: datetime, language: str = "") -> str:
    """Put names and the time of day into a script's text; braces that mean nothing to us stay as they are.

    `operator` is an Operator, or None where nobody speaks yet; the hour is the hotline's; `language` is the script's,
    else the hotline's first. The result is plain text: templates escape it.
    """
    spoken = language or (hotline.languages[0] if hotline.languages else "en")
    values = {
        "hotline": hotline.name,
        "organisation": hotline.organisation,
        "daypart": daypart(at, hotline.time_zone, spoken),
    }
    if operator is not None:
        values["operator"] = operator.display_name
    return _BRACES.sub(lambda found: values.get(found[1], found[0]), text)


def script_for(hotline_id: int, language: str, occasion: str = Script.Occasion.INBOUND) -> Script | None:
    """The script of a hotline for an occasion: in `language`, else the hotline's first, else any; with steps."""
    scripts = Script.objects.filter(hotline=hotline_id, occasion=occasion).select_related("hotline")
    ranked = scripts.annotate(
        rank=Case(
            When(language=language, then=Value(0)),
            When(language=F("hotline__languages__0"), then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
    )
    return ranked.prefetch_related("steps").order_by("rank", "language").first()
