# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is packaged for keepers, and what they are told to type, is what the program takes."""

import json
import re
import shlex
from pathlib import Path

import pytest

from mutualaid.cli.relay import serve, token

ROOT = Path(__file__).resolve().parent.parent.parent.parent
PACKAGING = ROOT / "packaging" / "relay"
COMMANDS = {"serve": serve, "token": token}


def unit() -> list[str]:
    """The service's command with its defaults filled in."""
    text = (PACKAGING / "mutualaid-relay.service").read_text("utf-8")
    (line,) = re.findall(r"^ExecStart=(.+)$", text, re.MULTILINE)
    values = {"RELAY_LISTEN": "0.0.0.0:47471", "STATE_DIRECTORY": "/var/lib/x", "RELAY_OPTIONS": ""}
    assert f"RELAY_LISTEN={values['RELAY_LISTEN']}" in text
    return shlex.split(re.sub(r"\$\{?(\w+)\}?", lambda found: values[found[1]], line))


def container() -> list[str]:
    text = (PACKAGING / "Containerfile").read_text("utf-8")
    (line,) = re.findall(r"^ENTRYPOINT (.+)$", text, re.MULTILINE)
    words: list[str] = json.loads(line)
    return words


def documented() -> list[list[str]]:
    """Every ``mutualaid relay serve`` and ``token`` in the page for keepers."""
    text = (ROOT / "docs" / "relay.md").read_text("utf-8").replace("\\\n", " ")
    lines = re.findall(r"^\S*mutualaid relay (?:serve|token) .+$", text, re.MULTILINE)
    assert len(lines) >= 4
    return [shlex.split(line.replace("…", "--listen 0.0.0.0 --data x")) for line in lines]


@pytest.mark.parametrize("words", [unit(), container(), *documented()], ids=" ".join)
def test_commands_are_taken(words: list[str]) -> None:
    program, relay, name, *arguments = words
    assert program.endswith("mutualaid")
    assert relay == "relay"
    COMMANDS[name].make_context(name, arguments)


def test_the_page_names_every_option() -> None:
    text = (ROOT / "docs" / "relay.md").read_text("utf-8")
    common = {"--profile", "--group", "--json", "--help"}
    for command in COMMANDS.values():
        options = {name for option in command.params for name in option.opts}
        assert {name for name in options - common if name not in text} == set()


def test_what_the_container_copies_is_there() -> None:
    text = (PACKAGING / "Containerfile").read_text("utf-8")
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        *sources, _target = line.split()
        for source in sources:
            assert (ROOT / source).exists(), source
