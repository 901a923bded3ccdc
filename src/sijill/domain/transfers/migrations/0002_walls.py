"""Who sees a movement, who may sign for which side: in PostgreSQL, under every door."""

from django.db import migrations

from sijill.domain.access.walls import IS_REGISTER, append_only, wall

FUNCTIONS = """
-- Authorities where the viewer's duty takes part in movements: only these know of one before it has arrived (law 8).
create function viewer_moves() returns bigint[] language plpgsql stable security definer
  set search_path = public, pg_temp as $$
begin
  return array(select d.authority_id from access_duty d
               where d.user_id = viewer() and d.kind in ('registrar', 'coordinator', 'sending-officer',
                 'carrying-officer', 'receiving-officer', 'planner', 'duty-officer', 'legal-officer')
                 and d.valid_from <= statement_timestamp()
                 and (d.valid_to is null or d.valid_to > statement_timestamp()));
end $$;

-- Operations an authority of the viewer takes part in: each party knows the others (it has to name them in a batch).
create function viewer_operations() returns uuid[] language plpgsql stable security definer
  set search_path = public, pg_temp as $$
begin
  return array(select p.operation_id from transfers_party p where p.authority_id = any (viewer_authorities()));
end $$;
create policy transfers_party_owner on transfers_party for select to current_user using (true);

-- Authorities for which the viewer's duty signs handovers.
create function viewer_signs() returns bigint[] language plpgsql stable security definer
  set search_path = public, pg_temp as $$
begin
  return array(select d.authority_id from access_duty d
               where d.user_id = viewer() and d.kind in ('sending-officer', 'carrying-officer', 'receiving-officer')
                 and d.valid_from <= statement_timestamp()
                 and (d.valid_to is null or d.valid_to > statement_timestamp()));
end $$;

-- What hangs on a batch is seen by who sees the batch. Functions, and not policies inside policies: those took PostgreSQL
-- longer to plan than to run, and could fall into reading every batch there is.
create function sees_batch(which uuid) returns boolean language plpgsql stable security definer
  set search_path = public, pg_temp as $$
declare moves bigint[] := viewer_moves();
declare all_of bigint[] := viewer_authorities();
begin
  return exists (select 1 from transfers_batch b where b.id = which and (
    b.sender_id = any (moves) or b.carrier_id = any (moves) or b.receiver_id = any (moves)
    or (b.state in ('arrived', 'counted', 'reconciled', 'closed')
        and (b.sender_id = any (all_of) or b.carrier_id = any (all_of) or b.receiver_id = any (all_of)))));
end $$;
create function sees_manifest(which uuid) returns boolean language plpgsql stable security definer
  set search_path = public, pg_temp as $$
begin
  return sees_batch((select m.batch_id from transfers_manifest m where m.id = which));
end $$;
create function sees_handover(which uuid) returns boolean language plpgsql stable security definer
  set search_path = public, pg_temp as $$
begin
  return sees_manifest((select h.manifest_id from transfers_handover h where h.id = which));
end $$;
create policy transfers_batch_owner on transfers_batch for select to current_user using (true);
create policy transfers_manifest_owner on transfers_manifest for select to current_user using (true);
create policy transfers_handover_owner on transfers_handover for select to current_user using (true);

-- True when nobody of this authority could sign here himself: only then may the other side enter his paper. Answers only
-- those who share an operation with it: to a stranger it says no.
create function has_no_signer(authority bigint) returns boolean language plpgsql stable security definer
  set search_path = public, pg_temp as $$
begin
  return exists (select 1 from transfers_party p where p.authority_id = has_no_signer.authority
      and p.operation_id = any (viewer_operations()))
    and not exists (select 1 from access_duty d where d.authority_id = has_no_signer.authority
    and d.kind in ('sending-officer', 'carrying-officer', 'receiving-officer')
    and d.valid_from <= statement_timestamp() and (d.valid_to is null or d.valid_to > statement_timestamp()));
end $$;
"""

