# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bringing in lists that others keep, taking imports back, and the people who are known of."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from mutualaid.cli.context import TEXT, App, command, pass_app, topic
from mutualaid.cli.exporting import progress
from mutualaid.cli.lookup import find
from mutualaid.cli.output import Json, iso, local, one_line, plain, say, table
from mutualaid.errors import BadValueError, Stopped

if TYPE_CHECKING:
    from mutualaid.model.directories.incoming.item import Problem
    from mutualaid.model.directories.preview import Preview, PreviewLine
    from mutualaid.model.group import Group
    from mutualaid.model.values.directories import ImportRow, KnownRow

_SHOWN: Final = 20
_SHOWN_COLUMNS: Final = 30
_FORMATS: Final = ("csv", "xlsx", "hsds", "ords", "vcard", "murmurations")
_SORTS: Final = ("person", "post", "place", "repair")


@command("import", short_help="Bring in a list that others keep.")
@click.argument("format_", metavar="FORMAT", type=click.Choice(_FORMATS))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would be added and changed.")
@click.option("--what", type=click.Choice(_SORTS), help="What the list is about. [guessed]")
@click.option(
    "--map",
    "mapping",
    metavar="COLUMN=FIELD",
    type=TEXT,
    multiple=True,
    help="What a column is; “-” leaves it out, nothing keeps it beside. [guessed]",
)
@click.option("--origin", metavar="TEXT", type=TEXT, default="", help="What the list is called.")
@click.option("--licence", metavar="TEXT", type=TEXT, default="", help="Under which it is shared.")
@click.option("--encoding", metavar="NAME", type=TEXT, help="Of the letters in a CSV. [guessed]")
@click.option("--anyway", is_flag=True, help="Add also what is probably here already.")
@pass_app
def import_(
    app: App,
    format_: str,
    file: Path,
    dry_run: bool,
    what: str | None,
    mapping: Sequence[str],
    origin: str,
    licence: str,
    encoding: str | None,
    anyway: bool,
) -> None:
    """Bring in a list: people, posts, places or repairs.

    FORMAT is csv or xlsx (a spreadsheet, whatever its columns are called), hsds (a data package
    of services), ords (repair data), vcard (an address book), murmurations (offers and wants).

    What is here already is not added again. People who come in from a list are known of, and no
    members: how to reach them stays sealed until they are asked (mutualaid known). One command
    takes a whole import back (mutualaid undo-import).
    """
    from mutualaid.model.directories.incoming.item import Sort, Wanted

    if encoding and format_ != "csv":
        raise click.UsageError("--encoding is for csv: the others say what theirs is.")
    wanted = Wanted(
        sort=Sort(what) if what else None, mapping=_mapping(mapping), encoding=encoding or ""
    )
    with app.group() as group:
        with progress("Reading") as tick:
            preview = group.read_import(format_, file, wanted, tick, origin=origin, licence=licence)
        if not dry_run:
            _refuse_unsure(preview)
        again = [line.number for line in preview.skips if anyway and _is_probable(line)]
        row = None
        if not dry_run and (not preview.does_nothing or again):
            row = _write(group, preview, again)
        if not app.as_json:
            _say_how(preview)
            _say_readers(preview)
            _say_problems(preview.problems)
            if dry_run:
                _say_lines(preview)
        _refuse_nothing(preview)
        document = _document(preview, row, dry_run=dry_run, anyway=len(again))
        app.done(document, _sentence(preview, row, dry_run=dry_run))


def _write(group: "Group", preview: "Preview", anyway: Sequence[int]) -> "ImportRow":
    """Write what a preview showed; raises Stopped with the code of what is in by then."""
    with progress("Writing") as tick:
        try:
            return group.apply_import(preview, anyway=anyway, tick=tick)
        except Stopped as stop:
            code = stop.facts.get("import")
            if code is None:
                raise
            said = f"{stop} “mutualaid undo-import {code}” takes back what is in."
            raise Stopped(said, stop.facts) from stop


def _refuse_nothing(preview: "Preview") -> None:
    """Raise ImportFileError where a file had nothing that could be looked at."""
    if not preview.items:
        from mutualaid.errors import ImportFileError

        why = next((each.why for each in preview.problems if not each.kept), "It is empty.")
        raise ImportFileError(f"Nothing was imported from {preview.name}. {why}")


