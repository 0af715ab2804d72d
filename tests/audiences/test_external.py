"""Lists from elsewhere: who is matched, what is set aside, and when everybody leaves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from muster.audiences.external import list_rows
from muster.config.models import Audience
from muster.schema import Edge, EntityClass, Field, Schema
from muster.settings import Settings
from tests.activation import small_world
from tests.activation.small_world import account, person
from tests.audiences.days import Days, audience

IDENTITY = {
    "person_identity_id": pa.string(), "person_id__ord": pa.int64(), "namespace": pa.string(), "value": pa.string(),
}  # fmt: skip
COMPONENT = {"account_id__ord": pa.int64(), "source_account_key": pa.string(), "domain": pa.string()}


@pytest.fixture
def days(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Days:
    """A world whose snapshots have identities: each person's address, one shared, and accounts' domains."""
    known = small_world.schema()
    of_person = Edge("person", "person_identity", "person_id__ord", "person", "_ord", many=False)
    of_account = Edge("account", "account_component", "account_id__ord", "account", "_ord", many=False)
    schema = Schema(
        {
            **known.classes,
            "person_identity": EntityClass(
                "person_identity", "person_identity", "person_identity_id",
                {"id": Field("id", "value", "string")}, {"person": of_person},
            ),
            "account_component": EntityClass(
                "account_component", "account_component", "account_component_id",
                {"accountOrganization.domain": Field("accountOrganization.domain", "domain", "string")},
                {"account": of_account},
            ),
        }
    )  # fmt: skip
    monkeypatch.setattr(small_world, "schema", lambda: schema)
    return Days(settings)


def publish(days: Days, people: list[dict[str, Any]], accounts: list[dict[str, Any]]) -> None:
    """Write the identities of the day to come."""
    folder = days.settings.snapshots / f"v{days.day + 1}"
    folder.mkdir(parents=True, exist_ok=True)
    own = [{"person_id__ord": row["_ord"], "namespace": "Email", "value": row["work_email"]} for row in people]
    shared = [{"person_id__ord": at, "namespace": "Email", "value": "office@example.com"} for at in (0, 1)]
    cased = [
        {"person_id__ord": 1, "namespace": "ECID", "value": "aB"},
        {"person_id__ord": 2, "namespace": "ECID", "value": "ab"},
    ]
    rows = pa.Table.from_pylist([*own, *shared, *cased], pa.schema(list(IDENTITY.items())))
    pq.write_table(rows, folder / "person_identity.parquet")
    domains = [{"account_id__ord": row["_ord"], "domain": f"d{row['_ord'] // 2}.example"} for row in accounts]
    pq.write_table(
        pa.Table.from_pylist(domains, pa.schema(list(COMPONENT.items()))), folder / "account_component.parquet"
    )


def listed(days: Days, text: str, name: str = "list.csv") -> Path:
    path = days.settings.data / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def of_list(shape: dict[str, Any] | None = None, **keys: Any) -> Audience:
    external = {"file": "list.csv", "identity": "mail", "namespace": "Email", **keys}
    return audience("fair", external=external, **(shape or {}))


def evaluate(days: Days, *audiences: Audience, people: int = 3, accounts: int = 0) -> Any:
    rows, firms = [person(number) for number in range(people)], [account(number) for number in range(accounts)]
    publish(days, rows, firms)
    return days.evaluate(audiences, rows, accounts=firms)


def test_rows_are_matched_and_what_matches_nobody_is_counted_with_its_reason(days: Days) -> None:
    listed(
        days,
        "mail,booth\nP0@Example.com ,North\nnobody@example.com,South\n,East\n"
        "office@example.com,West\np0@example.com,Hall\n",
    )
    (result,) = evaluate(days, of_list()).evaluated

    assert days.members("fair") == [0]
    assert result.shaped.listed.set_aside == {
        "listed before": 1, "matches nobody": 1, "matches several": 1, "no identity": 1,
    }  # fmt: skip
    rows = duckdb.sql(
        f"from '{list_rows(days.settings, 'fair')}' select _row, _id, _reason, booth order by 1"
    ).fetchall()
    assert rows[0] == (1, "p_0", None, "North")
    assert [row[2] for row in rows[1:]] == ["matches nobody", "no identity", "matches several", "listed before"]


def test_case_counts_where_an_identity_has_it(days: Days) -> None:
    listed(days, "mail\naB\n")
    evaluate(days, of_list(namespace="ecid"))
    assert days.members("fair") == [1]


def test_accounts_are_known_by_their_domains(days: Days) -> None:
    listed(days, "domain;note\nD1.example;x\nd0.example;y\n")
    firms = audience("fair", of="accounts", external={"file": "list.csv", "identity": "Domain", "namespace": "domain"})
    (result,) = evaluate(days, firms, accounts=3).evaluated

    assert days.members("fair") == [2]
    assert result.shaped.listed.set_aside == {"matches several": 1}


def test_a_list_expires_and_an_update_begins_its_time_anew(days: Days) -> None:
    path = listed(days, "mail\np0@example.com\n")
    fair = of_list(expires="3d")
    sizes = []
    for day in range(8):
        if day == 2:
            os.utime(path, ns=(1, 10**18))  # written again, with the same content
        sizes.append(evaluate(days, fair).evaluated[0].size)

    assert sizes == [1, 1, 1, 1, 1, 0, 0, 0]
    left = days.store.latest("fair")
    assert left is not None
    assert (left.exited, left.held, left.cause) == (1, False, "the list has expired")


def test_a_list_that_is_gone_keeps_its_members_until_it_expires(days: Days) -> None:
    path = listed(days, "mail\np0@example.com\n")
    fair = of_list(expires="2d")
    evaluate(days, fair)
    path.unlink()
    told = evaluate(days, fair)
    assert "the list list.csv is not there" in str(told.failed["fair"])
    assert days.members("fair") == [0]
    assert evaluate(days, fair).evaluated[0].size == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("address\nx@example.com\n", "has no column 'mail'; its columns are address"),
        ("mail,_id\nx@example.com,1\n", "'_id' of list.csv is a column that Muster writes itself"),
        ('mail,a\nsecret@example.com,1\n"secret@example.com,1\n', "cannot be read as CSV in UTF-8 with a heading"),
        ("mail,a\nsecret@example.com,1\nsecret,2,3\n", "cannot be read as CSV in UTF-8 with a heading"),
        ("mail,a\nsecret@example.com,1\nsecret\n", "cannot be read as CSV in UTF-8 with a heading"),
        ("mail,mail\nsecret@example.com,1\n", "cannot be read as CSV in UTF-8 with a heading"),
        ("", "cannot be read as CSV in UTF-8 with a heading"),
    ],
)
def test_a_file_that_is_no_use_fails_that_audience_and_quotes_nobody(days: Days, text: str, told: str) -> None:
    listed(days, text)
    outcome = evaluate(days, of_list(), audience("others", "true"))

    assert told in str(outcome.failed["fair"])
    assert "secret" not in str(outcome.failed["fair"])
    assert days.members("others") == [0, 1, 2]


def test_a_list_may_be_asked_and_shaped_like_any_other_audience(days: Days) -> None:
    listed(days, "mail\np0@example.com\np2@example.com\n")
    evaluate(
        days,
        of_list({"exclude": ["second"]}),
        audience("asks", 'inSegment("fair")'),
        audience("second", 'workEmail.address = "p2@example.com"'),
    )

    assert days.members("asks") == [0]
