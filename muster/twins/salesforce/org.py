"""One org: its records and their objects, its time, its user, and what goes wrong with it. All parts share it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from muster.sql import identifier
from muster.twins.calls import Calls
from muster.twins.faults import Faults
from muster.twins.salesforce.ids import Ids, full, number_of
from muster.twins.salesforce.late import Late
from muster.twins.salesforce.limits import daily, settings
from muster.twins.salesforce.loads import canonical, entity_of
from muster.twins.salesforce.schema import Entity, Schema
from muster.twins.salesforce.soql.compiler import Compiler
from muster.twins.salesforce.values import moment
from muster.twins.salesforce.view import View
from muster.twins.store import Store

VERSION = "66.0"


class Org:
    """`schema` is what there is, `view` what the integration user sees of it. `folder` is for files of its own."""

    def __init__(self, store: Store, schema: Schema, faults: Faults, calls: Calls, org_id: str) -> None:
        self.store, self.clock, self.schema = store, store.clock, schema
        self.faults, self.calls, self.daily = faults, calls, daily(store.clock)
        self.settings = settings()
        self.view = View(schema, store)
        self.id = full(org_id)
        self.user = full(f"005{self.id[3:15]}")
        self.late = Late(self.clock, faults, self._put)
        self._folder = tempfile.TemporaryDirectory(prefix="twin-salesforce-", ignore_cleanup_errors=True)
        self.folder = Path(self._folder.name)
        self.ids = Ids(self._remember() + 1)
        for entity in schema.entities:
            self.view.table(entity)
        self.schema_changed = self.clock.now()

    def load(self, object_: str, table: pa.Table) -> int:
        """Take records in from outside, under their own stamps; those that are late show later."""
        fields = {each.name: len(each.fields) for each in self.schema.entities}
        entity = entity_of(self.schema, object_, table)
        if fields.get(entity.name) != len(entity.fields):
            self.schema_changed = self.clock.now()
        ready = canonical(entity, table, self.clock.now())
        self._put(entity.name, self.late.hold(entity.name, ready))
        return int(table.num_rows)

    def compiler(self, version: str = VERSION, *, deleted: bool = False, bulk: bool = False) -> Compiler:
        return Compiler(self.view, self.clock.now(), version, deleted, bulk)

    def put(self, entity: Entity, records: Iterable[dict[str, str | None]]) -> None:
        """Add or change a few records."""
        self.view.table(entity)
        self.store.upsert(entity.name, records)

    def stamp(self, path: str = "") -> str:
        """What a write now has as SystemModstamp."""
        return moment(self.late.stamp(path))

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def close(self) -> None:
        self._folder.cleanup()

    def _put(self, object_: str, table: pa.Table) -> None:
        entity = self.schema.entity(object_)
        if entity and table.num_rows:
            self.view.table(entity)
            self.store.load(object_, table, deleted="IsDeleted")

    def _remember(self) -> int:
        """Take up the tables that an earlier twin left in the store; returns the highest number of its ids."""
        highest = 0
        for row in self.store.rows("show tables"):
            self.store.define(row["name"], ("Id",))
            names = ", ".join(map(identifier, self.store.columns(row["name"])))
            entity_of(
                self.schema, row["name"], self.store.query(f"select {names} from {identifier(row['name'])} limit 1")
            )
            last = self.store.value(f"select max(Id) from {identifier(row['name'])} where substr(Id, 4, 2) = 'Tw'")
            highest = max(highest, number_of(last or ""))
        return highest
