"""What is left of an organisation's name once spelling is taken out of it."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.identity.organisations.domains import host, registrable
from muster.identity.organisations.names import create_forms
from muster.identity.organisations.reference import create_reference


def forms(*names: str) -> dict[str, set[str]]:
    """The forms of each name that cost nothing, as their words."""
    with duckdb.connect() as connection:
        create_reference(connection)
        connection.execute(
            "create temp table org_raw as select unnest(range($1)) as raw_id, unnest($2) as raw",
            [len(names), list(names)],
        )
        create_forms(connection)
        rows = connection.execute(
            "select raw, array_to_string(tokens, ' ') from org_variant"
            " inner join org_raw using (raw_id) inner join org_form using (form_id) where cost <= 0.5"
        ).fetchall()
    return {name: {form for raw, form in rows if raw == name} for name in names}


@pytest.mark.parametrize(
    "names",
    [
        ("Acme GmbH & Co. KG", "ACME", "acme g.m.b.h."),
        ("Acme S.p.A.", "Acme SPA", "ACME s.p.a"),
        ("Acme Pty Ltd", "Acme Pty. Limited", "The Acme"),
        ("Kabushiki Kaisha Toshiba", "Toshiba K.K.", "TOSHIBA"),
        ("Philips N V", "Philips N.V.", "PHILIPS NV"),
        ("Procter & Gamble Co.", "Procter and Gamble", "PROCTER & GAMBLE COMPANY, THE"),
        ("AT&T Inc.", "AT & T", "AT and T"),
        ("Ørsted A/S", "ORSTED AS"),
        ("Ｓｏｎｙ Corp", "Sony\u200b Corporation"),
        ("OAO Газпром", "Gazprom"),
        ("Univ. of Oslo", "University of Oslo"),
        ("ACME CORP /DE/", "Acme Corp"),
    ],
)
def test_spellings_of_one_name_have_one_form(names: tuple[str, ...]) -> None:
    found = forms(*names)
    assert set.intersection(*found.values()), found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("School District 12", "School District 15"),
        ("North Carolina State University", "North Carolina A & T State University"),
        ("Acme Germany GmbH", "Acme France SA"),
        ("Delta Air Lines", "Delta Faucet"),
    ],
)
def test_names_of_two_have_no_form_in_common(one: str, other: str) -> None:
    found = forms(one, other)
    assert not found[one] & found[other]


def test_a_former_name_and_a_trade_name_are_names_too() -> None:
    found = forms("Foo Inc. d/b/a Bar Brothers", "Meta Platforms (formerly Facebook)")
    assert {"foo", "bar brother"} <= found["Foo Inc. d/b/a Bar Brothers"]
    assert "facebook" in found["Meta Platforms (formerly Facebook)"]


def test_nothing_is_lost_where_a_name_is_but_a_legal_form() -> None:
    assert forms("Limited")["Limited"] == {"limited"}


@given(st.text(max_size=40))
@settings(max_examples=40, deadline=None)
def test_any_text_is_read(name: str) -> None:
    assert len(forms(name)) == 1


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.Acme.co.uk/path?x=1", "acme.co.uk"),
        ("joe@mail.acme.com", "acme.com"),
        ("mailto:joe@acme.com", "acme.com"),
        ("acme.de:8080", "acme.de"),
        ("acme.wixsite.com", "acme.wixsite.com"),
        ("school.k12.tx.us", "school.k12.tx.us"),
        ("https://sites.google.com/acme", None),
        ("www.facebook.com/acme", None),
        ("x@example.com", None),
        ("n/a", None),
        ("", None),
    ],
)
def test_a_domain_is_who_registered_it(address: str, domain: str | None) -> None:
    with duckdb.connect() as connection:
        sql = f"select {registrable('host')} from (select {host('$1')} as host)"
        assert connection.execute(sql, [address]).fetchall() == [(domain,)]
