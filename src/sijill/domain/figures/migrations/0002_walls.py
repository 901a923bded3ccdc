"""What was published is known to everybody who signs in; an analyst writes it down in his own name; nobody changes it."""

from django.db import migrations

from sijill.domain.access.walls import SOMEBODY, append_only, wall

FUNCTIONS = """
-- True when the viewer holds a duty that enters figures, in any authority.
create function viewer_enters_figures() returns boolean language plpgsql stable security definer
  set search_path = public, pg_temp as $$
begin
  return exists (select 1 from access_duty d where d.user_id = viewer() and d.kind = 'analyst'
                 and d.valid_from <= statement_timestamp()
                 and (d.valid_to is null or d.valid_to > statement_timestamp()));
end $$;

-- Law 10: a derived claim follows from claims that are there. (A policy of the table may not ask the table itself.)
create function figures_sources_are_there() returns trigger language plpgsql as $$
begin
  if cardinality(new.derived_from) <> (select count(*) from figures_claim c where c.id = any (new.derived_from)) then
    raise exception 'a derived claim names a claim that is not there' using errcode = 'foreign_key_violation';
  end if;
  return new;
end $$;
create trigger figures_claim_sources before insert on figures_claim
  for each row when (cardinality(new.derived_from) > 0) execute function figures_sources_are_there();
"""
BY_ANALYST = "by_id = (select viewer()) and (select viewer_enters_figures())"
WALLS = (
    wall("figures_topic", select=SOMEBODY, insert=BY_ANALYST)
    + append_only("figures_topic")
    + wall("figures_claim", select=SOMEBODY, insert=BY_ANALYST)
    + append_only("figures_claim")
    + wall("figures_claimstep", select=SOMEBODY, insert=BY_ANALYST)
    + append_only("figures_claimstep")
)


class Migration(migrations.Migration):
    """Policies and grants of the room figures."""

    dependencies = [("figures", "0001_initial"), ("access", "0002_walls")]
    operations = [
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
