"""A database in one transaction, to read a moment of it or to change it; and what its errors mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from muster.connectors.http.errors import TryAgain, one_line
from muster.errors import SourceError

Connection = psycopg.Connection[tuple[Any, ...]]

#: How values are written as text, whatever the server's own habits; and no limit of time, for a history takes its own.
_HABITS = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "iso_8601",
    "bytea_output": "hex",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}
#: What `url` may say otherwise; silence of a minute and a half is a broken connection.
_WAYS: dict[str, Any] = {
    "connect_timeout": 15,
    "application_name": "muster",
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 6,
}
#: Conditions in which a server ends what it will do another time (Appendix A of PostgreSQL's documentation).
_PASSING = re.compile(r"08...|40001|40P01|53...|55P03|57P0[1-5]|57014|58...")
_DATA = re.compile(r"22...")


class Database:
    """A database by its URL; errors name its host and its name, never who comes or with what password."""

    def __init__(self, url: SecretStr) -> None:
        try:
            self._parts = conninfo_to_dict(url.get_secret_value())
        except psycopg.ProgrammingError:
            raise SourceError("'url' is no address of a database; write postgresql://user:password@host/name") from None

    def __str__(self) -> str:
        host, port = self._parts.get("host") or "this machine", self._parts.get("port") or 5432
        return f"postgresql://{host}:{port}/{self._parts.get('dbname') or ''}"

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """One moment of the database: whatever is written meanwhile is not seen. Raises TryAgain or SourceError."""
        with self.changes() as connection:
            connection.rollback()
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            _habits(connection)
            yield connection

    @contextmanager
    def changes(self) -> Iterator[Connection]:
        """All that is changed within, or nothing. Raises TryAgain or SourceError."""
        try:
            with psycopg.connect(
                **{**_WAYS, **self._parts, "client_encoding": "utf8"},
                prepare_threshold=None,  # poolers know no prepared statements
            ) as connection:
                _habits(connection)
                yield connection
        except psycopg.Error as error:
            raise self._meant(error) from None

    def _meant(self, error: psycopg.Error) -> SourceError | TryAgain:
        state, told = error.sqlstate or "", one_line(str(error.diag.message_primary or error))
        if not state:
            return self._not_connected(str(error))
        if _PASSING.fullmatch(state):
            return TryAgain(f"the server ended it ({type(error).__name__})")
        if _DATA.fullmatch(state):  # its words may hold values
            return SourceError(f"{self}: a value cannot be read ({type(error).__name__}); mend the query or the table")
        if isinstance(error, psycopg.errors.InsufficientPrivilege):
            return SourceError(f"{self}: {told}; grant it to the user of 'url'")
        return SourceError(f"{self}: {told}; correct 'table', 'query' or 'cursor' in sources.yml")

    def _not_connected(self, text: str) -> SourceError | TryAgain:
        """There was no answer, or one that refuses; the library tells it in words only."""
        user = self._parts.get("user") or "this user"
        if re.search(
            r"authentication failed|no password supplied|role .* does not exist|not permitted to log in", text
        ):
            return SourceError(f"{self} does not let '{user}' in; correct user and password in 'url'")
        if "pg_hba.conf" in text:
            return SourceError(f"{self} has no entry in its pg_hba.conf for this machine and '{user}'; ask its owner")
        if re.search(r"database .* does not exist", text):
            return SourceError(f"{self} is not there; correct the name of the database in 'url'")
        if re.search(r"not support SSL|certificate|no encryption", text):
            return SourceError(f"{self}: no agreement on encryption; set sslmode and sslrootcert in 'url'")
        if re.search(r"invalid (\S+ )?(value|port)", text):
            return SourceError(f"{self}: 'url' has a setting that is none; see PostgreSQL's connection parameters")
        if "translate host name" in text or "resolve" in text:
            return TryAgain("the name of the host is not known")
        return TryAgain("the connection failed or broke")


def _habits(connection: Connection) -> None:
    for name, value in _HABITS.items():
        connection.execute("select set_config(%s, %s, true)", [name, value])


def value_of(connection: Connection, statement: str) -> Any:
    """The one value that a statement selects."""
    row = connection.execute(statement.encode()).fetchone()
    return row[0] if row else None