def _refuse_unsure(preview: "Preview") -> None:
    """Raise BadValueError where a list may be one of people or one of places: people's contacts
    are sealed, while places are there for everybody to read."""
    unsure = next((each for each in preview.tables if each.unsure), None)
    if unsure is not None:
        name = plain(unsure.name or preview.name)
        raise BadValueError(
            f"It is not clear whether “{name}” lists people or places. Nothing was imported. Say"
            " --what person for people (how to reach them is sealed), or --what place (everybody"
            " in the group reads it); --dry-run shows how it would be read."
        )


def _mapping(said: Sequence[str]) -> dict[str, str] | None:
    """``COLUMN=FIELD`` as typed; a column may have equals signs, a field has none."""
    found: dict[str, str] = {}
    for each in said:
        column, equals, target = each.rpartition("=")
        if not equals or not column:
            raise click.UsageError(f"“{each}” is not COLUMN=FIELD.")
        found[column] = target.strip()
    return found or None


def _is_probable(line: "PreviewLine") -> bool:
    from mutualaid.model.directories.preview import SkipWhy

    return line.skip is SkipWhy.PROBABLY_SAME


def _document(
    preview: "Preview", row: "ImportRow | None", *, dry_run: bool, anyway: int
) -> dict[str, Json]:
    from mutualaid.model.directories.incoming.item import Sort
    from mutualaid.model.directories.preview import SkipWhy

    known = sum(
        line.skip in (SkipWhy.KNOWN, SkipWhy.CHANGED_HERE, SkipWhy.MEMBER) for line in preview.skips
    )
    document: dict[str, Json] = {
        "file": preview.name,
        "format": preview.format,
        "origin": preview.origin,
        "licence": preview.licence,
        "code": row.code if row else None,
        "added": row.added if row else (len(preview.adds) if dry_run else 0),
        "changed": row.changed if row else (len(preview.changes) if dry_run else 0),
        "known": known,
        "skipped": len(preview.skips) - known - anyway,
        "places": sum(item.sort is Sort.PLACE for item in preview.items),
        "tables": [
            {
                "name": each.name,
                "what": str(each.sort),
                "lines": each.lines,
                "columns": dict(each.columns),
                "remembered": each.remembered,
                "unsure": each.unsure,
            }
            for each in preview.tables
        ],
        "problems": [
            {"where": each.where, "line": _line_of(each.where), "why": each.why, "kept": each.kept}
            for each in preview.problems
        ],
        "dry_run": dry_run,
        "read_by_all": list(preview.in_clear),
        "sealed": list(preview.sealed),
        "skips": [_line(each) for each in preview.skips],
    }
    if dry_run:
        document["adds"] = [_line(each) for each in preview.adds]
        document["changes"] = [_line(each) for each in preview.changes]
    return document


def _line(line: "PreviewLine") -> dict[str, Json]:
    return {
        "what": str(line.sort),
        "where": line.where,
        "title": line.title,
        "why": line.why,
        "skip": str(line.skip) if line.skip else None,
        "fields": [
            {"name": each.name, "before": each.before, "after": each.after} for each in line.fields
        ],
    }


def _line_of(where: str) -> int | None:
    last = where.rpartition("line ")[2]
    return int(last) if last.isascii() and last.isdigit() else None


def _say_how(preview: "Preview") -> None:
    """How the tables were understood."""
    for each in preview.tables:
        name = f"“{plain(each.name)}”: " if each.name else ""
        columns = ", ".join(
            f"{column} = {_target(target)}"
            for column, target in itertools.islice(each.columns.items(), _SHOWN_COLUMNS)
        )
        if len(each.columns) > _SHOWN_COLUMNS:
            columns += f", … and {len(each.columns) - _SHOWN_COLUMNS} more columns"
        said = "as before" if each.remembered else f"as a list of {each.sort}s"
        say(f"{name}read {said}. {one_line(columns)}")


def _say_readers(preview: "Preview") -> None:
    """Who will read what the list says beside."""
    if preview.in_clear:
        leaves = " To leave a column out: --map COLUMN=-" if preview.tables else ""
        columns = _columns(preview.in_clear)
        say(f"Everybody in the group will be able to read: {columns}.{leaves}")
    if preview.sealed:
        say(f"Only you and the stewards will be able to read: {_columns(preview.sealed)}.")


def _columns(names: Sequence[str]) -> str:
    shown = [one_line(name)[:40] for name in names[:_SHOWN]]
    more = len(names) - len(shown)
    return ", ".join([*shown, f"{more} more"] if more else shown)


def _target(target: str) -> str:
    return {"": "kept beside", "-": "left out"}.get(target, target)


