"""The replay of links to which something objects, one by one, the surest first.

A plain loop: it sees only the few groups in which a source, a decision or a hierarchy stands against a link.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

DECIDED = "decided to be different"
FAMILY = "parent and child"
ONE_SOURCE = "one source keeps them apart"
IDENTIFIERS = "different D-U-N-S numbers"
COUNTRIES = "different countries"
RIVALS = "two accounts of one source fit about as well"

#: A rival whose odds are at least this share of a link's own leaves open which of the two is meant (our decision).
RIVAL_ODDS = 0.5


@dataclass(frozen=True)
class Link:
    """A candidate: its position in the table, the numbers of its nodes, who vouches for it, and how probable it is."""

    position: int
    left: int
    right: int
    is_said: bool  # by a person or a source: only a decision stands above it
    is_weak: bool  # found by matching
    probability: float


@dataclass(frozen=True)
class Record:
    """What of a live record may object to a weak link."""

    source: str | None
    identifier: str | None
    country: str | None


@dataclass
class Group:
    """Nodes that are one account so far."""

    nodes: set[int]
    sources: set[str] = field(default_factory=set)
    identifiers: set[str] = field(default_factory=set)
    countries: set[str] = field(default_factory=set)

    def take_in(self, other: Group) -> None:
        self.nodes |= other.nodes
        self.sources |= other.sources
        self.identifiers |= other.identifiers
        self.countries |= other.countries


def replayed(
    links: Sequence[Link], records: Mapping[int, Record], apart: Iterable[tuple[int, int, bool]]
) -> list[tuple[Link, str]]:
    """The links that do not hold, each with the reason. `links` come in the order in which they are tried."""
    return list(_Replay(links, records, apart).refused(links))


class _Replay:
    def __init__(
        self, links: Sequence[Link], records: Mapping[int, Record], apart: Iterable[tuple[int, int, bool]]
    ) -> None:
        self.records = records
        self.groups: dict[int, Group] = {}
        self.apart: dict[int, dict[int, bool]] = defaultdict(dict)
        self.weak: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for left, right, is_decided in apart:
            self.apart[left][right] = self.apart[right][left] = is_decided
        for link in links:
            if link.is_weak:
                self.weak[link.left].append((link.right, link.probability))
                self.weak[link.right].append((link.left, link.probability))

    def refused(self, links: Iterable[Link]) -> Iterable[tuple[Link, str]]:
        for link in links:
            left, right = self.group(link.left), self.group(link.right)
            if left is right:
                continue
            reason = self.objection(link, left, right)
            if reason:
                yield link, reason
            else:
                self.join(left, right)

    def group(self, node: int) -> Group:
        if node not in self.groups:
            record = self.records.get(node, Record(None, None, None))
            known = [{value} if value else set() for value in (record.source, record.identifier, record.country)]
            self.groups[node] = Group({node}, *known)
        return self.groups[node]

    def join(self, one: Group, other: Group) -> None:
        """The larger takes in the smaller, so that no node moves often."""
        if len(one.nodes) < len(other.nodes):
            one, other = other, one
        one.take_in(other)
        for node in other.nodes:
            self.groups[node] = one

    def objection(self, link: Link, left: Group, right: Group) -> str | None:
        between = self.apart_between(left, right)
        if True in between:
            return DECIDED
        if between and not link.is_said:
            return FAMILY
        return self.doubt(link, left, right) if link.is_weak else None

    def doubt(self, link: Link, left: Group, right: Group) -> str | None:
        """What stands against a link that only matching found."""
        if left.sources & right.sources:
            return ONE_SOURCE
        if _differ(left.identifiers, right.identifiers):
            return IDENTIFIERS
        if _differ(left.countries, right.countries):
            return COUNTRIES
        if self.has_rival(link, left, right) or self.has_rival(link, right, left):
            return RIVALS
        return None

    def apart_between(self, one: Group, other: Group) -> set[bool]:
        """Whether pairs across the two may not be one: by decision (True), as parent and child (False)."""
        if len(one.nodes) > len(other.nodes):
            one, other = other, one
        pairs = ((self.apart[node], other.nodes) for node in one.nodes if node in self.apart)
        return {is_decided for against, nodes in pairs for node, is_decided in against.items() if node in nodes}

    def has_rival(self, link: Link, group: Group, partner: Group) -> bool:
        """Another account of a source of `partner` is about as likely for `group`, and is not `partner`'s duplicate."""
        needed = _odds(link.probability) * RIVAL_ODDS
        for node in group.nodes:
            for other, probability in self.weak[node]:
                rival = self.group(other)
                if rival is group or rival is partner or not rival.sources & partner.sources:
                    continue
                if _odds(probability) >= needed and not self.are_alike(rival, partner):
                    return True
        return False

    def are_alike(self, one: Group, other: Group) -> bool:
        """Matching would make them one, were they not of one source: a duplicate within it."""
        return any(partner in other.nodes for node in one.nodes for partner, _ in self.weak[node])


def _differ(one: set[str], other: set[str]) -> bool:
    return bool(one and other) and not one & other


def _odds(probability: float) -> float:
    return probability / max(1e-14, 1 - probability)
