"""Mistakes in audience files as an editor wants them: a range in the file, a message, and how to mend it.

Needs no dbt: the schema is the one that was last written, by a run or by `muster check`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from muster.config.audience_checks import check_audiences
from muster.config.document import Document, read_document
from muster.config.environment import fill_placeholders
from muster.config.explain import validate
from muster.config.load import AUDIENCES, Entry, read
from muster.config.models import Audience
from muster.errors import Problem
from muster.schema import Schema
from muster.settings import Settings
from muster.snapshot import current

#: What is underlined: a word with its dots, a text in quotes, or one sign.
TOKEN = re.compile(r"\"[^\"]*\"?|'[^']*'?|[\w.$^-]+|\S")
IN_RULE = re.compile(r"^rule, column \d+: ")


@dataclass(frozen=True, order=True)
class Diagnostic:
    """A mistake at `line`, `column` up to, not including, `end_column`; all from 1."""

    file: str
    line: int
    column: int
    end_column: int
    message: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}" + (f" ({self.mend})" if self.mend else "")

    def to_json(self) -> dict[str, Any]:
        """As in the Language Server Protocol: lines and characters from 0, severity 1 is an error."""
        line = self.line - 1
        return {
            "file": self.file,
            "range": {
                "start": {"line": line, "character": self.column - 1},
                "end": {"line": line, "character": self.end_column - 1},
            },
            "severity": 1,
            "source": "muster",
            "message": self.message + (f" ({self.mend})" if self.mend else ""),
        }


def diagnose(settings: Settings, texts: Sequence[tuple[Path, str | None]]) -> list[Diagnostic]:
    """Every mistake in these audience files, in order; without any, in all of the set-up's.

    A file comes with its text where that is not saved yet. Other files of the configuration are read for what audiences
    refer to, and nothing is said of their own mistakes.
    """
    reading = read(settings.config)
    wanted = [_document(settings, path, text) for path, text in texts]
    files = {item.file for item in wanted}
    problems = [item for item in wanted if isinstance(item, Problem)]
    entries = [entry for entry in reading.audiences if entry.document.file not in files]
    for document in (item for item in wanted if isinstance(item, Document)):
        filled, unset = fill_placeholders(document, {})
        model, wrong = validate(filled, Audience)
        problems += [*(() if unset else wrong)]
        if model is not None:
            entries.append(Entry(model, filled))
            problems += _misnamed(model, filled)
    if not texts:
        problems += [item for item in reading.problems if item.file.startswith(f"{AUDIENCES}/")]
    problems += check_audiences(
        entries, reading.destinations, known_schema(settings), reading.groups.model if reading.groups else None
    )
    lines = {entry.document.file: entry.document.text.split("\n") for entry in entries}
    lines |= {item.file: item.text.split("\n") for item in wanted if isinstance(item, Document)}
    told = {item for item in problems if not texts or item.file in files}
    return sorted(_diagnostic(item, lines.get(item.file, [])) for item in told)


def known_schema(settings: Settings) -> Schema | None:
    """The schema of the snapshot or of the dbt manifest, whichever is newer; None before the first of either."""
    snapshot = current(settings)
    manifest = settings.manifest
    if manifest.exists() and (
        snapshot is None or manifest.stat().st_mtime > (snapshot.folder / "snapshot.json").stat().st_mtime
    ):
        return Schema.from_manifest(json.loads(manifest.read_text()))
    return snapshot.schema if snapshot else None


def _misnamed(audience: Audience, document: Document) -> Iterator[Problem]:
    stem = Path(document.file).stem
    if document.file.startswith(f"{AUDIENCES}/") and audience.name != stem:
        what = f"the audience is named '{audience.name}' and its file '{stem}'"
        yield document.problem(("name",), what, f"name the file {audience.name}.yml, or the audience {stem}")


def _document(settings: Settings, path: Path, text: str | None) -> Document | Problem:
    """A file under its name in the configuration, or, elsewhere, as it was named."""
    folder = settings.config.resolve()
    whole = path.resolve()
    name = whole.relative_to(folder).as_posix() if whole.is_relative_to(folder) else str(path)
    return read_document(path, name, text)


def _diagnostic(problem: Problem, lines: Sequence[str]) -> Diagnostic:
    line = max(problem.line, 1)
    shown = lines[line - 1] if line <= len(lines) else ""
    column = problem.column or _column(shown, problem.what)
    token = TOKEN.match(shown, column - 1)
    end = token.end() + 1 if token else column + 1
    return Diagnostic(problem.file, line, column, end, IN_RULE.sub("", problem.what), problem.mend)


def _column(shown: str, what: str) -> int:
    """Where a name that the message quotes stands on its line; else where the line begins."""
    places = [shown.find(name) for name in re.findall(r"'([^']+)'", what)]
    return max(places, default=-1) + 1 or len(shown) - len(shown.lstrip()) + 1
