"""The set-up a code location serves: its folders, its configuration and its stores, as one Dagster resource.

Settings come from the environment when a step starts; nothing that may hold a secret (the state store's URL) is a
resource field, so nothing of it reaches the UI.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property

import dagster as dg

from muster.audiences import MembershipStore
from muster.config.load import load
from muster.config.models import Configuration
from muster.locks import exclusive
from muster.settings import Settings
from muster.state import StateStore
from muster.status.runs import RunLog


class Setup(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Factory of the domain's objects for one step."""

    @cached_property
    def settings(self) -> Settings:
        return Settings.from_environment()

    @cached_property
    def configuration(self) -> Configuration:
        return load(self.settings.config)

    @cached_property
    def state(self) -> StateStore:
        return StateStore(self.settings.state_url)

    @property
    def memberships(self) -> MembershipStore:
        return MembershipStore(self.settings, self.state)

    @property
    def runs(self) -> RunLog:
        return RunLog(self.state)

    @contextmanager
    def exclusive(self, name: str, say: Callable[[str], None]) -> Iterator[None]:
        """Hold a lock between processes, by whomever started; unlike a pool's slot it goes when a process dies."""
        with exclusive(self.settings, name, waiting=say):
            yield
