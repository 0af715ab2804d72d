"""The items of arrays that are rows of no table, described as classes, so that paths lead through them all the same.

A value is an item without a name: its one field has an empty path. An object has a field for each of its names, an
entry of a map has `key` and `value`, a group has its key for a value. Fields with a bracket in their path are
carried along unseen: whether an amount counts, and the map that a key is from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from muster.schema import EntityClass, Field

Kind = Literal["value", "object", "entry", "group"]
ITEM = ""
KEY = "key"
VALUE = "value"
MAP = "(map)"


@dataclass(frozen=True)
class Shape(EntityClass):
    """A kind of item: what fields it has."""

    kind: Kind = "value"

    @property
    def told(self) -> list[Field]:
        """The fields that a rule can name, in their order."""
        return [field for field in self.fields.values() if not field.path.endswith(")")]

    @property
    def required(self) -> Field | None:
        """The field without which there is no item: nothing is in an array that is not known."""
        return self.fields.get(ITEM) or (self.fields[KEY] if self.kind == "entry" else None)


def flag(path: str) -> str:
    """The path of the field that says whether the amount at `path` counts in an aggregate."""
    return f"{path}(counts)"


def shape(kind: Kind, types: Mapping[str, str], flagged: Sequence[str] = (), *, beside: str | None = None) -> Shape:
    """A shape by the types of its fields; `flagged` are the fields with a flag, `beside` the type of a map."""
    fields = {path: Field(path, f"item_{n}", type_) for n, (path, type_) in enumerate(types.items(), 1)}
    for n, path in enumerate(flagged, 1):
        fields[flag(path)] = Field(flag(path), f"counts_{n}", "boolean")
    if beside:
        fields[MAP] = Field(MAP, "map", beside)
    return Shape(name=_name(kind, types), table="", key="", fields=fields, kind=kind)


def _name(kind: Kind, types: Mapping[str, str]) -> str:
    """As messages call it."""
    match kind:
        case "value":
            return f"an array of {types[ITEM]}"
        case "group":
            return "a group"
        case "entry":
            return "an entry of a map"
    return f"an object with {', '.join(types)}"
