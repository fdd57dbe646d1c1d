# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Directories out: what may leave, the plan, the act, the log, and the check of what left."""

import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from mutualaid.cli.context import TEXT, App, command, pass_app
from mutualaid.cli.lookup import find
from mutualaid.cli.output import Json, iso, iso_or_none, local, one_line, say, table
from mutualaid.errors import BadValueError, MutualAidError, Stopped
from mutualaid.model.values import Audience
from mutualaid.model.values.time import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Callable

    from mutualaid.model.directories.planning import Plan
    from mutualaid.model.values.directories import ExportRow, Held, Loss

_OUT: Final = ("group", "linked", "print", "public")
_SORTS: Final = ("person", "post", "place", "repair", "listed")
_SHOWN: Final = 20
_COUNTED: Final = {"person": "people", "post": "posts", "place": "places", "repair": "repairs"}


@command("export", short_help="Let a directory leave, in one format or several.")
@click.argument("formats", metavar="FORMAT[,FORMAT…]|all")
@click.argument("dest", metavar="DEST", required=False, type=click.Path(path_type=Path))
@click.option(
    "--audience",
    type=click.Choice(_OUT),
    default="group",
    show_default=True,
    help="For whom it is: only what each person agreed to for them leaves.",
)
@click.option("--days", metavar="N", type=int, help="It says that it ends after so many days. [90]")
@click.option("--leave-out", "codes", metavar="CODE", multiple=True, help="Hold something back.")
@click.option("--dry-run", is_flag=True, help="Only say what would leave, and what not and why.")
@pass_app
def export(
    app: App,
    formats: str,
    dest: Path | None,
    audience: str,
    days: int | None,
    codes: tuple[str, ...],
    dry_run: bool,
) -> None:
    """Write the directory to DEST: people, posts, places and repairs that may leave.

    Formats: hsds, ords, csv, xlsx, vcard, icalendar, murmurations, valueflows, geojson, schemaorg,
    site, text, automerge. One that is a single file goes to the file DEST, with a manifest beside
    it; all others, and several at once, into a new folder DEST. “automerge” is a member's own copy
    of the whole group, for the audience “group” alone. Who writes for “linked”, “print” and
    “public” is a steward. Every export stands in the group's log.
    """
    if dest is None and not dry_run:
        raise click.UsageError("Missing argument 'DEST': say where to write it, or use --dry-run.")
    if days is not None and days < 1:
        raise BadValueError("An export lasts at least a day. Nothing was written.")
    with app.group() as group:
        ends = None if days is None else group.replica.clock() + days * DAY_MS
        left_out = [find(group, code, *_SORTS).id for code in codes]
        with progress("Reading") as tick:
            plan = group.plan_directory(
                _formats(formats, audience),
                Audience(audience),
                ends=ends,
                leave_out=left_out,
                tick=tick,
            )
        if dry_run:
            app.done(plan_shape(plan), _plan_text(plan))
            return
        assert dest is not None
        with progress("Writing") as tick:
            written = group.write_directory(plan, dest, tick=tick)
        row = next(each for each in group.exports() if each.id == written.export)
        document: dict[str, Json] = {
            **export_shape(row),
            "path": str(written.path),
            "files": len(written.files),
            "bytes": written.size,
        }
        app.done(
            document,
            f"{row.code}  {_content(plan, row)} written to {written.path}"
            f" ({written.size:,} bytes).\n"
            f"It is for “{row.audience}” and ends on {local(row.ends)[:10]}.",
        )


def _content(plan: "Plan", row: "ExportRow") -> str:
    """What is in what was written, in words; also where that is nothing that is here still."""
    found = {"person": row.people, "post": row.posts, "place": row.places, "repair": row.repairs}
    gone = len(plan.directory.called_off) if "icalendar" in plan.formats else 0
    called_off = f"{gone} event{'' if gone == 1 else 's'} that {_is(gone)} called off"
    if any(found.values()):
        return f"{_counted(found)}, {called_off}" if gone else _counted(found)
    return called_off if gone else "An empty directory"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _formats(typed: str, audience: str) -> list[str]:
    from mutualaid.model.directories.formats import NAMES

    if typed != "all":
        return [name for each in typed.split(",") if (name := each.strip())]
    return [name for name in NAMES if name != "automerge" or audience == "group"]


@contextmanager
def progress(label: str) -> Iterator["Callable[[int, int], None]"]:
    """What long work tells how far it is; a bar where somebody looks at a terminal. Ctrl+C stops
    the work where nothing is left half done: what is yielded raises Stopped then. Ctrl+C again
    stops it at once."""
    with _interrupts() as refuse_to_go_on:
        if not sys.stderr.isatty():
            yield lambda _done, _total: refuse_to_go_on()
            return
        with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

            def tick(done: int, total: int) -> None:
                refuse_to_go_on()
                bar.length = total
                bar.update(done - bar.pos)

            yield tick


