"""The one verb of the audit trail."""

from typing import Any

from hotline.core.models import AuditEntry


def record(*, by: Any, verb: str, subject: str, **detail: Any) -> AuditEntry:
    """Add an entry. `verb` is dotted (`call.number_revealed`), `subject` a kind and id; no personal data in either."""
    return AuditEntry.objects.create(by=by if by and by.pk else None, verb=verb, subject=subject, detail=detail)
