"""Day by day with the register carried along, or all at once: the same people, and ids that last.

A history is of arrivals, changes and deletions of records, of rules that change, and of what people decide.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.errors import ConfigError
from muster.identity.decisions.file import DECISIONS_FILE, add_decisions, as_json, read_decisions
from tests.identity.compiled import Compiled
from tests.identity.decisions.published import decided
from tests.identity.people import Row, all_of, at, person

NEEDED = ("int_person_by_identity", "int_person_register")
KEYS, MAILBOXES = st.sampled_from("abcde"), st.sampled_from("uvw")

steps = st.one_of(
    st.tuples(st.just("put"), KEYS, MAILBOXES, st.none() | KEYS),
    st.tuples(st.just("delete"), KEYS),
    st.tuples(st.just("decide"), KEYS, KEYS, st.sampled_from(["same", "different"])),
    st.tuples(st.just("share"), MAILBOXES),
)
histories = st.lists(st.lists(steps, min_size=1, max_size=5), min_size=2, max_size=4)


@dataclass
class State:
    """What the sources, the rules and the decisions say on a day."""

    file: Path
    rows: dict[str, Row] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)

    def step(self, day: int, kind: str, *told: Any) -> None:
        if kind == "put":
            key, mailbox, other = told
            link = other if other != key else None
            created = self.rows.get(key, {}).get("created_at", at(day))
            email = f"{mailbox}@x.example"
            self.rows[key] = person(key, email, external_key=link, created_at=created, updated_at=at(day))
        elif kind == "delete":
            self.rows.pop(told[0], None)
        elif kind == "share":
            self.shared ^= {f"{told[0]}@x.example"}
        elif told[0] != told[1]:
            with suppress(ConfigError):  # where it contradicts a chain of others; then nothing is written
                add_decisions(self.file, [decided(*told, decided_at=at(day))])

    def build(self, project: Compiled) -> duckdb.DuckDBPyConnection:
        project.decisions.write_text(as_json(read_decisions(self.file)))
        rules = {"mailboxes": {"shared_mailboxes": sorted(self.shared)}, "matching": {"people": {"on": False}}}
        return project.build({"person": list(self.rows.values())}, only=NEEDED, identity=rules)


def people_of(connection: duckdb.DuckDBPyConnection) -> dict[frozenset[str], str]:
    """The id of each person, by all that they are known by."""
    found: dict[str, set[str]] = {}
    for node, id_ in all_of(connection, "select node, person_id from int_person_by_identity where not is_device"):
        found.setdefault(id_, set()).add(node)
    return {frozenset(nodes): id_ for id_, nodes in found.items()}


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
def test_incremental_equals_full_and_ids_last(project: Compiled, tmp_path: Path, history: list[Any]) -> None:
    project.forget_ids()
    state = State(tmp_path / DECISIONS_FILE)
    state.file.unlink(missing_ok=True)
    before: dict[frozenset[str], str] = {}
    meaning: dict[str, set[str]] = {}
    ordinals: dict[str, int] = {}
    for day, told in enumerate(history, start=1):
        for step in told:
            state.step(day, *step)
        connection = state.build(project)
        found = people_of(connection)
        connection.execute("create table int_account_register as from int_person_register where false")
        project.publish(connection)
        for nodes, id_ in found.items():
            assert before.get(nodes, id_) == id_, "an unchanged person has another id"
            assert meaning.get(id_, set(nodes)) & nodes, "an id has come to mean somebody else"
        before, meaning = found, {}
        for node, id_, ordinal in duckdb.execute(
            f"select node, id, ord from '{project.register('person')}'"
        ).fetchall():
            meaning.setdefault(id_, set()).add(node)
            assert ordinals.setdefault(id_, ordinal) == ordinal, "an id has another ordinal"
        assert len(set(ordinals.values())) == len(ordinals), "two ids share an ordinal"
    project.forget_ids()
    assert people_of(state.build(project)).keys() == before.keys()
