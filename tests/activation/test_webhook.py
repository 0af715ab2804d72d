"""Webhooks after Standard Webhooks: signed, told apart by their ids, tried again, and never into the own network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from pydantic import ValidationError

from muster.config.destinations import WebhookDestination
from muster.connectors.http.patience import Patience
from muster.connectors.webhook.destination import WebhookWriter
from muster.errors import TransientDelivery
from tests.activation.receiver import SECRET, Receiver, receiving
from tests.activation.small_world import World, moved, person

QUICK = Patience(seconds=5, attempts=3, strange=3, sleep=lambda _: None)
PEOPLE = [person(number) for number in range(5)]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def writer(receiver: Receiver, **told: Any) -> WebhookWriter:
    entry = {"name": "drop", "type": "webhook", "url": receiver.url, "secrets": [SECRET], "private": True, **told}
    return WebhookWriter(WebhookDestination.model_validate(entry), QUICK)


@pytest.fixture
def use(world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make the world's destination a webhook, set up as told."""

    def made(**told: Any) -> None:
        item = writer(receiver, **told)
        for module in ("deliver", "wanted"):
            monkeypatch.setattr(import_module(f"muster.activation.{module}"), "open_destination", lambda *_: item)

    return made


def test_changes_arrive_signed_in_batches(world: World, receiver: Receiver, use: Any) -> None:
    use(batch_rows=2, headers={"X-Team": "growth"})
    world.evaluate(PEOPLE)
    assert world.deliver().acknowledged == 5
    assert len(receiver.messages) == 3
    assert all(receiver.is_signed(number) for number in range(3))
    headers, body = receiver.messages[0]
    assert (headers["x-team"], headers[":path"]) == ("growth", "/hook?tenant=1")
    told = json.loads(body)
    assert told["type"] == "audience.membership.changed"
    changes = told["data"].pop("changes")
    assert told["data"] == {"audience": "expansion", "destination": "drop", "delivery": 1}
    assert changes[0] == {
        "op": "ADD", "id": "p_0", "merged_ids": None, "fields": {"email": "p0@example.com", "first_name": "Name 0"},
    }  # fmt: skip
    world.evaluate([moved(PEOPLE[0], first_name="Renamed"), *PEOPLE[1:4]])
    world.deliver()
    assert receiver.held.keys() == {"p_0", "p_1", "p_2", "p_3"}
    assert receiver.held["p_0"]["first_name"] == "Renamed"


def test_a_message_that_is_tried_again_keeps_its_id_and_is_signed_anew(
    world: World, receiver: Receiver, use: Any
) -> None:
    use()
    receiver.answers = [(503, {}, {}), (429, {"Retry-After": "0"}, {})]
    world.evaluate(PEOPLE)
    assert world.deliver().acknowledged == 5
    assert len({headers["webhook-id"] for headers, _ in receiver.messages}) == 1
    assert len({body for _, body in receiver.messages}) == 1
    assert all(receiver.is_signed(number) for number in range(3))


def test_a_receiver_that_stays_away_is_tried_by_the_next_run_with_the_same_message(
    world: World, receiver: Receiver, use: Any
) -> None:
    use()
    receiver.answers = [(500, {}, {})] * 3
    world.evaluate(PEOPLE)
    with pytest.raises(TransientDelivery, match="HTTP 500"):
        world.deliver()
    assert world.deliver().acknowledged == 5
    assert len({headers["webhook-id"] for headers, _ in receiver.messages}) == 1


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (410, "gone for good"),
        (302, "redirects are not followed"),
        (401, "does not let us in"),
        (404, "correct the url"),
    ],
)
def test_what_has_to_be_mended_is_said_in_one_line(
    world: World, receiver: Receiver, use: Any, status: int, told: str
) -> None:
    use()
    receiver.answers = [(status, {"Location": receiver.url}, {})] * 5
    world.evaluate(PEOPLE)
    with pytest.raises(TransientDelivery, match=told) as caught:
        world.deliver()
    assert "\n" not in str(caught.value)
    assert "example.com" not in str(caught.value)


def test_a_row_that_spoils_a_message_is_found(world: World, receiver: Receiver, use: Any) -> None:
    use()
    receiver.poison = {"p_3"}
    world.evaluate(PEOPLE)
    report = world.deliver()
    assert (report.acknowledged, report.refused) == (4, 1)
    assert receiver.held.keys() == {"p_0", "p_1", "p_2", "p_4"}


def test_a_receiver_may_refuse_single_rows(world: World, receiver: Receiver, use: Any) -> None:
    use()
    receiver.answers = [(200, {}, {"errors": [{"index": 1, "code": "NO_SUCH_PERSON"}, {"index": 4, "code": "p4@x y"}]})]
    world.evaluate(PEOPLE)
    assert world.deliver().refused == 2


def test_a_template_makes_the_body(world: World, receiver: Receiver, use: Any) -> None:
    use(template='{"list": {{ audience | tojson }}, "people": [{% for c in changes %}{{ c.fields.email | tojson }}'
                 '{% if not loop.last %}, {% endif %}{% endfor %}]}')  # fmt: skip
    receiver.answers = [(200, {}, {})]
    world.evaluate(PEOPLE[:2])
    world.deliver()
    told = json.loads(receiver.messages[0][1])
    assert told == {"list": "expansion", "people": ["p0@example.com", "p1@example.com"]}


def test_nothing_goes_to_an_address_of_the_own_network_unless_it_may(
    world: World, receiver: Receiver, use: Any
) -> None:
    use(private=False)
    world.evaluate(PEOPLE)
    with pytest.raises(TransientDelivery, match="private address"):
        world.deliver()
    assert receiver.messages == []


def test_a_token_is_fetched_and_sent(world: World, receiver: Receiver, use: Any) -> None:
    use(oauth2={"token_url": receiver.url, "client_id": "me", "client_secret": "s3cret"})
    receiver.answers = [(200, {}, {"access_token": "t0ken", "expires_in": 3600})]
    world.evaluate(PEOPLE)
    world.deliver()
    assert receiver.messages[0][1] == b"grant_type=client_credentials&client_id=me&client_secret=s3cret"
    assert receiver.messages[1][0]["authorization"] == "Bearer t0ken"


def test_a_secret_that_is_none_is_refused_and_not_shown(receiver: Receiver) -> None:
    with pytest.raises(ValidationError) as caught:
        writer(receiver, secrets=["whsec_c2hvcnQ="])
    assert "24 to 64 random bytes" in str(caught.value)
