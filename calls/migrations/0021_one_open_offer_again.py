from django.db import migrations

# 0009 took the index of the column's foreign key away, and Django with it this one, which has the same column alone.
# Whoever has two open offers all the same keeps the newest.
CLOSE_OLDER = """
UPDATE calls_offer o SET state = 'withdrawn', closed_at = now(), reason = 'released'
 WHERE o.state IN ('ringing', 'accepted') AND EXISTS (
   SELECT 1 FROM calls_offer newer WHERE newer.operator_id = o.operator_id
      AND newer.state IN ('ringing', 'accepted') AND (newer.made_at, newer.id) > (o.made_at, o.id));
"""
MAKE = """
CREATE UNIQUE INDEX IF NOT EXISTS an_operator_has_one_open_offer ON calls_offer (operator_id)
 WHERE state IN ('ringing', 'accepted');
"""


class Migration(migrations.Migration):
    dependencies = [("calls", "0020_messages_written_down")]
    operations = [
        migrations.RunSQL(CLOSE_OLDER, migrations.RunSQL.noop),
        migrations.RunSQL(MAKE, migrations.RunSQL.noop),
    ]
