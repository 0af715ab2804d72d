"""One pass for a family: each row is sent to the combination of constants that it meets.

The rows come back as one number each, combination × width + ordinal, and are struck into a mask with a line for each
combination, or tallied where rows are counted; a line is a set. What a pass holds in memory is those lines and one
batch of rows.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from operator import eq, ge, gt, le, lt, ne
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
from pyroaring import BitMap
from sqlglot import exp

from muster.audiences.bitmaps import Mask, from_mask, struck, tallied
from muster.audiences.planning.axis import Axis, axes, number
from muster.audiences.planning.family import Family
from muster.audiences.planning.leaf import Count, Leaf, written

COMPARE = {"eq": eq, "neq": ne, "lt": lt, "lte": le, "gt": gt, "gte": ge}

Lines = npt.NDArray[Any]


def sweep(
    connection: duckdb.DuckDBPyConnection, family: Family, width: int, memory: int
) -> Iterator[tuple[Leaf, BitMap]]:
    """Who meets each leaf of a family; ordinals are below `width`, a multiple of 65,536.

    A line takes a byte for each ordinal, four where rows are counted; a family that needs more than `memory` bytes is
    parted.
    """
    gather, put_together, each = (tallied, np.add, 4) if family.counts else (struck, np.logical_or, 1)
    for part in family.within(max(1, memory // (width * each))):
        sorted_by = axes(part)
        lines = gather(connection, written(_query(part, sorted_by, width)), part.codes * width)
        lines = lines.reshape(*(len(axis.constants) for axis in sorted_by), width)
        _accumulate(lines, sorted_by, put_together)
        for leaf in part.leaves:
            places = itertools.product(*(axis.places(leaf) for axis in sorted_by))
            line = put_together.reduce([lines[place] for place in places])
            yield leaf, from_mask(_compared(line, leaf.count) if leaf.count else line)


def _query(family: Family, sorted_by: Sequence[Axis], width: int) -> exp.Select:
    """One column: combination × width + ordinal of each row that meets a combination."""
    one = family.leaves[0]
    query = one.tables.copy()
    code: exp.Expr = number(0)
    for axis in sorted_by:
        query = axis.narrowed(query)
        code = exp.Add(
            this=exp.Mul(this=exp.paren(code), expression=number(len(axis.constants))), expression=axis.place
        )
    varied = {axis.number for axis in sorted_by}
    fixed = [test.condition.copy() for place, test in enumerate(one.tests) if place not in varied]
    inside = exp.Between(this=one.who.copy(), low=number(0), high=number(width - 1))
    at = exp.Add(this=exp.Mul(this=exp.paren(code), expression=number(width)), expression=one.who.copy())
    return query.select(exp.cast(at, "bigint"), copy=False).where(inside, *fixed, copy=False)


def _accumulate(lines: Lines, sorted_by: Sequence[Axis], put_together: np.ufunc) -> None:
    """A row has gone to the last threshold it meets: bring it to those before."""
    for place, axis in enumerate(sorted_by):
        if axis.nested:
            along = np.moveaxis(lines, place, 0)
            for index in reversed(range(len(along) - 1)):
                put_together(along[index], along[index + 1], out=along[index])


def _compared(line: Lines, count: Count) -> Mask:
    mask: Mask = COMPARE[count.operator](line, count.number.value)
    return mask
