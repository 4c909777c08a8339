"""What is read of people over many rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from operators.models import Operator, User
from operators.permissions import people_visible_to
from operators.second_factor import having


@dataclass(frozen=True)
class Row:
    """One line of the list of people."""

    user: User
    operator: Operator | None
    hotlines: list[str]
    second_factor: bool
    seen_at: datetime | None


def people(viewer: Any, *, text: str = "", closed: bool = False) -> QuerySet[User]:
    """The people `viewer` may see, by name; closed accounts only when asked for."""
    found = people_visible_to(viewer).filter(is_active=not closed)
    for word in text.split():
        found = found.filter(
            Q(username__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(email__icontains=word)
            | Q(operator__display_name__icontains=word)
        )
    ordered = found.order_by("first_name", "last_name", "username")
    return ordered.select_related("operator__agency").prefetch_related("hotlines", "operator__hotlines")


def rows(users: list[User]) -> list[Row]:
    """What the list shows of each, in one query more than the people themselves."""
    coded = having(users)
    return [_row(user, user.pk in coded) for user in users]


def _row(user: User, second_factor: bool) -> Row:
    operator = getattr(user, "operator", None)
    names = {hotline.name for hotline in user.hotlines.all()}
    if operator:
        names |= {hotline.name for hotline in operator.hotlines.all()}
    moments = [user.last_login, operator.desk_seen_at if operator else None]
    seen_at = max((moment for moment in moments if moment), default=None)
    return Row(user, operator, sorted(names), second_factor, seen_at)
