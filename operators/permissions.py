"""Whose hotlines and colleagues a person may see. Pages and API filter by these, so foreign objects answer 404."""

from typing import Any

from django.db.models import Q, QuerySet

from operators.models import Operator, User


def hotlines_of(user: Any) -> QuerySet[Any]:
    """The ids of the hotlines a person may see, as a queryset that can stand inside another query.

    An administrator sees all; others those they are assigned to, as a person or as an operator.
    """
    hotlines = User._meta.get_field("hotlines").related_model._default_manager.order_by()
    if not user.is_authenticated or not user.is_active:
        return hotlines.none().values_list("pk", flat=True)
    if user.role == User.Role.ADMINISTRATOR:
        return hotlines.values_list("pk", flat=True)
    own = User.hotlines.through.objects.filter(user_id=user.pk).values("hotline_id")
    served = Operator.hotlines.through.objects.filter(operator__user_id=user.pk).values("hotline_id")
    return hotlines.filter(Q(pk__in=own) | Q(pk__in=served)).values_list("pk", flat=True)


def operators_visible_to(user: Any) -> QuerySet[Operator]:
    """Operators who serve a hotline that the person may see, and the person's own part; all for an administrator."""
    operators = Operator.objects.select_related("user")
    if user.is_authenticated and user.is_active and user.role == User.Role.ADMINISTRATOR:
        return operators
    if not user.is_authenticated or not user.is_active:
        return operators.none()
    colleagues = Operator.hotlines.through.objects.filter(hotline_id__in=hotlines_of(user)).values("operator_id")
    return operators.filter(Q(user_id=user.pk) | Q(pk__in=colleagues))


def people_visible_to(user: Any) -> QuerySet[User]:
    """Users who share a hotline with the person, and the person; everyone for an administrator."""
    people = User.objects.all()
    if not user.is_authenticated or not user.is_active:
        return people.none()
    if user.role == User.Role.ADMINISTRATOR:
        return people
    hotlines = hotlines_of(user)
    assigned = User.hotlines.through.objects.filter(hotline_id__in=hotlines).values("user_id")
    serving = Operator.hotlines.through.objects.filter(hotline_id__in=hotlines).values("operator__user_id")
    return people.filter(Q(pk=user.pk) | Q(pk__in=assigned) | Q(pk__in=serving))
