"""The hotlines a person has chosen to look at: kept in the session, narrowing lists and boards until changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from operators.models import User
from operators.permissions import hotlines_of

KEY = "hotlines"


@dataclass(frozen=True)
class Choice:
    """The hotlines a person may see, and those chosen among them; all of them unless some were chosen."""

    hotlines: list[Any]
    chosen: list[Any]

    @property
    def all(self) -> bool:
        return len(self.chosen) == len(self.hotlines)

    @property
    def only(self) -> Any:
        """The one hotline in view, or None."""
        return self.chosen[0] if len(self.chosen) == 1 else None


def choice(request: HttpRequest) -> Choice:
    """What this person looks at. One query a request, however often it is asked."""
    found: Choice | None = getattr(request, "_hotline_choice", None)
    if found is None:
        rows = User._meta.get_field("hotlines").related_model._default_manager
        mine = list(rows.filter(pk__in=hotlines_of(request.user)))
        session = getattr(request, "session", {})  # a refusal may come before there is one
        wanted = set(session.get(KEY, ()))
        chosen = [hotline for hotline in mine if hotline.pk in wanted]
        found = Choice(mine, chosen or mine)
        request._hotline_choice = found  # type: ignore[attr-defined]
    return found


def chosen_hotlines(request: HttpRequest) -> list[int]:
    """The ids of the chosen hotlines, never one that the person may not see; all of theirs when none is chosen."""
    return [hotline.pk for hotline in choice(request).chosen]


def choose_hotlines(request: HttpRequest, wanted: Iterable[int]) -> None:
    """Keep a choice for the rest of the session. None or all of one's hotlines means all, also later ones."""
    mine = {hotline.pk for hotline in choice(request).hotlines}
    kept = sorted(mine & set(wanted))
    request.session[KEY] = [] if len(kept) == len(mine) else kept
    del request._hotline_choice  # type: ignore[attr-defined]
