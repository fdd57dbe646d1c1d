# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Looking around a made-up neighbourhood."""

import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mutualaid.cli import shapes
from mutualaid.cli.context import App, command, pass_app
from mutualaid.cli.output import Json, say
from mutualaid.errors import BadValueError

if TYPE_CHECKING:
    from mutualaid.model.group import Group


@command("demo", short_help="Look around a made-up neighbourhood.")
@click.option("--people", default=24, show_default=True, type=click.IntRange(1, 1000))
@click.option("--posts", default=60, show_default=True, type=click.IntRange(0, 100_000))
@click.option("--seed", default=1, show_default=True, help="Another number, another street.")
@click.option(
    "--into",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep it there as a profile, and open no window.",
)
@pass_app
def demo(app: App, people: int, posts: int, seed: int, into: Path | None) -> None:
    """Open the window on a made-up neighbourhood. When it is closed, everything is gone.

    Nobody in it exists, and no machine nearby hears of it.
    """
    if into is not None:
        if into.exists() and any(into.iterdir()):
            raise BadValueError(
                f"{into} is not empty. Nothing was changed. Choose a folder that is new or empty."
            )
        document = _fill(into, people, posts, seed)
        app.done(document, f"A made-up neighbourhood is in {into}.")
        return
    from mutualaid.cli.window import open_window

    # Ended from outside, too, nothing may be left behind. The window sets its own handler later.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="mutualaid-demo-", ignore_cleanup_errors=True) as made:
        directory = Path(made)
        document = _fill(directory, people, posts, seed)
        if app.as_json:
            app.done(document, "")
        else:
            say("This neighbourhood is made up; it is gone when the window is closed.")
        code = open_window(directory, throw_away=True)
    click.get_current_context().exit(code)


def _fill(directory: Path, people: int, posts: int, seed: int) -> dict[str, Json]:
    from mutualaid.model.demo import begin
    from mutualaid.model.profile import Profile

    # Nothing here is anybody's, so its key may lie beside it and no keychain hears of it.
    with (
        Profile.open(directory, environ={"MUTUALAID_NO_KEYRING": "1"}) as profile,
        begin(profile, people=people, posts=posts, seed=seed, sharing=True) as group,
    ):
        return _document(group, directory, people, posts)


def _document(group: "Group", directory: Path, people: int, posts: int) -> dict[str, Json]:
    return {
        **shapes.group_and_me(group),
        "profile": str(directory),
        "people": people,
        "posts": posts,
    }
