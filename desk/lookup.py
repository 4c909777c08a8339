"""What an operator looks up beside a call: answers, contacts and earlier calls under one search, texts to insert."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models.functions import Upper

from calls import register
from calls.models import Call, Note
from calls.queries import visible_to
from knowledge import search as knowledge
from knowledge.models import Contact, Question

EARLIER = 6
FIRST = 8
CANDIDATES = 200  # of notes with a word like the one typed; more are not read for six lines


@dataclass(frozen=True)
class Found:
    """What stands under the tabs; with a query, what was found for it."""

    query: str
    questions: list[Question] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    @property
    def protocols(self) -> list[Question]:
        """What to do in an emergency: above everything else, in red."""
        return [question for question in self.questions if question.emergency]


def beside(hotline_ids: list[int], language: str, earlier: list[Call]) -> Found:
    """Before anything is typed: the first answers and contacts of the hotline, and the caller's earlier calls."""
    questions = Question.objects.filter(hotline_id__in=hotline_ids)
    if language:
        questions = questions.filter(language=language)
    contacts = Contact.objects.filter(hotline_id__in=hotline_ids)
    return Found("", list(questions.order_by("-emergency", "question", "id")[:FIRST]), list(contacts[:FIRST]), earlier)


def look_up(user: Any, own_hotline_ids: list[int], hotline_ids: list[int], language: str, text: str) -> Found:
    """Answers and contacts of the hotline in hand, calls of all the person's hotlines; typing errors are forgiven."""
    found = knowledge.search(hotline_ids, text, language)
    calls = register.page(user, own_hotline_ids, register.Filter(text=text), size=EARLIER).calls
    return Found(text, found.questions, found.contacts, calls or _nearly(user, own_hotline_ids, text))


def _nearly(user: Any, hotline_ids: list[int], text: str) -> list[Call]:
    """Calls in whose note every word, or something like it, was written; of many, not always the newest."""
    words = knowledge.words_of(text)
    notes = Note.objects.order_by().alias(upper=Upper("summary"))
    for word in words:
        notes = notes.filter(upper__trigram_word_similar=word.upper())
    if not words:
        return []
    with knowledge.tolerant():
        ids = list(notes.values_list("call", flat=True)[:CANDIDATES])
    calls = visible_to(user, hotline_ids).filter(pk__in=ids, training=False)
    return list(calls.select_related(*register.SHOWN_WITH).order_by("-arrived_at")[:EARLIER])


def texts(hotline_ids: list[int], language: str, mark: str, text: str) -> list[dict[str, str]]:
    """What may be put into a note after `mark`: text modules after "::", answers after "??"."""
    if mark == "::":
        return [{"name": each.name, "text": each.text} for each in knowledge.snippets(hotline_ids, text)]
    questions = knowledge.search(hotline_ids, text, language).questions if text.strip() else None
    if questions is None:
        questions = beside(hotline_ids, language, []).questions
    return [{"name": each.question, "text": each.answer} for each in questions]
