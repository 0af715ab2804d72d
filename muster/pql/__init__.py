"""PQL, the audience language: text to tree, to a tree typed by the schema, to one SQL query.

`compile_rule` gives the query of an audience; `check_rule` gives every mistake in a rule without compiling it;
`parse` gives the bare syntax tree. The forms and their meaning are in `docs/language.md`.
"""

from muster.pql.compiler import CompiledRule, check_rule, compile_rule
from muster.pql.parser import parse
from muster.pql.references import Reference, referenced_audiences, references
from muster.pql.tree import Node

__all__ = [
    "CompiledRule",
    "Node",
    "Reference",
    "check_rule",
    "compile_rule",
    "parse",
    "referenced_audiences",
    "references",
]
