"""Words are a projection: their rows are not checked twice. Functions that are called row by row always use the index."""

import django.db.models.deletion
from django.db import migrations, models

# Their plans are kept for a session. Planned while the register is empty they would read whole tables, and go on doing
# so while a first list of 25,000 comes in.
ALWAYS_BY_INDEX = "".join(
    f"alter function {function} set enable_seqscan = off;\n"
    for function in (
        "people_is_seen(uuid)",
        "people_is_new(uuid)",
        "people_index(uuid[], text[], text[])",
        "people_index_shown(uuid[], bigint)",
    )
)


class Migration(migrations.Migration):
    """Takes two foreign keys off Token, and fixes how four functions are planned."""

    dependencies = [("access", "0002_walls"), ("people", "0002_walls")]
    operations = [
        migrations.AlterField(
            model_name="token",
            name="authority",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="access.authority",
            ),
        ),
        migrations.AlterField(
            model_name="token",
            name="person",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="people.person",
            ),
        ),
        migrations.RunSQL(ALWAYS_BY_INDEX, migrations.RunSQL.noop),
    ]
