"""`muster pql` converts a rule; what is not PQL is told with its place, and exit code 2."""

from __future__ import annotations

import json

from click.testing import CliRunner

from muster.cli import main

RULE = 'workAddress.country = "US"'


def test_text_to_json_and_back() -> None:
    run = CliRunner().invoke
    written = run(main, ["pql", "--to", "json", RULE])
    assert json.loads(written.stdout)["fnName"] == "="
    assert run(main, ["pql", "--to", "text", written.stdout]).stdout == f"{RULE}\n"
    assert run(main, ["pql", "--to", "text", "-"], input=written.stdout).stdout == f"{RULE}\n"


def test_a_rule_that_begins_like_an_option() -> None:
    assert CliRunner().invoke(main, ["pql", "--compact", "-201"]).stdout == "-201\n"


def test_what_is_not_pql_is_exit_code_2() -> None:
    wrong = CliRunner().invoke(main, ["pql", "--to", "json", "a nad b"])
    assert (wrong.exit_code, wrong.stderr) == (2, "line 1, column 3: unexpected 'nad'; did you mean and?\n")
    assert CliRunner().invoke(main, ["pql", '{"nodeType": "x"}']).stderr.startswith("$.nodeType: ")
    assert CliRunner().invoke(main, ["pql", "-"], input=b"\xff").exit_code == 2
