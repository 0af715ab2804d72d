"""What an instance says of its objects: their fields, by which of them records can be asked for, and activity types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from muster.connectors.marketo.api import Marketo

#: Fields of this type are never told ("Field types").
_NEVER = "formula"


@dataclass(frozen=True)
class Described:
    """Fields, name → type in the vendor's words, and the names that are legal as `filterType`."""

    fields: Mapping[str, str]
    searchable: frozenset[str]

    @property
    def names(self) -> list[str]:
        return list(self.fields)


@dataclass(frozen=True)
class ActivityType:
    """One type of activity; `attributes` are its secondary attributes, name → type."""

    id: int
    name: str
    attributes: Mapping[str, str]


class Descriptions:
    """Asked once for each object and reader."""

    def __init__(self, api: Marketo) -> None:
        self._api = api
        self._known: dict[str, Described] = {}
        self._types: list[ActivityType] | None = None

    def of(self, path: str) -> Described:
        """The answer of a describe call, such as `/rest/v1/leads/describe2.json`. Raises Refused."""
        if path not in self._known:
            told = (self._api.ask(path).records or [{}])[0]
            fields = {str(each["name"]): str(each.get("dataType", "")) for each in told.get("fields", ())}
            single = (names[0] for names in told.get("searchableFields", ()) if len(names) == 1)
            self._known[path] = Described(
                {name: type_ for name, type_ in fields.items() if type_ != _NEVER}, frozenset(map(str, single))
            )
        return self._known[path]

    @property
    def activity_types(self) -> Sequence[ActivityType]:
        if self._types is None:
            told = self._api.ask("/rest/v1/activities/types.json").records
            self._types = [
                ActivityType(
                    int(each["id"]),
                    str(each.get("name", "")),
                    {str(a["name"]): str(a.get("dataType", "")) for a in each.get("attributes") or ()},
                )
                for each in told
            ]
        return self._types

    def types_named(self, *names: str) -> list[int]:
        """The ids of types by their names, for ids are the subscription's own; those there are, in this order."""
        ids = {each.name.casefold(): each.id for each in self.activity_types}
        return [ids[name.casefold()] for name in names if name.casefold() in ids]
