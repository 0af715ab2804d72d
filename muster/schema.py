"""The schema that rules, mappings and labels are read against: the dbt project's own, and no second one.

Each mart is a class. A column's `config.meta.xdm` is its XDM path, `config.meta.labels` its labels,
`config.meta.identity` its identity namespace and `config.meta.survival` how a golden record comes by it. A
`relationships` test with `config.meta.edge: {name, inverse}` is a relation, named `name` from the many side and
`inverse` from the one side. A model's `config.meta.shortcuts: {name: path}` declares paths over relations.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

#: What `of:` in an audience file means.
ENTITIES = {"people": "person", "accounts": "account"}


@dataclass(frozen=True)
class Field:
    """One attribute of a class: its XDM path, its column, its type in PQL."""

    path: str
    column: str
    type: str  # string | number | boolean | date | timestamp | array<string> | map<string,number>
    labels: tuple[str, ...] = ()
    identity: str | None = None
    description: str = ""
    survives: bool = True  # a merge policy says which record it is from
    together: str | None = None  # the group of attributes that it is taken with, from one record


@dataclass(frozen=True)
class Edge:
    """A relation between two classes: rows of `target` whose `to_column` equals our `from_column`."""

    name: str
    source: str
    from_column: str
    target: str
    to_column: str
    many: bool


@dataclass(frozen=True)
class EntityClass:
    """A mart: its table, its key column, fields by XDM path, relations and shortcuts by name."""

    name: str
    table: str
    key: str
    fields: Mapping[str, Field]
    edges: Mapping[str, Edge] = field(default_factory=dict)
    shortcuts: Mapping[str, str] = field(default_factory=dict)
    time_path: str | None = None  # XDM path of the event time, for event classes
    description: str = ""

    def column(self, name: str) -> Field | None:
        """The field of a column, for messages about renamed columns."""
        return next((item for item in self.fields.values() if item.column == name), None)


@dataclass(frozen=True)
class Schema:
    """All classes by name (`person`, `account`, …)."""

    classes: Mapping[str, EntityClass]

    def of(self, entity: str) -> EntityClass:
        """The class an audience is `of` (`people`, `accounts`), or a class by its own name."""
        return self.classes[ENTITIES.get(entity, entity)]

    def to_json(self) -> str:
        return json.dumps({name: asdict(item) for name, item in self.classes.items()}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Schema:
        classes: dict[str, EntityClass] = {}
        for name, raw in json.loads(text).items():
            fields = {p: Field(**{**f, "labels": tuple(f["labels"])}) for p, f in raw.pop("fields").items()}
            edges = {n: Edge(**e) for n, e in raw.pop("edges").items()}
            classes[name] = EntityClass(fields=fields, edges=edges, **raw)
        return cls(classes)

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> Schema:
        """Read the marts of a dbt manifest (version 12); models outside `marts/` are not part of the schema."""
        models = {
            uid: node
            for uid, node in manifest["nodes"].items()
            if node["resource_type"] == "model" and "marts" in node["fqn"]
        }
        classes = {node["name"]: _class(node) for node in models.values()}
        for test in manifest["nodes"].values():
            if test["resource_type"] == "test" and test.get("attached_node") in models:
                _add_edge(classes, models[test["attached_node"]]["name"], test)
        return cls(classes)


def _class(node: Mapping[str, Any]) -> EntityClass:
    meta = node["config"].get("meta", {})
    fields: dict[str, Field] = {}
    key = ""
    for column in node["columns"].values():
        told = column.get("config", {}).get("meta") or column.get("meta") or {}
        if told.get("key"):
            key = column["name"]
        if path := told.get("xdm"):
            fields[path] = Field(
                path=path,
                column=column["name"],
                type=pql_type(column.get("data_type") or "varchar"),
                labels=tuple(told.get("labels", ())),
                identity=told.get("identity"),
                description=column.get("description", ""),
                **_survival(told),
            )
    return EntityClass(
        name=node["name"],
        table=node["alias"],
        key=key or f"{node['name']}_id",
        fields=fields,
        shortcuts=dict(meta.get("shortcuts", {})),
        time_path=meta.get("time"),
        description=node.get("description", ""),
    )


def _survival(told: Mapping[str, Any]) -> dict[str, Any]:
    """How a golden record comes by a column; `config.meta.survival` is described in macros/marts/merge_policies.sql."""
    said = told.get("survival", {})
    governed = said is not False and not told.get("key") and not said.get("strictest")
    return {"survives": governed, "together": said.get("together") if said else None}


def _add_edge(classes: dict[str, EntityClass], owner: str, test: Mapping[str, Any]) -> None:
    edge = test["config"].get("meta", {}).get("edge")
    told = test.get("test_metadata") or {}
    if not edge or told.get("name") != "relationships":
        return
    arguments = told["kwargs"].get("arguments") or told["kwargs"]
    target = re.sub(r"^ref\(['\"](\w+)['\"]\)$", r"\1", arguments["to"].strip())
    column, to_column = test["column_name"], arguments["field"]
    forth = Edge(edge["name"], owner, column, target, to_column, many=False)
    classes[owner] = _with_edge(classes[owner], forth)
    if inverse := edge.get("inverse"):
        back = Edge(inverse, target, to_column, owner, column, many=True)
        classes[target] = _with_edge(classes[target], back)


def _with_edge(owner: EntityClass, edge: Edge) -> EntityClass:
    return replace(owner, edges={**owner.edges, edge.name: edge})


def pql_type(data_type: str) -> str:
    """The PQL type of a DuckDB column type."""
    name = data_type.lower().strip()
    if name.endswith("[]"):
        return f"array<{pql_type(name[:-2])}>"
    if match := re.fullmatch(r"map\((\w+(?:\([\d, ]*\))?)\s*,(.*)\)", name):
        return f"map<{pql_type(match[1])},{pql_type(match[2])}>"
    if name.startswith("timestamp"):
        return "timestamp"
    if name in {"boolean", "date"}:
        return name
    if re.match(r"(decimal|numeric|double|float|real|u?(tiny|small|big|huge)?int(eger)?)", name):
        return "number"
    return "string"


def map_types(type_: str) -> tuple[str, str]:
    """The types of the keys and of the values of a `map<…>`."""
    key, _, value = type_[4:-1].partition(",")
    return key, value