def _say_problems(problems: "Sequence[Problem]") -> None:
    for problem in problems[:_SHOWN]:
        where = f"{plain(problem.where)}: " if problem.where else ""
        say(f"{where}{plain(problem.why)}")
    more = len(problems) - _SHOWN
    if more > 0:
        say(f"… and {more} more; --json lists them all.")


def _say_lines(preview: "Preview") -> None:
    for word, lines in (
        ("add", preview.adds),
        ("change", preview.changes),
        ("skip", preview.skips),
    ):
        for line in lines[:_SHOWN]:
            changes = "; ".join(
                f"{each.name}: {each.before or '—'} → {each.after or '—'}" for each in line.fields
            )
            said = " ".join(part for part in (changes, line.why) if part)
            say(f"{word:6}  {line.where}  {one_line(line.title)}  {one_line(said)}".rstrip())
        if len(lines) > _SHOWN:
            say(f"… and {len(lines) - _SHOWN} more to {word}.")


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count} records"


def _sentence(preview: "Preview", row: "ImportRow | None", *, dry_run: bool) -> str:
    skipped = len(preview.skips)
    if dry_run:
        return (
            f"{_records(len(preview.adds))} would be added, {len(preview.changes)} changed,"
            f" {skipped} skipped. Nothing was written."
        )
    if row is None:
        were = "was" if skipped == 1 else "were"
        return (
            f"Nothing new: {_records(skipped)} {were} there already, or skipped; --dry-run says"
            " why."
        )
    return (
        f"{_records(row.added)} added, {row.changed} changed, {skipped} skipped. “mutualaid"
        f" undo-import {row.code}” takes it back."
    )


# -- the log


@command("imports", short_help="List what was brought in, by whom and from where.")
@pass_app
def imports(app: App) -> None:
    """List the imports of the group, the newest first."""
    with app.group() as group:
        rows = group.imports()
        text = table(
            [
                (
                    row.code,
                    local(row.created),
                    row.who,
                    row.format,
                    row.origin,
                    row.licence,
                    f"{row.added} added, {row.changed} changed",
                    "undone" if row.undone else "",
                )
                for row in rows
            ],
            flexible=4,
        )
        app.done([_import(row) for row in rows], text or "Nothing was brought in yet.")


def _import(row: "ImportRow") -> dict[str, Json]:
    return {
        "code": row.code,
        "who": row.who,
        "mine": row.mine,
        "created": iso(row.created),
        "format": row.format,
        "origin": row.origin,
        "licence": row.licence,
        "added": row.added,
        "changed": row.changed,
        "undone": row.undone,
    }


@command("undo-import", short_help="Take a whole import back.")
@click.argument("code", metavar="CODE", type=TEXT)
@click.option("--dry-run", is_flag=True, help="Only say what would go and what would stay.")
@pass_app
def undo_import(app: App, code: str, dry_run: bool) -> None:
    """Take back all that an import added and changed.

    What somebody else has built on stays, and what was changed since stays as it is; both are
    said.
    """
    with app.group() as group:
        import_id = find(group, code, "import").id
        with progress("Looking") as tick:
            plan = group.plan_undo(import_id, tick)
        if not dry_run:
            _undo(group, import_id)
        if not app.as_json:
            for line in plan.keeps[:_SHOWN]:
                say(f"stays: {one_line(line.title)} {one_line(line.why)}")
            if len(plan.keeps) > _SHOWN:
                say(f"… and {len(plan.keeps) - _SHOWN} more stay; --json lists them all.")
        document: dict[str, Json] = {
            "code": group.import_row(import_id).code,
            "removed": len(plan.removes),
            "restored": len(plan.restores),
            "kept": [_line(line) for line in plan.keeps],
            "dry_run": dry_run,
        }
        gone = len(plan.removes)
        done = "would go" if dry_run else "is gone" if gone == 1 else "are gone"
        restored = len(plan.restores)
        back = "would be" if dry_run else "is" if restored == 1 else "are"
        stays = "stays" if len(plan.keeps) == 1 else "stay"
        app.done(
            document,
            f"{_records(gone)} {done}, {restored} {back} as before, {len(plan.keeps)} {stays}.",
        )


def _undo(group: "Group", import_id: bytes) -> None:
    """Undo an import; raises Stopped with how far that came."""
    done = 0
    with progress("Undoing") as tick:

        def counted(so_far: int, of: int) -> None:
            nonlocal done
            done = so_far
            if so_far < of:  # then it is too late to stop
                tick(so_far, of)

        try:
            group.undo_import(import_id, counted)
        except Stopped as stop:
            row = group.import_row(import_id)
            said = f"{done:,} records were looked at before that" if done else "Nothing is gone yet"
            raise Stopped(
                f"Stopped. {said}. “mutualaid undo-import {row.code}” goes on from there.",
                {"import": row.code, "added": row.added, "undone": done},
            ) from stop


