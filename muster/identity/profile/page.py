"""A profile, a list of hits, or a reason, laid out for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from muster.identity.profile.model import Attribute, Hit, Profile, Row, Section
from muster.identity.profile.why import Link, Step, Why

#: Columns that are for machines: beside a name they only take room.
UNSHOWN = {
    "records": {"first_name", "last_name", "account_id", "parent_account_id", "person_type", "created_at", "loaded_at"},
    "opportunities": {"opportunity_id"},
    "open questions": {"evidence"},
}
#: Names that are too long for a heading.
HEADINGS = {"person_component_id": "record", "account_component_id": "record", "source_name": "source"}
NUMBERS = (int, float)


def page(profile: Profile) -> Iterator[RenderableType]:
    """The golden record, then every section that has rows, then what there is none of."""
    yield Text.assemble((profile.name, "bold"), ("  ", ""), (profile.id, "dim"))
    yield Text(_summary(profile), style="dim")
    yield Text()
    yield _golden(profile)
    for title, section in profile.sections.items():
        if section.rows:
            yield Text()
            yield from _section(title, section)
    absent = [title for title, section in profile.sections.items() if not section.rows]
    if absent:
        yield Text()
        yield Text(f"No {_either(absent)}.", style="dim")


def hits_table(hits: Sequence[Hit]) -> Table:
    table = _table("id", "name", "")
    for hit in hits:
        table.add_row(Text(hit.id, style="cyan"), Text(hit.name), Text(hit.detail, style="dim"))
    return table


def why_tree(told: Why) -> Iterator[RenderableType]:
    """The links in use as a tree from the leading record, and below it those that were refused."""
    tree = Tree(_node(told.root), guide_style="dim")
    branches = {told.root: tree}
    for step in told.tree:
        branches[step.end] = branches[step.start].add(_step(step))
    yield Text("What holds it together", style="bold")
    yield tree
    yield Text()
    if told.refused:
        yield Text(f"Refused ({len(told.refused):,})", style="bold")
        table = _table("identity", "identity", "link", "because")
        for link in told.refused:
            table.add_row(_node(link.left), _node(link.right), _told(link), Text(link.refused_because or ""))
        yield table
    else:
        yield Text("No link was refused.", style="dim")


def chain_lines(steps: Sequence[Step]) -> RenderableType:
    """A way from one identity to another, a link a line."""
    lines = [_node(steps[0].start)]
    for step in steps:
        lines.append(Text.assemble(("  │  ", "dim"), _link(step.link)))
        lines.append(_node(step.end))
    return Group(*lines)


def _summary(profile: Profile) -> str:
    records = profile.sections["records"]
    sources = {str(name) for row in records.rows if (name := row.get("source_name"))}
    of = f" of {', '.join(sorted(sources))}" if sources else ""
    return f"{records.total:,} record{'' if records.total == 1 else 's'}{of} · snapshot {profile.snapshot}"


def _golden(profile: Profile) -> Table:
    """Each attribute with the number that its record has in the list of records below."""
    table = _table("attribute", "value", "from", "changed")
    numbers = _numbers(profile.sections["records"])
    for item in profile.attributes:
        when = Text(_shown(item.updated_at), style="dim")
        value = "no" if item.value is False else _shown(item.value)
        table.add_row(Text(item.path, style="cyan"), Text(value), _origin(item, numbers), when)
    return table


def _numbers(records: Section) -> dict[str, int]:
    return {next(iter(row.values())): number for number, row in enumerate(records.rows, start=1)}


def _origin(item: Attribute, numbers: Mapping[str, int]) -> Text:
    if item.policy is None:
        return Text("all together" if item.column.endswith("_at") else "", style="dim")
    if item.source_key is None:
        return Text("events")
    number = numbers.get(item.source_key)
    return Text.assemble(item.source_name or item.source_key, (f" #{number}" if number else "", "dim"))


def _section(title: str, section: Section) -> Iterator[RenderableType]:
    shown = f"{len(section.rows):,} of {section.total:,}" if section.total > len(section.rows) else f"{section.total:,}"
    yield Text.assemble((title.capitalize(), "bold"), (f"  {shown}", "dim"), (f"  {section.note}".rstrip(), "dim"))
    names = [name for name in section.rows[0] if name not in UNSHOWN.get(title, ()) and _is_told(section.rows, name)]
    table = _table(*(["#"] if title == "records" else []), *(HEADINGS.get(name, name) for name in names))
    for column, name in zip(table.columns[-len(names) :], names, strict=True):
        if all(isinstance(row[name], NUMBERS) and not isinstance(row[name], bool) for row in section.rows):
            column.justify = "right"
    for number, row in enumerate(section.rows, start=1):
        cells = [Text(_shown(row[name]), style="dim" if name.endswith("_id") else "") for name in names]
        table.add_row(*([Text(f"#{number}", style="dim"), *cells] if title == "records" else cells))
    yield table


def _is_told(rows: Sequence[Row], name: str) -> bool:
    return any(row[name] is not None and row[name] is not False for row in rows)


def _step(step: Step) -> Text:
    return Text.assemble(_node(step.end), "   ", _link(step.link))


def _link(link: Link) -> Text:
    text = _told(link)
    if link.refused_because:
        text.append(f"   ✗ refused: {link.refused_because}", style="bold red")
    return text


def _told(link: Link) -> Text:
    sure = f"{link.probability:.1%}" if link.probability is not None else ""
    told = (link.kind, link.source_name, _shown(_when(link)), sure, _evidence(link.evidence))
    return Text(" · ".join(filter(None, told)), style="dim")


def _evidence(text: str | None) -> str:
    """`[["given","same",4.9],["state","differs",-2.2]]` as `given same +4.9, state differs -2.2`, weightiest first."""
    if not text:
        return ""
    try:
        facts = sorted(json.loads(text), key=lambda fact: -abs(float(fact[2])))
        return ", ".join(f"{what} {how} {weight:+.1f}" for what, how, weight in facts if abs(float(weight)) >= 0.05)
    except (ValueError, TypeError, IndexError):
        return text


def _when(link: Link) -> datetime | None:
    return link.last_seen_at or link.first_seen_at


def _node(node: str) -> Text:
    """`namespace value`; a record by its key alone."""
    namespace, _, value = node.partition(":")
    if namespace in ("b2b_person", "b2b_account"):
        return Text(value, style="cyan")
    return Text.assemble((f"{namespace} ", "dim"), value)


def _table(*names: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="dim", pad_edge=False, show_edge=False)
    for name in names:
        table.add_column(name.replace("_", " "), overflow="fold")
    return table


def _either(titles: Sequence[str]) -> str:
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} or {titles[-1]}"


def _shown(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M") if (value.hour, value.minute) != (0, 0) else value.strftime("%Y-%m-%d")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else _one_line(str(value))


def _one_line(text: str) -> str:
    """Without line breaks, which spoil a table, and control characters, which a terminal obeys."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())
