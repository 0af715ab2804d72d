"""The files of a new configuration as text: YAML that a person goes on editing, so with a word on each setting."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from muster.init.proposals import Proposal
from muster.init.starters import Starter

_PLAIN = re.compile(r"[A-Za-z_/.~][A-Za-z0-9_/.@+ -]*[A-Za-z0-9_/.@+-]|[A-Za-z_]")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
#: Comments are folded at this width.
WIDTH = 110


@dataclass(frozen=True)
class SourceText:
    """A source as it is written: `ignored` are the files that nobody reads, `crm` the source synced with."""

    name: str
    type: str
    path: str
    instance: str
    proposals: Sequence[Proposal]
    ignored: Sequence[str]
    crm: str | None = None
    ignore: Sequence[str] = ()


def scalar(text: str) -> str:
    """A string as YAML, quoted only where it must be."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)


def flow(items: Sequence[str]) -> str:
    return f"[{', '.join(scalar(item) for item in items)}]"


def comment(text: str, indent: int = 0) -> Iterator[str]:
    """Text as comment lines, folded."""
    line = ""
    for word in text.split():
        if line and len(line) + len(word) + indent + 3 > WIDTH:
            yield f"{' ' * indent}# {line}"
            line = ""
        line = f"{line} {word}" if line else word
    if line:
        yield f"{' ' * indent}# {line}"


def sources_file(organization: str, sources: Sequence[SourceText]) -> str:
    lines = [
        "# Where the data comes from: one entry for each instance of a vendor.",
        "# Written by `muster init` from the exports it was shown. Edit it freely; `muster check` says what is wrong.",
        "",
        f"organization: {scalar(organization)} # stands for {{organization}} in file names",
        "sandbox: prod",
        "currency: USD # the currency that amounts are compared in",
        "",
        "# path: a folder of exports or one file, absolute or below the data folder.",
        "# instance: the vendor's own id of the instance; it ends every key, so settle it before the first run.",
        "sources:",
    ]
    for source in sources:
        lines += [*_source(source), ""]
    return "\n".join(lines[:-1]) + "\n"


def _source(source: SourceText) -> Iterator[str]:
    yield f"  - name: {source.name}"
    yield f"    type: {source.type}"
    yield f"    path: {scalar(source.path)}"
    if source.ignore:
        yield f"    ignore: {flow(source.ignore)} # a source of its own, below"
    yield f"    instance: {scalar(source.instance)}"
    if source.crm:
        yield f"    crm: {source.crm} # its ids stand on the people here"
    found = [proposal for proposal in source.proposals if not proposal.needed and not proposal.unmapped]
    if found:
        told = ", ".join(f"{proposal.object} ({', '.join(proposal.files)})" for proposal in found)
        yield from comment(f"Found by their file names, and read as they are: {told}.", 4)
    for proposal in found:
        for reason in proposal.reasons:
            yield from comment(f"{proposal.object}: {reason}.", 4)
    if source.ignored:
        yield from comment(f"Kept in the lake, though no model reads them: {', '.join(source.ignored)}.", 4)
    needed = [proposal for proposal in source.proposals if proposal.needed]
    if needed:
        yield "    objects:"
    for proposal in needed:
        yield from _object(proposal)
    for proposal in source.proposals:
        if not proposal.needed and proposal.unmapped:
            yield from comment(f"{', '.join(proposal.files)}: {'. '.join(proposal.reasons)}", 4)
            yield from comment(f"its columns: {', '.join(proposal.unmapped)}", 4)


def _object(proposal: Proposal) -> Iterator[str]:
    for reason in proposal.reasons:
        yield from comment(reason, 6)
    yield f"      - object: {scalar(proposal.object)}"
    if proposal.class_:
        yield f"        class: {proposal.class_} # what a row is"
    yield f"        files: {flow(proposal.files)}"
    if proposal.key:
        yield f"        key: {flow(proposal.key)}"
    if proposal.alias:
        yield f"        alias: {flow(proposal.alias)} # other files refer to this object so; counts where it is unique"
    if proposal.columns:
        yield "        columns:"
        yield from (f"          {scalar(column)}: {scalar(target)}" for column, target in proposal.columns.items())
    if proposal.class_ and proposal.unmapped:
        yield from comment(f"not mapped: {', '.join(proposal.unmapped)}", 10)


IDENTITY = """\
# Kinds of identity of your own, such as {name: CRMID, type: cross_device, unique: true}: at most one a person.

namespaces: []

# Which mailboxes belong to no single person. The usual role names (info, sales, …) are known already.

mailboxes:
  role_mailboxes: [] # more of them: the part before the @
  shared_mailboxes: [] # whole addresses
"""

DESTINATIONS = """\
# Where audiences go.

destinations:
  - name: outbox
    type: files
    path: outbox # below the data folder
    format: csv # or jsonl, parquet
    mode: incremental # everyone once, then only the difference (_op says what); full: all whenever it changed
    name_template: "{audience}__{datetime}"
"""


def audience_file(starter: Starter) -> str:
    rule = "\n".join(f"  {line}" for line in starter.rule.split("\n"))
    fields = "\n".join(f"      {scalar(output)}: {scalar(path)}" for output, path in starter.fields.items())
    return f"""\
name: {starter.name}
of: {starter.of}
description: {scalar(starter.description)}
rule: |
{rule}
size_bound: {{max_change: 0.5, min_size: 100}} # a larger change of size is held until it is released
activate:
  - destination: outbox
    fields: # column in the file: XDM path
{fields}
"""
