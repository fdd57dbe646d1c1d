# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happened that concerns oneself."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from mutualaid.cli import shapes
from mutualaid.cli.context import App, command, pass_app
from mutualaid.cli.lookup import code_of
from mutualaid.cli.output import local, say, table

if TYPE_CHECKING:
    from mutualaid.model.values import NewsRow

#: By the value of ``NewsKind``; ``{who}`` is a name.
_SENTENCES: Final = {
    "answered": "{who} answered your post",
    "released": "{who} cannot help after all",
    "accepted": "{who} said yes: you go",
    "goes now": "you stood by and are needed now",
    "declined": "{who} does not need you this time",
    "stands by": "others were before you: you stand by",
    "crossed": "more said yes than are needed: {who} stands by",
    "open again": "nothing was heard of {who}, so it is open again",
    "lapses": "your promise lapses soon; “still-on-it” keeps it",
    "lapsed": "a promise lapsed",
    "said done": "{who} says that it is done",
    "done": "{who} says that it is done",
    "thanked": "{who} says thanks",
    "commented": "{who} said something",
    "message": "{who} wrote to you alone",
    "expires": "your post ends soon; “renew” keeps it",
    "notice": "{who} tells everybody",
}


@command("news", short_help="Say what happened that concerns you.")
@click.option("--limit", metavar="N", default=50, show_default=True, type=click.IntRange(1, 200))
@click.option("--read", "mark", is_flag=True, help="Count what --json prints as read, too.")
@pass_app
def news(app: App, limit: int, mark: bool) -> None:
    """Say what happened in the last thirty days that concerns you, the latest first.

    What is shown as text counts as read.
    """
    with app.group() as group:
        rows = group.news(limit)
        app.done(
            [shapes.news(row) for row in rows], table([_line(row) for row in rows], flexible=4)
        )
        if not rows:
            say("Nothing that concerns you has happened in the last thirty days.")
        if mark or not app.as_json:
            group.mark_news_read([row.key for row in rows])


def _line(row: "NewsRow") -> Sequence[str]:
    said = _SENTENCES[row.kind.value].format(who=row.who or "somebody")
    post = code_of(row.post) if row.post else ""
    return ("new" if row.unread else "", local(row.at), post, said, row.title)
