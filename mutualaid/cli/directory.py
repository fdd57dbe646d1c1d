# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is there: skills, what people repair, repairs, places and notices."""

import time
from typing import Any, Final

import click

from mutualaid.cli import shapes
from mutualaid.cli.context import TEXT, App, pass_app, topic
from mutualaid.cli.lookup import find
from mutualaid.cli.membership import own_page, person_text
from mutualaid.cli.output import Json, one_line
from mutualaid.errors import BadValueError
from mutualaid.model.values import (
    ContactKind,
    Fix,
    PlaceDraft,
    PlaceKind,
    RepairDraft,
    RepairOutcome,
    SkillLevel,
)

_DAY_MS: Final = 24 * 60 * 60 * 1000
OUTCOME = click.Choice([one.value.replace("_", "-") for one in RepairOutcome])
PLACE_KIND = click.Choice([one.value for one in PlaceKind])


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _outcome(typed: str) -> RepairOutcome:
    return RepairOutcome(typed.replace("-", "_"))


def _category(typed: str) -> str:
    """The product category that is meant, by its name or an everyday word for it."""
    from mutualaid.model.taxonomy import product_name

    return product_name(typed) or typed


def _show_own_page(app: App, group: Any) -> None:
    row = own_page(group)
    app.done({**shapes.group_and_me(group), **shapes.person(row)}, person_text(row))


def _show(app: App, record: bytes | None, shape: dict[str, Json], text: str) -> None:
    from mutualaid.model.codes import code

    assert record is not None
    app.done({**shape, "code": code(record)}, f"{code(record)}  {one_line(text)}")


# -- skills and what one repairs ----------------------------------------------------------------


@topic("skill")
def skill() -> None:
    """Say what one can do, teach, or wants to learn."""


@skill.command("add")
@click.argument("name", metavar="NAME", type=TEXT)
@click.option(
    "--level",
    type=click.Choice([one.value for one in SkillLevel]),
    default=SkillLevel.CAN.value,
    show_default=True,
)
@click.option("--note", default="", type=TEXT)
@pass_app
def skill_add(app: App, name: str, level: str, note: str) -> None:
    """Put a skill on one's own page, or change its level."""
    with app.group() as group:
        group.add_skill(name, SkillLevel(level), note)
        _show_own_page(app, group)


@skill.command("remove")
@click.argument("name", metavar="NAME", type=TEXT)
@pass_app
def skill_remove(app: App, name: str) -> None:
    """Take a skill off one's own page."""
    with app.group() as group:
        group.remove_skill(name)
        _show_own_page(app, group)


@topic("fix")
def fix() -> None:
    """Say what one can repair."""


@fix.command("add")
@click.argument("category", metavar="CATEGORY", type=TEXT)
@click.option("--note", default="", type=TEXT)
@pass_app
def fix_add(app: App, category: str, note: str) -> None:
    """Put a product category on one's own page: Kettle, Lamp, Sewing machine and so on."""
    with app.group() as group:
        group.add_fix(_category(category), note)
        _show_own_page(app, group)


@fix.command("remove")
@click.argument("category", metavar="CATEGORY", type=TEXT)
@pass_app
def fix_remove(app: App, category: str) -> None:
    """Take a product category off one's own page."""
    with app.group() as group:
        group.remove_fix(_category(category))
        _show_own_page(app, group)


# -- repairs ------------------------------------------------------------------------------------

_REPAIR_OPTIONS = (
    click.option("--item", type=TEXT, help="What it was, in your words."),
    click.option("--brand", type=TEXT),
    click.option("--problem", type=TEXT, help="What was wrong and what was done."),
    click.option("--barrier", type=TEXT, help="What stood in the way."),
    click.option("--date", metavar="YYYY-MM-DD", type=TEXT, help="Usually today."),
    click.option("--place", "place_code", metavar="CODE", help="Where."),
    click.option("--year", type=TEXT, help="Year of manufacture."),
    click.option("--age", type=TEXT, help="Years old."),
)


def _repair_options(function: Any) -> Any:
    for option in reversed(_REPAIR_OPTIONS):
        function = option(function)
    return function


def _said(group: Any, options: dict[str, Any]) -> dict[str, Any]:
    said = _given(options)
    place_code = said.pop("place_code", None)
    if place_code is not None:
        said["place"] = find(group, place_code, "place").id
    return said


@topic("repair")
def repair() -> None:
    """Record a repair and what came of it."""


@repair.command("add")
@click.argument("category", metavar="CATEGORY", type=TEXT)
@click.option("--outcome", required=True, type=OUTCOME)
@_repair_options
@pass_app
def repair_add(app: App, category: str, outcome: str, **options: Any) -> None:
    """Record an attempt to repair something."""
    with app.group() as group:
        name, result = _category(category), _outcome(outcome)
        made = group.add_repair(RepairDraft(category=name, outcome=result, **_said(group, options)))
        shape: dict[str, Json] = {"category": name, "outcome": result.value}
        _show(app, made.created, shape, f"{name}, {outcome}. Saved on this machine.")


