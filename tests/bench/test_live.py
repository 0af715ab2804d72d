"""A tiny run of the extraction from twins: both sides read the same, in processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import live


@pytest.mark.parametrize(
    "vendor", ["marketo", *(pytest.param(each, marks=pytest.mark.slow) for each in live.VENDORS if each != "marketo")]
)
def test_both_sides_read_what_the_twin_holds(tmp_path: Path, vendor: str) -> None:
    (found,) = live.compare(tmp_path, 2000, 1, [vendor])
    rows = {"marketo": 2000}.get(vendor, 200)
    assert found.ours.rounds[0].answer == found.peer.rounds[0].answer == {"rows": rows}
    assert found.ours.parts.keys() == {"reader", "engine"}
    assert found.told["greatest size"].endswith(" MiB")
