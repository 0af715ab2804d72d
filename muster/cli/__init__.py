"""The `muster` command: one module per command, each a thin reader of arguments over the domain."""

from muster.cli.main import main

__all__ = ["main"]
