"""Why an entity is in an audience or is not, and what would turn that."""

from muster.audiences.explain.answer import explain
from muster.audiences.explain.model import Explanation
from muster.audiences.explain.stored import Stay, ordinals_of, stays

__all__ = ["Explanation", "Stay", "explain", "ordinals_of", "stays"]
