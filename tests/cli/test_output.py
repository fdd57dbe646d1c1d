# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
import io
import json

import pytest

from mutualaid.cli import output


def test_times_are_iso_8601_in_utc() -> None:
    assert output.iso(0) == "1970-01-01T00:00:00.000Z"
    assert output.iso(1_795_336_024_439) == "2026-11-22T08:27:04.439Z"
    assert output.iso_or_none(None) is None


@pytest.mark.parametrize("wild", [-1, -(10**30), 10**30])
def test_no_time_that_somebody_else_wrote_breaks_the_list(wild: int) -> None:
    assert output.iso(wild).endswith("Z")
    assert output.local(wild)


def test_what_others_write_cannot_steer_the_terminal() -> None:
    assert output.plain("\x1b[2J\x07red\u202e\u2066\x9b1m") == "[2Jred1m"
    assert output.plain("two\nlines\tand\u200djoined") == "two\nlines\tand\u200djoined"
    assert output.one_line("  two\n lines ") == "two lines"
    assert output.plain("Příliš žluťoučký, مرحبا, 日本") == "Příliš žluťoučký, مرحبا, 日本"


def test_width_counts_columns() -> None:
    assert output.width("abc") == 3
    assert output.width("日本") == 4
    assert output.width("e\u0301") == 1
    assert output.cut("日本語の文", 6) == "日本…"
    assert output.cut("short", 6) == "short"


def test_a_table_in_a_file_is_aligned_and_cuts_nothing() -> None:
    long = "x" * 500
    shown = output.table([("A", "日本", long), ("BBB", "", "y")], flexible=2)
    assert shown == f"A    日本  {long}\nBBB        y"
    assert output.table([], flexible=0) == ""


def test_json_is_one_line_and_survives_any_encoding() -> None:
    for encoding in ("utf-8", "ascii", "cp1252"):
        raw = io.BytesIO()
        stream = io.TextIOWrapper(raw, encoding=encoding, write_through=True)
        output.write_json({"name": "Božena نور"}, stream)
        text = raw.getvalue().decode(encoding)
        assert text.count("\n") == 1
        assert json.loads(text) == {"name": "Božena نور"}
