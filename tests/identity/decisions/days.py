"""Days of clusters, without the graph that finds them: only which id each cluster bears, and the register."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import duckdb

from tests.identity.compiled import Compiled

Cluster = frozenset[str]


def clusters(*nodes: str) -> list[Cluster]:
    """`clusters("ab", "c")`: records `a` and `b` are one, `c` is another."""
    return [frozenset(item) for item in nodes]


@dataclass
class Days:
    """One register, carried from day to day through the project's own SQL."""

    project: Compiled
    ordinals: dict[str, int] = field(default_factory=dict)

    def day(self, parts: Sequence[Iterable[str]], publish: bool = True) -> dict[Cluster, str]:
        """Build these clusters, publish the register, and say which id each of them bears.

        A node in upper case is no record but a value that records bear.
        """
        with duckdb.connect() as connection:
            connection.execute("attach ':memory:' as warehouse; use warehouse; create schema intermediate")
            connection.execute("""
                create table intermediate.int_person_clusters (
                    cluster bigint, node varchar, is_record boolean, born_at timestamp,
                    is_person boolean, is_device boolean
                )
            """)
            for number, part in enumerate(parts):
                for node in part:
                    connection.execute(
                        "insert into intermediate.int_person_clusters values (?, ?, ?, null, true, false)",
                        [number, node, node.islower()],
                    )
            models = self.project.models
            connection.execute(f"create table intermediate.int_person_ids as {models['int_person_ids']}")
            connection.execute("""
                create table intermediate.int_person_by_identity as
                select node, person_id, is_device, timestamp '2025-01-01' as first_loaded_at
                from intermediate.int_person_clusters inner join intermediate.int_person_ids using (cluster)
            """)
            connection.execute(f"create table intermediate.int_person_register as {models['int_person_register']}")
            connection.execute(
                "create table intermediate.int_account_register as from intermediate.int_person_register"
            )
            connection.execute("set search_path = 'warehouse.intermediate'")
            found = connection.execute("select cluster, person_id from int_person_ids").fetchall()
            if publish:
                self.project.publish(connection)
        assert len({id_ for _, id_ in found}) == len(found) == len(parts)
        return {frozenset(parts[number]): id_ for number, id_ in found}

    def register(self) -> list[tuple[str, str, int, str | None, bool]]:
        """node, id, ord, merged_into, is_present; in the order of their ids."""
        return duckdb.execute(
            f"select node, id, ord, merged_into, is_present from '{self.project.register('person')}' order by ord, node"
        ).fetchall()
