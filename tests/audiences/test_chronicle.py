"""Versions as they are told, without anybody in them."""

from __future__ import annotations

from datetime import timedelta

from muster.audiences.chronicle import markdown, versions
from muster.settings import Settings
from tests.audiences.sample_world import INSTANT, keep, open_store


def test_the_last_versions_as_a_table_for_the_ui(settings: Settings) -> None:
    store = open_store(settings)
    for number, (rule, members) in enumerate([("true", [1, 2]), ("true", [1]), ("false", [])]):
        keep(store, "some", members, INSTANT + timedelta(days=number), rule=rule, held=not members)

    lines = markdown(versions(store, "some", 2)).splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == ["3", "2"]
    assert "-1" in lines[2]
    assert "changed held back" in lines[2]
    assert "changed" not in lines[3]


def test_an_audience_without_versions_is_an_empty_table(settings: Settings) -> None:
    assert len(markdown(versions(open_store(settings), "none", 5)).splitlines()) == 2
