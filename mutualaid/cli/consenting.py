# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may leave: of one's own page, of posts, of places."""

from typing import TYPE_CHECKING, Final

import click

from mutualaid.cli.context import App, pass_app, topic
from mutualaid.cli.lookup import code_of, find
from mutualaid.cli.output import Json, say, table
from mutualaid.model.values import Audience
from mutualaid.model.values.directories import ShareField

if TYPE_CHECKING:
    from mutualaid.model.group import Group

_AUDIENCE: Final = click.Choice([one.value for one in Audience])
_WORDS: Final = {
    ShareField.NAME: "my name; without it nothing else of my page leaves",
    ShareField.AREA: "the area I live in",
    ShareField.LANGUAGES: "what I speak",
    ShareField.AVAILABILITY: "when I have time",
    ShareField.SKILLS: "what I can do, teach, or want to learn",
    ShareField.FIXES: "what I repair",
    ShareField.REPAIRS: "repairs that I wrote down",
    ShareField.POSTS: "my needs and offers, where they say nothing else",
    ShareField.HELPING: "that I go, or went, to help",
}


@topic("consent")
def consent() -> None:
    """Say what may leave in a directory, and for whom; by default nothing leaves the group."""


@consent.command("list")
@pass_app
def list_(app: App) -> None:
    """Show for whom each thing on your page may leave."""
    with app.group() as group:
        _show(app, group)


@consent.command("set")
@click.argument("field", type=click.Choice([one.value for one in ShareField]))
@click.argument("audience", type=_AUDIENCE)
@pass_app
def set_(app: App, field: str, audience: str) -> None:
    """Say for whom something on your page may leave; it counts from now on.

    How you can be reached has an audience of its own: see “mutualaid contact set”.
    """
    with app.group() as group:
        group.set_share(ShareField(field), Audience(audience))
        _show(app, group)
        _say_what_left(group, field)


def _show(app: App, group: "Group") -> None:
    shares = group.shares()
    document: dict[str, Json] = {str(field): str(shown) for field, shown in shares.items()}
    rows = [(str(field), str(shown), _WORDS[field]) for field, shown in shares.items()]
    app.done(document, table(rows, flexible=2))


def _say_what_left(group: "Group", field: str) -> None:
    """What a change cannot take back."""
    out = [each for each in group.exports_with_me() if field in each.fields]
    if out:
        codes = ", ".join(each.export.code for each in out[:8])
        say(
            f"It went out before with {len(out)} of the exports in the log ({codes}). Those stay"
            " as they are; whoever has them is asked to throw them away when they end."
        )


@consent.command("post")
@click.argument("code", metavar="POST")
@click.argument("audience", type=_AUDIENCE, required=False)
@click.option("--photos", type=_AUDIENCE, help="For whom its photos may leave.")
@click.option("--name", type=_AUDIENCE, help="The same for the name of whom it is for.")
@pass_app
def post(app: App, code: str, audience: str | None, photos: str | None, name: str | None) -> None:
    """Say for whom a post of yours may leave, or show it."""
    with app.group() as group:
        found = find(group, code, "post")
        if audience or photos or name:
            group.share_post(
                found.id,
                Audience(audience) if audience else None,
                photos=Audience(photos) if photos else None,
                on_behalf_of=Audience(name) if name else None,
            )
        shares = group.post_shares(found.id)
        document: dict[str, Json] = {
            "code": code_of(found.id),
            "post": str(shares.post),
            "photos": str(shares.photos),
            "for": str(shares.on_behalf_of),
        }
        rows = [
            ("post", str(shares.post)),
            ("photos", str(shares.photos)),
            ("name of whom it is for", str(shares.on_behalf_of)),
        ]
        app.done(document, table(rows, flexible=1))


@consent.command("place")
@click.argument("code", metavar="PLACE")
@click.argument("audience", type=_AUDIENCE, required=False)
@pass_app
def place(app: App, code: str, audience: str | None) -> None:
    """Say for whom a place may leave, with how it is reached; or show it."""
    with app.group() as group:
        found = find(group, code, "place")
        if audience:
            group.share_place(found.id, Audience(audience))
        shown = str(group.place_share(found.id))
        app.done({"code": code_of(found.id), "place": shown}, shown)
