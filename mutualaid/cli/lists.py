# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists of what the group has, and of what concerns oneself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import click

from mutualaid.cli import shapes, wording
from mutualaid.cli.context import TEXT, App, command, pass_app
from mutualaid.cli.lookup import code_of, codes_of_people
from mutualaid.cli.output import Json, local, say, table

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

    def names(self, *texts: str) -> bool:
        """Whether all words that were looked for begin a word of these texts."""
        from mutualaid.model.text import plain

        found = f" {plain(' '.join(texts))}"
        return all(f" {word}" in found for word in plain(self.search).split())

    def fits(self, row: "values.PostRow") -> bool:
        """Whether a post is among what was asked for."""
        if self.category and row.category != self.category:
            return False
        return _is_in(self.area, row.area) and self.names(row.title, row.text, row.owner_name)


@dataclass(frozen=True, slots=True)
class Listing:
    """One kind of list: where its rows come from and how a row is shown."""

    rows: Callable[["Group", Asked], "Iterator[Any]"]
    shape: Callable[["Group", Any], dict[str, Json]]
    line: Callable[[Any], Sequence[str]]
    flexible: int  # the column that is cut where a terminal is narrow
    empty: str = ""  # what is said where there is nothing


Fitting = tuple["values.PostRow", "values.Fit"]
Talk = tuple["values.ThreadRow", str]


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


def _mine(group: "Group", asked: Asked) -> "Iterator[values.MyRow]":
    """What waits for my yes, what I promised, what I asked, what was done; then what else of mine
    is past."""
    from mutualaid.model.values import Involvement, MyRow

    shown: set[bytes] = set()
    for row in group.my_page():
        shown.add(row.post.id)
        if asked.fits(row.post):
            yield row
    for past in (False, True):
        for post in _posts(mine=True, past=past)(group, asked):
            if post.id not in shown:
                yield MyRow(Involvement.ASKED, post)


def _fitting(kind: str) -> Callable[["Group", Asked], "Iterator[Fitting]"]:
    """Those posts of a kind that could be for me, with why."""

    def rows(group: "Group", asked: Asked) -> "Iterator[Fitting]":
        found = _kind(kind)(group, asked)
        while page := list(islice(found, _PAGE)):
            fits = group.fits(page)
            yield from ((row, fits[row.number]) for row in page if row.number in fits)

    return rows


def _learning(group: "Group", asked: Asked) -> "Iterator[values.LearningPair]":
    for pair in group.learning(_EVERYTHING):
        if asked.names(pair.wanted, pair.taught, pair.learner.name, pair.teacher.name):
            yield pair


def _dispatch(group: "Group", asked: Asked) -> "Iterator[values.DispatchRow]":
    return (row for row in group.dispatch() if asked.fits(row.post))


def _threads(group: "Group", asked: Asked) -> "Iterator[Talk]":
    """Private threads, each with the code of the other person."""
    codes = codes_of_people(group)
    for row in group.threads():
        if asked.names(row.title, row.name, row.text):
            yield row, codes.get(row.person, "")


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
    owner, status = wording.owner(row), wording.status(row)
    return (row.code, row.kind.value, row.title, row.urgency.value, row.area, owner, status)


def _fitting_line(found: Fitting) -> Sequence[str]:
    row, fit = found
    own = f" (your “{fit.title}”)" if fit.title else ""
    why = wording.reasons(fit.reasons) + own
    return (row.code, row.kind.value, row.title, row.urgency.value, wording.owner(row), why)


def _learning_line(pair: "values.LearningPair") -> Sequence[str]:
    learner, teacher = pair.learner, pair.teacher
    why = wording.reasons(pair.reasons)
    return (learner.code, learner.name, pair.wanted, teacher.code, teacher.name, pair.taught, why)


def _my_line(row: "values.MyRow") -> Sequence[str]:
    answer = row.response
    state = wording.status(row.post) if answer is None else wording.stands(answer)
    code, name = ("", "") if answer is None else (answer.code, wording.who(answer))
    if answer is not None and answer.mine:
        name = wording.owner(row.post)
    return (row.role.value, row.post.code, row.post.title, code, name, state)


def _dispatch_line(row: "values.DispatchRow") -> Sequence[str]:
    tell = row.tell or ("" if row.told_at is None else f"told {local(row.told_at)[:10]}")
    post = row.post
    return (post.code, post.on_behalf_of, post.title, wording.status(post), tell)


