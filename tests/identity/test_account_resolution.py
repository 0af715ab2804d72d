"""Which records of accounts become one, which stay apart, and why."""

from __future__ import annotations

from typing import Any

from tests.identity.companies import company, decide, refusals, resolved
from tests.identity.compiled import Compiled
from tests.identity.people import Row, all_of, at

LINKS = ["int_account_by_key", "int_account_records"]


def groups(project: Compiled, records: list[Row], identity: dict[str, Any] | None = None) -> set[frozenset[str]]:
    return resolved(project.build({"account": records}, only=LINKS, identity=identity))


def together(*groups_of_keys: str) -> set[frozenset[str]]:
    """`"ab c"` written as two groups: one of a and b, one of c."""
    return {frozenset(keys) for keys in groups_of_keys}


ZEPHYR: dict[str, Any] = {"domain": "zephyr-kinetics.com", "billing_city": "Reno", "billing_country": "US"}


SPELLINGS = [
    ("Zephyr Kinetics Inc.", "ZEPHYR KINETICS, INCORPORATED"),
    ("Quorvane Capital & Sons GmbH", "Quorvane Capital und Sons"),
    ("Méllow  Optics", "Mellow-Optics S.p.A."),
    ("Tundra Fabrication", "Tundra Fabrikation"),
]


def test_spellings_and_legal_forms_on_one_domain_are_one_account(project: Compiled) -> None:
    records = [
        company(f"{number}{source}", name, source, domain=f"house-{number}.com")
        for number, names in enumerate(SPELLINGS)
        for source, name in zip(("crm", "mkto"), names, strict=True)
    ]
    assert groups(project, records) == {
        frozenset({f"{number}crm", f"{number}mkto"}) for number in range(len(SPELLINGS))
    }


def test_a_name_and_a_town_are_not_evidence_enough(project: Compiled) -> None:
    """Every Springfield has its First National Bank."""
    records = [
        company(f"{name} {source}", name, source, billing_city="Springfield", billing_country="US")
        for name in ("First National Bank", "Smith Consulting", "Saint Mary's Hospital")
        for source in ("crm", "mkto")
    ]
    assert len(groups(project, records)) == len(records)


def test_a_name_alone_is_not_evidence_enough(project: Compiled) -> None:
    assert len(groups(project, [company("a", "Zephyr Kinetics"), company("b", "Zephyr Kinetics", source="mkto")])) == 2


def test_a_domain_alone_is_not_evidence_enough(project: Compiled) -> None:
    records = [company("a", "Zephyr Kinetics", **ZEPHYR), company("b", "Harbour Bakery", source="mkto", **ZEPHYR)]
    assert len(groups(project, records)) == 2


def test_a_subsidiary_on_the_domain_of_its_group_stays_apart(project: Compiled) -> None:
    """Also where no source knows both: the names say that one is more than the other."""
    records = [
        company("a", "Zephyr Kinetics", **ZEPHYR),
        company("b", "Zephyr Kinetics Labs", source="mkto", **ZEPHYR),
        company("c", "Zephyr Kinetics Holdings", source="erp", **ZEPHYR),
    ]
    assert len(groups(project, records)) == 3


def test_a_host_that_anybody_uses_makes_nobody_one(project: Compiled) -> None:
    records = [
        company(f"{domain} {source}", name, source, domain=domain, website=f"https://{domain}/shop")
        for domain, name in (
            ("gmail.com", "Sunny Bakery"),
            ("facebook.com", "Quiet Tailors"),
            ("wixsite.com", "Old Mill"),
        )
        for source in ("crm", "mkto")
    ]
    assert len(groups(project, records)) == len(records)


def test_franchises_of_one_host_stay_apart(project: Compiled) -> None:
    """A chain's shops in two systems: one host, one name, and a town each."""
    towns = ["Reno", "Boise", "Tulsa", "Akron", "Fargo", "Macon"]
    records = [
        company(f"{source}-{town}", f"Burrito Barn {town}", source=source, domain="burritobarn.com", billing_city=town)
        for town in towns
        for source in ("crm", "mkto")
    ]
    found = groups(project, records)
    assert all(len({key.split("-")[1] for key in keys}) == 1 for keys in found), found


