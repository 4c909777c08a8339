"""The audit trail cannot be rewritten: the database itself refuses to change or delete an entry.

One change is let through: `by` becomes empty when the person's row is deleted.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION core_auditentry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.by_id IS NULL
     AND (NEW.id, NEW.at, NEW.verb, NEW.subject, NEW.detail) = (OLD.id, OLD.at, OLD.verb, OLD.subject, OLD.detail) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'an entry of the audit trail is never changed or deleted';
END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON core_auditentry
  FOR EACH ROW EXECUTE FUNCTION core_auditentry_is_append_only();
"""
BACKWARDS = """
DROP TRIGGER audit_is_append_only ON core_auditentry;
DROP FUNCTION core_auditentry_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
