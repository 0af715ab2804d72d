"""Why records are one: trees and chains of links, on a snapshot of a few identities."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from muster.identity.profile.reader import Reader
from muster.identity.profile.why import Link, chain, links_around, node_of, nodes_of, why
from muster.snapshot import Snapshot

LINKS = [
    ("b2b_person:lead@m", "Email:ann@x.example", "e-mail", None),
    ("b2b_person:contact@crm", "Email:ann@x.example", "e-mail", None),
    ("b2b_person:lead@m", "b2b_person:contact@crm", "external key", None),
    ("b2b_person:contact@crm", "Email:info@x.example", "e-mail", "role mailbox"),
    ("b2b_person:bob@crm", "Email:info@x.example", "e-mail", "role mailbox"),
    ("b2b_person:far@crm", "Email:far@x.example", "e-mail", None),
]
PEOPLE = {"p_1": ["b2b_person:contact@crm", "b2b_person:lead@m", "Email:ann@x.example"], "p_2": ["b2b_person:bob@crm"]}


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    connection = duckdb.connect()
    identities = [(who, *node.split(":", 1), at == 0) for who, nodes in PEOPLE.items() for at, node in enumerate(nodes)]
    connection.execute("create table person_identity (person_id text, namespace text, value text, is_primary boolean)")
    connection.executemany("insert into person_identity values (?, ?, ?, ?)", identities)
    connection.execute("alter table person_identity add column source_key text")
    connection.execute("""
        create table person_link (left_node text, right_node text, kind text, last_seen_at timestamp, note text,
                                  refused_because text)
    """)
    rows = [(left, right, kind, datetime(2025, 1, 1), reason) for left, right, kind, reason in LINKS]
    connection.executemany("insert into person_link values (?, ?, ?, ?, 'more than we read', ?)", rows)
    for table in ("person_identity", "person_link"):
        connection.execute(f"copy {table} to '{tmp_path / table}.parquet' (format parquet)")
    return Reader(Snapshot(tmp_path))


def test_a_profile_hangs_together_from_its_leading_record(reader: Reader) -> None:
    told = why(reader, "person", "p_1")
    assert told.root == "b2b_person:contact@crm"
    assert {(step.start, step.end) for step in told.tree} == {
        ("b2b_person:contact@crm", "Email:ann@x.example"),
        ("b2b_person:contact@crm", "b2b_person:lead@m"),
    }
    assert [(link.right, link.refused_because) for link in told.refused] == [("Email:info@x.example", "role mailbox")]


def test_the_shortest_chain_between_two_records_is_told(reader: Reader) -> None:
    links, total = links_around(reader, "person", nodes_of(reader, "person", "p_1"))
    steps = chain(links, "b2b_person:lead@m", "b2b_person:contact@crm") or []
    assert total == 4
    assert [step.link.kind for step in steps] == ["external key"]


def test_a_refused_link_says_why_two_are_not_one(reader: Reader) -> None:
    links, _ = links_around(reader, "person", {node for nodes in PEOPLE.values() for node in nodes})
    steps = chain(links, "b2b_person:lead@m", "b2b_person:bob@crm") or []
    assert steps[-1].link.refused_because == "role mailbox"
    assert [step.end for step in steps] == ["b2b_person:contact@crm", "Email:info@x.example", "b2b_person:bob@crm"]


def test_a_longer_way_of_links_in_use_is_better_than_a_refused_link() -> None:
    links = [Link("a", "b", "match", refused_because="no"), Link("a", "c", "e-mail"), Link("c", "b", "e-mail")]
    assert [step.end for step in chain(links, "a", "b") or []] == ["c", "b"]
    assert chain(links, "a", "z") is None
    assert chain(links, "a", "a") == []


def test_a_browser_is_no_reason_to_be_one_where_there_is_another() -> None:
    links = [
        Link("b2b_person:a", "ECID:1", "device"), Link("b2b_person:b", "ECID:1", "device"),
        Link("b2b_person:a", "b2b_person:c", "match"), Link("b2b_person:c", "Email:x", "e-mail"),
        Link("b2b_person:b", "Email:x", "e-mail"),
    ]  # fmt: skip
    ends = [step.end for step in chain(links, "b2b_person:a", "b2b_person:b", {"ecid"}) or []]
    assert ends == ["b2b_person:c", "Email:x", "b2b_person:b"]
    assert [step.end for step in chain(links, "b2b_person:a", "ECID:1", {"ecid"}) or []] == ["ECID:1"]


@pytest.mark.parametrize("text", ["contact@crm", "CONTACT", "b2b_person:contact@crm"])
def test_a_record_is_named_by_its_key_its_id_or_its_node(reader: Reader, text: str) -> None:
    assert node_of(reader, "person", text) == ("b2b_person:contact@crm", "p_1")
    assert node_of(reader, "person", "nobody") is None


def test_a_snapshot_without_links_has_none(reader: Reader) -> None:
    assert links_around(reader, "account", ["b2b_account:x"]) == ([], 0)