@contextmanager
def _interrupts() -> Iterator["Callable[[], None]"]:
    """What raises Stopped once somebody pressed Ctrl+C."""
    stopped = False

    def stop(_number: int, _frame: object) -> None:
        nonlocal stopped
        stopped = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def refuse_to_go_on() -> None:
        if stopped:
            raise Stopped

    if threading.current_thread() is not threading.main_thread():
        yield refuse_to_go_on
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield refuse_to_go_on
    finally:
        signal.signal(signal.SIGINT, before or signal.default_int_handler)


def plan_shape(plan: "Plan") -> dict[str, Json]:
    """A plan as one document."""
    from mutualaid.model.directories.manifest import as_of_shape

    return {
        "audience": str(plan.audience),
        "formats": list(plan.formats),
        "leaves": [
            {"sort": each.sort, "code": each.code, "title": each.title, "fields": list(each.fields)}
            for each in plan.lines
        ],
        "held": [
            {
                "sort": each.sort,
                "code": each.code,
                "title": each.title,
                "field": each.field,
                "why": str(each.why),
                "format": each.format,
                "said": each.said,
            }
            for each in plan.held
        ],
        "losses": [
            {"format": each.format, "field": each.field, "count": each.count, "why": each.why}
            for each in plan.losses
        ],
        "as_of": dict(as_of_shape(plan.directory.as_of)),
        "ends": iso(plan.ends),
    }


def _plan_text(plan: "Plan") -> str:
    counts = Counter(each.sort for each in plan.lines)
    lines = [
        f"Would leave, for “{plan.audience}”: {_counted(counts)}.",
        table(
            [(each.code, each.sort, each.title, ", ".join(each.fields)) for each in plan.lines],
            flexible=3,
        ),
        _held_text(plan.held),
        _losses_text(plan.losses),
        f"It would end on {local(plan.ends)[:10]}. Nothing was written.",
    ]
    return "\n".join(line for line in lines if line)


def _held_text(held: "Sequence[Held]") -> str:
    if not held:
        return ""
    rows = [
        (
            each.code,
            each.sort,
            each.title,
            each.field,
            each.said or f"{each.why}{f' ({each.format})' if each.format else ''}",
        )
        for each in held
    ]
    return f"\nStays here ({len(held)}):\n{table(rows, flexible=4)}"


def _losses_text(losses: "Sequence[Loss]") -> str:
    if not losses:
        return ""
    rows = [(each.format, each.field, str(each.count), each.why) for each in losses]
    return f"\nCannot be carried (format, what, how often):\n{table(rows, flexible=3)}\n"


# -- the log


@command("exports", short_help="List what left: by whom, for whom, when, how much.")
@click.option("--with-me", is_flag=True, help="Only those that something of yours went out with.")
@click.option("--limit", metavar="N", type=click.IntRange(1), default=50, show_default=True)
@pass_app
def exports(app: App, with_me: bool, limit: int) -> None:
    """List the exports in the group's log, the latest first."""
    with app.group() as group:
        if with_me:
            mine = group.exports_with_me()[:limit]
            app.done(
                [{**export_shape(each.export), "fields": list(each.fields)} for each in mine],
                table(
                    [(*export_row(each.export), ", ".join(each.fields)) for each in mine],
                    flexible=6,
                ),
            )
            if not mine:
                say("Nothing of yours has left.")
            return
        rows = group.exports(limit)
        app.done(
            [export_shape(row) for row in rows],
            table([export_row(row) for row in rows], flexible=4),
        )
        if not rows:
            say("Nothing has left yet.")


def export_shape(row: "ExportRow") -> dict[str, Json]:
    """An entry of the log."""
    return {
        "code": row.code,
        "who": row.who,
        "mine": row.mine,
        "created": iso(row.created),
        "audience": str(row.audience),
        "formats": list(row.formats),
        "people": row.people,
        "posts": row.posts,
        "places": row.places,
        "repairs": row.repairs,
        "ends": iso_or_none(row.ends),
        "ended": row.ended,
        "hash": row.hash.hex(),
        "failed": row.failed,
    }


def export_row(row: "ExportRow") -> tuple[str, ...]:
    state = "failed" if row.failed else "ended" if row.ended else f"until {local(row.ends)[:10]}"
    return (
        row.code,
        local(row.created),
        row.who or "somebody",
        f"for {row.audience}",
        f"{', '.join(row.formats)}: {_counts(row)}",
        state,
    )


def _counts(row: "ExportRow") -> str:
    found = {
        "person": row.people,
        "post": row.posts,
        "place": row.places,
        "repair": row.repairs,
    }
    return _counted(found)


def _counted(found: Mapping[str, int]) -> str:
    """How many of each sort, in words."""
    parts = [
        f"{count} {sort if count == 1 else several}"
        for sort, several in _COUNTED.items()
        if (count := found.get(sort, 0))
    ]
    return ", ".join(parts) or "nothing"


