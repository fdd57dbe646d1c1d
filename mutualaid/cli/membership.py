# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Beginning a group, inviting, joining, one's own page, and the group's lock."""

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import click

from mutualaid.cli import shapes
from mutualaid.cli.context import TEXT, App, command, pass_app
from mutualaid.cli.output import Json, iso_or_none, one_line, say, write_json
from mutualaid.errors import BadValueError, MutualAidError
from mutualaid.paths import write_whole

if TYPE_CHECKING:
    from mutualaid.model.group import Group
    from mutualaid.model.profile import Profile
    from mutualaid.model.values import PersonRow


class StillWaitingError(MutualAidError):
    """Nobody who can admit this machine was reached yet."""

    code: ClassVar[str] = "waiting"


def own_page(group: "Group") -> "PersonRow":
    """The record of the person at this machine."""
    return group.person(group.me)


@command("start", short_help="Begin a group on this machine.")
@click.argument("name", metavar="GROUP", type=TEXT)
@click.option("--me", required=True, metavar="NAME", type=TEXT, help="What people call you.")
@click.option("--country", default="", metavar="XXX", help="Three letters, such as CAN.")
@click.option(
    "--zone",
    metavar="NAME",
    type=TEXT,
    help="The group's time zone, such as Europe/Berlin; usually this machine's.",
)
@pass_app
def start(app: App, name: str, me: str, country: str, zone: str | None) -> None:
    """Begin a group on this machine, offline, with nobody's permission."""
    from mutualaid.cli.zones import checked_zone, machine_zone

    tz = machine_zone() if zone is None else checked_zone(zone)
    with (
        app.profile(create=True, warn=True) as profile,
        profile.start(name, me, country=country, tz=tz) as group,
    ):
        document = {**shapes.group_and_me(group), "code": own_page(group).code}
        app.done(
            document,
            f"{one_line(group.name)} has begun, and you are {one_line(group.my_name)}. Post with "
            "“mutualaid post need TITLE”; bring others in with “mutualaid invite”.",
        )


@command("invite", short_help="Print an invitation.")
@click.option(
    "--uses", default=10, show_default=True, type=click.IntRange(1, 10_000), help="How many people."
)
@click.option(
    "--days", default=30, show_default=True, type=click.IntRange(1, 3650), help="How long it holds."
)
@click.option(
    "--qr",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write it as a QR code (.png or .svg).",
)
@click.option(
    "--address",
    "addresses",
    multiple=True,
    metavar="HOST:PORT",
    help="Where this machine can be reached when it is not found by itself.",
)
@pass_app
def invite(app: App, uses: int, days: int, qr: Path | None, addresses: tuple[str, ...]) -> None:
    """Print an invitation. Whoever holds it can join: hand it only to people you mean."""
    if qr is not None and qr.suffix.lower() not in (".png", ".svg"):
        raise BadValueError(
            f"{qr.name} is neither a .png nor a .svg file. No invitation was made. Give the QR "
            "code a name that ends in .png or .svg."
        )
    with app.profile() as profile, profile.open_group(app.group_name) as group:
        invitation = group.invite(uses=uses, days=days, addresses=addresses)
        if group.shelf_addresses():
            from mutualaid.sync.service import visit_shelves

            # A newcomer finds a welcome there, though nobody may be awake then.
            for row in visit_shelves(profile, group):
                if row.problem:
                    say(row.problem)
        if qr is not None:
            write_qr(invitation.text, qr)
            say(f"The QR code is in {qr}.")
        document: dict[str, Json] = {
            **shapes.group_and_me(group),
            "invitation": invitation.text,
            "uses": uses,
            "expires": iso_or_none(invitation.expires),
        }
        app.done(document, invitation.text)


def write_qr(text: str, file: Path) -> None:
    """Write the text as a QR code with the quiet border that readers need."""
    import segno

    picture = io.BytesIO()
    kind = file.suffix.lower().removeprefix(".")
    segno.make(text, error="m", micro=False).save(picture, kind=kind, scale=8, border=4)
    write_whole(file, picture.getvalue())


@command("join", short_help="Accept an invitation.")
@click.argument("invitation", metavar="INVITATION")
@click.option("--me", required=True, metavar="NAME", type=TEXT, help="What people call you.")
@click.option(
    "--wait",
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    type=click.FloatRange(0, 86_400),
    help="How long to look for a neighbour's machine; 0 leaves it to the next sync.",
)
@click.option(
    "--peer",
    "peers",
    multiple=True,
    metavar="HOST:PORT",
    help="A member's machine, where none is found by itself; again for each.",
)
@click.option("--no-discovery", is_flag=True, help="Do not look around; only ask --peer.")
@pass_app
def join(
    app: App,
    invitation: str,
    me: str,
    wait: float,
    peers: tuple[str, ...],
    no_discovery: bool,
) -> None:
    """Accept an invitation; “-” reads it from standard input.

    Ends with 0 when a member's machine has let you in, with 1 when none answered yet: then it
    goes on by itself at the next sync.
    """
    text = sys.stdin.read() if invitation == "-" else invitation
    with (
        app.profile(create=True, warn=True) as profile,
        _ask_to_join(profile, text, me, wait, peers, discovery=not no_discovery) as group,
    ):
        if group.joined:
            document = {**shapes.group_and_me(group), "joined": True}
            app.done(document, f"Welcome to {one_line(group.name)}, {one_line(group.my_name)}.")
            return
        waiting = StillWaitingError(_still_waiting(group))
        if not app.as_json:
            raise waiting
        write_json(
            {
                **shapes.group_and_me(group),
                "joined": False,
                "error": str(waiting),
                "code": waiting.code,
            }
        )
        click.get_current_context().exit(1)


