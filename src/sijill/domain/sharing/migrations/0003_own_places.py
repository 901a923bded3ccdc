"""A rate for a place is stated by the finance officers of its authority: the nearest rate wins over every other."""

from django.db import migrations

FINANCE_OFFICER = (
    "by_id = (select viewer()) and exists (select 1 from access_duty d where d.user_id = sharing_rate.by_id"
    " and d.kind = 'finance-officer' and d.valid_from <= statement_timestamp()"
    " and (d.valid_to is null or d.valid_to > statement_timestamp())"
    " and (sharing_rate.authority_id is null or d.authority_id = sharing_rate.authority_id)"
    " and (d.facility_id is null or d.facility_id = sharing_rate.facility_id){own_place})"
)
OWN_PLACE = (
    " and (sharing_rate.facility_id is null or exists (select 1 from places_facility f"
    " where f.id = sharing_rate.facility_id and (f.authority_id is null or f.authority_id = d.authority_id)))"
)
ALTER = "alter policy sharing_rate_insert on sharing_rate with check ({check})"


class Migration(migrations.Migration):
    """The policy of new rates; those that were stated before stay as they are."""

    dependencies = [("sharing", "0002_walls"), ("places", "0002_walls")]
    operations = [
        migrations.RunSQL(
            ALTER.format(check=FINANCE_OFFICER.format(own_place=OWN_PLACE)),
            ALTER.format(check=FINANCE_OFFICER.format(own_place="")),
        )
    ]
