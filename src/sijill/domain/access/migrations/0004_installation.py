"""What this register is: a demo, or somebody's own."""

from django.db import migrations, models

from sijill.domain.access.walls import IS_REGISTER, SOMEBODY, append_only, wall

WALLS = (
    wall("access_installation", select=SOMEBODY, insert=IS_REGISTER)
    + append_only("access_installation")
    # Of a row one may change, only what one may change: a session's end, one's own password and language, a duty's end.
    + """
revoke update on access_signingsession, access_user, access_duty from sijill_app;
grant update (closed_at) on access_signingsession to sijill_app;
grant update (password, language, is_active) on access_user to sijill_app;
grant update (valid_to) on access_duty to sijill_app;
"""
)


class Migration(migrations.Migration):
    """One small table."""

    dependencies = [("access", "0003_built_in")]
    operations = [
        migrations.CreateModel(
            name="Installation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("version", models.PositiveIntegerField(default=0)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
