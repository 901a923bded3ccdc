"""Who is only expected is read by those who take part in the movement; who has left is not followed any further."""

import django.db.models.deletion
from django.db import migrations, models

from sijill.domain.access.walls import wall

# Authorities whose people the viewer reads before they have arrived: everybody who reads people, but a visiting body.
EXPECTS = """
create function viewer_expects() returns bigint[] language plpgsql stable security definer
  set search_path = public, pg_temp as $$
begin
  return array(select d.authority_id from access_duty d
               where d.user_id = viewer() and d.facility_id is null
                 and d.kind not in ('administrator', 'planner', 'finance-officer', 'analyst', 'auditor', 'register', 'visiting-body')
                 and d.valid_from <= statement_timestamp()
                 and (d.valid_to is null or d.valid_to > statement_timestamp()));
end $$;
"""
SEEN = (
    "((select true from people_sight s where s.person_id = {column}"
    " and s.authority_id = any ((select viewer_people_books())::bigint[]) limit 1) is true"
    " or (select true from people_expected x where x.person_id = {column}"
    " and x.authority_id = any ((select viewer_expects())::bigint[]) limit 1) is true"
    " or {column} in (select here.id from viewer_people_here() here (id)))"
)
MINE = "authority_id = any ((select viewer_authorities())::bigint[])"
READ_WHOLE = "authority_id = any ((select viewer_people_books())::bigint[])"
EXPECTED_BY_ME = "authority_id = any ((select viewer_expects())::bigint[])"

FUNCTIONS = f"""
create or replace function people_is_seen(person uuid) returns boolean language plpgsql stable security definer
  set search_path = public, pg_temp set enable_seqscan = off as $$
begin
  return {SEEN.format(column="people_is_seen.person")};
end $$;

-- True when a claim recorded at this time is told to an authority of the viewer: one that knows the person and had not
-- handed him on by then. Who has handed somebody on keeps what was known, and does not go on reading.
create policy ledger_folio_owner on ledger_folio for select to current_user using (true);
create policy ledger_event_owner on ledger_event for select to current_user using (true);
create function people_still_told(person uuid, recorded timestamptz) returns boolean language plpgsql stable
  security definer set search_path = public, pg_temp set enable_seqscan = off as $$
begin
  return exists (select 1 from people_expected x where x.person_id = people_still_told.person
      and x.authority_id = any (viewer_expects()))
    or exists (select 1 from people_sight s where s.person_id = people_still_told.person
    and s.authority_id = any (viewer_authorities())
    and not exists (select 1 from ledger_folio f join ledger_account a on a.id = f.account_id
      join ledger_event e on e.id = f.last_event
      where f.subject_id = people_still_told.person and f.book_id = s.authority_id and a.kind = 'transferred-out'
        and e.recorded_at < people_still_told.recorded));
end $$;

-- Who may look a person up by his words: authorities with a sight of him, and those that only expect him.
create policy people_expected_owner on people_expected to current_user using (true) with check (true);
create policy people_sight_owner_adds on people_sight for insert to current_user with check (true);

create or replace function people_index(persons uuid[], words text[], kinds text[]) returns void language plpgsql
  security definer set search_path = public, pg_temp set enable_seqscan = off as $$
begin
  if exists (select 1 from (select distinct unnest(persons) as id) p where not people_is_seen(p.id)) then
    raise exception 'not yours to write' using errcode = 'insufficient_privilege';
  end if;
  insert into people_token (authority_id, token, person_id, kind)
    select s.authority_id, w.word, w.person, w.kind from unnest(persons, words, kinds) as w(person, word, kind)
    join people_sight s on s.person_id = w.person and s.facility_id is null
    where s.authority_id = any (viewer_authorities()) or not exists (
      select 1 from ledger_folio f join ledger_account a on a.id = f.account_id
      where f.subject_id = w.person and f.book_id = s.authority_id and a.kind = 'transferred-out')
    on conflict do nothing;
  insert into people_token (authority_id, token, person_id, kind, coming)
    select x.authority_id, w.word, w.person, w.kind, true from unnest(persons, words, kinds) as w(person, word, kind)
    join people_expected x on x.person_id = w.person
    on conflict do nothing;
end $$;

create or replace function people_index_shown(persons uuid[], authority bigint) returns void language plpgsql
  security definer set search_path = public, pg_temp set enable_seqscan = off as $$
begin
  if exists (select 1 from unnest(persons) as p(id) where not people_is_seen(p.id)) then
    raise exception 'not yours to write' using errcode = 'insufficient_privilege';
  end if;
  insert into people_token (authority_id, token, person_id, kind, coming)
    select distinct people_index_shown.authority, t.token, t.person_id, t.kind, k.coming from people_token t
    join (select s.person_id, false as coming from people_sight s
            where s.person_id = any (persons) and s.authority_id = people_index_shown.authority and s.facility_id is null
          union all select x.person_id, true from people_expected x
            where x.person_id = any (persons) and x.authority_id = people_index_shown.authority) k
      on k.person_id = t.person_id
    where t.person_id = any (persons)
    on conflict do nothing;
end $$;

-- They have come: whoever reads this authority's people reads them from now on.
create function people_came(persons uuid[], authority bigint) returns void language plpgsql security definer
  set search_path = public, pg_temp set enable_seqscan = off as $$
begin
  if not coalesce(viewer_is_register(), false) then
    raise exception 'not yours to write' using errcode = 'insufficient_privilege';
  end if;
  with come as (delete from people_expected x
      where x.person_id = any (persons) and x.authority_id = people_came.authority returning x.person_id)
    insert into people_sight (person_id, authority_id) select c.person_id, people_came.authority from come c
    on conflict do nothing;
  update people_token t set coming = false
    where t.person_id = any (persons) and t.authority_id = people_came.authority and t.coming;
end $$;

-- They are not expected any more: an authority that never held them forgets them.
create function people_expected_no_more(persons uuid[], authority bigint) returns void language plpgsql
  security definer set search_path = public, pg_temp set enable_seqscan = off as $$
begin
  if not coalesce(viewer_is_register(), false) then
    raise exception 'not yours to write' using errcode = 'insufficient_privilege';
  end if;
  delete from people_expected x
    where x.person_id = any (persons) and x.authority_id = people_expected_no_more.authority;
  delete from people_token t
    where t.person_id = any (persons) and t.authority_id = people_expected_no_more.authority and t.coming;
end $$;
"""

