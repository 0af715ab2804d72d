"""SFTP servers: asyncssh in this process, and OpenSSH where it is installed."""

from __future__ import annotations

import asyncio
import getpass
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh

from tests.peers.launch import free_port, installed, running

USER, PASSWORD = "muster", "a password"


class _Door(asyncssh.SSHServer):
    """Lets one user in, by a password."""

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


@contextmanager
def asyncssh_server(home: Path) -> Iterator[tuple[int, str]]:
    """A server that shows `home` as `/`: its port, and its public key."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    key = asyncssh.generate_private_key("ssh-ed25519")

    def shown(channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=os.fsencode(home))

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen("127.0.0.1", 0, server_factory=_Door, server_host_keys=[key], sftp_factory=shown)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    try:
        yield server.get_port(), key.export_public_key().decode()
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end(server: asyncssh.SSHAcceptor) -> None:
    server.close()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


@contextmanager
def openssh_server(folder: Path) -> Iterator[tuple[int, str, str]]:
    """An sshd that lets this user in by a key: its port, its public key, and the private key to come with."""
    sshd, keygen = (
        installed("/usr/sbin/sshd", "apt-get install openssh-server"),
        installed("ssh-keygen", "openssh-client"),
    )
    for name in ("host", "user"):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    (folder / "authorized").write_text((folder / "user.pub").read_text())
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    port = free_port()
    configuration = folder / "sshd_config"
    configuration.write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder}/host\nPidFile none\nStrictModes no\n"
        f"AuthorizedKeysFile {folder}/authorized\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n"
        f"UsePAM no\nSubsystem sftp internal-sftp\nAllowUsers {getpass.getuser()}\n"
    )
    with running([sshd, "-D", "-e", "-f", str(configuration)], port, folder / "log"):
        yield port, (folder / "host.pub").read_text(), (folder / "user").read_text()
