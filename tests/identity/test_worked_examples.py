"""The worked examples of the graph linking rules that Identity Service publishes, through the models.

Numbers are those of the fact sheet on the incumbent, §3.2. Cookies and devices join here as they do there; what our
default makes of the same events stands at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from tests.identity.compiled import Compiled
from tests.identity.people import Row, all_of, at, event, groups, one

LINKS = ("person_link", "int_person_by_identity", "int_event_people")
TYPES = {
    "CRMID": "cross_device",
    "Email": "email",
    "Email_LC_SHA256": "email",
    "Phone_SHA256": "phone",
    "loginID": "cross_device",
    "GAID": "device",
    "IDFA": "device",
    "ECID": "cookie",
}


def rules(*unique: str, shared: str = "join", lists: bool = True) -> Row:
    """The namespaces of the examples, ranked in the order of their pages; `unique` ones hold one value a person."""
    namespaces: list[dict[str, Any]] = []
    for priority, (name, kind) in enumerate(TYPES.items(), start=1):
        told = {"name": name, "type": kind, "priority": priority, "unique": name in unique, "normalise": "none"}
        namespaces.append(told | ({"shared": shared} if kind in ("device", "cookie") else {}))
    return {"namespaces": namespaces, "guards": {"lists": lists}}


def sequence(*told: Mapping[str, str]) -> list[Row]:
    """Events in time order, a day each."""
    return [event(f"e{day}", at(day), **identities) for day, identities in enumerate(told, start=1)]


def people(*nodes: str) -> set[frozenset[str]]:
    """`"CRMID:Tom ECID:111", …`: the identities of each person."""
    return {frozenset(person.split()) for person in nodes}


TOM, SUMMER = {"CRMID": "Tom"}, {"CRMID": "Summer"}
TWO = sequence(
    TOM | {"Email_LC_SHA256": "aabbcc", "Phone_SHA256": "123-4567"},
    TOM | {"ECID": "111"},
    TOM | {"ECID": "222", "IDFA": "A-A-A"},
    SUMMER | {"Email_LC_SHA256": "ddeeff", "Phone_SHA256": "765-4321"},
    SUMMER | {"ECID": "333"},
    SUMMER | {"ECID": "444", "GAID": "B-B-B"},
)
LOGINS = (
    TOM | {"loginID": "ID_A"},
    TOM | {"loginID": "ID_B"},
    {"loginID": "ID_A", "ECID": "111"},
    SUMMER | {"loginID": "ID_C"},
    SUMMER | {"loginID": "ID_D"},
    {"loginID": "ID_C", "ECID": "222"},
)
GUEST = {"Email": "summer@acme.com", "ECID": "111"}

EXAMPLES = {
    "1 shared device": (
        ["CRMID"],
        sequence(TOM | {"ECID": "111"}, SUMMER | {"ECID": "111"}),
        people("CRMID:Tom", "CRMID:Summer ECID:111"),
    ),
    "4 hashed e-mail that is not unique": (
        ["CRMID"],
        sequence(
            TOM | {"Email_LC_SHA256": "aabbcc"},
            TOM | {"ECID": "111"},
            SUMMER | {"Email_LC_SHA256": "ddeeff"},
            SUMMER | {"ECID": "222"},
            SUMMER | {"Email_LC_SHA256": "aabbcc"},
        ),
        people(
            "CRMID:Tom ECID:111",
            "CRMID:Summer ECID:222 Email_LC_SHA256:aabbcc Email_LC_SHA256:ddeeff",
        ),
    ),
    "5 shared tablet with an advertising id": (
        ["CRMID"],
        [*TWO, event("e7", at(7), CRMID="Tom", ECID="444", GAID="B-B-B")],
        people(
            "CRMID:Tom Email_LC_SHA256:aabbcc Phone_SHA256:123-4567 ECID:111 ECID:222 IDFA:A-A-A ECID:444 GAID:B-B-B",
            "CRMID:Summer Email_LC_SHA256:ddeeff Phone_SHA256:765-4321 ECID:333",
        ),
    ),
    "5 the same on a tablet whose cookie was reset": (
        ["CRMID"],
        [*TWO, event("e7", at(7), CRMID="Summer", ECID="555", IDFA="A-A-A")],
        people(
            "CRMID:Tom Email_LC_SHA256:aabbcc Phone_SHA256:123-4567 ECID:111 ECID:222",
            "CRMID:Summer Email_LC_SHA256:ddeeff Phone_SHA256:765-4321 ECID:333 ECID:444 GAID:B-B-B ECID:555 "
            "IDFA:A-A-A",
        ),
    ),
    "6 phone unique as well": (
        ["CRMID", "Phone_SHA256"],
        [*TWO, event("e7", at(7), CRMID="Summer", Phone_SHA256="123-4567")],
        people(
            "CRMID:Tom Email_LC_SHA256:aabbcc ECID:111 ECID:222 IDFA:A-A-A",
            "CRMID:Summer Email_LC_SHA256:ddeeff Phone_SHA256:123-4567 ECID:333 ECID:444 GAID:B-B-B",
            "Phone_SHA256:765-4321",
        ),
    ),
    "7 two login ids on one device": (
        ["CRMID"],
        sequence(*LOGINS, {"loginID": "ID_C", "ECID": "111"}),
        people(
            "CRMID:Tom loginID:ID_A loginID:ID_B",
            "CRMID:Summer loginID:ID_C loginID:ID_D ECID:222 ECID:111",
        ),
    ),
    "8 wrong login id": (
        ["CRMID"],
        sequence(*LOGINS, TOM | {"loginID": "ID_D"}),
        people(
            "CRMID:Tom loginID:ID_A loginID:ID_B loginID:ID_D ECID:111",
            "CRMID:Summer loginID:ID_C ECID:222",
        ),
    ),
    "9 dangling login id": (
        ["CRMID"],
        sequence(*LOGINS[:3], {"loginID": "ID_C", "ECID": "111"}),
        people("CRMID:Tom loginID:ID_A loginID:ID_B loginID:ID_C ECID:111"),
    ),
    "10 guest on the device of a person with an e-mail": (
        ["CRMID", "Email"],
        sequence(TOM | {"Email": "tom@acme.com"}, TOM | {"ECID": "111"}, GUEST),
        people("CRMID:Tom Email:tom@acme.com", "Email:summer@acme.com ECID:111"),
    ),
    "10 guest on the device of a person without one": (
        ["CRMID", "Email"],
        sequence(TOM | {"ECID": "111"}, GUEST),
        people("CRMID:Tom Email:summer@acme.com ECID:111"),
    ),
    "11 two guests": (
        ["CRMID", "Email"],
        sequence({"Email": "tom@acme.com", "ECID": "111"}, GUEST),
        people("Email:tom@acme.com", "Email:summer@acme.com ECID:111"),
    ),
    "12 guest who registers": (
        ["CRMID", "Email"],
        sequence(
            {"Email": "tom@acme.com", "ECID": "111"},
            {"Email": "tom@acme.com"} | TOM,
            TOM | {"ECID": "111"},
        ),
        people("CRMID:Tom Email:tom@acme.com ECID:111"),
    ),
}


Told = Mapping[str, set[frozenset[str]]]


def told_apart(project: Compiled, examples: Iterable[str], **how: Any) -> Told:
    """What becomes of examples with the same unique namespaces, all in one warehouse: values bear their example."""
    events: list[Row] = []
    for example in examples:
        unique, told, _ = EXAMPLES[example]
        for row in told:
            known_by = [{**item, "value": f"{item['value']}/{example}"} for item in row["identities"]]
            events.append({**row, "source_key": f"{row['source_key']}/{example}", "identities": known_by})
    connection = project.build({"activity": list(reversed(events))}, only=LINKS, identity=rules(*unique, **how))
    found: dict[str, set[frozenset[str]]] = {}
    for group in groups(connection):
        nodes, names = zip(*(node.split("/") for node in group), strict=True)
        assert len(set(names)) == 1
        found.setdefault(names[0], set()).add(frozenset(nodes))
    return found


@pytest.fixture(scope="module")
def as_published(compiled_once: Compiled) -> Told:
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, (unique, _, _) in EXAMPLES.items():
        alike.setdefault(tuple(unique), []).append(name)
    found = [told_apart(compiled_once, examples) for examples in alike.values()]
    return {name: people for told in found for name, people in told.items()}


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_worked_example_ends_as_published(as_published: Told, example: str) -> None:
    assert as_published[example] == EXAMPLES[example][2]


def test_2_the_anonymous_event_between_two_log_ins(project: Compiled) -> None:
    events = sequence({"CRMID": "Kevin", "ECID": "1"}, {"CRMID": "Nora", "ECID": "1"}, {"ECID": "1"})
    again = event("e4", at(4), CRMID="Kevin", ECID="1")
    owner = """
        select value from int_event_people inner join int_person_by_identity using (person_id)
        where len(identities) = 1 and namespace = 'CRMID'
    """
    for shared in ("join", "owner"):
        before = project.build({"activity": events}, only=LINKS, identity=rules("CRMID", shared=shared))
        assert one(before, owner) == ("Nora",)
        after = project.build({"activity": [*events, again]}, only=LINKS, identity=rules("CRMID", shared=shared))
        assert one(after, owner) == ("Kevin",)


def test_3_a_bad_email_stays_with_the_newest(project: Compiled) -> None:
    told = sequence(
        {"CRMID": "Jane", "ECID": "1"},
        {"CRMID": "John", "ECID": "2"},
        {"CRMID": "Jane", "Email": "test@test.com"},
        {"CRMID": "John", "Email": "test@test.com"},
    )
    as_there = project.build({"activity": told}, only=LINKS, identity=rules("CRMID", "Email", lists=False))
    assert groups(as_there) == people("CRMID:Jane ECID:1", "CRMID:John Email:test@test.com ECID:2")
    refused = one(as_there, "select left_node, right_node, refused_because from person_link where refused_because > ''")
    assert refused == ("CRMID:Jane", "Email:test@test.com", "would bring a second CRMID (Jane, John)")
    # ours knows the address for what it is
    ours = project.build({"activity": told}, only=(*LINKS, "identity_guard"), identity=rules("CRMID", "Email"))
    assert groups(ours) == people("CRMID:Jane ECID:1", "CRMID:John ECID:2")
    assert one(ours, "select value, reason, records, events from identity_guard") == (
        "test@test.com", "placeholder", 0, 2
    )  # fmt: skip


def test_a_device_that_is_owned_ends_the_same(project: Compiled) -> None:
    guests = ["11 two guests", "12 guest who registers"]
    for examples in (["1 shared device"], guests):
        told = told_apart(project, examples, shared="owner")
        assert told == {name: EXAMPLES[name][2] for name in examples}


def test_a_device_that_is_owned_joins_no_guest(project: Compiled) -> None:
    """Unlike there, the second half of example 10 leaves two people: a device alone never makes two one."""
    _, events, _ = EXAMPLES["10 guest on the device of a person without one"]
    told = project.build({"activity": events}, only=LINKS, identity=rules("CRMID", "Email", shared="owner"))
    assert groups(told) == people("CRMID:Tom", "Email:summer@acme.com ECID:111")
    told_refused = all_of(told, "select left_node, refused_because from person_link where refused_because > ''")
    assert told_refused == [("CRMID:Tom", "device last used by another person")]
