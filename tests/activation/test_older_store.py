"""A state store that an older version made is opened as it is, and gets what it lacks."""

from __future__ import annotations

from sqlalchemy import text

from muster.activation import due
from muster.state import StateStore
from tests.activation.small_world import World, person


def test_columns_that_are_missing_are_added_and_rows_stay(any_world: World) -> None:
    any_world.evaluate([person(0)])
    any_world.deliver()
    with any_world.store.begin() as connection:
        for table, column in (("activation", "place"), ("activation", "refused"), ("delivery_batch", "later")):
            connection.execute(text(f"alter table {table} drop column {column}"))
    again = StateStore(any_world.settings.state_url)
    world = World(any_world.settings, again, any_world.configuration, any_world.evaluations, any_world.now)
    assert due(again) == []
    world.evaluate([person(0), person(1)])
    assert world.deliver().acknowledged == 2
    again.close()
