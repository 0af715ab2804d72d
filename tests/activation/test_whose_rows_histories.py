"""On any history, with interruptions anywhere and a destination that has rows of its own: it ends exactly right."""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from muster.activation import due
from muster.activation.again import resend, retry
from muster.errors import DeliveryError
from muster.settings import Settings
from muster.state import StateStore
from tests.activation.shelf import Shelf
from tests.activation.small_world import AUDIENCE, World, person
from tests.activation.test_histories import interrupted_at

PEOPLE = 6
#: Who is in, who is renamed, whom the destination refuses or has no time for, at which write it is cut off, and whether
#: somebody has everyone sent anew.
subset = st.frozensets(st.integers(0, PEOPLE - 1))
steps = st.tuples(subset, subset, subset, subset, st.none() | st.integers(1, 60), st.sampled_from(["", "", "resend"]))


@settings(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.frozensets(st.integers(0, PEOPLE - 1), max_size=3), st.lists(steps, min_size=1, max_size=4))
def test_nothing_is_lost_nothing_is_left_and_nothing_of_others_is_touched(
    others: frozenset[int], history: list[tuple[Any, ...]]
) -> None:
    data = Path(tempfile.mkdtemp()) / "data"
    set_up = Settings.at(data.parent / "config", data)
    world = World(set_up, StateStore(set_up.state_url))
    shelf = Shelf(data.parent / "shelf")
    shelf.folder.mkdir()
    for number in others:
        (shelf.folder / f"p_{number}").write_text(json.dumps({"by": "somebody else"}))
    rows = {number: person(number) for number in range(PEOPLE)}
    members: frozenset[int] = frozenset()
    try:
        with pytest.MonkeyPatch.context() as patched:
            for module in ("deliver", "wanted", "again"):
                patched.setattr(import_module(f"muster.activation.{module}"), "open_destination", lambda *_: shelf)
            for members, renamed, refused, busy, cut, also in history:
                for number in renamed:
                    rows[number]["first_name"] += "x"
                shelf.refuse, shelf.busy = {f"p_{n}" for n in refused}, {f"p_{n}" for n in busy}
                world.evaluate(list(rows.values()), members)
                if also and world.evaluations > 1:
                    resend(world.settings, world.store, world.configuration, "drop", AUDIENCE, world.now)
                with interrupted_at(cut), suppress(DeliveryError):
                    world.deliver()
            shelf.refuse, shelf.busy = set(), set()
            world.deliver()
            retry(world.settings, world.store, "drop", AUDIENCE)
            world.deliver()
            assert world.deliver().nothing_to_do
        content = shelf.content()
        for number in members:
            assert content[f"p_{number}"]["first_name"] == rows[number]["first_name"]
        assert {f"p_{n}" for n in members} <= set(content) <= {f"p_{n}" for n in {*members, *others}}
        assert {f"p_{n}" for n in others} <= set(content), "somebody else's row was taken away"
        assert due(world.store) == []
    finally:
        world.store.close()
        shutil.rmtree(data.parent)
