# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sheets of paper as PDF: what may leave for an audience, and blank ones to be filled in."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mutualaid.cli.context import App, command, pass_app
from mutualaid.cli.exporting import progress
from mutualaid.cli.lookup import code_of, find
from mutualaid.cli.output import Json
from mutualaid.errors import BadValueError
from mutualaid.model.directories.paper import (
    BLANK,
    LANGUAGES,
    MOST_COPIES,
    NUMBERED,
    SHEETS,
    logged_as,
    make,
    planned,
)
from mutualaid.model.values import Audience
from mutualaid.model.values.time import DAY_MS

if TYPE_CHECKING:
    from mutualaid.model.directories.directory import Directory
    from mutualaid.model.directories.planning import Plan
    from mutualaid.model.group import Group
    from mutualaid.ui.paper import Book, Look

_OUT: Final = ("group", "linked", "print", "public")
_PAPERS: Final = ("a4", "a5", "letter")


@command("print", short_help="Write a sheet of paper as a PDF.")
@click.argument("sheet", metavar="SHEET", type=click.Choice(SHEETS))
@click.argument("dest", metavar="DEST.pdf", type=click.Path(path_type=Path))
@click.option(
    "--audience",
    type=click.Choice(_OUT),
    default="print",
    show_default=True,
    help="For whom it is: only what each person agreed to for them is on it.",
)
@click.option("--paper", type=click.Choice(_PAPERS), default="a4", show_default=True)
@click.option("--language", type=click.Choice(LANGUAGES), help="Of the words around. [as here]")
@click.option("--large", is_flag=True, help="In large type.")
@click.option("--post", "code", metavar="CODE", help="The need or offer that a card is for.")
@click.option(
    "--fold/--no-fold",
    default=None,
    help="Two pages to a side, in the order for folding; as usual for a directory on a5.",
)
@click.option("--copies", metavar="N", type=click.IntRange(1, MOST_COPIES), help="Of a form.")
@click.option("--days", metavar="N", type=int, help="It says that it ends after so many days. [90]")
@click.option("--leave-out", "codes", metavar="CODE", multiple=True, help="Hold something back.")
@pass_app
def print_(app: App, sheet: str, dest: Path, **options: Any) -> None:
    """Write one sheet to DEST.pdf, which must not be there yet.

    directory, board, card (with --post) and phone-tree hold what may leave for the audience, and
    stand in the group's log. sign-up, need-form, offer-form and repair-sheet are blank: anybody may
    print them. Each need-form and offer-form has a number of its own, so print further --copies
    rather than copying one.
    """
    asked = _Asked(sheet, **options)
    asked.refuse_what_does_not_go_together()
    with app.group() as group:
        post = None if asked.code is None else find(group, asked.code, "post").id
        plan = None if sheet in BLANK else planned(_whole_plan(group, asked), sheet, post)
        if plan is not None:
            group.need_leave(plan)
        directory = _blank(group) if plan is None else plan.directory
        numbers = _numbers(asked.copies or 1) if sheet in NUMBERED else ()
        data, book = _drawn(asked, directory, post, numbers)
        document = _document(sheet, dest, book, len(data), numbers)
        if plan is None:
            _write_blank(dest, data)
        else:
            written = group.write_made(plan, dest, data, logged_as(sheet))
            document["code"] = code_of(written.export)
            document["audience"] = asked.audience
        app.done(document, _said(dest, book, plan))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was typed after the command."""

    sheet: str
    audience: str
    paper: str
    language: str | None
    large: bool
    code: str | None
    fold: bool | None
    copies: int | None
    days: int | None
    codes: tuple[str, ...]

    def refuse_what_does_not_go_together(self) -> None:
        if (self.code is not None) != (self.sheet == "card"):
            raise click.UsageError("--post CODE says which post a card is for.")
        if self.copies is not None and self.sheet not in NUMBERED:
            raise click.UsageError("--copies is for need-form and offer-form, which are numbered.")
        if self.days is not None and self.days < 1:
            raise BadValueError("An export lasts at least a day. Nothing was written.")

    @property
    def look(self) -> "Look":
        from mutualaid.ui.paper import Look, Paper

        usual = self.sheet == "directory" and self.paper == "a5"
        return Look(Paper(self.paper), self.large, usual if self.fold is None else self.fold)


def _whole_plan(group: "Group", asked: _Asked) -> "Plan":
    """All that may leave for the audience."""
    ends = None if asked.days is None else group.replica.clock() + asked.days * DAY_MS
    leave_out = [find(group, each).id for each in asked.codes]
    with progress("Reading") as tick:
        return group.plan_directory(
            (), Audience(asked.audience), ends=ends, leave_out=leave_out, tick=tick
        )


def _drawn(
    asked: _Asked, directory: "Directory", post: bytes | None, numbers: tuple[str, ...]
) -> "tuple[bytes, Book]":
    """The bytes of the PDF, all in memory: a file is there whole or not at all."""
    from mutualaid.ui.paper import Book, ensure_application, pdf, system_language

    ensure_application()
    language = asked.language or system_language()
    content = make(asked.sheet, directory, language, post=post, numbers=numbers)
    with progress("Drawing") as tick:
        book = Book(content, asked.look, tick)
        return pdf(book, tick), book


def _blank(group: "Group") -> "Directory":
    """A directory of nobody: the group as it shows itself, and today."""
    from mutualaid.model.directories.directory import AsOf, Directory, GroupCard

    reach = group.group_contact()
    card = GroupCard(
        group.name,
        tz=group.tz,
        email=reach.email,
        phone=reach.phone,
        form=reach.form,
        where=reach.where,
    )
    now = group.replica.clock()
    return Directory(card, Audience.GROUP, now, now, AsOf(0, 0, latest=None, oldest=None))


def _numbers(copies: int) -> tuple[str, ...]:
    from mutualaid.model.directories.paper.forms import new_number

    return tuple(new_number() for _ in range(copies))


def _write_blank(dest: Path, data: bytes) -> None:
    from mutualaid.model.directories import writing
    from mutualaid.paths import whole_file

    dest = dest.absolute()
    with writing.explained(dest):
        writing.check_place(dest, folder=False)
        with whole_file(dest) as file:
            file.write(data)


def _document(
    sheet: str, dest: Path, book: "Book", size: int, numbers: tuple[str, ...]
) -> dict[str, Json]:
    return {
        "sheet": sheet,
        "path": str(dest.absolute()),
        "pages": book.pages,
        "sides": book.sides,
        "bytes": size,
        "paper": book.look.paper.value,
        "fold": book.look.fold,
        "large": book.look.large,
        "language": book.sheet.language,
        **({"forms": list(numbers)} if numbers else {}),
    }


def _said(dest: Path, book: "Book", plan: "Plan | None") -> str:
    pages = "1 page" if book.pages == 1 else f"{book.pages} pages"
    lines = [f"{pages} written to {dest}."]
    if plan is not None:
        lines.append(f"It is for “{plan.audience}”, and stands in the group's log.")
    if book.look.fold:
        lines.append(
            "Print it on both sides, turned over the short edge, lay the sheets in each other and "
            "fold them in the middle."
        )
    return "\n".join(lines)
