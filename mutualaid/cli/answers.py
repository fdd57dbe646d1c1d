# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""From an answer to a promise, from a promise to what is done, and thanks."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from mutualaid.cli import shapes, wording
from mutualaid.cli.context import LONG_TEXT, TEXT, App, command, pass_app
from mutualaid.cli.lookup import answer, code_of, find
from mutualaid.cli.output import Json, one_line, say
from mutualaid.errors import AlreadyCoveredError
from mutualaid.model.values import Audience, PostStatus, Standing

if TYPE_CHECKING:
    from mutualaid.model.group import Group
    from mutualaid.model.values import ChangeSet, PostDetail, ResponseRow


@command("help-with", short_help="Offer to help, or ask for what is offered.")
@click.argument("code", metavar="POST")
@click.option(
    "--part",
    "amount",
    metavar="N",
    type=click.IntRange(1, 99),
    default=1,
    show_default=True,
    help="How many of its parts you take.",
)
@click.option("--of", "part", metavar="NAME", default="", type=TEXT, help="Which sort of part.")
@click.option("--note", default="", type=TEXT, help="A word to who posted it.")
@click.option("--when", metavar="TEXT", default="", type=TEXT, help="When you can, in words.")
@click.option("--every", is_flag=True, help="Each time, where it comes back.")
@click.option(
    "--for",
    "on_behalf_of",
    metavar="NAME",
    default="",
    type=TEXT,
    help="Who goes, where it is somebody who has no machine.",
)
@pass_app
def help_with(
    app: App,
    code: str,
    amount: int,
    part: str,
    note: str,
    when: str,
    every: bool,
    on_behalf_of: str,
) -> None:
    """Answer a need with help, or an offer with interest. Prints the code of the answer."""
    with app.group() as group:
        found = find(group, code, "post")
        made = group.help_with(
            found.id,
            note,
            when=when,
            amount=amount,
            part=part,
            every=every,
            on_behalf_of=on_behalf_of,
        )
        assert made.created is not None
        detail, row = answer(group, made.created)
        app.done(shapes.answered(detail, row), f"{row.code}  {_came_of_it(detail, row)}")


def _came_of_it(detail: "PostDetail", row: "ResponseRow") -> str:
    """Where a new answer stands, as a sentence."""
    title = one_line(detail.row.title)
    taken = wording.how_many(row.amount, row.part)
    what = f"“{title}”" + (f", {taken}" if taken else "")
    if row.state is Standing.TAKEN:
        return f"It is agreed: {what}. {one_line(detail.row.owner_name)} will see it."
    if row.state is Standing.STANDS_BY:
        return f"Somebody was before you, so you stand by: {what}."
    return f"{one_line(detail.row.owner_name)} will see that you answered {what}."


@command("accept", short_help="Say yes to an answer.")
@click.argument("code", metavar="RESPONSE")
@click.option("--also", is_flag=True, help="Beside those who go, though all is promised.")
@click.option("--instead", is_flag=True, help="In place of those who go; they are told.")
@pass_app
def accept(app: App, code: str, also: bool, instead: bool) -> None:
    """Say yes to who answered a post of one's own. What you keep for helpers opens for them."""
    if also and instead:
        raise click.UsageError("--also and --instead exclude each other.")
    with app.group() as group:
        found = find(group, code, "response")
        try:
            group.accept(found.id, also=also, instead=instead)
        except AlreadyCoveredError as error:
            sentence = f"{error} Nothing was changed. Add --also or --instead."
            raise AlreadyCoveredError(sentence, error.names) from None
        detail, row = answer(group, found.id)
        if row.state.goes and not row.mine:
            _say_what_opened(group, row)
        goes = "goes" if row.state.goes else wording.stands(row)
        _show(app, detail, row, f"{one_line(wording.who(row))} {goes}.")


def _say_what_opened(group: "Group", row: "ResponseRow") -> None:
    """Whose yes it was knows what the helper can see from now on."""
    kinds = [each.kind.value for each in group.contacts() if each.audience is Audience.HELPER]
    name = one_line(row.who)
    if kinds:
        verb = "open" if len(kinds) > 1 else "opens"
        say(f"Your {wording.listed(kinds)} {verb} for {name}.")
    else:
        say(
            f"Nothing of yours opens for {name}. “mutualaid contact set phone NUMBER --audience "
            "helper” keeps a number for whom you accept."
        )


