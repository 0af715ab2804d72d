"""A small world for delivery tests: people and accounts in a snapshot, an audience, a destination, and a receiver.

The receiver folds delivered files as a customer's loader would, knowing nothing but the files and their manifests.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyroaring import BitMap

from muster.activation import DeliveryReport, deliver, want
from muster.activation.wanted import Wanted
from muster.config.models import Configuration
from muster.schema import Edge, EntityClass, Field, Schema
from muster.settings import Settings
from muster.snapshot import Snapshot
from muster.state import StateStore

NOW = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
AUDIENCE = "expansion"
FIELDS = {"email": "workEmail.address", "first_name": "person.name.firstName"}


def schema() -> Schema:
    """People, accounts and their relations, keyed by ordinals as a snapshot's schema is."""
    person = EntityClass(
        "person",
        "person",
        "_ord",
        {
            "workEmail.address": Field("workEmail.address", "work_email", "string", labels=("I1",)),
            "person.name.firstName": Field("person.name.firstName", "first_name", "string"),
            "b2b.personScore": Field("b2b.personScore", "person_score", "number"),
            "b2b.isConverted": Field("b2b.isConverted", "is_converted", "boolean"),
            "person.birthDate": Field("person.birthDate", "birth_date", "date"),
            "extSourceSystemAudit.lastUpdatedDate": Field(
                "extSourceSystemAudit.lastUpdatedDate", "updated_at", "timestamp"
            ),
            "extendedWorkDetails.departments": Field("extendedWorkDetails.departments", "departments", "array<string>"),
        },
        {
            "account": Edge("account", "person", "account_id__ord", "account", "_ord", many=False),
            "accountPersons": Edge("accountPersons", "person", "_ord", "account_person", "person_id__ord", many=True),
        },
        {"accounts": "accountPersons.account"},
    )
    account = EntityClass(
        "account",
        "account",
        "_ord",
        {
            "accountName": Field("accountName", "account_name", "string"),
            "accountOrganization.numberOfEmployees": Field(
                "accountOrganization.numberOfEmployees", "employees", "number"
            ),
        },
        {
            "parent": Edge("parent", "account", "parent_account_id__ord", "account", "_ord", many=False),
            "people": Edge("people", "account", "_ord", "person", "account_id__ord", many=True),
        },
    )
    account_person = EntityClass(
        "account_person",
        "account_person",
        "account_person_id",
        {"personRole": Field("personRole", "person_role", "string")},
        {"account": Edge("account", "account_person", "account_id__ord", "account", "_ord", many=False)},
    )
    return Schema({item.name: item for item in (person, account, account_person)})


PERSON = {
    "person_id": pa.string(), "_ord": pa.int64(), "work_email": pa.string(), "first_name": pa.string(),
    "person_score": pa.float64(), "is_converted": pa.bool_(), "birth_date": pa.date32(),
    "updated_at": pa.timestamp("us"), "departments": pa.list_(pa.string()), "account_id__ord": pa.int64(),
}  # fmt: skip
ACCOUNT = {
    "account_id": pa.string(), "_ord": pa.int64(), "account_name": pa.string(), "employees": pa.int64(),
    "parent_account_id__ord": pa.int64(),
}  # fmt: skip
ACCOUNT_PERSON = {
    "account_person_id": pa.string(), "account_id__ord": pa.int64(), "person_id__ord": pa.int64(),
    "person_role": pa.string(),
}  # fmt: skip
REGISTER = {
    "node": pa.string(), "id": pa.string(), "ord": pa.int64(), "merged_into": pa.string(),
    "first_seen": pa.timestamp("us"),
}  # fmt: skip


def person(ordinal: int, **values: Any) -> dict[str, Any]:
    """A person's row; ids are `p_<ordinal>`."""
    row = {
        "person_id": f"p_{ordinal}", "_ord": ordinal, "work_email": f"p{ordinal}@example.com",
        "first_name": f"Name {ordinal}",
    }  # fmt: skip
    return {**row, **values}


def account(ordinal: int, **values: Any) -> dict[str, Any]:
    return {"account_id": f"a_{ordinal}", "_ord": ordinal, "account_name": f"Account {ordinal}", **values}


def write_snapshot(
    settings: Settings,
    version: str,
    people: Iterable[Mapping[str, Any]],
    accounts: Iterable[Mapping[str, Any]] = (),
    links: Iterable[Mapping[str, Any]] = (),
    merges: Mapping[str, str] | None = None,
) -> Snapshot:
    """A published version. `merges`: id that is gone → id that lives on."""
    folder = settings.snapshots / version
    folder.mkdir(parents=True, exist_ok=True)
    people, accounts = list(people), list(accounts)
    _write(folder / "person.parquet", PERSON, people)
    _write(folder / "account.parquet", ACCOUNT, accounts)
    _write(folder / "account_person.parquet", ACCOUNT_PERSON, links)
    gone = [
        {"node": f"n:{old}", "id": old, "ord": int(old[2:]), "merged_into": new} for old, new in (merges or {}).items()
    ]
    alive = [{"node": f"n:{row['person_id']}", "id": row["person_id"], "ord": row["_ord"]} for row in people]
    _write(folder / "register_person.parquet", REGISTER, [*alive, *gone])
    alive = [{"node": f"n:{row['account_id']}", "id": row["account_id"], "ord": row["_ord"]} for row in accounts]
    _write(folder / "register_account.parquet", REGISTER, alive)
    (folder / "schema.json").write_text(schema().to_json())
    (folder / "snapshot.json").write_text(json.dumps({"version": version, "created_at": NOW.isoformat(), "rows": {}}))
    return Snapshot(folder)


