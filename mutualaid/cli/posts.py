# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Needs and offers: posting, correcting, and their life as the owner leads it."""

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mutualaid.cli import shapes
from mutualaid.cli.context import LONG_TEXT, TEXT, App, command, pass_app
from mutualaid.cli.lookup import code_of, find
from mutualaid.cli.lookup import describe as kind_in_words
from mutualaid.cli.output import Json, one_line, say
from mutualaid.errors import BadValueError, NotFoundError
from mutualaid.model.values import Mode, Part, PostDraft, PostKind, Repeat, Urgency
from mutualaid.paths import write_whole

if TYPE_CHECKING:
    from mutualaid.model.group import Group
    from mutualaid.model.values import PhotoDraft, PhotoRow

_DAY_MS: Final = 24 * 60 * 60 * 1000
DAYS: Final = click.IntRange(1, 3650)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_NUMBER: Final = click.IntRange(1, 4)
_NAMES: Final = {"--part": "named_parts"}
_ONCE: Final = "once"
_BEGINS: Final = "When it begins, such as “2026-12-01 14:30” or “tomorrow 9:00”."


class PartType(click.ParamType):
    """A sort of things and how many: “dinners=5”."""

    name = "part"

    def convert(
        self, value: Any, parameter: click.Parameter | None, context: click.Context | None
    ) -> Part:
        name, equals, quantity = str(TEXT.convert(value, parameter, context)).rpartition("=")
        if not equals or not quantity.strip().isdecimal() or len(quantity) > 9:
            self.fail("Write what it is and how many, such as dinners=5.", parameter, context)
        return Part(name, int(quantity))


def now_ms() -> int:
    """The present in ms since 1970 UTC."""
    return time.time_ns() // 1_000_000


