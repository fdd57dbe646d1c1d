# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One's own ways to be reached: who may have them, who has them, and taking them back."""

from typing import TYPE_CHECKING

import click

from mutualaid.cli import shapes
from mutualaid.cli.context import TEXT, App, pass_app, topic
from mutualaid.cli.lookup import code_of, codes_of_people, find, find_person
from mutualaid.cli.output import Json, local, one_line, say, table
from mutualaid.errors import NotFoundError
from mutualaid.model.values import Audience, ContactKind

if TYPE_CHECKING:
    from mutualaid.model.group import Group

_KIND = click.Choice([one.value for one in ContactKind])
_AUDIENCES = {
    Audience.ME: "you alone",
    Audience.HELPER: "whom you accept",
    Audience.GROUP: "everyone in the group",
    Audience.LINKED: "linked groups, too",
    Audience.PRINT: "printed directories, too",
    Audience.PUBLIC: "everybody",
}
_POST = click.option("--post", "code", metavar="POST", help="Only beside this post.")


@topic("contact")
def contact() -> None:
    """Say how you can be reached, who may know it, and who does."""


@contact.command("set")
@click.argument("kind", type=_KIND)
@click.argument("value", metavar="VALUE", type=TEXT)
@click.option(
    "--audience",
    type=click.Choice([one.value for one in Audience]),
    default=Audience.ME.value,
    show_default=True,
    help="Who may have it: you alone, whom you accept as a helper, the group, and so on.",
)
@pass_app
def set_(app: App, kind: str, value: str, audience: str) -> None:
    """Keep a phone, email, signal, address or other way to reach you; "" forgets it.

    For “me” and “helper” it is sealed, and opens for nobody else.
    """
    with app.group() as group:
        group.set_contact(ContactKind(kind), value, Audience(audience))
        _show_own(app, group)


@contact.command("remove")
@click.argument("kind", type=_KIND)
@pass_app
def remove(app: App, kind: str) -> None:
    """Forget a way to reach you, here and for everybody it was open to."""
    with app.group() as group:
        if all(row.kind.value != kind for row in group.contacts()):
            raise NotFoundError(f"You have no {kind} written down. Nothing was changed.")
        group.set_contact(ContactKind(kind), "")
        _say_what_stays()
        _show_own(app, group)


@contact.command("list")
@pass_app
def list_(app: App) -> None:
    """List the ways to reach you, and who may have each."""
    with app.group() as group:
        _show_own(app, group)


def _show_own(app: App, group: "Group") -> None:
    rows = group.contacts()
    lines = [(row.kind.value, row.value, f"for {_AUDIENCES[row.audience]}") for row in rows]
    app.done([shapes.contact(row) for row in rows], table(lines, flexible=1))
    if not rows:
        say("No way to reach you is written down.")


@contact.command("who")
@pass_app
def who(app: App) -> None:
    """List who has which of your contacts, and beside which post they got it."""
    with app.group() as group:
        rows = group.who_has()
        codes = codes_of_people(group)
        lines = [
            (
                codes.get(row.person, ""),
                row.name,
                row.kind.value,
                row.value,
                f"for “{row.title}”" if row.title else "",
                f"since {local(row.since)[:10]}",
            )
            for row in rows
        ]
        app.done([shapes.opened(row, codes) for row in rows], table(lines, flexible=4))
        if not rows:
            say("Nobody has any of your contacts.")


@contact.command("open")
@click.argument("person", metavar="PERSON")
@_POST
@pass_app
def open_(app: App, person: str, code: str | None) -> None:
    """Open what you keep for helpers to somebody, by name or code."""
    with app.group() as group:
        other = find_person(group, person)
        post = None if code is None else find(group, code, "post").id
        group.open_contact(other.id, post)
        kinds = [row.kind.value for row in group.contacts() if row.audience is Audience.HELPER]
        document: dict[str, Json] = {
            "person": other.code,
            "name": other.name,
            "post": None if post is None else code_of(post),
            "open": kinds,
        }
        app.done(document, f"Open for {one_line(other.name)}: {', '.join(kinds)}.")


@contact.command("close")
@click.argument("person", metavar="PERSON")
@_POST
@pass_app
def close(app: App, person: str, code: str | None) -> None:
    """Close what was opened to somebody; what they saw cannot be unseen."""
    with app.group() as group:
        other = find_person(group, person)
        post = None if code is None else find(group, code, "post").id
        if not any(
            row.person == other.id and (post is None or row.post == post) for row in group.who_has()
        ):
            raise NotFoundError(
                f"Nothing of yours is open to {other.name} there. Nothing was changed."
            )
        group.close_contact(other.id, post)
        document: dict[str, Json] = {
            "person": other.code,
            "name": other.name,
            "post": None if post is None else code_of(post),
            "open": [],
        }
        app.done(document, f"Closed for {one_line(other.name)}.")
        _say_what_stays()


@contact.command("for")
@click.argument("code", metavar="POST")
@click.argument("value", metavar="NUMBER", type=TEXT)
@click.option("--share", is_flag=True, help="Also open it for the helper who is accepted.")
@pass_app
def for_(app: App, code: str, value: str, share: bool) -> None:
    """Note the number of the person a post is for; "" forgets it.

    The post's owner and the stewards can read it; with --share also who goes.
    """
    with app.group() as group:
        found = find(group, code, "post")
        group.set_behalf_contact(found.id, value, share=share)
        number = group.behalf_contact(found.id)
        document: dict[str, Json] = {"post": code_of(found.id), "value": number, "share": share}
        app.done(document, "The number is noted." if number else "The number is forgotten.")


def _say_what_stays() -> None:
    """What closing cannot do."""
    from mutualaid.model.contacts import CANNOT_BE_UNSEEN

    say(CANNOT_BE_UNSEEN)
