"""A Marketo twin with made-up records, read by the live reader into a lake of its own.

Time is the twin's: whoever waits moves its clock on, so that hours of jobs and windows pass in a moment.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import requests

from muster import sql
from muster.config.connections import MarketoConnection
from muster.config.models import Source
from muster.connectors.http.budget import Budget
from muster.connectors.http.patience import Patience
from muster.connectors.intake import LoadReport
from muster.connectors.marketo.limits import limits_of
from muster.connectors.marketo.reader import open_reader
from muster.connectors.sync.engine import sync
from muster.connectors.sync.stream import Reader
from muster.settings import Settings
from muster.twins.clock import Clock
from muster.twins.marketo import open_twin
from muster.twins.server import Running, serve
from muster.twins.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
START = NOW - timedelta(days=70)
KEYS = {"program_members": ("programId", "leadId"), "static_list_members": ("listId", "leadId")}
OBJECTS = (
    "leads", "companies", "opportunities", "opportunity_roles", "named_accounts", "programs", "program_members",
    "static_lists", "static_list_members", "activities",
)  # fmt: skip
#: What is compared of objects that have no describe.
SHOWN = {
    "programs": ("name", "type", "channel", "status", "startDate", "costs"),
    "static_lists": ("name", "description"),
    "static_list_members": ("listId", "leadId"),
    "activities": (
        "leadId", "activityDate", "activityTypeId", "primaryAttributeValueId", "primaryAttributeValue", "attributes",
    ),
}  # fmt: skip
JSON = ("attributes", "costs")
_TEXTS = ("plain", "O'Brien & Söhne", 'a "quoted" word', "two\nlines", "comma, semicolon; tab\t.", "日本", None)


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Trial:
    """An instance by its twin, and a source that reads it into `settings`."""

    running: Running
    settings: Settings
    name: str = "mkto"
    options: dict[str, Any] = field(default_factory=dict)
    random: random.Random = field(default_factory=lambda: random.Random(1))
    waited: float = 0.0

    # -- the instance ----------------------------------------------------------------------------------------------

    @property
    def twin(self) -> Any:
        return self.running.twin

    @property
    def now(self) -> datetime:
        moment: datetime = self.twin.clock.now()
        return moment

    def advance(self, **step: float) -> None:
        self.twin.clock.advance(timedelta(**step))

    def faults(self, *specs: str) -> None:
        self.twin.faults.set(specs)

    def struck(self) -> int:
        return sum(int(each["struck"]) for each in self.twin.faults.told())

    def load(self, object_: str, rows: Sequence[Mapping[str, str | None]]) -> None:
        names = dict.fromkeys(name for row in rows for name in row)
        table = pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})
        self.twin.load(object_, table)

    def call(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """A call by another service of the instance; its answer."""
        known = self.twin.credentials()
        asked = {**known, "grant_type": "client_credentials"}
        token = requests.get(f"{self.running.url}/identity/oauth/token", asked, timeout=30).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        address = f"{self.running.url}{path}"
        answer = requests.request(method, address, json=body, params=params, headers=headers, timeout=30).json()
        assert answer["success"], answer
        return answer.get("result")

    def fill(self, leads: int = 320, programs: int = 12, activities: int = 600) -> None:
        """A history of ten weeks, with something of every object."""
        self.load("companies", [_company(number) for number in range(1, 31)])
        self.load("leads", [self.lead(number) for number in range(1, leads + 1)])
        self.load("programs", [_program(number) for number in range(1, programs + 1)])
        pairs = [(1 + number % programs, 1 + number * 7 % leads) for number in range(leads)]
        self.load("program_members", [self.member(*pair) for pair in dict.fromkeys(pairs)])
        self.load("static_lists", [_list(number) for number in range(1, 4)])
        on_lists = [(1 + number % 3, number) for number in range(1, leads // 2)]
        self.load("static_list_members", [_listed(*pair) for pair in on_lists])
        self.load("activities", [self.activity(number, leads) for number in range(activities)])
        self.load("opportunities", [_opportunity(number) for number in range(1, 21)])
        self.load("opportunity_roles", [_role(number, leads) for number in range(1, 41)])
        self.load("named_accounts", [_named(number) for number in range(1, 9)])

    def lead(self, number: int, created: datetime | None = None, **values: str | None) -> dict[str, str | None]:
        at = stamp(created or START + timedelta(hours=1 + number * 5 % 1600))
        text = self.random.choice
        return {
            "id": lead_id(number),
            "email": f"person{number}@example.com",
            "firstName": text(_TEXTS),
            "lastName": f"Last {number}",
            "company": f"Company {1 + number % 30}",
            "contactCompany": str(500 + 1 + number % 30),
            "leadScore": str(number % 60),
            "unsubscribed": text(("true", "false", None)),
            "favouriteColour": text(("red", "blue", None)),
            "createdAt": at,
            "updatedAt": at,
            **values,
        }

    def member(self, program: int, number: int, **values: str | None) -> dict[str, str | None]:
        at = stamp(START + timedelta(days=number % 65))
        return {
            "programId": str(1000 + program),
            "leadId": lead_id(number),
            "statusName": "Invited",
            "reachedSuccess": "false",
            "membershipDate": at,
            "acquiredBy": self.random.choice(("true", "false")),
            "dietaryWishes": self.random.choice(_TEXTS),
            "createdAt": at,
            "updatedAt": at,
            **values,
        }

    def activity(self, number: int, leads: int, at: datetime | None = None) -> dict[str, str | None]:
        attributes = {
            "Webpage URL": f"/page/{number}",
            "Referrer URL": self.random.choice(_TEXTS),
            "Webpage ID": number,
        }
        return {
            "marketoGUID": f"guid-{number:06d}",
            "leadId": lead_id(1 + number % leads),
            "activityDate": stamp(at or START + timedelta(minutes=150 * number % 100_000)),
            "activityTypeId": str((1, 2, 10)[number % 3]),
            "primaryAttributeValueId": str(number % 50),
            "primaryAttributeValue": self.random.choice(_TEXTS),
            "attributes": json.dumps({name: value for name, value in attributes.items() if value is not None}),
        }

    # -- the lake --------------------------------------------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        self.waited += seconds
        self.advance(seconds=seconds)

    @property
    def connection(self) -> MarketoConnection:
        told = {"url": f"{self.running.url}/rest", **self.twin.credentials(), "share": 1, **self.options}
        return MarketoConnection.model_validate(told)

    @property
    def source(self) -> Source:
        return Source(name=self.name, type="marketo", connection=self.connection)

    def reader(self) -> Reader:
        path, limits = self.settings.data / "budgets" / f"{self.name}.db", limits_of(self.connection)
        clock = self.twin.clock
        budget = Budget(
            path, "Marketo", limits, self.connection.share, clock=lambda: clock.now().timestamp(), sleep=self.wait
        )
        return open_reader(self.source, self.settings, Patience(sleep=self.wait), budget)

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
        files = self.settings.lake / "marketo" / object_ / f"source={self.name}" / "*.parquet"
        if not list(files.parent.glob(files.name)):
            return []
        with sql.connect() as connection:
            scan = f"read_parquet({sql.literal(str(files))}, union_by_name = true, hive_partitioning = false)"
            rows: list[dict[str, Any]] = (
                connection.sql(f"select * from {scan} order by _load, _line").to_arrow_table().to_pylist()
            )
        return rows

    def newest(self, object_: str) -> dict[str, dict[str, Any]]:
        """The newest row of each id."""
        return {row["_row_id"]: row for row in self.rows(object_)}

    def alive(self, object_: str) -> dict[str, dict[str, Any]]:
        return {id_: row for id_, row in self.newest(object_).items() if not row["_deleted"]}

    def truth(self, object_: str) -> dict[str, dict[str, Any]]:
        """What the instance has, by the key of the lake."""
        rows = self.twin.store.rows(f"select * from {object_} where not _deleted")
        key = KEYS.get(object_) or {"activities": ("marketoGUID",)}.get(object_) or self.twin.store.key(object_)
        return {"|".join(row[name] for name in key): row for row in rows}

    def agree(self, object_: str) -> int:
        """Fail unless the lake has of every record what the instance has, field by field, and no other; how many."""
        truth, lake = self.truth(object_), self.alive(object_)
        assert lake.keys() == truth.keys()
        types = {name: each.type for name, each in self.twin.fields.of(object_).items()}
        shown = SHOWN.get(object_) or tuple(types)
        for id_, row in truth.items():
            for name in shown:
                type_ = name if name in JSON else types.get(name, "string")
                assert plain(type_, lake[id_].get(name)) == plain(type_, row.get(name)), (object_, id_, name)
        return len(truth)

    def agree_on_all(self) -> None:
        for object_ in OBJECTS:
            assert self.agree(object_), object_


def plain(type_: str, text: str | None) -> Any:
    """What a text means, however it is written; an unset checkbox is false."""
    if type_ == "boolean":
        return text == "true"
    if text is None or not text.strip():
        return None
    if type_ in ("integer", "float", "currency", "score", "percent"):
        return float(text)
    if type_ in ("attributes", "costs"):
        told = json.loads(text)
        return (
            {name: value for name, value in told.items() if value not in (None, "")} if type_ == "attributes" else told
        )
    return text.removesuffix("+0000") if type_ in ("startDate", "createdAt") else text.replace("\r", "")


def lead_id(number: int) -> str:
    return str(100_000 + number)


def _company(number: int) -> dict[str, str | None]:
    at = stamp(START + timedelta(days=number))
    return {
        "id": str(500 + number), "externalCompanyId": f"ext-{number}", "company": f"Company {number}",
        "annualRevenue": str(number * 1000), "createdAt": at, "updatedAt": at,
    }  # fmt: skip


def _program(number: int) -> dict[str, str | None]:
    at = stamp(START + timedelta(days=number * 7 % 60))
    return {
        "id": str(1000 + number), "name": f"Program {number}", "type": "Default", "channel": "Webinar",
        "status": "on", "createdAt": f"{at}+0000", "updatedAt": f"{at}+0000", "startDate": f"{at}+0000",
        "costs": json.dumps([{"startDate": f"{at}+0000", "cost": number}]), "workspace": "Default",
    }  # fmt: skip


def _list(number: int) -> dict[str, str | None]:
    at = stamp(START + timedelta(days=number))
    return {
        "id": str(70 + number), "name": f"List {number}", "description": f"The list {number}",
        "createdAt": f"{at}+0000", "updatedAt": f"{at}+0000",
    }  # fmt: skip


def _listed(list_: int, number: int) -> dict[str, str | None]:
    at = stamp(START + timedelta(days=number % 60))
    return {"listId": str(70 + list_), "leadId": lead_id(number), "createdAt": at, "updatedAt": at}


def _opportunity(number: int) -> dict[str, str | None]:
    at = stamp(START + timedelta(days=number))
    return {
        "marketoGUID": f"opp-{number}", "externalOpportunityId": f"006-{number}", "name": f"Deal {number}",
        "stage": "Open", "amount": str(number * 1000.5), "isWon": "false", "createdAt": at, "updatedAt": at,
    }  # fmt: skip


def _role(number: int, leads: int) -> dict[str, str | None]:
    at = stamp(START + timedelta(days=number))
    return {
        "marketoGUID": f"role-{number}", "externalOpportunityId": f"006-{1 + number % 20}", "role": "Buyer",
        "leadId": lead_id(1 + number * 3 % leads), "isPrimary": "true", "createdAt": at, "updatedAt": at,
    }  # fmt: skip


def _named(number: int) -> dict[str, str | None]:
    at = stamp(START + timedelta(days=number))
    return {
        "marketoGUID": f"na-{number}", "name": f"Named {number}, Inc.", "domainName": f"named{number}.example",
        "membershipCount": str(number), "createdAt": at, "updatedAt": at,
    }  # fmt: skip


@contextmanager
def trial(folder: Path, name: str = "mkto", munchkin: str = "100-NAM-042", **options: Any) -> Iterator[Trial]:
    clock = Clock(NOW)
    twin = open_twin(Store(clock), instance=munchkin)
    with serve(twin) as running:
        yield Trial(running, Settings.at(folder / "config", folder / "data"), name, options)
