# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Paper that comes back: slips from the board and filled-in forms, typed in for somebody else."""

from typing import Any, Final

import click

from mutualaid.cli import shapes
from mutualaid.cli.context import LONG_TEXT, TEXT, App, command, pass_app
from mutualaid.cli.lookup import answer
from mutualaid.cli.output import Json, one_line
from mutualaid.cli.posts import DAYS, now_ms
from mutualaid.model.values import Audience, Mode, PostDraft, PostKind, Urgency
from mutualaid.model.values.time import DAY_MS

_LEAVES: Final = click.Choice(("group", "linked", "print", "public"))


@command("slip", short_help="Type in an answer that came on paper.")
@click.argument("code", metavar="CODE")
@click.option("--who", metavar="NAME", required=True, type=TEXT, help="Who wrote the slip.")
@click.option("--text", default="", type=LONG_TEXT, help="What stands on it; “-” reads input.")
@click.option(
    "--contact", default="", type=TEXT, help="How they are reached: for the post's owner alone."
)
@click.option("--part", metavar="NAME", default="", type=TEXT, help="Which sort of part.")
@click.option(
    "--amount", metavar="N", type=click.IntRange(1, 99), default=1, help="How many of it.  [1]"
)
@pass_app
def slip(app: App, code: str, who: str, text: str, contact: str, part: str, amount: int) -> None:
    """Write down what somebody answered on paper to the post with the CODE that stands there.

    It becomes an answer of theirs, signed by you, and says that it came on paper.
    """
    with app.group() as group:
        made = group.slip(code, who, text, contact=contact, part=part, amount=amount)
        assert made.created is not None
        detail, row = answer(group, made.created)
        document: dict[str, Json] = {
            **shapes.answered(detail, row),
            "contact": group.slip_contact(made.created) or None,
        }
        said = (
            f"{row.code}  {one_line(row.on_behalf_of)} answered “{one_line(detail.row.title)}”."
            f" {one_line(detail.row.owner_name)} will see it."
        )
        app.done(document, said)


@command("paper-form", short_help="Type in a need or an offer that came on a printed form.")
@click.argument("form", metavar="FORM")
@click.argument("kind", type=click.Choice([one.value for one in PostKind]))
@click.argument("title", metavar="TITLE", type=TEXT)
@click.option(
    "--for", "on_behalf_of", metavar="NAME", required=True, type=TEXT, help="Who filled it in."
)
@click.option("--text", type=LONG_TEXT, help="More about it; “-” reads standard input.")
@click.option("--category", metavar="ID", type=TEXT, help="food, repair, transport …")
@click.option("--urgency", type=click.Choice([one.value for one in Urgency]), help="How soon.")
@click.option("--area", metavar="AREA", type=TEXT, help="Where, in words.")
@click.option("--when", metavar="TEXT", type=TEXT, help="When, in words.")
@click.option("--mode", type=click.Choice([one.value for one in Mode]), help="A gift, or else.")
@click.option("--parts", metavar="N", type=click.IntRange(1, 99), help="How many.")
@click.option("--language", metavar="LANGUAGE", type=TEXT, help="The language it is written in.")
@click.option("--days", metavar="N", type=DAYS, help="Open for so many days.")
@click.option("--standing", is_flag=True, default=None, help="Open until it is taken back.")
@click.option(
    "--contact", default="", type=TEXT, help="How they are reached: for you and the stewards."
)
@click.option("--may-leave", "share", type=_LEAVES, help="For whom the post may leave, as ticked.")
@click.option("--name-may-leave", "share_for", type=_LEAVES, help="For whom their name may.")
@pass_app
def paper_form(
    app: App,
    form: str,
    kind: str,
    title: str,
    contact: str,
    share: str | None,
    share_for: str | None,
    **options: Any,
) -> None:
    """Post what somebody wrote on the printed form with the number FORM, for them.

    Each number can be used once; a copy of a form is refused.
    """
    said = {name: value for name, value in options.items() if value is not None}
    days = said.pop("days", None)
    if days is not None and said.get("standing"):
        raise click.UsageError("--days and --standing exclude each other.")
    if days is not None:
        said["expires"] = now_ms() + days * DAY_MS
    with app.group() as group:
        made = group.paper_form(
            PostDraft(kind=PostKind(kind), title=title, **said),
            form,
            contact=contact,
            share=Audience(share) if share else None,
            share_for=Audience(share_for) if share_for else None,
        )
        assert made.created is not None
        row = group.post_detail(made.created).row
        app.done(
            {**shapes.post(row), "form": row.consent.removeprefix("paper form ")},
            f"{row.code}  {one_line(row.title)}\nPosted for {one_line(row.on_behalf_of)}.",
        )
