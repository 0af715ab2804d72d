"""A HubSpot twin with made-up records, and the live reader bringing a lake of its own up to it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
import requests

from muster import sql
from muster.config.models import Source
from muster.connectors.http.limits import Limits, Window
from muster.connectors.http.patience import Patience
from muster.connectors.hubspot.associations import PAIRS
from muster.connectors.hubspot.reader import open_reader
from muster.connectors.intake import LoadReport
from muster.connectors.sync.engine import sync
from muster.connectors.sync.stream import Reader
from muster.settings import Settings
from muster.twins.clock import Clock
from muster.twins.hubspot import HubSpotTwin, open_twin
from muster.twins.server import Running, serve
from muster.twins.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_TEXTS = ("plain", "O'Brien & Söhne", 'a "quoted" word', "two\nlines", "a;b", "日本", "#N/A", "null", "1.0")
_FREE = {
    "contacts": ("firstname", "lastname", "jobtitle", "city", "company"),
    "companies": ("name", "domain", "city", "industry"),
    "deals": ("dealname", "amount", "dealstage", "description"),
}
_TITLES = {"calls": ("hs_call_title",), "notes": ("hs_note_body",)}


def moment(of: datetime) -> str:
    return of.strftime("%Y-%m-%dT%H:%M:%S.") + f"{of.microsecond // 1000:03}Z"


def quick(seconds: float) -> None:
    """Waits that take next to no time."""
    time.sleep(min(seconds, 0.01))


@dataclass
class Trial:
    """An account by its twin, and a source that reads it into `settings`."""

    running: Running
    settings: Settings
    options: dict[str, Any] = field(default_factory=dict)
    random: random.Random = field(default_factory=lambda: random.Random(1))

    # -- the account -----------------------------------------------------------------------------------------------

    @property
    def twin(self) -> HubSpotTwin:
        assert isinstance(self.running.twin, HubSpotTwin)
        return self.running.twin

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """What a user of the account does."""
        headers = {"Authorization": f"Bearer {self.twin.credentials()['token']}"}
        answer = requests.request(method, f"{self.running.url}{path}", json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def advance(self, **step: float) -> None:
        self.twin.clock.advance(timedelta(**step))

    def load(self, object_: str, rows: Sequence[dict[str, str | None]]) -> None:
        names = dict.fromkeys(name for row in rows for name in row)
        columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
        self.twin.load(object_, pa.table(columns))

    def fill(self, type_: str, numbers: Sequence[int], start: datetime = NOW - timedelta(days=300)) -> None:
        """Records with something in most fields, changed one after another, several in each moment."""
        stamp = "lastmodifieddate" if type_ == "contacts" else "hs_lastmodifieddate"
        rows: list[dict[str, str | None]] = []
        for number in numbers:
            when = moment(start + timedelta(seconds=60 * (number // 3)))
            row = {name: self.random.choice((None, *_TEXTS)) for name in {**_FREE, **_TITLES}[type_]}
            if type_ == "contacts":
                row["email"] = f"person{number}@example.com"
            rows.append({"hs_object_id": str(number), **row, "createdate": when, stamp: when})
        self.load(type_, rows)

    def populate(self, people: int, companies: int, deals: int) -> None:
        """Contacts from 1 on, companies from 100,001, deals from 200,001, their associations, and three lists."""
        self.fill("contacts", range(1, people + 1))
        self.fill("companies", range(100_001, 100_001 + companies))
        self.fill("deals", range(200_001, 200_001 + deals))
        pick = self.random
        links: list[tuple[Any, ...]] = []
        for type_, ids, primary in (
            ("contacts", range(1, people, 2), "1"),
            ("contacts", range(1, people, 7), None),
            ("deals", range(200_001, 200_001 + deals), "5"),
        ):
            links += [(type_, each, "companies", 100_001 + pick.randrange(companies), primary) for each in ids]
        links += [("deals", 200_001 + each, "contacts", 1 + pick.randrange(people)) for each in range(deals)]
        self.associate(links)
        self.load("lists", [{"listId": str(each), "name": f"List {each}"} for each in (1, 2, 3)])
        members = [(list_, each) for list_ in (1, 2) for each in pick.sample(range(1, people + 1), people // 3)]
        self.load("list_members", [{"listId": str(list_), "recordId": str(each)} for list_, each in members])

    def work(self) -> None:
        """A day of an account's users: changes, new records, archivals, merges, associations, labels, members."""
        version = self.options.get("api_version", "2026-09")
        old = version == "v3"
        objects = "/crm/v3/objects" if old else f"/crm/objects/{version}"
        lists = "/crm/v3/lists" if old else f"/crm/lists/{version}"
        links = "/crm/v4/associations" if old else f"/crm/associations/{version}"
        changed = [{"id": str(each), "properties": {"city": "Graz", "jobtitle": ""}} for each in range(10, 60)]
        self.api("POST", f"{objects}/contacts/batch/update", {"inputs": changed})
        new = [{"properties": {"email": f"new{each}@example.com", "firstname": "New"}} for each in range(20)]
        self.api("POST", f"{objects}/contacts/batch/create", {"inputs": new})
        self.api("POST", f"{objects}/companies/batch/create", {"inputs": [{"properties": {"name": "New & Co"}}]})
        self.advance(minutes=1)
        self.api("POST", f"{objects}/contacts/batch/archive", {"inputs": [{"id": str(each)} for each in (3, 4, 11)]})
        self.api("DELETE", f"{objects}/companies/100005")
        self.api("DELETE", f"{objects}/deals/200003")
        for type_, winner, loser in (("contacts", 20, 21), ("contacts", 20, 22), ("companies", 100_010, 100_011),
                                     ("deals", 200_010, 200_011)):  # fmt: skip
            body = {"primaryObjectId": str(winner), "objectIdToMerge": str(loser)}
            self.api("POST", f"{objects}/{type_}/merge", body)
        self.api("POST", f"{objects}/contacts/gdpr-delete", {"objectId": "30"})
        pair = {"from": {"id": "40"}, "to": {"id": "100002"}}
        primary = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}
        self.api("POST", f"{links}/contacts/companies/batch/create", {"inputs": [{**pair, "types": [primary]}]})
        labels = self.api(
            "POST", "/crm/v4/associations/deals/contacts/labels", {"label": "Decision maker", "name": "d"}
        )
        role = {"associationCategory": "USER_DEFINED", "associationTypeId": labels["results"][0]["typeId"]}
        pair = {"from": {"id": "200020"}, "to": {"id": "41"}}
        self.api("POST", f"{links}/deals/contacts/batch/create", {"inputs": [{**pair, "types": [role]}]})
        gone = self.twin.store.rows(
            "from associations where fromObjectType = 'deals' and toObjectType = 'contacts' and not _deleted limit 3"
        )
        inputs = [{"from": {"id": each["fromObjectId"]}, "to": [{"id": each["toObjectId"]}]} for each in gone]
        self.api("POST", f"{links}/deals/contacts/batch/archive", {"inputs": inputs})
        self.api("PUT", f"{lists}/3/memberships/add", [str(each) for each in range(100, 400)])
        inside = self.twin.store.rows("from list_members where listId = '1' and not _deleted limit 5")
        self.api("PUT", f"{lists}/1/memberships/remove", [each["recordId"] for each in inside])
        self.api("DELETE", f"{lists}/2")
        self.api("POST", lists, {"name": "Fresh", "objectTypeId": "0-1", "processingType": "MANUAL"})
        self.advance(minutes=1)

    def associate(self, links: Sequence[tuple[Any, ...]]) -> None:
        names = ("fromObjectType", "fromObjectId", "toObjectType", "toObjectId", "typeId")
        self.load("associations", [dict(zip(names, map(_text, each), strict=False)) for each in links])

    @property
    def calls(self) -> int:
        """How many calls were made of the account."""
        return int(self.twin.calls.told()["total"])

    @property
    def refusals(self) -> dict[str, int]:
        """How many calls were refused, by reason."""
        told: dict[str, int] = self.twin.calls.told()["refusals"]
        return told

    # -- the lake --------------------------------------------------------------------------------------------------

    @property
    def source(self) -> Source:
        told = {"url": self.running.url, "share": 1, **self.options}
        if "refresh_token" not in told:
            told["token"] = self.twin.credentials()["token"]
        return Source.model_validate({"name": "hub", "type": "hubspot", "connection": told})

    def reader(self) -> Reader:
        return open_reader(self.source, self.settings, Patience(sleep=quick))

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

    def newest(self, object_: str) -> dict[str, dict[str, Any]]:
        """The newest row of each id."""
        files = self.settings.lake / "hubspot" / object_ / "source=hub" / "*.parquet"
        if not list(files.parent.glob(files.name)):
            return {}
        with sql.connect() as connection:
            scan = f"read_parquet({sql.literal(str(files))}, union_by_name = true, hive_partitioning = false)"
            rows = connection.sql(f"select * from {scan} order by _load, _line").to_arrow_table().to_pylist()
        return {row["_row_id"]: row for row in rows}

    def files(self) -> int:
        return len(list(self.settings.lake.glob("**/*.parquet")))

    # -- the truth -------------------------------------------------------------------------------------------------

    def agree(self) -> None:
        """Fail unless the lake has what the account has, field by field, and no more."""
        for type_ in _FREE:
            self.agree_on_records(type_)
        self.agree_on_associations()
        self.agree_on_lists()

    def agree_on_lists(self) -> None:
        lists = {row["listId"]: row for row in self.twin.store.rows("from lists where not _deleted")}
        lake = self.living("lists")
        assert {row["listId"]: row["name"] for row in lake} == {id_: row["name"] for id_, row in lists.items()}
        members = self.twin.store.rows("from list_members where not _deleted")
        truth = {
            (row["listId"], row["recordId"], row["membershipTimestamp"]) for row in members if row["listId"] in lists
        }
        lake = self.living("list_members")
        assert {(row["listId"], row["recordId"], row["membershipTimestamp"]) for row in lake} == truth

    def agree_on_records(self, type_: str) -> None:
        truth = {row["hs_object_id"]: row for row in self.twin.store.rows(f'from "{type_}"')}
        lake = self.newest(type_)
        there = {id_ for id_, row in lake.items() if not row["_deleted"]}
        assert there == {id_ for id_, row in truth.items() if not row["_deleted"]}
        names = [each.name for each in self.twin.definitions.of(self.twin.kinds[type_])]
        for id_ in there:
            different = {
                name: (lake[id_].get(name), truth[id_].get(name))
                for name in names
                if lake[id_].get(name) != (truth[id_].get(name) or None)
            }
            assert different == {}, (type_, id_)

    def agree_on_activities(self) -> None:
        truth, lake = {}, {}
        for type_, (title,) in _TITLES.items():
            for row in self.twin.store.rows(f'from "{type_}" where not _deleted'):
                truth[row["hs_object_id"]] = (type_, row[title] or None, row["hs_lastmodifieddate"])
        for id_, row in self.newest("activities").items():
            if not row["_deleted"]:
                title = row[_TITLES[row["objectType"]][0]]
                lake[id_] = (row["objectType"], title, row["hs_lastmodifieddate"])
        assert lake == truth
        about = {
            "contacts": "Associated Contact IDs",
            "companies": "Associated Company IDs",
            "deals": "Associated Deal IDs",
        }
        links = self.twin.store.rows("from associations where fromObjectType in ('calls', 'notes') and not _deleted")
        ids = {(row["fromObjectId"], row["toObjectType"], row["toObjectId"]) for row in links}
        assert ids == {
            (row["id"], to, each)
            for row in self.living("activities")
            for to, column in about.items()
            for each in (row[column] or "").split(";")
            if each
        }

    def agree_on_associations(self) -> None:
        truth: dict[tuple[str, ...], set[str]] = {}
        for row in self.twin.store.rows("from associations where not _deleted"):
            if (row["fromObjectType"], row["toObjectType"]) in PAIRS:
                ends = (row["fromObjectType"], row["fromObjectId"], row["toObjectType"], row["toObjectId"])
                truth.setdefault(ends, set()).add(f"{row['typeId']} {row['label']}")
        lake = {}
        for row in self.living("associations"):
            ends = (row["fromObjectType"], row["fromObjectId"], row["toObjectType"], row["toObjectId"])
            lake[ends] = {f"{each['typeId']} {each['label']}" for each in orjson.loads(row["associationTypes"])}
        assert lake == truth

    def living(self, object_: str) -> list[dict[str, Any]]:
        return [row for row in self.newest(object_).values() if not row["_deleted"]]


def trial(folder: Path, *, hurried: bool = False, **options: Any) -> Iterator[Trial]:
    """An account and a source with these options; limits hold calls back only where it is `hurried`."""
    twin = open_twin(Store(Clock(NOW)))
    with pytest.MonkeyPatch.context() as patch, serve(twin) as running:
        if not hurried:
            patch.setattr("muster.connectors.hubspot.reader.limits", lambda _: Limits((Window(10_000, 1.0),)))
            for name in ("ten_secondly", "ten_secondly_oauth", "search_secondly"):
                twin.limits[name].limit = 10_000
        yield Trial(running, Settings.at(folder / "config", folder / "data"), options)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
