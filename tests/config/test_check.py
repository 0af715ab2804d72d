"""Mistakes that need two files, the exports or the schema to be seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from muster.config.check import check, render
from muster.schema import Schema
from muster.settings import Settings
from tests.config.conftest import SOURCES, Folder
from tests.conftest import CHECKOUT

Audience = Callable[..., str]
OUTBOX = "destinations:\n  - {name: outbox, type: files, path: outbox}\n"


def test_the_demo_configuration_is_sound(schema: Schema, tmp_path: Path) -> None:
    for folder in ("salesforce", "marketo-na", "marketo-emea", "web"):
        (tmp_path / "world" / folder).mkdir(parents=True)
    (tmp_path / "world" / "lists").mkdir()
    (tmp_path / "world" / "lists" / "trade_fair.csv").write_text("email\n")
    assert render(check(Settings.at(CHECKOUT / "config", tmp_path), schema), CHECKOUT / "config") == ""


def test_problems_are_shown_as_paths_from_where_the_user_stands(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write({"sources.yml": "organization: 1\n"})
    monkeypatch.chdir(folder.settings.config.parent)
    problems = check(folder.settings, None)
    assert render(problems, folder.settings.config) == (
        "config/sources.yml:1: 'organization' must be text (write it in quotes: \"1\")"
    )


class TestSources:
    def sources(self, *entries: str) -> dict[str, str]:
        return {"sources.yml": SOURCES + "sources:\n" + "\n".join(entries)}

    def test_a_folder_that_is_not_there(self, folder: Folder) -> None:
        (told,) = folder.checking(self.sources("  - name: crm\n    type: salesforce\n    path: drops/crm\n"))
        assert told.startswith(
            "sources.yml:5: the folder drops/crm of source 'crm' is not there (a path is absolute or"
        )

    def test_a_crm_that_is_not_a_source(self, folder: Folder) -> None:
        entries = ("  - {name: crm, type: salesforce, path: .}", "  - {name: mk, type: marketo, path: ., crm: crn}")
        assert folder.checking(self.sources(*entries)) == [
            "sources.yml:4: there is no CRM source 'crn' (did you mean crm?)"
        ]

    def test_a_crm_on_a_source_that_is_not_marketo(self, folder: Folder) -> None:
        assert folder.checking(self.sources("  - {name: crm, type: salesforce, path: ., crm: crm}")) == [
            "sources.yml:3: 'crm' is for Marketo sources, and 'crm' is of type salesforce (remove it)"
        ]

    def test_globs_and_columns_that_match_nothing(self, folder: Folder) -> None:
        folder.export("crm/accounts.csv", "External ID,Name\nA1,Acme\n")
        entry = """\
  - name: crm
    type: salesforce
    path: crm
    objects:
      - object: Acount
        files:
          - account*.csv
          - acounts.csv
        key: [Externl ID]
        alias: [Domain]
        columns:
          Externl ID: Id
          NAME: Name
"""
        assert folder.checking(self.sources(entry)) == [
            "sources.yml:7: salesforce has no object 'Acount' (did you mean Account?)",
            "sources.yml:10: no file matches 'acounts.csv' (did you mean accounts.csv?)",
            "sources.yml:11: accounts.csv has no column 'Externl ID' for 'key' (did you mean External ID?)",
            "sources.yml:12: accounts.csv has no column 'Domain' for 'alias'",
            "sources.yml:14: no file of 'Acount' has a column 'Externl ID' (did you mean External ID?)",
        ]

    def test_a_key_of_the_whole_row_needs_no_column(self, folder: Folder) -> None:
        folder.export("t/a.csv", "x,y\n1,2\n")
        entry = "  - {name: t, type: table, path: t, objects: [{object: a, class: person, files: [a.csv], key: ['*']}]}"
        assert folder.checking(self.sources(entry)) == []

    def test_a_table_says_what_its_rows_are(self, folder: Folder) -> None:
        folder.export("t/a.csv", "x\n1\n")
        entry = "  - {name: t, type: table, path: t, objects: [{object: a, files: [a.csv]}]}"
        assert folder.checking(self.sources(entry)) == [
            "sources.yml:3: the table 'a' does not say what its rows are (add class: person, account, activity, …)"
        ]

    def test_an_xdm_path_that_the_class_does_not_have(self, folder: Folder, schema: Schema) -> None:
        folder.export("t/a.csv", "mail,id,no\n1,2,3\n")
        entry = """\
  - name: t
    type: table
    path: t
    objects:
      - object: a
        class: person
        files: [a.csv]
        key: [no]
        columns:
          mail: workEmail.adress
          id: identityMap.CustomerId
