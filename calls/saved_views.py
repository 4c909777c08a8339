"""The register's views: those that everybody has, and those that people keep under a name and share."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from calls.lifecycle import Refused
from calls.models import SavedView
from operators.models import User
from operators.permissions import people_visible_to

MOST = 30
KEPT = timedelta(days=1)  # how long a removed view can be brought back
LONGEST = 600


@dataclass(frozen=True)
class View:
    """A link to a filter. `pk` is given where the reader may remove it; `of` names who shares it."""

    name: str
    query: str
    pk: int | None = None
    of: str = ""
    shared: bool = False


def built_in(*, has_operator: bool) -> list[View]:
    """The views that everybody has; "Mine" only for those who answer calls."""
    mine = [View(_("Mine"), "operator=me")] if has_operator else []
    return [
        View(_("All calls"), ""),
        View(_("Missed today"), "period=today&show=missed"),
        *mine,
        View(_("Without a note"), "note=missing"),
        View(_("Voicemail"), "show=voicemail"),
    ]


def views_of(user: User) -> list[View]:
    """A person's own views, then those that people of the same hotlines share. One query."""
    shown = SavedView.objects.filter(removed_at__isnull=True).select_related("user")
    own = shown.filter(user=user)
    lent = shown.filter(shared=True, user__in=people_visible_to(user).values("pk")).exclude(user=user)
    return [
        View(each.name, each.query, each.pk, shared=each.shared)
        if each.user_id == user.pk
        else View(each.name, each.query, of=str(each.user), shared=True)
        for each in sorted(own | lent, key=lambda each: (each.user_id != user.pk, each.name.casefold()))
    ]


def save_view(user: User, *, name: str, query: str, shared: bool, at: datetime) -> SavedView:
    """Keep a filter under a name; the person's view of that name, if there is one, is replaced.

    Raises Refused when nothing is filtered, or there are too many views.
    """
    if not query or len(query) > LONGEST:
        raise Refused(_("Narrow the list first; a view keeps what is narrowed."))
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        own = SavedView.objects.filter(user=user, removed_at__isnull=True)
        if own.exclude(name=name).count() >= MOST:
            raise Refused(_("You keep %(most)d views already. Remove one first.") % {"most": MOST})
        SavedView.objects.filter(user=user, removed_at__lt=at - KEPT).delete()
        view, _made = own.update_or_create(
            user=user, name=name, removed_at=None, defaults={"query": query, "shared": shared}
        )
    return view


def remove_view(view: SavedView, *, at: datetime) -> None:
    """Take a view away; for a day it can be brought back."""
    SavedView.objects.filter(pk=view.pk, removed_at__isnull=True).update(removed_at=at)


def restore_view(view: SavedView) -> None:
    """Bring a removed view back. Raises Refused if another has taken its name meanwhile."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=view.user_id)
        named: Any = SavedView.objects.filter(user=view.user_id, name=view.name, removed_at__isnull=True)
        if named.exclude(pk=view.pk).exists():
            raise Refused(_("Another view is called “%(name)s” now.") % {"name": view.name})
        SavedView.objects.filter(pk=view.pk).update(removed_at=None)