# -- people who are known of


@topic("known", short_help="People who are on a list, and no members.")
def known() -> None:
    """People who came in with a list: known of, and no members.

    Nobody sees how to reach them until somebody asked them and noted how they agreed.
    """


@known.command("list")
@click.option("--search", metavar="TEXT", type=TEXT, default="", help="Words to look for.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=200, show_default=True)
@pass_app
def known_list(app: App, search: str, limit: int) -> None:
    """List them, with their contacts where they agreed."""
    with app.group() as group:
        rows = group.known_people(search, limit)
        text = table(
            [
                (
                    row.code,
                    row.name,
                    row.area,
                    ", ".join(row.skills),
                    row.origin,
                    _reach(row),
                )
                for row in rows
            ],
            flexible=3,
        )
        app.done([_known(row) for row in rows], text or "Nobody is known of from a list.")


def _reach(row: "KnownRow") -> str:
    if row.agreed:
        return ", ".join(value for _kind, value in row.contacts) or f"agreed: {row.agreed}"
    return "not asked yet" if row.has_contacts else ""


def _known(row: "KnownRow") -> dict[str, Json]:
    return {
        "code": row.code,
        "name": row.name,
        "area": row.area,
        "languages": list(row.languages),
        "availability": row.availability,
        "skills": list(row.skills),
        "fixes": list(row.fixes),
        "origin": row.origin,
        "licence": row.licence,
        "agreed": row.agreed or None,
        "words": [
            {
                "by": word.by,
                "how": word.how,
                "audience": str(word.audience),
                "steward": word.steward,
            }
            for word in row.words
        ],
        "leaves_for": str(row.leaves_for) if row.leaves_for else None,
        "sealed": [{"kind": kind, "value": value} for kind, value in row.sealed],
        "contacts": [{"kind": kind, "value": value} for kind, value in row.contacts],
        "has_contacts": row.has_contacts,
        "mine": row.mine,
        "more": dict(row.more),
    }


@known.command("agree")
@click.argument("code", metavar="CODE", type=TEXT)
@click.argument("how", metavar="HOW", type=TEXT)
@click.option(
    "--audience",
    type=click.Choice(("group", "linked", "print", "public")),
    default="group",
    show_default=True,
    help="For whom their page and contacts may be.",
)
@pass_app
def known_agree(app: App, code: str, how: str, audience: str) -> None:
    """Note that somebody was asked and agreed, and HOW: “by phone, 3 May”.

    It is your word. From now on the group sees how to reach them; beyond the group their page and
    contacts leave once a steward says so. What the list says of them beside stays sealed.
    """
    from mutualaid.model.values import Audience

    with app.group() as group:
        person = find(group, code, "listed").id
        group.agree_known(person, how, Audience(audience))
        row = group.known_person(person)
        seen = ", ".join(plain(value) for _kind, value in row.contacts) or "no way to reach them"
        counts = f"It counts for {row.leaves_for}; the group now sees {seen}."
        if audience != "group" and not any(word.steward for word in row.words):
            counts += " For more a steward has to note that they agreed, too."
        app.done(_known(row), f"{plain(row.name)} agreed. {counts}")


@known.command("disagree")
@click.argument("code", metavar="CODE", type=TEXT)
@pass_app
def known_disagree(app: App, code: str) -> None:
    """Note that somebody does not agree any more: their contacts are sealed again."""
    with app.group() as group:
        person = find(group, code, "listed").id
        group.unagree_known(person)
        row = group.known_person(person)
        said = f"Nothing of {plain(row.name)} is shown any more but their page."
        if row.words:
            by = ", ".join(dict.fromkeys(plain(word.by) for word in row.words))
            said = f"Your word is taken back. {by} noted that {plain(row.name)} agreed, too."
        app.done(_known(row), said)


@known.command("forget")
@click.argument("code", metavar="CODE", type=TEXT)
@pass_app
def known_forget(app: App, code: str) -> None:
    """Forget somebody who is on a list, and how to reach them."""
    with app.group() as group:
        person = find(group, code, "listed").id
        row = group.known_person(person)
        group.forget_known(person)
        app.done({"code": row.code, "name": row.name}, f"{plain(row.name)} was forgotten.")
