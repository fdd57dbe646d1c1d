# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a group agreed on about time, and what is done because of it."""

import click

from mutualaid.cli import shapes
from mutualaid.cli.context import App, command, pass_app
from mutualaid.cli.output import say


@command("rules", short_help="Show or change what the group agreed on about time.")
@click.option(
    "--lapse-days",
    metavar="N",
    type=int,
    help="After so many days a promise lapses that nobody touches (1 to 60).",
)
@click.option(
    "--urgent-hours",
    metavar="N",
    type=int,
    help="The same in hours, for what is wanted today (1 to 168).",
)
@click.option(
    "--forget-days",
    metavar="N",
    type=int,
    help="So many days after it is over a post is forgotten (7 to 3650).",
)
@pass_app
def rules(
    app: App, lapse_days: int | None, urgent_hours: int | None, forget_days: int | None
) -> None:
    """Show what the group agreed on about time, or change what is given, for everybody."""
    with app.group() as group:
        if any(value is not None for value in (lapse_days, urgent_hours, forget_days)):
            group.set_rules(lapse_days, urgent_hours, forget_days)
        agreed = group.rules()
        if forget_days is not None:
            say(group.forgetting_reach())
        app.done(
            shapes.rules(agreed),
            f"A promise lapses after {_count(agreed.lapse_days, 'day')} in which nobody touches "
            f"it, one for today after {_count(agreed.urgent_hours, 'hour')}.\n"
            f"What is over is forgotten after {_count(agreed.forget_days, 'day')}.",
        )


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


@command("tend", short_help="Do what time has made due.")
@pass_app
def tend(app: App) -> None:
    """Do now what the window and “node” do by themselves from time to time.

    Promises that nobody touched lapse, what repeats moves on, what is long over is forgotten.
    """
    with app.group() as group:
        changed = group.tend()
        count = sum(len(numbers) for numbers in changed.records.values())
        some = bool(count or changed.everything or changed.members)
        app.done(
            {"changed": some, "records": {k: len(v) for k, v in changed.records.items()}},
            "What was due is done." if some else "There was nothing to do.",
        )
