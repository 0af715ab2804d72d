"""Nobody who said no is sent, at whatever moment they said it; whoever was sent before leaves."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from muster.activation import Ledger, due
from muster.config.models import Configuration
from muster.config.policies import Policy
from muster.errors import ConfigError, DeliveryError, TransientDelivery
from tests.activation.shelf import Shelf
from tests.activation.small_world import AUDIENCE, World, account, moved, person, write_snapshot

NO = {"saidNo": "b2b.isConverted = true"}
PEOPLE = [person(number) for number in range(5)]


@pytest.fixture
def shelf(world: World, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    item = Shelf(world.settings.data / "shelf")
    for module in ("deliver", "wanted"):
        monkeypatch.setattr(import_module(f"muster.activation.{module}"), "open_destination", lambda *_: item)
    return item


def test_a_member_who_said_no_is_not_wanted_and_is_counted(world: World) -> None:
    world.use(bars=NO)
    world.evaluate([moved(PEOPLE[0], is_converted=True), *PEOPLE[1:]])
    assert set(world.received() if world.deliver().sent else {}) == {"p_1", "p_2", "p_3", "p_4"}
    state = Ledger(world.store).activation("drop", AUDIENCE)
    assert state is not None
    assert state.withheld == 1


def test_saying_no_is_an_exit_and_saying_yes_again_an_entry(world: World) -> None:
    world.use(bars=NO, mode="incremental")
    world.evaluate(PEOPLE)
    world.deliver()
    world.evaluate([moved(PEOPLE[0], is_converted=True), *PEOPLE[1:]])
    assert world.deliver().removed == 1
    world.evaluate(PEOPLE)
    assert world.deliver().added == 1


def test_a_no_that_came_after_the_evaluation_is_kept(world: World, shelf: Shelf) -> None:
    world.use(bars=NO)
    world.evaluate(PEOPLE)
    publish(world, [moved(PEOPLE[0], is_converted=True), *PEOPLE[1:]])
    world.deliver()
    assert set(shelf.content()) == {"p_1", "p_2", "p_3", "p_4"}


def test_a_no_that_came_in_the_middle_of_a_delivery_is_kept(world: World, shelf: Shelf) -> None:
    world.use(bars=NO)
    world.evaluate(PEOPLE)
    shelf.fail_at = 1
    with pytest.raises(TransientDelivery):
        world.deliver()
    publish(world, [*PEOPLE[:3], moved(PEOPLE[3], is_converted=True), PEOPLE[4]])
    assert world.deliver().later == 1
    assert set(shelf.content()) == {"p_0", "p_1", "p_2", "p_4"}
    world.deliver()
    assert set(shelf.content()) == {"p_0", "p_1", "p_2", "p_4"}
    assert due(world.store) == []


def test_a_no_does_not_keep_anybody_from_leaving(world: World, shelf: Shelf) -> None:
    world.use(bars=NO)
    world.evaluate(PEOPLE)
    world.deliver()
    world.evaluate(PEOPLE, members=[])
    publish(world, [moved(row, is_converted=True) for row in PEOPLE])
    world.deliver()
    assert shelf.content() == {}


def test_an_account_goes_out_without_its_people_who_said_no(world: World) -> None:
    world.use(bars=NO, of="accounts", fields={"people": "people.workEmail.address"}, format="jsonl")
    people = [person(number, account_id__ord=0, is_converted=number == 1) for number in range(3)]
    world.evaluate(people, accounts=[account(0)])
    world.deliver()
    assert world.received() == {"a_0": {"people": ["p0@example.com", "p2@example.com"]}}


def test_a_bar_that_cannot_be_asked_stops_everything(world: World) -> None:
    world.use(bars={"saidNo": 'consents.marketing.email.val = "n"'})
    with pytest.raises(ConfigError, match=r"consent\.bars\.saidNo"):
        world.evaluate(PEOPLE)
    assert due(world.store) == []


def publish(world: World, people: list[dict[str, Any]]) -> None:
    """A newer snapshot that no audience was evaluated on."""
    write_snapshot(world.settings, "v9", people)
    (world.settings.snapshots / "CURRENT").write_text("v9")


def test_a_policy_that_came_after_the_evaluation_stops_the_delivery(world: World) -> None:
    world.evaluate(PEOPLE)
    publish(world, PEOPLE)
    world.configuration = with_policy(world.configuration)
    with pytest.raises(DeliveryError, match=r"workEmail\.address has the label I1"):
        world.deliver()
    assert not world.folder().exists()
    with pytest.raises(ConfigError, match="policy nothing-direct denies it for emailTargeting"):
        world.evaluate(PEOPLE)


def with_policy(configuration: Configuration) -> Configuration:
    policy = Policy(name="nothing-direct", deny=["I1"], actions=["emailTargeting"])
    (drop,) = configuration.destinations.destinations
    mailing = drop.model_copy(update={"marketing_actions": ["emailTargeting"]})
    return configuration.model_copy(
        update={
            "governance": configuration.governance.model_copy(update={"policies": [policy]}),
            "destinations": configuration.destinations.model_copy(update={"destinations": [mailing]}),
        }
    )
