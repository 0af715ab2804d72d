"""Groups of accounts that belong together: by parent, domain or name, of 30 at most, and stable."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.identity.accounts import grouped
from tests.identity.companies import company
from tests.identity.compiled import Compiled
from tests.identity.people import Row, all_of, at

WHO = """
    select heads.account_key, list(members.account_key order by members.account_key)
    from int_account_groups as kin
    inner join account as members on kin.account_id = members.account_id
    inner join account as heads on kin.group_id = heads.account_id
    group by heads.account_key
"""


def related(project: Compiled, records: list[Row]) -> dict[str, list[str]]:
    """The members of each group, by the key of the oldest."""
    return dict(all_of(project.build({"account": records}, only=["int_account_groups"]), WHO))


def test_the_published_example_is_one_group(project: Compiled) -> None:
    """Five records of Acme that differ in the spelling of the domain, its suffix, the path and the city."""
    records = [
        company("1", "Acme", domain="acme.com", website="acme.com", created_at=at(1)),
        company("2", "Acme Inc.", domain="acme.com", website="https://www.acme.com", created_at=at(2)),
        company("3", "Acme Sales", domain="acme.com", website="http://acme.com/sales", created_at=at(3)),
        company("4", "ACME GmbH", domain="acme.de", website="acme.de", created_at=at(4)),
        company("5", "Acme Europe", domain="eu.acme.com", website="eu.acme.com", created_at=at(5)),
        company("6", "Harbour Bakery", domain="harbour-bakery.com"),
    ]
    assert related(project, records) == {"1": ["1", "2", "3", "4", "5"], "6": ["6"]}


def test_the_oldest_account_names_the_group(project: Compiled) -> None:
    records = [company("new", parent_account_source_key="old"), company("old", created_at=at(1))]
    records[0]["created_at"] = at(20)
    assert related(project, records) == {"old": ["new", "old"]}


def test_a_pair_says_what_relates_it(project: Compiled) -> None:
    records = [
        company("top", "Zephyr Kinetics", domain="zephyr.com"),
        company("low", "Zephyr Labs", domain="zephyr.com", parent_account_source_key="top"),
        company("far", "Zephyr Kinetics GmbH", domain="zephyr.de"),
    ]
    told = all_of(project.build({"account": records}, only=["related_account"]), """
        select one.account_key, two.account_key, is_same_family, is_same_domain, is_same_name
        from related_account
        inner join account as one on related_account.account_id = one.account_id
        inner join account as two on related_account.other_account_id = two.account_id
        where one.account_key < two.account_key
        order by all
    """)  # fmt: skip
    assert told == [
        ("far", "low", False, False, False),
        ("far", "top", False, False, True),
        ("low", "top", True, True, False),
    ]


def test_a_large_family_is_split_along_its_branches(project: Compiled) -> None:
    """A head with three branches of 20: each branch stays whole, the first beside the head."""
    records = [company("head", created_at=at(1, 0))]
    for branch in "abc":
        records.append(company(branch, parent_account_source_key="head", created_at=at(2)))
        records += [
            company(f"{branch}{number:02}", parent_account_source_key=branch, created_at=at(3)) for number in range(19)
        ]
    groups = related(project, records)
    assert {key: len(members) for key, members in groups.items()} == {"head": 21, "b": 20, "c": 20}
    assert all(key == "head" or {member[0] for member in members} == {key} for key, members in groups.items())


def test_a_young_account_moves_no_other(project: Compiled) -> None:
    records = [company("head", created_at=at(1))]
    records += [company(f"k{number:02}", parent_account_source_key="head", created_at=at(2)) for number in range(65)]
    before = related(project, records)
    after = related(project, [*records, company("young", parent_account_source_key="head", created_at=at(9))])
    assert {key: [member for member in members if member != "young"] for key, members in after.items()} == before


@pytest.mark.parametrize(("domain", "count"), [("gmail.com", 2), ("portal.example", 31)])
def test_free_mail_and_portals_make_no_group(project: Compiled, domain: str, count: int) -> None:
    groups = related(project, [company(f"a{number}", domain=domain) for number in range(count)])
    assert all(len(members) == 1 for members in groups.values())


def test_a_build_counts_its_groups(project: Compiled) -> None:
    records = [company("a", domain="zephyr.com"), company("b", domain="zephyr.com"), company("c")]
    told = all_of(project.build({"account": records}), """
        select metric, value from matching_metric where process = 'related accounts' order by metric
    """)  # fmt: skip
    assert dict(told) == {"accounts": 3, "groups": 2, "groups of one": 1, "largest group": 2, "median group": 1.5}


@st.composite
def forests(draw: st.DrawFn) -> pa.Table:
    """Accounts by age with parents, domains and names, in which hundreds may hang together."""
    count = draw(st.integers(1, 120))
    parents = [draw(st.integers(-1, count - 1)) for _ in range(count)]
    # a child may be older than its parent; there are no circles where numbers only fall along a permutation
    rank = draw(st.permutations(range(count)))
    parents = [parent if parent >= 0 and rank[parent] < rank[number] else -1 for number, parent in enumerate(parents)]
    table: dict[str, list[object]] = {
        "account_id": [f"a{number:03}" for number in range(count)],
        "parent_number": [*parents],
    }
    for name in ("domain", "name"):
        values = [draw(st.sampled_from([None, None, "x", "y", "z"])) for _ in range(count)]
        first = {value: values.index(value) for value in values}
        table[name] = [*values]
        table[f"{name}_number"] = [first[value] for value in values]
    types = {"parent_number": pa.int64(), "domain_number": pa.int64(), "name_number": pa.int64()}
    return pa.table({key: pa.array(values, types.get(key, pa.string())) for key, values in table.items()})


@settings(max_examples=60, deadline=None)
@given(forests(), st.integers(2, 30))
def test_no_group_is_too_large_and_the_oldest_names_it(accounts: pa.Table, limit: int) -> None:
    ids = accounts["account_id"].to_pylist()
    groups = grouped(accounts, limit).to_pylist()
    assert max(Counter(groups).values()) <= limit
    members: dict[str, list[str]] = {}
    for account, group in zip(ids, groups, strict=True):
        members.setdefault(group, []).append(account)
    assert all(group == min(found) for group, found in members.items())
    assert grouped(accounts, limit).to_pylist() == groups
