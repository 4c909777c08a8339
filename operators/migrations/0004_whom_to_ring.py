import django.db.models.deletion
from django.db import migrations, models

# The hotlines of an operator as an array beside the presence, for the statement that picks whom to ring: joining the
# table between cost more than everything else it reads. Row by row, so that every way of writing keeps it.
SERVED = """
ALTER TABLE operators_operator ADD COLUMN hotline_ids bigint[] NOT NULL DEFAULT '{}';

CREATE FUNCTION operators_keep_hotline_ids() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed bigint;
BEGIN
  FOREACH changed IN ARRAY CASE TG_OP
      WHEN 'INSERT' THEN ARRAY[NEW.operator_id]
      WHEN 'DELETE' THEN ARRAY[OLD.operator_id]
      ELSE ARRAY[OLD.operator_id, NEW.operator_id] END
  LOOP
    UPDATE operators_operator o
       SET hotline_ids = ARRAY(SELECT h.hotline_id FROM operators_operator_hotlines h
                                WHERE h.operator_id = changed ORDER BY h.hotline_id)
     WHERE o.id = changed;
  END LOOP;
  RETURN NULL;
END $$;

CREATE TRIGGER operators_keep_hotline_ids AFTER INSERT OR UPDATE OR DELETE ON operators_operator_hotlines
  FOR EACH ROW EXECUTE FUNCTION operators_keep_hotline_ids();

UPDATE operators_operator o
   SET hotline_ids = ARRAY(SELECT h.hotline_id FROM operators_operator_hotlines h
                            WHERE h.operator_id = o.id ORDER BY h.hotline_id);
"""
UNSERVED = """
DROP TRIGGER operators_keep_hotline_ids ON operators_operator_hotlines;
DROP FUNCTION operators_keep_hotline_ids();
ALTER TABLE operators_operator DROP COLUMN hotline_ids;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('operators', '0003_presence_writes_no_index'),
    ]

    operations = [
        migrations.AlterField(
            model_name='presencechange',
            name='operator',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='presence_changes', to='operators.operator'),
        ),
        migrations.RunSQL(SERVED, UNSERVED),
    ]
