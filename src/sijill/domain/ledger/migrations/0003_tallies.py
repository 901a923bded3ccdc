"""Folios and positions know whether they are a tally's: rolls and totals are read without the table of subjects."""

from django.db import migrations, models

FILL = """
select set_config('app.viewer', '00000000-0000-4000-8000-000000000001', true);
update ledger_folio f set is_tally = true from ledger_subject s where s.id = f.subject_id and s.is_tally;
update ledger_position p set is_tally = true from ledger_subject s where s.id = p.subject_id and s.is_tally;
select set_config('app.viewer', '', true);
"""


class Migration(migrations.Migration):
    """One column each, filled from the subjects."""

    dependencies = [("ledger", "0002_laws")]
    operations = [
        migrations.AddField("folio", "is_tally", models.BooleanField(default=False, db_default=False)),
        migrations.AddField("position", "is_tally", models.BooleanField(default=False, db_default=False)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
