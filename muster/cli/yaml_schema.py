"""`muster schema`: JSON schemas of the configuration's files, for editors."""

from __future__ import annotations

import json
from pathlib import Path

import click

from muster.config.diagnostics import known_schema
from muster.config.json_schema import FILES, json_schema
from muster.config.load import read
from muster.durable import write_whole
from muster.settings import Settings

FOLDER = ".schema"


@click.command("schema")
@click.argument("kind", required=False, type=click.Choice(list(FILES)))
@click.option("--write", is_flag=True, help=f"Write all of them to {FOLDER}/ in the configuration folder.")
def yaml_schema(kind: str | None, write: bool) -> None:
    """The JSON schema of a KIND of file: audience, sources, destinations, identity or governance.

    With `--write` they are put into the configuration folder; a file names its own in its first line, such as
    `# yaml-language-server: $schema=../.schema/audience.json`.
    """
    if (kind is None) == (not write):
        raise click.UsageError("name a KIND, or use --write for all of them")
    settings = Settings.from_environment()
    destinations = read(settings.config).destinations
    names = [item.name for item in destinations.model.destinations] if destinations else []
    if kind:
        click.echo(json.dumps(json_schema(kind, known_schema(settings), names), indent=1))
        return
    schema = known_schema(settings)
    for name in FILES:
        path = settings.config / FOLDER / f"{name}.json"
        write_whole(path, json.dumps(json_schema(name, schema, names), indent=1) + "\n")
        click.echo(f"{_here(path)}   {modeline(name)}")


def modeline(kind: str) -> str:
    """The first line by which an editor finds a file's schema."""
    up = "../" if kind == "audience" else ""
    return f"# yaml-language-server: $schema={up}{FOLDER}/{kind}.json"


def _here(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
