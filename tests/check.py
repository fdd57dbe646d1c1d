# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m tests.check``: lint, format and types, in one command.

``--fix`` lets ruff mend what it can. Ends with 0 when nothing is left to say.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def commands(fix: bool) -> list[list[str]]:
    """What is run, in order."""
    lint = ["--fix"] if fix else []
    layout = [] if fix else ["--check", "--output-format", "concise"]
    tools = ["helpers", "lab", "benchmarks", "conftest.py", "check.py"]
    strict = ["mutualaid/model", "mutualaid/sync", "mutualaid/errors.py"]
    return [
        [sys.executable, "-m", *command]
        for command in (
            ["ruff", "check", *lint, "."],
            ["ruff", "format", *layout, "."],
            ["mypy", "--strict", *strict],
            ["mypy", "mutualaid", *(f"tests/{tool}" for tool in tools)],
        )
    ]


def main() -> int:
    """Run every check, so that one run shows all there is to mend."""
    failed = []
    for command in commands("--fix" in sys.argv[1:]):
        shown = " ".join(["python", *command[1:]])
        print(f"== {shown}", flush=True)
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(shown)
    for shown in failed:
        print(f"failed: {shown}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
