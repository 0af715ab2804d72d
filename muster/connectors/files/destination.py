"""Writing audiences as files: CSV, JSON lines or Parquet, each with a manifest that is put down last.

A receiver never sees half a file: bytes go to a hidden name, to the disk, and only then get the name, which is
never one that somebody else's file has. A file without its manifest is not complete yet.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from muster import durable, sql
from muster.config.destinations import FilesDestination
from muster.connectors.destination import (
    ID,
    MERGED_IDS,
    OP,
    RESERVED,
    Acknowledgement,
    Batch,
    Delivery,
    Destination,
)
from muster.connectors.files.naming import free, render, template_mistake
from muster.errors import ConfigError, PermanentDelivery, Problem, TransientDelivery
from muster.settings import Settings

MANIFEST = ".manifest.json"
_TIMES = "timestampformat '%Y-%m-%dT%H:%M:%S.%gZ', dateformat '%Y-%m-%d'"
#: RFC 4180: comma, quotes doubled, lines end in CR LF. A null is an empty cell, an empty text is `""`.
_COPY = {
    "csv": rf"format csv, header true, new_line '\r\n', {_TIMES}",
    "jsonl": f"format json, array false, {_TIMES}",
    "parquet": "format parquet",
}
_CODEC = {"parquet": {"none": "uncompressed", "gzip": "gzip"}}


@dataclass(frozen=True)
class FilesWriter(Destination):
    """One files destination. All that shapes a file is fixed in its plan, so a second try gives the same bytes."""

    settings: Settings
    configured: FilesDestination
    organization: str
    sandbox: str

    @property
    def kind(self) -> str:
        return "files"

    @property
    def nested(self) -> bool:
        return self.configured.format != "csv"

    @property
    def whole(self) -> bool:
        return self.configured.mode == "full"

    @property
    def replaced(self) -> bool:
        """A file of everyone replaces all that came before, in increments too: its manifest says `full`."""
        return True

    @property
    def batch_rows(self) -> int | None:
        return None

    @property
    def address(self) -> str:
        """The folder and the kind of files: who reads one kind has not seen the other."""
        item = self.configured
        return f"files:{item.path}:{item.format}:{item.compression}:{item.mode}"

    def plan(self, delivery: Delivery) -> Mapping[str, Any]:
        item = self.configured
        if mistake := template_mistake(item.name_template):
            raise ConfigError([Problem("destinations.yml", 0, f"destination {item.name}: {mistake}")])
        values = {
            "destination": item.name,
            "audience": delivery.audience,
            "organization": self.organization,
            "sandbox": self.sandbox,
            "mode": delivery.kind,
            "delivery": str(delivery.number),
        }
        extension = f".{item.format}" + (".gz" if item.compression == "gzip" and item.format != "parquet" else "")
        base = render(item.name_template, values, delivery.planned_at)
        name = free(self.settings.resolve(item.path), base, (extension, MANIFEST))
        return {
            "folder": item.path,
            "file": name + extension,
            "manifest": name + MANIFEST,
            "format": item.format,
            "compression": item.compression,
            "changes": not self.whole,
            "organization": self.organization,
            "sandbox": self.sandbox,
        }

    def send(self, delivery: Delivery, plan: Mapping[str, Any], batch: Batch) -> Acknowledgement:
        folder = self.settings.resolve(plan["folder"])
        fresh = folder / f".{delivery.destination}.{delivery.audience}.{delivery.number}.part"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            fresh.unlink(missing_ok=True)  # after a kill it may be a link of the published file: never write into it
            _write(plan, batch, fresh)
            told = _manifest(delivery, plan, batch, fresh)
            _publish(fresh, folder / plan["file"])
            fresh.write_text(json.dumps(told, indent=1) + "\n")
            _publish(fresh, folder / plan["manifest"])
        except (OSError, duckdb.IOException) as error:
            reason = error.strerror if isinstance(error, OSError) else type(error).__name__
            raise TransientDelivery(f"{delivery.name}: cannot write to {folder}: {reason}") from error
        finally:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
        return Acknowledgement(files=(plan["file"], plan["manifest"]))


def _write(plan: Mapping[str, Any], batch: Batch, path: Path) -> None:
    kind, compression = plan["format"], plan["compression"]
    codec = _CODEC.get(kind, {}).get(compression, compression)
    with sql.connect() as connection:
        items = _columns(connection, batch.path, nested=kind != "csv", changes=plan["changes"])
        query = f"select {items} from ({batch.query()})"
        options = f"{_COPY[kind]}, compression {codec}, use_tmp_file false"
        connection.execute(f"copy ({query}) to {sql.literal(path)} ({options})")


def _columns(connection: duckdb.DuckDBPyConnection, source: Path, *, nested: bool, changes: bool) -> str:
    """The select list of a file. In a flat one, lists become JSON text."""
    ours = [OP, ID, MERGED_IDS] if changes else [ID]
    types = sql.columns(connection, sql.scan(source))
    outputs = [name for name in types if name not in RESERVED]
    return ", ".join(
        f"to_json({column})::varchar as {column}" if types[name].endswith("[]") and not nested else column
        for name, column in ((name, sql.identifier(name)) for name in [*ours, *outputs])
    )


def _manifest(delivery: Delivery, plan: Mapping[str, Any], batch: Batch, path: Path) -> dict[str, Any]:
    """What a receiver needs to check and apply the file. `mode: full` replaces, `incremental` is applied."""
    with path.open("rb") as handle:
        sha256 = hashlib.file_digest(handle, "sha256").hexdigest()
    return {
        "file": plan["file"],
        "rows": batch.rows - len(batch.withheld),
        "bytes": path.stat().st_size,
        "sha256": sha256,
        "mode": delivery.kind,
        "format": plan["format"],
        "compression": plan["compression"],
        "organization": plan["organization"],
        "sandbox": plan["sandbox"],
        "destination": delivery.destination,
        "audience": delivery.audience,
        "delivery": delivery.number,
        "planned_at": delivery.planned_at.isoformat(),
        "counts": {"ADD": delivery.added, "UPDATE": delivery.updated, "REMOVE": delivery.removed},
    }


def _publish(fresh: Path, path: Path) -> None:
    """Give a file its name, if the name is free or already on these very bytes (an earlier try of ours)."""
    durable.sync(fresh)
    if path.exists():
        if not _same(fresh, path):
            raise PermanentDelivery(f"{path.name} is there already with other content; the next try takes another name")
    else:
        try:
            os.link(fresh, path)  # unlike a rename, never replaces what came in between
        except FileExistsError:
            raise TransientDelivery(f"{path.name} appeared this very moment") from None
        except OSError:  # a file system without links
            fresh.replace(path)
    fresh.unlink(missing_ok=True)
    durable.sync(path.parent)


def _same(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as a, other.open("rb") as b:
        return hashlib.file_digest(a, "sha256").digest() == hashlib.file_digest(b, "sha256").digest()
