"""Earlier values of properties, for `propertiesWithHistory`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from muster.twins.hubspot.kinds import Kind
from muster.twins.store import Store

TABLE = "property_history"
#: Versions told of a property, the newest first.
AT_MOST = 20


class History:
    """Versions written through the API; loaded values have one version, of the record's last change."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.define(TABLE, [], columns=["objectType", "id", "name", "value", "timestamp"])

    def note(self, kind: Kind, id_: str, before: Mapping[str, Any], after: Mapping[str, Any], now: str) -> list[Any]:
        """The rows to `add` for what changes; the first change of a value keeps the one before it as well."""
        rows = []
        for name, value in after.items():
            old = before.get(name)
            if value == old:
                continue
            if old is not None and not self._known(kind, id_, name):
                rows.append((kind.name, id_, name, old, before.get("createdate") or now))
            rows.append((kind.name, id_, name, value, now))
        return rows

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        names = ("objectType", "id", "name", "value", "timestamp")
        self._store.upsert(TABLE, [dict(zip(names, row, strict=True)) for row in rows])

    def of(self, kind: Kind, row: Mapping[str, Any], names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        marks = ", ".join("?" * len(names))
        found = self._store.rows(
            f"select name, value, timestamp from {TABLE} where objectType = ? and id = ? and name in ({marks}) "
            "order by _seq desc",
            [kind.name, row["hs_object_id"], *names],
        )
        versions: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
        for each in found:
            versions[each["name"]].append(_version(each["value"], each["timestamp"]))
        for name in names:
            if not versions[name] and row.get(name) is not None:
                versions[name] = [_version(row[name], row[kind.modified])]
        return {name: told[:AT_MOST] for name, told in versions.items()}

    def _known(self, kind: Kind, id_: str, name: str) -> bool:
        query = f"select 1 from {TABLE} where objectType = ? and id = ? and name = ? limit 1"
        return bool(self._store.value(query, [kind.name, id_, name]))


def _version(value: str | None, timestamp: str) -> dict[str, Any]:
    return {"value": value or "", "timestamp": timestamp, "sourceType": "INTEGRATION"}
