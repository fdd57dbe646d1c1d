# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading directories that others keep."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mutualaid.cli.context import App, pass_app, topic
from mutualaid.cli.output import Json, plain, say

if TYPE_CHECKING:
    from mutualaid.model.ords import ImportRecord
    from mutualaid.model.values import ImportReport

_SHOWN_PROBLEMS = 20


@topic("import")
def import_() -> None:
    """Read directories that others keep."""


@import_.command("ords", short_help="Repair data: the Open Repair Data Standard 0.3, as CSV.")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--licence", metavar="TEXT", help="Under which the file is shared. [CC BY-SA 4.0]")
@click.option("--dry-run", is_flag=True, help="Only say what would be imported.")
@pass_app
def ords(app: App, file: Path, licence: str | None, dry_run: bool) -> None:
    """Bring in repair attempts that a repair group published (Open Repair Data Standard 0.3).

    Each repair group becomes a place that repairs, with its attempts and what came of them.
    What is there already is left alone, so a newer file can be imported over an older one.
    """
    from mutualaid.model.ords import LICENCE, import_file

    with app.group() as group:
        report = import_file(
            group, file, licence=licence or LICENCE, progress=_progress, dry_run=dry_run
        )
        document: dict[str, Json] = {
            "file": file.name,
            "added": report.added,
            "known": report.known,
            "places": report.places,
            "problems": [{"line": one.line, "why": one.why} for one in report.problems],
            "dry_run": dry_run,
        }
        if not app.as_json:
            _say_problems(report)
        app.done(document, _sentence(report, dry_run))


def _progress(records: Sequence["ImportRecord"]) -> Iterable["ImportRecord"]:
    if not sys.stderr.isatty():
        yield from records
        return
    with click.progressbar(records, label="Importing", file=sys.stderr) as shown:
        yield from shown


def _say_problems(report: "ImportReport") -> None:
    for problem in report.problems[:_SHOWN_PROBLEMS]:
        say(f"line {problem.line}: {plain(problem.why)}")
    more = len(report.problems) - _SHOWN_PROBLEMS
    if more > 0:
        say(f"… and {more} more lines; --json lists them all.")


def _sentence(report: "ImportReport", dry_run: bool) -> str:
    done = "would be added" if dry_run else "added"
    text = f"{report.added} records {done}, {report.known} were there already."
    if report.problems:
        text += f" {len(report.problems)} lines could not be used; correct them and import again."
    return text
