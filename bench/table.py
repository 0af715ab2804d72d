"""The comparisons as a table in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from bench.timing import Comparison, Side


def table(comparisons: Sequence[Comparison], title: str) -> Table:
    shown = Table(title=title, title_justify="left", caption_justify="left")
    for name in ("job", "ours", "floor or peer"):
        shown.add_column(name, overflow="fold")
    for name in ("ratio", "aim", "met"):
        shown.add_column(name, justify="right", no_wrap=True)
    for item in comparisons:
        told = "".join(f"\n[dim]{name}: {value}[/dim]" for name, value in item.told.items())
        aim = "told" if item.aim is None else f"≤ {item.aim:g}"
        met = {None: "", True: "yes", False: "no"}[item.met]
        row = (item.job + told, _side(item.ours), _side(item.peer), f"{item.ratio:.2f}", aim, met)
        shown.add_row(*row, end_section=True)
    return shown


def _side(side: Side) -> str:
    parts = "".join(f"\n[dim]{name}: {seconds:.2f} s[/dim]" for name, seconds in side.parts.items())
    return f"{side.seconds:.2f} s\n{side.what}{parts}"
