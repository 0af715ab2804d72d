"""A schema with the names that published expressions use: people with arrays and maps, orders, events, items of them.

Companies stand above people, so that every rule about a person can also be asked within a filter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import duckdb
import pyarrow as pa

from muster.pql import compile_rule
from muster.schema import Edge, EntityClass, Field, Schema, pql_type

NOW = datetime(2026, 3, 18, 12, 30)  # a Wednesday

#: class → column → (DuckDB type, XDM path or None)
COLUMNS: dict[str, dict[str, tuple[str, str | None]]] = {
    "company": {"_ord": ("integer", None), "company_name": ("varchar", "companyName")},
    "person": {
        "_ord": ("integer", None),
        "company_ord": ("integer", None),
        "country": ("varchar", "homeAddress.countryCode"),
        "email": ("varchar", "emailAddress"),
        "birth_month": ("integer", "person.birthMonth"),
        "name": ("varchar", "person.name"),
        "gender": ("varchar", "person.gender"),
        "user_ids": ("varchar[]", "identities"),
        "colors": ("varchar[]", "person.favoriteColors"),
        "cities": ("varchar[]", "person.favoriteCities"),
        "visited": ("varchar[]", "person.visitedCities"),
        "foods": ("varchar[]", "person.eatenFoods"),
        "numbers": ("double[]", "numbers"),
        "identities": ("map(varchar, varchar)", "identityMap"),
        "points": ("map(varchar, double)", "points"),
    },
    "orders": {
        "order_id": ("varchar", None),
        "person_ord": ("integer", None),
        "store_id": ("varchar", "storeId"),
        "price": ("double", "price"),
        "ordered_at": ("timestamp", "orderedAt"),
    },
    "activity": {
        "activity_id": ("varchar", None),
        "person_ord": ("integer", None),
        "event_type": ("varchar", "eventType"),
        "occurred_at": ("timestamp", "timestamp"),
        "product": ("varchar", "product"),
        "category": ("varchar", "category"),
        "content_type": ("varchar", "contentType"),
        "total": ("double", "commerce.order.priceTotal"),
        "user_ids": ("varchar[]", "endUserIDs"),
        "city": ("varchar", "placecontext.geo.city"),
    },
    "couple": {"_ord": ("integer", None), "one_ord": ("integer", None), "two_ord": ("integer", None)},
    "household": {"_ord": ("integer", None)},
    "member": {"member_id": ("varchar", None), "household_ord": ("integer", None), "age": ("integer", "age")},
    "personalized_offer": {
        "_ord": ("integer", None),
        "status": ("varchar", "status"),
        "tags": ("varchar[]", "tags"),
    },
    "representation": {
        "representation_id": ("varchar", None),
        "offer_ord": ("integer", None),
        "placement": ("varchar", "placement"),
    },
    "product_item": {
        "product_item_id": ("varchar", None),
        "activity_id": ("varchar", None),
        "sku": ("varchar", "SKU"),
        "price_total": ("double", "priceTotal"),
    },
}
EDGES = [
    ("person", "company_ord", "company", "company", "people"),
    ("orders", "person_ord", "person", "person", "orders"),
    ("activity", "person_ord", "person", "person", "xEvent"),
    ("couple", "one_ord", "person1", "person", ""),
    ("couple", "two_ord", "person2", "person", ""),
    ("member", "household_ord", "household", "household", "person"),
    ("representation", "offer_ord", "offer", "personalized_offer", "representations"),
    ("product_item", "activity_id", "activity", "activity", "productListItems"),
]


def _edges(name: str) -> dict[str, Edge]:
    edges = {}
    for owner, column, relation, target, inverse in EDGES:
        key = next(iter(COLUMNS[target]))
        if owner == name:
            edges[relation] = Edge(relation, owner, column, target, key, many=False)
        if target == name and inverse:
            edges[inverse] = Edge(inverse, target, key, owner, column, many=True)
    return edges


#: Pages name the same thing in several ways.
ALSO = {"price": "order.price", "person.favoriteColors": "favoriteColors"}


def _fields(columns: Mapping[str, tuple[str, str | None]]) -> dict[str, Field]:
    told = {path: Field(path, column, pql_type(kind)) for column, (kind, path) in columns.items() if path}
    return told | {ALSO[path]: field for path, field in told.items() if path in ALSO}


SCHEMA = Schema(
    {
        name: EntityClass(
            name=name,
            table=name,
            key=next(iter(columns)),
            fields=_fields(columns),
            edges=_edges(name),
            shortcuts={"person.orders": "orders"} if name == "person" else {},
            time_path="timestamp" if name == "activity" else None,
        )
        for name, columns in COLUMNS.items()
    }
)


def database(rows: Mapping[str, Sequence[Mapping[str, object]]]) -> duckdb.DuckDBPyConnection:
    """Tables with rows that tell the columns they have."""
    connection = duckdb.connect(":memory:")
    for name, columns in COLUMNS.items():
        told = ", ".join(f'"{column}" {kind}' for column, (kind, _) in columns.items())
        connection.execute(f"create table {name} ({told})")
        if rows.get(name):
            data = {column: [row.get(column) for row in rows[name]] for column in columns}
            maps = {c for c, (kind, _) in columns.items() if kind.startswith("map")}
            arrays = {c: _array(columns[c][0], v, is_map=c in maps) for c, v in data.items()}
            connection.register("loaded", pa.table(arrays))
            connection.execute(f"insert into {name} select * from loaded")
            connection.unregister("loaded")
    return connection


def _array(kind: str, values: list[object], *, is_map: bool) -> pa.Array:
    text, number = pa.string(), pa.float64()
    if is_map:
        entries = [list(value.items()) if isinstance(value, dict) else None for value in values]
        return pa.array(entries, pa.map_(text, text if "varchar)" in kind else number))
    if kind.endswith("[]"):
        return pa.array(values, pa.list_(text if kind.startswith("varchar") else number))
    if kind == "timestamp":
        return pa.array([datetime.fromisoformat(str(value)) if value else None for value in values], pa.timestamp("us"))
    return pa.array(values, {"varchar": text, "double": number, "integer": pa.int32()}[kind])


def who(connection: duckdb.DuckDBPyConnection, rule: str, of: str = "person") -> list[int]:
    """The keys of those for whom a rule holds, in order; twice the same key would show."""
    return sorted(row[0] for row in connection.execute(compile_rule(rule, of, SCHEMA, NOW).sql).fetchall())
