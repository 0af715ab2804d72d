"""Audiences: `make bench-audiences`, or `python -m bench.audiences`, and one row of `make bench`."""

from bench.audiences.compare import compare

__all__ = ["compare"]
