"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    return {"demo": settings.DEMO, "simulator": bool(settings.SIMULATOR_URL)}
