"""Where export files lie: a folder of this machine, an object store or an SFTP server, all read the same way."""

from muster.connectors.storage.folder import Folder, StoredFile, StoreError, Unreachable
from muster.connectors.storage.open import opened_folder, sweep_downloads

__all__ = ["Folder", "StoreError", "StoredFile", "Unreachable", "opened_folder", "sweep_downloads"]
