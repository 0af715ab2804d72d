"""`${NAME}` in the configuration: values from the environment, so that secrets stay out of files and of git.

`${NAME:-other}` is `other` where the variable is not set, as in a shell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from muster.config.document import Document
from muster.errors import Problem

PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


def fill_placeholders(document: Document, environment: Mapping[str, str]) -> tuple[Document, list[Problem]]:
    """The document with every placeholder filled, and a problem for each variable that is not set.

    Problems name the variable, never a value; locations that were filled are marked as secret.
    """
    if "${" not in document.text:
        return document, []
    secret: set[tuple[str | int, ...]] = set()
    problems: list[Problem] = []

    def fill(value: Any, location: tuple[str | int, ...]) -> Any:
        if isinstance(value, dict):
            return {key: fill(item, (*location, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [fill(item, (*location, index)) for index, item in enumerate(value)]
        if not isinstance(value, str) or not (found := PLACEHOLDER.findall(value)):
            return value
        secret.add(location)
        missing = [name for name, other in dict.fromkeys(found) if not other and name not in environment]
        for name in missing:
            what = f"the environment variable {name} is not set"
            problems.append(document.problem(location, what, f"export {name} before starting"))
        return PLACEHOLDER.sub(lambda match: environment.get(match[1], match[2] or match[0]), value)

    return replace(document, data=fill(document.data, ()), secret=secret), problems
