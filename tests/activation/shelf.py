"""A destination that takes rows one by one, as a vendor's interface does, and keeps them in a folder.

It stands in for vendors until there are some: it takes a few rows a call, refuses what it is told to refuse, fails
when it is told to fail, and adding somebody twice is the same as adding them once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from muster import sql
from muster.connectors.destination import Acknowledgement, Batch, Delivery, Destination, Refusal
from muster.errors import RejectedBatch, TransientDelivery


@dataclass
class Shelf(Destination):
    """One JSON file a person. `calls` lists the ids of every call that came in.

    It refuses the rows of `refuse` one by one, whole calls with one of `poison` in them, and has no time for those of
    `busy`.
    """

    folder: Path
    refuse: set[str] = field(default_factory=set)
    poison: set[str] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)
    fail_at: int | None = None
    calls: list[list[str]] = field(default_factory=list)
    kind: str = "shelf"
    nested: bool = True
    whole: bool = False
    batch_rows: int | None = 2

    @property
    def address(self) -> str:
        return f"shelf:{self.folder.name}"

    def plan(self, delivery: Delivery) -> Mapping[str, Any]:
        return {"list": delivery.audience}

    def send(self, delivery: Delivery, plan: Mapping[str, Any], batch: Batch) -> Acknowledgement:
        if self.fail_at is not None and len(self.calls) == self.fail_at:
            self.fail_at = None
            raise TransientDelivery(f"{delivery.name}: the shelf is out of reach")
        if not self.folder.parent.is_dir():
            raise TransientDelivery(f"{delivery.name}: there is no wall for the shelf")
        batch_rows = _rows(batch)
        self.calls.append([row["_id"] for row in batch_rows])
        if self.poison & {row["_id"] for row in batch_rows}:
            raise RejectedBatch("one of these is no person")
        self.folder.mkdir(exist_ok=True)
        refused, later = [], []
        for row in batch_rows:
            if row["_id"] in self.refuse:
                refused.append(Refusal(row["_row"], "not welcome"))
            elif row["_id"] in self.busy:
                later.append(Refusal(row["_row"], "no time"))
            else:
                self._take(row)
        return Acknowledgement(tuple(refused), tuple(later))

    def look(self, delivery: Delivery, plan: Mapping[str, Any], batch: Batch) -> list[int]:
        return [row["_row"] for row in _rows(batch) if row["_op"] == "ADD" and (self.folder / row["_id"]).exists()]

    def _take(self, row: dict[str, Any]) -> None:
        for gone in row["_merged_ids"] or ():
            (self.folder / gone).unlink(missing_ok=True)
        if row["_op"] == "REMOVE":
            (self.folder / row["_id"]).unlink(missing_ok=True)
            return
        values = {name: value for name, value in row.items() if name[0] != "_"}
        (self.folder / row["_id"]).write_text(json.dumps(values, default=str))

    def content(self) -> dict[str, Any]:
        return {path.name: json.loads(path.read_text()) for path in self.folder.iterdir()}


def _rows(batch: Batch) -> list[dict[str, Any]]:
    with sql.connect() as connection:
        found = connection.execute(batch.query())
        names = [item[0] for item in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
