"""Links to the wallboard for a screen without a keyboard: made, listed, revoked, looked up.

The secret of a link has 256 bits and is shown once; the database holds its hash. A link shows only hotlines that its
maker may still see, and ends with the maker's account: whoever loses an account takes no view of the house along.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from analytics.models import BoardLink
from hotline.core.audit import record
from lines.models import Hotline
from operators.permissions import hotlines_of


class Refused(Exception):
    """A link that cannot be made or revoked; the text is a sentence for the person."""


@transaction.atomic
def make_link(
    *,
    by: Any,
    at: datetime,
    name: str,
    hotlines: Iterable[Hotline],
    lasts: timedelta | None = None,
    shows_names: bool = False,
) -> tuple[BoardLink, str]:
    """A new link and its secret, which is known to nobody afterwards. Raises Refused without a name or a hotline."""
    chosen = list(hotlines)
    if not name.strip():
        raise Refused(_("Name the link after the place where it hangs."))
    if not chosen:
        raise Refused(_("Choose at least one hotline."))
    if {hotline.pk for hotline in chosen} - set(hotlines_of(by)):
        raise Refused(_("One of these hotlines is not yours."))
    secret = secrets.token_urlsafe(32)
    link = BoardLink.objects.create(
        name=name.strip()[:80],
        secret_hash=_hashed(secret),
        shows_names=shows_names,
        made_by=by,
        made_at=at,
        expires_at=at + lasts if lasts else None,
    )
    link.hotlines.set(chosen)
    shown = sorted(hotline.pk for hotline in chosen)
    record(by=by, verb="board_link.made", subject=f"board link {link.pk}", hotlines=shown, shows_names=shows_names)
    return link, secret


@transaction.atomic
def revoke(link: BoardLink, *, by: Any, at: datetime) -> None:
    """End a link: its screens show nothing from their next question on. Raises Refused if it had ended already."""
    if BoardLink.objects.filter(in_force(at), pk=link.pk).update(revoked_at=at) != 1:
        raise Refused(_("This link had ended already."))
    record(by=by, verb="board_link.revoked", subject=f"board link {link.pk}")


def in_force(at: datetime) -> Q:
    """Links that still show something at a moment."""
    unexpired = Q(expires_at=None) | Q(expires_at__gt=at)
    return unexpired & Q(revoked_at=None, made_by__is_active=True)


def link_of(secret: str, at: datetime) -> BoardLink | None:
    """The link with this secret, if it is in force."""
    found = BoardLink.objects.filter(in_force(at), secret_hash=_hashed(secret))
    return found.select_related("made_by").first()


def hotline_ids(link: BoardLink) -> list[int]:
    """What a link shows: its hotlines that its maker may see today."""
    return sorted(link.hotlines.filter(pk__in=hotlines_of(link.made_by)).values_list("pk", flat=True))


def visible_to(user: Any) -> "QuerySet[BoardLink]":
    """The links that show a hotline which the person may see, whoever made them."""
    showing = BoardLink.hotlines.through.objects.filter(hotline_id__in=hotlines_of(user)).values("boardlink_id")
    return BoardLink.objects.filter(Q(pk__in=showing) | Q(made_by_id=user.pk)).select_related("made_by")


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
