"""`muster init`: a ready configuration for a folder of exports."""

from __future__ import annotations

from pathlib import Path

import click

from muster.init import init as write_setup

TYPES = ("salesforce", "hubspot", "marketo", "events", "table")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--export",
    "exports",
    multiple=True,
    required=True,
    metavar="TYPE=FOLDER",
    help=f"A folder of exports and what wrote it: {', '.join(TYPES)}. May be given several times.",
)
def init(folder: Path, exports: tuple[str, ...]) -> None:
    """Look at folders of exports and write FOLDER/config and FOLDER/data for them."""
    report = write_setup(folder, [_parsed(item) for item in exports])
    click.echo(report.text)


def _parsed(text: str) -> tuple[str, Path]:
    kind, _, path = text.partition("=")
    if kind not in TYPES or not path:
        raise click.BadParameter(f"{text!r}: write TYPE=FOLDER with one of {', '.join(TYPES)}", param_hint="--export")
    if not Path(path).expanduser().is_dir():
        raise click.BadParameter(f"{path} is not a folder", param_hint="--export")
    return kind, Path(path).expanduser().resolve()
