"""What is read about hotlines."""

from typing import Any

from django.db.models import Q, QuerySet

from hotline.core import access
from lines.models import Hotline


def visible_to(user: Any) -> QuerySet[Hotline]:
    """The hotlines a person may see: an administrator all, others those they are assigned to or serve."""
    if access.has_role(user, access.ADMINISTRATOR):
        return Hotline.objects.all()
    if not user.is_authenticated or not user.is_active:
        return Hotline.objects.none()
    return Hotline.objects.filter(Q(people=user) | Q(operators__user=user)).distinct()
