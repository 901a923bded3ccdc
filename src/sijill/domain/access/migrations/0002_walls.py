"""Who looks is told by the transaction; row-level security answers. No viewer, no rows."""

from django.db import migrations

from sijill.domain.access.walls import SOMEBODY, append_only, open_table, wall

FUNCTIONS = """
create function viewer() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.viewer', true), '')::uuid $$;

create function viewer_is_register() returns boolean language sql stable parallel safe
  as $$ select viewer() = '00000000-0000-4000-8000-000000000001'::uuid $$;

create function viewer_is_built_in() returns boolean language sql stable parallel safe
  as $$ select viewer() in ('00000000-0000-4000-8000-000000000001'::uuid,
                            '00000000-0000-4000-8000-000000000002'::uuid) $$;

-- Every authority where the viewer holds a duty now, whatever it is limited to.
create function viewer_authorities() returns bigint[] language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return array(select d.authority_id from access_duty d
               where d.user_id = viewer() and d.valid_from <= statement_timestamp()
                 and (d.valid_to is null or d.valid_to > statement_timestamp()));
end $$;

-- Books the viewer reads whole: duties without a facility; the register and the auditor read them all.
create function viewer_books() returns bigint[] language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  if viewer_is_built_in() then
    return array(select a.id from access_authority a);
  end if;
  return array(select d.authority_id from access_duty d
               where d.user_id = viewer() and d.facility_id is null and d.kind <> 'administrator'
                 and d.valid_from <= statement_timestamp()
                 and (d.valid_to is null or d.valid_to > statement_timestamp()));
end $$;

-- Books whose people, and not only counts, the viewer may read. The built-in two read none.
create function viewer_people_books() returns bigint[] language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return array(select d.authority_id from access_duty d
               where d.user_id = viewer() and d.facility_id is null
                 and d.kind not in ('administrator', 'planner', 'finance-officer', 'analyst', 'auditor', 'register')
                 and d.valid_from <= statement_timestamp()
                 and (d.valid_to is null or d.valid_to > statement_timestamp()));
end $$;

create function viewer_facilities() returns bigint[] language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return array(select d.facility_id from access_duty d
               where d.user_id = viewer() and d.facility_id is not null and d.kind <> 'administrator'
                 and d.valid_from <= statement_timestamp()
                 and (d.valid_to is null or d.valid_to > statement_timestamp()));
end $$;

-- The facilities of duties that may read people there.
create function viewer_people_facilities() returns bigint[] language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return array(select d.facility_id from access_duty d
               where d.user_id = viewer() and d.facility_id is not null
                 and d.kind not in ('administrator', 'planner', 'finance-officer', 'analyst', 'auditor', 'register')
                 and d.valid_from <= statement_timestamp()
                 and (d.valid_to is null or d.valid_to > statement_timestamp()));
end $$;

-- Authorities whose user accounts the viewer manages.
create function viewer_manages() returns bigint[] language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return array(select d.authority_id from access_duty d
               where d.user_id = viewer() and d.kind = 'administrator'
                 and d.valid_from <= statement_timestamp()
                 and (d.valid_to is null or d.valid_to > statement_timestamp()));
end $$;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are testimony: they are added, never changed', tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;
"""

COLLEAGUES = """
-- Users who hold a duty in an authority of the viewer: their names stand under what they signed.
create function viewer_colleagues() returns uuid[] language plpgsql stable security definer
  set search_path = public, pg_temp as $$
begin
  return array(select distinct d.user_id from access_duty d where d.authority_id = any (viewer_authorities()));
end $$;

-- True when this user has (or had) a duty in this authority: nobody records in a book he has no part in.
create function has_duty(who uuid, authority bigint) returns boolean language plpgsql stable security definer
  set search_path = public, pg_temp as $$
begin
  return coalesce(viewer_is_register(), false)
    and exists (select 1 from access_duty d where d.user_id = who and d.authority_id = authority);
end $$;

-- The functions above read duties as the owner; FORCE would close even that without this.
create policy access_duty_owner on access_duty for select to current_user using (true);
create policy access_authority_owner on access_authority for select to current_user using (true);
"""

MANAGER = "authority_id = any ((select viewer_manages())::bigint[]) or (select viewer_is_register())"
SELF = "user_id = (select viewer())"

WALLS = (
    wall("access_authority", select=SOMEBODY, insert="(select viewer_is_register())")
    + wall(
        "access_user",
        select="id = (select viewer()) or username = nullif(current_setting('app.sign_in', true), '')"
        " or id = any ((select viewer_colleagues())::uuid[]) or (select viewer_is_register())",
        insert="(select viewer_is_register()) or cardinality((select viewer_manages())) > 0",
        update="id = (select viewer()) or (select viewer_is_register())",
    )
    + wall(
        "access_duty",
        select=f"{SELF} or authority_id = any ((select viewer_authorities())::bigint[]) or (select viewer_is_register())",
        insert=MANAGER,
        update=MANAGER,
    )
    + wall("access_signingsession", select=SELF, insert=SELF, update=SELF)
    + wall("access_read", select=SELF, insert=SELF)
    + append_only("access_read")
    + wall("access_idempotencykey", select=SELF, insert=SELF)
    + open_table("django_session", "select, insert, update, delete")
    + open_table("django_content_type", "select")
    + open_table("django_migrations", "select")
    + open_table("axes_accessattempt", "select, insert, update, delete")
    + open_table("axes_accesslog", "select, insert, update, delete")
    + open_table("axes_accessfailurelog", "select, insert, update, delete")
    + open_table("axes_accessattemptexpiration", "select, insert, update, delete")
    + open_table("auth_permission", "select")
    + open_table("auth_group", "select")
)


class Migration(migrations.Migration):
    """Functions, policies and grants of the room access and of the framework's own tables."""

    dependencies = [
        ("access", "0001_initial"),
        ("sessions", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("axes", "0010_accessattemptexpiration"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [migrations.RunSQL(FUNCTIONS + COLLEAGUES + WALLS, migrations.RunSQL.noop)]