@command("decline", short_help="Say kindly that an answer is not needed.")
@click.argument("code", metavar="RESPONSE")
@click.option("--note", default="", type=LONG_TEXT, help="A word that only they can read.")
@pass_app
def decline(app: App, code: str, note: str) -> None:
    """Say that this answer is not needed; what was open to them closes."""
    with app.group() as group:
        found = find(group, code, "response")
        group.decline(found.id, note)
        detail, row = answer(group, found.id)
        _show(app, detail, row, f"{one_line(row.who)} is told that it is not needed.")


@command("undecide", short_help="Take back one's yes or no.")
@click.argument("code", metavar="RESPONSE")
@pass_app
def undecide(app: App, code: str) -> None:
    """Take back what you decided about an answer; what opened with a yes closes."""
    with app.group() as group:
        found = find(group, code, "response")
        group.undecide(found.id)
        detail, row = answer(group, found.id)
        _show(app, detail, row, f"{one_line(row.who)} {wording.stands(row)}.")


def _show(app: App, detail: "PostDetail", row: "ResponseRow", text: str) -> None:
    app.done(shapes.answered(detail, row), f"{row.code}  {text}")


def _on_own_answer(
    name: str, about: str, more: str, text: str, act: Callable[["Group", bytes], "ChangeSet"]
) -> click.Command:
    """A command that does one thing to an answer of one's own and takes nothing else."""

    @command(name, short_help=about, help=more)
    @click.argument("code", metavar="RESPONSE")
    @pass_app
    def run(app: App, code: str) -> None:
        with app.group() as group:
            found = find(group, code, "response")
            act(group, found.id)
            detail, row = answer(group, found.id)
            _show(app, detail, row, text)

    return run


release = _on_own_answer(
    "release",
    "Take back one's answer to a post.",
    "Take back one's answer, so that others know the help is not coming.",
    "Your answer is taken back.",
    lambda group, response: group.release(response),
)
still_on_it = _on_own_answer(
    "still-on-it",
    "Say that one's promise still holds.",
    "Say that one's promise still holds, so that it does not lapse.",
    "Your promise still holds.",
    lambda group, response: group.still_on_it(response),
)


@command("done", short_help="Say that it is done.")
@click.argument("code", metavar="POST")
@click.option("--response", metavar="RESPONSE", help="Only what this answer was about.")
@pass_app
def done(app: App, code: str, response: str | None) -> None:
    """Say that what was agreed is done: as its owner, or as the one who went.

    Said by the helper alone it shows as “said done” until the owner says so, too.
    """
    with app.group() as group:
        found = find(group, code, "post")
        about = None if response is None else find(group, response, "response").id
        group.done(found.id, about)
        detail = group.post_detail(found.id)
        row = detail.row
        said = {
            PostStatus.DONE: "Done",
            PostStatus.SAID_DONE: f"Said done; {one_line(row.owner_name)} will see it",
        }.get(row.status, "Noted")
        app.done({**shapes.post_detail(detail)}, f"{row.code}  {one_line(row.title)}\n{said}.")


@command("thank", short_help="Say thanks for help.")
@click.argument("code", metavar="POST")
@click.argument("text", metavar="TEXT", type=LONG_TEXT)
@pass_app
def thank(app: App, code: str, text: str) -> None:
    """Say thanks, in words, beside a post that was agreed; “-” reads them from standard input."""
    with app.group() as group:
        found = find(group, code, "post")
        made = group.thank(found.id, text)
        assert made.created is not None
        document: dict[str, Json] = {
            "code": code_of(made.created),
            "post": code_of(found.id),
            "text": text,
        }
        app.done(document, f"{code_of(made.created)}  Thanks are said.")


@command("told", short_help="Note that somebody without a machine was told.")
@click.argument("code", metavar="POST")
@pass_app
def told(app: App, code: str) -> None:
    """Note that the person a post is for knows how it stands. “list dispatch” says what to tell."""
    with app.group() as group:
        found = find(group, code, "post")
        group.told(found.id)
        detail = group.post_detail(found.id)
        app.done(
            shapes.post_detail(detail),
            f"{detail.row.code}  {one_line(detail.row.on_behalf_of)} knows how it stands.",
        )
