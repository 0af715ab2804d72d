"""`muster match`: the account of each lead, a question, or none."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from muster.cli import main

ACCOUNTS = """account_id,name,site,land,town
1,Acme GmbH,acme.de,Germany,
2,Delta Air Lines Inc.,www.delta.com,USA,
3,IBM,ibm.com,USA,
4,University of Oslo,uio.no,Norway,
5,First National Bank,,USA,Springfield
6,First National Bank,,USA,Dayton
7,Zephyrix Tools,zephyrix.com,USA,
7,Zephyrix Instruments,,,
"""
MAPS = (
    "company=b2b.companyName", "email=workEmail.address", "country=workAddress.country", "account_id=accountID",
    "name=accountName", "site=accountOrganization.website", "land=accountBillingAddress.country",
    "town=accountBillingAddress.city",
)  # fmt: skip


def run(place: Path, leads: str, *options: str, maps: tuple[str, ...] = MAPS, accounts: str = ACCOUNTS) -> Result:
    (place / "leads.csv").write_text(leads)
    (place / "accounts.csv").write_text(accounts)
    given = [part for each in maps for part in ("--map", each)]
    return CliRunner().invoke(
        main,
        ["match", str(place / "leads.csv"), "--accounts", str(place / "accounts.csv"), *given, *options,
         "--out", str(place / "matches.csv")],
    )  # fmt: skip


def matches(place: Path, leads: str, **given: tuple[str, ...]) -> list[dict[str, str]]:
    result = run(place, leads, **given)  # type: ignore[arg-type]
    assert result.exit_code == 0, result.output
    with (place / "matches.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def one(place: Path, company: str, email: str = "", country: str = "") -> tuple[str, str]:
    (row,) = matches(place, f'company,email,country\n"{company}",{email},{country}\n')
    return row["account"], row["decision"]


@pytest.mark.parametrize(
    ("company", "email", "account"),
    [
        ("ACME", "", "1"),
        ("", "joe@delta.com", "2"),
        ("Intl Business Machines Corp", "joe@ibm.com", "3"),
        ("Dept of Physics, University of Oslo, Oslo, Norway", "", "4"),
        ("Dept of Physics, University of Oslo, Oslo", "", "4"),
        ("zephyrix tools", "joe@gmail.com", "7"),
        ("Zephyrix Instruments Inc", "", "7"),
    ],
)
def test_a_lead_finds_its_account(tmp_path: Path, company: str, email: str, account: str) -> None:
    assert one(tmp_path, company, email) == (account, "match")


@pytest.mark.parametrize(
    ("company", "email"),
    [
        ("Delta Faucet", ""),
        ("Nobody Ltd", "joe@nobody.co.uk"),
        ("", "joe@gmail.com"),
        ("", ""),
        ("n/a", ""),
        ("University of Bergen", ""),
    ],
)
def test_a_lead_without_an_account_has_none(tmp_path: Path, company: str, email: str) -> None:
    assert one(tmp_path, company, email) == ("", "none")


@pytest.mark.parametrize(
    ("company", "email", "country", "account"),
    [
        # the house of a country, or the firm itself as people there call it
        ("Acme Germany GmbH", "", "DE", "1"),
        # another firm's domain
        ("Zephyrix Tools", "joe@gmx-tools.biz", "", "7"),
        # two houses in one affiliation: nobody knows which is meant
        ("University of Oslo; Bergen Marine Ltd, Bergen", "", "", "4"),
        ("National Museum, University of Oslo", "", "", "4"),
        ("Nordic Laboratory, Department of Physics, University of Oslo", "", "", "4"),
        ("University of Oslo and Oslo University", "", "", "4"),
        # one of several of that name
        ("University of Oslo - Kjeller", "", "", "4"),
        ("University of Oslo, Kjeller", "", "", "4"),
    ],
)
def test_what_may_be_another_is_a_question(
    tmp_path: Path, company: str, email: str, country: str, account: str
) -> None:
    (row,) = matches(tmp_path, f'company,email,country\n"{company}",{email},{country}\n')
    assert (row["account"], row["decision"]) == (account, "review")


def test_a_lead_of_the_house_in_one_country_is_not_of_that_in_another(tmp_path: Path) -> None:
    accounts = "account_id,name,site,land,town\n1,Acme GmbH,,DE,\n2,Acme France SA,,FR,\n"
    rows = matches(tmp_path, "company,email,country\nAcme Germany GmbH,,DE\nAcme France,,FR\n", accounts=accounts)  # type: ignore[arg-type]
    assert [(row["account"], row["decision"]) for row in rows] == [("1", "review"), ("2", "match")]


def test_an_account_that_is_a_unit_is_not_its_house(tmp_path: Path) -> None:
    accounts = 'account_id,name,site,land,town\n1,"Department of Physics, University of Oslo",,,\n'
    (row,) = matches(tmp_path, "company,email,country\nUniversity of Oslo,,\n", accounts=accounts)  # type: ignore[arg-type]
    assert (row["account"], row["decision"]) == ("1", "review")


def test_what_two_accounts_fit_is_a_question(tmp_path: Path) -> None:
    assert one(tmp_path, "First National Bank")[1] != "match"


def test_a_name_and_a_domain_that_contradict_each_other_are_a_question(tmp_path: Path) -> None:
    assert one(tmp_path, "Zephyrix Tools", "joe@acme.de")[1] != "match"


def test_every_lead_is_there_in_its_order_with_its_columns(tmp_path: Path) -> None:
    leads = "score,company,email,country\n7,Acme,,\n8,,,\n9,ACME,,\n"
    rows = matches(tmp_path, leads)
    assert [row["lead_row"] for row in rows] == ["1", "2", "3"]
    assert [row["input_score"] for row in rows] == ["7", "8", "9"]
    assert [row["account_name"] for row in rows] == ["Acme GmbH", "", "Acme GmbH"]
    assert all(0 <= float(row["score"]) <= 1 and row["evidence"] for row in rows)


def test_without_an_id_an_account_is_its_row(tmp_path: Path) -> None:
    rows = matches(tmp_path, "company\nAcme\n", maps=("company=b2b.companyName", "name=accountName"))
    assert rows[0]["account"] == "1"


@pytest.mark.parametrize("truth", ["right", "truth", "account"])
def test_truth_tells_precision_and_recall(tmp_path: Path, truth: str) -> None:
    leads = f"company,email,country,{truth}\nAcme,,,1\nZephyrix Tools,,,2\nNobody,,,\n"
    result = run(tmp_path, leads, "--truth", truth)
    assert "precision 0.5000  recall 0.5000  F1 0.5000" in result.output


def test_the_order_of_accounts_changes_no_answer(tmp_path: Path) -> None:
    head, *rows = ACCOUNTS.splitlines()
    turned = "\n".join([head, *reversed(rows)]) + "\n"
    leads = "company,email,country\nAcme,,\nIBM,,\nFirst National Bank,,\n,joe@delta.com,\n"
    first = [(row["account"], row["score"]) for row in matches(tmp_path, leads) if row["decision"] == "match"]
    run(tmp_path, leads, accounts=turned)
    with (tmp_path / "matches.csv").open(newline="") as file:
        again = [(row["account"], row["score"]) for row in csv.DictReader(file) if row["decision"] == "match"]
    assert first == again


@pytest.mark.parametrize(
    ("options", "maps", "said"),
    [
        ((), ("nothing=b2b.companyName",), "--map nothing: neither"),
        ((), ("company",), "--map company: write COLUMN=PATH"),
        ((), ("company=b2b.companyName",), "accounts.csv can be compared"),
        (("--truth", "company"), MAPS, "the answer may not be compared"),
        (("--truth", "nowhere"), MAPS, "has no column nowhere"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    tmp_path: Path, options: tuple[str, ...], maps: tuple[str, ...], said: str
) -> None:
    result = run(tmp_path, "company,email,country\nAcme,,\n", *options, maps=maps)
    assert result.exit_code == 1
    assert said in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_an_apostrophe_is_no_quote_and_a_quoted_field_may_have_lines(tmp_path: Path) -> None:
    rows = matches(tmp_path, 'company,email,country\n\'t Zusje,,\nAcme,,\n"Zephyrix\nTools",,\n')
    assert [row["account"] for row in rows] == ["", "1", "7"]
