"""Sets of exports to read: made here, or those of others beside the checkout."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from muster.config.models import Source
from muster.connectors import LoadReport, discover, load
from muster.lake import loads
from muster.settings import CHECKOUT, Settings

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.at(tmp_path / "config", tmp_path / "data")


@pytest.fixture
def shared_data() -> Callable[[str], Path]:
    """A folder of data that others wrote, by name; the test is skipped where it is not at hand."""

    def folder(name: str) -> Path:
        path = CHECKOUT.parent / "shared" / "data" / name
        if not path.is_dir():
            pytest.skip(f"the data set {name} is not beside the checkout (../shared/data)")
        return path

    return folder


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., Source]:
    """A source over `<tmp>/exports`, with files given as name → content."""

    def make(type_: str = "salesforce", files: dict[str, str | bytes] | None = None, **more: object) -> Source:
        folder = tmp_path / "exports"
        folder.mkdir(exist_ok=True)
        for name, content in (files or {}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return Source.model_validate({"name": "crm", "type": type_, "path": str(folder)} | more)

    return make


def take_all(source: Source, settings: Settings, now: datetime = NOW) -> dict[str, LoadReport]:
    """Loads every object of a source; the reports by object name."""
    return {each.name: load(source, each, settings, now) for each in discover(source, settings)}


def rows_of(source: Source, settings: Settings, object_: str = "*") -> list[dict[str, object]]:
    """What the lake holds of an object, in the order of loads and lines."""
    return _rows([each.path for each in loads(settings, source, object_)])


def quarantine_of(source: Source, settings: Settings) -> list[dict[str, object]]:
    return _rows(sorted(settings.quarantine.glob(f"{source.type}/*/source={source.name}/*.parquet")))


def _rows(paths: list[Path]) -> list[dict[str, object]]:
    tables = [pq.ParquetFile(path).read() for path in paths]
    return pa.concat_tables(tables, promote_options="default").to_pylist() if tables else []