def _thread_line(talk: Talk) -> Sequence[str]:
    row, _code = talk
    new = f"{row.unread} new" if row.unread else ""
    said = f"you: {row.text}" if row.mine else row.text
    return (code_of(row.post), row.name, row.title, new, local(row.at), said)


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


def _photos(group: "Group", row: "values.PostRow") -> Sequence["values.PhotoRow"]:
    return group.post_detail(row.id).photos if row.photos else ()


def _post_shape(group: "Group", row: "values.PostRow") -> dict[str, Json]:
    return shapes.post(row, _photos(group, row))


def _of(shape: Callable[[Any], dict[str, Json]]) -> Callable[["Group", Any], dict[str, Json]]:
    """A shape that needs no look into the group."""
    return lambda _group, row: shape(row)


_LISTS: Final = {
    "needs": Listing(_kind("need"), _post_shape, _post_line, 2),
    "offers": Listing(_kind("offer"), _post_shape, _post_line, 2),
    "people": Listing(_people, _of(shapes.person), _person_line, 3),
    "fixers": Listing(_fixers, _of(shapes.fixer), _fixer_line, 6),
    "places": Listing(_places, _of(shapes.place), _place_line, 4),
    "repairs": Listing(_repairs, _of(shapes.repair), _repair_line, 3),
    "notices": Listing(_notices, _of(shapes.notice), _notice_line, 3),
    "mine": Listing(
        _mine,
        lambda group, row: shapes.mine(row, _photos(group, row.post)),
        _my_line,
        2,
        "You have asked and promised nothing yet.",
    ),
    "dispatch": Listing(
        _dispatch,
        lambda group, row: shapes.dispatch(row, _photos(group, row.post)),
        _dispatch_line,
        4,
        "Nothing is posted for anybody without a machine.",
    ),
    "threads": Listing(
        _threads,
        _of(lambda talk: shapes.thread(*talk)),
        _thread_line,
        5,
        "Nobody has written to you alone yet, nor you to them.",
    ),
    "learning": Listing(
        _learning,
        _of(shapes.learning),
        _learning_line,
        2,
        "Nobody wants to learn what somebody here can teach.",
    ),
    "past": Listing(_posts(past=True), _post_shape, _post_line, 2, "Nothing is done or over yet."),
}


def _fitting_list(kind: str) -> Listing:
    return Listing(
        _fitting(kind),
        lambda group, found: {**_post_shape(group, found[0]), "fit": shapes.fit(found[1])},
        _fitting_line,
        5,
        "Nothing on the board seems to be for you.",
    )


_FITTING: Final = {"needs": _fitting_list("need"), "offers": _fitting_list("offer")}


@command("list", short_help="List needs, offers, people, fixers, places and more.")
@click.argument("what", type=click.Choice(list(_LISTS)))
@click.option("--search", default="", metavar="Q", type=TEXT, help="Words, or their beginnings.")
@click.option("--category", default="", metavar="C", type=TEXT)
@click.option("--area", default="", metavar="A", type=TEXT)
@click.option(
    "--limit", metavar="N", type=click.IntRange(1), help="At most so many. [100; with --json all]"
)
@click.option("--fits", is_flag=True, help="Needs or offers that could be for you, with why.")
@pass_app
def list_(
    app: App, what: str, search: str, category: str, area: str, limit: int | None, fits: bool
) -> None:
    """List what the group has, newest first.

    “mine” is what waits for your yes, what you promised, asked, and what was done; “dispatch” what
    is posted for people without a machine, and what to phone back; “threads” who wrote to you
    alone; “learning” who could learn from whom; “past” what is done or over. “people” are members;
    who is only known of from a list has a command of its own, “mutualaid known list”.
    """
    if fits and what not in _FITTING:
        raise click.UsageError("--fits goes with needs and offers.")
    listing = _FITTING[what] if fits else _LISTS[what]
    with app.group() as group:
        found = listing.rows(group, Asked(search, category, area))
        if app.as_json:
            app.done([listing.shape(group, row) for row in islice(found, limit)], "")
            return
        wanted = limit or _ON_SCREEN
        rows = list(islice(found, wanted + 1))
        if not rows:
            nothing = listing.empty or f"There are no {what} yet."
            say("Nothing found." if search or category or area else nothing)
            return
        lines = [listing.line(row) for row in rows[:wanted]]
        click.echo(table(lines, flexible=listing.flexible))
        if len(rows) > wanted and limit is None:
            say(f"The first {wanted} are shown; --limit shows more.")
