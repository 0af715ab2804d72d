"""`muster check`: every mistake of a configuration in one pass, and which object is read from where."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from muster.cli.schema import project_schema
from muster.config.check import check_all, render, warnings
from muster.config.load import load
from muster.config.models import Source, SourcesFile
from muster.config.topology import Way, ways
from muster.connectors.readers import live
from muster.settings import Settings


@click.command()
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
def check(folders: tuple[Path, ...]) -> None:
    """Check the configuration against itself, the exports and the dbt project's schema.

    Several FOLDERS are checked together, each a configuration of its own: one Marketo instance may serve several
    sandboxes of one organization, never two organizations. Prints one line per mistake: file, line, what is wrong, how
    to mend it. Exits 1 where there is any. Warnings tell what is beyond a guardrail of governance.yml. Live sources are
    listed with what is read from where, and why.
    """
    own = Settings.from_environment()
    set_ups = [_set_up(folder, own) for folder in folders] or [own]
    schema = project_schema(own)
    found = check_all(set_ups, schema)
    for folder, problems in found:
        if problems:
            click.echo(render(problems, folder))
            many = "mistake" if len(problems) == 1 else "mistakes"
            click.echo(f"{len(problems)} {many} in {folder}", err=True)
    if any(problems for _, problems in found):
        sys.exit(1)
    for set_up, (folder, _) in zip(set_ups, found, strict=True):
        click.echo(f"{folder}: no mistakes")
        for warning in warnings(set_up, schema):
            click.echo(f"warning: {warning}")
        _show_ways(load(folder).sources)


def _set_up(folder: Path, own: Settings) -> Settings:
    """A configuration folder with its data: `data` beside `config`, as `muster init` makes them, else our own."""
    data = folder.resolve().parent / "data"
    return Settings.at(folder.resolve(), data if folder.resolve().name == "config" and data.is_dir() else own.data)


def _show_ways(sources: SourcesFile) -> None:
    """One line for all objects of a source that share their reason."""
    told: dict[tuple[str, bool, str], list[str]] = {}
    for source in sources.sources:
        for way in _ways(source, sources) if source.connection else ():
            told.setdefault((way.source, way.read, way.why), []).append(way.object)
    if not told:
        return
    title = f"What is read from where into {sources.organization}/{sources.sandbox}"
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim")
    for name in ("source", "objects", "read", "why"):
        table.add_column(name, overflow="fold")
    for (name, read, why), objects in told.items():
        table.add_row(name, ", ".join(objects), "yes" if read else "no", why)
    Console().print(table)


def _ways(source: Source, sources: SourcesFile) -> Iterator[Way]:
    yield from ways(source, sources, live(source).objects(source))
