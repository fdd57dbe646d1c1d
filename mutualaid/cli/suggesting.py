# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may fit a post."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mutualaid.cli import shapes, wording
from mutualaid.cli.context import App, command, pass_app
from mutualaid.cli.lookup import find
from mutualaid.cli.output import say, table

if TYPE_CHECKING:
    from mutualaid.model.values import Suggestion


@command("suggest", short_help="Say who and what may fit a post.")
@click.argument("code", metavar="POST")
@click.option("--limit", metavar="N", default=5, show_default=True, type=click.IntRange(1, 100))
@pass_app
def suggest(app: App, code: str, limit: int) -> None:
    """Say which posts and people may fit a post, and why.

    It is worked out on this machine alone, and nobody hears of it.
    """
    with app.group() as group:
        found = group.suggestions_for(find(group, code, "post").id, limit)
        lines = [_line(each) for each in found]
        app.done([shapes.suggestion(each) for each in found], table(lines, flexible=4))
        if not found:
            say("Nothing here seems to fit this yet.")


def _line(found: "Suggestion") -> Sequence[str]:
    why = wording.reasons(found.reasons)
    if found.post is not None:
        row = found.post
        return (row.code, row.kind.value, row.title, wording.owner(row), why)
    assert found.person is not None
    return (found.person.code, "person", found.person.name, "", why)
