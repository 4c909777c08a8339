"""What supervisors read of their people's telephones: `{% telephones_of rows as telephones %}`, then one mark a row."""

from collections.abc import Iterable
from typing import Any

from django import template

from telephony import telephone_checks

register = template.Library()


@register.simple_tag
def telephones_of(rows: Iterable[Any]) -> dict[int, Any]:
    """The last look at the telephone of each row's operator."""
    return telephone_checks.summaries(row.operator.pk for row in rows if row.operator and row.operator.active)


@register.filter
def of(summaries: dict[int, Any], operator: Any) -> Any:
    return summaries.get(operator.pk) if operator else None
