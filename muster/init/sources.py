"""From folders of exports to the sources they are to become: names, instances, objects, and who is synced with whom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import duckdb

from muster.config.models import SourceType
from muster.connectors.vendor import letters
from muster.errors import MusterError, missing_folder
from muster.init.proposals import FOUND, Proposal, propose
from muster.init.survey import Survey, Table
from muster.init.tables import propose_events, propose_tables
from muster.init.vendor_words import SYNCED
from muster.init.writing import SourceText

_ORG_ID = re.compile(r"00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")


def look_at(exports: Sequence[tuple[str, Path]], data: Path) -> list[SourceText]:
    """The sources that exports, given as (type, folder or file), are to become; `data` is the set-up's data folder.

    Raises MusterError for an unknown type, SourceError where an export is absent or cannot be read.
    """
    connection = duckdb.connect()
    sources: list[SourceText] = []
    for wanted, given in exports:
        type_: SourceType | None = next((known for known in get_args(SourceType) if known == wanted), None)
        if type_ is None:
            raise MusterError(f"there is no source type '{wanted}'; the types are {', '.join(get_args(SourceType))}")
        path = given.expanduser().resolve()
        if not path.exists():
            raise missing_folder(f"the {type_} export", path)
        name = _unique(valid_name(path.stem if path.is_file() else path.name, type_), sources)
        survey = Survey.of(type_, path, connection)
        proposals = _propose(type_, survey.tables)
        apart = [proposal for proposal in proposals if proposal.apart]
        sources.append(
            SourceText(
                name=name,
                type=type_,
                path=_told(path, data),
                instance=_instance(type_, path, survey.tables) or name,
                proposals=[proposal for proposal in proposals if not proposal.apart],
                ignored=survey.ignored,
                ignore=[file for proposal in apart for file in proposal.files],
            )
        )
        for proposal in apart:
            own = _unique(valid_name(f"{name}-{proposal.object}", type_), sources)
            sources.append(SourceText(own, type_, _told(path / proposal.files[0], data), own, [proposal], []))
            proposal.files = [Path(proposal.files[0]).name]
    return [replace(source, crm=_crm(source, sources)) for source in sources]


def _told(path: Path, data: Path) -> str:
    """A path as it is written: below the data folder, else absolute."""
    return str(path.relative_to(data) if path.is_relative_to(data) else path)


def _propose(type_: str, tables: Sequence[Table]) -> list[Proposal]:
    if type_ == "table":
        return propose_tables(tables)
    if type_ == "events":
        return [propose_events(table) for table in tables]
    return propose(type_, tables)


def _instance(type_: str, path: Path, tables: Sequence[Table]) -> str | None:
    """The Salesforce org id, where the export or its folder's name holds one and only one."""
    if type_ != "salesforce":
        return None
    named = ("organizationid", "organizationidc", "orgid", "orgidc")
    columns = [(table, name) for table in tables for name in table.columns if letters(name) in named]
    values = {value for table, name in columns for value, _ in table.frequent(name) if _ORG_ID.fullmatch(value)}
    values = values or {part for part in re.split(r"[^A-Za-z0-9]", path.stem) if _ORG_ID.fullmatch(part)}
    return values.pop() if len(values) == 1 else None


def _crm(source: SourceText, sources: Sequence[SourceText]) -> str | None:
    """The Salesforce source that a Marketo instance is synced with: the one that has the ids on its people."""
    if source.type != "marketo":
        return None
    shares = {
        other.name: ours.table.found_in(column, theirs.table, key)
        for other in sources
        for theirs in other.proposals
        for ours in source.proposals
        if other.type == "salesforce" and ours.kind == "leads" and theirs.kind in SYNCED
        for column, key in [(ours.source_column(SYNCED[theirs.kind]), theirs.source_column("Id"))]
        if column and key
    }
    best = max(shares, key=lambda name: shares[name], default=None)
    return best if best and shares[best] >= FOUND else None


def valid_name(text: str, otherwise: str) -> str:
    """A folder's name as a valid source name."""
    name = re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-_")
    return name if re.match(r"[a-z]", name) else otherwise


def _unique(name: str, sources: Sequence[SourceText]) -> str:
    taken = {source.name for source in sources}
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