@repair.command("edit")
@click.argument("code", metavar="REPAIR")
@click.option("--category", type=TEXT)
@click.option("--outcome", type=OUTCOME)
@_repair_options
@pass_app
def repair_edit(
    app: App, code: str, category: str | None, outcome: str | None, **options: Any
) -> None:
    """Correct a repair that one recorded."""
    with app.group() as group:
        said = _said(group, options)
        if category is not None:
            said["category"] = _category(category)
        if outcome is not None:
            said["outcome"] = _outcome(outcome)
        if not said:
            raise click.UsageError("Say what to change, for instance --outcome.")
        found = find(group, code, "repair")
        group.edit_repair(found.id, **said)
        _show(app, found.id, {}, "Corrected.")


# -- places -------------------------------------------------------------------------------------

_PLACE_OPTIONS = (
    click.option("--area", type=TEXT, help="Where, in words."),
    click.option("--address", type=TEXT),
    click.option("--hours", type=TEXT, help="Such as “First Saturday, 10:00 to 13:00”."),
    click.option("--about", type=TEXT),
    click.option(
        "--contact",
        "contacts",
        multiple=True,
        metavar="KIND=VALUE",
        type=TEXT,
        help="How to reach it, such as phone=0123456.",
    ),
    click.option("--point", metavar="LAT,LON", type=TEXT, help="Where it is on a map."),
)


def _contacts(typed: tuple[str, ...]) -> tuple[tuple[ContactKind, str], ...]:
    """Ways to reach a place, as they were typed."""
    found: dict[ContactKind, str] = {}
    for each in typed:
        kind, sign, value = each.partition("=")
        if not sign or kind.strip().lower() not in list(ContactKind):
            raise BadValueError(
                f"“{each[:40]}” is not KIND=VALUE. Kinds are: {', '.join(ContactKind)}."
            )
        found[ContactKind(kind.strip().lower())] = value.strip()
    return tuple(found.items())


def _place_given(options: dict[str, Any]) -> dict[str, Any]:
    """What was said of a place."""
    contacts = _contacts(options.pop("contacts", ()))
    return {**_given(options), **({"contacts": contacts} if contacts else {})}


def _place_options(function: Any) -> Any:
    for option in reversed(_PLACE_OPTIONS):
        function = option(function)
    return function


@topic("place")
def place() -> None:
    """Describe a workshop, kitchen, hub or other place."""


@place.command("add")
@click.argument("name", metavar="NAME", type=TEXT)
@click.option("--kind", type=PLACE_KIND, default=PlaceKind.ORGANIZATION.value, show_default=True)
@_place_options
@click.option("--fix", "fixes", multiple=True, metavar="CATEGORY", type=TEXT)
@pass_app
def place_add(app: App, name: str, kind: str, fixes: tuple[str, ...], **options: Any) -> None:
    """Describe a place; anybody in the group can correct it later."""
    with app.group() as group:
        draft = PlaceDraft(
            name=name,
            kind=PlaceKind(kind),
            fixes=tuple(Fix(_category(one)) for one in fixes),
            **_place_given(options),
        )
        made = group.add_place(draft)
        assert made.created is not None
        row = group.place(made.created)
        app.done(shapes.place(row), f"{row.code}  {one_line(row.name)}. Saved on this machine.")


@place.command("edit")
@click.argument("code", metavar="PLACE")
@click.option("--name", type=TEXT)
@click.option("--kind", type=PLACE_KIND)
@_place_options
@click.option("--fix", "fixes", multiple=True, metavar="CATEGORY", type=TEXT)
@pass_app
def place_edit(
    app: App,
    code: str,
    name: str | None,
    kind: str | None,
    fixes: tuple[str, ...],
    **options: Any,
) -> None:
    """Correct a place; what is not named stays as it is. --fix and --contact replace the whole
    list."""
    said = _place_given(options)
    if name is not None:
        said["name"] = name
    if kind is not None:
        said["kind"] = PlaceKind(kind)
    if fixes:
        said["fixes"] = tuple(Fix(_category(one)) for one in fixes)
    if not said:
        raise click.UsageError("Say what to change, for instance --hours.")
    with app.group() as group:
        found = find(group, code, "place")
        group.edit_place(found.id, **said)
        row = group.place(found.id)
        app.done(shapes.place(row), f"{row.code}  {one_line(row.name)}. Corrected.")


@place.command("confirm")
@click.argument("code", metavar="PLACE")
@pass_app
def place_confirm(app: App, code: str) -> None:
    """Say that what stands there about a place is still right."""
    with app.group() as group:
        found = find(group, code, "place")
        group.confirm_place(found.id)
        row = group.place(found.id)
        app.done(shapes.place(row), f"{row.code}  {one_line(row.name)}. Confirmed today.")


# -- notices ------------------------------------------------------------------------------------


@topic("notice")
def notice() -> None:
    """Tell everybody something for a while."""


@notice.command("add")
@click.argument("text", metavar="TEXT", type=TEXT)
@click.option("--days", metavar="N", type=click.IntRange(1, 365), help="Shown for so many days.")
@pass_app
def notice_add(app: App, text: str, days: int | None) -> None:
    """Put up a notice."""
    expires = None if days is None else time.time_ns() // 1_000_000 + days * _DAY_MS
    with app.group() as group:
        made = group.add_notice(text, expires)
        _show(app, made.created, {"text": text}, "Saved on this machine.")
