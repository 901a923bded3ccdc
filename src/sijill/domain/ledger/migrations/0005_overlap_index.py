"""Law 1's exclusion constraint, written so that no query can be answered from its index; the index is built anew.

A GiST index may lose entries of rows that stand (PostgreSQL 15.18 and 18.6, pure SQL) while a statement scans it again and
again, as the inside of a nested loop, and writes. The constraint's own checks begin a new scan each time and are not
touched by this. Expressions that no query uses keep everything else away from it (docs/adr/0006).
"""

from typing import ClassVar

from django.db import migrations

SQL = """
alter table ledger_position drop constraint position_no_overlap;
alter table ledger_position add constraint position_no_overlap
  exclude using gist ((folio_id + 0) with =, tstzrange(from_at, to_at) with &&)
  where (greatest(known_to, '-infinity') = '9999-01-01 00:00+00');
"""
REVERSE = """
alter table ledger_position drop constraint position_no_overlap;
alter table ledger_position add constraint position_no_overlap
  exclude using gist (folio_id with =, tstzrange(from_at, to_at) with &&) where (known_to = '9999-01-01 00:00+00');
"""


class Migration(migrations.Migration):
    """The same law, by an index that answers no other question."""

    dependencies: ClassVar = [("ledger", "0004_losses")]
    operations: ClassVar = [migrations.RunSQL(SQL, REVERSE)]
