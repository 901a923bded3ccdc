"""How far batches and handovers are, counted in one look: whether a viewer sees them is asked once each, not line by line."""

from django.db import migrations

COUNTS = """
create policy transfers_manifestline_owner on transfers_manifestline for select to current_user using (true);
create policy transfers_handoverline_owner on transfers_handoverline for select to current_user using (true);

create function transfers_progress(wanted uuid[])
  returns table (batch uuid, manifests bigint, people bigint, received bigint, open bigint)
  language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare seen uuid[] := array(select w.id from unnest(wanted) w(id)
                             where coalesce(viewer_is_built_in(), false) or sees_batch(w.id));
begin
  return query
    select m.batch_id, count(*), coalesce(sum(l.people), 0)::bigint, coalesce(sum(r.received), 0)::bigint,
      coalesce(sum(l.open), 0)::bigint
    from transfers_manifest m
    left join lateral (select count(*) as people, count(*) filter (where k.open) as open
      from transfers_manifestline k where k.manifest_id = m.id) l on true
    left join lateral (select count(*) as received from transfers_handover h join transfers_handoverline k
      on k.handover_id = h.id and k.code in ('received', 'extra') where h.manifest_id = m.id and h.ordinal = 2) r on true
    where m.batch_id = any (seen) and m.state <> 'cancelled' group by m.batch_id;
end $$;

create function transfers_line_counts(wanted uuid[]) returns table (handover uuid, code varchar, lines bigint)
  language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare seen uuid[] := array(select w.id from unnest(wanted) w(id)
                             where coalesce(viewer_is_built_in(), false) or sees_handover(w.id));
begin
  return query
    select k.handover_id, k.code, count(*) from transfers_handoverline k where k.handover_id = any (seen) group by 1, 2;
end $$;

-- Places that open sealed manifests take at their destinations, and how many of these people are on the way.
create function transfers_taken() returns table (place bigint, reserved bigint, on_the_way bigint)
  language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare all_of_them boolean := coalesce(viewer_is_built_in(), false);
begin
  return query
    select m.destination_id, sum(l.open)::bigint,
      coalesce(sum(l.open) filter (where b.state in ('departed', 'arrived', 'counted')), 0)::bigint
    from transfers_manifest m join transfers_batch b on b.id = m.batch_id
    join lateral (select count(*) as open from transfers_manifestline k where k.manifest_id = m.id and k.open) l
      on l.open > 0
    where m.state = 'sealed' and b.state not in ('closed', 'cancelled') and (all_of_them or sees_batch(b.id)) group by 1;
end $$;
"""


class Migration(migrations.Migration):
    """Three functions that count lines without asking about every line."""

    dependencies = [("transfers", "0003_sessions")]
    operations = [migrations.RunSQL(COUNTS, migrations.RunSQL.noop)]
