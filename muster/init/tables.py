"""Tables of any shape: what their rows are, and which headings are known, by name and by what stands below them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from muster.connectors.vendor import letters
from muster.init.proposals import FOUND, WHOLE_ROW, Proposal, smallest_key
from muster.init.survey import Table
from muster.init.table_words import SETTLED_FIELDS, TABLE_FIELDS, TABLE_IDS, TABLE_NEEDS

#: Paths whose values must be times for the heading to count.
TIMES = frozenset({"timestamp"})
PERSON = "personKey.sourceKey"


def propose_tables(tables: Sequence[Table]) -> list[Proposal]:
    """Proposals for the tables of one export; tables that are read alike are one object of several files."""
    merged: list[Proposal] = []
    for proposal in map(propose_table, tables):
        twin = next((other for other in merged if proposal.class_ and _alike(proposal, other)), None)
        if twin is None:
            merged.append(proposal)
            continue
        twin.files += proposal.files
        if len(twin.key) == 1 and twin.key != [WHOLE_ROW]:
            share = proposal.table.found_in(proposal.key[0], twin.table, twin.key[0])
            if share > 0:
                told = f"{share:.0%} of the keys in {proposal.files[0]} stand in {twin.files[0]} too"
                twin.reasons.append(f"{told} and are taken for the same records; if not so, make a source of each file")
    for number, proposal in enumerate(merged):
        _set_apart(proposal, merged[:number])
    people = [proposal for proposal in merged if proposal.class_ == "person" and not proposal.apart]
    for proposal in merged:
        _settle_people(proposal, people)
    return merged


def propose_events(table: Table) -> Proposal:
    """An events export: XDM paths are read as they are, other headings are mapped, and `_id` is the key."""
    found = recognise(table, "activity")
    if table.known is None and not _fits("activity", found):
        stranger = Proposal(table, table.name, unmapped=list(table.columns))
        stranger.reasons.append("not recognised: it has no time, or nothing that happened or to whom")
        return stranger
    proposal = Proposal(table, table.name if table.known else "events")
    proposal.columns = {column: path for column, path in found.items() if column != path}
    _settle_people(proposal, [])
    own = table.known.keys if table.known else (("_id",),)
    if not any(all(table.column(name) for name in key) for key in own):
        _key(proposal, "activity")
    return proposal


def propose_table(table: Table) -> Proposal:
    """A table as a class with mapped columns; `class_` stays None where nothing fits."""
    proposal = Proposal(table, table.name)
    fitting = {name: fields for name in TABLE_NEEDS if (fields := recognise(table, name)) and _fits(name, fields)}
    if not fitting:
        proposal.unmapped = list(table.columns)
        proposal.reasons.append("not recognised: say what its rows are and map its columns")
        return proposal
    happens = next((name for name in ("activity", "opportunity") if name in fitting), None)
    if happens == "activity" and "eventType" not in fitting[happens].values() and _names_people(fitting):
        happens = None  # people with a time somewhere, not what they did
    proposal.class_ = happens or max(fitting, key=lambda name: len(fitting[name]))
    proposal.columns = fitting[proposal.class_]
    for column in table.columns:
        path = SETTLED_FIELDS.get(proposal.class_, {}).get(letters(column))
        if path and path not in proposal.columns.values() and column not in proposal.columns and table.filled(column):
            proposal.columns[column] = path
    proposal.unmapped = [column for column in table.columns if column not in proposal.columns]
    _key(proposal, proposal.class_)
    return proposal


def recognise(table: Table, class_name: str) -> dict[str, str]:
    """Column → XDM path for the headings that a class knows; of two for one path, the fuller column."""
    known = TABLE_FIELDS[class_name]
    chosen: dict[str, str] = {}
    for column in table.columns:
        path = known.get(letters(column)) or _as_path(column, known)
        if path is None or table.filled(column) == 0 or (path in TIMES and not table.is_time(column)):
            continue
        if path not in chosen or table.filled(column) > table.filled(chosen[path]):
            chosen[path] = column
    order = list(table.columns)
    return {column: path for path, column in sorted(chosen.items(), key=lambda item: order.index(item[1]))}


def _as_path(column: str, known: Mapping[str, str]) -> str | None:
    """A heading that is an XDM path already."""
    return column if column in known.values() else None


def _fits(class_name: str, fields: Mapping[str, str]) -> bool:
    paths = set(fields.values())
    return all(paths & set(group) for group in TABLE_NEEDS[class_name])


def _set_apart(proposal: Proposal, earlier: Sequence[Proposal]) -> None:
    """Marks a table whose keys stand in another one of its class too: in one source, one of two records would win."""
    if len(proposal.key) != 1 or proposal.key == [WHOLE_ROW] or len(proposal.files) != 1:
        return
    for other in earlier:
        if other.class_ == proposal.class_ and len(other.key) == 1 and other.key != [WHOLE_ROW] and not other.apart:
            share = proposal.table.found_in(proposal.key[0], other.table, other.key[0])
            if share > 0:
                proposal.apart = True
                told = f"{share:.0%} of its keys stand in {other.files[0]} too, perhaps for other records"
                proposal.reasons.append(f"{told}: a source of its own, joined by e-mail and the like")
                return


def _settle_people(proposal: Proposal, people: Sequence[Proposal]) -> None:
    """An activity's column for a person's id: a record of this source, else an identity of its own."""
    for column, path in proposal.columns.items():
        known_here = any(
            len(other.key) == 1 and proposal.table.found_in(column, other.table, other.key[0]) >= FOUND
            for other in people
            if path == PERSON and other.key != [WHOLE_ROW]
        )
        if path == PERSON and not known_here:
            proposal.columns[column] = f"identityMap.{column}"


def _names_people(fitting: Mapping[str, Mapping[str, str]]) -> bool:
    return any(path.startswith("person.name.") for path in fitting.get("person", {}).values())


def _alike(one: Proposal, other: Proposal) -> bool:
    return (one.class_, one.key, one.columns) == (other.class_, other.key, other.columns)


def _key(proposal: Proposal, class_name: str) -> None:
    table = proposal.table
    ids = [column for heading in TABLE_IDS[class_name] for column in table.columns if letters(column) == heading]
    ids += [column for column in table.columns if letters(column).endswith("id") and column not in proposal.columns]
    unique = next((column for column in ids if table.unique([column])), None)
    if unique:
        proposal.key = [unique]
        proposal.unmapped = [column for column in proposal.unmapped if column != unique]
        return
    if class_name == "activity":
        told = 'no event id: a row is known by its content, and equal rows stay apart; `key: ["*"]` would make them one'
        proposal.reasons.append(told)
        return
    proposal.key = smallest_key(table, list(proposal.columns)) or [WHOLE_ROW]
    if proposal.key == [WHOLE_ROW]:
        proposal.reasons.append("no unique columns: a row is known by its content; name a key if you know one")
