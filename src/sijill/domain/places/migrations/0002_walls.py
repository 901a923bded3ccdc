"""Places are known to everybody who signs in; what was said of them stays."""

from django.db import migrations

from sijill.domain.access.walls import SOMEBODY, append_only, wall

BY_VIEWER = "by_id = (select viewer()) and exists (select 1 from places_facility f where f.id = facility_id)"
SQL = (
    "alter table access_duty add constraint duty_facility foreign key (facility_id) references places_facility (id);\n"
    "create index control_facility on places_controlstatement (facility_id, aspect, stated_at);\n"
    + wall("places_facility", select=SOMEBODY, insert="(select viewer_is_register())")
    + wall("places_hall", select=SOMEBODY, insert="(select viewer_is_register())")
    + wall("places_controlstatement", select=SOMEBODY, insert=BY_VIEWER)
    + append_only("places_controlstatement")
    + wall("places_capacity", select=SOMEBODY, insert=BY_VIEWER)
    + append_only("places_capacity")
)


class Migration(migrations.Migration):
    """Policies and grants of the room places."""

    dependencies = [("places", "0001_initial"), ("access", "0002_walls")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
