"""The words of the language: which of them are names only in backticks, and how an error calls what it expected.

That a name which is a word of the language stands in backticks is Adobe's rule for its reserved keywords
(journey-optimizer: personalization/personalization-syntax.md), as is the set of characters a name may not have.
"""

from __future__ import annotations

import re

#: Written as they stand.
PLAIN = re.compile(r"(xdm:)?[A-Za-z_@][A-Za-z0-9_]*|\$[1-9][0-9]*|@\{[^{}\s\"'`]+\}")
#: Written in backticks: no blank or control character, no half of a character, none of the reserved signs.
QUOTABLE = re.compile(r"(?!\$)[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff!\"#%&'()*+,./;<=>\[\\\]^`{|}~]+")
#: What can be declared: by a quantifier, a function, `let` or an item of a chain.
VARIABLE = re.compile(r"[A-Za-z_]\w*")
#: Bare, these are read as something else than a name at one place or another.
RESERVED = frozenset({
    "and", "or", "not", "like", "in", "notin", "occurs", "on", "between", "from", "where", "over", "what", "when",
    "chain", "let", "this", "last", "next", "before", "after", "true", "false",
})  # fmt: skip
#: Bare names that are times.
INSTANTS = ("now", "today", "yesterday", "tomorrow")

#: What an error calls the terminals of the grammar, in the order in which they are told.
TERMINALS = {
    "COMPARE": "a comparison",
    "RPAR": ")",
    "RSQB": "]",
    "RBRACE": "}",
    "NAME": "a name",
    "NUMBER": "a number",
    "STRING": "text in quotes",
    "UNIT": "a unit of time such as days",
    "DIRECTION": "before, after or from",
    "FROM": "from",
    "WHERE": "where",
    "AND": "and",
    "OR": "or",
    "OCCURS": "occurs",
    "LIKE": "like",
    "OVER": "over",
    "IN": "in",
    "NOT_IN": "notIn",
    "BETWEEN": "between",
    "COMMA": ",",
    "COLON": ":",
    "LPAR": "(",
    "WHAT": "WHAT, WHEN, COUNT or WHERE",
    "LSQB": "[",
}
#: What other languages say, up to the sign that cannot be read, and what PQL says instead.
SLIPS = {
    "&": "write and",
    "|": "write or",
    "==": "write = once",
    "<>": "write !=",
    ";": "a rule is one condition; write and or or between two",
    "?": "write if(condition, one value, the other)",
}


#: How to mend a name that is none.
NO_NAME = "leave out blanks, quotes, brackets and dots"


def is_name(text: str) -> bool:
    """Whether a text can be the name of a field or a function; in backticks, if need be."""
    return bool(QUOTABLE.fullmatch(text) or (PLAIN.fullmatch(text) and not text.startswith(("$", "@{"))))


def cut(text: str, width: int = 40) -> str:
    """Text for a message, cut where it is long."""
    return str(text) if len(text) <= width else f"{text[: width - 1]}…"


def shown(text: str) -> str:
    """Text for a message: in quotes, on one line, and cut where it is long."""
    return repr(cut(text))


def joined(text: str) -> str:
    """Text with the halves of its characters put together.

    Raises `ValueError` where it holds half a character or a null character, which no text of a warehouse can hold.
    """
    if "\0" in text:
        raise ValueError("holds a null character, which no text can hold")
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise ValueError("holds half a character, which no text can hold") from None
