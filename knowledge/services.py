"""What supervisors change in the knowledge, each change in the audit trail."""

from typing import Any

from django.db import transaction

from hotline.core import audit
from knowledge.models import Contact, Question, Script, ScriptStep, Snippet

Entry = Question | Contact | Script | Snippet


def save(entry: Entry, *, by: Any) -> None:
    """Keep a question, contact, script or text module, new or changed."""
    new = entry.pk is None
    with transaction.atomic():
        entry.save()
        audit.record(by=by, verb=f"{_kind(entry)}.{'added' if new else 'changed'}", subject=_subject(entry))


def save_script(script: Script, steps: list[str], *, by: Any) -> None:
    """Keep a script and its steps, in this order; steps that are not given are gone."""
    with transaction.atomic():
        save(script, by=by)
        ScriptStep.objects.filter(script=script).delete()
        ScriptStep.objects.bulk_create(
            ScriptStep(script=script, position=n, text=text) for n, text in enumerate(steps, start=1)
        )


def remove(entry: Entry, *, by: Any) -> None:
    with transaction.atomic():
        audit.record(by=by, verb=f"{_kind(entry)}.removed", subject=_subject(entry))
        entry.delete()


def _kind(entry: Entry) -> str:
    return entry._meta.model_name or ""


def _subject(entry: Entry) -> str:
    return f"{_kind(entry)} {entry.pk}"
