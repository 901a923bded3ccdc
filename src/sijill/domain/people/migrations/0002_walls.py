"""Who reads a person is told by sights, and by where a person stood; numbers are unguessable; claims are testimony."""

from django.db import migrations

from sijill.domain.access.walls import append_only, open_table, wall

NUMBERING = """
create sequence people_serial;
create table people_numbering (key bytea not null);
insert into people_numbering values (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
alter table people_numbering enable row level security;
alter table people_numbering force row level security;
revoke all on people_numbering from public;
create policy people_numbering_owner on people_numbering for select to current_user using (true);

-- Serials below 23**8, each once, in an order nobody can guess: a keyed Feistel network over pairs of 23**4 = 279841.
create function people_next_serials(n integer) returns setof bigint language plpgsql security definer
  set search_path = public, pg_temp as $$
declare
  secret bytea := (select key from people_numbering);
  high bigint;
  low bigint;
  kept bigint;
begin
  if viewer() is null or n > 25000 then
    raise exception 'no serials' using errcode = 'insufficient_privilege';
  end if;
  for i in 1..n loop
    kept := nextval('people_serial');
    high := kept / 279841;
    low := kept % 279841;
    for round in 1..4 loop
      kept := low;
      low := (high + ('x' || encode(substring(sha256(secret || int4send(round) || int8send(low)) from 1 for 7), 'hex'))::bit(56)::bigint)
             % 279841;
      high := kept;
    end loop;
    return next high * 279841 + low;
  end loop;
end $$;
"""

# A person the viewer may read: by a sight of an authority whose people he reads whole, or by the place of his duty.
# A scalar sub-select and not EXISTS: of EXISTS the planner may make a hash of all the sights of an authority.
SEEN = (
    "((select true from people_sight s where s.person_id = {column}"
    " and s.authority_id = any ((select viewer_people_books())::bigint[]) limit 1) is true"
    " or {column} in (select here.id from viewer_people_here() here (id)))"
)
MINE = "authority_id = any ((select viewer_authorities())::bigint[])"
READ_WHOLE = "authority_id = any ((select viewer_people_books())::bigint[])"
AT_MY_PLACE = f"({MINE} and facility_id = any ((select viewer_people_facilities())::bigint[]))"
BY_VIEWER = "by_id = (select viewer())"

SIGHTS = f"""
-- People of the places a duty is limited to: who stands or stood there, and who was shown to that place.
-- The planner is told a number of rows small enough to hash them, so that each is looked up once.
create function viewer_people_here() returns setof uuid language plpgsql stable rows 5000 as $$
begin
  if cardinality(viewer_people_facilities()) = 0 then
    return;
  end if;
  return query
    select p.subject_id from ledger_position p
      where p.account_id = any (viewer_people_accounts()) and p.known_to = '9999-01-01 00:00+00'
    union
    select s.person_id from people_sight s where s.facility_id = any (viewer_people_facilities())
      and s.authority_id = any (viewer_authorities());
end $$;

create function people_is_seen(person uuid) returns boolean language plpgsql stable security definer
  set search_path = public, pg_temp as $$
begin
  return {SEEN.format(column="people_is_seen.person")};
end $$;

-- A person this viewer has just entered and nobody has been shown yet.
create function people_is_new(person uuid) returns boolean language plpgsql stable security definer
  set search_path = public, pg_temp as $$
begin
  return exists (select 1 from people_person p where p.id = people_is_new.person and p.by_id = viewer())
     and not exists (select 1 from people_sight s where s.person_id = people_is_new.person);
end $$;
create policy people_person_owner on people_person for select to current_user using (true);
create policy people_sight_owner on people_sight for select to current_user using (true);
create policy people_token_owner on people_token to current_user using (true) with check (true);
"""

