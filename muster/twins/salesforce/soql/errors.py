"""What is wrong with a query, with the place marked under it as Salesforce marks it."""

from __future__ import annotations

import re

from muster.twins.salesforce.errors import Refusal

#: Characters of the query shown to each side of the place, up to the end of a word.
_CONTEXT = 30
_BREAK = re.compile(r"[\s,(]")
ADVICE = "Please reference your WSDL or the describe call for the appropriate names."


class QueryError(Refusal):
    """A query that cannot be: code, text, and the place in it where the first mistake is."""

    def __init__(self, code: str, what: str, text: str, at: int) -> None:
        row = text.count("\n", 0, at) + 1
        column = at - (text.rfind("\n", 0, at) + 1) + 1
        super().__init__(400, code, f"\n{_marked(text, at)}\nERROR at Row:{row}:Column:{column}\n{what}")


def _marked(text: str, at: int) -> str:
    start = max((found.end() for found in _BREAK.finditer(text, 0, max(0, at - _CONTEXT))), default=0)
    end = _BREAK.search(text, min(len(text), at + _CONTEXT))
    shown = text[start : end.start() if end else len(text)].replace("\n", " ")
    return f"{shown}\n{' ' * (at - start)}^"


def no_column(name: str, entity: str, text: str, at: int) -> QueryError:
    what = (
        f"No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be sure to "
        f"append the '__c' after the custom field name. {ADVICE}"
    )
    return QueryError("INVALID_FIELD", what, text, at)


def no_object(name: str, text: str, at: int) -> QueryError:
    what = (
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append the "
        f"'__c' after the entity name. {ADVICE}"
    )
    return QueryError("INVALID_TYPE", what, text, at)


def no_parent(name: str, text: str, at: int) -> QueryError:
    what = (
        f"Didn't understand relationship '{name}' in field path. If you are attempting to use a custom relationship, "
        f"be sure to append the '__r' after the custom relationship name. {ADVICE}"
    )
    return QueryError("INVALID_FIELD", what, text, at)


def no_child(name: str, text: str, at: int) -> QueryError:
    what = (
        f"Didn't understand relationship '{name}' in FROM part of query call. If you are attempting to use a custom "
        f"relationship, be sure to append the '__r' after the custom relationship name. {ADVICE}"
    )
    return QueryError("INVALID_TYPE", what, text, at)


def wrong_type(name: str, type_: str, quoted: bool, text: str, at: int) -> QueryError:
    rule = "should not be enclosed in quotes" if quoted else "should be enclosed in quotes"
    what = f"value of filter criterion for field '{name}' must be of type {type_} and {rule}"
    return QueryError("INVALID_FIELD", what, text, at)
