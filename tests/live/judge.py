"""Compares a lake with a twin's truth, row for row, by what the twin tells over HTTP and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests

from muster import sql
from muster.config.models import Source
from muster.connectors.sync.objects import live_object
from muster.lake import loads
from muster.lake.loads import newest_readings
from muster.settings import Settings
from muster.twins.server import Running

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Judge:
    """Holds one source's lake against the instance it is read from; `keys` are those of the twin's objects."""

    running: Running
    source: Source
    settings: Settings
    keys: Mapping[str, Sequence[str]]
    #: What the instance has and its API does not tell of an object.
    untold: Mapping[str, Sequence[str]]

    def disagreements(self, object_: str) -> list[str]:
        """What the lake has and the instance has not, the other way round, or otherwise; one line each."""
        truth, lake = self.truth(object_), self.alive(object_)
        wrong = [f"{object_} {key} is missing" for key in sorted(truth.keys() - lake.keys())]
        wrong += [f"{object_} {key} is too much" for key in sorted(lake.keys() - truth.keys())]
        for key in truth.keys() & lake.keys():
            for name in truth[key].keys() - set(self.untold.get(object_, ())):
                had, wanted = meaning(lake[key].get(name)), meaning(truth[key][name])
                if had != wanted and not (wanted is None and had in (0, False)):  # unset counters and checkboxes
                    wrong.append(f"{object_} {key} {name}: {had!r} in the lake, {wanted!r} in truth")
        return wrong

    def truth(self, object_: str) -> dict[str, Row]:
        """The records that the instance has, by their id in the lake."""
        answer = requests.get(f"{self.running.control}/state/{object_}", timeout=60)
        answer.raise_for_status()
        rows = [json.loads(line) for line in answer.content.splitlines()]
        return {
            "|".join(row[name] for name in self.keys[object_]): {n: v for n, v in row.items() if not n.startswith("_")}
            for row in rows
            if not row["_deleted"]
        }

    def alive(self, object_: str) -> dict[str, Row]:
        """The newest row of each record that is not deleted, as staging finds it."""
        rows = self.rows(
            object_, "qualify row_number() over (partition by _row_id order by _load desc, _line desc) = 1"
        )
        return {row["_row_id"]: row for row in rows if not row["_deleted"]}

    def rows(self, object_: str, condition: str = "") -> list[dict[str, Any]]:
        folder = live_object(self.source, object_).object
        paths = [str(load.path) for load in newest_readings(loads(self.settings, self.source, folder))]
        if not paths:
            return []
        with sql.connect() as connection:
            scan = "read_parquet(?, union_by_name = true, hive_partitioning = false)"
            rows: list[dict[str, Any]] = (
                connection.sql(f"select * from {scan} {condition}", params=[paths]).to_arrow_table().to_pylist()
            )
        return rows

    def told_twice(self, object_: str) -> list[str]:
        """Ids of records of which the same state stands in the lake twice running."""
        newest: dict[str, Row] = {}
        twice = []
        for row in self.rows(object_, "order by _load, _line"):
            state = {name: value for name, value in row.items() if name == "_deleted" or not name.startswith("_")}
            if newest.get(row["_row_id"]) == state:
                twice.append(row["_row_id"])
            newest[row["_row_id"]] = state
        return twice


def meaning(text: str | None) -> Any:
    """What a text means however it is written: numbers, times and JSON are told in more than one way."""
    if text is None or not text.strip():
        return None
    if text in ("true", "false"):
        return text == "true"
    if text[0] in "[{":
        return _filled(json.loads(text))
    for read in (float, _moment):
        try:
            return read(text)
        except ValueError:
            continue
    return text.replace("\r", "")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.removesuffix("+0000"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _filled(each) for name, each in value.items() if each not in (None, "")}
    return [_filled(each) for each in value] if isinstance(value, list) else value
