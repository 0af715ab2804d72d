"""Opens a PostgreSQL database for reading: a stream for each table or query that `sources.yml` names."""

from __future__ import annotations

from contextlib import suppress
from typing import cast

from muster.config.connections import PostgresConnection
from muster.config.models import Source, SourceObject
from muster.connectors.http.errors import TryAgain
from muster.connectors.postgres.session import Database
from muster.connectors.postgres.stream import TableStream
from muster.connectors.sync.stream import Reader
from muster.connectors.vendors import VENDORS
from muster.errors import SourceError
from muster.settings import Settings


def objects_of(source: Source) -> list[str]:
    """The names of the objects that are read, without any call."""
    return [item.object for item in _items(source)]


def open_reader(source: Source, settings: Settings) -> Reader:
    """A reader of the source's tables and queries; SourceError where the database does not let us in."""
    connection = cast(PostgresConnection, source.connection)
    database = Database(connection.url)
    with suppress(TryAgain), database.snapshot():  # a refusal is told at once; who reads is patient
        pass
    known = {each.object: each for each in VENDORS[source.type].objects}
    return Reader([TableStream(database, item, connection, known.get(item.class_ or "")) for item in _items(source)])


def _items(source: Source) -> list[SourceObject]:
    left_out = {name.casefold() for name in source.connection.exclude} if source.connection else set()
    items = [item for item in source.objects if not item.files and item.object.casefold() not in left_out]
    names = [item.object.casefold() for item in items]
    twice = next((item.object for item in items if names.count(item.object.casefold()) > 1), None)
    if twice:
        raise SourceError(
            f"'{source.name}' has two objects called '{twice}'; give each a name of its own in sources.yml"
        )
    return items
