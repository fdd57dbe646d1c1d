# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Exit codes, errors, help, and what is imported when."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mutualaid import paths
from mutualaid.cli import context, main, membership, program
from mutualaid.cli.context import App
from tests.benchmarks.processes import ROOT
from tests.cli.conftest import Run


def test_help_names_every_command_and_ends_well(run: Run) -> None:
    shown = run("--help")
    assert shown.code == 0
    for commands in program.SECTIONS.values():
        for name in commands:
            assert f"  {name} " in shown.out


def test_every_command_stands_in_the_overview() -> None:
    overview = (ROOT / "docs" / "commands.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z-]+)[ `\\]", overview))
    for commands in program.SECTIONS.values():
        assert set(commands) <= named


@pytest.mark.parametrize("name", list(program._COMMANDS))
def test_every_command_explains_itself_and_takes_json(name: str, run: Run) -> None:
    shown = run(name, "--help")
    assert shown.code == 0
    assert "--help" in shown.out
    assert "--json" in shown.out or "COMMAND" in shown.out


def test_wrong_usage_is_two(run: Run) -> None:
    for arguments in (["nonsense"], ["post", "wish", "A cake"], ["post"], ["list"], ["--wrong"]):
        wrong = run(*arguments)
        assert (wrong.code, wrong.out) == (2, "")
        assert "Error:" in wrong.err
    assert run("list", "wishes", "--json").document["code"] == "usage"


def test_no_profile_yet_is_a_sentence_and_makes_nothing(run: Run, profile: Path) -> None:
    failed = run("list", "needs")
    assert (failed.code, failed.out) == (1, "")
    assert "mutualaid start" in failed.err
    assert run("list", "needs", "--json").document["code"] == "not_found"
    assert not profile.exists()


def test_options_stand_before_or_after_the_command(ana: Run, profile: Path) -> None:
    for arguments in (["--json", "list", "needs"], ["list", "needs", "--json"]):
        assert ana(*arguments).document == []
    assert main(["list", "needs", "--json", "--profile", str(profile)]) == 0


def test_what_is_typed_goes_before_the_environment(
    ana: Run, profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ana("post", "need", "A lift").code == 0
    elsewhere = tmp_path / "elsewhere"
    ana("start", "Choir", "--me", "Ana", at=elsewhere)
    monkeypatch.setenv("MUTUALAID_PROFILE", str(elsewhere))
    assert context.PROFILE_VARIABLE == paths.PROFILE_VARIABLE
    assert len(ana("list", "needs", "--json").document) == 1
    assert main(["list", "needs", "--profile", str(profile), "--group", "Elm Street"]) == 0
    assert main(["list", "needs", "--group", "Choir"]) == 0


def test_a_fault_of_ours_is_shown_whole(ana: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(_group: object) -> None:
        raise ZeroDivisionError("a made-up fault")

    monkeypatch.setattr(membership, "own_page", break_down)
    failed = ana("me", "--json")
    assert failed.code == 1
    assert "ZeroDivisionError: a made-up fault" in failed.err
    assert failed.document["code"] == "fault"


@pytest.mark.parametrize(
    ("number", "said"), [(28, "The disk is full"), (13, "not allowed"), (30, "not allowed")]
)
def test_what_a_disk_does_is_a_sentence(
    number: int, said: str, ana: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_group: object) -> None:
        raise OSError(number, "refused", "/somewhere/file")

    monkeypatch.setattr(membership, "own_page", refuse)
    failed = ana("me", "--json")
    assert failed.code == 1
    assert failed.document["code"] == "storage"
    assert said in failed.document["error"]
    assert "Traceback" not in failed.err


def test_stopping_by_hand_is_harmless(ana: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_group: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(membership, "own_page", stop)
    stopped = ana("me")
    assert stopped.code == program.INTERRUPTED
    assert "is safe" in stopped.err
    assert "Traceback" not in stopped.err


def test_text_that_is_none_is_refused(ana: Run) -> None:
    refused = ana("post", "need", "broken \udcff bytes", "--json")
    assert refused.code == 1
    assert refused.document["code"] == "bad_value"
    assert ana("list", "needs", "--json").document == []


def test_a_reader_that_goes_away_harms_nothing(ana: Run, profile: Path) -> None:
    for number in range(3):
        assert ana("post", "need", f"Need {number}", "--text", "x" * 3000).code == 0
    with subprocess.Popen(
        [sys.executable, "-m", "mutualaid", "--profile", str(profile), "list", "needs", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        assert (process.wait(), said) == (0, b"")


def test_only_what_a_command_needs_is_imported() -> None:
    heavy = ("PySide6", "zeroconf", "websockets", "automerge", "sqlcipher3", "nacl", "segno")
    code = (
        "import sys; from mutualaid.cli import main; main(['--help']);"
        f"print(sorted(set({heavy!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stderr == "[]\n"


def test_reading_needs_neither_network_nor_window(ana: Run, profile: Path) -> None:
    heavy = ("PySide6", "zeroconf", "websockets", "noise", "keyring", "segno", "PIL")
    code = (
        "import sys; from mutualaid.cli import main;"
        f"main(['--profile', {str(profile)!r}, 'list', 'needs', '--json']);"
        f"print(sorted(set({heavy!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "[]\n")


def test_without_a_command_the_window_opens(profile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[Path | None, str | None]] = []

    def open_window(directory: Path | None, group: str | None = None) -> int:
        opened.append((directory, group))
        return 0

    monkeypatch.setattr("mutualaid.cli.window.open_window", open_window)
    assert main(["--profile", str(profile), "--group", "Elm Street"]) == 0
    assert opened == [(profile, "Elm Street")]


def test_an_app_begins_with_no_choice_made() -> None:
    assert App() == App(directory=None, group_name=None, as_json=False)
