"""Audiences to evaluate, each with the query that counts its members without Muster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.audiences.mixed import mixed
from bench.audiences.templates import TEMPLATES
from muster.config.models import Audience


@dataclass(frozen=True)
class Question:
    """An audience, the query that counts its members, and for mixed ones the query that names them."""

    audience: Audience
    sql: str
    members: str | None = None


def questions(count: int) -> Iterator[Question]:
    """`count` audiences: the templates in turn, and every second one mixed."""
    for index in range(count):
        yield _mixed(index // 2) if index % 2 else _template(index // 2)


def _template(number: int) -> Question:
    template, turn = TEMPLATES[number % len(TEMPLATES)], number // len(TEMPLATES)
    return Question(
        Audience(name=f"{template.name}-{turn}", of=template.of, rule=template.filled(template.rule, turn)),
        template.filled(template.sql, turn),
    )


def _mixed(number: int) -> Question:
    one = mixed(number)
    asked = f"from {one.table} as p where {one.where}"
    return Question(
        Audience(name=f"mixed-{number}", of=one.of, rule=one.rule),
        f"select count(*) {asked}",
        f"select p._ord::bigint {asked}",
    )
