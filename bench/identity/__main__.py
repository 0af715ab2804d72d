"""`python -m bench.identity [people …]`: prints how right the matching is; with `--set`, on these sets alone."""

from __future__ import annotations

import importlib
import logging
import warnings
from pathlib import Path

import click
from rich.console import Console

from bench.identity.scoring import table


@click.command()
@click.argument("jobs", nargs=-1)
@click.option("--set", "sets", multiple=True, metavar="NAME", help="Only this set; many.")
def main(jobs: tuple[str, ...], sets: tuple[str, ...]) -> None:
    """Print precision, recall, F1, seconds and memory of each job: people, organisations."""
    logging.disable(logging.CRITICAL)  # the peers tell every step
    warnings.simplefilter("ignore")
    here = Path(__file__).parent
    for job in jobs or tuple(name for name in ("people", "organisations") if (here / f"{name}.py").exists()):
        found = importlib.import_module(f"bench.identity.{job}").scores(sets)
        Console(width=140).print(table(found, f"{job}: pairwise precision and recall of clusters"))


if __name__ == "__main__":
    main()
