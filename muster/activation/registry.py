"""Which class serves which `type` of destination. A new vendor adds one line here."""

from __future__ import annotations

from typing import assert_never

from muster.config.destinations import FilesDestination, PostgresDestination, WebhookDestination
from muster.config.models import Configuration
from muster.connectors.destination import Destination
from muster.connectors.files.destination import FilesWriter
from muster.connectors.postgres.destination import PostgresWriter
from muster.connectors.webhook.destination import WebhookWriter
from muster.errors import ConfigError, Problem
from muster.settings import Settings


def open_destination(settings: Settings, configuration: Configuration, name: str) -> Destination:
    """The destination of that name in `destinations.yml`. Connects to nothing yet."""
    configured = configuration.destination(name)
    if configured is None:
        known = ", ".join(sorted(item.name for item in configuration.destinations.destinations)) or "none"
        raise ConfigError([Problem("destinations.yml", 0, f"there is no destination {name}", f"there are: {known}")])
    match configured:
        case FilesDestination():
            sources = configuration.sources
            return FilesWriter(settings, configured, organization=sources.organization, sandbox=sources.sandbox)
        case WebhookDestination():
            return WebhookWriter(configured)
        case PostgresDestination():
            return PostgresWriter(configured)
    assert_never(configured)
