"""pql/json: the JSON form of a rule, read and written without loss.

`read_json` gives the syntax tree of a JSON text, `write_json` the JSON text of a tree; `to_json` and `from_json` do the
same with what a JSON text holds. `rule_text` takes a rule in any of the shapes in which one is kept and gives its text.
The nodes are Adobe's as far as they are published; `docs/pql-json.md` says which those are, and what is ours.
"""

from muster.pql.json.document import read_json, write_json
from muster.pql.json.expression import rule_text
from muster.pql.json.members import NodeError
from muster.pql.json.read import from_json
from muster.pql.json.write import to_json

__all__ = ["NodeError", "from_json", "read_json", "rule_text", "to_json", "write_json"]
