"""The laws of the books, where nobody can walk past them: constraints, triggers, row-level security."""

from django.db import migrations

from sijill.domain.access.walls import IS_REGISTER, append_only, book, wall

FUNCTIONS = """
create sequence ledger_event_order;
grant usage on sequence ledger_event_order to sijill_app;

-- Accounts at the facilities a duty is limited to.
create function viewer_accounts() returns bigint[] language plpgsql stable security definer
  set search_path = public, pg_temp as $$
begin
  return array(select a.id from ledger_account a where a.facility_id = any (viewer_facilities())
               and a.book_id = any (viewer_authorities()));
end $$;

create function viewer_people_accounts() returns bigint[] language plpgsql stable security definer
  set search_path = public, pg_temp as $$
begin
  return array(select a.id from ledger_account a where a.facility_id = any (viewer_people_facilities())
               and a.book_id = any (viewer_authorities()));
end $$;

-- Law 2: what leaves one account enters another, in the very statement that says so.
create function postings_balance() returns trigger language plpgsql as $$
begin
  if exists (select 1 from added group by event_id, folio_id having sum(n) <> 0) then
    raise exception 'postings of an event do not sum to zero' using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
create trigger ledger_posting_balance after insert on ledger_posting
  referencing new table as added for each statement execute function postings_balance();
"""

LAWS = """
create policy ledger_account_owner on ledger_account for select to current_user using (true);

-- No book leaks into another: whatever names an account or a folio names it together with its own book.
alter table ledger_account add constraint account_of_book unique (id, book_id);
alter table ledger_folio add constraint folio_of_book unique (id, book_id);
alter table ledger_folio add constraint folio_account_same_book
  foreign key (account_id, book_id) references ledger_account (id, book_id);
alter table ledger_event add constraint event_account_same_book
  foreign key (to_account_id, book_id) references ledger_account (id, book_id);
alter table ledger_event add constraint event_folio_same_book
  foreign key (folio_id, book_id) references ledger_folio (id, book_id);
alter table ledger_posting add constraint posting_account_same_book
  foreign key (account_id, book_id) references ledger_account (id, book_id);
alter table ledger_position add constraint position_account_same_book
  foreign key (account_id, book_id) references ledger_account (id, book_id);

-- Law 1: at every instant a subject stands at one account of a book.
alter table ledger_position add constraint position_no_overlap
  exclude using gist (folio_id with =, tstzrange(from_at, to_at) with &&) where (known_to = '9999-01-01 00:00+00');
alter table ledger_position add constraint position_range check (from_at <= to_at and known_from <= known_to);
alter table ledger_account add constraint account_kind_known check (kind in ('outside', 'held', 'in-transit',
  'handing-over', 'temporary-out', 'control-lost', 'under-another', 'whereabouts-unknown', 'reported-escaped',
  'reported-dead', 'released-unverified', 'released-verified', 'transferred-out', 'dead-confirmed', 'duplicate-of',
  'names-pending', 'stated'));
alter table ledger_account add constraint account_place_needed check (
  kind not in ('held', 'control-lost', 'under-another') or facility_id is not null);
alter table ledger_account add constraint account_other_needed check (
  kind not in ('handing-over', 'transferred-out') or other_id is not null);
alter table ledger_event add constraint event_hash_length check (octet_length(prev) = 32);
alter table ledger_folio alter column pseq set default 0;
create index event_supersedes on ledger_event (supersedes) where supersedes is not null;
create index finding_ref on ledger_finding (ref) where ref is not null;
"""


# A row with an account: seen by those who read the book whole, and by those whose facility it is.
HERE = f"{book()} or account_id = any ((select viewer_accounts())::bigint[])"
IN_MY_AUTHORITIES = "book_id = any ((select viewer_authorities())::bigint[])"
BUILT_IN = "(select viewer_is_built_in())"
AT_MY_PLACE = (
    f"{book()} or (facility_id = any ((select viewer_facilities())::bigint[])"
    " and book_id = any ((select viewer_authorities())::bigint[]))"
)

WALLS = (
    wall(
        "ledger_book",
        select=f"authority_id = any ((select viewer_authorities())::bigint[]) or {BUILT_IN}",
        insert=IS_REGISTER,
    )
    + wall("ledger_account", select=f"{IN_MY_AUTHORITIES} or {BUILT_IN}", insert=IS_REGISTER)
    + wall(
        "ledger_subject",
        select=f"{IS_REGISTER} or exists (select 1 from ledger_folio f where f.subject_id = ledger_subject.id)",
        insert=IS_REGISTER,
        update=IS_REGISTER,
    )
    + wall(
        "ledger_folio",
        select=f"{book()} or account_id = any ((select viewer_accounts())::bigint[]) or exists (select 1 from"
        " ledger_position p where p.folio_id = ledger_folio.id and p.account_id = any ((select viewer_accounts())::bigint[]))",
        insert=IS_REGISTER,
        update=IS_REGISTER,
    )
    + wall(
        "ledger_event",
        select=f"{book()} or to_account_id = any ((select viewer_accounts())::bigint[])",
        insert=f"{IS_REGISTER} and (by_id = '00000000-0000-4000-8000-000000000001' or has_duty(by_id, book_id))",
    )
    + append_only("ledger_event")
    + wall("ledger_posting", select=HERE, insert=IS_REGISTER)
    + append_only("ledger_posting")
    + wall("ledger_position", select=HERE, insert=IS_REGISTER, update=IS_REGISTER)
    + wall("ledger_headcount", select=AT_MY_PLACE, insert=IS_REGISTER)
    + append_only("ledger_headcount")
    + wall(
        "ledger_seen",
        select="exists (select 1 from ledger_headcount h where h.id = head_count_id)",
        insert=IS_REGISTER,
    )
    + append_only("ledger_seen")
    + wall("ledger_finding", select=AT_MY_PLACE, insert=IS_REGISTER, update=IS_REGISTER)
    + wall(
        "ledger_findingevent",
        select="exists (select 1 from ledger_finding f where f.id = finding_id)",
        insert=IS_REGISTER,
    )
    + append_only("ledger_findingevent")
)


class Migration(migrations.Migration):
    """Everything Django's own migrations cannot say about the ledger."""

    dependencies = [("ledger", "0001_initial"), ("places", "0002_walls"), ("access", "0002_walls")]
    operations = [
        migrations.RunSQL(FUNCTIONS, "drop sequence ledger_event_order"),
        migrations.RunSQL(LAWS + WALLS, migrations.RunSQL.noop),
    ]
