"""Tables and queries of a real PostgreSQL: read on from a cursor, or whole, into the lake by the engine."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, ClassVar

import psycopg
import pytest

from muster.config.models import Source
from muster.connectors import LoadReport
from muster.connectors.http.patience import Patience
from muster.connectors.postgres import stream
from muster.connectors.postgres.reader import objects_of, open_reader
from muster.connectors.sync.engine import position_of, schema_changes, sync
from muster.errors import SourceError
from muster.settings import Settings
from tests.connectors.conftest import NOW, rows_of
from tests.peers.postgresql import Server, postgresql_server
from tests.peers.proxy import proxied

pytestmark = pytest.mark.peer
Connection = psycopg.Connection[tuple[Any, ...]]
USER, PASSWORD = "reader", "S3CRET"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with postgresql_server() as made:
        with psycopg.connect(made.by_socket(), autocommit=True) as connection:
            connection.execute(f"create role {USER} login password '{PASSWORD}'".encode())
            connection.execute(f"grant pg_read_all_data to {USER}".encode())
        yield made


@pytest.fixture
def database(server: Server) -> Iterator[Connection]:
    """An empty database, and its owner's connection."""
    name = f"shop_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server.by_socket(), autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    with psycopg.connect(server.by_socket(name), autocommit=True) as connection:
        yield connection


Make = Callable[..., Source]


@pytest.fixture
def source(server: Server, database: Connection) -> Make:
    def make(item: dict[str, Any], port: int | None = None, password: str = PASSWORD, **connection: Any) -> Source:
        url = server.over_tcp(USER, password, database.info.dbname, port)
        told = {"object": "customers", "class": "person"} | item
        return Source.model_validate(
            {"name": "shop", "type": "table", "connection": {"url": url} | connection, "objects": [told]}
        )

    return make


def take(source: Source, settings: Settings, hours: int = 0) -> LoadReport:
    reader = open_reader(source, settings)
    (only,) = reader.streams
    try:
        return sync(source, only, settings, NOW + timedelta(hours=hours))
    finally:
        reader.close()


def state(source: Source, settings: Settings, *columns: str) -> list[tuple[Any, ...]]:
    """The newest row of each id that is not deleted, as the marts would see it."""
    newest = {row["_row_id"]: row for row in rows_of(source, settings)}
    return sorted(tuple(row[name] for name in columns) for row in newest.values() if not row["_deleted"])


def error(source: Source, settings: Settings) -> str:
    with pytest.raises(SourceError) as told:
        take(source, settings)
    line = str(told.value)
    assert "\n" not in line
    assert PASSWORD not in line
    return line


