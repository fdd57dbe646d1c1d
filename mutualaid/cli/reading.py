# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading: lists, one record in full, and what has reached whom."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import click

from mutualaid.cli import shapes
from mutualaid.cli.context import TEXT, App, command, pass_app
from mutualaid.cli.lookup import Found, describe, find
from mutualaid.cli.membership import person_text
from mutualaid.cli.output import Json, local, one_line, plain, say, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mutualaid.model import values
    from mutualaid.model.group import Group

_PAGE: Final = 500
#: How many lines a person is shown unless they ask for more; scripts get all.
_ON_SCREEN: Final = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What to list."""

    search: str
    category: str
    area: str


@dataclass(frozen=True, slots=True)
class Listing:
    """One kind of list: where its rows come from and how a row is shown."""

    rows: Callable[["Group", Asked], "Iterator[Any]"]
    shape: Callable[[Any], dict[str, Json]]
    line: Callable[[Any], Sequence[str]]
    flexible: int  # the column that is cut where a terminal is narrow


def _posts(**fixed: Any) -> Callable[["Group", Asked], "Iterator[values.PostRow]"]:
    def rows(group: "Group", asked: Asked) -> "Iterator[values.PostRow]":
        from mutualaid.model.values import PostFilter

        chosen = dict(fixed)
        if chosen.pop("mine", False):
            chosen["owner"] = group.me
        wanted = PostFilter(
            search=asked.search,
            categories=(asked.category,) if asked.category else (),
            area=asked.area,
            **chosen,
        )
        before = None
        while True:
            page = group.posts(wanted, limit=_PAGE, before=before)
            yield from page
            if len(page) < _PAGE:
                return
            before = (page[-1].created, page[-1].number)

    return rows


def _mine(group: "Group", asked: Asked) -> "Iterator[values.PostRow]":
    yield from _posts(mine=True)(group, asked)
    yield from _posts(mine=True, past=True)(group, asked)


def _kind(name: str) -> Callable[["Group", Asked], "Iterator[values.PostRow]"]:
    def rows(group: "Group", asked: Asked) -> "Iterator[values.PostRow]":
        from mutualaid.model.values import PostKind

        return _posts(kind=PostKind(name))(group, asked)

    return rows


def _people(group: "Group", asked: Asked) -> "Iterator[values.PersonRow]":
    offset = 0
    while page := group.people(asked.search, limit=_PAGE, offset=offset):
        for row in page:
            if _is_in(asked.area, row.area) and _does(row, asked.category):
                yield row
        offset += len(page)


def _is_in(wanted: str, area: str) -> bool:
    return not wanted or wanted.casefold() == area.casefold()


def _does(row: "values.PersonRow", category: str) -> bool:
    wanted = category.casefold()
    return not wanted or any(wanted == fix.category.casefold() for fix in row.fixes)


def _product(typed: str) -> str:
    from mutualaid.model.taxonomy import product_name

    return (product_name(typed) or typed) if typed else ""


_EVERYTHING: Final = 1_000_000


def _fixers(group: "Group", asked: Asked) -> "Iterator[values.FixerRow]":
    from mutualaid.model.values import SkillLevel

    for row in group.fixers(
        asked.search, category=_product(asked.category), area=asked.area, limit=_EVERYTHING
    ):
        # Who wants to learn is shown in the window beside those who can; a list of fixers is of
        # those who can.
        if row.level is not SkillLevel.LEARN:
            yield row


def _repairs(group: "Group", asked: Asked) -> "Iterator[values.RepairRow]":
    yield from group.repairs(asked.search, category=_product(asked.category), limit=_EVERYTHING)


def _places(group: "Group", asked: Asked) -> "Iterator[values.PlaceRow]":
    for row in group.places(asked.search, limit=_EVERYTHING):
        fits = not asked.category or any(
            fix.category == _product(asked.category) for fix in row.fixes
        )
        if fits and _is_in(asked.area, row.area):
            yield row


def _notices(group: "Group", asked: Asked) -> "Iterator[values.NoticeRow]":
    wanted = asked.search.casefold()
    return (row for row in group.notices() if wanted in row.text.casefold())


def _post_line(row: "values.PostRow") -> Sequence[str]:
    owner = f"{row.owner_name} for {row.on_behalf_of}" if row.on_behalf_of else row.owner_name
    return (row.code, row.kind.value, row.title, row.urgency.value, row.area, owner, row.status)


def _person_line(row: "values.PersonRow") -> Sequence[str]:
    does = [skill.name for skill in row.skills] + [fix.category for fix in row.fixes]
    return (row.code, row.name, row.area, ", ".join(does))


def _fixer_line(row: "values.FixerRow") -> Sequence[str]:
    came_of_it = f"{row.fixed} of {row.attempts} fixed" if row.attempts else ""
    return (row.code, row.category, row.name, row.kind, came_of_it, row.area, row.note)


def _hours(canonical: str) -> str:
    from mutualaid.model.hours import words

    return words(canonical)


def _place_line(row: "values.PlaceRow") -> Sequence[str]:
    confirmed = "" if row.last_confirmed is None else local(row.last_confirmed)[:10]
    return (row.code, row.name, row.kind.value, row.area, _hours(row.hours), confirmed)


def _repair_line(row: "values.RepairRow") -> Sequence[str]:
    outcome = row.outcome.value.replace("_", " ")
    return (row.code, row.date, row.category, row.item, outcome, row.place_name or row.who)


def _notice_line(row: "values.NoticeRow") -> Sequence[str]:
    return (row.code, local(row.created)[:10], row.who, row.text)


_LISTS: Final = {
    "needs": Listing(_kind("need"), shapes.post, _post_line, 2),
    "offers": Listing(_kind("offer"), shapes.post, _post_line, 2),
    "people": Listing(_people, shapes.person, _person_line, 3),
    "fixers": Listing(_fixers, shapes.fixer, _fixer_line, 6),
    "places": Listing(_places, shapes.place, _place_line, 4),
    "repairs": Listing(_repairs, shapes.repair, _repair_line, 3),
    "notices": Listing(_notices, shapes.notice, _notice_line, 3),
    "mine": Listing(_mine, shapes.post, _post_line, 2),
    "past": Listing(_posts(past=True), shapes.post, _post_line, 2),
}


@command("list", short_help="List needs, offers, people, fixers, places and more.")
@click.argument("what", type=click.Choice(list(_LISTS)))
@click.option("--search", default="", metavar="Q", type=TEXT, help="Words, or their beginnings.")
@click.option("--category", default="", metavar="C", type=TEXT)
@click.option("--area", default="", metavar="A", type=TEXT)
@click.option(
    "--limit", metavar="N", type=click.IntRange(1), help="At most so many. [100; with --json all]"
)
@pass_app
def list_(app: App, what: str, search: str, category: str, area: str, limit: int | None) -> None:
    """List what the group has, newest first."""
    listing = _LISTS[what]
    with app.group() as group:
        found = listing.rows(group, Asked(search, category, area))
        if app.as_json:
            app.done([listing.shape(row) for row in islice(found, limit)], "")
            return
        wanted = limit or _ON_SCREEN
        rows = list(islice(found, wanted + 1))
        if not rows:
            say("Nothing found." if search or category or area else f"There are no {what} yet.")
            return
        lines = [listing.line(row) for row in rows[:wanted]]
        click.echo(table(lines, flexible=listing.flexible))
        if len(rows) > wanted and limit is None:
            say(f"The first {wanted} are shown; --limit shows more.")


# -- one record -----------------------------------------------------------------------------------


@command("show", short_help="Show one record, the answers to it and its history.")
@click.argument("code", metavar="CODE")
@pass_app
def show(app: App, code: str) -> None:
    """Show one record with the answers to it and its history. A beginning of the code will do."""
    with app.group() as group:
        found = find(group, code)
        if found.kind == "post":
            detail = group.post_detail(found.id)
            app.done({"record": "post", **shapes.post_detail(detail)}, _post_text(detail))
            return
        shape, text = _SHOWN.get(found.kind, _show_other)(group, found)
        history = group.history(found.id)
        app.done(
            {
                "record": found.kind,
                **shape,
                "responses": [],
                "history": [shapes.history(row) for row in history],
            },
            "\n".join((text, *_history_lines(history))),
        )


Shown = tuple[dict[str, Json], str]


def _show_person(group: "Group", found: Found) -> Shown:
    row = group.person(found.id)
    return shapes.person(row), person_text(row)


def _show_place(group: "Group", found: Found) -> Shown:
    row = group.place(found.id)
    lines = [f"{row.code}  {one_line(row.name)}, {row.kind.value}"]
    parts = (
        ("Area", row.area),
        ("Address", row.address),
        ("Hours", _hours(row.hours)),
        ("Repairs", ", ".join(fix.category for fix in row.fixes)),
        ("Came of it", f"{row.fixed} of {row.attempts} fixed" if row.attempts else ""),
    )
    lines += [f"  {label}: {one_line(value)}" for label, value in parts if value]
    if row.about:
        lines.append(plain(row.about))
    return shapes.place(row), "\n".join(lines)


def _show_repair(group: "Group", found: Found) -> Shown:
    row = next(row for row in group.repairs(limit=_EVERYTHING) if row.id == found.id)
    lines = [f"{row.code}  {one_line(row.category)}, {row.outcome.value.replace('_', ' ')}"]
    parts = (
        ("Item", row.item),
        ("Brand", row.brand),
        ("Date", row.date),
        ("Place", row.place_name),
        ("By", row.who),
        ("In the way", row.barrier),
    )
    lines += [f"  {label}: {one_line(value)}" for label, value in parts if value]
    if row.problem:
        lines.append(plain(row.problem))
    return shapes.repair(row), "\n".join(lines)


def _show_other(group: "Group", found: Found) -> Shown:
    """A record of any kind, field by field; also of a kind that this version does not know."""
    from mutualaid.model.codes import code

    def value(of: "values.Scalar") -> Json:
        if isinstance(of, bytes):
            return code(of) if len(of) == _ID_BYTES else of.hex()
        return of

    shape: dict[str, Json] = {"code": code(found.id), "kind": found.kind}
    for name, of in group.fields(found.id).items():
        if not name.startswith("_"):
            shape.setdefault(name, value(of))
    lines = [f"{code(found.id)}  {describe(found.kind)}"]
    lines += [
        f"  {one_line(name)}: {one_line(str(shown))}"
        for name, shown in shape.items()
        if name not in ("code", "kind")
    ]
    return shape, "\n".join(lines)


_ID_BYTES: Final = 16
_SHOWN: Final[dict[str, Callable[["Group", Found], Shown]]] = {
    "person": _show_person,
    "place": _show_place,
    "repair": _show_repair,
}


def _post_text(detail: "values.PostDetail") -> str:
    row = detail.row
    lines = [f"{row.code}  {row.kind.value}: {one_line(row.title)}  [{row.status.value}]"]
    if row.text:
        lines.append(plain(row.text))
    parts = (
        (
            "From",
            f"{row.owner_name} for {row.on_behalf_of}" if row.on_behalf_of else row.owner_name,
        ),
        ("Category", row.category),
        ("How soon", row.urgency.value),
        ("When", row.when),
        ("Area", row.area),
        ("As", row.mode.value),
        ("Open until", "taken back" if row.expires is None else local(row.expires)),
    )
    lines += [f"  {label}: {one_line(value)}" for label, value in parts if value]
    lines += [
        f"  {answer.code}  {one_line(answer.who)} ({answer.state}): {one_line(answer.note)}"
        for answer in detail.responses
    ]
    lines += [
        f"  {said.code}  {local(said.created)}  {one_line(said.who)}: {one_line(said.text)}"
        for said in detail.comments
    ]
    lines += [
        f"  Also written for {value.field}, by {one_line(value.by)}: {one_line(str(value.value))}"
        for value in detail.conflicts
    ]
    lines += _history_lines(detail.history)
    lines.append(f"Saved here, reached {detail.reached} of {detail.machines} machines.")
    return "\n".join(lines)


def _history_lines(history: Sequence["values.HistoryRow"]) -> list[str]:
    return [f"  {local(row.when)}  {one_line(row.who)}: {one_line(row.what)}" for row in history]


# -- what has reached whom ------------------------------------------------------------------------


@command("status", short_help="Say what has reached which machine.")
@pass_app
def status(app: App) -> None:
    """Say which machines of the group were heard when, and what has reached whom."""
    with app.group(warn=True) as group:
        machines = group.machines()
        reached = group.reached()
        waiting = group.waiting()
        document: dict[str, Json] = {
            **shapes.group_and_me(group),
            "joined": group.joined,
            "machines": [shapes.machine(row) for row in machines],
            "shelves": [],
            "waiting": waiting,
            "reached": reached.reached,
            "warning": group.warning,
            "advisories": list(group.advisories()),
        }
        app.done(document, _status_text(group, machines, reached, waiting))


def _status_text(
    group: "Group",
    machines: Sequence["values.MachineRow"],
    reached: "values.Reached",
    waiting: int,
) -> str:
    last = "" if reached.last is None else f", last at {local(reached.last)}"
    lines = [
        f"{one_line(group.name)}: you are {one_line(group.my_name)}.",
        f"Saved on this machine, reached {reached.reached} of {reached.machines} machines{last}.",
    ]
    if not group.joined:
        lines.append("No machine of the group has let this one in yet.")
    if waiting:
        lines.append(f"{waiting} changes made here have reached nobody yet.")
    lines += [one_line(sentence) for sentence in group.advisories() if sentence != group.warning]
    if machines:
        lines.append(table([_machine_line(row) for row in machines], flexible=0))
    return "\n".join(lines)


def _machine_line(row: "values.MachineRow") -> Sequence[str]:
    if row.this:
        return (row.name, "this machine", "")
    heard = "never heard" if row.last_heard is None else f"heard {local(row.last_heard)}"
    if row.frozen:
        return (row.name, heard, "stopped: it was copied")
    if row.behind is None:
        return (row.name, heard, "")
    return (row.name, heard, f"lacks {row.behind}" if row.behind else "has everything")