def _write(path: Path, columns: Mapping[str, pa.DataType], rows: Iterable[Mapping[str, Any]]) -> None:
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows], pa.schema(list(columns.items()))), path)


def configuration(
    fields: Mapping[str, str] = FIELDS,
    of: str = "people",
    destinations: Mapping[str, Mapping[str, Any]] | None = None,
    bars: Mapping[str, str] | None = None,
    **files: Any,
) -> Configuration:
    """One audience, activated to one destination `drop` set up as `files` says, or to several of them.

    `bars` are the rules of consent; this world knows of none by itself.
    """
    drops = destinations or {"drop": files}
    told = {
        "sources": {"organization": "Example Corp", "sandbox": "prod"},
        "identity": {},
        "governance": {"consent": {"bars": dict(bars or {})}},
        "destinations": {
            "destinations": [
                {"name": name, "type": "files", "path": f"out/{name}"} | dict(options)
                for name, options in drops.items()
            ]
        },
        "audiences": [
            {
                "name": AUDIENCE,
                "of": of,
                "rule": "true",
                "activate": [{"destination": name, "fields": dict(fields)} for name in drops],
            }
        ],
    }
    return Configuration.model_validate(told)


@dataclass
class World:
    """One set-up under test, whose clock moves an hour at each evaluation."""

    settings: Settings
    store: StateStore
    configuration: Configuration = field(default_factory=configuration)
    evaluations: int = 0
    now: datetime = NOW

    def use(self, **changes: Any) -> None:
        self.configuration = configuration(**changes)

    def evaluate(
        self, people: Sequence[Mapping[str, Any]], members: Iterable[int] | None = None, held: str | None = None,
        **others: Any,
    ) -> list[Wanted]:  # fmt: skip
        """Publish a snapshot and say who is in; everyone, if nothing is said."""
        self.evaluations += 1
        self.now += timedelta(hours=1)
        snapshot = write_snapshot(self.settings, f"v{self.evaluations}", people, **others)
        rows = people if self.configuration.audiences[0].of == "people" else others["accounts"]
        inside = BitMap(row["_ord"] for row in rows) if members is None else BitMap(members)
        return want(
            self.settings, self.store, self.configuration, snapshot, AUDIENCE, inside, self.evaluations, self.now, held
        )

    def deliver(self, destination: str = "drop") -> DeliveryReport:
        return deliver(self.settings, self.store, self.configuration, destination, AUDIENCE, self.now)

    def folder(self, destination: str = "drop") -> Path:
        return self.settings.data / "out" / destination

    def received(self, destination: str = "drop") -> dict[str, dict[str, Any]]:
        return receive(self.folder(destination))


def manifests(folder: Path) -> list[dict[str, Any]]:
    """All manifests in the order of their deliveries."""
    found = [json.loads(path.read_text()) for path in folder.glob("*.manifest.json")]
    return sorted(found, key=lambda item: item["delivery"])


def receive(folder: Path) -> dict[str, dict[str, Any]]:
    """What a receiver has after loading all files: by id, the outputs. Asserts what a manifest promises."""
    held: dict[str, dict[str, Any]] = {}
    listed = manifests(folder)
    for told in listed:
        path = folder / told["file"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == told["sha256"]
        assert path.stat().st_size == told["bytes"]
        rows = read(path)
        assert len(rows) == told["rows"]
        if told["mode"] == "full":
            held = {}
        for row in rows:
            _apply(held, row, told["mode"])
    named = {name for told in listed for name in (told["file"],)}
    visible = {path.name for path in folder.iterdir()} if folder.exists() else set()
    assert {name for name in visible if not name.endswith(".manifest.json")} == named, "a file without a manifest"
    return held


def _apply(held: dict[str, dict[str, Any]], row: dict[str, Any], mode: str) -> None:
    operation, merged, name = row.pop("_op", "ADD"), row.pop("_merged_ids", None), row.pop("_id")
    if isinstance(merged, str):
        merged = json.loads(merged) if merged else None
    for gone in merged or ():
        assert gone in held, "an id lives on that was never delivered"
        del held[gone]
    if mode == "incremental":
        assert (name in held) or operation == "ADD" or merged, f"{operation} of somebody the receiver does not have"
        assert not (operation == "ADD" and name in held), "somebody added twice"
    if operation == "REMOVE":
        del held[name]
    else:
        held[name] = row


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a delivered file, by its name."""
    if path.suffix == ".parquet":
        return list(pq.read_table(path).to_pylist())
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if ".jsonl" in path.name:
        return [json.loads(line) for line in raw.decode().splitlines()]
    return list(csv.DictReader(raw.decode().splitlines(keepends=True)))


def moved(row: Mapping[str, Any], **values: Any) -> dict[str, Any]:
    return {**row, **values}
