# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people say to each other: comments for all, private threads, and who is not heard."""

from typing import TYPE_CHECKING

import click

from mutualaid.cli import shapes
from mutualaid.cli.context import LONG_TEXT, App, command, pass_app
from mutualaid.cli.lookup import Somebody, code_of, codes_of_people, find, find_person
from mutualaid.cli.output import Json, local, one_line, plain, say
from mutualaid.errors import AmbiguousError, NotFoundError

if TYPE_CHECKING:
    from mutualaid.model.group import Group
    from mutualaid.model.values import MessageRow


@command("comment", short_help="Say something about a post.")
@click.argument("code", metavar="POST")
@click.argument("text", metavar="TEXT", type=LONG_TEXT)
@pass_app
def comment(app: App, code: str, text: str) -> None:
    """Say something about a post that the whole group can read; “-” reads standard input."""
    with app.group() as group:
        found = find(group, code)
        made = group.comment(found.id, text)
        assert made.created is not None
        document: dict[str, Json] = {
            "code": code_of(made.created),
            "on": code_of(found.id),
            "text": text,
        }
        app.done(document, f"{code_of(made.created)}  Said.")


@command("thread", short_help="Talk with one person alone, beside a post.")
@click.argument("code", metavar="POST")
@click.argument("text", metavar="[TEXT]", required=False, type=LONG_TEXT)
@click.option(
    "--with",
    "person",
    metavar="PERSON",
    help="A name or a code; needed where several answered your post.",
)
@click.option("--read", "mark", is_flag=True, help="Count what --json prints as read, too.")
@pass_app
def thread(app: App, code: str, text: str | None, person: str | None, mark: bool) -> None:
    """Say something that only the owner of a post and one helper can read, or read what was said.

    “-” reads TEXT from standard input. What is shown as text counts as read.
    """
    with app.group() as group:
        found = find(group, code, "post")
        other = _other(group, found.id) if person is None else find_person(group, person)
        if text is not None:
            made = group.send(found.id, other.id, text)
            assert made.created is not None
            sent: dict[str, Json] = {
                "code": code_of(made.created),
                "post": code_of(found.id),
                "with": other.name,
                "person": other.code or None,
                "text": text,
            }
            app.done(sent, f"{code_of(made.created)}  Only {one_line(other.name)} can read it.")
            return
        messages = group.thread(found.id, other.id)
        document: dict[str, Json] = {
            "post": code_of(found.id),
            "with": other.name,
            "person": other.code or None,
            "messages": [shapes.message(row) for row in messages],
        }
        app.done(document, "\n".join(_line(row) for row in messages))
        if not messages:
            say(f"You and {one_line(other.name)} have not talked beside this post yet.")
        if mark or not app.as_json:
            group.mark_read(found.id, other.id)


def _line(row: "MessageRow") -> str:
    new = " (new)" if row.unread else ""
    return f"{local(row.created)}  {one_line(row.who)}{new}: {plain(row.text)}"


def _other(group: "Group", post: bytes) -> Somebody:
    """With whom one talks beside a post: its owner, or who answered one's own."""
    detail = group.post_detail(post)
    names: dict[bytes, str] = {}
    if not detail.row.mine and not detail.may_decide:
        names[detail.row.owner] = detail.row.owner_name
    else:
        names |= {row.person: row.who for row in detail.responses if not row.mine}
        names |= {row.person: row.name for row in group.threads() if row.post == post}
    if not names:
        raise NotFoundError(
            "Nobody has answered this post yet, so there is nobody to talk with. Nothing was "
            "sent. --with names anybody else."
        )
    if len(names) > 1:
        raise AmbiguousError(
            "Several people answered this post: "
            f"{', '.join(one_line(name) for name in names.values())}. Nothing was sent. Say with "
            "--with whom you mean."
        )
    ((person, name),) = names.items()
    return Somebody(person, codes_of_people(group).get(person, ""), name)


@command("block", short_help="Hear and see nothing more of somebody.")
@click.argument("person", metavar="PERSON")
@pass_app
def block(app: App, person: str) -> None:
    """Hear and see nothing more of somebody, by name or code, on all of your machines.

    They are not told. What was open to them closes; what they saw cannot be unseen.
    """
    with app.group() as group:
        other = find_person(group, person)
        group.block(other.id)
        document: dict[str, Json] = {"code": other.code, "name": other.name, "blocked": True}
        app.done(document, f"You hear and see nothing more of {one_line(other.name)}.")


@command("unblock", short_help="Hear and see somebody again.")
@click.argument("person", metavar="PERSON")
@pass_app
def unblock(app: App, person: str) -> None:
    """Hear and see somebody again, with all that they wrote meanwhile."""
    with app.group() as group:
        other = find_person(group, person)
        if other.id not in {row.person for row in group.blocked()}:
            raise NotFoundError(f"{other.name} is not blocked. Nothing was changed.")
        group.unblock(other.id)
        document: dict[str, Json] = {"code": other.code, "name": other.name, "blocked": False}
        app.done(document, f"You hear and see {one_line(other.name)} again.")