"""
        assert folder.checking(self.sources(entry), schema) == [
            "sources.yml:12: person has no field 'workEmail.adress' (did you mean workEmail.address?)"
        ]


class TestAudiences:
    def test_a_destination_that_is_not_there(self, folder: Folder, audience: Audience) -> None:
        activate = "  - destination: outbx\n    fields: {a: workEmail.address}\n"
        files = {
            "destinations.yml": OUTBOX,
            "audiences/a.yml": audience("a", "b2b.isBlocked = true", activate=activate),
        }
        assert folder.checking(files) == ["audiences/a.yml:6: there is no destination 'outbx' (did you mean outbox?)"]

    def test_a_destination_that_gets_the_audience_twice(self, folder: Folder, audience: Audience) -> None:
        activate = "  - destination: outbox\n    fields: {a: b}\n  - destination: outbox\n    fields: {a: c}\n"
        files = {
            "destinations.yml": OUTBOX,
            "audiences/a.yml": audience("a", "b2b.isBlocked = true", activate=activate),
        }
        assert folder.checking(files) == [
            "audiences/a.yml:8: the audience already goes to 'outbox' (make one mapping of the two)"
        ]

    def test_a_rule_is_told_with_the_files_own_line_and_column(self, folder: Folder, schema: Schema) -> None:
        text = "name: a\nof: people\n\nrule: |\n\n  b2b.isBlocked = true\n  and b2b.personScor > 80\n"
        (told,) = folder.checking({"audiences/a.yml": text}, schema)
        assert told.startswith("audiences/a.yml:7: rule, column ")
        assert "personScor" in told
        assert "b2b.personScore" in told

    def test_a_rule_on_one_line_is_told_with_its_column(self, folder: Folder, schema: Schema) -> None:
        (told,) = folder.checking({"audiences/a.yml": 'name: a\nof: people\nrule: "b2b.isBlocked = "\n'}, schema)
        assert told.startswith("audiences/a.yml:3: rule, column ")

    def test_a_rule_of_a_wrong_type(self, folder: Folder, schema: Schema, audience: Audience) -> None:
        (told,) = folder.checking({"audiences/a.yml": audience("a", 'b2b.personScore = "high"')}, schema)
        assert told.startswith("audiences/a.yml:4: rule, column ")

    def test_an_audience_that_a_rule_names_and_nobody_wrote(self, folder: Folder, audience: Audience) -> None:
        text = 'name: a\nof: people\nrule: |\n  b2b.isBlocked = true\n  and inSegment("visitrs")\n'
        files = {"audiences/a.yml": text, "audiences/visitors.yml": audience("visitors", "b2b.isBlocked = true")}
        assert folder.checking(files) == ["audiences/a.yml:5: there is no audience 'visitrs' (did you mean visitors?)"]

    def test_a_circle_of_audiences_is_told_once_with_its_path(self, folder: Folder, audience: Audience) -> None:
        names = {"a": "b", "b": "c", "c": "a", "d": "a"}
        files = {f"audiences/{name}.yml": audience(name, f'inSegment("{to}")') for name, to in names.items()}
        assert folder.checking(files) == [
            "audiences/a.yml:4: audiences refer to one another in a circle: a → b → c → a (break one reference)"
        ]

    def test_an_audience_that_names_itself(self, folder: Folder, audience: Audience) -> None:
        assert folder.checking({"audiences/a.yml": audience("a", 'inSegment("a")')}) == [
            "audiences/a.yml:4: audiences refer to one another in a circle: a → a (break one reference)"
        ]

    def test_an_audience_of_people_is_not_asked_about_an_account(
        self, folder: Folder, schema: Schema, audience: Audience
    ) -> None:
        files = {
            "audiences/visitors.yml": audience("visitors", "b2b.isBlocked = true"),
            "audiences/wrong.yml": audience("wrong", 'inSegment("visitors")', of="accounts"),
        }
        assert folder.checking(files, schema) == [
            "audiences/wrong.yml:4: the audience 'visitors' is of another class and cannot hold this account"
            " (ask along the relation that leads from account to person)"
        ]

    def test_streaming_is_refused_with_the_reason(self, folder: Folder) -> None:
        (told,) = folder.checking({"audiences/a.yml": "name: a\nof: people\nevaluation: streaming\nrule: x\n"})
        assert told.startswith(
            "audiences/a.yml:3: 'evaluation: streaming' cannot be kept: audiences are evaluated in batches until"
        )

    def test_fields_that_cannot_be_delivered(self, folder: Folder, schema: Schema, audience: Audience) -> None:
        activate = """\
  - destination: outbox
    fields:
      Email: workEmail.adress
      email: workEmail.address
      departments: extendedWorkDetails.departments
      industries: accounts.accountOrganization.industry
