"""SQL of the second wall: row-level security and grants for one table, written once so no room forgets a part."""

APPLICATION = "sijill_app"
SEES_BOOK = "{column} = any ((select viewer_books())::bigint[])"
IS_REGISTER = "(select viewer_is_register())"
SOMEBODY = "(select viewer()) is not null"


def book(column: str = "book_id") -> str:
    """Condition: the row belongs to a book the viewer reads whole."""
    return SEES_BOOK.format(column=column)


def wall(
    table: str, *, select: str, insert: str | None = None, update: str | None = None, delete: str | None = None
) -> str:
    """SQL that closes a table and opens it by these conditions; an act without a condition stays forbidden.

    `update` is both the condition on the old row and on the new one. FORCE makes it hold for the owner too.
    """
    parts = [
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        f"revoke all on {table} from public",
        f"grant select on {table} to {APPLICATION}",
        f"create policy {table}_select on {table} for select using ({select})",
    ]
    if insert is not None:
        parts += [
            f"grant insert on {table} to {APPLICATION}",
            f"create policy {table}_insert on {table} for insert with check ({insert})",
        ]
    if update is not None:
        parts += [
            f"grant update on {table} to {APPLICATION}",
            f"create policy {table}_update on {table} for update using ({update}) with check ({update})",
        ]
    if delete is not None:
        parts += [
            f"grant delete on {table} to {APPLICATION}",
            f"create policy {table}_delete on {table} for delete using ({delete})",
        ]
    return ";\n".join(parts) + ";\n"


def append_only(table: str) -> str:
    """SQL that lets nobody, owner included, change, delete or truncate rows of this table."""
    return (
        f"create trigger {table}_no_change before update or delete on {table}"
        f" for each row execute function refuse_change();\n"
        f"create trigger {table}_no_truncate before truncate on {table}"
        f" for each statement execute function refuse_change();\n"
    )


def open_table(table: str, rights: str) -> str:
    """SQL for a table of the framework that holds no content of the register: grants, no policies."""
    return f"grant {rights} on {table} to {APPLICATION};\n"
