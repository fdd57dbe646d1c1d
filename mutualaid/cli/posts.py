# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Needs and offers, the answers to them, and what is said about them."""

import time
from collections.abc import Callable
from typing import Any, Final

import click

from mutualaid.cli import shapes
from mutualaid.cli.context import TEXT, App, command, pass_app
from mutualaid.cli.lookup import describe, find
from mutualaid.cli.output import Json, one_line
from mutualaid.errors import BadValueError
from mutualaid.model.values import Mode, PostDraft, PostKind, Urgency

_DAY_MS: Final = 24 * 60 * 60 * 1000
DAYS = click.IntRange(1, 3650)


def _days_from_now(days: int) -> int:
    return time.time_ns() // 1_000_000 + days * _DAY_MS


def _post_options(function: Callable[..., None]) -> Callable[..., None]:
    """What can be said about a post, when it is made and when it is corrected."""
    options = (
        click.option("--text", type=TEXT, help="More about it."),
        click.option("--category", metavar="ID", type=TEXT, help="food, repair, transport …"),
        click.option(
            "--urgency", type=click.Choice([one.value for one in Urgency]), help="How soon."
        ),
        click.option("--area", metavar="AREA", type=TEXT, help="Where, in words."),
        click.option("--when", metavar="TEXT", type=TEXT, help="When, in words."),
        click.option("--days", metavar="N", type=DAYS, help="Open for so many days."),
        click.option("--standing", is_flag=True, default=None, help="Open until it is taken back."),
        click.option(
            "--mode", type=click.Choice([one.value for one in Mode]), help="A gift, or else."
        ),
        click.option(
            "--parts",
            metavar="N",
            type=click.IntRange(1, 99),
            help="How many people can each take a part.",
        ),
        click.option(
            "--for",
            "on_behalf_of",
            metavar="NAME",
            type=TEXT,
            help="Posted for somebody who has no machine.",
        ),
        click.option(
            "--language", metavar="LANGUAGE", type=TEXT, help="The language it is written in."
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def _said(options: dict[str, Any]) -> dict[str, Any]:
    """The options that were given, by the names of PostDraft."""
    if options["days"] and options["standing"]:
        raise click.UsageError("--days and --standing exclude each other.")
    said = {name: value for name, value in options.items() if value is not None}
    days = said.pop("days", None)
    if days is not None:
        said |= {"expires": _days_from_now(days), "standing": False}
    if "urgency" in said:
        said["urgency"] = Urgency(said["urgency"])
    if "mode" in said:
        said["mode"] = Mode(said["mode"])
    return said


@command("post", short_help="Post a need or an offer.")
@click.argument("kind", type=click.Choice([one.value for one in PostKind]))
@click.argument("title", metavar="TITLE", type=TEXT)
@_post_options
@pass_app
def post(app: App, kind: str, title: str, **options: Any) -> None:
    """Post a need or an offer. Only the title is needed."""
    draft = PostDraft(kind=PostKind(kind), title=title, **_said(options))
    with app.group() as group:
        made = group.post(draft)
        _show_post(app, group, made.created, "Saved on this machine")


@command("edit", short_help="Correct a post or a comment of one's own.")
@click.argument("code", metavar="POST")
@click.option("--title", type=TEXT)
@_post_options
@pass_app
def edit(app: App, code: str, **options: Any) -> None:
    """Correct a post or a comment of one's own; what is not named stays as it is."""
    said = _said(options)
    if not said:
        raise click.UsageError("Say what to change, for instance --title or --text.")
    with app.group() as group:
        found = find(group, code, "post", "comment")
        if found.kind == "comment":
            if set(said) != {"text"}:
                raise BadValueError("Only the --text of a comment can be changed.")
            group.edit_comment(found.id, said["text"])
            app.done({"code": _code(found.id)}, f"{_code(found.id)} is corrected.")
            return
        group.edit_post(found.id, **said)
        _show_post(app, group, found.id, "Corrected")


def _code(record: bytes) -> str:
    from mutualaid.model.codes import code

    return code(record)


def _show_post(app: App, group: Any, record: bytes | None, what: str) -> None:
    assert record is not None
    row = group.post_detail(record).row
    app.done(shapes.post(row), f"{row.code}  {one_line(row.title)}\n{what}.")


def _on_post(
    name: str, about: str, what: str, act: Callable[[Any, bytes], object]
) -> click.Command:
    """A command that does one thing to a post of one's own and takes nothing else."""

    @command(name, short_help=about, help=about)
    @click.argument("code", metavar="POST")
    @pass_app
    def run(app: App, code: str) -> None:
        with app.group() as group:
            found = find(group, code, "post")
            act(group, found.id)
            _show_post(app, group, found.id, what)

    return run


park = _on_post(
    "park", "Put a post aside for now.", "Parked", lambda group, post_id: group.park(post_id)
)
take_up = _on_post(
    "take-up",
    "Open a parked or finished post again.",
    "Open again",
    lambda group, post_id: group.take_up(post_id),
)
done = _on_post(
    "done", "Say that a post is done.", "Done", lambda group, post_id: group.done(post_id)
)


@command("renew", short_help="Keep a post open for longer.")
@click.argument("code", metavar="POST")
@click.option("--days", metavar="N", type=DAYS, help="From today; usually as long as at first.")
@pass_app
def renew(app: App, code: str, days: int | None) -> None:
    """Say that a post still holds, and keep it open for longer."""
    with app.group() as group:
        found = find(group, code, "post")
        group.renew(found.id, days)
        _show_post(app, group, found.id, "Renewed")


@command("withdraw", short_help="Take back something of one's own.")
@click.argument("code", metavar="CODE")
@pass_app
def withdraw(app: App, code: str) -> None:
    """Take back a post, an answer, a comment, a repair, a place or a notice."""
    with app.group() as group:
        found = find(group, code, "post", "response", "comment", "repair", "place", "notice")
        if found.kind == "post":
            group.withdraw(found.id)
        elif found.kind == "response":
            group.release(found.id)
        else:
            group.remove(found.id)
        document: dict[str, Json] = {
            "code": _code(found.id),
            "withdrawn": True,
        }
        app.done(document, f"Taken back: {describe(found.kind)}, {_code(found.id)}.")


@command("help-with", short_help="Offer to help, or ask for what is offered.")
@click.argument("code", metavar="POST")
@click.option("--note", default="", type=TEXT, help="A word to who posted it.")
@pass_app
def help_with(app: App, code: str, note: str) -> None:
    """Answer a need with help, or an offer with interest."""
    with app.group() as group:
        found = find(group, code, "post")
        made = group.help_with(found.id, note)
        assert made.created is not None
        row = group.post_detail(found.id).row
        document: dict[str, Json] = {
            "code": _code(made.created),
            "post": row.code,
            "title": row.title,
            "note": note,
        }
        app.done(
            document,
            f"{_code(made.created)}  {one_line(row.owner_name)} will see that you answered "
            f"“{one_line(row.title)}”.",
        )


@command("release", short_help="Take back one's answer to a post.")
@click.argument("code", metavar="RESPONSE")
@pass_app
def release(app: App, code: str) -> None:
    """Take back one's answer, so that others know the help is not coming."""
    with app.group() as group:
        found = find(group, code, "response")
        group.release(found.id)
        app.done({"code": _code(found.id), "state": "released"}, "Your answer is taken back.")


@command("comment", short_help="Say something about a post.")
@click.argument("code", metavar="POST")
@click.argument("text", metavar="TEXT", type=TEXT)
@pass_app
def comment(app: App, code: str, text: str) -> None:
    """Say something about a post that the whole group can read."""
    with app.group() as group:
        found = find(group, code)
        made = group.comment(found.id, text)
        assert made.created is not None
        document: dict[str, Json] = {
            "code": _code(made.created),
            "on": _code(found.id),
            "text": text,
        }
        app.done(document, f"{_code(made.created)}  Said.")