def _still_waiting(group: "Group") -> str:
    name = one_line(group.name)
    if group.replica.epochs():
        # A welcome lay on a shelf.
        return (
            f"You can read and write in {name} already. What you write counts for the others as "
            "soon as a neighbour's machine has found your request on the shelf."
        )
    return (
        f"No machine of {name} answered yet. Your request is kept: it goes on when the window is "
        "open or “mutualaid node” runs near a neighbour's machine."
    )


def _ask_to_join(
    profile: "Profile",
    invitation: str,
    me: str,
    wait: float,
    peers: tuple[str, ...],
    *,
    discovery: bool,
) -> "Group":
    if not wait:
        return profile.join(invitation, me)
    from mutualaid.sync.service import join_and_wait

    return join_and_wait(profile, invitation, me, wait, peers=peers, discovery=discovery)


@command("rotate", short_help="Change the group's lock.")
@pass_app
def rotate(app: App) -> None:
    """Give every machine of the group a new key; only a steward can.

    What is left on shelves from now on opens neither with the old key nor with an invitation that
    is used up or withdrawn. What was there before stays readable to whoever had the old one, and
    nobody is put out of the group. Cannot be undone.
    """
    with app.profile() as profile, profile.open_group(app.group_name) as group:
        group.rotate()
        made = group.rotations()[0]
        if group.shelf_addresses():
            from mutualaid.sync.service import visit_shelves

            # Who is away finds there how to get the new key.
            for row in visit_shelves(profile, group):
                if row.problem:
                    say(row.problem)
        document: dict[str, Json] = {**shapes.group_and_me(group), **shapes.rotation(made)}
        app.done(
            document,
            f"The lock of {one_line(group.name)} is changed. Each machine gets the new key as soon "
            "as it hears of it, from a neighbour's machine or a shelf.",
        )


@command("me", short_help="Show or change one's own page.")
@click.option("--name", metavar="NAME", type=TEXT, help="What people call you.")
@click.option("--area", metavar="AREA", type=TEXT, help="Where, in words; no address is needed.")
@click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="LANGUAGE",
    type=TEXT,
    help="A language you speak; again for each. Replaces those given before.",
)
@click.option("--availability", metavar="TEXT", type=TEXT, help="When you have time, in words.")
@click.option(
    "--outcomes/--no-outcomes",
    default=None,
    help="Whether others see what came of your repairs.",
)
@click.option(
    "--promises",
    metavar="N",
    type=click.IntRange(0, 20),
    help="How many promises at once you take on at most; others see it.",
)
@click.option("--any-promises", is_flag=True, help="Take that limit away.")
@pass_app
def me(
    app: App,
    name: str | None,
    area: str | None,
    languages: tuple[str, ...],
    availability: str | None,
    outcomes: bool | None,
    promises: int | None,
    any_promises: bool,
) -> None:
    """Show one's own page, or change what is given."""
    if any_promises and promises is not None:
        raise click.UsageError("--promises and --any-promises exclude each other.")
    limit = -1 if any_promises else promises
    with app.group() as group:
        given = (name, area, availability, outcomes, limit)
        if languages or any(value is not None for value in given):
            group.set_me(
                name=name,
                area=area,
                languages=languages or None,
                availability=availability,
                outcomes=outcomes,
                limit=limit,
            )
        row = own_page(group)
        document = {**shapes.group_and_me(group), **shapes.person(row)}
        app.done(document, person_text(row))


def person_text(row: "PersonRow") -> str:
    """A person's page as text."""
    lines = [f"{row.code}  {one_line(row.name)}"]
    parts = (
        ("Area", row.area),
        ("Languages", ", ".join(row.languages)),
        ("Has time", row.availability),
        ("Takes on", "" if row.limit is None else f"{row.limit} promises at once, at most"),
        ("Can", _names(row, "can")),
        ("Teaches", _names(row, "teach")),
        ("Wants to learn", _names(row, "learn")),
        ("Repairs", ", ".join(fix.category for fix in row.fixes)),
    )
    lines += [f"  {label}: {one_line(value)}" for label, value in parts if value]
    return "\n".join(lines)


def _names(row: "PersonRow", level: str) -> str:
    return ", ".join(skill.name for skill in row.skills if skill.level.value == level)