LAWS = """
-- One user never stands on both sides of a handover.
alter table transfers_statement add constraint statement_one_side exclude using gist
  (handover_id with =, by_id with =, side with <>) where (grade = 'user');
alter table transfers_statement add constraint statement_side_of_stage check (
  (stage in ('presented', 'acknowledgement') and side = 'giver') or (stage in ('count', 'names') and side = 'receiver'));
alter table transfers_statement add constraint statement_grade check (
  (grade = 'user' and session is not null) or (grade = 'paper' and signer <> ''));
create unique index statement_stage_once on transfers_statement (handover_id, stage)
  where stage in ('presented', 'count');
alter table transfers_handoverline add constraint line_code_known check (code in
  ('', 'received', 'absent', 'refused', 'dead', 'not-the-person', 'unnamed', 'extra'));

-- A sealed manifest does not change: not its bytes, not its lines.
create function sealed_stays() returns trigger language plpgsql as $$
begin
  if old.state <> 'draft' and (new.bytes is distinct from old.bytes or new.sha256 is distinct from old.sha256
      or new.vehicle <> old.vehicle or new.destination_id <> old.destination_id or new.state = 'draft') then
    raise exception 'a sealed manifest does not change' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger transfers_manifest_sealed before update on transfers_manifest
  for each row execute function sealed_stays();
create function sealed_lines_stay() returns trigger language plpgsql as $$
declare was text;
begin
  select state into was from transfers_manifest where id = coalesce(old.manifest_id, new.manifest_id);
  if was <> 'draft' and (tg_op <> 'UPDATE' or new.subject_id <> old.subject_id or new.no <> old.no
      or new.sender_id <> old.sender_id) or tg_op = 'UPDATE' and new.manifest_id <> old.manifest_id then
    raise exception 'the lines of a sealed manifest do not change' using errcode = 'integrity_constraint_violation';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger transfers_line_sealed before insert or update or delete on transfers_manifestline
  for each row execute function sealed_lines_stay();
"""


def _party(prefix: str) -> str:
    """The row's three authorities include one whose movements the viewer takes part in."""
    return " or ".join(
        f"{prefix}{column} = any ((select viewer_moves())::bigint[])"
        for column in ("sender_id", "carrier_id", "receiver_id")
    )


def _party_later(prefix: str) -> str:
    return " or ".join(
        f"{prefix}{column} = any ((select viewer_authorities())::bigint[])"
        for column in ("sender_id", "carrier_id", "receiver_id")
    )


BUILT_IN = "(select viewer_is_built_in())"
BATCH = (
    f"{BUILT_IN} or {_party('')} or (state in ('arrived', 'counted', 'reconciled', 'closed') and ({_party_later('')}))"
)
MY_OPERATION = f"{BUILT_IN} or {{id}} = any ((select viewer_operations())::uuid[])"
OWN_SIDE = (
    "by_id = (select viewer()) and exists (select 1 from transfers_handover h where h.id = handover_id"
    " and authority_id = case side when 'giver' then h.giver_id else h.receiver_id end"
    " and (authority_id = any ((select viewer_signs())::bigint[])"
    " or (grade = 'paper' and has_no_signer(authority_id)"
    " and (h.giver_id = any ((select viewer_signs())::bigint[])"
    " or h.receiver_id = any ((select viewer_signs())::bigint[])))))"
)


def _through(above: str, column: str) -> str:
    """Visible when the batch, manifest or handover it hangs on is visible."""
    return f"{BUILT_IN} or sees_{above}({column})"


WALLS = (
    wall("transfers_party", select=MY_OPERATION.format(id="operation_id"), insert=IS_REGISTER)
    + wall("transfers_operation", select=MY_OPERATION.format(id="transfers_operation.id"), insert=IS_REGISTER)
    + wall("transfers_decision", select=MY_OPERATION.format(id="operation_id"), insert=IS_REGISTER)
    + append_only("transfers_decision")
    + wall("transfers_batch", select=BATCH, insert=IS_REGISTER, update=IS_REGISTER)
    + wall("transfers_batchevent", select=_through("batch", "batch_id"), insert=IS_REGISTER)
    + append_only("transfers_batchevent")
    + wall("transfers_manifest", select=_through("batch", "batch_id"), insert=IS_REGISTER, update=IS_REGISTER)
    + wall("transfers_manifestline", select=_through("manifest", "manifest_id"), insert=IS_REGISTER,
           update=IS_REGISTER, delete=IS_REGISTER)
    + wall("transfers_handover", select=_through("manifest", "manifest_id"), insert=IS_REGISTER,
           update=IS_REGISTER)
    + wall("transfers_statement", select=_through("handover", "handover_id"), insert=OWN_SIDE)
    + append_only("transfers_statement")
    + wall("transfers_handoverline", select=_through("handover", "handover_id"), insert=IS_REGISTER,
           update=IS_REGISTER)
    + wall("transfers_lineoutcome", select=f"{BUILT_IN} or exists (select 1 from transfers_statement s where s.id = statement_id)", insert=IS_REGISTER)
    + append_only("transfers_lineoutcome")
)  # fmt: skip


class Migration(migrations.Migration):
    """Policies, grants, constraints and triggers of the room transfers."""

    dependencies = [("transfers", "0001_initial"), ("ledger", "0002_laws")]
    operations = [migrations.RunSQL(FUNCTIONS + LAWS + WALLS, migrations.RunSQL.noop)]
