"""The printer says every tree so that it reads back; the formatter breaks long rules, and leaves its own work alone."""

from __future__ import annotations

import pytest
from hypothesis import given

from muster.errors import RuleError
from muster.pql import format_rule, parse, print_rule, tree
from tests.pql.trees import HERE, trees, without_positions


@given(trees)
def test_a_printed_tree_reads_back(node: tree.Node) -> None:
    assert without_positions(parse(print_rule(node))) == without_positions(node)


@given(trees)
def test_formatting_changes_nothing_but_blanks_and_only_once(node: tree.Node) -> None:
    formatted = format_rule(print_rule(node))
    assert without_positions(parse(formatted)) == without_positions(node)
    assert format_rule(formatted) == formatted


SPELLINGS = {
    "A  and(b)": "A and b",
    "a AND b Or c": "a and b or c",
    "a and (b or c)": "a and (b or c)",
    "a and (b and c)": "a and (b and c)",
    "!(a = 1)": "not (a = 1)",
    "NOT a": "not a",
    "not not a.isNull()": "not not a.isNull()",
    "'it''": None,
    "x = 'a \"b\"'": 'x = "a \\"b\\""',
    "x = 'it\\'s'": 'x = "it\'s"',
    "1 - (2 - 3) - 4": "1 - (2 - 3) - 4",
    "(1 + 2) * -x": "(1 + 2) * -x",
    "- 5": "-5",
    "x.y NOTIN [1,2.50]": "x.y notIn [1, 2.5]",
    "t occurs on today": "t occurs today",
    "t occurs date(2019, 12, 31)": "t occurs on date(2019, 12, 31)",
    "t occurs < 1 days from now": "t occurs < 1 day after now",
    "t occurs = 2 century before now": "t occurs = 2 centuries before now",
    "(exists x from y : x.z) and b": "(exists x from y where x.z) and b",
    "exists x from y where (x.a), z from x.b": "exists x from y where x.a, z from x.b",
    "exists x from y where (exists z from x.b where c), w from y": (
        "exists x from y where (exists z from x.b where c), w from y"
    ),
    "(P) => P.x = $2.y": "(P) => P.x = $2.y",
    "P => (P.x)": "(P) => P.x",
    "xEvent[productListItems[SKU=\"PS\" or ^^.person.gender=\"female\"]]": (
        'xEvent[productListItems[SKU = "PS" or ^^person.gender = "female"]]'
    ),
    "let S = a in (S > 1 and S < 2)": "let S = a in (S > 1 and S < 2)",
    "`next`.`last` = `today` + today": "`next`.last = `today` + today",
    "`where`(`chain`(x))": "`where`(`chain`(x))",
    "chain(x, t, [a: count(5) what(b)])": "CHAIN(x, t, [a: WHAT(b) COUNT(5)])",
    "sum X.a over X from b": "sum X.a over X from b",
    "(sum (-X.a) over X from b) > 1": "(sum (-X.a) over X from b) > 1",
    '{"a":1,\'b\': [x]}': '{"a": 1, "b": [x]}',
}  # fmt: skip


@pytest.mark.parametrize("rule", SPELLINGS)
def test_a_form_has_one_spelling(rule: str) -> None:
    if SPELLINGS[rule] is None:
        with pytest.raises(RuleError):
            format_rule(rule)
    else:
        assert format_rule(rule) == SPELLINGS[rule]


LONG = {
    "conditions each on a line, those in brackets indented": """\
workAddress.country = "US"
and (
  extendedWorkDetails.jobTitle.contains("Sales")
  or extendedWorkDetails.jobTitle.contains("Marketing")
  or extendedWorkDetails.jobTitle.contains("Finance")
)
and not (b2b.personScore < 50)
""",
    "variables each on a line": """\
exists A from accounts where A.accountOrganization.industry = "Finance",
       O from A.opportunities
         where O.isClosed = false
           and O.opportunityAmount.amount >= 1000000
           and O.opportunityName.contains("Renewal of the contract")
""",
    "items of a chain each on a line": """\
CHAIN(xEvent, timestamp, [
  visit: WHAT(eventType = "web.webpagedetails.pageViews") WHEN(<= 30 days before now) COUNT(2),
  form: WHAT(eventType = "web.formFilledOut") WHEN(<= 7 days after visit)
])
""",
    "a list filled line by line": "personID in [\n  "
    + ", ".join(f'"{n:08}"' for n in range(9))
    + ",\n  "
    + ", ".join(f'"{n:08}"' for n in range(9, 18))
    + ",\n  "
    + ", ".join(f'"{n:08}"' for n in range(18, 20))
    + "\n]\n",
    "arguments each on a line": """\
if(
  extendedWorkDetails.jobTitle.contains("Sales") or extendedWorkDetails.jobTitle.contains("Marketing"),
  "somebody of the commercial side",
  "somebody else"
)
""",
}


@pytest.mark.parametrize("what", LONG)
def test_a_long_rule_is_broken(what: str) -> None:
    rule = LONG[what].rstrip()
    assert format_rule(" ".join(rule.split())) == rule
    assert max(map(len, rule.splitlines())) <= 120


def test_a_tree_too_deep_to_print_is_refused() -> None:
    node: tree.Node = tree.Name(HERE, "x")
    for _ in range(5000):
        node = tree.Unary(HERE, "not", node)
    with pytest.raises(RuleError, match="nested too deeply"):
        print_rule(node)
