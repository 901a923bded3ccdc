"""The database's roles, as SQL: for the embedded cluster, and printed for a managed server.

- `sijill_owner` owns the tables and migrates them;
- `sijill_app` is what the server, the worker, the command line and the tests connect as. It owns
  nothing, so row-level security holds for it;
- `sijill_admin` exists only in the embedded cluster: its superuser, for backup and restore.
"""

DATABASE = "sijill"
ADMIN = "sijill_admin"
OWNER = "sijill_owner"
APP = "sijill_app"


def role_statements(*, owner_creates_databases: bool) -> tuple[str, ...]:
    """What makes the two roles, without passwords. Only throw-away databases need the flag."""
    creates = "createdb" if owner_creates_databases else "nocreatedb"
    return (
        f"create role {OWNER} login nosuperuser nobypassrls {creates} nocreaterole noinherit",
        f"create role {APP} login nosuperuser nobypassrls nocreatedb nocreaterole noinherit",
    )


def inside_statements() -> tuple[str, ...]:
    """What is run inside the new database, by whoever made it."""
    return (
        "create extension if not exists btree_gist",
        f"revoke connect, temporary on database {DATABASE} from public",
        "revoke create on schema public from public",
        f"grant connect on database {DATABASE} to {APP}",
        f"grant usage on schema public to {APP}",
    )


def printed() -> str:
    """The script for an administrator of a managed server, to be read and then run in psql."""
    roles = ";\n".join(role_statements(owner_creates_databases=False))
    inside = ";\n".join(inside_statements())
    return f"""\
-- Sijill: roles and database on a PostgreSQL (15 or newer) that you administer.
-- Run once in psql, connected to the database "postgres", as a superuser or as a role that may
-- create roles and databases:   psql -d postgres -f this-file
\\set ON_ERROR_STOP on

-- {OWNER} owns the tables and is used for migrations only.
-- {APP} is what the server uses; it owns nothing, so row-level security binds it.
{roles};

-- You are not a superuser? Then take away the two dashes of the next line.
-- grant {OWNER} to current_user;
create database {DATABASE} owner {OWNER} template template0 encoding 'UTF8' locale 'C';

\\connect {DATABASE}
{inside};

-- Now the passwords. psql asks for each and sends only its SCRAM hash, so that they stand neither
-- in this file nor in the server's log.
\\password {OWNER}
\\password {APP}

-- Then give Sijill (percent-encode the passwords):
--   DATABASE_URL=postgresql://{APP}:...@HOST/{DATABASE}?sslmode=verify-full
--   SIJILL_OWNER_URL=postgresql://{OWNER}:...@HOST/{DATABASE}?sslmode=verify-full   (migrations)
--   SIJILL_ADMIN_URL=postgresql://...   (backup and restore: a role that bypasses row-level security)
"""
