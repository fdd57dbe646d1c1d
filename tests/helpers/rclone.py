# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Real servers of S3, WebDAV and SFTP on loopback, by rclone, in front of a folder."""

import base64
import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

USER = "ana"
PASSWORD = "p4ssw0rd-of-the-place"

#: The folder there is on each; a bucket, for S3.
PLACES = "places"

#: The file, beside what is served, of a key that lets in over SFTP; its passphrase is ``PASSWORD``.
MEMBER_KEY = "member-key"

#: Why the servers cannot be started, if they cannot.
MISSING = "" if shutil.which("rclone", path=str(Path(sys.executable).parent)) else "no rclone here"

_READY = re.compile(r"127\.0\.0\.1:(\d+)")


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs."""

    kind: str
    port: int
    #: What it serves.
    folder: Path
    #: The fingerprint of the key of an SFTP server.
    key: str = ""

    def address(self, path: str = "here", *, user: str = USER, password: str = PASSWORD) -> str:
        """The address of a place on it."""
        path = f"{PLACES}/{path}"
        secret = f"#{user}:{password}" if user else ""
        if self.kind == "s3":
            return f"s3://{path}?endpoint=http://127.0.0.1:{self.port}{secret}"
        options = "?tls=no" if self.kind == "webdav" else f"?key={self.key}" if self.key else ""
        return f"{self.kind}://127.0.0.1:{self.port}/{path}{options}{secret}"


@contextlib.contextmanager
def served(kind: str, folder: Path) -> Iterator[Served]:
    """Run ``rclone serve KIND`` until the block ends."""
    data = folder / "served"
    (data / PLACES).mkdir(parents=True)
    options, key = _options(kind, folder)
    command = [
        *(str(Path(sys.executable).parent / "rclone"), "serve", kind, str(data)),
        *("--addr", "127.0.0.1:0", "--config", ""),
        *options,
    ]
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stderr is not None
            said = []
            for line in process.stderr:
                said.append(line)
                if found := _READY.search(line):
                    break
            else:
                raise AssertionError(f"rclone did not begin: {''.join(said)}")
            # What it says later nobody reads; a full pipe would stop it.
            drain = threading.Thread(target=process.stderr.read, daemon=True)
            drain.start()
            yield Served(kind, int(found[1]), data, key)
        finally:
            process.terminate()
            process.wait()
            drain.join()


def _options(kind: str, folder: Path) -> tuple[list[str], str]:
    if kind == "s3":
        return ["--auth-key", f"{USER},{PASSWORD}"], ""
    options = ["--user", USER, "--pass", PASSWORD]
    if kind != "sftp":
        return options, ""
    import paramiko

    key = paramiko.ECDSAKey.generate()
    key.write_private_key_file(str(folder / "host-key"))
    digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode()
    member = paramiko.ECDSAKey.generate()
    member.write_private_key_file(str(folder / MEMBER_KEY), password=PASSWORD)
    allowed = folder / "authorized_keys"
    allowed.write_text(f"{member.get_name()} {member.get_base64()} ana\n")
    options += ["--key", str(folder / "host-key"), "--authorized-keys", str(allowed)]
    return options, f"SHA256:{digest.rstrip('=')}"
