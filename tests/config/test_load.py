"""Each mistake in one file is one line: where it stands, what is wrong, how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.config.load import load
from muster.errors import ConfigError
from tests.config.conftest import Folder

ONE_MISTAKE = {
    "an unknown key names the nearest": (
        "organization: acme\ncurency: EUR\n",
        "sources.yml:2: unknown key 'curency' (did you mean currency?)",
    ),
    "an unknown key with nothing near lists the right ones": (
        "organization: acme\nzzz: 1\n",
        "sources.yml:2: unknown key 'zzz' (the keys here are organization, sandbox, currency, exchange_rates, sources)",
    ),
    "a nested unknown key has its own line": (
        "organization: acme\nsources:\n  - name: crm\n    type: table\n    path: x\n    objects:\n"
        "      - object: a\n        files: [a]\n        colums: {}\n",
        "sources.yml:9: unknown key 'colums' (did you mean columns?)",
    ),
    "a missing key is told where it belongs": (
        "organization: acme\nsources:\n  - name: crm\n    type: table\n",
        "sources.yml:3: 'sources', item 1: give either 'path' for exports or 'connection' for a live source",
    ),
    "a wrong choice names the nearest": (
        "organization: acme\nsources:\n  - {name: crm, type: salesforc, path: x}\n",
        "sources.yml:3: 'type' must be one of salesforce, hubspot, marketo, events, table, not 'salesforc'"
        " (did you mean salesforce?)",
    ),
    "a number where text belongs is to be quoted": (
        "organization: acme\nsources:\n  - name: crm\n    type: table\n    path: x\n    instance: 1234\n",
        "sources.yml:6: 'instance' must be text (write it in quotes: \"1234\")",
    ),
    "a bad name says what a name is": (
        "organization: acme\nsources:\n  - {name: My CRM, type: table, path: x}\n",
        "sources.yml:3: 'name': 'My CRM' cannot be a name"
        " (begin with a small letter; then small letters, digits, - and _)",
    ),
    "an empty list that needs an item": (
        "organization: acme\nsources:\n  - name: crm\n    type: table\n    path: x\n    objects:\n"
        "      - object: a\n        files: []\n",
        "sources.yml:7: 'objects', item 1: name 'files', a 'table' or a 'query', one of them",
    ),
    "a live source and its secrets": (
        "organization: acme\nsources:\n  - name: m\n    type: marketo\n    connection:\n      url: http://mkto.example\n"
        "      client_id: a\n      client_secret: hush\n      evry: 5m\n",
        "sources.yml:6: 'url': credentials are sent over https only; http is for this machine\n"
        "sources.yml:9: unknown key 'evry' (did you mean every?)",
    ),
    "a length of time": (
        "organization: acme\nsources:\n  - name: m\n    type: marketo\n    connection:\n      url: https://mkto.example\n"
        "      client_id: a\n      client_secret: hush\n      every: often\n",
        "sources.yml:9: 'every': write a number and a unit, such as 30s, 5m, 2 hours or 7 days",
    ),
    "events have no connection": (
        "organization: acme\nsources:\n  - name: m\n    type: events\n    connection: {url: https://x.example}\n",
        "sources.yml:5: 'connection' is for marketo, salesforce, hubspot and table sources (give 'path' instead)",
    ),
    "a list item of the wrong kind is named by its place": (
        "organization: acme\nsources:\n  - name: crm\n    type: table\n    path: x\n    objects:\n"
        "      - object: a\n        files:\n          - a\n          - [b]\n",
        "sources.yml:10: 'files', item 2 must be text",
    ),
    "an owner is an address or a team": (
        "organization: acme\nsources:\n  - {name: crm, type: table, path: x, owner: Anna}\n",
        "sources.yml:3: 'owner': an owner is an e-mail address or team:<name>",
    ),
    "a mapping where a list belongs": (
        "organization: acme\nsources:\n  crm: x\n",
        "sources.yml:2: 'sources' must be a list",
    ),
    "a key that is a number": (
        "organization: acme\nsources:\n  - name: t\n    type: table\n    path: x\n    objects:\n"
        "      - object: a\n        files: [a]\n        columns:\n          x: y\n          7: z\n",
        'sources.yml:11: the key 7 must be text (write it in quotes: "7")',
    ),
    "a part that a merge brings is told where it stands": (
        "organization: acme\nsources:\n  - &a\n    name: t\n    type: table\n    pth: x\n"
        "  - {<<: *a, name: u, path: x}\n",
        "sources.yml:6: unknown key 'pth' (did you mean path?)\nsources.yml:7: unknown key 'pth' (did you mean path?)",
    ),
    "a file that is a list": ("- organization: acme\n", "sources.yml:1: the file must be key: value pairs"),
    "a key that stands twice": (
        "organization: acme\norganization: b\n",
        "sources.yml:2: the key 'organization' stands here a second time (keep one of the two)",
    ),
    "a tab": (
        "organization: acme\nsources:\n\t- name: a\n",
        "sources.yml:3: a tab stands where YAML wants spaces (indent with spaces)",
    ),
    "two sources of one name": (
        "organization: acme\nsources:\n  - {name: crm, type: table, path: x}\n  - {name: crm, type: table, path: y}\n",
        "sources.yml:4: the source 'crm' is already on line 3 (rename one of them)",
    ),
}


@pytest.mark.parametrize(("text", "told"), ONE_MISTAKE.values(), ids=list(ONE_MISTAKE))
def test_a_mistake_is_one_line(folder: Folder, text: str, told: str) -> None:
    assert folder.loading({"sources.yml": text}) == told.split("\n")


def test_broken_yaml_is_told_with_its_line(folder: Folder) -> None:
    (told,) = folder.loading({"sources.yml": "organization: acme\nsources: [\n  - a: b: c\n"})
    assert told.startswith("sources.yml:3: not YAML: ")


def test_bytes_that_are_no_text_are_told_with_their_line(folder: Folder) -> None:
    folder.write({})
    (folder.settings.config / "identity.yml").write_bytes(b"mailboxes:\n  role_mailboxes: [caf\xe9]\n")
    assert [str(p) for p in _problems(folder)] == ["identity.yml:2: not UTF-8 text (save the file as UTF-8)"]


def test_every_file_is_read_even_where_the_first_is_broken(folder: Folder) -> None:
    told = folder.loading(
        {
            "sources.yml": "organisation: acme\n",
            "identity.yml": "mailbox: {}\n",
            "destinations.yml": "destinations:\n  - {name: out, type: file, path: x}\n",
            "audiences/a.yml": "name: a\nof: persons\nrule: x = 1\n",
        }
    )
    assert [line.split(": ")[0] for line in told] == [
        "audiences/a.yml:2",
        "destinations.yml:2",
        "identity.yml:1",
        "sources.yml:1",
        "sources.yml:1",
    ]


def test_files_that_are_absent_have_their_defaults(folder: Folder) -> None:
    folder.write({})
    found = load(folder.settings.config)
    assert (found.destinations.destinations, found.audiences, found.identity.mailboxes.role_mailboxes) == ([], [], [])


def test_what_governance_allows_is_read(folder: Folder) -> None:
    folder.write({"governance.yml": "marts: {max_shrink: 0.2}\n"})
    assert load(folder.settings.config).governance.marts.max_shrink == 0.2
    assert folder.loading({"governance.yml": "marts: {max_shrink: 2}\n"}) == [
        "governance.yml:1: 'max_shrink': input should be less than or equal to 1"
    ]


def test_an_empty_file_has_its_defaults(folder: Folder) -> None:
    assert folder.loading({"destinations.yml": "# nothing yet\n", "identity.yml": ""}) == []


def test_sources_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^sources\.yml: the file is not there \(create it, or let `muster init`"):
        load(tmp_path / "nowhere")


def test_a_file_that_nobody_reads_is_told(folder: Folder) -> None:
    assert folder.loading({"destination.yml": ""}) == [
        "destination.yml: no such file is read (did you mean destinations.yml?)"
    ]


def test_an_audience_bears_its_files_name(folder: Folder) -> None:
    text = "of: people\nname: b\nrule: b2b.isBlocked = true\n"
    assert folder.loading({"audiences/a.yml": text}) == [
        "audiences/a.yml:2: the audience is named 'b' and its file 'a' (name the file b.yml, or the audience a)"
    ]


def test_two_audiences_of_one_name_in_two_folders(folder: Folder) -> None:
    text = "name: a\nof: people\nrule: b2b.isBlocked = true\n"
    assert folder.loading({"audiences/a.yml": text, "audiences/more/a.yml": text}) == [
        "audiences/more/a.yml:1: the audience 'a' is already in audiences/a.yml (rename one of them)"
    ]


def test_placeholders_are_filled_from_the_environment(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DROP", "exports/today")
    folder.write({"sources.yml": "organization: acme\nsources:\n  - {name: crm, type: table, path: '${DROP}/crm'}\n"})
    assert load(folder.settings.config).sources.sources[0].path == "exports/today/crm"


def test_a_placeholder_may_say_what_stands_for_it(folder: Folder) -> None:
    text = "organization: ${NAME:-acme}\nsandbox: ${BOX:-box}\n"
    folder.write({"sources.yml": text})
    assert not folder.loading({"sources.yml": text}, {"BOX": "other"})
    assert load(folder.settings.config).sources.organization == "acme"


def test_a_variable_that_is_not_set_is_named(folder: Folder) -> None:
    text = "organization: acme\nsources:\n  - name: crm\n    type: table\n    path: ${DROP}/${DAY}\n"
    assert folder.loading({"sources.yml": text}, {"DAY": "1"}) == [
        "sources.yml:5: the environment variable DROP is not set (export DROP before starting)"
    ]


def test_a_value_from_the_environment_is_never_shown(folder: Folder) -> None:
    text = "organization: acme\nsources:\n  - {name: '${KEY}', type: '${KEY}', path: x}\n"
    told = folder.loading({"sources.yml": text}, {"KEY": "Hush!Hush!"})
    assert len(told) == 2
    assert "Hush" not in "".join(told)


def _problems(folder: Folder) -> list[object]:
    with pytest.raises(ConfigError) as raised:
        load(folder.settings.config)
    return list(raised.value.problems)