# Words to search by are the same for every authority that may read a person; nobody writes them by hand.
INDEXING = """
create function people_index(persons uuid[], words text[], kinds text[]) returns void language plpgsql security definer
  set search_path = public, pg_temp as $$
begin
  if exists (select 1 from (select distinct unnest(persons) as id) p where not people_is_seen(p.id)) then
    raise exception 'not yours to write' using errcode = 'insufficient_privilege';
  end if;
  insert into people_token (authority_id, token, person_id, kind)
    select s.authority_id, w.word, w.person, w.kind from unnest(persons, words, kinds) as w(person, word, kind)
    join people_sight s on s.person_id = w.person and s.facility_id is null
    on conflict do nothing;
end $$;

create function people_unindex(person uuid, keep text[]) returns void language plpgsql security definer
  set search_path = public, pg_temp as $$
begin
  if not people_is_seen(people_unindex.person) then
    raise exception 'not yours to write' using errcode = 'insufficient_privilege';
  end if;
  delete from people_token t where t.person_id = people_unindex.person and t.token <> all (keep);
end $$;

create function people_index_shown(persons uuid[], authority bigint) returns void language plpgsql security definer
  set search_path = public, pg_temp as $$
begin
  if exists (select 1 from unnest(persons) as p(id) where not people_is_seen(p.id)) then
    raise exception 'not yours to write' using errcode = 'insufficient_privilege';
  end if;
  insert into people_token (authority_id, token, person_id, kind)
    select distinct people_index_shown.authority, t.token, t.person_id, t.kind from people_token t
    join people_sight s on s.person_id = t.person_id and s.authority_id = people_index_shown.authority
      and s.facility_id is null
    where t.person_id = any (persons)
    on conflict do nothing;
end $$;
"""

WALLS = (
    wall(
        "people_person",
        select=SEEN.format(column="people_person.id"),
        insert=f"{BY_VIEWER} and cardinality((select viewer_authorities())) > 0"
        " and (unknown_of_id is null or unknown_of_id = any ((select viewer_authorities())::bigint[]))",
    )
    + append_only("people_person")
    + wall("people_unknowncounter", select=MINE, insert=MINE, update=MINE)
    + wall(
        "people_sight",
        select=f"{READ_WHOLE} or {AT_MY_PLACE}",
        insert=f"({MINE} and people_is_new(person_id)) or people_is_seen(person_id)",
    )
    + append_only("people_sight")
    + wall(
        "people_claim",
        select=SEEN.format(column="people_claim.person_id"),
        insert=f"{BY_VIEWER} and {MINE} and " + SEEN.format(column="people_claim.person_id"),
    )
    + append_only("people_claim")
    + wall(
        "people_claimwithdrawn",
        select="exists (select 1 from people_claim c where c.id = claim_id)",
        insert=f"{BY_VIEWER} and exists (select 1 from people_claim c where c.id = claim_id and c.{MINE})",
    )
    + append_only("people_claimwithdrawn")
    + wall(
        "people_token",
        select=f"{READ_WHOLE} or ({MINE} and person_id in (select here.id from viewer_people_here() here (id)))",
    )
    + wall(
        "people_link",
        select=SEEN.format(column="people_link.one_id") + " and " + SEEN.format(column="people_link.other_id"),
        insert=f"{BY_VIEWER} and {MINE} and "
        + SEEN.format(column="people_link.one_id")
        + " and "
        + SEEN.format(column="people_link.other_id"),
    )
    + append_only("people_link")
    + wall(
        "people_linkwithdrawn",
        select="exists (select 1 from people_link l where l.id = link_id)",
        insert=f"{BY_VIEWER} and exists (select 1 from people_link l where l.id = link_id and l.{MINE})",
    )
    + append_only("people_linkwithdrawn")
    + wall(
        "people_listimport",
        select=f"{READ_WHOLE} or {AT_MY_PLACE}",
        insert=f"{BY_VIEWER} and ({READ_WHOLE} or {AT_MY_PLACE})",
        update=f"{READ_WHOLE} or {AT_MY_PLACE}",
    )
    # The file, its hash and where it belongs stay as they came.
    + "revoke update on people_listimport from sijill_app;\n"
    "grant update (mapping, state, rows, done_rows, imported, already_here, problems, reason, occurred_at,"
    " confirmed_by_id) on people_listimport to sijill_app;\n"
)

# Jobs carry identifiers only. They are the framework's rows: who may do what is checked when a job runs.
JOBS = (
    "".join(
        open_table(f"procrastinate_{table}", "select, insert, update, delete")
        for table in ("jobs", "events", "periodic_defers", "workers")
    )
    + "grant usage on sequence procrastinate_jobs_id_seq, procrastinate_events_id_seq,"
    " procrastinate_periodic_defers_id_seq to sijill_app;\n"
)


class Migration(migrations.Migration):
    """Policies, grants and functions of the room people, and the grants that background jobs need."""

    dependencies = [
        ("people", "0001_initial"),
        ("ledger", "0002_laws"),
        ("places", "0002_walls"),
        ("access", "0002_walls"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [
        migrations.RunSQL(NUMBERING, "drop table people_numbering; drop sequence people_serial"),
        migrations.RunSQL(SIGHTS, migrations.RunSQL.noop),
        migrations.RunSQL(INDEXING, migrations.RunSQL.noop),
        migrations.RunSQL(WALLS + JOBS, migrations.RunSQL.noop),
    ]
