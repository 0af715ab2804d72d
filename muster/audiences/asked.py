"""What each audience was last asked, in the state store: a rule that would be answered the same is not asked again."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Column, String, Table, delete, insert, select

from muster.state import StateStore, metadata

audience_question = Table(
    "audience_question",
    metadata,
    Column("audience", String(80), primary_key=True),
    Column("question", String(32), nullable=False),
)


def last_asked(state: StateStore) -> dict[str, str]:
    """The question by audience."""
    with state.begin() as connection:
        rows = connection.execute(select(audience_question.c.audience, audience_question.c.question))
        return {row.audience: row.question for row in rows}


def note_asked(state: StateStore, questions: Mapping[str, str | None]) -> None:
    """Note what audiences were asked, once their answers are kept; None for what must be asked every time."""
    rows = [{"audience": name, "question": question} for name, question in questions.items() if question]
    with state.begin() as connection:
        connection.execute(delete(audience_question).where(audience_question.c.audience.in_(list(questions))))
        if rows:
            connection.execute(insert(audience_question), rows)
