"""opening + in - out = closing, for any account and period."""

from datetime import datetime

from django.db import connection

from sijill.domain.access.rules import Viewer
from sijill.domain.ledger.queries.rows import ACCOUNT, Balance, BalanceRow, account_row
from sijill.domain.ledger.rules import FOREVER, OPEN

_OPEN = [k.value for k in OPEN]


def balance(viewer: Viewer, *, since: datetime | None = None, until: datetime | None = None) -> Balance:
    """opening + in - out = closing for every account the viewer reads, as known now.

    Opening and closing are read from the positions, in and out from the postings: two tables that must agree.
    """
    values = {"since": since, "until": until or FOREVER, "forever": FOREVER, "open": _OPEN}
    last = "p.from_at < %(until)s and p.to_at >= %(until)s" if until else "p.to_at = %(forever)s"
    first = "p.from_at < %(since)s and p.to_at >= %(since)s" if since else "false"
    with connection.cursor() as cursor:
        cursor.execute(
            f"with closing as (select p.account_id, sum(p.n) as n from ledger_position p"
            f" where p.known_to = %(forever)s and {last} group by 1),"
            f" opening as (select p.account_id, sum(p.n) as n from ledger_position p"
            f" where p.known_to = %(forever)s and {first} group by 1),"
            " flow as (select q.account_id, coalesce(sum(q.n) filter (where (q.n > 0) <> q.reversal), 0) as entered,"
            " coalesce(-sum(q.n) filter (where (q.n < 0) <> q.reversal), 0) as gone from ledger_posting q"
            " where (%(since)s::timestamptz is null or q.occurred_at >= %(since)s) and q.occurred_at < %(until)s"
            " group by 1)"
            f" select {ACCOUNT}, coalesce(o.n, 0), coalesce(w.entered, 0), coalesce(w.gone, 0), coalesce(c.n, 0)"
            " from ledger_account a left join opening o on o.account_id = a.id"
            " left join closing c on c.account_id = a.id"
            " left join flow w on w.account_id = a.id where a.kind <> 'outside'"
            " and (o.n is not null or c.n is not null or w.entered is not null) order by a.book_id, a.id",
            values,
        )
        rows = tuple(BalanceRow(account_row(r), r[7], r[8], r[9], r[10]) for r in cursor.fetchall())
        cursor.execute(
            f"select count(distinct p.subject_id) filter (where not p.is_tally and a.kind = any(%(open)s)),"
            " coalesce(sum(p.n) filter (where p.is_tally and a.kind = any(%(open)s)), 0),"
            " coalesce(sum(p.n) filter (where a.kind = 'names-pending'), 0)"
            " from ledger_position p join ledger_account a on a.id = p.account_id"
            f" where p.known_to = %(forever)s and {last}",
            values,
        )
        people, tallied, pending = cursor.fetchone()
    return Balance(rows, people, tallied, pending)
