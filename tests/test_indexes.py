"""What models declare stands in the database: a migration that alters a column may take an index of it along."""

import pytest
from django.apps import apps
from django.db import connection

OURS = {"hotline", "core", "lines", "operators", "scheduling", "knowledge", "calls", "analytics", "telephony", "desk"}


@pytest.mark.django_db
def test_every_index_and_constraint_that_a_model_declares_is_in_the_database():
    missing = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.app_label not in OURS or not model._meta.managed:
                continue
            known = connection.introspection.get_constraints(cursor, model._meta.db_table)
            declared = [each.name for each in (*model._meta.indexes, *model._meta.constraints)]
            missing += [f"{model.__name__}: {name}" for name in declared if name not in known]
            columns = [found["columns"] for found in known.values()]
            for field in model._meta.local_concrete_fields:
                indexed = any(found and found[0] == field.column for found in columns)
                if (field.db_index or field.unique) and not indexed:
                    missing.append(f"{model.__name__}: an index of {field.name}")
    assert missing == []