WALLS = (
    wall("people_expected", select=EXPECTED_BY_ME, insert="people_is_seen(person_id)")
    + f"alter policy people_person_select on people_person using ({SEEN.format(column='people_person.id')});\n"
    f"alter policy people_claim_select on people_claim using ({SEEN.format(column='people_claim.person_id')}"
    f" and ({MINE} or people_still_told(person_id, recorded_at)));\n"
    f"alter policy people_claim_insert on people_claim with check (by_id = (select viewer()) and {MINE}"
    f" and {SEEN.format(column='people_claim.person_id')});\n"
    f"alter policy people_token_select on people_token using (({READ_WHOLE} and (not coming or {EXPECTED_BY_ME}))"
    f" or ({MINE} and person_id in (select here.id from viewer_people_here() here (id))));\n"
    + "".join(
        f"alter policy people_link_{act} on people_link {clause} ({start}"
        f"{SEEN.format(column='people_link.one_id')} and {SEEN.format(column='people_link.other_id')});\n"
        for act, clause, start in (
            ("select", "using", ""),
            ("insert", "with check", f"by_id = (select viewer()) and {MINE} and "),
        )
    )
)


class Migration(migrations.Migration):
    """People who are expected are kept apart from those an authority has a sight of, and read by fewer."""

    dependencies = [("people", "0003_lighter_words"), ("ledger", "0002_laws")]
    operations = [
        migrations.CreateModel(
            name="Expected",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="people.person"),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="access.authority"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["person", "authority"], name="expected_once")],
            },
        ),
        migrations.AddField("token", "coming", models.BooleanField(db_default=False)),
        migrations.RunSQL("grant usage on sequence people_expected_id_seq to sijill_app", migrations.RunSQL.noop),
        migrations.RunSQL(EXPECTS + FUNCTIONS + WALLS, migrations.RunSQL.noop),
    ]
