"""Groups of related accounts of a bounded size.

Accounts hang together by parent, domain or name. What hangs together is one group where it is small enough; a larger
one is split along the hierarchy: an account keeps its oldest branches by its side for as long as they fit, and what
does not fit goes into groups of siblings. Younger accounts come last everywhere, so that a new one moves no other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from muster.identity.graph.components import Integers, components


def grouped(accounts: pa.Table, limit: int = 30) -> pa.Array:
    """The group of each account, named by the id of its oldest member; no group has more than `limit`.

    `accounts`, in the order of `number`, which counts from 0 and from old to young: account_id, parent_number (-1 for
    none; no circles), domain and name where they relate accounts, domain_number and name_number: the oldest account of
    the same domain and name.
    """
    count = accounts.num_rows
    number, parents = np.arange(count, dtype=np.int64), accounts["parent_number"].to_numpy()
    pairs = [parents]
    for told, oldest in (("domain", "domain_number"), ("name", "name_number")):
        pairs.append(np.where(accounts[told].is_valid().to_numpy(), accounts[oldest].to_numpy(), -1))
    left, right = np.tile(number, len(pairs)), np.concatenate(pairs)
    labels = components(count, left[right >= 0], right[right >= 0])
    # a component's smallest node is its oldest account
    groups = np.unique(labels, return_index=True)[1][labels] if count else number
    members: dict[int, list[int]] = defaultdict(list)
    for account in np.flatnonzero(np.bincount(labels)[labels] > limit).tolist():
        members[int(labels[account])].append(account)
    for together in members.values():
        kin = {
            account: accounts["domain"][account].as_py() or accounts["name"][account].as_py() for account in together
        }
        for group in _split(together, parents, kin, limit):
            groups[group] = min(group)
    return accounts["account_id"].combine_chunks().take(pa.array(groups, pa.int64()))


def _split(members: list[int], parents: Integers, kin: Mapping[int, str | None], limit: int) -> Iterable[list[int]]:
    """Groups of what hangs together but is too large; `members` from old to young.

    Families with the same `kin` stay together as far as they fit.
    """
    children: dict[int, list[int]] = defaultdict(list)
    for account in members:
        children[int(parents[account])].append(account)
    beside: dict[int, list[int]] = {}
    for account in _leaves_first(children):
        own, rest = [account], []
        for child in children[account]:
            branch = beside.pop(child)
            if len(own) + len(branch) <= limit:
                own += branch
            else:
                rest.append(branch)
        beside[account] = own
        yield from _packed(rest, limit)
    families: dict[str | None, list[list[int]]] = defaultdict(list)
    for root in children[-1]:
        families[kin[root]].append(beside[root])
    for some in families.values():
        yield from _packed(some, limit)


def _leaves_first(children: dict[int, list[int]]) -> list[int]:
    """All accounts below the roots, each after its children."""
    order, open_ = [], list(children[-1])
    while open_:
        account = open_.pop()
        order.append(account)
        open_ += children.get(account, [])
    return order[::-1]


def _packed(branches: list[list[int]], limit: int) -> Iterable[list[int]]:
    """Branches put together in their order, a new group where the next does not fit."""
    group: list[int] = []
    for branch in branches:
        if group and len(group) + len(branch) > limit:
            yield group
            group = []
        group = group + branch
    if group:
        yield group
