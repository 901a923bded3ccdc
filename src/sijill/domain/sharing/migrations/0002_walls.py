"""Rates are read by whoever has a duty that they concern; written by finance officers, each as himself; never changed."""

from django.db import migrations

from sijill.domain.access.walls import append_only, wall

MINE = "authority_id = any ((select viewer_authorities())::bigint[])"
SOME_DUTY = "cardinality((select viewer_authorities())::bigint[]) > 0"
BUILT_IN = "(select viewer_is_built_in())"
FINANCE_OFFICER = (
    "by_id = (select viewer()) and exists (select 1 from access_duty d where d.user_id = sharing_rate.by_id"
    " and d.kind = 'finance-officer' and d.valid_from <= statement_timestamp()"
    " and (d.valid_to is null or d.valid_to > statement_timestamp())"
    " and (sharing_rate.authority_id is null or d.authority_id = sharing_rate.authority_id)"
    " and (d.facility_id is null or d.facility_id = sharing_rate.facility_id))"
)
SQL = (
    wall(
        "sharing_rate",
        select=f"{MINE} or (authority_id is null and {SOME_DUTY}) or {BUILT_IN}",
        insert=FINANCE_OFFICER,
    )
    + append_only("sharing_rate")
)  # fmt: skip


class Migration(migrations.Migration):
    """Policies and grants of the room sharing."""

    dependencies = [("sharing", "0001_initial"), ("access", "0002_walls"), ("places", "0002_walls")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
