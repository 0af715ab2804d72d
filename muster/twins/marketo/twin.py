"""A Marketo Engage instance: its store, limits, users, log and jobs; what is loaded into it, and its paths."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from pathlib import Path

import pyarrow as pa
from starlette.routing import BaseRoute

from muster.sql import identifier
from muster.twins.limits import Daily, Gauge, SlidingWindow
from muster.twins.marketo import (
    activities,
    asset_lists,
    custom_activities,
    exports,
    folders,
    imports,
    lead_changes,
    lead_removal,
    leads,
    lists,
    members,
    memberships,
    named_lists,
    objects,
    programs,
    schema_fields,
    usage,
)
from muster.twins.marketo.changes import WATCHED, Changes, news
from muster.twins.marketo.export_jobs import ExportJobs
from muster.twins.marketo.faults import define
from muster.twins.marketo.fields import Fields
from muster.twins.marketo.gateway import routes
from muster.twins.marketo.identity import Identity, Service
from muster.twins.marketo.import_jobs import ImportJobs
from muster.twins.marketo.log import ActivityLog
from muster.twins.marketo.records import DELETED
from muster.twins.marketo.request import User
from muster.twins.marketo.settings import Number
from muster.twins.marketo.tables import TABLES, fitted
from muster.twins.server import Twin
from muster.twins.store import Key, Store

MUNCHKIN = "123-ABC-456"
CLIENT_ID, CLIENT_SECRET = "twin", "twin-secret"
USER = User("api@twin.example")
_MODULES = (
    leads, lead_changes, lead_removal, memberships, lists, activities, custom_activities, objects, named_lists, members,
    asset_lists, folders, programs, schema_fields, exports, imports, usage,
)  # fmt: skip
_MB = 1_000_000


class MarketoTwin(Twin):
    """One instance. Several services may share it, and then share its limits and its bulk queue."""

    uncompressed = ("/bulk/",)
    #: When the instance and its objects were made.
    made_at = "2020-08-14T20:43:13Z"

    def __init__(
        self,
        store: Store | None = None,
        *,
        munchkin: str = MUNCHKIN,
        services: Sequence[Service] = (),
    ) -> None:
        super().__init__(store)
        self.name = f"Marketo {munchkin}"
        self._services = tuple(services) or (Service(CLIENT_ID, CLIENT_SECRET, USER),)
        self._place = tempfile.TemporaryDirectory(prefix="muster-marketo-")
        self.folder = Path(self._place.name)
        for table in TABLES:
            self.store.define(table.name, table.key, columns=table.columns)
        self.fields = Fields(self.store)
        self.log = ActivityLog(self.store)
        self.changes = Changes(self)
        self.usage = usage.Usage(self.clock)
        self.jobs = ExportJobs(self.clock, lambda job: exports.run(self, job))
        self.imports = ImportJobs(self.clock)
        self._set_limits()
        self.identity = Identity(self._services, self.clock, query_token=self.query_token)
        self._served = self.store.value("select min(_seq) from marks where name = 'served'")
        folders.prepare(self)
        self.store.upsert(
            "partitions", [{"id": "1", "name": "Default", "description": "Initial system lead partition"}]
        )
        define(self)

    def routes(self) -> list[BaseRoute]:
        return routes(self, (rule for module in _MODULES for rule in module.RULES))

    def credentials(self) -> Mapping[str, str]:
        first = self._services[0]
        return {"client_id": first.client_id, "client_secret": first.client_secret}

    # -- loading ---------------------------------------------------------------------------------------------------

    def load(self, object_: str, table: pa.Table) -> int:
        """Rows under REST names. What is loaded after the first call has happened now; before it, it is history."""
        self.jobs.settle()
        table = fitted(object_, table, self.fields)
        at = self.clock.now()
        if object_ == "activities":
            return self.log.load(table, at)
        if object_ not in self.store.objects:
            self.store.define(object_, [])
        watched = self._served is not None and object_ in WATCHED
        with self.store.writing():
            old = self.changes.before(object_, table) if watched else None
            seq = self.store.value(f"select coalesce(max(_seq), 0) from {identifier(object_)}")
            self.store.load(object_, table if old is None else news(old, table), deleted=DELETED, at=at)
            if old is not None:
                self.changes.after(object_, old, seq)
        self.fields.forget()
        return int(table.num_rows)

    def delete(self, object_: str, keys: Iterable[Key]) -> int:
        """As the API would: deleted leads, and members taken off, are logged."""
        wanted = list(keys)
        if object_ == "leads":
            return len(lead_removal.delete_leads(self, [str(key) for key in wanted], "control"))
        if object_ not in ("static_list_members", "program_members"):
            return super().delete(object_, wanted)
        return sum(self._remove_member(object_, key) for key in wanted if isinstance(key, tuple))

    def _remove_member(self, object_: str, key: tuple[str, ...]) -> int:
        place, lead = key
        with self.store.writing():
            if object_ == "static_list_members":
                return lists.remove_members(self, lists.list_row(self, place), [lead], "control")
            return len(members.remove_members(self, members.program_row(self, place), [lead]))

    # -- serving ---------------------------------------------------------------------------------------------------

    def begin_call(self) -> None:
        """What every call finds done: history closed, changes logged, jobs brought to the clock's time."""
        if self._served is None:
            self.store.upsert("marks", [{"name": "served", "value": self.clock.now().astimezone(UTC).isoformat()}])
            self._served = self.store.value("select min(_seq) from marks where name = 'served'")
        self.changes.settle()
        self.imports.settle()

    def changed_at(self, object_: str, prefix: str = "") -> str:
        """SQL of the time of a record's real last change: its own, or when a later load or write came."""
        later = f"strftime({prefix}_modified, '%Y-%m-%dT%H:%M:%SZ')"
        own = f"coalesce({prefix}updatedAt, {prefix}createdAt)"
        return f"case when {prefix}_seq > {self._served or 0} then greatest({own}, {later}) else {own} end"

    def _set_limits(self) -> None:
        self.daily = Daily(50_000, self.clock, "America/Chicago")
        self.rate = SlidingWindow(100, 20, self.clock)
        self.concurrent = Gauge(10)
        self.exported = Daily(500 * _MB, self.clock, "America/Chicago")
        self.crm_sync, self.corona = Number(0), Number(0)
        self.duplicate_races, self.query_token = Number(0), Number(0)
        self.limits |= {
            "daily": self.daily,
            "rate": self.rate,
            "concurrent": self.concurrent,
            "export-bytes": self.exported,
            "export-queue": self.jobs.queue,
            "export-running": self.jobs.places,
            "export-seconds": self.jobs.seconds,
            "export-seconds-per-million": self.jobs.per_million,
            "export-status-seconds": self.jobs.tick,
            "import-queue": self.imports.queue,
            "import-running": self.imports.places,
            "import-seconds": self.imports.seconds,
            "crm-sync": self.crm_sync,
            "corona": self.corona,
            "duplicate-races": self.duplicate_races,
            "query-token": self.query_token,
        }


def open_twin(store: Store, *, instance: str = "", client_id: str = "", client_secret: str = "") -> MarketoTwin:
    """The twin of an instance, by its Munchkin id, for one service."""
    service = Service(client_id or CLIENT_ID, client_secret or CLIENT_SECRET, USER)
    return MarketoTwin(store, munchkin=instance or MUNCHKIN, services=[service])
