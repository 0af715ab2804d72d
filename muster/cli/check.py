"""`muster check`: every mistake of a configuration in one pass."""

from __future__ import annotations

import sys

import click

from muster.cli.schema import project_schema
from muster.config.check import check as find_problems
from muster.config.check import render
from muster.settings import Settings


@click.command()
def check() -> None:
    """Check the configuration against itself, the exports and the dbt project's schema.

    Prints one line per mistake: file, line, what is wrong, how to mend it. Exits 1 where there is any.
    """
    settings = Settings.from_environment()
    problems = find_problems(settings, project_schema(settings))
    if problems:
        click.echo(render(problems, settings.config))
        click.echo(f"{len(problems)} {'mistake' if len(problems) == 1 else 'mistakes'} in {settings.config}", err=True)
        sys.exit(1)
    click.echo(f"{settings.config}: no mistakes")
