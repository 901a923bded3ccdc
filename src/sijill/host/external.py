"""A PostgreSQL that somebody else runs: asking it what it is."""

import psycopg
from psycopg.conninfo import conninfo_to_dict

from sijill.host.binaries import OLDEST_MAJOR
from sijill.host.errors import HostError

CONNECT_SECONDS = 10


def major_version(url: str) -> int:
    """The major version of the server that DATABASE_URL names.

    Raises HostError `database-url-invalid`, `database-unreachable`, `postgresql-too-old`. The URL
    holds a password, so no sentence quotes it.
    """
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise HostError(
            "database-url-invalid",
            "DATABASE_URL is not a PostgreSQL address; it looks like postgresql://role:password@host/database.",
        ) from error
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as connection:
            major = connection.info.server_version // 10000
    except psycopg.OperationalError as error:
        reason = (str(error).strip().splitlines() or ["no reason given"])[0].rstrip(".")
        raise HostError(
            "database-unreachable", f"The database that DATABASE_URL names cannot be reached: {reason}."
        ) from error
    if major < OLDEST_MAJOR:
        raise HostError(
            "postgresql-too-old",
            f"The database that DATABASE_URL names is PostgreSQL {major}; Sijill needs {OLDEST_MAJOR} or newer.",
        )
    return major
