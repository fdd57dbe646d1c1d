# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""This machine: keeping in step, backups, and checking that all is well."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from mutualaid.cli import shapes
from mutualaid.cli.context import App, ask_passphrase, can_ask, command, pass_app
from mutualaid.cli.output import Json, local, one_line, say, table, write_json
from mutualaid.errors import BackupError

if TYPE_CHECKING:
    from mutualaid.model import values
    from mutualaid.model.group import Group


@command("node", short_help="Keep this profile in step without a window.")
@click.option("--listen", metavar="HOST:PORT", help="Where to be reached; usually anywhere.")
@click.option(
    "--peer",
    "peers",
    multiple=True,
    metavar="HOST:PORT",
    help="A machine to connect to where it is not found by itself; again for each.",
)
@click.option("--no-discovery", is_flag=True, help="Neither announce this machine nor look around.")
@pass_app
def node(app: App, listen: str | None, peers: tuple[str, ...], no_discovery: bool) -> None:
    """Keep this profile in step with the group's other machines, without a window.

    Prints “listening HOST:PORT” when ready; runs until SIGTERM or Ctrl+C.
    """
    from mutualaid.sync.service import run_node

    def ready(host: str, port: int) -> None:
        shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        if app.as_json:
            write_json({"listening": shown})
        else:
            click.echo(f"listening {shown}")

    with app.profile() as profile:
        run_node(
            profile,
            group=app.group_name,
            # Port 0 is any free one, and that is what a host alone means.
            listen=listen,
            peers=peers,
            discovery=not no_discovery,
            on_ready=ready,
            on_problem=lambda sentence: say(f"mutualaid: {sentence}"),
        )


@command("status", short_help="Say what has reached which machine.")
@pass_app
def status(app: App) -> None:
    """Say which machines of the group were heard when, and what has reached whom."""
    with app.group(warn=True) as group:
        machines = group.machines()
        reached = group.reached()
        waiting = group.waiting()
        unread = group.unread_news()
        shelves = group.shelves()
        document: dict[str, Json] = {
            **shapes.group_and_me(group),
            "joined": group.joined,
            "machines": [shapes.machine(row) for row in machines],
            "shelves": [shapes.shelf(row) for row in shelves],
            "waiting": waiting,
            "reached": reached.reached,
            "unread": unread,
            "rotations": [shapes.rotation(row) for row in group.rotations()],
            "warning": group.warning,
            "advisories": list(group.advisories()),
        }
        text = _status_text(group, machines, reached, waiting, unread)
        if shelves:
            from mutualaid.cli.shelves import shelf_lines

            text += "\n" + shelf_lines(shelves)
        app.done(document, text)


def _status_text(
    group: "Group",
    machines: Sequence["values.MachineRow"],
    reached: "values.Reached",
    waiting: int,
    unread: int,
) -> str:
    last = "" if reached.last is None else f", last at {local(reached.last)}"
    lines = [
        f"{one_line(group.name)}: you are {one_line(group.my_name)}.",
        f"Saved on this machine, reached {reached.reached} of {reached.machines} machines{last}.",
    ]
    if not group.joined:
        lines.append("No machine of the group has let this one in yet.")
    if waiting:
        lines.append(f"{waiting} changes made here have reached nobody yet.")
    if unread:
        what = "One thing" if unread == 1 else f"{unread} things"
        lines.append(f"{what} happened that you have not looked at: “mutualaid news” says what.")
    lines += [one_line(sentence) for sentence in group.advisories() if sentence != group.warning]
    for row in group.rotations()[:1]:
        who = one_line(row.who) or "A steward"
        lines.append(f"{who} changed the group's lock, {local(row.at)}.")
    if machines:
        lines.append(table([_machine_line(row) for row in machines], flexible=0))
    return "\n".join(lines)


def _machine_line(row: "values.MachineRow") -> Sequence[str]:
    if row.this:
        return (row.name, "this machine", "")
    heard = "never heard" if row.last_heard is None else f"heard {local(row.last_heard)}"
    if row.frozen:
        return (row.name, heard, "stopped: it was copied")
    if row.behind is None:
        return (row.name, heard, "")
    return (row.name, heard, f"lacks {row.behind}" if row.behind else "has everything")


# -- backups --------------------------------------------------------------------------------------

_PASSPHRASE_VARIABLE: Final = "MUTUALAID_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable
_PASSPHRASE_OPTION = click.option(
    "--passphrase-file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Holds the passphrase, instead of being asked. [env: {_PASSPHRASE_VARIABLE}]",
)


def _passphrase(file: Path | None, *, new: bool) -> str:
    """The backup's passphrase: from a file, or from whoever sits at the terminal."""
    named = os.environ.get(_PASSPHRASE_VARIABLE, "")
    chosen = file or (Path(named).expanduser() if named else None)
    if chosen is None:
        if can_ask():
            return ask_passphrase(new=new)
        raise BackupError(
            "A backup is locked with a passphrase, and nobody is here to be asked for it. Nothing "
            "was changed. Name a file that holds it with --passphrase-file."
        )
    try:
        return chosen.read_text(encoding="utf-8-sig").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(
            f"The passphrase cannot be read from {chosen}. Nothing was changed."
        ) from error


@command("backup", short_help="Keep everything in one encrypted file.")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@_PASSPHRASE_OPTION
@pass_app
def backup(app: App, file: Path, passphrase_file: Path | None) -> None:
    """Write every group of this profile to one file that only its passphrase opens.

    Without the passphrase nobody can open it, you neither: write it down.
    """
    from mutualaid.model.backup import write_backup

    with app.profile() as profile:
        groups = write_backup(profile, file, _passphrase(passphrase_file, new=True))
    document: dict[str, Json] = {"file": str(file), "groups": groups, "bytes": file.stat().st_size}
    app.done(document, f"Everything is in {file}. Keep it away from this machine.")


@command("restore", short_help="Bring a backup back, as a new machine.")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@_PASSPHRASE_OPTION
@pass_app
def restore(app: App, file: Path, passphrase_file: Path | None) -> None:
    """Bring the groups of a backup into this profile, which goes on as a new machine."""
    from mutualaid.model.backup import restore_backup

    with app.profile(create=True, warn=True) as profile:
        restored = restore_backup(profile, file, _passphrase(passphrase_file, new=False))
    document: dict[str, Json] = {
        "file": str(file),
        "groups": list(restored.groups),
        "entries": restored.entries,
    }
    names = ", ".join(one_line(name) for name in restored.groups)
    app.done(document, f"Back again: {names}. This is a new machine of yours to the group.")


# -- health ---------------------------------------------------------------------------------------


@command("doctor", short_help="Check this profile; rebuild what can be rebuilt.")
@click.option("--rebuild", is_flag=True, help="Make everything but the journal anew from it.")
@click.option(
    "--report",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what was found, without names or texts, to send with a question.",
)
@pass_app
def doctor(app: App, rebuild: bool, report: Path | None) -> None:
    """Check that everything in this profile is whole. Ends with 1 where something is not."""
    with app.group(warn=True) as group:
        if rebuild:
            group.rebuild()
        found = group.health()
    if report is not None:
        from mutualaid.cli.report import write_report

        write_report(report, found)
        say(f"The report is in {report}. It holds no names and no texts; read it before sending.")
    lines = [f"{found.entries} entries of {found.devices} machines, {found.records} records."]
    lines += [f"  {problem}" for problem in found.problems]
    lines.append("Everything is whole." if found.ok else "Something is not as it should be.")
    app.done(shapes.health(found), "\n".join(lines))
    if not found.ok:
        click.get_current_context().exit(1)