def _post_options(function: Callable[..., None]) -> Callable[..., None]:
    """What can be said about a post, when it is made and when it is corrected."""
    options = (
        click.option("--text", type=LONG_TEXT, help="More about it; “-” reads standard input."),
        click.option("--category", metavar="ID", type=TEXT, help="food, repair, transport …"),
        click.option(
            "--urgency", type=click.Choice([one.value for one in Urgency]), help="How soon."
        ),
        click.option("--area", metavar="AREA", type=TEXT, help="Where, in words."),
        click.option("--when", metavar="TEXT", type=TEXT, help="When, in words."),
        click.option("--from", "starts", metavar="TIME", type=TEXT, help=_BEGINS),
        click.option("--until", "ends", metavar="TIME", type=TEXT, help="When it is over."),
        click.option(
            "--repeat",
            type=click.Choice([_ONCE, *(one.value for one in Repeat)]),
            help="Whether it comes back.",
        ),
        click.option("--days", metavar="N", type=DAYS, help="Open for so many days."),
        click.option("--standing", is_flag=True, default=None, help="Open until it is taken back."),
        click.option(
            "--mode", type=click.Choice([one.value for one in Mode]), help="A gift, or else."
        ),
        click.option(
            "--parts",
            metavar="N",
            type=click.IntRange(1, 99),
            help="In how many parts it can be taken.",
        ),
        click.option(
            "--part",
            "named_parts",
            metavar="NAME=N",
            multiple=True,
            type=PartType(),
            help="How many of one sort, such as dinners=5; again for each sort.",
        ),
        click.option(
            "--ask/--take",
            "ask",
            default=None,
            help="Whether whoever answers waits for your yes, or just goes.",
        ),
        click.option(
            "--for",
            "on_behalf_of",
            metavar="NAME",
            type=TEXT,
            help="Posted for somebody who has no machine.",
        ),
        click.option(
            "--yes", "consent", metavar="HOW", type=TEXT, help="How that person agreed to it."
        ),
        click.option(
            "--language", metavar="LANGUAGE", type=TEXT, help="The language it is written in."
        ),
        click.option(
            "--photo",
            "photos",
            metavar="FILE",
            multiple=True,
            type=_FILE,
            help="A picture; again for each, up to four.",
        ),
        click.option(
            "--alt",
            "alts",
            metavar="TEXT",
            multiple=True,
            type=TEXT,
            help="What a photo shows, for who cannot see it; again for each, in their order.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def _said(options: dict[str, Any]) -> dict[str, Any]:
    """The options that were given, by the names of PostDraft; times are still as typed."""
    for one, other in (("--days", "--standing"), ("--parts", "--part")):
        if options[_NAMES.get(one, one[2:])] and options[_NAMES.get(other, other[2:])]:
            raise click.UsageError(f"{one} and {other} exclude each other.")
    said = {name: value for name, value in options.items() if value is not None and value != ()}
    days = said.pop("days", None)
    if days is not None:
        said |= {"expires": now_ms() + days * _DAY_MS, "standing": False}
    if "urgency" in said:
        said["urgency"] = Urgency(said["urgency"])
    if "mode" in said:
        said["mode"] = Mode(said["mode"])
    if "repeat" in said:
        said["repeat"] = None if said["repeat"] == _ONCE else Repeat(said["repeat"])
    return said


def _with_times(group: "Group", said: dict[str, Any]) -> dict[str, Any]:
    """The same with times in ms, by the clock on the wall of the group; "" is no time."""
    if said.keys().isdisjoint(("starts", "ends")):
        return said
    from mutualaid.cli.zones import zone_of
    from mutualaid.model.times import parse_moment

    zone, after = zone_of(group), now_ms()
    times: dict[str, int | None] = {}
    for name in ("starts", "ends"):
        typed = said.get(name)
        if typed:
            # An hour alone is the next one: of the end, the next after the beginning.
            near = times.get("starts") if re.fullmatch(r"\s*\d+[:.]\d+\s*", typed) else None
            times[name] = parse_moment(typed, zone, near or after, end_of_day=name == "ends")
        elif typed is not None:
            times[name] = None
    return {**said, **times}


def _photos(files: Sequence[Path], alts: Sequence[str]) -> "list[PhotoDraft]":
    """The photos in the files. Raises BadPhotoError for what is none."""
    if len(alts) > len(files):
        raise click.UsageError("There are more --alt than --photo.")
    if not files:
        return []
    from mutualaid.model import photos

    if len(alts) < len(files):
        say("Say with --alt what each photo shows, for neighbours who cannot see it.")
    words = [*alts, *[""] * (len(files) - len(alts))]
    return [photos.read(file, alt=alt) for file, alt in zip(files, words, strict=True)]


@command("post", short_help="Post a need or an offer.")
@click.argument("kind", type=click.Choice([one.value for one in PostKind]))
@click.argument("title", metavar="TITLE", type=TEXT)
@_post_options
@pass_app
def post(
    app: App, kind: str, title: str, photos: Sequence[Path], alts: Sequence[str], **options: Any
) -> None:
    """Post a need or an offer. Only the title is needed."""
    said = _said(options)
    if "consent" in said and "on_behalf_of" not in said:
        raise click.UsageError("--yes says how somebody agreed; name them with --for.")
    with app.group() as group:
        drafts = _photos(photos, alts)
        draft = PostDraft(kind=PostKind(kind), title=title, **_with_times(group, said))
        made = group.post(draft, drafts)
        _show_post(app, group, made.created, "Saved on this machine")


@command("edit", short_help="Correct a post or a comment of one's own.")
@click.argument("code", metavar="POST")
@click.option("--title", type=TEXT)
@_post_options
@click.option(
    "--describe",
    metavar="N TEXT",
    type=(_NUMBER, TEXT),
    help="Say what a photo that is there shows; “show” numbers them.",
)
@click.option("--remove-photo", "removed", metavar="N", type=_NUMBER, help="Take away a photo.")
@pass_app
def edit(
    app: App,
    code: str,
    photos: Sequence[Path],
    alts: Sequence[str],
    describe: tuple[int, str] | None,
    removed: int | None,
    **options: Any,
) -> None:
    """Correct a post or a comment of one's own; what is not named stays as it is."""
    said = _said(options)
    # Each is one step that happens whole or not at all.
    kinds = sum(map(bool, (said, photos or alts, describe, removed)))
    if kinds == 0:
        raise click.UsageError("Say what to change, for instance --title or --text.")
    if kinds > 1:
        raise click.UsageError("Change words and photos one after the other.")
    with app.group() as group:
        found = find(group, code, "post", "comment")
        if found.kind == "comment":
            if set(said) != {"text"}:
                raise BadValueError("Only the --text of a comment can be changed.")
            group.edit_comment(found.id, said["text"])
            app.done({"code": code_of(found.id)}, f"{code_of(found.id)} is corrected.")
            return
        if said:
            group.edit_post(found.id, **_with_times(group, said))
        elif describe is not None:
            number, words = describe
            group.describe_photo(found.id, _photo(group, found.id, number).hash, words)
        elif removed is not None:
            group.remove_photo(found.id, _photo(group, found.id, removed).hash)
        else:
            group.add_photos(found.id, _photos(photos, alts))
        _show_post(app, group, found.id, "Corrected")


def _photo(group: "Group", post_id: bytes, number: int) -> "PhotoRow":
    found = group.post_detail(post_id).photos
    if number > len(found):
        raise NotFoundError(
            f"This post has no photo {number}; it has {len(found) or 'none'}. Nothing was changed."
        )
    return found[number - 1]


def _show_post(app: App, group: "Group", record: bytes | None, what: str) -> None:
    assert record is not None
    detail = group.post_detail(record)
    row = detail.row
    app.done(shapes.post(row, detail.photos), f"{row.code}  {one_line(row.title)}\n{what}.")


def _on_post(
    name: str, about: str, what: str, act: Callable[["Group", bytes], object]
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


_OWN: Final = ("post", "response", "thanks", "comment", "repair", "place", "notice")


@command("withdraw", short_help="Take back something of one's own.")
@click.argument("code", metavar="CODE")
@pass_app
def withdraw(app: App, code: str) -> None:
    """Take back a post, an answer, thanks, a comment, a repair, a place or a notice."""
    with app.group() as group:
        found = find(group, code, *_OWN)
        if found.kind == "post":
            group.withdraw(found.id)
        elif found.kind == "response":
            group.release(found.id)
        else:
            group.remove(found.id)
        document: dict[str, Json] = {
            "code": code_of(found.id),
            "withdrawn": True,
        }
        app.done(document, f"Taken back: {kind_in_words(found.kind)}, {code_of(found.id)}.")


@command("forget", short_help="Have something forgotten for good, everywhere this reaches.")
@click.argument("code", metavar="CODE")
@click.option("--yes", is_flag=True, help="It cannot be undone, and I mean it.")
@pass_app
def forget(app: App, code: str, yes: bool) -> None:
    """Have something of one's own, or as a steward anything, forgotten on every machine."""
    with app.group() as group:
        found = find(group, code)
        if not yes:
            raise click.UsageError(
                f"{group.forgetting_reach()} It cannot be undone: add --yes if you mean it."
            )
        group.purge(found.id)
        document: dict[str, Json] = {"code": code_of(found.id), "forgotten": True}
        app.done(
            document,
            f"Forgotten: {kind_in_words(found.kind)}, {code_of(found.id)}."
            f" {group.forgetting_reach()}",
        )


@command("photo", short_help="Write a photo of a post into a file.")
@click.argument("code", metavar="POST")
@click.argument("number", metavar="N", type=_NUMBER)
@click.argument("file", metavar="FILE", type=_FILE)
@pass_app
def photo(app: App, code: str, number: int, file: Path) -> None:
    """Write the Nth photo of a post into a file; it is a JPEG picture."""
    with app.group() as group:
        found = find(group, code, "post")
        row = _photo(group, found.id, number)
        data = group.photo(row.hash)
        if data is None:
            raise NotFoundError(
                "This photo has not come to this machine yet, and nothing was written. It comes "
                "after the text, when a machine that has it is near."
            )
        write_whole(file, data)
        document: dict[str, Json] = {**shapes.photo(row), "file": str(file), "bytes": len(data)}
        app.done(document, f"The photo is in {file}: {one_line(row.alt) or 'not described'}.")
