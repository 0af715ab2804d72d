"""A Salesforce org: its records, user, limits and jobs, and the paths it answers at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
from starlette.responses import Response
from starlette.routing import BaseRoute

from muster.twins.calls import Call, Handler, answer, route
from muster.twins.salesforce import faults, limits
from muster.twins.salesforce.admin import Admin
from muster.twins.salesforce.bin import Bin
from muster.twins.salesforce.bulk.ingest import IngestJobs
from muster.twins.salesforce.bulk.query import QueryJobs
from muster.twins.salesforce.catalogue import standard, with_recorded
from muster.twins.salesforce.collections import Collections
from muster.twins.salesforce.composite import Composite
from muster.twins.salesforce.describes import Describes
from muster.twins.salesforce.gate import METHODS, Gate, versions
from muster.twins.salesforce.org import Org
from muster.twins.salesforce.queries import Queries
from muster.twins.salesforce.records import Records
from muster.twins.salesforce.sessions import Credentials, Sessions
from muster.twins.salesforce.writing.writer import Writer
from muster.twins.server import Twin
from muster.twins.store import Key, Store

ORG_ID = "00DTw0000000001"
CLIENT_ID, CLIENT_SECRET = "twin", "twin-secret"
#: Jobs that are worked on at once.
_WORKERS = 2


class SalesforceTwin(Twin):
    """One org. `describes` is a folder of recorded describes; without, objects are those of `catalogue.txt`."""

    def __init__(
        self,
        store: Store | None = None,
        *,
        org_id: str = ORG_ID,
        credentials: Credentials | None = None,
        describes: Path | None = None,
    ) -> None:
        super().__init__(store)
        schema = with_recorded(standard(), describes) if describes else standard()
        self.org = Org(self.store, schema, self.faults, self.calls, org_id)
        self.name = f"Salesforce {self.org.id}"
        self.limits |= {**self.org.daily, **self.org.settings}
        self.sessions = Sessions(
            self.clock,
            credentials or Credentials(CLIENT_ID, CLIENT_SECRET),
            self.org.id,
            self.org.user,
            self.org.settings[limits.SESSION_SECONDS],
        )
        faults.define(self.faults, self.sessions)
        self.bin = Bin(self.org)
        self.writer = Writer(self.org, self.bin)
        self.admin = Admin(self.org, self.bin, self.sessions.end)
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="salesforce-job")
        self._resources = self._table()
        self._gate = Gate(self.org, self.sessions, [self.org.late.settle, self.bin.age])

    def load(self, object_: str, table: pa.Table) -> int:
        """Records under their API names, values in any form the vendor's exports have. They keep their own stamps."""
        return self.org.load(object_, table)

    def delete(self, object_: str, keys: Iterable[Key]) -> int:
        """Into the bin, with all that goes with it."""
        entity = self.org.schema.entity(object_)
        return self.bin.delete(entity, [str(key) for key in keys]) if entity else 0

    def credentials(self) -> Mapping[str, str]:
        known = self.sessions.credentials
        return {"client_id": known.client_id, "client_secret": known.client_secret, "username": known.username}

    def controls(self) -> list[BaseRoute]:
        """What an administrator does by hand, below the control URL."""
        return self.admin.routes()

    def routes(self) -> list[BaseRoute]:
        api = [each for path, handlers in self._resources for each in self._gate.routes(path, handlers)]
        return [
            route("/services/oauth2/token", self.sessions.token, ["POST"]),
            route("/services/data", versions),
            route("/services/data/", versions),
            *api,
            route("/services/data/v{version}/{path:path}", self._gate.unknown, METHODS),
        ]

    def _table(self) -> list[tuple[str, dict[str, Handler]]]:
        """Resources by path below `/services/data/vNN.0`, with their methods; the first that fits answers."""
        describes, queries = Describes(self.org), Queries(self.org)
        records, lists = Records(self.org, self.writer, self.bin), Collections(self.org, self.writer)
        reading, writing = QueryJobs(self.org, self._workers), IngestJobs(self.org, self.writer, self._workers)
        table: list[tuple[str, dict[str, Handler]]] = [
            ("", {"GET": self._overview}),
            ("/limits", {"GET": self._limits}),
            ("/query", {"GET": queries.query}),
            ("/queryAll", {"GET": queries.query_all}),
            ("/query/{locator}", {"GET": queries.more}),
            ("/queryAll/{locator}", {"GET": queries.more}),
            ("/sobjects", {"GET": describes.all}),
            ("/sobjects/{object}", {"GET": describes.one, "POST": records.create}),
            ("/sobjects/{object}/describe", {"GET": describes.describe}),
            ("/sobjects/{object}/deleted", {"GET": records.deleted}),
            ("/sobjects/{object}/updated", {"GET": records.updated}),
            ("/sobjects/{object}/{id}", {"GET": records.get, "PATCH": records.update, "DELETE": records.delete}),
            (
                "/sobjects/{object}/{field}/{value}",
                {"GET": records.get_by, "PATCH": records.upsert, "DELETE": records.delete_by},
            ),
            ("/composite/sobjects", {"POST": lists.create, "PATCH": lists.update, "DELETE": lists.delete}),
            ("/composite/sobjects/{object}", {"GET": lists.read, "POST": lists.read}),
            ("/composite/sobjects/{object}/{field}", {"PATCH": lists.upsert}),
            ("/jobs/query", {"GET": reading.all, "POST": reading.create}),
            ("/jobs/query/{job}", {"GET": reading.get, "PATCH": reading.change, "DELETE": reading.delete}),
            ("/jobs/query/{job}/results", {"GET": reading.results}),
            ("/jobs/query/{job}/resultPages", {"GET": reading.pages}),
            ("/jobs/ingest", {"GET": writing.all, "POST": writing.create}),
            ("/jobs/ingest/{job}", {"GET": writing.get, "PATCH": writing.change, "DELETE": writing.delete}),
            ("/jobs/ingest/{job}/batches", {"PUT": writing.upload}),
            ("/jobs/ingest/{job}/{results}", {"GET": writing.results}),
        ]
        return [*table, ("/composite", {"POST": Composite(self.org, table).run})]

    def _overview(self, call: Call) -> Response:
        place = call.path.rstrip("/")
        return answer(
            {name: f"{place}/{name}" for name in ("sobjects", "query", "queryAll", "limits", "composite", "jobs")}
        )

    def _limits(self, call: Call) -> Response:
        return answer(limits.told(self.org.daily))


def open_twin(
    store: Store,
    *,
    instance: str = "",
    client_id: str = "",
    client_secret: str = "",
    describes: Path | None = None,
    public_key: Path | None = None,
) -> SalesforceTwin:
    """The twin of an org, by its id. `public_key` is the PEM file by which JWT assertions are verified."""
    credentials = Credentials(
        client_id or CLIENT_ID,
        client_secret or CLIENT_SECRET,
        public_key=public_key.read_text(encoding="ascii") if public_key else "",
    )
    return SalesforceTwin(store, org_id=instance or ORG_ID, credentials=credentials, describes=describes)
