"""The audit trail is added to, and nothing else."""

import pytest
from django.db import DatabaseError, transaction

from hotline.core.audit import record
from hotline.core.models import AuditEntry
from tests.people import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("change", [{"verb": "x"}, {"subject": "x"}, {"detail": {"x": 1}}, {"at": "2020-01-01T00:00Z"}])
def test_an_entry_cannot_be_changed(change):
    entry = record(by=make_user(), verb="call.number_revealed", subject="call 1")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(**change)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(by=make_user())


def test_an_entry_cannot_be_deleted():
    entry = record(by=None, verb="call.number_revealed", subject="call 1")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        entry.delete()
    assert AuditEntry.objects.filter(pk=entry.pk).exists()


def test_an_entry_outlives_the_person():
    user = make_user()
    entry = record(by=user, verb="person.created", subject="user 1")
    user.delete()
    entry.refresh_from_db()
    assert entry.by is None
