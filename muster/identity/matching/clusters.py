"""From scored pairs to clusters: what belongs together, without chains that join what does not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from muster.identity.graph.components import components
from muster.identity.matching.groups import Groups

#: The weight of one pair for or against a merge, in natural log odds: one pair alone never decides for a whole cluster.
_MOST = 7.0
#: How many times the log odds of what disagrees may count against a merge.
_DISAGREED = 2.0
#: From here on what is personal forbids a merge, whoever stands between: junior is never senior.
_NEVER, _VETO = 10.0, 1e6


def clusters(
    rows: int, pairs: pa.Table, merge: float, unknown: float | None = None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Cluster and confidence of rows 0 … `rows` - 1 from pairs (`left`, `right`, `probability`), each at most once.

    Rows joined by pairs of at least `merge` form a component. Within one, the likeliest pairs merge first, and two
    groups merge only where the log odds of all pairs between them sum up to more than nothing: A and C, which
    contradict each other, are not joined by B, which is like both. `unknown` is the probability of a pair that is not
    given (by default 0.02: whoever gives all pairs that are worth a look gives few that are of one person).

    Returns labels, shape (rows,), numbered from 0 in the order of their first row, and confidences, shape (rows,): of a
    row in a cluster the probability of its strongest link to the rest of it, of a row alone the probability that none
    of its refused links is true.
    """
    left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
    probability = pairs["probability"].to_numpy()
    odds = _odds(pairs)
    strong = probability >= merge
    labels = components(rows, left[strong], right[strong]).astype(np.int64)
    inside = labels[left] == labels[right]
    sizes = np.bincount(labels, minlength=rows)
    held = np.bincount(labels[left[strong]], minlength=rows)
    contested = held < sizes * (sizes - 1) // 2
    chosen = np.flatnonzero(inside & contested[labels[left]])
    order = chosen[np.argsort(labels[left[chosen]], kind="stable")]
    absent = 0.02 if unknown is None else unknown
    following = int(labels.max(initial=-1)) + 1
    for part in np.split(order, np.flatnonzero(np.diff(labels[left[order]])) + 1):
        if len(part):
            members, groups = _parted(left[part], right[part], probability[part], odds[part], merge, absent)
            labels[members] = np.where(groups == 0, labels[members], following + groups - 1)
            following += int(groups.max())
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    numbered = np.argsort(np.argsort(first))[inverse]
    return numbered.astype(np.int64), _confidence(rows, numbered, left, right, probability)


def _odds(pairs: pa.Table) -> NDArray[np.float64]:
    """What each pair says for or against a merge.

    An unlikely pair speaks against it as far as something disagrees, and not at all where there is little to compare.
    What one person has one of alone, such as a birth date, speaks fully where it disagrees, however much else agrees.
    """
    clipped = np.clip(pairs["probability"].to_numpy(), 1e-9, 1 - 1e-9)
    odds = np.clip(np.log(clipped / (1 - clipped)), -_MOST, _MOST)
    if "against" not in pairs.column_names:
        return np.asarray(odds)
    against, personal = pairs["against"].to_numpy(), pairs["personal"].to_numpy()
    unlikely = np.minimum(np.maximum(odds, -_DISAGREED * against), -_DISAGREED * personal)
    told = np.where(odds < 0, np.maximum(unlikely, -_MOST), odds)
    return np.asarray(np.where((odds < 0) & (personal > _NEVER), -_VETO, told))


def _parted(
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    probability: NDArray[np.float64],
    odds: NDArray[np.float64],
    merge: float,
    absent: float,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The members of one component, and the group of each."""
    members, ends = np.unique(np.concatenate([left, right]), return_inverse=True)
    a, b = ends[: len(left)], ends[len(left) :]
    groups = Groups(len(members), a, b, odds, float(np.log(absent / (1 - absent))))
    strong = np.flatnonzero(probability >= merge)
    likeliest = strong[np.lexsort((b[strong], a[strong], -probability[strong]))]
    for one, other in zip(a[likeliest].tolist(), b[likeliest].tolist(), strict=True):
        groups.join(one, other)
    return members, groups.of_each()


def _confidence(
    rows: int,
    labels: NDArray[np.int64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    probability: NDArray[np.float64],
) -> NDArray[np.float64]:
    within = labels[left] == labels[right]
    best, refused = np.zeros(rows), np.zeros(rows)
    for ends in (left, right):
        np.maximum.at(best, ends[within], probability[within])
        np.maximum.at(refused, ends[~within], probability[~within])
    alone = np.bincount(labels, minlength=rows)[labels] == 1
    return np.where(alone, 1 - refused, best)