def test_one_source_keeps_its_own_records_apart(project: Compiled) -> None:
    connection = project.build(
        {"account": [company("a", "Zephyr Kinetics", **ZEPHYR), company("b", "ZEPHYR KINETICS", **ZEPHYR)]}
    )
    assert resolved(connection) == together("a", "b")
    assert refusals(connection) == {("a", "b"): "one source keeps them apart"}
    told = "select kind, left_key, right_key, reason from account_match_review"
    assert all_of(connection, told) == [("account", "a", "b", "one source keeps them apart")]


def test_a_third_record_does_not_join_two_of_one_source(project: Compiled) -> None:
    """Both of the CRM fit the third; they are duplicates, so that it goes to the older one."""
    records = [
        company("old", "Zephyr Kinetics", **ZEPHYR),
        {**company("new", "ZEPHYR KINETICS", **ZEPHYR), "created_at": at(9)},
        company("third", "Zephyr Kinetics Inc.", source="mkto", **ZEPHYR),
    ]
    assert groups(project, records) == {frozenset({"old", "third"}), frozenset({"new"})}


def test_where_two_country_units_fit_the_better_one_is_taken(project: Compiled) -> None:
    units = [
        company("us", "Zephyr Kinetics", domain="zephyr-kinetics.com", billing_country="US", billing_city="Reno"),
        company("de", "Zephyr Kinetics", domain="zephyr-kinetics.com", billing_country="DE", billing_city="Ulm"),
    ]
    german = company(
        "x", "Zephyr Kinetics", "mkto", domain="zephyr-kinetics.com", billing_country="DE", billing_city="Ulm"
    )
    assert groups(project, [*units, german]) == {frozenset({"us"}), frozenset({"de", "x"})}


def test_where_two_country_units_fit_equally_neither_is_taken(project: Compiled) -> None:
    units = [
        company("us", "Zephyr Kinetics", domain="zephyr-kinetics.com", billing_country="US", billing_city="Reno"),
        company("de", "Zephyr Kinetics", domain="zephyr-kinetics.com", billing_country="DE", billing_city="Ulm"),
    ]
    nowhere = company("x", "Zephyr Kinetics", "mkto", domain="zephyr-kinetics.com")
    connection = project.build({"account": [*units, nowhere]}, only=LINKS)
    assert resolved(connection) == {frozenset({"us"}), frozenset({"de"}), frozenset({"x"})}
    assert refusals(connection)["us", "x"] == "two accounts of one source fit about as well"


def test_countries_that_differ_do_not_meet_by_way_of_a_third(project: Compiled) -> None:
    records = [
        company("us", "Zephyr Kinetics", "crm", domain="zephyr-kinetics.com", billing_country="US"),
        company("none", "Zephyr Kinetics", "mkto", domain="zephyr-kinetics.com"),
        company("de", "Zephyr Kinetics", "erp", domain="zephyr-kinetics.com", billing_country="DE"),
    ]
    assert frozenset({"us", "none", "de"}) not in groups(project, records)


def test_one_number_is_one_account_even_within_a_source(project: Compiled) -> None:
    records = [
        company("a", "Zephyr Kinetics", duns_number="15-048-3782"),
        company("b", "Zephyr Motion", duns_number="150483782"),
        company("c", "Zephyr Kinetics Europe", source="erp", duns_number="150483782"),
        company("d", "Harbour Bakery", duns_number="000000000"),
        company("e", "Quiet Tailors", duns_number="000000000"),
    ]
    assert groups(project, records) == {frozenset("abc"), frozenset("d"), frozenset("e")}


def test_a_number_written_on_all_members_of_a_group_is_no_identity(project: Compiled) -> None:
    records = [
        company("a", "Zephyr Kinetics", domain="zephyr-kinetics.com", duns_number="150483782"),
        company("b", "Harbour Bakery", domain="harbour-bakery.com", duns_number="150483782"),
    ]
    connection = project.build({"account": records}, only=LINKS)
    assert resolved(connection) == together("a", "b")
    assert refusals(connection) == {("a", "b"): "shared by different accounts"}


