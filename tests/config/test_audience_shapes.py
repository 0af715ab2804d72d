"""Splits, priority lists, limits, lists and states: what `muster check` says of them, with file and line."""

from __future__ import annotations

import pytest

from muster.schema import Schema
from tests.config.conftest import Folder

RULE = "rule: b2b.isBlocked = true\n"
GROUPS = """\
splits:
  - name: test
    of: whole
    parts: {one: 60, two: 40}
exclusive:
  - name: once
    audiences: [whole, other]
"""


def people(name: str, keys: str = RULE) -> str:
    return f"name: {name}\nof: people\n{keys}"


def accounts(name: str, keys: str = 'rule: accountName = "A"\n') -> str:
    return f"name: {name}\nof: accounts\n{keys}"


def files(groups: str = GROUPS, **audiences: str) -> dict[str, str]:
    told = {"whole": people("whole"), "other": people("other"), **audiences}
    return {"audience_groups.yml": groups, **{f"audiences/{name}.yml": text for name, text in told.items()}}


def test_a_sound_group_of_audiences_has_no_mistakes(folder: Folder, schema: Schema) -> None:
    folder.export("list.csv", "mail\n")
    limit = 'limit: {take: 3, per: account, order_by: "b2b.personScore desc, accounts.accountName"}\n'
    told = files(
        one=people("one", "split: {of: test, part: one}\n"),
        two=people("two", f"{RULE}split: {{of: test, part: two}}\nexclude: [other]\nholdout: 12.5\n"),
        fair=people("fair", "external: {file: list.csv, identity: mail, namespace: email}\n"),
        best=people("best", RULE + limit.replace(", accounts.accountName", "")),
        draft=people("draft", 'rule: inSegment("other draft")\n'.replace("other draft", "sketch") + "status: draft\n"),
        sketch=people("sketch", f"{RULE}status: draft\n"),
    )
    assert folder.checking(told, schema) == []


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("status: open\n" + RULE, "a.yml:3: 'status' must be one of draft, published, archived, not 'open'"),
        (
            "owner: team:x\n",
            "a.yml:1: the file: 'rule' is missing (or 'external' for a list from elsewhere, or 'split')",
        ),
        ("exclude: [othr]\n" + RULE, "a.yml:3: there is no audience 'othr' (did you mean other?)"),
        ("exclude: [firms]\n" + RULE, "a.yml:3: 'firms' is of accounts, and this audience of people (ask for it along"),
        ("split: {of: tset, part: one}\n", "a.yml:3: there is no split 'tset' (did you mean test?)"),
        ("split: {of: test, part: three}\n", "a.yml:3: 'test' has no part 'three' (its parts are one, two)"),
        ("split: {of: test, part: one}\nholdout: 100\n", "a.yml:4: 'holdout': input should be less than 100"),
        ("holdout: 0.123\n" + RULE, "a.yml:3: 'holdout': at most two decimals"),
        (
            "exclude: [draft]\n" + RULE,
            "a.yml:3: it asks about 'draft', which is a draft (publish draft first, or leave",
        ),
        (
            'rule: inSegment("old")\n',
            "a.yml:3: it asks about 'old', which is archived (publish old first, or leave it out)",
        ),
        (
            "limit: {take: 0, order_by: personID}\n" + RULE,
            "a.yml:3: 'take': input should be greater than or equal to 1",
        ),
        (
            "limit: {take: 1, order_by: best first}\n" + RULE,
            "a.yml:3: 'limit': 'order_by' is XDM paths with asc or desc",
        ),
        (
            "limit: {take: 1, order_by: b2b.personScor}\n" + RULE,
            "a.yml:3: limit: person has no 'b2b.personScor' (did you",
        ),
        ("limit: {take: 1, order_by: opportunities.isWon}\n" + RULE, "limit: opportunities.isWon gives several values"),
        ("external: {file: x.txt, identity: m, namespace: Email}\n", "a.yml:3: 'file':"),
        ("external: {file: x.csv, identity: m, namespace: Email}\n", "a.yml:3: the list x.csv is not there (a path is"),
        ("external: {file: list.csv, identity: m, namespace: Emial}\n", "namespace 'Emial' (did you mean Email?)"),
        ("external: {file: list.csv, identity: m, namespace: Email, expires: 91d}\n", "'expires' is from 1d to 90d"),
        (RULE + "external: {file: list.csv, identity: m, namespace: Email}\n", "give either 'rule' or 'external'"),
        ("method: streaming\n" + RULE, "a.yml:3: 'method: streaming' cannot be kept: audiences are"),
    ],
)
def test_a_mistake_in_an_audience_file(folder: Folder, schema: Schema, keys: str, told: str) -> None:
    folder.export("list.csv", "m\n")
    others = {
        "firms": accounts("firms"),
        "draft": people("draft", f"{RULE}status: draft\n"),
        "old": people("old", f"{RULE}status: archived\n"),
    }
    (found,) = folder.checking(files(a=people("a", keys), **others), schema)
    assert told in found


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        (
            GROUPS.replace("two: 40", "two: 30"),
            "audience_groups.yml:2: 'splits', item 1: the parts of 'test' make 90 per",
        ),
        (
            GROUPS.replace("of: whole", "of: whle"),
            "audience_groups.yml:3: there is no audience 'whle' (did you mean whole?)",
        ),
        (
            GROUPS.replace("[whole, other]", "[whole, firms]"),
            "audience_groups.yml:7: 'firms' is of accounts, and 'whole'",
        ),
        (GROUPS.replace("[whole, other]", "[whole, whole]"), "'whole' stands twice in 'once'"),
        (GROUPS.replace("[whole, other]", "[whole, otter]"), "audience_groups.yml:7: there is no audience 'otter'"),
        (GROUPS.replace("parts:", "part:"), "unknown key 'part' (did you mean parts?)"),
    ],
)
def test_a_mistake_in_the_groups(folder: Folder, groups: str, told: str) -> None:
    found = folder.checking(files(groups, firms=accounts("firms")))
    assert any(told in line for line in found), found


def test_a_part_belongs_to_one_audience(folder: Folder) -> None:
    part = "split: {of: test, part: one}\n"
    (found,) = folder.checking(files(a=people("a", part), b=people("b", part)))
    assert found.startswith("audiences/b.yml:3: the part 'one' of 'test' is already 'a'")


def test_a_circle_through_an_exclusion_is_told_with_its_path(folder: Folder) -> None:
    told = files("", a=people("a", RULE + "exclude: [b]\n"), b=people("b", 'rule: inSegment("a")\n'))
    assert folder.checking(told) == [
        "audiences/a.yml:4: audiences refer to one another in a circle: a → b → a (break one reference)"
    ]


def test_the_earlier_name_of_method_is_read(folder: Folder) -> None:
    assert folder.loading(files(a=people("a", RULE + "evaluation: batch\n"))) == []
