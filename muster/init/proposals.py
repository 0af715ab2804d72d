"""From what was measured to what `sources.yml` should say: keys, renamed columns, aliases.

Vendor objects are read as they are; a proposal is made only where the vendor's own id or reference is missing. A key
is the smallest set of likely columns that is unique in the data. A reference is the column whose values are found in
the object it speaks of, whatever it is called.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from muster.connectors.vendor import letters
from muster.init.survey import Table
from muster.init.vendor_words import HAPPENINGS, ID_FIELD, KEYS, REFERENCES, WORDS

#: A reference holds when at least this share of its values is found.
FOUND = 0.5
#: From this share of filled cells on a column may be a key; rows without it are set aside.
NEARLY_FILLED = 0.9
#: A column may serve as an alias when at least this share of its values is its own.
NEARLY_UNIQUE = 0.5
#: The whole row as the key.
WHOLE_ROW = "*"


@dataclass
class Proposal:
    """One object as it should stand in `sources.yml`; `reasons` are told as comments beside it.

    One that is `apart` cannot share a source with the others, for its keys would be taken for theirs.
    """

    table: Table
    object: str
    key: list[str] = field(default_factory=list)
    alias: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    class_: str | None = None
    unmapped: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    dangling: set[str] = field(default_factory=set)
    apart: bool = False

    def __post_init__(self) -> None:
        self.files = self.files or list(self.table.files)

    @property
    def kind(self) -> str:
        """The object's name in the lake."""
        return self.table.known.object if self.table.known else self.object.lower()

    @property
    def needed(self) -> bool:
        """Whether the file says less by itself than this does."""
        return bool(self.key or self.alias or self.columns or self.class_ or not self.table.found)

    def source_column(self, target: str) -> str | None:
        """The file's column that is read as a field, renamed or not."""
        renamed = next((column for column, name in self.columns.items() if name.lower() == target.lower()), None)
        return renamed or self.table.column(target)


def propose(vendor: str, tables: Sequence[Table]) -> list[Proposal]:
    """Proposals for all objects of one vendor export, in the order of `tables`."""
    proposals = [Proposal(table, table.name) for table in tables]
    for proposal in proposals:
        _identify(vendor, proposal)
    by_kind = {proposal.kind: proposal for proposal in proposals}
    aliases: dict[str, Counter[str]] = {}
    for proposal in proposals:
        for field_name, target in REFERENCES.get(proposal.kind, {}).items():
            if target in by_kind and not _own_reference(vendor, proposal, field_name, by_kind[target]):
                _refer(vendor, proposal, field_name, by_kind[target], aliases)
    for kind, votes in aliases.items():
        by_kind[kind].alias = [votes.most_common(1)[0][0]]
    return proposals


def smallest_key(table: Table, naming: Sequence[str], parting: Sequence[str] = ()) -> list[str]:
    """The fewest columns (at most three, one of them naming) that are unique together and always filled.

    Failing that, one that is unique where it is filled, if that is nearly everywhere; else none.
    """
    names = [name for name in (*naming, *parting) if (column := table.column(name)) and table.filled(column) > 0]
    for size in (1, 2, 3):
        for chosen in combinations(names, size):
            columns = [column for column in map(table.column, chosen) if column]
            if set(chosen) & set(naming) and table.unique(columns):
                return columns
    for column in filter(None, map(table.column, naming)):
        if table.unique([column], filled=NEARLY_FILLED):
            return [column]
    return []


def _identify(vendor: str, proposal: Proposal) -> None:
    """The vendor's id, another system's id under its name, or the smallest key."""
    table, own = proposal.table, ID_FIELD[vendor]
    ways = table.known.keys if table.known else ((own,),)
    if any(all(proposal.source_column(name) for name in way) for way in ways):
        return
    strangers = [column for column in table.columns if _id_like(column, proposal.kind) and table.unique([column])]
    if strangers:
        stranger = strangers[0]
        proposal.key, proposal.columns[stranger] = [stranger], own
        proposal.reasons.append(f"{stranger} stands for {own}: filled and unique in all {table.rows} rows")
        return
    if proposal.kind in HAPPENINGS:
        proposal.reasons.append(f"no {own} in this file: a row is known by its content, equal rows stay apart")
        return
    proposal.key = smallest_key(table, *KEYS.get(proposal.kind, ((), ())))
    if proposal.key:
        proposal.reasons.append(f"no {own} in this file: {_uniqueness(table, proposal.key)}")
    elif table.rows:
        proposal.key = [WHOLE_ROW]
        proposal.reasons.append(f"no {own}, no unique columns: a row is known by its content; name a key if you can")