def test_numbers_that_differ_hold_apart_what_looks_alike(project: Compiled) -> None:
    records = [
        company("a", "Zephyr Kinetics", duns_number="150483782", **ZEPHYR),
        company("b", "Zephyr Kinetics", source="mkto", **ZEPHYR),
        company("c", "Zephyr Kinetics", source="erp", duns_number="804735132", **ZEPHYR),
    ]
    found = groups(project, records)
    assert not any({"a", "c"} <= keys for keys in found), found


def test_parent_and_child_are_two_whatever_they_share(project: Compiled) -> None:
    child = company(
        "child", "Zephyr Kinetics", "erp", parent_account_source_key="top", duns_number="150483782", **ZEPHYR
    )
    connection = project.build(
        {"account": [company("top", "Zephyr Kinetics", duns_number="150483782", **ZEPHYR), child]}, only=LINKS
    )
    assert resolved(connection) == {frozenset({"top"}), frozenset({"child"})}
    assert set(refusals(connection).values()) == {"parent and child"}


def test_a_decision_for_one_account_beats_the_source(project: Compiled) -> None:
    decide(project, ("a", "b", "same"))
    assert groups(project, [company("a", "Zephyr Kinetics"), company("b", "Zephyr Motion")]) == together("ab")


def test_a_decision_for_two_accounts_beats_all_evidence(project: Compiled) -> None:
    decide(project, ("a", "c", "different"))
    records = [
        company("a", "Zephyr Kinetics", duns_number="150483782", **ZEPHYR),
        company("b", "Zephyr Kinetics", "mkto", external_key="a", **ZEPHYR),
        company("c", "Zephyr Kinetics", "erp", duns_number="150483782", **ZEPHYR),
    ]
    connection = project.build({"account": records}, only=LINKS)
    assert resolved(connection) == together("ab", "c")
    assert refusals(connection)["a", "c"] == "decided to be different"


def test_a_decision_holds_against_a_chain_of_keys(project: Compiled) -> None:
    decide(project, ("a", "c", "different"))
    records = [company("a"), company("b", external_key="a"), company("c", external_key="b")]
    assert not any({"a", "c"} <= keys for keys in groups(project, records))


def test_matching_is_switched_off_and_made_stricter_in_identity_yml(project: Compiled) -> None:
    records = [company("a", "Zephyr Kinetics", **ZEPHYR), company("b", "Zephyr Kinetics", source="mkto", **ZEPHYR)]
    assert groups(project, records) == together("ab")
    assert groups(project, records, {"matching": {"accounts": {"on": False}}}) == together("a", "b")
    strict = {"matching": {"accounts": {"merge": 1.0}}}
    assert groups(project, records, strict) == together("a", "b")


def test_every_link_that_holds_lies_within_an_account_and_no_refused_one_is_lost(project: Compiled) -> None:
    records = [
        company("a", "Zephyr Kinetics", **ZEPHYR),
        company("b", "Zephyr Kinetics", source="mkto", **ZEPHYR),
        company("c", "ZEPHYR KINETICS", **ZEPHYR),
        company("d", external_key="gone"),
    ]
    connection = project.build({"account": records})
    links = all_of(connection, """
        select count(*) filter (where refused_because is null and account_id <> other_account_id),
               count(*) filter (where refused_because is null and account_id = other_account_id),
               count(*) filter (where refused_because is not null)
        from account_link
    """)  # fmt: skip
    assert links[0][0] == 0
    assert links[0][1] >= 2
    assert links[0][2] >= 1


def test_the_order_of_records_changes_nothing(project: Compiled) -> None:
    records = [
        company("us", "Zephyr Kinetics", **ZEPHYR),
        company("twice", "ZEPHYR KINETICS", **ZEPHYR),
        company("x", "Zephyr Kinetics Inc.", "mkto", **ZEPHYR),
        company("y", "Zephyr Kinetics Corp", "erp", **ZEPHYR),
    ]
    assert groups(project, records) == groups(project, records[::-1])
