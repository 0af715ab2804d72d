"""PQL, the audience language: text to tree, to a tree typed by the schema, to one SQL query.

`compile_rule` gives the query of an audience; `check_rule` gives every mistake in a rule without compiling it;
`bind_rule` gives its typed tree, `parse` the bare syntax tree, `print_rule` and `format_rule` the text of one. The
forms and their meaning are in `docs/language.md`; their JSON is in `muster.pql.json`.
"""

from muster.pql.compiler import BoundRule, CompiledRule, bind_rule, check_rule, compile_rule
from muster.pql.method import refuse_declared
from muster.pql.parser import parse
from muster.pql.printer import format_rule, print_rule
from muster.pql.references import Reference, referenced_audiences, references
from muster.pql.tree import Node

__all__ = [
    "BoundRule",
    "CompiledRule",
    "Node",
    "Reference",
    "bind_rule",
    "check_rule",
    "compile_rule",
    "format_rule",
    "parse",
    "print_rule",
    "referenced_audiences",
    "references",
    "refuse_declared",
]