def _uniqueness(table: Table, key: Sequence[str]) -> str:
    if len(key) > 1:
        alone = ", ".join(f"{column} {table.distinctness(column):.1%}" for column in key)
        return f"{' + '.join(key)} is unique in all rows (alone: {alone})"
    if table.filled(key[0]) < 1:
        return f"{key[0]} is unique; the {1 - table.filled(key[0]):.1%} of rows without it are set aside"
    return f"{key[0]} is unique in all rows"


def _id_like(column: str, kind: str) -> bool:
    name = letters(column)
    return bool(re.fullmatch(rf"({kind})?(external|legacy|source|record)?id(c|18)?", name))


def _own_reference(vendor: str, proposal: Proposal, field_name: str, target: Proposal) -> bool:
    """Whether the file has the vendor's own reference, filled; told where it leads nowhere."""
    column = proposal.source_column(field_name)
    if column is None or proposal.table.filled(column) == 0:
        return False
    known_by = _known_by(vendor, target)
    if len(known_by) == 1 and letters(field_name) in (f"{target.kind}id", f"associated{target.kind}id"):
        share = proposal.table.found_in(column, target.table, known_by[0])
        if share < FOUND:
            proposal.dangling.add(field_name)
            told = f"{share:.1%} of the values of {column} are in {target.object}.{known_by[0]}, the rest lead nowhere"
            proposal.reasons.append(told)
    return True


def _refer(
    vendor: str, proposal: Proposal, field_name: str, target: Proposal, aliases: dict[str, Counter[str]]
) -> None:
    """Find the column that refers to `target` and read it as `field_name`, with an alias where it names no key."""
    table, words = proposal.table, WORDS[target.kind]
    candidates = [column for column in table.columns if _speaks_of(column, words) and column not in proposal.columns]
    candidates = [column for column in candidates if [column] != proposal.key]
    found = [
        (table.found_in(column, target.table, other), [other] == _known_by(vendor, target), column, other)
        for column in candidates
        for other in target.table.columns
        if target.table.distinctness(other) >= NEARLY_UNIQUE
    ]
    best = max(found, default=(0.0, False, "", ""), key=lambda item: item[:2])
    share, by_key, column, other = best
    if share < FOUND:
        by_name = [column for column in candidates if _named_for(column, words)]
        if by_name and proposal.source_column(field_name) is None:
            proposal.columns[by_name[0]] = field_name
            value = "is empty" if table.filled(by_name[0]) == 0 else f"names no row of {target.object} by its key"
            proposal.reasons.append(f"{by_name[0]} is read as {field_name} by its heading; it {value} here")
        return
    proposal.columns[column] = field_name
    told = f"{column} is read as {field_name}: {share:.1%} of its values are in {target.object}.{other}"
    if not by_key:
        aliases.setdefault(target.kind, Counter())[other] += 1
    proposal.reasons.append(told)


def _known_by(vendor: str, target: Proposal) -> list[str]:
    own = target.source_column(ID_FIELD[vendor])
    return target.key or ([own] if own else [])


def _speaks_of(column: str, words: Sequence[str]) -> bool:
    """Whether a heading may refer to an object: it has one of its words and is not a field of the vendor's own."""
    name = letters(column)
    if re.match(r"hs_|hubspot_|is|has", column.lower()) or name in {"company", "accountname"}:
        return False
    return any(word in name for word in words)


def _named_for(column: str, words: Sequence[str]) -> bool:
    """Whether a heading says outright that it names an object: its word, then id, name, e-mail or the like."""
    part = "external|source|record|id|name|email|domain|key|number|c"
    return bool(re.fullmatch(rf"({'|'.join(words)})({part})+", letters(column)))
