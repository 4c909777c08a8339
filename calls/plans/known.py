"""Which plan is in force, and what is in it, remembered: a version that was published never changes."""

from functools import lru_cache

from django.db.models import OuterRef, QuerySet, Subquery

from calls.plans.models import CallPlan
from calls.plans.script import Plan, parse

KEEPING = ("voicemail", "hotline", "telephone")  # ends that do not turn a caller away


@lru_cache(maxsize=256)
def plan_of(plan_id: int) -> Plan:
    """The content of a version that is or was in force. Raises CallPlan.DoesNotExist for drafts."""
    return parse(CallPlan.objects.exclude(state=CallPlan.State.DRAFT).values_list("content", flat=True).get(pk=plan_id))


def in_force(hotline_id: int) -> int | None:
    """The id of the hotline's plan, if it has one."""
    return _published().filter(hotline=hotline_id).values_list("pk", flat=True).first()


def in_force_for(field: str) -> Subquery:
    """The same, inside a query whose rows name the hotline in `field`."""
    return Subquery(_published().filter(hotline=OuterRef(field)).values("pk")[:1])


def _published() -> QuerySet[CallPlan]:
    return CallPlan.objects.filter(state=CallPlan.State.PUBLISHED)


def keeps(plan_id: int | None) -> tuple[str, ...]:
    """The reasons to turn a caller away on which this plan goes on with them instead."""
    if plan_id is None:
        return ()
    plan = plan_of(plan_id)
    return tuple(rule for rule in ("closed", "full") if plan.end(rule).to in KEEPING)
