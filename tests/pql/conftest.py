"""The sample rows, loaded once for all tests of the audience language."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.pql.sample import ROWS, database


@pytest.fixture(scope="session")
def rows() -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory database that no test writes to, but for audiences of its own."""
    connection = database(ROWS)
    connection.execute("create table seg_visitors as select * from (values (1), (2)) as t(_ord)")
    connection.execute("create table seg_large as select * from (values (1), (3)) as t(_ord)")
    yield connection
    connection.close()
