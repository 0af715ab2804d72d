"""`muster resolve --kind account`: what is one account, and the traps that would make one of many."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from muster.cli import main

FIELDS = ("name", "site", "street", "city", "state", "zip", "country", "duns", "phone")
MAPS = (
    "name=accountName",
    "site=accountOrganization.website",
    "street=accountBillingAddress.street1",
    "city=accountBillingAddress.city",
    "state=accountBillingAddress.state",
    "zip=accountBillingAddress.postalCode",
    "country=accountBillingAddress.country",
    "duns=accountOrganization.DUNSNumber",
    "phone=accountPhone.number",
)


def clusters(place: Path, *rows: Sequence[str]) -> list[str]:
    """The cluster of each row; a row may leave out its last fields."""
    source, target = place / "accounts.csv", place / "clusters.csv"
    with source.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        writer.writerows([*row, *[""] * (len(FIELDS) - len(row))] for row in rows)
    maps = [part for each in MAPS for part in ("--map", each)]
    result = CliRunner().invoke(main, ["resolve", str(source), "--kind", "account", *maps, "--out", str(target)])
    assert result.exit_code == 0, result.output
    with target.open(newline="") as file:
        return [row["cluster_id"] for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    "rows",
    [
        (("Acme GmbH", "acme.de"), ("ACME", "http://www.acme.de/kontakt")),
        (("International Business Machines", "ibm.com"), ("IBM", "ibm.com")),
        (("Kowalczyk Sp. z o.o.",), ("KOWALCZYK SPÓŁKA Z O.O.",)),
        (
            ("Zephyrix Tools Inc", "", "", "", "", "", "", "12-345-6789"),
            ("Zephyrix", "", "", "", "", "", "", "123456789"),
        ),
        (("Contoso Pharmaceuticals", "contoso.com"), ("Contoso Pharma Ltd", "contoso.com")),
        # short, but both say what they are
        (("KPX B.V.",), ("KPX BV",)),
        # a share is no part of a name
        (("Zephyrix Inc. (Class A)",), ("Zephyrix Inc.",)),
        # one street, spelled in two ways
        (
            ("Zephyrix Tools", "zephyrix.com", "12 Main Street", "Austin", "TX", "73301"),
            ("Zephyrix Tools", "zephyrix.com", "12 Mian St", "Austin", "TX", "73301"),
        ),
        (("Acme Germany GmbH", "acme.com", "", "", "", "", "DE"), ("Acme GmbH", "acme.com", "", "", "", "", "DE")),
    ],
)
def test_spellings_of_one_account_are_one(tmp_path: Path, rows: tuple[Sequence[str], ...]) -> None:
    assert len(set(clusters(tmp_path, *rows))) == 1


@pytest.mark.parametrize(
    "rows",
    [
        # franchises: one name, one domain, another place
        (
            ("Burgerly", "burgerly.com", "1 Main St", "Austin", "TX", "73301", "US"),
            ("Burgerly", "burgerly.com", "22 Oak Ave", "Dallas", "TX", "75001", "US"),
            ("Burgerly", "burgerly.com", "9 Elm St", "Houston", "TX", "77001", "US"),
        ),
        # a university system on one host
        (
            ("Lonestar State University-Austin", "lonestar.edu", "1 Main St", "Austin", "TX", "73301"),
            ("Lonestar State University-Waco", "lonestar.edu", "5 Lake Rd", "Waco", "TX", "76701"),
        ),
        # free mail and pages on somebody else's site
        (("Miller Roofing", "gmail.com"), ("Jensen Bakery", "gmail.com")),
        (("Miller Roofing", "https://sites.google.com/miller"), ("Jensen Bakery", "https://sites.google.com/jensen")),
        (("Miller Roofing", "facebook.com/miller"), ("Jensen Bakery", "facebook.com/jensen")),
        # a name that many towns have
        (
            ("First National Bank", "", "", "Springfield", "IL"),
            ("First National Bank", "", "", "Dayton", "OH"),
            ("First National Bank", "", "", "Tulsa", "OK"),
        ),
        # units of one group in different countries
        (("Acme Germany GmbH", "", "", "Berlin", "", "", "DE"), ("Acme France SA", "", "", "Paris", "", "", "FR")),
        (
            ("Acme GmbH", "acme.com", "", "", "", "", "DE", "111111111"),
            ("Acme", "acme.com", "", "", "", "", "FR", "222222222"),
        ),
        # numbers, compass points, words of their own
        (("School District 12",), ("School District 15",)),
        (("Northern Trust Fund II",), ("Northern Trust Fund III",)),
        (("North Dakota Mills",), ("South Dakota Mills",)),
        (("Delta Air Lines",), ("Delta Faucet",)),
        # one roof, two firms
        (
            ("Miller Roofing", "", "1 Main St", "Austin", "TX", "73301"),
            ("Jensen Bakery", "", "1 Main St", "Austin", "TX", "73301"),
        ),
        # two branches of one town, of one name and one domain
        (
            ("Trendy Barber College", "trendybarber.com", "14806 Ella Blvd.", "Houston", "TX", "77090"),
            ("Trendy Barber College", "trendybarber.com", "8250 Bellfort", "Houston", "TX", "77071"),
        ),
        (
            ("Trendy Barber College", "trendybarber.com", "14806 Ella Blvd", "Houston", "TX", "", "", "", "2814408383"),
            ("Trendy Barber College", "trendybarber.com", "8250 Bellfort", "Houston", "TX", "", "", "", "7137210000"),
        ),
        # a town of the same name in another state
        (
            ("Midwestern Institute", "midwestern.edu", "2731 Market Rd", "Springfield", "IL", "62707"),
            ("Midwestern Institute", "midwestern.edu", "3600 Glenstone", "Springfield", "MO", "65804"),
        ),
        # a unit under the roof of its house, with a phone or a domain of its own
        (
            ("Averton University", "averton.edu", "420 Main St", "Danville", "VA", "24541", "", "", "4347915600"),
            (
                "Averton University-Online",
                "averton.edu",
                "420 Main St",
                "Danville",
                "VA",
                "24541",
                "",
                "",
                "8004485233",
            ),
        ),
        (
            ("Foothill Oak College", "foothilloak.edu", "12 Monte Rd", "Los Altos", "CA", "94022"),
            ("Foothill Oak College District", "fhdo.edu", "12 Monte Rd", "Los Altos", "CA", "94022"),
        ),
        # a house of one group in one country, and the group
        (("Acme Germany", "acme.com"), ("Acme Inc.", "acme.com")),
        # names alone: short ones, those of many banks, those that a bracket tells apart
        (("Eko",), ("EKO",)),
        (("Liberty Bank",), ("LIBERTY BANK",)),
        (("Cruz Roja (Colombia)",), ("Cruz Roja (Panama)",), ("Cruz Roja",)),
        # two in one name
        (("Halvard University Hospital and University of Halvard",), ("Halvard University Hospital",)),
        # the holding and the firm it holds
        (("Zephyrix Holding AG",), ("Zephyrix AG",)),
    ],
)
def test_a_trap_is_no_reason_to_merge(tmp_path: Path, rows: tuple[Sequence[str], ...]) -> None:
    found = clusters(tmp_path, *rows)
    assert len(set(found)) == len(rows)


def test_a_shared_domain_does_not_chain_its_firms(tmp_path: Path) -> None:
    firms = ("Miller Roofing", "Jensen Bakery", "Okafor Legal", "Tanaka Dental", "Rossi Wines", "Dubois Optics")
    assert len(set(clusters(tmp_path, *((firm, "townportal.net") for firm in firms)))) == len(firms)


def test_equal_rows_are_one_and_rows_without_a_name_stay_alone(tmp_path: Path) -> None:
    assert clusters(tmp_path, ("Zephyrix Tools",), ("",), ("Zephyrix Tools",), ("",)) == ["1", "2", "1", "3"]


@pytest.mark.slow
def test_no_worse_than_the_naive_rule_on_patents(tmp_path: Path, shared_data: Callable[[str], Path]) -> None:
    result = CliRunner().invoke(
        main,
        ["resolve", str(shared_data("patstat-leuven-organisations") / "patstat_reference.csv"), "--kind", "account",
         "--map", "person_name=accountName", "--truth", "leuven_id", "--out", str(tmp_path / "clusters.csv")],
    )  # fmt: skip
    figures = dict(zip(("precision", "recall"), result.output.splitlines()[-1].split()[1:4:2], strict=True))
    assert float(figures["precision"]) > 0.99
    assert float(figures["recall"]) > 0.286
