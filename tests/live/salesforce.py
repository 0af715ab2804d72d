"""A Salesforce twin with made-up records of every kind of field, read by the live reader into a lake of its own."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import requests

from muster import sql
from muster.config.models import Source
from muster.connectors.http.patience import Patience
from muster.connectors.intake import LoadReport
from muster.connectors.salesforce.reader import open_reader
from muster.connectors.sync.engine import sync
from muster.connectors.sync.stream import Chunk, Reader, Stream
from muster.settings import Settings
from muster.twins.clock import Clock
from muster.twins.salesforce import open_twin
from muster.twins.salesforce.ids import full
from muster.twins.server import Running, serve
from muster.twins.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PREFIXES = {
    "User": "005", "Account": "001", "Contact": "003", "Lead": "00Q", "Campaign": "701", "Opportunity": "006",
    "OpportunityContactRole": "00K", "CampaignMember": "00v", "AccountContactRelation": "07k", "Task": "00T",
    "Event": "00U",
}  # fmt: skip
_TEXTS = (
    "plain",
    "O'Brien & Söhne",
    'a "quoted" word',
    "two\nlines",
    "comma, semicolon; tab\t.",
    "日本",
    "#N/A",
    "null",
)
_NUMBERS = ("0", "7", "-12.5", "350000000", "12345678901.25", "0.1")


def id_of(object_: str, number: int) -> str:
    return full(f"{PREFIXES.get(object_, 'a00')}Mu{number:010d}")


def quick(seconds: float) -> None:
    """Waits that take next to no time."""
    time.sleep(min(seconds, 0.01))


@dataclass
class Trial:
    """An org by its twin, and a source that reads it into `settings`."""

    running: Running
    settings: Settings
    options: dict[str, Any] = field(default_factory=dict)
    random: random.Random = field(default_factory=lambda: random.Random(1))

    # -- the org ---------------------------------------------------------------------------------------------------

    @property
    def twin(self) -> Any:
        return self.running.twin

    def control(self, path: str, body: Any = None) -> Any:
        address = f"{self.running.control}{path}"
        answer = requests.get(address, timeout=30) if body is None else requests.post(address, json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def advance(self, **step: float) -> None:
        self.twin.clock.advance(timedelta(**step))

    def load(self, object_: str, rows: Sequence[Mapping[str, str | None]]) -> None:
        names = dict.fromkeys(name for row in rows for name in row)
        self.twin.load(
            object_, pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})
        )

    def change(self, object_: str, numbers: Sequence[int], at: datetime | None = None, **values: str | None) -> None:
        """Records changed in the org at a time, by default now."""
        moment = (at or self.twin.clock.now()).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        self.load(object_, [{"Id": id_of(object_, each), "SystemModstamp": moment, **values} for each in numbers])

    def remove(self, object_: str, *numbers: int) -> None:
        """Records that leave for good, past the bin; the org's log tells of them."""
        self.twin.bin.remove(self.twin.org.schema.entity(object_), [id_of(object_, number) for number in numbers])

    def fill(
        self, object_: str, numbers: Sequence[int], start: datetime = NOW - timedelta(days=300), pace: float = 60
    ) -> None:
        """Records with something in every field, three changed at a time every `pace` seconds."""
        types = {name: type_ for name, type_ in self.types(object_).items() if type_ not in ("address", "location")}
        self.load(object_, [self._record(object_, types, number, start, pace) for number in numbers])

    def types(self, object_: str) -> dict[str, str]:
        entity = self.twin.org.schema.entity(object_)
        return {each.name: each.type for each in entity.fields}

    def _record(
        self, object_: str, types: Mapping[str, str], number: int, start: datetime, pace: float
    ) -> dict[str, str | None]:
        pick, moment = self.random, start + timedelta(seconds=pace * (number // 3))
        made: dict[str, str | None] = {}
        for name, type_ in types.items():
            match type_:
                case "id" | "reference":
                    value = id_of(pick.choice([*PREFIXES]), pick.randrange(1000))
                case "boolean":
                    value = pick.choice(("true", "false"))
                case "int" | "long":
                    value = str(pick.randrange(100_000))
                case "double" | "currency" | "percent":
                    value = pick.choice(_NUMBERS)
                case "date":
                    value = (start + timedelta(days=pick.randrange(300))).strftime("%Y-%m-%d")
                case "datetime":
                    value = (start + timedelta(seconds=pick.randrange(10**6))).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
                case "base64":
                    value = None
                case _:
                    value = pick.choice(_TEXTS)
            made[name] = value if pick.random() < 0.7 else None
        stamp = moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        return {
            **made,
            "Id": id_of(object_, number),
            "IsDeleted": "false",
            "SystemModstamp": stamp,
            "CreatedDate": stamp,
        }

    # -- the lake --------------------------------------------------------------------------------------------------

    @property
    def source(self) -> Source:
        known = self.twin.credentials()
        told = {"url": self.running.url, "client_id": known["client_id"], "client_secret": known["client_secret"]}
        told |= {"poll": "0.05s", "share": 1, **self.options}
        given = {name: value for name, value in told.items() if value is not None}
        return Source.model_validate({"name": "crm", "type": "salesforce", "connection": given})

    def reader(self) -> Reader:
        return open_reader(self.source, self.settings, Patience(sleep=quick))

    def stream(self, name: str) -> Stream:
        (found,) = (each for each in self.reader().streams if each.name == name)
        return found

    def sync(self, *names: str) -> dict[str, LoadReport]:
        """Read some objects, or all, on from where the lake ends."""
        reader = self.reader()
        try:
            return {
                stream.name: sync(self.source, stream, self.settings, datetime.now(UTC))
                for stream in reader.streams
                if not names or stream.name in names
            }
        finally:
            reader.close()

    def rows(self, object_: str) -> list[dict[str, Any]]:
        """All rows of the lake, oldest first."""
        files = self.settings.lake / "salesforce" / object_.lower() / "source=crm" / "*.parquet"
        if not list(files.parent.glob(files.name)):
            return []
        with sql.connect() as connection:
            scan = f"read_parquet({sql.literal(str(files))}, union_by_name = true, hive_partitioning = false)"
            return connection.sql(f"select * from {scan} order by _load, _line").to_arrow_table().to_pylist()

    def newest(self, object_: str) -> dict[str, dict[str, Any]]:
        """The newest row of each id."""
        return {row["_row_id"]: row for row in self.rows(object_)}

    def agree(self, object_: str) -> int:
        """Fail unless the lake has of every record what the org has, field by field, and no other; how many."""
        truth = {row["Id"]: row for row in self.twin.store.rows(f'select * from "{object_}"')}
        lake = self.newest(object_)
        there = {id_ for id_, row in lake.items() if not row["_deleted"]}
        assert there == {id_ for id_, row in truth.items() if not row["_deleted"]}
        for each in self.twin.org.schema.entity(object_).fields:
            if each.type not in ("address", "location", "base64"):
                unset = each.default if each.type in ("int", "currency") else None  # counters are never null
                for id_, row in truth.items():
                    had, wanted = lake[id_].get(each.name), row.get(each.name) or unset
                    assert plain(each.type, had) == plain(each.type, wanted), (object_, id_, each.name)
        return len(truth)


def plain(type_: str, text: str | None) -> Any:
    """What a text means, however it is written; an unset checkbox is false."""
    if type_ == "boolean":
        return text == "true"
    if text is None:
        return None
    if type_ in ("int", "long", "double", "currency", "percent"):
        return float(text)
    return datetime.fromisoformat(text) if type_ == "datetime" else text


def trial(folder: Path, tls: tuple[Path, Path] | None = None, **options: Any) -> Iterator[Trial]:
    clock = Clock(NOW, speed=10)  # jobs take their time by it
    twin = open_twin(Store(clock), instance="", client_id="", client_secret="")
    with serve(twin, tls=tls) as running:
        yield Trial(running, Settings.at(folder / "config", folder / "data"), options)


def calls(org: Trial, told: str) -> int:
    """Answered calls whose method and route, `POST /services/data/v{version}/jobs/query`, end so."""
    counted = org.control("/calls")["calls"].items()
    return sum(count for place, count in counted if place.rpartition(" ")[0].endswith(told))


def ids(chunk: Chunk) -> list[str]:
    return chunk.table["Id"].to_pylist() if chunk.table.num_rows else []
