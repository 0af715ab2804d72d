"""A configuration folder that a test writes, and its problems as the lines a user sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from muster.config.check import check
from muster.config.load import read
from muster.schema import Schema
from muster.settings import Settings
from tests.config.project_schema import project_schema

SOURCES = "organization: acme\n"


@dataclass(frozen=True)
class Folder:
    """Write files, then ask what is wrong with them."""

    settings: Settings

    def write(self, files: dict[str, str]) -> None:
        for name, text in {"sources.yml": SOURCES, **files}.items():
            path = self.settings.config / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")

    def export(self, name: str, text: str) -> None:
        path = self.settings.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def loading(self, files: dict[str, str], environment: dict[str, str] | None = None) -> list[str]:
        self.write(files)
        return [str(problem) for problem in sorted(read(self.settings.config, environment or {}).problems)]

    def checking(self, files: dict[str, str], schema: Schema | None = None) -> list[str]:
        self.write(files)
        return [str(problem) for problem in check(self.settings, schema)]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "config").mkdir()
    (tmp_path / "data").mkdir()
    return Folder(Settings.at(tmp_path / "config", tmp_path / "data"))


@pytest.fixture(scope="session")
def schema() -> Schema:
    return project_schema()


@pytest.fixture
def audience() -> Callable[..., str]:
    """The text of an audience file; `activate` is indented by two already."""

    def text(name: str, rule: str, of: str = "people", activate: str = "") -> str:
        tail = f"activate:\n{activate}" if activate else ""
        return f"name: {name}\nof: {of}\nrule: |\n  {rule}\n{tail}"

    return text
