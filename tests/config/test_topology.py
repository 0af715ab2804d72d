"""Which object is read from where, and the doubles that are refused, as a user sees them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from muster.cli import main
from muster.config.load import load
from muster.config.topology import left_out, reads
from tests.config.conftest import Folder

CRM = """
  - name: crm
    type: salesforce
    instance: 00D1
    connection:
      url: https://acme.my.salesforce.com
      client_id: a
      client_secret: b
"""


def marketo(name: str = "mkto", munchkin: str = "111-AAA-111", more: str = "") -> str:
    return f"""
  - name: {name}
    type: marketo
    instance: {munchkin}
    connection: {{url: "https://{munchkin}.mktorest.com", client_id: a, client_secret: b}}
{more}"""


def sources(*parts: str, organization: str = "acme", sandbox: str = "prod") -> str:
    return f"organization: {organization}\nsandbox: {sandbox}\nsources:{''.join(parts)}"


def test_what_passes_through_marketo_is_not_read_from_the_crm(folder: Folder) -> None:
    text = sources(CRM, marketo(more="    crm: crm\n"), marketo("emea", "222-BBB-222"))
    assert folder.checking({"sources.yml": text}) == []
    file = load(folder.settings.config).sources
    crm = file.sources[0]
    assert left_out(crm, file) == dict.fromkeys(
        ["Lead", "Contact", "Account", "Opportunity", "OpportunityContactRole"], "mkto"
    )
    assert reads(crm, file, ["Account", "Campaign", "Task"]) == ["Campaign", "Task"]


def test_objects_that_do_not_pass_are_read_from_the_crm(folder: Folder) -> None:
    text = sources(CRM, marketo(more="    crm: crm\n    passes: [Lead]\n"))
    assert folder.checking({"sources.yml": text}) == []
    file = load(folder.settings.config).sources
    assert reads(file.sources[0], file, ["Lead", "Contact"]) == ["Contact"]


def test_an_object_told_to_be_read_from_both_is_refused(folder: Folder) -> None:
    crm = CRM + "      include: [Contact]\n"
    assert folder.checking({"sources.yml": sources(crm, marketo(more="    crm: crm\n"))}) == [
        "sources.yml:11: 'Contact' of 'crm' comes in through 'mkto' already, and would come in twice"
        " (remove it here, or say passes: [Lead, Account, Opportunity, OpportunityContactRole] on 'mkto')"
    ]


def test_exports_of_what_passes_are_refused(folder: Folder) -> None:
    folder.export("crm/Contact.csv", "Id,Email\n003,a@b.example\n")
    folder.export("crm/Campaign.csv", "Id,Name\n701,Spring\n")
    crm = "\n  - {name: crm, type: salesforce, path: crm}"
    told = folder.checking({"sources.yml": sources(crm, marketo(more="    crm: crm\n"))})
    assert [line.split(" (")[0] for line in told] == [
        "sources.yml:4: 'Contact' of 'crm' comes in through 'mkto' already, and would come in twice"
    ]
    assert "take its files out with ignore" in told[0]


def test_exports_of_both_stay_as_they_are_unless_said_otherwise(folder: Folder) -> None:
    folder.export("crm/Contact.csv", "Id,Email\n003,a@b.example\n")
    folder.export("mkto/leads.csv", "id,email\n1,a@b.example\n")
    crm, mkto = "\n  - {name: crm, type: salesforce, path: crm}", "\n  - {name: m, type: marketo, path: mkto, crm: crm}"
    assert folder.checking({"sources.yml": sources(crm, mkto)}) == []
    passing = "\n  - {name: m, type: marketo, path: mkto, crm: crm, passes: [Contact]}"
    assert len(folder.checking({"sources.yml": sources(crm, passing)})) == 1


@pytest.mark.parametrize(
    ("more", "told"),
    {
        "no crm": ("    passes: [Lead]\n", "'passes' of 'mkto' names objects of a CRM, and there is no 'crm'"),
        "no such object": ("    crm: crm\n    passes: [Leed]\n", "crm has no object 'Leed' (did you mean Lead?)"),
    }.values(),
    ids=["no crm", "no such object"],
)
def test_what_passes_must_be_there(folder: Folder, more: str, told: str) -> None:
    [line] = folder.checking({"sources.yml": sources(CRM, marketo(more=more))})
    assert told in line


def test_one_instance_is_read_by_one_source(folder: Folder) -> None:
    [line] = folder.checking({"sources.yml": sources(marketo(), marketo("again"))})
    assert "'again' and 'mkto' read the same marketo instance 111-aaa-111" in line


def test_names_of_objects_are_checked(folder: Folder) -> None:
    crm = CRM + "      include: [Invoice__c, Contacts]\n      exclude: [Tsk]\n"
    told = folder.checking({"sources.yml": sources(crm)})
    assert [line.split(": ", 1)[1] for line in told] == [
        "salesforce has no object 'Contacts' (did you mean Contact?)",
        "salesforce has no object 'Tsk' (did you mean Task?)",
    ]


TOGETHER = {
    "several instances into one organization": ((marketo(),), (marketo("b", "222-BBB-222"),), "acme", "acme", True),
    "one instance into two sandboxes": ((marketo(),), (marketo(),), "acme", "acme", True),
    "one instance into two organizations": ((marketo(),), (marketo(),), "acme", "other", False),
}


@pytest.mark.parametrize("case", TOGETHER.values(), ids=list(TOGETHER))
def test_configurations_checked_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: tuple[tuple[str, ...], tuple[str, ...], str, str, bool]
) -> None:
    one, two, first, second, right = case
    for name, parts, organization in (("one", one, first), ("two", two, second)):
        (tmp_path / name).mkdir()
        text = sources(*parts, organization=organization, sandbox=name)
        (tmp_path / name / "sources.yml").write_text(text)
    monkeypatch.setenv("MUSTER_DATA", str(tmp_path / "data"))
    done = CliRunner().invoke(main, ["check", str(tmp_path / "one"), str(tmp_path / "two")])
    assert (done.exit_code == 0) == right, done.output
    if right:
        assert "no mistakes" in done.output
    else:
        assert "111-aaa-111 is read into the organization 'acme'" in done.output


def test_two_tables_of_one_name_are_refused(folder: Folder) -> None:
    tables = "".join(
        f"      - {{object: {name}, table: {name}, class: person, columns: {{id: personID}}, key: [id]}}\n"
        for name in ("people", "People")
    )
    source = f"  - name: shop\n    type: table\n    connection: {{url: 'postgresql://x'}}\n    objects:\n{tables}"
    told = folder.checking({"sources.yml": f"organization: acme\nsources:\n{source}"})
    assert told == ["sources.yml:8: 'shop' has two objects called 'People' (give each a name of its own)"]
