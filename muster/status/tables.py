"""The status report as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from muster.status.report import StatusReport


def tables(told: StatusReport) -> Iterator[Table]:
    yield _sources(told)
    if any(source.usage for source in told.sources):
        yield _calls(told)
    if any(source.schema_changes for source in told.sources):
        yield _schema_changes(told)
    yield _marts(told)
    yield _audiences(told)
    if any(item.entered_ids or item.left_ids for item in told.audiences):
        yield _changes(told)
    yield _activations(told)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim")
    for name in columns:
        text = name in {"source", "object", "mart", "audience", "of", "destination", "note", "what", "change"} | {
            "entered ids",
            "left ids",
        }
        table.add_column(name, justify="left" if text else "right", overflow="fold")
    return table


def _sources(told: StatusReport) -> Table:
    table = _table("Sources", "source", "object", "read", "loaded", "set aside", "in the lake")
    for source in told.sources:
        for item in source.objects:
            counts = (item.read, item.loaded, item.set_aside, item.in_all.loaded)
            table.add_row(source.name, item.object, *(f"{count:,}" for count in counts))
    return table


def _calls(told: StatusReport) -> Table:
    table = _table("Limits of live sources", "source", "what", "so many")
    for source in told.sources:
        for what, figure in source.usage.items():
            table.add_row(source.name, what, f"{figure:,}" if isinstance(figure, int) else str(figure))
    return table


def _schema_changes(told: StatusReport) -> Table:
    table = _table("Schema changes", "source", "change")
    for source in told.sources:
        for change in source.schema_changes:
            table.add_row(source.name, change)
    return table


def _marts(told: StatusReport) -> Table:
    table = _table("Unified", "mart", "rows")
    for name, rows in told.marts.items():
        table.add_row(name, f"{rows:,}")
    return table


def _audiences(told: StatusReport) -> Table:
    table = _table("Audiences", "audience", "of", "size", "entered", "left", "note")
    for item in told.audiences:
        note = f"held: muster release {item.name}" if item.held else ""
        table.add_row(item.name, item.of, f"{item.size:,}", f"{item.entered:+,}", f"{-item.left:+,}", note)
    return table


def _changes(told: StatusReport) -> Table:
    table = _table("Who entered and left", "audience", "entered ids", "left ids")
    for item in told.audiences:
        if item.entered_ids or item.left_ids:
            table.add_row(item.name, _some(item.entered_ids, item.entered), _some(item.left_ids, item.left))
    return table


def _some(ids: list[str], count: int) -> str:
    more = f" and {count - len(ids):,} more" if count > len(ids) else ""
    return ", ".join(ids) + more


def _activations(told: StatusReport) -> Table:
    table = _table("Delivered", "destination", "audience", "sent", "acknowledged", "refused", "withheld")
    for item in told.activations:
        counts = (item.sent, item.acknowledged, item.refused, item.withheld)
        table.add_row(item.destination, item.audience, *(f"{count:,}" for count in counts))
    return table
