"""Reads the catalogue of standard objects (`catalogue.txt`, whose head tells its form) and recorded describes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from muster.errors import SourceError
from muster.twins.salesforce.schema import Entity, Field, Schema

_TYPE = re.compile(r"(\w+)(?:\((\d+)(?:,(\d+))?\))?")


def standard() -> Schema:
    """The objects of a plain org."""
    return Schema(Entity(name, prefix, plural, fields) for name, prefix, plural, fields in _read())


@cache
def _read() -> list[tuple[str, str, str, list[Field]]]:
    """Name, prefix, plural and fields of each object."""
    groups: dict[str, list[str]] = {}
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    text = Path(__file__).with_name("catalogue.txt").read_text(encoding="utf-8")
    for line in filter(None, (each.strip() for each in text.splitlines())):
        if line.startswith("["):
            lines = sections[line.strip("[]")] = []
        elif line.startswith("{"):
            lines = groups[line.strip("{}")] = []
        elif not line.startswith("#"):
            lines.append(line)
    found = []
    for heading, listed in sections.items():
        name, prefix, plural = heading.split()
        found.append((name, prefix, plural, [field_of(line) for line in _spread(listed, groups)]))
    return found


def _spread(lines: list[str], groups: Mapping[str, list[str]]) -> Iterator[str]:
    for line in lines:
        if line.startswith("+"):
            group, _, stem = line[1:].partition(" ")
            yield from (each.replace("$", stem) for each in groups[group])
        else:
            yield line


def field_of(line: str) -> Field:
    """A field from its line, such as `Score__c double(18,2) unique`."""
    told, _, listed = line.partition(" = ")
    name, kind, *flags = told.split()
    options = dict(flag.split("=", 1) for flag in flags if "=" in flag)
    made = _typed(name, kind)
    fixed = "ro" in flags or made.type == "id"
    return replace(
        made,
        createable=not fixed and "update" not in flags,
        updateable=not fixed and "create" not in flags,
        required="required" in flags,
        unique="unique" in flags,
        external="external" in flags,
        lookup="idLookup" in flags or "external" in flags or made.type == "id",
        restricted="restricted" in flags,
        optional="optional" in flags,
        default=options["default"].replace("_", " ") if "default" in options else None,
        values=tuple(value.strip() for value in listed.split(";")) if listed else (),
        children=options.get("children"),
        cascade="cascade" in flags,
    )


def _typed(name: str, kind: str) -> Field:
    if kind.startswith("->"):
        return Field(name, "reference", length=18, refers_to=tuple(kind[2:].split("|")))
    match = _TYPE.fullmatch(kind)
    if not match:
        raise ValueError(f"{name}: {kind} is no type")
    type_, first, second = match[1], int(match[2] or 0), int(match[3] or 0)
    if type_ in ("double", "currency", "percent"):
        return Field(name, type_, precision=first or 18, scale=second)
    if type_ in ("string", "url", "email") and not first:
        first = 255
    return Field(name, type_, length=18 if type_ == "id" else first)


def with_recorded(schema: Schema, folder: Path) -> Schema:
    """The schema with recorded describes put over it.

    `folder` holds answers of `/sobjects/X/describe` as `*.json`. Raises SourceError where there is none, or one that
    is not a describe.
    """
    files = sorted(folder.glob("*.json"))
    if not files:
        raise SourceError(f"{folder} holds no describes; give a folder of answers of /sobjects/X/describe as .json")
    for path in files:
        try:
            told = orjson.loads(path.read_bytes())
            entity = _recorded(told, schema.entity(told["name"]))
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise SourceError(f"{path.name} is not the answer of a describe; take it out of the folder") from error
        schema.put(entity)
    return schema


def _recorded(told: Mapping[str, Any], known: Entity | None) -> Entity:
    """A recorded object; what the catalogue knows beyond it stays in the background until a load brings it."""
    entity = Entity(told["name"], told["keyPrefix"] or "", told["labelPlural"], (), told)
    for each in told["fields"]:
        entity.put(_recorded_field(each, known.field(each["name"]) if known else None))
    for standard in known.fields if known else ():
        if not entity.field(standard.name):
            entity.put(replace(standard, optional=True))
    return entity


def _recorded_field(told: Mapping[str, Any], known: Field | None) -> Field:
    settable = told["createable"]
    return Field(
        told["name"],
        told["type"],
        length=told["length"],
        precision=told["precision"],
        scale=told["scale"],
        createable=settable,
        updateable=told["updateable"],
        required=settable and not told["nillable"] and not told["defaultedOnCreate"],
        unique=told["unique"],
        external=told["externalId"],
        lookup=told["idLookup"],
        restricted=told["restrictedPicklist"],
        default=known.default if known else ("0" if told["type"] == "int" and not told["nillable"] else None),
        values=tuple(each["value"] for each in told["picklistValues"] if each["active"]),
        refers_to=tuple(told["referenceTo"]),
        children=known.children if known else None,
        cascade=bool(known and known.cascade),
        recorded=told,
    )
