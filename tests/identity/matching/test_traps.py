"""Files in which two people look like one: what a careful clerk keeps apart stays apart, and the rest is joined."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from muster.cli.main import main
from muster.identity.files import mapped, read
from muster.identity.resolve import resolve
from muster.sql import connect
from tests.identity.matching.crowd import crowd

PATHS = {
    "first": "person.name.firstName",
    "last": "person.name.lastName",
    "suffix": "person.name.suffix",
    "name": "person.name",
    "birth": "person.birthDate",
    "gender": "person.gender",
    "email": "workEmail.address",
    "phone": "mobilePhone.number",
    "street": "homeAddress.street1",
    "city": "homeAddress.city",
    "zip": "homeAddress.postalCode",
    "company": "b2b.companyName",
    "passport": "_acme.passportNumber",
}
#: Strangers around the trap, so that a file is not two rows alone; all of them are people of their own.
OTHERS = [
    (
        "Oscar",
        "Lindqvist",
        "1971-02-03",
        "oscar.lindqvist@nordlicht.se",
        "+46 70 123 45 67",
        "Kungsgatan 12",
        "Malmö",
        "21145",
    ),
    ("Priya", "Raman", "1988-07-21", "p.raman@vishal.in", "+91 98 7654 3210", "4 Temple Road", "Chennai", "600001"),
    ("Tomasz", "Kowalczyk", "1965-11-30", "tk@kowal.pl", "+48 601 222 333", "Długa 8", "Gdańsk", "80831"),
    ("Amélie", "Fontaine", "1992-05-14", "amelie@fontaine.fr", "+33 6 12 34 56 78", "3 rue des Lilas", "Lyon", "69003"),
    ("George", "Okafor", "1979-09-09", "g.okafor@lagoslight.ng", "+234 803 555 1212", "22 Marina", "Lagos", "101001"),
    ("Hannah", "Weiss", "1983-01-17", "hannah.weiss@weissbau.de", "+49 171 9876543", "Am Markt 5", "Kassel", "34117"),
    ("Carlos", "Ibarra", "1990-12-02", "cibarra@mesa.mx", "+52 55 1234 5678", "Av. Juárez 101", "Puebla", "72000"),
    ("Yuki", "Tanaka", "1975-06-25", "yuki@tanaka.jp", "+81 90 1111 2222", "2-3 Sakura", "Osaka", "5300001"),
]
COLUMNS = ("first", "last", "birth", "email", "phone", "street", "city", "zip")


def resolved(place: Path, columns: Sequence[str], rows: Sequence[Sequence[str]], *more: str) -> list[str]:
    """The clusters of `rows`, in a file with strangers below them."""
    path, out = place / "in.csv", place / "out.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
        for other in OTHERS:
            told = dict(zip(COLUMNS, other, strict=True))
            told["name"] = f"{told['first']} {told['last']}"
            writer.writerow([told.get(column, "") for column in columns])
    maps = [argument for column in columns for argument in ("--map", f"{column}={PATHS[column]}")]
    done = CliRunner().invoke(main, ["resolve", str(path), "--kind", "person", *maps, "--out", str(out), *more])
    assert done.exit_code == 0, done.output
    with out.open(encoding="utf-8") as file:
        found = [row["cluster_id"] for row in csv.DictReader(file)]
    assert len(set(found[len(rows) :])) == len(OTHERS), "strangers were joined"
    assert not set(found[len(rows) :]) & set(found[: len(rows)]), "a stranger was joined to the trap"
    return found[: len(rows)]


APART = {
    "twins": (
        COLUMNS,
        [
            (
                "Emma",
                "Hartley",
                "2001-04-05",
                "hartley.family@gmail.com",
                "0161 496 0123",
                "9 Elm Grove",
                "Leeds",
                "LS6 2AB",
            ),
            (
                "Olivia",
                "Hartley",
                "2001-04-05",
                "hartley.family@gmail.com",
                "0161 496 0123",
                "9 Elm Grove",
                "Leeds",
                "LS6 2AB",
            ),
        ],
    ),
    "twins who are called alike": (
        COLUMNS,
        [
            ("Daniel", "Hartley", "2001-04-05", "", "0161 496 0123", "9 Elm Grove", "Leeds", "LS6 2AB"),
            ("Danielle", "Hartley", "2001-04-05", "", "0161 496 0123", "9 Elm Grove", "Leeds", "LS6 2AB"),
        ],
    ),
    "brothers of one birth date and phone": (
        ("first", "last", "birth", "phone"),
        [("Marek", "Dvorak", "1999-12-31", "420777123456"), ("Pavel", "Dvorak", "1999-12-31", "420777123456")],
    ),
    "junior and senior": (
        ("first", "last", "suffix", "street", "city", "zip", "phone"),
        [
            ("Robert", "Calloway", "Sr.", "14 Oak Street", "Dayton", "45402", "937-555-0142"),
            ("Robert", "Calloway", "Jr.", "14 Oak Street", "Dayton", "45402", "937-555-0142"),
        ],
    ),
    "junior and senior in the name": (
        ("name", "street", "city", "zip"),
        [
            ("Robert Calloway Sr", "14 Oak Street", "Dayton", "45402"),
            ("Robert Calloway Jr", "14 Oak Street", "Dayton", "45402"),
        ],
    ),
    "father and son by birth date": (
        COLUMNS,
        [
            ("John", "Smith", "1970-10-10", "", "", "3212 W 32nd St", "Palm Harbor", "60527"),
            ("John", "Smith", "1998-03-15", "", "", "3212 W 32nd St", "Palm Harbor", "60527"),
        ],
    ),
    "a shared family e-mail": (
        COLUMNS,
        [
            ("Mary", "Kusha", "1976-10-27", "kusha123@hotmail.com", "", "1304 Poppy Hills Dr", "Blacklick", "43004"),
            ("Mark", "Kusha", "1997-09-28", "kusha123@hotmail.com", "", "1304 Poppy Hills Dr", "Blacklick", "43004"),
        ],
    ),
    "a shared phone": (
        ("first", "last", "phone"),
        [("Ann", "Brown", "212-555-0111"), ("Peter", "Brown", "212-555-0111"), ("Luis", "Vega", "212-555-0111")],
    ),
    "a shared address": (
        ("first", "last", "street", "city", "zip"),
        [
            ("Julia", "Reed", "77 Harbour Way", "Boston", "02110"),
            ("Martin", "Reed", "77 Harbour Way", "Boston", "02110"),
            ("Kevin", "Osei", "77 Harbour Way", "Boston", "02110"),
        ],
    ),
    "a role mailbox": (
        ("first", "last", "email", "company"),
        [
            ("Susan", "Moody", "info@granite.com", "Granite Inc"),
            ("Frank", "Dill", "info@granite.com", "Granite Inc"),
            ("Ada", "Moss", "info@granite.com", "Granite"),
        ],
    ),
    "placeholders": (
        COLUMNS,
        [
            ("Ann", "Brown", "1900-01-01", "none@none.com", "000-000-0000", "n/a", "unknown", "00000"),
            ("Peter", "Brown", "1900-01-01", "none@none.com", "000-000-0000", "n/a", "unknown", "00000"),
            ("Ann", "Lopez", "1900-01-01", "none@none.com", "000-000-0000", "n/a", "unknown", "00000"),
        ],
    ),
    "a common name in a big city": (
        ("first", "last", "city"),
        [("John", "Smith", "London"), ("John", "Smith", "London")],
    ),
    "a common name, other birth dates": (
        ("first", "last", "birth", "city"),
        [("Wei", "Zhang", "1980-02-03", "Beijing"), ("Wei", "Zhang", "1991-11-23", "Beijing")],
    ),
    "other passports": (
        (*COLUMNS, "passport"),
        [
            ("Maria", "Silva", "1990-06-01", "", "", "Rua Nova 7", "Porto", "4000", "P1234567"),
            ("Maria", "Silva", "1990-06-01", "", "", "Rua Nova 7", "Porto", "4000", "X7654321"),
        ],
    ),
    "colleagues": (
        ("first", "last", "company", "city", "phone"),
        [
            ("Alice", "Stone", "Northwind Traders", "Seattle", "206-555-0100"),
            ("Brian", "Cole", "Northwind Traders", "Seattle", "206-555-0100"),
        ],
    ),
    "the same name elsewhere, same local part": (
        ("first", "last", "email"),
        [("Jay", "Jones", "jjones@jones.com"), ("Jay", "Jones", "jjones@fmail.com")],
    ),
}


@pytest.mark.parametrize("trap", APART)
def test_two_people_stay_two(trap: str, tmp_path: Path) -> None:
    columns, rows = APART[trap]
    assert len(set(resolved(tmp_path, columns, rows))) == len(rows)


TOGETHER = {
    "a short name and a new phone": (
        COLUMNS,
        [
            (
                "Robert",
                "Calloway",
                "1968-03-02",
                "rob.calloway@gmail.com",
                "937-555-0142",
                "14 Oak Street",
                "Dayton",
                "45402",
            ),
            ("Bob", "Calloway", "03/02/1968", "Rob.Calloway+news@gmail.com", "", "14 Oak St.", "Dayton", "45402"),
        ],
    ),
    "swapped names": (
        COLUMNS,
        [
            ("Matilda", "Barker", "1990-03-08", "mbarker@bell.com", "", "", "Reading", ""),
            ("Barker", "Matilda", "1990-03-08", "mbarker@bell.com", "", "", "", ""),
        ],
    ),
    "typing errors": (
        COLUMNS,
        [
            ("Katherine", "Summers", "1982-07-15", "", "0161 496 0123", "9 Elm Grove", "Leeds", "LS6 2AB"),
            ("Kathrine", "Sumers", "1982-07-16", "", "+44 161 496 0123", "9 Elm Grv", "Leeds", "LS62AB"),
        ],
    ),
    "the same e-mail and name": (
        ("first", "last", "email"),
        [("Zara", "Thompson", "zthompson@acme.com"), ("Zara", "Thompson", " ZThompson@ACME.com ")],
    ),
    "the same rows": (
        COLUMNS,
        [("Ida", "Berg", "1959-09-19", "ida@berg.no", "+47 900 11 222", "Fjordveien 1", "Bergen", "5003")] * 3,
    ),
    "a married name": (
        COLUMNS,
        [
            (
                "Susan",
                "Meyer",
                "1985-05-05",
                "susan.meyer@mail.com",
                "555-301-7788",
                "10 Field Lane",
                "Austin",
                "78701",
            ),
            (
                "Susan",
                "Thomas",
                "1985-05-05",
                "susan.meyer@mail.com",
                "555-301-7788",
                "10 Field Lane",
                "Austin",
                "78701",
            ),
        ],
    ),
}


@pytest.mark.parametrize("case", TOGETHER)
def test_one_person_is_found(case: str, tmp_path: Path) -> None:
    columns, rows = TOGETHER[case]
    assert len(set(resolved(tmp_path, columns, rows))) == 1


CHAIN = [
    ("Jim", "Muir", "1997-11-12", "muir@home.net", "555-201-1000", "12396 Austin Rd", "Sacramento", "95823"),
    ("J", "Muir", "", "muir@home.net", "555-201-1000", "12396 Austin Rd", "Sacramento", "95823"),
    ("Jane", "Muir", "1999-12-10", "muir@home.net", "555-201-1000", "12396 Austin Rd", "Sacramento", "95823"),
]


def test_a_chain_does_not_join_its_ends(tmp_path: Path) -> None:
    """A is like B and B is like C, but A and C are two: B may go to one of them, never both."""
    found = resolved(tmp_path, COLUMNS, CHAIN)
    assert found[0] != found[2]


@pytest.mark.parametrize(("rows", "twice", "seed"), [(4000, 0.2, 1), (2000, 0.5, 2)])
def test_a_crowd_changes_no_verdict(rows: int, twice: float, seed: int, tmp_path: Path) -> None:
    """What a small file keeps apart or joins, a file of thousands of ordinary people does too."""
    traps = {**APART, **TOGETHER, "a chain": (COLUMNS, CHAIN)}
    told = list(crowd(rows, twice, seed))
    found: dict[str, list[int]] = {}
    for name, (columns, records) in traps.items():
        found[name] = list(range(len(told), len(told) + len(records)))
        told += [dict(zip(columns, record, strict=True)) for record in records]
    path = tmp_path / "crowd.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(PATHS), restval="")
        writer.writeheader()
        writer.writerows(told)
    with connect() as connection:
        records_of = read(connection, path, "crowd")
        columns_of = mapped(connection, records_of, [f"{column}={meant}" for column, meant in PATHS.items()])
        clusters = resolve(connection, records_of.table, columns_of, "person")["cluster_id"].to_pylist()
    verdicts = {name: [clusters[row] for row in at] for name, at in found.items()}
    assert {name for name in APART if len(set(verdicts[name])) < len(verdicts[name])} == set()
    assert {name for name in TOGETHER if len(set(verdicts[name])) > 1} == set()
    assert verdicts["a chain"][0] != verdicts["a chain"][2]
