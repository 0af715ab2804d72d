"""Why records are one profile, or are not: the links that hold it together, and those that were refused.

A link lies between two identities (`b2b_person:<source key>`, `Email:<address>`, …). Links in use make a tree from the
profile's leading record; between any two records there is a best chain, of exact links before likeness and short before
long. A chain that goes over a refused link says why two records are not one.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from muster import sql
from muster.identity.profile.model import Kind
from muster.identity.profile.reader import Reader

#: Of a way: refused links, machines it goes through, matches, links.
Cost = tuple[int, int, int, int]

#: Links beyond this many around one profile are counted, not shown.
MOST_LINKS = 2000


@dataclass(frozen=True)
class Link:
    """A link between two identities; `refused_because` is None where it is in use."""

    left: str
    right: str
    kind: str
    source_key: str | None = None
    source_name: str | None = None
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    probability: float | None = None
    evidence: str | None = None
    refused_because: str | None = None

    @property
    def is_used(self) -> bool:
        return self.refused_because is None

    def other(self, node: str) -> str:
        return self.right if node == self.left else self.left


@dataclass(frozen=True, order=True)
class Step:
    """A link, walked from `start` to `end`."""

    start: str
    end: str
    link: Link = field(compare=False)


@dataclass(frozen=True)
class Why:
    """`tree` leads from the root to every identity that links in use reach, parents before children."""

    root: str
    tree: Sequence[Step]
    refused: Sequence[Link]
    total: int

    def to_json(self) -> dict[str, Any]:
        told = {"root": self.root, "links": [asdict(step.link) for step in self.tree], "total": self.total}
        return told | {"refused": [asdict(link) for link in self.refused]}


def links_around(reader: Reader, kind: Kind, nodes: Iterable[str]) -> tuple[list[Link], int]:
    """Links with an end among `nodes`, and how many there are in all; none where the snapshot has no links."""
    table = f"{kind}_link"
    if not reader.has(table):
        return [], 0
    names = {"left_node": "left", "right_node": "right", **{name: name for name in Link.__dataclass_fields__}}
    there = [name for name in reader.columns(table) if name in names]
    listed = ", ".join(f"{sql.identifier(name)} as {sql.identifier(names[name])}" for name in there)
    query = f"""
        select {listed} from {reader.table(table)}
        where list_contains($nodes, left_node) or list_contains($nodes, right_node)
        order by all
    """
    rows, total = reader.some(query, MOST_LINKS, nodes=sorted(set(nodes)))
    return [Link(**row) for row in rows], total


def nodes_of(reader: Reader, kind: Kind, identifier: str) -> list[str]:
    """The identities of a profile, the leading one first."""
    if kind == "person":
        query = f"""
            select namespace || ':' || value as node from {reader.table("person_identity")} where person_id = $id
            order by is_primary desc, node
        """
    else:
        query = f"""
            select 'b2b_account:' || record.account_component_id as node
            from {reader.table("account_component")} as record
            inner join {reader.table("account")} as account on record.account_id = account.account_id
            where account.account_id = $id
            order by record.account_component_id = account.account_key desc, node
        """
    return [row["node"] for row in reader.rows(query, id=identifier)]


def node_of(reader: Reader, kind: Kind, text: str) -> tuple[str, str] | None:
    """The identity that a text names (a node, a source key, a record id or a plain value), and whose it is."""
    if kind == "person":
        nodes = (
            f"select namespace || ':' || value as node, value, person_id as id from {reader.table('person_identity')}"
        )
    else:
        nodes = f"""
            select node, substr(node, length('b2b_account:') + 1) as value, id from {reader.register("account")}
            where merged_into is null
        """
    query = f"""
        select node, id from ({nodes})
        where lower(node) = $text or lower(value) = $text or starts_with(lower(value), $text || '@')
        order by lower(node) = $text desc, lower(value) = $text desc, node
    """
    rows, _ = reader.some(query, 1, text=text.strip().lower())
    return (rows[0]["node"], rows[0]["id"]) if rows else None


def why(reader: Reader, kind: Kind, identifier: str, machines: Collection[str] = ()) -> Why:
    """What holds a profile together, and what was refused at its edge.

    `machines` are namespaces, in lower case, of cookies and devices that join nobody.
    """
    nodes = nodes_of(reader, kind, identifier)
    links, total = links_around(reader, kind, nodes)
    root = nodes[0] if nodes else ""
    used = [link for link in links if link.is_used]
    return Why(root, list(_ways(used, root, machines)), [link for link in links if not link.is_used], total)


def chain(links: Iterable[Link], start: str, end: str, machines: Collection[str] = ()) -> list[Step] | None:
    """The best way from one identity to another, None where there is no way: see `_ways`."""
    steps = {step.end: step for step in _ways(links, start, machines)}
    if start != end and end not in steps:
        return None
    way: list[Step] = []
    while end != start:
        way.append(steps[end])
        end = steps[end].start
    return way[::-1]


def _ways(links: Iterable[Link], start: str, machines: Collection[str]) -> Iterator[Step]:
    """The last step of the best way from `start` to each identity, best first.

    Best is what goes over few refused links; then through few machines, for a browser belongs to whoever used it and
    is no reason to be one; then over few matches; then over few links.
    """
    around = _around(links)
    seen = {start}
    waiting: list[tuple[Cost, Step]] = [((0, 0, 0, 0), Step(start, start, Link(start, start, "")))]
    while waiting:
        cost, step = heapq.heappop(waiting)
        if step.end in seen and step.end != start:
            continue
        if step.start != step.end:
            yield step
        node = step.end
        seen.add(node)
        for link in around.get(node, ()):
            if (other := link.other(node)) not in seen:
                heapq.heappush(waiting, (_further(cost, node, link, machines), Step(node, other, link)))


def _further(cost: Cost, node: str, link: Link, machines: Collection[str]) -> Cost:
    refused, through, matches, length = cost
    namespace = node.partition(":")[0].lower()
    is_machine = namespace in machines or "cookie" in namespace
    return refused + (not link.is_used), through + is_machine, matches + (link.kind == "match"), length + 1


def _around(links: Iterable[Link]) -> Mapping[str, Sequence[Link]]:
    around = defaultdict[str, list[Link]](list)
    for link in links:
        around[link.left].append(link)
        around[link.right].append(link)
    return around
