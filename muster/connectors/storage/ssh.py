"""A connection to an SSH server: only to the one whose key is known, with a password, a key, or what `ssh` has."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from getpass import getuser

import paramiko
from paramiko.hostkeys import HostKeyEntry, InvalidHostKey
from paramiko.ssh_exception import (
    AuthenticationException,
    BadHostKeyException,
    NoValidConnectionsError,
    PasswordRequiredException,
    SSHException,
)

from muster.config.models import Storage
from muster.connectors.http.errors import TryAgain
from muster.connectors.storage.address import Address
from muster.connectors.storage.folder import StoreError

_LOG = f"{__name__}.paramiko"
logging.getLogger(_LOG).setLevel(logging.CRITICAL)  # what goes wrong is raised; its traces would be told twice
_KEYS: tuple[type[paramiko.PKey], ...] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


class _Unknown(paramiko.MissingHostKeyPolicy):
    """Refuses a server that nobody vouches for."""

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        raise _UnknownHostError(f"{key.get_name()} {key.fingerprint}")


class _UnknownHostError(Exception):
    """The server's key stands nowhere."""


def connected(address: Address, storage: Storage, seconds: float) -> paramiko.SSHClient:
    """A client that is logged in; StoreError where the server is not to be trusted or does not let us in."""
    client = paramiko.SSHClient()
    client.set_log_channel(_LOG)
    client.set_missing_host_key_policy(_Unknown())
    if storage.host_key:
        for name, key in _host_keys(address, storage.host_key):
            client.get_host_keys().add(_known_as(address), name, key)
    else:
        client.load_system_host_keys()
    password = storage.password.get_secret_value() if storage.password else None
    key_of_ours = _private_key(address, storage, password)
    by_ssh = password is None and key_of_ours is None
    try:
        client.connect(
            address.host, address.port, address.user or getuser(), password, key_of_ours,
            timeout=seconds, banner_timeout=seconds, auth_timeout=seconds, channel_timeout=seconds,
            allow_agent=by_ssh, look_for_keys=by_ssh,
        )  # fmt: skip
    except BaseException as error:
        client.close()
        raise _verdict(error, address) from None
    return client


def _verdict(error: BaseException, address: Address) -> BaseException:
    scan = f"ssh-keyscan {'' if address.port == 22 else f'-p {address.port} '}{address.host}"
    if isinstance(error, _UnknownHostError):
        mend = f"put the line of '{scan}' that its owner confirms under storage as 'host_key'"
        return StoreError(f"{address}: the server's key is not known ({error}); {mend}")
    if isinstance(error, BadHostKeyException):
        mend = "somebody may stand between, or the server is new: ask its owner, then correct 'host_key'"
        return StoreError(f"{address}: the server shows another key than the known one; {mend}")
    if isinstance(error, AuthenticationException):
        mend = "correct the user, and 'password' or 'private_key' under storage"
        return StoreError(f"{address} does not let '{address.user or getuser()}' in; {mend}")
    if isinstance(error, NoValidConnectionsError):
        return TryAgain("nobody listens there")
    if isinstance(error, TimeoutError):
        return TryAgain("no answer in time")
    if isinstance(error, SSHException) and "no acceptable" in str(error).lower():
        return StoreError(f"{address}: no common ground with the server ({error}); it is too old, or too new")
    if isinstance(error, (SSHException, OSError, EOFError)):
        name = "the name is not known" if type(error).__name__ == "gaierror" else "the connection failed"
        return TryAgain(name)
    return error


def _host_keys(address: Address, text: str) -> Iterator[tuple[str, paramiko.PKey]]:
    """The keys in lines of `ssh-keyscan`, or without the host before them."""
    for line in filter(None, (line.strip() for line in text.splitlines())):
        if line.startswith("#"):
            continue
        words = line.split()
        told = words if len(words) > 2 and not words[0].startswith(("ssh-", "ecdsa-", "sk-")) else ["*", *words]
        try:
            entry = HostKeyEntry.from_line(" ".join(told[:3]))
        except (InvalidHostKey, SSHException, ValueError):
            entry = None
        if entry is None or entry.key is None:
            raise StoreError(f"{address}: 'host_key' is none; give a line as ssh-keyscan prints it: host type key")
        yield entry.key.get_name(), entry.key


def _private_key(address: Address, storage: Storage, passphrase: str | None) -> paramiko.PKey | None:
    if storage.private_key is None:
        return None
    text = storage.private_key.get_secret_value()
    text = text.replace("\\n", "\n") if "\n" not in text.strip() else text  # as environment variables often hold it
    for kind in _KEYS:
        try:
            return kind.from_private_key(io.StringIO(text if text.endswith("\n") else f"{text}\n"), passphrase)
        except PasswordRequiredException:
            raise StoreError(f"{address}: 'private_key' is locked; give its passphrase as 'password'") from None
        except (SSHException, ValueError, IndexError, TypeError):
            continue
    raise StoreError(f"{address}: 'private_key' is no key in PEM, or of a kind that is not taken (Ed25519, ECDSA, RSA)")


def _known_as(address: Address) -> str:
    return address.host if address.port == 22 else f"[{address.host}]:{address.port}"
