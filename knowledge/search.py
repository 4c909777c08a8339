"""Finding an answer or a contact while a caller is on the line, in spite of typing mistakes.

Words are compared by their trigrams under a GIN index (PostgreSQL's pg_trgm), so that a letter too many or two that
changed places still find the word, and the beginning of a word finds it while it is being typed.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from operator import add, and_
from typing import Any, TypeVar

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import Case, F, Model, Q, QuerySet, Value, When

from knowledge.models import Contact, Question, Snippet

ALIKE = 0.45  # how much of a word's trigrams must be found: "pakek" is half of "pakke"
SHORTEST = 3  # shorter words have no trigram of their own
LONGEST_QUERY = 100
MOST_WORDS = 6
QUESTIONS, CONTACTS, SNIPPETS = 8, 5, 8
CANDIDATES = 200
# For this transaction alone. The planner holds comparing trigrams for as cheap as comparing numbers, and would rather
# compare every row than read the index.
_SETTINGS = (
    "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true), set_config('enable_seqscan', 'off', true)"
)
_WORD = re.compile(r"\w+")
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Found:
    """What a search found, best first."""

    questions: list[Question] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.questions or self.contacts)


def search(hotline_ids: Iterable[int], text: str, language: str) -> Found:
    """Questions and contacts of these hotlines that fit the text; those in `language` before others.

    All words should be found; where no row has them all, rows with some of the longest are taken. A text without any
    word of three letters finds rows that begin with it.
    """
    hotlines, wanted = list(hotline_ids), words_of(text)
    questions = Question.objects.filter(hotline__in=hotlines).select_related("hotline")
    contacts = Contact.objects.filter(hotline__in=hotlines).select_related("hotline")
    if not wanted:
        return _beginning(questions, contacts, text.strip()[:LONGEST_QUERY])
    with tolerant():
        in_language = Case(When(language=language, then=Value(0.5)), default=Value(0.0))
        return Found(
            _best(
                Question.objects.select_related("hotline"),
                hotlines,
                wanted,
                _rank(wanted, "question") + in_language,
                QUESTIONS,
            ),
            _best(Contact.objects.select_related("hotline"), hotlines, wanted, _rank(wanted, "name"), CONTACTS),
        )


@contextmanager
def tolerant() -> Iterator[None]:
    """Inside, words that are alike are found by their trigrams, and through the index."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SETTINGS, [str(ALIKE)])
        yield


def snippets(hotline_ids: Iterable[int], text: str) -> list[Snippet]:
    """The text modules of these hotlines whose name begins with the text, then those that hold it."""
    rows, text = Snippet.objects.filter(hotline__in=list(hotline_ids)), text.strip()[:LONGEST_QUERY].replace("\0", "")
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(text__icontains=text))
    begins = Case(When(name__istartswith=text, then=Value(0)), default=Value(1))
    return list(rows.order_by(begins, "name", "pk")[:SNIPPETS])


def words_of(text: str) -> list[str]:
    """The words of a text that can be searched for, each once, in order."""
    words = _WORD.findall(text[:LONGEST_QUERY].lower().replace("\0", ""))
    return list(dict.fromkeys(word for word in words if len(word) >= SHORTEST))[:MOST_WORDS]


def matching(words: list[str]) -> Q:
    """Rows that hold every word, or something like it. Reads the trigram index."""
    return reduce(and_, (Q(words__trigram_word_similar=word) for word in words))


def _best(rows: QuerySet[Row], hotlines: list[int], words: list[str], rank: Any, limit: int) -> list[Row]:
    """The best rows with all words; else those with any of the longest, which say most.

    Candidates are taken from the trigram index first and only then compared closely, which is the dear part. The `+ 0`
    keeps the planner from reading the hotline's index instead, and comparing each of its rows.
    """
    plain = rows.select_related(None).order_by().alias(own=F("hotline_id") + 0).filter(own__in=hotlines)
    candidates = list(plain.filter(matching(words)).values_list("pk", flat=True)[:CANDIDATES])
    if not candidates and len(words) > 1:
        for word in sorted(words, key=len, reverse=True)[:3]:
            candidates += plain.filter(matching([word])).values_list("pk", flat=True)[:CANDIDATES]
    if not candidates:
        return []
    return list(rows.filter(pk__in=candidates).annotate(rank=rank).order_by("-rank", "pk")[:limit])


def _rank(words: list[str], title: Any) -> Any:
    """How well the title fits counts twice what the whole text does."""
    parts = [TrigramWordSimilarity(word, title) * 2 + TrigramWordSimilarity(word, "words") for word in words]
    return reduce(add, parts)


def _beginning(questions: QuerySet[Question], contacts: QuerySet[Contact], text: str) -> Found:
    text = text.replace("\0", "")
    if not text:
        return Found()
    return Found(
        list(questions.filter(question__istartswith=text)[:QUESTIONS]),
        list(contacts.filter(name__istartswith=text)[:CONTACTS]),
    )
