"""The difference, and people who turned out to be one."""

from __future__ import annotations

from tests.activation.small_world import World, manifests, moved, person

PEOPLE = [person(0), person(1), person(2)]


def last_counts(world: World) -> dict[str, int]:
    counts: dict[str, int] = manifests(world.folder())[-1]["counts"]
    return counts


def start(world: World, members: list[int]) -> None:
    world.use(mode="incremental")
    world.evaluate(PEOPLE, members=members)
    world.deliver()


def test_a_member_merged_into_a_newcomer_is_an_update(world: World) -> None:
    start(world, [0, 2])
    world.evaluate(PEOPLE[:2], members=[0, 1], merges={"p_2": "p_1"})
    world.deliver()
    assert last_counts(world) == {"ADD": 0, "UPDATE": 1, "REMOVE": 0}
    assert set(world.received()) == {"p_0", "p_1"}


def test_two_members_merged_are_one_update(world: World) -> None:
    start(world, [0, 1, 2])
    world.evaluate(PEOPLE[:2], merges={"p_2": "p_1"})
    world.deliver()
    assert last_counts(world) == {"ADD": 0, "UPDATE": 1, "REMOVE": 0}
    assert set(world.received()) == {"p_0", "p_1"}


def test_a_chain_of_merges_ends_at_the_id_that_lives(world: World) -> None:
    start(world, [1, 2])
    world.evaluate(PEOPLE[:1], merges={"p_2": "p_1", "p_1": "p_0"})
    world.deliver()
    assert last_counts(world) == {"ADD": 0, "UPDATE": 1, "REMOVE": 0}
    assert set(world.received()) == {"p_0"}


def test_a_merge_with_somebody_who_is_out_is_an_exit(world: World) -> None:
    start(world, [0, 2])
    world.evaluate(PEOPLE[:2], members=[0], merges={"p_2": "p_1"})
    world.deliver()
    assert last_counts(world) == {"ADD": 0, "UPDATE": 0, "REMOVE": 1}
    assert set(world.received()) == {"p_0"}


def test_a_merge_that_is_undone_adds_the_second_person_again(world: World) -> None:
    start(world, [0, 1, 2])
    world.evaluate(PEOPLE[:2], merges={"p_2": "p_1"})
    world.deliver()
    world.evaluate(PEOPLE)
    world.deliver()
    assert last_counts(world) == {"ADD": 1, "UPDATE": 0, "REMOVE": 0}
    assert set(world.received()) == {"p_0", "p_1", "p_2"}


def test_a_merge_of_people_who_were_never_sent_changes_nothing(world: World) -> None:
    start(world, [0])
    world.evaluate(PEOPLE[:2], members=[0], merges={"p_2": "p_1"})
    assert world.deliver().nothing_to_do


def test_a_removed_row_carries_its_last_known_values(world: World) -> None:
    start(world, [0, 1])
    world.evaluate(PEOPLE, members=[0])
    report = world.deliver()
    text = (world.folder() / report.files[0]).read_text()
    assert text.splitlines()[1] == "REMOVE,p_1,,p1@example.com,Name 1"


def test_a_changed_mapping_updates_everyone_and_keeps_what_it_can_of_leavers(world: World) -> None:
    start(world, [0, 1])
    world.use(mode="incremental", fields={"email": "workEmail.address", "score": "b2b.personScore"})
    world.evaluate([moved(PEOPLE[0], person_score=3.0), *PEOPLE[1:]], members=[0])
    report = world.deliver()
    assert (report.updated, report.removed) == (1, 1)
    lines = (world.folder() / report.files[0]).read_text().splitlines()
    assert lines == [
        "_op,_id,_merged_ids,email,score",
        "REMOVE,p_1,,p1@example.com,",
        "UPDATE,p_0,,p0@example.com,3.0",
    ]


def test_an_output_that_changes_its_type_is_delivered(world: World) -> None:
    start(world, [0, 1])
    world.use(mode="incremental", fields={"email": "b2b.personScore"})
    world.evaluate([moved(row, person_score=1.0) for row in PEOPLE], members=[0])
    report = world.deliver()
    lines = (world.folder() / report.files[0]).read_text().splitlines()
    assert lines[1:] == ["REMOVE,p_1,,", "UPDATE,p_0,,1.0"]


def test_one_id_may_hold_any_text(world: World) -> None:
    """Quotes, commas, line breaks and blanks survive, and null is not the empty text."""
    awkward = 'a "b", c\r\nd\te é 漢'
    world.use(mode="incremental", format="jsonl")
    world.evaluate([person(0, first_name=awkward), person(1, first_name=""), person(2, first_name=None)])
    world.deliver()
    received = world.received()
    assert [received[f"p_{number}"]["first_name"] for number in range(3)] == [awkward, "", None]
