"""Typed tree to SQL, built from sqlglot expressions only; no text of a rule is ever pasted into SQL."""

from muster.pql.sql.render import Renderer

__all__ = ["Renderer"]
