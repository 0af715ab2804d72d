"""Mistakes in merge policies, as the lines that a user reads."""

from __future__ import annotations

import pytest

from muster.schema import Schema
from tests.config.conftest import Folder

SOURCES = """organization: acme
sources:
  - {name: salesforce, type: salesforce, path: sf}
  - {name: marketo-na, type: marketo, path: mkto}
"""


def said(folder: Folder, schema: Schema, text: str) -> list[str]:
    files = {"sources.yml": SOURCES, "identity.yml": f"merge_policies:\n{text}"}
    return [line for line in folder.checking(files, schema) if line.startswith("identity.yml")]


def test_sound_policies_say_nothing(folder: Folder, schema: Schema) -> None:
    text = """  person:
    method: timestampOrdered
    identityGraph: none
    attributes:
      extendedWorkDetails.jobTitle: {method: dataSetPrecedence, order: [salesforce, marketo-na]}
      workAddress: {method: dataSetPrecedence, order: [salesforce]}
      b2b: {method: timestampOrdered}
  account: {method: dataSetPrecedence, order: [salesforce]}
"""
    assert said(folder, schema, text) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "  person: {method: dataSetPrecedence, order: [salesfroce]}\n",
            "identity.yml:2: there is no source 'salesfroce' (did you mean salesforce?)",
        ),
        (
            "  person:\n    attributes:\n      extendedWorkDetails.jobTitel: {method: timestampOrdered}\n",
            "identity.yml:4: person has no field 'extendedWorkDetails.jobTitel'"
            " (did you mean extendedWorkDetails.jobTitle?)",
        ),
        (
            "  person:\n    attributes:\n      workAddress.city: {method: timestampOrdered}\n",
            "identity.yml:4: 'workAddress.city' survives together with all of workAddress (write workAddress)",
        ),
        (
            "  person:\n    attributes:\n      consents.marketing.email: {method: timestampOrdered}\n",
            "identity.yml:4: 'consents.marketing.email' is of all records together, or has a rule of its own,"
            " and no merge policy changes it (remove it)",
        ),
    ],
)
def test_a_mistake_is_one_line_with_its_place(folder: Folder, schema: Schema, text: str, line: str) -> None:
    assert said(folder, schema, text) == [line]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  person: {method: dataSetPrecedence}\n", "dataSetPrecedence needs an 'order'"),
        ("  person: {method: dataSetPrecedence, order: []}\n", "dataSetPrecedence needs an 'order'"),
        ("  person: {order: [salesforce]}\n", "'order' is for dataSetPrecedence"),
        ("  person: {method: dataSetPrecedence, order: [salesforce, salesforce]}\n", "'salesforce' stands twice"),
        ("  person: {method: newest}\n", "timestampOrdered"),
        ("  person: {identityGraph: public}\n", "pdg"),
        ("  opportunity: {}\n", "opportunity"),
    ],
)
def test_shapes_are_told_too(folder: Folder, schema: Schema, text: str, words: str) -> None:
    (line,) = said(folder, schema, text)
    assert words in line
