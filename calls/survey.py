"""One question to a caller whose operator has left: a key from 1 to 5, or no answer."""

import uuid
from datetime import datetime

from django.db import transaction

from calls.journal import note_event
from calls.models import Call, CallEvent, Survey
from calls.news import tell
from calls.steps import AskSurvey
from calls.words import own_or_word
from lines.models import Hotline

SCORES = ("1", "2", "3", "4", "5")


def question(call: Call, hotline: Hotline) -> AskSurvey | None:
    """The question, or None where there is none or it was asked already. No query for a hotline without one."""
    if not hotline.survey_enabled or call.training or Survey.objects.filter(call=call).exists():
        return None
    return AskSurvey(own_or_word(hotline.survey_question, "survey", call.language))


def answer_survey(call_id: uuid.UUID, *, digits: str, at: datetime) -> None:
    """Keep the key that was pressed, or that there was none; the first answer counts."""
    score = int(digits) if digits in SCORES else None
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=call_id)
        if call.operator_left_at is None:
            return
        _survey, made = Survey.objects.get_or_create(call=call, defaults={"score": score, "asked_at": at})
        if made:
            note_event(call, CallEvent.Kind.SURVEY, at=at, key="survey", score=score)
            tell(call)
