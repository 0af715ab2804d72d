"""Where one set-up keeps its configuration and its data.

Two environment variables select a set-up, so that one checkout serves many:
`MUSTER_CONFIG` (default `config/` of the checkout) and `MUSTER_DATA` (default `data/`).
`MUSTER_STATE_URL` moves the state store from SQLite in the data folder to PostgreSQL.
Read late, on each call, never at import.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """The folders of one set-up, all absolute, and the URL of its state store."""

    config: Path
    data: Path
    state_url: str = field(repr=False)  # may hold a password

    @classmethod
    def from_environment(cls) -> Settings:
        config = Path(os.environ.get("MUSTER_CONFIG") or CHECKOUT / "config").expanduser().resolve()
        data = Path(os.environ.get("MUSTER_DATA") or CHECKOUT / "data").expanduser().resolve()
        return cls.at(config, data, os.environ.get("MUSTER_STATE_URL"))

    @classmethod
    def at(cls, config: Path, data: Path, state_url: str | None = None) -> Settings:
        return cls(config, data, state_url or f"sqlite:///{data / 'state.db'}")

    @property
    def lake(self) -> Path:
        """`<vendor>/<object>/source=<instance>/<load>.parquet`, append-only."""
        return self.data / "lake"

    @property
    def quarantine(self) -> Path:
        """Rows set aside, laid out as the lake is, with file, line and reason."""
        return self.data / "quarantine"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that dbt builds; nobody else reads it."""
        return self.data / "warehouse.duckdb"

    @property
    def snapshots(self) -> Path:
        """Published versions of the marts, one folder each, and the `CURRENT` pointer."""
        return self.data / "snapshots"

    @property
    def memberships(self) -> Path:
        """Members of each audience version, as bitmaps of ordinals."""
        return self.data / "memberships"

    @property
    def deliveries(self) -> Path:
        """What was wanted and acknowledged, row by row, per activation."""
        return self.data / "deliveries"

    @property
    def dbt_target(self) -> Path:
        """dbt's artifacts, the manifest among them."""
        return self.data / "dbt"

    @property
    def manifest(self) -> Path:
        return self.dbt_target / "manifest.json"

    @property
    def dagster_home(self) -> Path:
        return self.data / "dagster"

    def resolve(self, path: str | Path) -> Path:
        """A path from the configuration: absolute as it is, relative to the data folder."""
        return (self.data / Path(path).expanduser()).resolve()
