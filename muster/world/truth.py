"""The ground truth beside a world: whose each record is, and who belongs to the documented use cases.

Not an export: it is replaced whole on every day, and no source should read it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

#: The vendors' own ids of the instances, which the generated records' source keys end in.
INSTANCES = {"salesforce": "00DQm0000000042", "marketo-na": "100-NAM-042", "marketo-emea": "200-EME-042"}
TRUTH = ("people", "accounts", "audiences")


def write_truth(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write `truth/people.parquet`, `accounts.parquet` and `audiences.parquet`."""
    (folder / "truth").mkdir(exist_ok=True)
    for variable, source in (("salesforce", "salesforce"), ("na", "marketo-na"), ("emea", "marketo-emea")):
        connection.execute(f"set variable {variable}_instance = '{INSTANCES[source]}'")
    for name in TRUTH:
        query = (Path(__file__).parent / "sql" / "truth" / f"{name}.sql").read_text(encoding="utf-8")
        pq.write_table(connection.sql(query).to_arrow_table(), folder / "truth" / f"{name}.parquet")


def write_dirt(folder: Path, dirty: Mapping[str, int]) -> None:
    """Write `truth/set_aside.json`: how many records of each file belong in the quarantine."""
    (folder / "truth" / "set_aside.json").write_text(json.dumps(dirty, indent=2) + "\n", encoding="utf-8")