class TestByCursor:
    ITEM: ClassVar = {"table": "customers", "cursor": "updated_at", "columns": {"mail": "workEmail.address"}}

    @pytest.fixture(autouse=True)
    def _table(self, database: Connection) -> None:
        database.execute(
            "create table customers (id int primary key, mail text, updated_at timestamptz not null default now())"
        )
        database.execute("insert into customers select n, n || '@b.c', '2026-01-01'::timestamptz + n * interval '1 h'"
                         " from generate_series(1, 100) n")  # fmt: skip

    def test_what_is_new_or_changed_is_taken_and_nothing_twice(
        self, database: Connection, source: Make, settings: Settings
    ) -> None:
        shop = source(self.ITEM)
        assert (take(shop, settings).loaded, take(shop, settings).loaded) == (100, 0)
        database.execute("update customers set mail = 'new@b.c', updated_at = now() where id = 7")
        database.execute("insert into customers values (101, 'x@b.c')")
        assert take(shop, settings, 1).loaded == 2
        assert state(shop, settings, "workEmail.address")[-2:] == [("new@b.c",), ("x@b.c",)]
        assert len(state(shop, settings)) == 101

    def test_the_primary_key_is_the_key(self, database: Connection, source: Make, settings: Settings) -> None:
        take(source(self.ITEM), settings)
        row = rows_of(source(self.ITEM), settings)[0]
        assert (row["_row_id"], row["b2b.personKey.sourceID"], row["id"]) == ("1", "1", "1")
        assert row["updated_at"] == "2026-01-01T01:00:00Z"

    def test_a_row_with_an_earlier_time_that_was_committed_late_is_taken(
        self, database: Connection, source: Make, settings: Settings
    ) -> None:
        shop = source(self.ITEM)
        take(shop, settings)
        database.execute(
            "insert into customers values (200, 'x@b.c', '2026-01-05 04:00:00Z'::timestamptz - '9 min'::interval)"
        )
        database.execute(
            "insert into customers values (201, 'y@b.c', '2026-01-05 04:00:00Z'::timestamptz - '11 min'::interval)"
        )
        assert take(shop, settings, 1).loaded == 1
        assert take(source(self.ITEM, overlap="1 h"), settings, 2).loaded == 1

    def test_a_time_yet_to_come_does_not_stop_the_reading(
        self, database: Connection, source: Make, settings: Settings
    ) -> None:
        shop = source(self.ITEM)
        database.execute("insert into customers values (300, 'x@b.c', '9999-12-31'), (301, 'y@b.c', 'infinity')")
        assert take(shop, settings).loaded == 102
        database.execute("insert into customers values (302, 'z@b.c')")
        assert take(shop, settings, 1).loaded == 1
        assert dict(state(shop, settings, "id", "updated_at"))["301"] is None

    def test_rows_without_a_time_are_taken_once(self, database: Connection, source: Make, settings: Settings) -> None:
        database.execute("alter table customers alter updated_at drop not null")
        database.execute("insert into customers values (400, 'x@b.c', null)")
        shop = source(self.ITEM)
        assert (take(shop, settings).loaded, take(shop, settings, 1).loaded) == (101, 0)
        database.execute("insert into customers values (401, 'y@b.c', null)")
        assert take(shop, settings, 2).loaded == 1

    def test_history_begins_where_it_is_told_to(self, source: Make, settings: Settings) -> None:
        assert take(source(self.ITEM, since="2026-01-05"), settings).loaded == 5

    def test_a_broken_connection_is_taken_up_again(
        self, server: Server, database: Connection, source: Make, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at = "'2026-02-01'::timestamptz + n * '1 s'::interval"
        many = f"select n, repeat(md5(n::text), 10), {at} from generate_series(1000, 60000) n"
        database.execute(f"insert into customers {many}".encode())
        monkeypatch.setattr(stream, "Patience", lambda attempts: Patience(attempts=attempts, sleep=lambda _: None))
        with proxied(server.port) as proxy:
            shop = source(self.ITEM, port=proxy.port)
            reader = open_reader(shop, settings)
            proxy.cut(after=9_500_000, times=3)
            assert sync(shop, reader.streams[0], settings, NOW).loaded == 59_101
            assert proxy.connections > 4
        assert len(state(shop, settings)) == 59_101

    def test_fields_that_come_and_go_are_recorded(self, database: Connection, source: Make, settings: Settings) -> None:
        shop = source(self.ITEM)
        take(shop, settings)
        database.execute("alter table customers add city text, alter id type bigint")
        take(shop, settings, 1)
        told = {(change.field, change.was, change.now) for change in schema_changes(shop, settings)}
        assert ("city", "", "text") in told
        assert ("id", "integer", "bigint") in told


def test_numbers_that_were_committed_late_are_taken(
    server: Server, database: Connection, source: Make, settings: Settings
) -> None:
    database.execute("create table events (number serial primary key, what text)")
    shop = source({"object": "events", "class": "activity", "table": "events", "cursor": "number"})
    with psycopg.connect(server.by_socket(database.info.dbname)) as slow:
        slow.execute("insert into events (what) values ('first, and slow')")
        database.execute("insert into events (what) values ('second')")
        assert take(shop, settings).loaded == 1
        slow.commit()
    assert take(shop, settings, 1).loaded == 1
    assert state(shop, settings, "what") == [("first, and slow",), ("second",)]
    assert (position_of(shop, "events", settings) or {})["cursor"] == "2"


@pytest.mark.parametrize(
    ("type_", "first", "second"),
    [
        ("date", "2026-01-01", "2026-01-02"),
        ("timestamp", "2026-01-01 00:00", "2026-01-01 00:00:00.000001"),
        ("bigint", "9", "10"),
        ("numeric(20, 3)", "9.5", "10"),
        ("text", "a", "b"),
        ("uuid", "00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"),
    ],
)
def test_any_type_with_an_order_is_a_cursor(
    database: Connection, source: Make, settings: Settings, type_: str, first: str, second: str
) -> None:
    database.execute(f"create table t (id serial primary key, mark {type_})".encode())
    database.execute("insert into t (mark) values (%s)", [first])
    shop = source({"table": "t", "cursor": "mark"})
    assert take(shop, settings).loaded == 1
    database.execute("insert into t (mark) values (%s), (%s)", [first, second])
    assert (take(shop, settings, 1).loaded, take(shop, settings, 2).loaded) == (2, 0)


class TestWhole:
    @pytest.fixture(autouse=True)
    def _table(self, database: Connection) -> None:
        database.execute("create table members (list int, person int, note text, primary key (list, person))")
        database.execute("insert into members select n % 3, n, 'x' from generate_series(1, 30) n")

    def test_what_is_gone_is_deleted(self, database: Connection, source: Make, settings: Settings) -> None:
        shop = source({"table": "members"})
        assert take(shop, settings).loaded == 30
        assert take(shop, settings, 1).loaded == 0
        database.execute("delete from members where person > 28")
        database.execute("update members set note = 'y' where person = 1")
        database.execute("insert into members values (9, 9)")
        take(shop, settings, 2)
        assert len(state(shop, settings)) == 29
        gone = [row for row in rows_of(shop, settings) if row["_deleted"]]
        assert sorted(str(row["_row_id"]) for row in gone) == ["0|30", "2|29"]
        assert {row["b2b.personKey.sourceID"] for row in gone} == {"0|30", "2|29"}
        database.execute("truncate members")
        take(shop, settings, 3)
        assert state(shop, settings) == []

    def test_a_query_needs_a_key_of_its_own(self, source: Make, settings: Settings) -> None:
        query = "select list, count(*) as members, max(person) as person -- newest\nfrom members group by list;"
        shop = source({"query": query, "key": ["list"]})
        take(shop, settings)
        assert state(shop, settings, "_row_id", "members") == [("0", "10"), ("1", "10"), ("2", "10")]

    def test_a_partitioned_table_and_a_view(self, database: Connection, source: Make, settings: Settings) -> None:
        database.execute('create schema "Sales Data"')
        database.execute(
            'create table "Sales Data"."Orders" (id int, at timestamp, primary key (id, at)) partition by range (at)'
        )
        database.execute('create table p1 partition of "Sales Data"."Orders" for values from (minvalue) to (maxvalue)')
        database.execute("insert into p1 values (1, '2026-01-01 10:00'), (2, '2026-01-01 11:00:00.25')")
        database.execute('create view seen as select * from "Sales Data"."Orders"')
        orders = source({"table": "Sales Data.Orders", "cursor": "AT"})
        take(orders, settings)
        assert state(orders, settings, "_row_id") == [("1|2026-01-01T10:00:00",), ("2|2026-01-01T11:00:00.25",)]
        seen = source({"table": "seen", "cursor": "at", "key": ["id"], "object": "seen"})
        assert take(seen, settings).loaded == 2


def test_values_become_the_lakes_text(database: Connection, source: Make, settings: Settings) -> None:
    database.execute("create type mood as enum ('fine', 'well')")
    database.execute("""
        create table t as select
            1 as id, true as yes, 12.50::numeric(10, 2) as price, 1e20::float8 as far,
            'a"b,c' || chr(10) || 'ü' as words, '  ' as blank, ''::text as nothing, null::text as missing,
            '2026-11-24 08:00:00.5+02'::timestamptz as at, '2026-11-24 08:00'::timestamp as local,
            '2026-11-24'::date as day,
            array[1, 2] as numbers, array['x', null] as texts, '{"a": [1]}'::jsonb as doc, '\\xDEAD'::bytea as bytes,
            row(1, 'x')::record::text as pair, 'well'::mood as mood, '1 day 2 hours'::interval as span,
            '3f2504e0-4f89-11d3-9a0c-0305e82c3301'::uuid as uuid, 'x' as "_file", '\\.' as dot
    """)
    shop = source({"table": "t", "key": ["id"]})
    take(shop, settings)
    (row,) = rows_of(shop, settings)
    assert {name: value for name, value in row.items() if name[0] != "_" or name == "_file_2"} == {
        "id": "1", "yes": "true", "price": "12.50", "far": "1e+20", "words": 'a"b,c\nü', "blank": None, "nothing": None,
        "missing": None, "at": "2026-11-24T06:00:00.5Z", "local": "2026-11-24T08:00:00", "day": "2026-11-24",
        "numbers": "[1,2]", "texts": '["x",null]', "doc": '{"a": [1]}', "bytes": "DEAD", "pair": "(1,x)",
        "mood": "well", "span": "P1DT2H", "uuid": "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "_file_2": "x", "dot": "\\.",
    }  # fmt: skip


def test_bytes_that_are_no_text_are_set_aside(server: Server, settings: Settings) -> None:
    """A database in SQL_ASCII holds whatever was put there."""
    name = f"old_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server.by_socket(), autocommit=True) as connection:
        connection.execute(f"create database {name} encoding 'SQL_ASCII' template template0 locale 'C'".encode())
    with psycopg.connect(server.by_socket(name), autocommit=True) as connection:
        connection.execute("create table t (id int primary key, note text)")
        connection.execute("insert into t values (1, 'fine'), (2, E'caf\\xe9'), (3, E'caf\\xc3\\xa9')")
    item = {"object": "t", "class": "person", "table": "t"}
    url = server.over_tcp(USER, PASSWORD, name)
    old = Source.model_validate({"name": "shop", "type": "table", "connection": {"url": url}, "objects": [item]})
    report = take(old, settings)
    assert report.reasons == {"bytes that are not text in the file's encoding": 1}
    assert state(old, settings, "note") == [("café",), ("fine",)]


def test_a_read_sees_one_moment(database: Connection, source: Make, settings: Settings) -> None:
    database.execute("create table t (id int primary key, pad text)")
    database.execute("insert into t select n, repeat(md5(n::text), 20) from generate_series(1, 30000) n")
    shop = source({"table": "t"})
    chunks = open_reader(shop, settings).streams[0].read(None)
    first = next(chunks).table.num_rows
    database.execute("delete from t")
    database.execute("insert into t select n from generate_series(30001, 40000) n")
    assert first < 30_000
    assert first + sum(chunk.table.num_rows for chunk in chunks) == 30_000


def test_what_a_read_will_take_is_told_beforehand(database: Connection, source: Make, settings: Settings) -> None:
    database.execute("create table t (id int primary key, at timestamptz)")
    database.execute(
        "insert into t select n, '2026-01-01'::timestamptz + n * '1 min'::interval from generate_series(1, 150000) n"
    )
    database.execute("analyze t")
    stream = open_reader(source({"table": "t", "cursor": "at"}), settings).streams[0]
    whole, rest = stream.estimate(None), stream.estimate({"cursor": "2026-04-14T00:00:00Z", "seen": "2026-11-24"})
    assert 100_000 < (whole.rows or 0) < 200_000
    assert (rest.rows, rest.how) == (1691, "counted")


class TestTrouble:
    @pytest.fixture(autouse=True)
    def _quick(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stream, "Patience", lambda attempts: Patience(attempts=2, sleep=lambda _: None))

    def test_a_wrong_password(self, source: Make, settings: Settings) -> None:
        line = error(source({"table": "t"}, password="wrong"), settings)
        assert line.endswith("does not let 'reader' in; correct user and password in 'url'")

    def test_a_server_that_is_not_there(self, source: Make, settings: Settings) -> None:
        assert "cannot be reached: the connection failed or broke; check 'url'" in error(
            source({"table": "t"}, port=1), settings
        )

    def test_a_database_that_is_not_there(self, server: Server, settings: Settings) -> None:
        url = server.over_tcp(USER, PASSWORD, "nowhere")
        told = {"name": "shop", "type": "table", "connection": {"url": url}, "objects": [{"object": "t", "table": "t"}]}
        line = error(Source.model_validate(told), settings)
        assert (
            line
            == f"postgresql://127.0.0.1:{server.port}/nowhere is not there; correct the name of the database in 'url'"
        )

    def test_an_address_that_is_none(self, settings: Settings) -> None:
        told = {"name": "shop", "type": "table", "connection": {"url": "postgresql//me:S3CRET@x"}, "objects": []}
        with pytest.raises(SourceError, match=r"^'url' is no address of a database; write postgresql://user:") as line:
            open_reader(Source.model_validate(told), settings)
        assert "S3CRET" not in str(line.value)

    @pytest.mark.parametrize(
        ("item", "line"),
        [
            ({"table": "nothing.here"}, "the table nothing.here is not there, or hidden from the user of 'url'"),
            (
                {"table": "t", "cursor": "chnged"},
                "there is no column 'chnged'; correct 'cursor' in sources.yml, to one of id",
            ),
            (
                {"table": "t", "cursor": "tags"},
                "nothing can be read on from 'tags', which is of type text[]; name a time",
            ),
            ({"query": "selec 1"}, "syntax error at or near"),
            (
                {"query": "select 'S3CRET'::int as id", "key": ["id"]},
                "a value cannot be read (InvalidTextRepresentation)",
            ),
            ({"query": "select id from t", "key": ["no"]}, "has no column 'no'; correct 'key' in sources.yml"),
            ({"query": "delete from t returning id", "key": ["id"]}, "syntax error"),
        ],
    )
    def test_what_is_not_there(
        self, database: Connection, source: Make, settings: Settings, item: dict[str, Any], line: str
    ) -> None:
        database.execute("create table t (id int primary key, tags text[])")
        database.execute("insert into t values (1)")
        assert line in error(source(item), settings)

    def test_a_table_that_the_user_may_not_read(self, server: Server, database: Connection, settings: Settings) -> None:
        database.execute("create table t (id int)")
        with psycopg.connect(server.by_socket(), autocommit=True) as connection:
            connection.execute("drop role if exists nobody")
            connection.execute(f"create role nobody login password '{PASSWORD}'".encode())
        url = server.over_tcp("nobody", PASSWORD, database.info.dbname)
        told = {"name": "shop", "type": "table", "connection": {"url": url}, "objects": [{"object": "t", "table": "t"}]}
        assert error(Source.model_validate(told), settings).endswith(
            "permission denied for table t; grant it to the user of 'url'"
        )


def test_objects_are_told_without_a_call(source: Make, settings: Settings) -> None:
    assert objects_of(source({"table": "t"}, port=1)) == ["customers"]
    assert objects_of(source({"table": "t"}, port=1, exclude=["Customers"])) == []
