"""What callers answered after the conversation, for the page of a hotline: `{% survey_scores hotline as scores %}`."""

from typing import Any

from django import template
from django.utils import timezone

from calls.survey_figures import Scores, scores

register = template.Library()
PERIODS = (7, 30)


@register.simple_tag
def survey_scores(hotline: Any) -> list[Scores]:
    """The answers of the last 7 and of the last 30 days; nothing for a hotline that never asked."""
    at = timezone.now()
    found = [scores([hotline.pk], days, at).get(hotline.pk, Scores(days)) for days in PERIODS]
    return found if hotline.survey_enabled or found[-1].asked else []