"""
        files = {
            "destinations.yml": OUTBOX,
            "audiences/a.yml": audience("a", "b2b.isBlocked = true", activate=activate),
        }
        told = folder.checking(files, schema)
        assert [line.split(": ")[0] for line in told] == [f"audiences/a.yml:{line}" for line in (8, 9, 10, 11)]
        assert "workEmail.address" in told[0]
        assert "many values" in told[2]
        assert "several values" in told[3]

    def test_lists_go_where_lists_are_taken(self, folder: Folder, schema: Schema, audience: Audience) -> None:
        activate = "  - destination: feed\n    fields: {departments: extendedWorkDetails.departments}\n"
        destinations = "destinations:\n  - {name: feed, type: files, path: feed, format: jsonl}\n"
        files = {
            "destinations.yml": destinations,
            "audiences/a.yml": audience("a", "b2b.isBlocked = true", activate=activate),
        }
        assert folder.checking(files, schema) == []

    def test_an_unknown_macro_in_a_file_name(self, folder: Folder) -> None:
        text = "destinations:\n  - name: outbox\n    type: files\n    path: x\n    name_template: '{audence}'\n"
        (told,) = folder.checking({"destinations.yml": text})
        assert told.startswith("destinations.yml:5: ")
        assert "{audence}" in told


def test_a_path_that_was_renamed_in_dbt_names_every_audience_and_mapping_that_breaks(
    folder: Folder, schema: Schema, audience: Audience
) -> None:
    folder.export("t/a.csv", "title,no\n1,2\n")
    sources = """\
sources:
  - name: t
    type: table
    path: t
    objects: [{object: a, class: person, files: [a.csv], key: [no], columns: {title: extendedWorkDetails.jobTitle}}]
"""
    activate = "  - destination: outbox\n    fields:\n      title: extendedWorkDetails.jobTitle\n"
    files = {
        "sources.yml": SOURCES + sources,
        "destinations.yml": OUTBOX,
        "audiences/a.yml": audience("a", 'extendedWorkDetails.jobTitle = "CEO"'),
        "audiences/b.yml": audience("b", "b2b.isBlocked = true", activate=activate),
        "audiences/c.yml": audience("c", "b2b.isBlocked = true"),
        "audiences/d.yml": audience(
            "d", 'exists P from people where P.extendedWorkDetails.jobTitle = "CEO"', of="accounts"
        ),
    }
    assert folder.checking(files, schema) == []

    person = schema.classes["person"]
    fields = dict(person.fields)
    fields["extendedWorkDetails.title"] = fields.pop("extendedWorkDetails.jobTitle")
    renamed = Schema({**schema.classes, "person": replace(person, fields=fields)})

    told = folder.checking(files, renamed)
    places = ["audiences/a.yml:4", "audiences/b.yml:8", "audiences/d.yml:4", "sources.yml:6"]
    assert [line.split(": ")[0] for line in told] == places
    assert all("jobTitle" in line for line in told)


class TestGovernance:
    DESTINATION = "destinations:\n  - {name: ads, type: files, path: out, marketing_actions: [exportToThirdParty]}\n"
    POLICY = "policies:\n  - {name: nothing-direct, deny: [I1], actions: [exportToThirdParty]}\n"
    AUDIENCE = (
        "name: all\nof: people\nrule: {rule}\nactivate:\n  - destination: ads\n    fields:\n      email: {field}\n"
    )

    def files(
        self, governance: str, rule: str = "b2b.personScore > 1", field: str = "b2b.personScore"
    ) -> dict[str, str]:
        return {
            "sources.yml": SOURCES,
            "destinations.yml": self.DESTINATION,
            "governance.yml": governance,
            "audiences/all.yml": self.AUDIENCE.format(rule=rule, field=field),
        }

    def test_a_mapping_that_a_policy_denies(self, folder: Folder, schema: Schema) -> None:
        (told,) = folder.checking(self.files(self.POLICY, field="workEmail.address"), schema)
        assert told == (
            "audiences/all.yml:7: activation to ads: workEmail.address has the label I1 (column person.work_email)"
            " and is mapped to email; policy nothing-direct denies it for exportToThirdParty"
            " (leave the field out, or send it to a destination without that marketing action)"
        )

    def test_a_rule_that_a_policy_denies(self, folder: Folder, schema: Schema) -> None:
        (told,) = folder.checking(self.files(self.POLICY, rule='workEmail.address like "%a"'), schema)
        assert "workEmail.address has the label I1 (column person.work_email) and is asked about in the rule" in told

    def test_what_no_policy_denies(self, folder: Folder, schema: Schema) -> None:
        assert folder.checking(self.files(self.POLICY), schema) == []
        assert folder.checking(self.files("", field="workEmail.address"), schema) == []

    def test_a_bar_that_cannot_be_asked_and_a_destination_that_is_not_there(
        self, folder: Folder, schema: Schema
    ) -> None:
        consent = "consent:\n  bars:\n    blocked: b2b.isBloked = true\n  destinations:\n    adz: [blocked]\n"
        told = folder.checking(self.files(consent), schema)
        assert told[0].startswith("governance.yml:3: bar blocked: line 1, column 1: person has no 'b2b.isBloked'")
        assert told[1] == "governance.yml:5: there is no destination 'adz' (did you mean ads?)"