# -- checking what left


@command("check-export", short_help="Check an export: whole, unchanged, and by whom signed.")
@click.argument("path", metavar="PATH", type=click.Path(path_type=Path))
@pass_app
def check_export(app: App, path: Path) -> None:
    """Check a folder or file that an export wrote, by its manifest; exit 1 where it does not fit.

    Says whether every file is there and unchanged, whether the signature fits, when it ends, and
    whether the key that signed it belongs to a machine of this group. Works without a profile, too.
    """
    from mutualaid.model.directories import manifest

    checked = manifest.check(path)
    signer = _signer(app, checked.device)
    said = manifest.Said.of(checked.said)
    ended = said.ends is not None and said.ends <= _now()
    document: dict[str, Json] = {
        "ok": not checked.problems,
        "signed": checked.signed,
        "signer": signer,
        "group": said.group,
        "audience": said.audience,
        "formats": list(said.formats),
        "export": said.export,
        "made": iso_or_none(said.made),
        "ends": iso_or_none(said.ends),
        "ended": ended,
        "problems": list(checked.problems),
    }
    lines = [
        one_line(f"{said.group}, for “{said.audience}”: {', '.join(said.formats)}"),
        _SIGNERS[signer] if checked.signed else "The signature does not fit.",
        *(one_line(problem) for problem in checked.problems[:_SHOWN]),
    ]
    if len(checked.problems) > _SHOWN:
        lines.append(f"… and {len(checked.problems) - _SHOWN} more; --json lists them all.")
    if ended:
        lines.append("It has ended. Ask the group for a new one.")
    if not checked.problems:
        lines.append("All files are there, as they were written.")
    app.done(document, "\n".join(lines))
    if checked.problems:
        raise click.exceptions.Exit(1)


_SIGNERS: Final = {
    "member": "Signed by a machine that belongs to this group.",
    "former": "Signed by a machine that belonged to this group once.",
    "stranger": "Signed by a machine that this group does not know.",
    "unknown": "Signed; there is no group here that could know the machine.",
}


def _signer(app: App, device: bytes) -> str:
    """Who signed, as far as a group on this machine knows."""
    try:
        with app.group() as group:
            return group.signer_of_export(device)
    except MutualAidError:
        return "unknown"


def _now() -> int:
    from mutualaid.model.statements import now_ms

    return now_ms()


# -- where the group can be asked


@command("group-contact", short_help="Show or say how the group shows itself outside.")
@click.option("--about", metavar="TEXT", type=TEXT, help="A few words about the group.")
@click.option("--email", metavar="ADDRESS", type=TEXT)
@click.option("--phone", metavar="NUMBER", type=TEXT)
@click.option("--form", metavar="URL", type=TEXT, help="A form on the web (https://…).")
@click.option("--where", metavar="TEXT", type=TEXT, help="“The church door, Tuesdays 17:00”.")
@click.option(
    "--point",
    "points",
    metavar="AREA=LAT,LON",
    type=TEXT,
    multiple=True,
    help="A point in the middle of an area, for maps; “AREA=” takes it away.",
)
@pass_app
def group_contact(
    app: App,
    about: str | None,
    email: str | None,
    phone: str | None,
    form: str | None,
    where: str | None,
    points: tuple[str, ...],
) -> None:
    """Show how whoever sees a directory can ask the group, or change what is given (stewards).

    All of this may leave with every directory. "" takes something away.
    """
    from dataclasses import replace

    with app.group() as group:
        before = group.group_contact()
        given = {"about": about, "email": email, "phone": phone, "form": form, "where": where}
        changed = {name: value for name, value in given.items() if value is not None}
        if changed or points:
            areas = _points(dict(before.points), points)
            group.set_group_contact(replace(before, **changed, points=areas))
        now = group.group_contact()
        document: dict[str, Json] = {
            "about": now.about,
            "email": now.email,
            "phone": now.phone,
            "form": now.form,
            "where": now.where,
            "points": {area: list(point) for area, point in now.points.items()},
        }
        rows = [(name, str(document[name])) for name in given if document[name]]
        rows += [("point", f"{area}: {lat}, {lon}") for area, (lat, lon) in now.points.items()]
        app.done(document, table(rows, flexible=1))
        if not rows:
            say("Nothing is said yet. Whoever sees a directory would not know whom to ask.")


def _points(
    known: dict[str, tuple[float, float]], typed: Sequence[str]
) -> dict[str, tuple[float, float]]:
    from mutualaid.model.records.sharing import clean_point, point

    for each in typed:
        area, sign, place = each.rpartition("=")
        if not sign or not area.strip():
            raise BadValueError(
                f"“{each[:40]}” is not AREA=LATITUDE,LONGITUDE. Nothing was changed."
            )
        if place.strip():
            found = point(clean_point(place))
            assert found is not None
            known[area.strip()] = found
        else:
            known.pop(area.strip(), None)
    return known
