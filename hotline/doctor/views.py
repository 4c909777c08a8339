"""The doctor's page: every check with what it found the last time, looked at again at the press of a button."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from hotline.core import access
from hotline.core.checkup import Check, Verdict, run_and_keep
from hotline.core.models import CheckResult
from hotline.doctor.checks import ALL, BY_NAME

_TONES = {Verdict.PASS: ("good", "success"), Verdict.WARN: ("warn", "warning"), Verdict.FAIL: ("bad", "error")}


@dataclass(frozen=True)
class Row:
    """A check as the page shows it; `busy` while its answer is on the way."""

    check: Check
    kept: CheckResult | None = None
    busy: bool = False

    @property
    def tone(self) -> str:
        return _TONES[Verdict(self.kept.verdict)][0] if self.kept else "quiet"

    @property
    def icon(self) -> str:
        return _TONES[Verdict(self.kept.verdict)][1] if self.kept else "waiting"

    @property
    def word(self) -> Any:
        return Verdict(self.kept.verdict).label if self.kept else ""


@access.needs(access.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def doctor(request: HttpRequest) -> HttpResponse:
    """The last findings. POST looks again: a page's rows each ask for themselves, without scripts all at once."""
    if request.method == "POST":
        if request.htmx:  # type: ignore[attr-defined]
            rows = [Row(each, busy=True) for each in ALL]
            return render(request, "doctor/_rows.html", {"rows": rows, "busy": True})
        run_and_keep(ALL)
        return redirect("doctor:doctor")
    kept = _kept()
    rows = [Row(each, kept.get(each.name)) for each in ALL]
    return render(request, "doctor/doctor.html", {"rows": rows, **_summary(list(kept.values()))})


def _kept() -> dict[str, CheckResult]:
    return {each.name: each for each in CheckResult.objects.filter(name__in=BY_NAME)}


@access.needs(access.ADMINISTRATOR)
@require_POST
def look(request: HttpRequest, name: str) -> HttpResponse:
    """Run one check, and show its row, and what is known of all beside it."""
    if name not in BY_NAME:
        raise Http404
    (kept,) = run_and_keep([BY_NAME[name]])
    shown = {"row": Row(BY_NAME[name], kept), "beside": True, **_summary(list(_kept().values()))}
    return render(request, "doctor/_looked.html", shown)


def _summary(kept: list[CheckResult]) -> dict[str, Any]:
    counts = {verdict.value: sum(each.verdict == verdict for each in kept) for verdict in Verdict}
    return {"counts": counts, "last": max((each.at for each in kept), default=None)}
