"""The command group. Errors that a user is meant to read end as one line and exit code 1; wrong use is 2."""

from __future__ import annotations

import errno
import sys

import click

from muster.cli.account import account
from muster.cli.audience import audience
from muster.cli.check import check
from muster.cli.dev import dev
from muster.cli.evaluate import evaluate
from muster.cli.init import init
from muster.cli.match import match
from muster.cli.plan import plan
from muster.cli.pql import pql
from muster.cli.profile import profile
from muster.cli.release import release
from muster.cli.resend import resend
from muster.cli.resolve import resolve
from muster.cli.retry import retry
from muster.cli.review import review
from muster.cli.run import run
from muster.cli.status import status
from muster.cli.twin import twin
from muster.cli.twins import twins
from muster.cli.unmerge import unmerge
from muster.cli.world import world
from muster.cli.yaml_schema import yaml_schema
from muster.config.check import render
from muster.errors import ConfigError, MusterError
from muster.settings import Settings


class _OneLineErrors(click.Group):
    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            click.echo(render(error.problems, Settings.from_environment().config), err=True)
            sys.exit(1)
        except MusterError as error:
            click.echo(str(error), err=True)
            sys.exit(1)
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of a pipe has gone; click ends quietly
                raise
            place = error.filename or "a file or folder of the set-up"
            click.echo(f"{place} cannot be used: {error.strerror or error}; check the path and its rights", err=True)
            sys.exit(1)


@click.group(cls=_OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="muster")
def main() -> None:
    """Muster: B2B audiences and their activation, on Dagster, dbt and DuckDB.

    MUSTER_CONFIG and MUSTER_DATA select the set-up; without them it is the demo in config/ and data/.
    """


COMMANDS = (
    init, check, plan, run, evaluate, status, dev, audience, pql, profile, account, resolve, match, review, unmerge,
    release, resend, retry, world, twin, twins, yaml_schema,
)  # fmt: skip
for command in COMMANDS:
    main.add_command(command)
