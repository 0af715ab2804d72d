"""pql/json says every tree, and what cannot be read is told with its path."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from muster.errors import RuleError
from muster.pql import parse, print_rule, tree
from muster.pql.json import read_json, rule_text, to_json, write_json
from tests.pql.test_published import EXAMPLES
from tests.pql.trees import trees, without_positions

ROOT = {"nodeType": "literal", "literalType": "XDMObject", "value": "profile"}


@given(trees)
def test_json_says_all_that_a_tree_says(node: tree.Node) -> None:
    written = write_json(node)
    assert without_positions(read_json(written)) == without_positions(node)
    assert write_json(parse(print_rule(read_json(written)))) == written


def test_a_comparison_is_written_as_the_conversion_api_writes_it() -> None:
    """AdobeDocs/experience-platform.en: help/segmentation/api/segment-definitions.md, pql-conversions.md."""
    assert write_json(parse('workAddress.country = "US"')) == (
        '{"nodeType":"fnApply","fnName":"=","params":[{"nodeType":"fieldLookup","fieldName":"country","object":'
        '{"nodeType":"fieldLookup","fieldName":"workAddress","object":{"nodeType":"parameterReference","position":1}}},'
        '{"nodeType":"literal","literalType":"String","value":"US"}]}'
    )


@pytest.mark.skipif(not EXAMPLES.exists(), reason="the published expressions are not beside this checkout")
def test_published_json_comes_back_as_it_was() -> None:
    for line in EXAMPLES.read_text(encoding="utf-8").splitlines():
        example = json.loads(line)
        if example["format"] == "pql/json":
            assert to_json(read_json(example["pql"])) == json.loads(example["pql"])


#: From the segmentation API's examples (help/segmentation/api/segment-definitions.md) and older XDM filter expressions.
PUBLISHED = {
    'select _Checkouts1 from xEvent where _Checkouts1.eventType.equals("commerce.checkouts", true)': {
        "nodeType": "select",
        "variables": [{
            "nodeType": "varDecl", "varName": "_Checkouts1",
            "from": {"nodeType": "fieldLookup", "fieldName": "xEvent", "object": ROOT},
            "where": {"nodeType": "fnApply", "fnName": "equals", "params": [
                {"nodeType": "fieldLookup", "fieldName": "eventType",
                 "object": {"nodeType": "varRef", "varName": "_Checkouts1"}},
                {"literalType": "String", "nodeType": "literal", "value": "commerce.checkouts"},
                {"nodeType": "literal", "literalType": "Boolean", "value": True}]}}],
    },
    "_acpstardust.points = 2.0": {"nodeType": "fnApply", "fnName": "=", "params": [
        {"nodeType": "fieldLookup", "fieldName": "points",
         "object": {"nodeType": "fieldLookup", "fieldName": "_acpstardust", "object": ROOT}},
        {"literalType": "Double", "nodeType": "literal", "value": 2}]},
    'person.gender in ["female"]': {"nodeType": "fnApply", "fnName": "in", "params": [
        {"nodeType": "fieldLookup", "fieldName": "gender",
         "object": {"nodeType": "fieldLookup", "fieldName": "person", "object": ROOT}},
        {"literalType": "List", "nodeType": "literal", "value": ["female"]}]},
    "6 = birthDay": {"nodeType": "fnApply", "fnName": "=", "params": [
        {"literalType": "integer", "nodeType": "literal", "value": "6"},
        {"nodeType": "fieldLookup", "fieldName": "birthDay", "object": ROOT}]},
    'all _ from ["a"] where _ in xdm:tags': {"nodeType": "fnApply", "fnName": "all", "varName": "_",
        "range": {"nodeType": "literal", "literalType": "List", "value": ["a"]},
        "params": [{"nodeType": "fnApply", "fnName": "in", "params": [
            {"nodeType": "varRef", "varName": "_"},
            {"nodeType": "fieldLookup", "fieldName": "xdm:tags", "object": ROOT}]}]},
}  # fmt: skip


@pytest.mark.parametrize("text", PUBLISHED)
def test_other_published_shapes_are_read(text: str) -> None:
    assert rule_text(PUBLISHED[text]) == text
    assert rule_text({"type": "PQL", "format": "pql/json", "value": json.dumps(PUBLISHED[text])}) == text
    assert rule_text({"expression": {"type": "PQL", "format": "pql/text", "value": text}}) == text


WRONG = {
    "{": ("line 1, column 2", "not JSON"),
    "[1]": ("$", "node is expected"),
    '{"nodeType":"lit"}': ("$.nodeType", "literal"),
    '{"nodeType":"literal","literalType":"String","value":1}': ("$.value", "1 is no string"),
    '{"nodeType":"literal","literalType":"Number","value":NaN}': ("", "NaN"),
    '{"nodeType":"literal","literalType":"Number","value":1e999}': ("", "too large"),
    '{"nodeType":"literal","literalType":"Integer","value":' + "9" * 5000 + "}": ("", "too large"),
    '{"nodeType":"literal","literalType":"String","value":"\\ud800"}': ("$.value", "half a character"),
    '{"nodeType":"literal","literalType":"String","value":"\\u0000"}': ("$.value", "null character"),
    '{"nodeType":"varRef","varName":"a","varName":"b"}': ("", "two members 'varName'"),
    '{"nodeType":"fnApply","fnName":"and","params":[{"nodeType":"varRef","varName":"a;b"}]}': (
        "$.params[0].varName",
        "cannot be declared",
    ),
    '{"nodeType":"fnApply","fnName":"drop table x","params":[]}': ("$.fnName", "cannot be a name"),
    '{"nodeType":"fnApply","fnName":"=","param":[]}': ("$", "no 'params'"),
    '{"nodeType":"fnApply","fnName":"=","params":[]}': ("$.params", "does not take 0"),
}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_node_is_told_with_its_path(text: str) -> None:
    path, what = WRONG[text]
    with pytest.raises(RuleError) as caught:
        read_json(text)
    assert path in str(caught.value)
    assert what in str(caught.value)


@pytest.mark.parametrize("depth", [150, 900, 100_000])
def test_a_depth_bomb_is_an_error(depth: int) -> None:
    node = '{"nodeType":"literal","literalType":"Boolean","value":true}'
    with pytest.raises(RuleError, match="nested too deeply"):
        read_json('{"nodeType":"fnApply","fnName":"not","params":[' * depth + node + "]}" * depth)
