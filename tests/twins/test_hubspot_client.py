"""HubSpot's own client library, unchanged, against the twin."""

from __future__ import annotations

from typing import Any

import hubspot as library
import pytest
from hubspot.crm.associations.v4 import (
    AssociationSpec,
    BatchInputPublicAssociationMultiPost,
    BatchInputPublicFetchAssociationsBatchRequest,
    PublicAssociationMultiPost,
    PublicFetchAssociationsBatchRequest,
    PublicObjectId,
)
from hubspot.crm.contacts import (
    BatchInputSimplePublicObjectBatchInput,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchInputSimplePublicObjectBatchInputUpsert,
    BatchInputSimplePublicObjectId,
    BatchReadInputSimplePublicObjectId,
    Filter,
    FilterGroup,
    PublicMergeInput,
    PublicObjectSearchRequest,
    SimplePublicObjectBatchInput,
    SimplePublicObjectBatchInputForCreate,
    SimplePublicObjectBatchInputUpsert,
    SimplePublicObjectId,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.contacts.exceptions import ApiException
from hubspot.crm.lists import ListCreateRequest, ListSearchRequest, MembershipChangeRequest
from hubspot.crm.properties import PropertyCreate

from tests.twins.hubspot_account import Account


@pytest.fixture
def client(hubspot: Account) -> Any:
    return library.Client.create(access_token=hubspot.token, host=hubspot.url)


def create(client: Any, **properties: str) -> str:
    made = client.crm.contacts.basic_api.create(SimplePublicObjectInputForCreate(properties=properties))
    return str(made.id)


def test_a_record_through_its_life(client: Any):
    contacts = client.crm.contacts.basic_api
    id_ = create(client, email="ada@example.com", firstname="Ada")
    assert contacts.get_by_id("ada@example.com", id_property="email").id == id_
    changed = contacts.update(id_, SimplePublicObjectInput(properties={"lastname": "Lovelace"}))
    assert changed.properties["lastname"] == "Lovelace"
    dated = contacts.get_by_id(id_, properties=["lastname"], properties_with_history=["firstname"])
    assert dated.properties_with_history["firstname"][0].value == "Ada"
    contacts.archive(id_)
    with pytest.raises(ApiException) as gone:
        contacts.get_by_id(id_)
    assert gone.value.status == 404
    assert contacts.get_by_id(id_, archived=True).archived_at is not None


def test_all_pages(client: Any):
    made = [create(client, email=f"p{n}@example.com") for n in range(5)]
    page = client.crm.contacts.basic_api.get_page(limit=2)
    assert [each.id for each in page.results] == made[:2]
    assert page.paging.next.after == made[1]
    assert [each.id for each in client.crm.contacts.get_all()] == made


def test_batches(client: Any):
    batch = client.crm.contacts.batch_api
    inputs = [SimplePublicObjectBatchInputForCreate(properties={"email": f"p{n}@example.com"}) for n in range(20)]
    made = batch.create(BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs))
    by_email = {each.properties["email"]: each.id for each in made.results}
    assert made.status == "COMPLETE" and len(by_email) == 20
    assert [each.properties["email"] for each in made.results] != [
        each.properties["email"] for each in inputs
    ]  # shuffled
    updates = [SimplePublicObjectBatchInput(id=id_, properties={"city": "Paris"}) for id_ in by_email.values()]
    batch.update(BatchInputSimplePublicObjectBatchInput(inputs=updates))
    asked = [SimplePublicObjectId(id=email) for email in by_email]
    read = batch.read(
        BatchReadInputSimplePublicObjectId(
            inputs=asked, properties=["city"], properties_with_history=[], id_property="email"
        )
    )
    assert {(each.id, each.properties["city"]) for each in read.results} == {
        (id_, "Paris") for id_ in by_email.values()
    }
    upserts = [
        SimplePublicObjectBatchInputUpsert(id=f"p{n}@example.com", id_property="email", properties={"city": "Rome"})
        for n in (0, 99)
    ]
    upserted = batch.upsert(BatchInputSimplePublicObjectBatchInputUpsert(inputs=upserts))
    assert {each.properties["email"]: each.new for each in upserted.results} == {
        "p0@example.com": False,
        "p99@example.com": True,
    }
    gone = [SimplePublicObjectId(id=by_email["p1@example.com"])]
    batch.archive(BatchInputSimplePublicObjectId(inputs=gone))
    missing = batch.read(
        BatchReadInputSimplePublicObjectId(inputs=gone, properties=["city"], properties_with_history=[])
    )
    assert missing.num_errors == 1
    assert missing.errors[0].context["ids"] == [by_email["p1@example.com"]]


def test_search(client: Any):
    for n in range(5):
        create(client, email=f"p{n}@example.com", city="Paris" if n % 2 else "Rome")
    request = PublicObjectSearchRequest(
        filter_groups=[FilterGroup(filters=[Filter(property_name="city", operator="EQ", value="Rome")])],
        sorts=["-email"],
        properties=["email"],
        limit=2,
    )
    found = client.crm.contacts.search_api.do_search(request)
    assert found.total == 3
    assert [each.properties["email"] for each in found.results] == ["p4@example.com", "p2@example.com"]
    assert found.paging.next.after == "2"


