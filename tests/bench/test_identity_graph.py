"""A small run of the graph's comparison: every side gives the same answer. No time is asserted."""

from __future__ import annotations

from bench.identity.graph import compare


def test_ours_and_the_peers_find_the_same_clusters() -> None:
    full, parted, day = compare(5_000, rounds=1, splink=False)
    assert full.ours.rounds[0].answer == full.peer.rounds[0].answer
    assert day.ours.rounds[0].answer == day.peer.rounds[0].answer
    refused = parted.ours.rounds[0].answer["clusters"] - parted.peer.rounds[0].answer["clusters"]
    assert 0 < refused <= 50
