# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shelves of a group, and parcels in a file. Being a relay is in :mod:`mutualaid.cli.relay`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mutualaid.cli import shapes
from mutualaid.cli.context import App, command, pass_app, topic
from mutualaid.cli.output import Json, local, one_line, say, table
from mutualaid.errors import StorageError

if TYPE_CHECKING:
    from mutualaid.model import values
    from mutualaid.sync.parcel_file import ReadFile

_FILE = click.Path(path_type=Path, dir_okay=False)


# -- the group's shelves


@command("add", short_help="Leave parcels on a shelf from now on.")
@click.argument("address", metavar="ADDRESS")
@pass_app
def relay_add(app: App, address: str) -> None:
    """Use a shelf: a relay, with the whole group, or folder:PATH, on this machine alone; so are
    webdav://…, s3://… and sftp://…, unless their address says share=yes.

    A folder may be a stick, or one that Syncthing or Nextcloud carries to others.
    """
    from mutualaid.model.shelves import shown_address
    from mutualaid.sync.service import visit_shelves
    from mutualaid.sync.shelves import read_address

    with app.profile() as profile, profile.open_group(app.group_name) as group:
        found = read_address(address)
        group.add_shelf(found)
        rows = visit_shelves(profile, group, only=found)
        row = next(each for each in rows if each.address == shown_address(found))
        app.done(shapes.shelf(row), f"Parcels are left at {row.address} from now on.")
        if row.problem:
            say(row.problem)


@command("remove", short_help="Leave parcels on a shelf no more.")
@click.argument("address", metavar="ADDRESS")
@pass_app
def relay_remove(app: App, address: str) -> None:
    """Use a shelf no more. What lies on it stays there; nothing is lost."""
    with app.group() as group:
        known = group.shelf_addresses()
        meant = address.strip()
        if meant not in known and meant.startswith("folder:"):
            typed = Path(meant.removeprefix("folder:")).expanduser()
            possible = [f"folder:{path}" for path in (typed.absolute(), typed.resolve())]
            meant = next((each for each in possible if each in known), possible[0])
        group.remove_shelf(meant)
        app.done({"removed": meant}, f"Nothing is left at {one_line(meant)} any more.")


@command("list", short_help="Show where parcels are left.")
@pass_app
def relay_list(app: App) -> None:
    """Show the shelves of the group, and how this machine last found each."""
    with app.group() as group:
        rows = group.shelves()
        app.done(
            [shapes.shelf(row) for row in rows],
            shelf_lines(rows) or "No shelf is used yet: “mutualaid relay add” adds one.",
        )


def shelf_lines(rows: Sequence["values.ShelfRow"]) -> str:
    """Each shelf in a line, and below what is to be said of it."""
    if not rows:
        return ""
    lines = [table([_shelf_line(row) for row in rows], flexible=0)]
    lines += [f"  {one_line(said)}" for row in rows for said in (row.problem, row.notice) if said]
    return "\n".join(lines)


def _shelf_line(row: "values.ShelfRow") -> Sequence[str]:
    heard = "not looked at yet" if row.last_heard is None else f"heard {local(row.last_heard)}"
    if row.last_heard is not None and not row.reachable:
        heard = f"not there, {heard}"
    held = f"{row.held} parcels" if row.held != 1 else "1 parcel"
    open_ = []
    if row.waiting:
        open_.append(f"{row.waiting} changes wait to be left")
    if row.unread:
        open_.append(f"{row.unread} parcels cannot be used yet")
    if row.missing:
        open_.append(f"{row.missing} changes of others are not on it yet, or it hides them")
    return (row.address, heard, held, "; ".join(open_))


# -- parcels in a file


@topic("parcel", short_help="Carry parcels in a file.")
def parcel() -> None:
    """Carry what the group wrote in a file: on a stick, in an e-mail, however.

    Only members can open it.
    """


@parcel.command("write", short_help="Write a file for others.")
@click.argument("file", metavar="FILE", type=_FILE)
@click.option("--new", is_flag=True, help="Only what other machines are not known to have.")
@pass_app
def write(app: App, file: Path, new: bool) -> None:
    """Write all that is here into FILE, sealed; it is whole, or it is not there."""
    from mutualaid.sync.parcel_file import write_file

    with app.group() as group:
        done = write_file(group, file, everything=not new)
    document: dict[str, Json] = {
        "file": str(file),
        "parcels": done.parcels,
        "entries": done.entries,
        "photos": done.photos,
        "bytes": done.bytes,
    }
    photos = "" if not done.photos else f" and {done.photos} photos"
    app.done(
        document,
        f"{done.entries} changes{photos} are in {file}. “mutualaid parcel read” takes them in on"
        " another machine of the group.",
    )


@parcel.command("read", short_help="Take in files of others.")
@click.argument("files", metavar="FILE…", type=_FILE, nargs=-1, required=True)
@pass_app
def read(app: App, files: tuple[Path, ...]) -> None:
    """Take in what is in each FILE; doing it again changes nothing."""
    from mutualaid.sync.parcel_file import read_file

    with app.group() as group:
        found: list[tuple[Path, ReadFile]] = []
        for file in files:
            found.append((file, read_file(group, file)))
        # What one file lacked may have been in a later one.
        waits = [file for file, done in found if done.waiting]
        if waits and len(found) > 1:
            found += [(file, read_file(group, file)) for file in waits]
        joined = group.joined
    document: dict[str, Json] = {
        "parcels": sum(done.parcels for _file, done in found[: len(files)]),
        "entries": sum(done.entries for _file, done in found),
        "photos": sum(done.photos for _file, done in found),
        "admitted": sum(done.admitted for _file, done in found),
        "joined": joined,
        "problems": _problems(found),
    }
    entries, photos = document["entries"], document["photos"]
    text = f"{entries} changes" + (f" and {photos} photos" if photos else "") + " were new here."
    for sentence in _problems(found):
        say(sentence)
    whole = [file for file, done in found if done.parcels > done.strange + done.unfit + done.newer]
    if not whole:
        raise StorageError(
            " ".join([*_problems(found), "Nothing was taken in, and nothing was changed."])
        )
    app.done(document, text)


def _problems(found: Sequence[tuple[Path, "ReadFile"]]) -> list[str]:
    """What is to be said of files, each sentence once."""
    said: dict[str, None] = {}
    for file, done in found:
        name = file.name
        if done.torn:
            said[f"{name} ends in the middle of a parcel; what comes before it was read."] = None
        if done.unfit or not (done.parcels or done.torn):
            said[f"Something in {name} is no parcel, or was altered on the way."] = None
        # Among one's own others' are no news: a file may hold welcomes for newcomers.
        if 0 < done.strange == done.parcels:
            said[
                f"{name} holds parcels of another group, or under a key that this machine does not"
                " have."
            ] = None
        if done.newer:
            said[
                f"{name} holds parcels of a newer version of Mutual Aid. Update the program, then"
                " read it again."
            ] = None
    return list(said)