def test_merging(client: Any):
    winner, loser = create(client, email="a@example.com"), create(client, email="b@example.com")
    request = PublicMergeInput(primary_object_id=winner, object_id_to_merge=loser)
    merged = client.crm.contacts.basic_api.merge(request) if hasattr(client.crm.contacts.basic_api, "merge") else None
    merged = merged or client.crm.contacts.public_object_api.merge(request)
    assert merged.id == winner
    assert client.crm.contacts.basic_api.get_by_id(loser).id == winner


def test_properties(client: Any):
    properties = client.crm.properties.core_api
    made = properties.create(
        "contacts",
        PropertyCreate(
            name="shoe_size", label="Shoe size", type="number", field_type="number", group_name="contactinformation"
        ),
    )
    assert made.hubspot_defined is False
    assert "shoe_size" in {each.name for each in properties.get_all("contacts").results}
    assert properties.get_by_name("contacts", "email").has_unique_value is True
    properties.archive("contacts", "shoe_size")
    assert "shoe_size" not in {each.name for each in properties.get_all("contacts").results}
    assert [each.name for each in client.crm.properties.groups_api.get_all("contacts").results] == [
        "contactinformation"
    ]


def test_associations(client: Any, hubspot: Account):
    person, company = create(client, email="a@example.com"), hubspot.company(name="Acme")
    v4 = client.crm.associations.v4
    spec = AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=1)
    v4.basic_api.create("contacts", person, "companies", company, [spec])
    page = v4.basic_api.get_page("contacts", person, "companies")
    assert [(each.to_object_id, {t.type_id for t in each.association_types}) for each in page.results] == [
        (company, {279, 1})
    ]
    deal = hubspot.deal(dealname="Big")
    pair = PublicAssociationMultiPost(
        _from=PublicObjectId(id=deal),
        to=PublicObjectId(id=person),
        types=[AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=3)],
    )
    v4.batch_api.create("deals", "contacts", BatchInputPublicAssociationMultiPost(inputs=[pair]))
    request = BatchInputPublicFetchAssociationsBatchRequest(inputs=[PublicFetchAssociationsBatchRequest(id=person)])
    read = v4.batch_api.get_page("contacts", "deals", request)
    assert [(each._from.id, [to.to_object_id for to in each.to]) for each in read.results] == [(person, [deal])]
    labels = client.crm.associations.v4.schema.definitions_api.get_all("contacts", "companies")
    assert {each.type_id for each in labels.results} == {279, 1}


def test_lists(client: Any):
    lists, members = client.crm.lists.lists_api, client.crm.lists.memberships_api
    made = lists.create(ListCreateRequest(name="Friends", object_type_id="0-1", processing_type="MANUAL")).list
    ids = [create(client, email=f"p{n}@example.com") for n in range(3)]
    added = members.add(made.list_id, [*ids, "99999"])
    assert (sorted(added.records_ids_added), added.record_ids_missing) == (ids, ["99999"])
    change = MembershipChangeRequest(record_ids_to_add=[], record_ids_to_remove=ids[:1])
    assert members.add_and_remove(made.list_id, change).record_ids_removed == ids[:1]
    assert [each.record_id for each in members.get_page(made.list_id).results] == ids[1:]
    assert lists.get_by_id(made.list_id).list.size == 2
    assert lists.get_by_name("friends", "0-1").list.list_id == made.list_id
    found = lists.do_search(ListSearchRequest(query="frie", offset=0, additional_properties=["hs_list_size"]))
    assert (found.total, found.lists[0].additional_properties) == (1, {"hs_list_size": "2"})
    lists.remove(made.list_id)
    lists.restore(made.list_id)
    assert members.get_lists("0-1", ids[1]).results[0].list_id == made.list_id


def test_owners_and_pipelines(client: Any):
    owners = client.crm.owners.owners_api.get_page(email="admin@example.com", limit=10)
    assert [each.user_id for each in owners.results] == [1]
    pipelines = client.crm.pipelines.pipelines_api.get_all("deals").results
    stages = {each.id: each.metadata for each in pipelines[0].stages}
    assert stages["closedwon"] == {"probability": "1.0", "isClosed": "true"}


def test_oauth(client: Any, hubspot: Account):
    tokens = hubspot.twin.tokens
    open_client = library.Client.create(host=hubspot.url)
    given = open_client.oauth.tokens_api.create(
        grant_type="refresh_token",
        client_id=tokens.client_id,
        client_secret=tokens.client_secret,
        refresh_token=tokens.refresh_token,
    )
    assert given.expires_in == 1800
    assert open_client.oauth.access_tokens_api.get(given.access_token).hub_id == 4242
    oauth = library.Client.create(access_token=given.access_token, host=hubspot.url)
    assert oauth.crm.contacts.basic_api.get_page().results == []
    hubspot.advance(1807)
    with pytest.raises(ApiException) as expired:
        oauth.crm.contacts.basic_api.get_page()
    assert expired.value.status == 401
    assert "expired 7 second(s) ago" in expired.value.body
