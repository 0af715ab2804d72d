"""An explanation laid out for a terminal: the answer first, then why, then what would change it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from rich.console import Group as Lines
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from muster.audiences.explain.model import Change, Example, Explanation, Finding, Group, Row, Stored, Turn

RUN_ID = re.compile(r"\b([0-9a-f]{8})-[0-9a-f-]{27}\b")
#: Signs after which a condition is taken apart.
LONG = 110
YES, NO = ("✓ ", "bold green"), ("✗ ", "bold red")
CLASSES = {"activity": "event", "person": "person", "account": "account"}


def answer(told: Explanation) -> Iterator[RenderableType]:
    """Whom it is about, whether they are in, and since when."""
    yield Text.assemble((_plain(told.name or ""), "bold"), "  " if told.name else "", (told.id, "dim"))
    is_in = told.stored.is_member if told.stored else told.holds and not told.left_out
    yield Text.assemble(
        YES if is_in else NO, ("in " if is_in else "not in ", "bold"), (told.audience, "bold"), _since(told.stored)
    )
    if told.left_out:
        yield Text(f"  the rule holds, and yet left out: {', '.join(told.left_out)}", style="yellow")
    if told.stored and not told.stored.agrees:
        now = "the rule holds now" if told.holds else "the rule does not hold now"
        yield Text(f"! {now}, but version {told.stored.version} has it otherwise: evaluate again, or see "
                   f"`muster audience history {told.audience}`", style="yellow")  # fmt: skip
    if told.turn:
        yield _turn(told.turn, is_in)


def reasons(told: Explanation, *, in_full: bool = False) -> Iterator[RenderableType]:
    """The conditions, the smallest witness, and the nearest changes."""
    yield Text()
    yield Text.assemble(("Why", "bold"), (f"   as of {_moment(told.instant)} · snapshot {told.snapshot}", "dim"))
    tree = Tree(Text(), guide_style="dim", hide_root=True)
    _add(tree, told.finding, in_full=in_full)
    yield tree
    if any(row.key != told.id for row in told.witness):
        yield Text()
        yield Text.assemble(("It takes no more than", "bold"), ("   the smallest set of rows that decides it", "dim"))
        yield Padding(Lines(*(_row(row) for row in told.witness)), (0, 0, 0, 2), expand=False)
    yield Text()
    yield Text.assemble(
        ("What would take it out" if told.holds else "What would bring it in", "bold"), *_one_of(told.changes)
    )
    yield Padding(Lines(*_changes(told)), (0, 0, 0, 2), expand=False)


def _since(stored: Stored | None) -> Text:
    if stored is None:
        return Text("   never evaluated yet", style="dim")
    held = " · held back" if stored.held else ""
    cause = f" · {_brief(stored.cause)}" if stored.cause else ""
    return Text(f"   since {_moment(stored.since)} · version {stored.since_version}{cause}{held}", style="dim")


def _turn(turn: Turn, is_in: bool) -> Text:
    told = Text.assemble(
        ("→ ", "bold"), f"{'leaves' if is_in else 'enters'} on ", (_moment(turn.at), "bold"),
        " if nothing else changes: ",
    )  # fmt: skip
    told.append(f"{_short('; '.join(turn.because))} {'no longer holds' if is_in else 'holds'} then", "dim")
    if turn.rows:
        newest = max(turn.rows, key=lambda row: row.time or datetime.min)
        told.append(f", for want of {_named(newest)}" if is_in else f", by {_named(newest)}", "dim")
    return told


def _add(tree: Tree, item: Finding, *, in_full: bool) -> None:
    if item.parts and item.joined_by == "and":
        branch = tree.add(_line(item.holds, "all of")) if tree.label else tree
        for part in item.parts:
            _add(branch, part, in_full=in_full)
        return
    if item.joined_by == "rule":
        branch = tree.add(_line(item.holds, item.text))
        _add(branch, item.parts[0], in_full=in_full)
        return
    if item.parts:
        branch = tree.add(_line(item.holds, "not" if item.joined_by == "not" else "one of"))
        shown = [part for part in item.parts if in_full or item.joined_by == "not" or part.holds or not item.holds]
        for part in shown:
            _add(branch, part, in_full=in_full)
        if len(shown) < len(item.parts):
            branch.add(Text(f"… and {len(item.parts) - len(shown)} more that do not hold", style="dim"))
        return
    group = item.groups[0] if len(item.groups) == 1 else None
    is_split = group is not None and _is_split(item, group)
    branch = tree.add(_headed(item, group, is_split))
    for each in item.groups:
        _group(branch, each, conditions=is_split or in_full)


def _is_split(item: Finding, group: Group) -> bool:
    """Whether the conditions on rows stand below, a line each, with how many rows meet them."""
    is_counted = bool(item.values) or not group.met or not item.holds or item.text.startswith("CHAIN")
    return len(item.text) > LONG or (len(group.conditions) > 1 and group.reached > 0 and is_counted)


def _headed(item: Finding, group: Group | None, is_split: bool) -> Text:
    """The condition, what it compares, and how many rows meet it."""
    text = _line(item.holds, _short(item.head if is_split else item.text))
    values = {item.head if "(" in path else path: value for path, value in item.values.items()}
    if group is None and len(values) == 1:
        text.append(f"   is {_shown(next(iter(values.values())))}", "cyan")
    elif group is None and values:
        text.append(f"   {_values(values)}", "cyan")
    elif group is not None:
        figure = f" = {_shown(next(iter(item.values.values())))}" if len(item.values) == 1 else ""
        rows = "row" if group.reached == 1 else "rows"
        text.append(f"  {figure}   {group.met:,} of {group.reached:,} {rows}", "cyan")
    return text


def _group(tree: Tree, group: Group, *, conditions: bool) -> None:
    told = {part.text for example in group.examples for part in example.parts}
    for condition in group.conditions if conditions and group.reached else ():
        if condition.text in told:  # below, with the rows of its own
            continue
        style = "red" if not condition.rows and group.reached else "dim"
        tree.add(
            Text.assemble((f"{condition.rows:>4,} of {group.reached:,}  ", style), (_short(condition.text), style))
        )
    for example in group.examples:
        _example(tree, example, in_full=conditions)


def _example(tree: Tree, example: Example, *, in_full: bool) -> None:
    text = Text.assemble(YES if example.meets else NO, _row(example.row))
    if example.fails and not example.row.values and not example.parts:
        text.append(f"   fails {_short(', '.join(example.fails))}", "red")
    branch = tree.add(text)
    for part in example.parts:
        _add(branch, part, in_full=in_full)


def _one_of(changes: Sequence[Change]) -> tuple[tuple[str, str], ...]:
    return (("   one of these would do", "dim"),) if len(changes) > 1 else ()


def _changes(told: Explanation) -> Iterator[Text]:
    if not told.changes:
        only_time = told.holds and told.turn is not None
        nothing = "Nothing but time, as above." if only_time else "Nothing that a change of a row or two would do."
        yield Text(nothing, style="dim")
    for change in told.changes:
        text = Text("• ")
        for number, (row, steps) in enumerate(groupby(change.steps, key=lambda step: step.row)):
            text.append(", and " if number else "", "bold")
            text.append(_plain(" and ".join(step.text for step in steps)))
            if row:
                text.append(f"  on {_named(row)}", "cyan")
        if change.is_checked:
            text.append("  checked", "dim green")
        yield text


def _line(holds: bool, text: str) -> Text:
    return Text.assemble(YES if holds else NO, text)


def _row(row: Row) -> Text:
    told = Text(_named(row))
    unsaid = {path: value for path, value in row.values.items() if value is None or value not in (row.label, row.time)}
    if unsaid:
        told.append(f"   {_values(unsaid)}", "cyan")
    told.append(f"   {_plain(str(row.source_key or row.key))}", "dim")
    return told


def _named(row: Row) -> str:
    kind = CLASSES.get(row.class_name, row.class_name.replace("_", " "))
    parts = [f"{kind} {_plain(row.label)}" if row.label else kind, _moment(row.time) if row.time else ""]
    return " of ".join(filter(None, parts)) if row.time else " ".join(filter(None, parts))


def _values(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{_last(path)} = {_shown(value)}" for path, value in values.items())


def _last(path: str) -> str:
    """The end of a path is enough beside the row that it is of; an aggregate is told whole."""
    return path if "(" in path else ".".join(path.split(".")[-2:])


def _shown(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "none"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else _plain(str(value))


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if (moment.hour, moment.minute) != (0, 0) else moment.strftime("%Y-%m-%d")


def _short(text: str, width: int = 160) -> str:
    text = _plain(text)
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _brief(cause: str) -> str:
    """Eight signs of a run's id are enough to find it."""
    return RUN_ID.sub(lambda found: found[1], cause)


def _plain(text: str) -> str:
    """One line, without control characters, which a terminal obeys."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())
