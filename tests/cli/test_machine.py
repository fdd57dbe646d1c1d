# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Backups, a node's usage, import and the made-up neighbourhood."""

from pathlib import Path

import pytest

from mutualaid.model import backup, keys
from tests.cli.conftest import Run

HEADER = (
    "id,data_provider,country,partner_product_category,repair_status,group_identifier,event_date,"
    "problem"
)
ROW = "mended-1,Mended,GBR,Kettle,Fixed,Elm Street,2024-05-01,Switch"


@pytest.fixture
def passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a passphrase; deriving a key from it costs little here."""
    cost = keys.PasswordCost(keys.MIN_OPS, keys.MIN_MEMORY)
    defaults = backup.write_backup.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "cost", cost)
    file = tmp_path / "passphrase"
    file.write_text("four words nobody guesses\n", encoding="utf-8")
    return file


def test_a_backup_brings_everything_back_as_a_new_machine(
    ana: Run, tmp_path: Path, passphrase: Path
) -> None:
    ana("post", "need", "A lift")
    kept = tmp_path / "kept.backup"
    made = ana("backup", str(kept), "--passphrase-file", str(passphrase), "--json")
    assert made.code == 0
    assert made.document == {"file": str(kept), "groups": 1, "bytes": kept.stat().st_size}
    assert b"A lift" not in kept.read_bytes()
    other = tmp_path / "other"
    back = ana("restore", str(kept), "--passphrase-file", str(passphrase), "--json", at=other)
    assert back.code == 0
    assert back.document["groups"] == ["Elm Street"]
    (need,) = ana("list", "needs", "--json", at=other).document
    assert need["title"] == "A lift"
    assert ana("doctor", "--json", at=other).document["devices"] == 2
    twice = ana("restore", str(kept), "--passphrase-file", str(passphrase), "--json", at=other)
    assert (twice.code, twice.document["code"]) == (1, "backup")


def test_a_backup_that_cannot_be_opened_changes_nothing(
    ana: Run, tmp_path: Path, passphrase: Path
) -> None:
    kept = tmp_path / "kept.backup"
    ana("backup", str(kept), "--passphrase-file", str(passphrase))
    other = tmp_path / "other"
    wrong = tmp_path / "wrong"
    wrong.write_text("another", encoding="utf-8")
    cut = tmp_path / "cut.backup"
    cut.write_bytes(kept.read_bytes()[:-20])
    for file, key in ((kept, wrong), (cut, passphrase), (passphrase, passphrase)):
        failed = ana("restore", str(file), "--passphrase-file", str(key), "--json", at=other)
        assert failed.code == 1
        assert failed.document["code"] in ("backup", "damaged")
    assert ana("list", "needs", "--json", at=other).document["code"] == "not_found"


def test_a_backup_needs_a_passphrase(ana: Run, tmp_path: Path) -> None:
    kept = tmp_path / "kept.backup"
    failed = ana("backup", str(kept), "--json")
    assert (failed.code, failed.document["code"]) == (1, "backup")
    missing = ana("backup", str(kept), "--passphrase-file", str(tmp_path / "none"), "--json")
    assert missing.code == 1
    assert not kept.exists()


@pytest.mark.parametrize("address", ["nonsense here", "127.0.0.1:99999", "http://host"])
def test_an_address_that_is_none(address: str, ana: Run) -> None:
    for option in ("--listen", "--peer"):
        failed = ana("node", "--no-discovery", option, address, "--json")
        assert (failed.code, failed.document["code"]) == (1, "bad_value")


def test_importing_repairs(ana: Run, tmp_path: Path) -> None:
    file = tmp_path / "repairs.csv"
    file.write_text(f"{HEADER}\n{ROW}\nshort,row\n{ROW.replace('-1,', '-2,')}\n", encoding="utf-8")
    tried = ana("import", "ords", str(file), "--dry-run", "--json").document
    assert (tried["added"], tried["dry_run"]) == (3, True)
    done = ana("import", "ords", str(file), "--json")
    assert done.code == 0
    assert (done.document["added"], done.document["known"], done.document["places"]) == (3, 0, 1)
    assert [problem["line"] for problem in done.document["problems"]] == [3]
    again = ana("import", "ords", str(file))
    assert "3 records were there already" in again.out
    assert "line 3:" in again.err
    (fixer,) = ana("list", "fixers", "--search", "kettle", "--json").document
    assert (fixer["name"], fixer["attempts"], fixer["fixed"]) == ("Elm Street", 2, 2)


@pytest.mark.parametrize("data", [b"name,phone\nA,1\n", b"\xff\xfei\x00d\x00", b"caf\xe9,b\n"])
def test_a_file_that_cannot_be_used_imports_nothing(data: bytes, ana: Run, tmp_path: Path) -> None:
    file = tmp_path / "repairs.csv"
    file.write_bytes(data)
    failed = ana("import", "ords", str(file), "--json")
    assert (failed.code, failed.document["code"]) == (1, "bad_file")
    missing = ana("import", "ords", str(tmp_path / "none.csv"), "--json")
    assert missing.document["code"] == "bad_file"
    assert ana("list", "repairs", "--json").document == []


def test_a_made_up_neighbourhood_can_be_kept(run: Run, tmp_path: Path) -> None:
    street = tmp_path / "street"
    made = run("demo", "--people", "8", "--posts", "20", "--into", str(street), "--json")
    assert made.code == 0
    assert made.document["people"] == 8
    assert len(run("list", "people", "--json", at=street).document) == 8
    again = run("demo", "--into", str(street), "--json")
    assert (again.code, again.document["code"]) == (1, "bad_value")


def test_the_neighbourhood_in_the_window_is_gone_afterwards(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Path] = []

    def open_window(directory: Path, *, throw_away: bool) -> int:
        assert throw_away
        assert (directory / "groups").is_dir()
        seen.append(directory)
        return 0

    monkeypatch.setattr("mutualaid.cli.window.open_window", open_window)
    shown = run("demo", "--people", "3", "--posts", "5", "--json")
    assert shown.code == 0
    assert shown.document["group"] == "Elm Street"
    assert not seen[0].exists()


def test_status(street: Run) -> None:
    status = street("status", "--json").document
    assert (status["group"], status["me"], status["shelves"]) == ("Elm Street", "Robin", [])
    assert isinstance(status["waiting"], int)
    assert len(status["machines"]) == 12
    assert {"name", "person", "last_heard", "behind"} <= status["machines"][0].keys()
    assert "reached" in street("status").out


def test_doctor(street: Run, tmp_path: Path) -> None:
    found = street("doctor", "--json").document
    assert found["ok"] is True
    assert found["problems"] == []
    assert found["devices"] == 12
    report = tmp_path / "report.json"
    again = street("doctor", "--rebuild", "--report", str(report), "--json").document
    assert again == found
    text = report.read_text("utf-8")
    assert found["view_hash"] in text
    for private in ("Elm Street", "Robin", "ladder", str(tmp_path)):
        assert private not in text
    assert "whole" in street("doctor").out
