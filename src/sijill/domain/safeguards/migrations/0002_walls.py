"""Who reads a basis is who reads the person; who states one has the duty, in an authority that was shown him."""

from django.db import migrations

from sijill.domain.access.walls import append_only, wall

# A person the viewer may read, as the room people has it: a scalar sub-select, and not EXISTS, of which the planner may
# make a hash of all the sights of an authority. Who has handed him on reads what was recorded until then.
SEEN = (
    "((select true from people_sight s where s.person_id = safeguards_legalbasis.person_id"
    " and s.authority_id = any ((select viewer_people_books())::bigint[]) limit 1) is true"
    " or (select true from people_expected x where x.person_id = safeguards_legalbasis.person_id"
    " and x.authority_id = any ((select viewer_expects())::bigint[]) limit 1) is true"
    " or person_id in (select here.id from viewer_people_here() here (id)))"
    " and (authority_id = any ((select viewer_authorities())::bigint[]) or people_still_told(person_id, recorded_at))"
)
STATES = "authority_id = any ((select viewer_states_bases())::bigint[])"
BY_VIEWER = "by_id = (select viewer())"

FUNCTIONS = """
-- Authorities for which the viewer's duty states legal bases.
create function viewer_states_bases() returns bigint[] language plpgsql stable security definer
  set search_path = public, pg_temp as $$
begin
  return array(select d.authority_id from access_duty d
               where d.user_id = viewer() and d.kind in ('registrar', 'legal-officer')
                 and d.valid_from <= statement_timestamp()
                 and (d.valid_to is null or d.valid_to > statement_timestamp()));
end $$;

-- True when the viewer may read this person, and this authority of his was shown him.
create function safeguards_may_state(person uuid, authority bigint) returns boolean language plpgsql stable
  security definer set search_path = public, pg_temp set enable_seqscan = off as $$
begin
  return authority = any (viewer_states_bases()) and people_is_seen(person)
    and exists (select 1 from people_sight s where s.person_id = person and s.authority_id = authority);
end $$;
"""

# Counts for everybody who reads the book's counts: it says how many, by place, and never who.
COUNTS = """
create policy safeguards_legalbasis_owner on safeguards_legalbasis for select to current_user using (true);
create function safeguards_held_without(on_day date)
  returns table (book_id bigint, facility_id bigint, held bigint, without bigint)
  language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return query
    select f.book_id, a.facility_id, count(*), count(*) filter (where based.person_id is null)
      from ledger_folio f
      join ledger_account a on a.id = f.account_id
      left join (select distinct b.person_id from safeguards_legalbasis b
                  where b.ground not in ('unknown', 'none-stated') and (b.expires_on is null or b.expires_on >= on_day)
                    and not exists (select 1 from safeguards_basiswithdrawn w where w.basis_id = b.id)) based
        on based.person_id = f.subject_id
     where not f.is_tally and a.kind in ('held', 'in-transit', 'handing-over', 'temporary-out')
       and (f.book_id = any ((select viewer_books())::bigint[])
            or f.account_id = any ((select viewer_accounts())::bigint[]))
     group by f.book_id, a.facility_id;
end $$;

-- Who is held at a place of a book without a basis in force: those the viewer may read, and only they are looked at
-- one by one. Inside the policies the same list would ask them twice for everybody who has a basis.
create function safeguards_absent(book bigint, place bigint, on_day date, after_id uuid, most integer)
  returns table (subject_id uuid, kind varchar, since timestamptz, named boolean, said boolean)
  language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  return query
    select w.subject_id, w.kind, w.from_at,
           exists (select 1 from safeguards_legalbasis b where b.person_id = w.subject_id
                   and b.ground not in ('unknown', 'none-stated')
                   and not exists (select 1 from safeguards_basiswithdrawn x where x.basis_id = b.id)),
           exists (select 1 from safeguards_legalbasis b where b.person_id = w.subject_id
                   and not exists (select 1 from safeguards_basiswithdrawn x where x.basis_id = b.id))
      from (select p.subject_id, a.kind, p.from_at
              from ledger_account a
              join ledger_position p on p.account_id = a.id and p.known_to = '9999-01-01 00:00+00'
                   and p.to_at = '9999-01-01 00:00+00' and not p.is_tally
             where a.book_id = book and a.facility_id is not distinct from place
               and a.kind in ('held', 'in-transit', 'handing-over', 'temporary-out')
               and (after_id is null or p.subject_id > after_id)
               and not exists (select 1 from safeguards_legalbasis b where b.person_id = p.subject_id
                     and b.ground not in ('unknown', 'none-stated')
                     and (b.expires_on is null or b.expires_on >= on_day)
                     and not exists (select 1 from safeguards_basiswithdrawn x where x.basis_id = b.id))
             order by p.subject_id offset 0) w
     where people_is_seen(w.subject_id)
     limit most;
end $$;
"""

WALLS = (
    wall(
        "safeguards_legalbasis",
        select=SEEN,
        insert=f"{BY_VIEWER} and {STATES} and safeguards_may_state(person_id, authority_id)",
    )
    + append_only("safeguards_legalbasis")
    + wall(
        "safeguards_basiswithdrawn",
        select="exists (select 1 from safeguards_legalbasis b where b.id = basis_id)",
        insert=f"{BY_VIEWER} and exists (select 1 from safeguards_legalbasis b where b.id = basis_id and b.{STATES})",
    )
    + append_only("safeguards_basiswithdrawn")
)


class Migration(migrations.Migration):
    """Policies, grants and functions of the room safeguards."""

    dependencies = [("safeguards", "0001_initial"), ("people", "0004_coming"), ("ledger", "0003_tallies")]
    operations = [migrations.RunSQL(FUNCTIONS + WALLS + COUNTS, migrations.RunSQL.noop)]
