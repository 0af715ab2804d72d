"""The generated demo world: a Salesforce org, two Marketo instances and a website that know the same invented people.

Seeded and deterministic, of any size, with its ground truth kept beside the exports.
"""

from muster.world.generator import generate, next_day
from muster.world.summary import WorldSummary
from muster.world.truth import INSTANCES

__all__ = ["INSTANCES", "WorldSummary", "generate", "next_day"]
