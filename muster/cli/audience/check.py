"""`muster audience check`: mistakes in audience files, for people and for editors."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from muster.cli.audience.context import as_json, echo_json
from muster.config.diagnostics import Diagnostic, diagnose
from muster.settings import Settings


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--stdin", "unsaved", type=click.Path(path_type=Path), help="Check standard input as if saved there.")
@as_json
def check(files: tuple[Path, ...], unsaved: Path | None, as_json: bool) -> None:
    """Every mistake in audience FILES (default: all of the set-up), one a line: file:line:column, what, how to mend it.

    `--json` gives diagnostics as in the Language Server Protocol, whose lines and characters count from 0. Ends with 1
    where there is a mistake.
    """
    settings = Settings.from_environment()
    texts: list[tuple[Path, str | None]] = [(path, None) for path in files]
    if unsaved is not None:
        texts.append((unsaved, sys.stdin.read()))
    found = diagnose(settings, texts)
    if as_json:
        echo_json({"diagnostics": [item.to_json() for item in found]})
    else:
        for item in found:
            click.echo(_line(settings, item))
    if found:
        sys.exit(1)


def _line(settings: Settings, item: Diagnostic) -> str:
    """With the file's path as seen from where the user stands."""
    place = Path(item.file)
    inside = settings.config / place
    if not place.is_absolute() and inside.exists():
        place = inside.relative_to(Path.cwd()) if inside.is_relative_to(Path.cwd()) else inside
    return str(item).replace(item.file, str(place), 1)
