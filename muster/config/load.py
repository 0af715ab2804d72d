"""Reading a configuration folder, with every mistake of every file in one pass.

`read` gives what is sound, the documents it came from and the problems, for `muster.config.check`, which goes on past
the first broken file; `load` is for everyone else and gives a whole configuration or raises.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel

from muster.config.audience_groups import AudienceGroups
from muster.config.document import Document, read_document
from muster.config.environment import fill_placeholders
from muster.config.explain import validate
from muster.config.identity import IdentityFile
from muster.config.models import Audience, Configuration, DestinationsFile, GovernanceFile, SourcesFile
from muster.config.names import hint
from muster.errors import ConfigError, Problem
from muster.identity.decisions.file import DECISIONS_FILE, parse

M = TypeVar("M", bound=BaseModel)

#: The files of the top folder.
FILES = ("sources.yml", "identity.yml", "destinations.yml", "governance.yml", "audience_groups.yml")
AUDIENCES = "audiences"


@dataclass(frozen=True)
class Entry(Generic[M]):
    """A sound file and the document behind it, for the lines of later messages."""

    model: M
    document: Document


@dataclass
class Reading:
    """What one pass over a folder found. An entry is None where its file is absent or broken."""

    sources: Entry[SourcesFile] | None = None
    identity: Entry[IdentityFile] | None = None
    destinations: Entry[DestinationsFile] | None = None
    governance: Entry[GovernanceFile] | None = None
    groups: Entry[AudienceGroups] | None = None
    audiences: list[Entry[Audience]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def configuration(self) -> Configuration:
        """Whole only where `problems` is empty."""
        if self.sources is None or self.identity is None or self.destinations is None or self.governance is None:
            raise ConfigError(self.problems)
        if self.groups is None:
            raise ConfigError(self.problems)
        return Configuration(
            sources=self.sources.model,
            identity=self.identity.model,
            destinations=self.destinations.model,
            governance=self.governance.model,
            audiences=[entry.model for entry in self.audiences],
            groups=self.groups.model,
        )


def load(folder: Path) -> Configuration:
    """The configuration in a folder; raises `ConfigError` with all of its mistakes."""
    reading = read(folder)
    if reading.problems:
        raise ConfigError(reading.problems)
    return reading.configuration


def read(folder: Path, environment: Mapping[str, str] | None = None) -> Reading:
    """Read every file there is. `environment` fills `${NAME}`; it defaults to the process's own."""
    env = os.environ if environment is None else environment
    reading = Reading()
    reading.sources = _file(reading, folder, "sources.yml", SourcesFile, env, required=True)
    reading.identity = _file(reading, folder, "identity.yml", IdentityFile, env)
    reading.destinations = _file(reading, folder, "destinations.yml", DestinationsFile, env)
    reading.governance = _file(reading, folder, "governance.yml", GovernanceFile, env)
    reading.groups = _file(reading, folder, "audience_groups.yml", AudienceGroups, env)
    for path in sorted([*(folder / AUDIENCES).rglob("*.yml"), *(folder / AUDIENCES).rglob("*.yaml")]):
        entry = _file(reading, folder, path.relative_to(folder).as_posix(), Audience, env)
        if entry:
            reading.audiences.append(entry)
    reading.problems += parse(folder / DECISIONS_FILE)[1]
    reading.problems += _strangers(folder)
    reading.problems += _repeated(reading)
    return reading


def _file(
    reading: Reading, folder: Path, file: str, model: type[M], env: Mapping[str, str], required: bool = False
) -> Entry[M] | None:
    if not (folder / file).exists():
        if required:
            mend = "create it, or let `muster init` write one from your exports"
            reading.problems.append(Problem(file, 0, "the file is not there", mend))
            return None
        document: Document | Problem = Document(file, "", {})
    else:
        document = read_document(folder / file, file)
    if isinstance(document, Problem):
        reading.problems.append(document)
        return None
    document, unset = fill_placeholders(document, env)
    found, mistakes = validate(document, model)
    reading.problems += [*unset, *mistakes]
    return Entry(found, document) if found is not None else None


def _strangers(folder: Path) -> Iterator[Problem]:
    """Files that nobody reads, which is a mistake more often than a wish."""
    for path in sorted(folder.glob("*.y*ml")) if folder.is_dir() else []:
        if path.name not in FILES and path.suffix in (".yml", ".yaml"):
            mend = hint(path.name, FILES, f"the files here are {', '.join(FILES)} and {AUDIENCES}/*.yml")
            yield Problem(path.name, 0, "no such file is read", mend)


def _repeated(reading: Reading) -> Iterator[Problem]:
    """Names that stand twice, and audiences whose file has another name."""
    if reading.sources:
        names = [source.name for source in reading.sources.model.sources]
        yield from _twice(reading.sources.document, "sources", "source", names)
    if reading.destinations:
        names = [item.name for item in reading.destinations.model.destinations]
        yield from _twice(reading.destinations.document, "destinations", "destination", names)
    first: dict[str, str] = {}
    for entry in reading.audiences:
        name, document = entry.model.name, entry.document
        stem = Path(document.file).stem
        if name in first:
            what = f"the audience '{name}' is already in {first[name]}"
            yield document.problem(("name",), what, "rename one of them")
        elif name != stem:
            what = f"the audience is named '{name}' and its file '{stem}'"
            yield document.problem(("name",), what, f"name the file {name}.yml, or the audience {stem}")
        first.setdefault(name, document.file)


def _twice(document: Document, key: str, kind: str, names: list[str]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        if name in first:
            what = f"the {kind} '{name}' is already on line {document.line((key, first[name], 'name'))}"
            yield document.problem((key, index, "name"), what, "rename one of them")
        first.setdefault(name, index)
