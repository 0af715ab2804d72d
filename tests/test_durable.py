"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from muster.durable import link_whole, write_whole


def test_text_and_bytes_come_to_stand_under_their_name_and_nothing_else_does(tmp_path: Path) -> None:
    write_whole(tmp_path / "new" / "a", "Zürich")
    write_whole(tmp_path / "new" / "a", b"b")

    assert (tmp_path / "new" / "a").read_bytes() == b"b"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a"]


def test_writing_over_a_link_leaves_the_other_file_as_it_is(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    write_whole(first, "kept")
    link_whole(first, second)
    write_whole(second, "new")

    assert (first.read_text(), second.read_text()) == ("kept", "new")


def test_what_a_kill_left_is_never_written_into(tmp_path: Path) -> None:
    kept, place = tmp_path / "kept", tmp_path / "place"
    write_whole(kept, "kept")
    os.link(kept, tmp_path / ".place.part")
    write_whole(place, "new")

    assert (kept.read_text(), place.read_text()) == ("kept", "new")


def test_a_file_system_without_links_gets_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    write_whole(tmp_path / "a", "text")
    link_whole(tmp_path / "a", tmp_path / "b")

    assert (tmp_path / "b").read_text() == "text"
