"""Ids for life, whatever becomes of the clusters: unchanged ones keep theirs, and none comes to mean somebody else."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.identity.compiled import Compiled
from tests.identity.decisions.days import Cluster, Days, clusters

NODES = "abcdefGH"


def only(found: dict[Cluster, str], nodes: str) -> str:
    return found[frozenset(nodes)]


def test_a_merge_that_comes_apart_gives_both_their_ids_back(project: Compiled) -> None:
    days = Days(project)
    apart = days.day(clusters("a", "bcd"))
    together = days.day(clusters("abcd"))
    assert together[frozenset("abcd")] == only(apart, "a"), "the older one lives on"
    again = days.day(clusters("a", "bcd"))
    assert again == apart
    assert all(merged_into is None for _, _, _, merged_into, _ in days.register())


def test_of_three_that_were_one_each_gets_its_own_id_back(project: Compiled) -> None:
    days = Days(project)
    first = days.day(clusters("a"))
    second = days.day(clusters("a", "b"))
    third = days.day(clusters("a", "b", "c"))
    days.day(clusters("a", "bc"))
    days.day(clusters("abc"))
    halves = days.day(clusters("a", "bc"))
    assert halves == {frozenset("a"): only(first, "a"), frozenset("bc"): only(second, "b")}
    heirs = {id_: heir for _, id_, _, heir, _ in days.register() if heir}
    assert heirs == {only(third, "c"): only(second, "b")}
    assert days.day(clusters("a", "b", "c")) == third


def test_what_joined_after_the_merge_is_no_reason_to_lose_an_id(project: Compiled) -> None:
    days = Days(project)
    apart = days.day(clusters("a", "bc"))
    days.day(clusters("abcE"))
    split = days.day(clusters("a", "bcE"))
    assert (only(split, "a"), only(split, "bcE")) == (only(apart, "a"), only(apart, "bc"))


def test_who_stayed_keeps_the_id_when_others_of_it_come_back_elsewhere(project: Compiled) -> None:
    days = Days(project)
    all_ = only(days.day(clusters("abcd")), "abcd")
    assert only(days.day(clusters("a")), "a") == all_
    back = days.day(clusters("a", "bcd"))
    assert only(back, "a") == all_ != only(back, "bcd")


def test_a_record_that_comes_back_after_an_unmerge_goes_to_its_own_person(project: Compiled) -> None:
    days = Days(project)
    apart = days.day(clusters("a", "bc"))
    days.day(clusters("abc"))
    days.day(clusters("ab"))
    days.day(clusters("a", "b"))
    living = {node: id_ for node, id_, _, heir, _ in days.register() if heir is None}
    assert living["c"] == only(apart, "bc")
    assert days.day(clusters("a", "bc")) == apart


def test_an_id_that_lives_again_takes_nobody_along_who_had_left_it(project: Compiled) -> None:
    days = Days(project)
    apart = days.day(clusters("a", "bc"))
    left = only(days.day(clusters("ab", "c")), "c")
    assert left not in apart.values()
    days.day(clusters("a", "b"))
    assert only(days.day(clusters("a", "b", "c")), "c") == left


days_of_clusters = st.lists(
    st.lists(st.tuples(st.sampled_from(NODES), st.integers(0, 4)), min_size=1, max_size=10),
    min_size=2,
    max_size=7,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=days_of_clusters)
def test_through_any_history_ids_and_ordinals_last(project: Compiled, history: list[list[tuple[str, int]]]) -> None:
    project.forget_ids()
    days = Days(project)
    before: dict[Cluster, str] = {}
    meaning: dict[str, set[str]] = {}
    ordinals: dict[str, int] = {}
    for told in history:
        today: dict[int, set[str]] = {}
        for node, part in dict(told).items():
            today.setdefault(part, set()).add(node)
        found = days.day([sorted(nodes) for nodes in today.values()])
        for nodes, id_ in before.items():
            assert found.get(nodes, id_) == id_, "an unchanged cluster has another id"
        for nodes, id_ in found.items():
            assert meaning.get(id_, nodes) & nodes, "an id has come to mean somebody else"
        _check_register(days, found, ordinals)
        meaning = {}
        for node, id_, _, _, _ in days.register():
            meaning.setdefault(id_, set()).add(node)
        assert days.day([sorted(nodes) for nodes in today.values()], publish=False) == found
        before = found


def _check_register(days: Days, found: dict[Cluster, str], ordinals: dict[str, int]) -> None:
    rows = days.register()
    told = {id_: ordinal for _, id_, ordinal, _, _ in rows}
    assert {id_: told[id_] for id_ in ordinals} == ordinals, "an id has another ordinal, or is forgotten"
    assert len(set(told.values())) == len(told), "two ids share an ordinal"
    ordinals |= told
    living = {(node, id_) for node, id_, _, heir, _ in rows if heir is None}
    assert len({node for node, _ in living}) == len(living), "a node belongs to two ids"
    assert {(node, id_) for nodes, id_ in found.items() for node in nodes} == {
        (node, id_) for node, id_, _, _, present in rows if present
    }
    merged = {(id_, heir) for _, id_, _, heir, _ in rows if heir is not None}
    assert len({id_ for id_, _ in merged}) == len(merged), "an id was merged into two"
    assert not {id_ for id_, _ in merged} & {id_ for _, id_ in living}, "an id is merged and lives"
    assert {heir for _, heir in merged} <= {id_ for _, id_ in living}, "an heir does not live"
