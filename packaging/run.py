#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Set up what is missing, then run Mutual Aid from its source.

    python3 packaging/run.py [ARGUMENTS]         start Mutual Aid (without arguments: the window)
    python3 packaging/run.py --set-up            only set up, to run
    python3 packaging/run.py --set-up-storage    the same, with shelves on S3, WebDAV and SFTP
    python3 packaging/run.py --set-up-tests      only set up, to run and to test
    python3 packaging/run.py --test [ARGUMENTS]  set up, then run pytest

Needs Python 3.11 or 3.12 and nothing else. Everything goes into ``.venv`` at the top of the
source, in the exact versions of the lock file, each checked against its hash.
"""

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
SUPPORTED = ((3, 11), (3, 12))
#: What is installed on the way to something else than running.
LOCKS = {
    "--set-up-storage": "requirements-storage.lock",
    "--set-up-tests": "requirements-dev.lock",
    "--test": "requirements-dev.lock",
}
#: Libraries that Qt loads on Linux and does not bring along, and Debian's packages of them.
QT_WANTS = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}


def use_supported_python() -> None:
    """Start over with a Python that the libraries have wheels for, if this is none."""
    if sys.version_info[:2] in SUPPORTED:
        return
    for major, minor in reversed(SUPPORTED):
        found = shutil.which(f"python{major}.{minor}")
        if found:
            sys.exit(subprocess.run([found, __file__, *sys.argv[1:]], check=False).returncode)
    sys.exit(
        f"Mutual Aid needs Python 3.11 or 3.12; this is {sys.version.split()[0]}. "
        "Install one of them beside it, then run this again."
    )


def set_up(lock: Path) -> None:
    """Bring ``.venv`` to what *lock* says; done in a moment when it is there already."""
    stamp = VENV / f"{lock.stem}.stamp"
    wanted = hashlib.sha256(lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    if not PYTHON.exists():
        print("Setting up; this takes a few minutes the first time.", file=sys.stderr)
        try:
            subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        except subprocess.CalledProcessError:
            shutil.rmtree(VENV, ignore_errors=True)
            sys.exit(
                "Python could not make a virtual environment. On Debian and Ubuntu install the "
                "package python3-venv, then run this again."
            )
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "-q"]
    # Wheels only: nothing here needs a compiler, and nothing is run before its hash is checked.
    fetch = [*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
    ours = [*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    # The build backend warns of this folder's name, which is the package's on purpose.
    quiet = os.environ | {"PYTHONWARNINGS": "ignore"}
    for command in (fetch, ours):
        if subprocess.run(command, env=quiet, check=False).returncode:
            sys.exit("Setting up failed; what pip says stands above. Run this again to go on.")
    stamp.write_text(wanted)


def say_what_qt_lacks() -> None:
    """Name the system packages without which the window may not open."""
    lacking = []
    for library, package in QT_WANTS.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            lacking.append(package)
    if lacking:
        print(
            "If the window does not open, the system lacks what Qt wants. On Debian and Ubuntu: "
            f"sudo apt install {' '.join(lacking)}",
            file=sys.stderr,
        )


def hand_over(arguments: list[str]) -> None:
    """Become the virtual environment's Python, with these arguments."""
    command = [str(PYTHON), *arguments]
    if os.name == "nt":
        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(command[0], command)


def main() -> None:
    """Set up as the first argument asks, and run."""
    use_supported_python()
    first, rest = (sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else ("", [])
    set_up(ROOT / LOCKS.get(first, "requirements.lock"))
    if first == "--test":
        hand_over(["-m", "pytest", *rest])
    elif not first.startswith("--set-up"):
        if not first and sys.platform == "linux":
            say_what_qt_lacks()
        hand_over(["-m", "mutualaid", *sys.argv[1:]])


if __name__ == "__main__":
    main()
