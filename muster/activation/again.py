"""Starting over with a destination on request: everyone anew, or those that it refused."""

from __future__ import annotations

from datetime import datetime

from muster.activation.folders import Folders
from muster.activation.ledger import ActivationState, Ledger
from muster.activation.registry import open_destination
from muster.activation.unsure import be_unsure
from muster.config.models import Configuration
from muster.errors import MusterError
from muster.locks import exclusive
from muster.settings import Settings
from muster.state import StateStore


def resend(
    settings: Settings,
    store: StateStore,
    configuration: Configuration,
    destination: str,
    audience: str,
    now: datetime,
) -> None:
    """Trust nothing that is believed of the destination: the next delivery is everyone, and takes our leavers away."""
    ledger = Ledger(store)
    with exclusive(settings, f"deliver-{destination}-{audience}"):
        state = _known(ledger, destination, audience)
        unfinished = ledger.unfinished(destination, audience)
        folders = Folders(settings, destination, audience)
        if not open_destination(settings, configuration, destination).replaced:
            be_unsure(folders, ledger, state, unfinished)
            state = _known(ledger, destination, audience)
            forget = state.believed is None or not folders.believed(state.believed).exists()
        else:
            forget = True
        ledger.failed(destination, audience, "everyone is to be sent anew", now, give_up=True)
        ledger.resend(destination, audience, forget=forget)


def retry(settings: Settings, store: StateStore, destination: str, audience: str) -> bool:
    """Forget what the destination refused: the next delivery sends it again. False where it refused nothing."""
    ledger = Ledger(store)
    with exclusive(settings, f"deliver-{destination}-{audience}"):
        state = _known(ledger, destination, audience)
        if state.refused is None:
            return False
        ledger.retry(destination, audience)
        return True


def _known(ledger: Ledger, destination: str, audience: str) -> ActivationState:
    state = ledger.activation(destination, audience)
    if state is None:
        known = ", ".join(item.name for item in ledger.activations()) or "none yet"
        raise MusterError(f"nothing was ever wanted at {destination}/{audience}; known are: {known}")
    return state
