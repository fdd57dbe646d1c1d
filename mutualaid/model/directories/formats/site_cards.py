# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""One record as it stands on a page of a site."""

from collections.abc import Sequence
from typing import Final

from mutualaid.model.directories.directory import (
    Contact,
    Person,
    Place,
    Post,
    Repair,
    Source,
)
from mutualaid.model.directories.formats.html import (
    NOTHING,
    Html,
    from_left,
    isolated,
    joined,
    language_tag,
    mail,
    tag,
    telephone,
    web_address,
)
from mutualaid.model.directories.formats.site_contents import Contents, Mending
from mutualaid.model.directories.formats.site_words import Words, spaced
from mutualaid.model.values import ContactKind, Fix, Mode, PostKind, SkillLevel, Urgency

_SVG: Final = '<svg class="shape" viewBox="0 0 24 24" width="11" height="11" aria-hidden="true">'
#: A need is a square on its corner, an offer a disc: nobody has to tell colours apart.
_SHAPES: Final = {
    PostKind.NEED: Html(f'{_SVG}<path d="M12 1l11 11-11 11L1 12z"/></svg>'),
    PostKind.OFFER: Html(f'{_SVG}<circle cx="12" cy="12" r="10"/></svg>'),
}


class Cards:
    """Records in one language. ``root`` leads from its pages to the top of the site."""

    def __init__(self, contents: Contents, words: Words, root: str) -> None:
        self.contents = contents
        self.words = words
        self.root = root
        self.group = contents.directory.group
        self.made = contents.directory.made

    def day(self, at: int) -> str:
        return self.words.day(at, self.group.tz, self.made)

    def link(self, record: Person | Place | Post, name: str) -> Html:
        return tag("a", isolated(name), href=self.contents.where[record.id])

    # -- needs and offers -----------------------------------------------------------------

    def post(self, post: Post, heading: str) -> Html:
        """A post as a card, its title a heading of the given rank ("h2")."""
        said = self.words.said
        title = tag(heading, post.title, dir="auto", lang=language_tag(post.language))
        return tag(
            "li",
            tag(
                "article",
                tag("p", *self._pills(post), class_="pills"),
                title,
                self.paragraphs(post.text, language_tag(post.language)),
                self._parts(post),
                tag("p", self.facts(post), class_="meta"),
                self._photos(post),
                self.contacts(post.contacts),
                self._source(post.source),
                tag(
                    "p",
                    tag(
                        "span", said("post.code"), " ", tag("strong", from_left(spaced(post.code)))
                    ),
                    self._answer(post),
                    class_="code",
                ),
                class_=f"card {post.kind}",
                id=self.contents.anchors[post.id],
            ),
        )

    def line(self, post: Post) -> Html:
        """A post on one line, which leads to its card."""
        facts = joined(*self._facts(post), by=" · ")
        return tag(
            "li",
            self.link(post, post.title),
            tag("span", joined(" ", facts), class_="meta"),
        )

    def facts(self, post: Post) -> Html:
        """What stands small below a title."""
        return joined(self.words.category(post.category), *self._facts(post), by=" · ")

    def _facts(self, post: Post) -> tuple[str, ...]:
        """Where, who, when and how long."""
        said = self.words.said
        until = (
            said("post.standing")
            if post.expires is None
            else said("post.until", day=self.day(post.expires))
        )
        return (
            isolated(post.area),
            self._who(post),
            isolated(post.when),
            self.words.when(post, self.group.tz, self.made),
            said(f"mode.{post.mode}") if post.mode is not Mode.GIFT else "",
            until,
            said("post.posted", day=self.day(post.created)) if post.created else "",
        )

    def kind_pill(self, kind: PostKind, words: str) -> Html:
        return tag("span", _SHAPES[kind], words, class_=f"pill {kind}")

    def _pills(self, post: Post) -> list[Html]:
        said = self.words.said
        pills = [self.kind_pill(post.kind, said(f"kinds.{post.kind}"))]
        if post.urgency is not Urgency.ANYTIME:
            pills.append(tag("span", said(f"urgency.{post.urgency}"), class_="pill urgent"))
        if state := self.words.state(post):
            pills.append(tag("span", state, class_="state"))
        return pills

    def _who(self, post: Post) -> Html:
        marked = self.words.marked
        who = NOTHING
        if post.by_name and post.by in self.contents.where:
            assert post.by is not None
            who = tag("a", isolated(post.by_name), href=self.contents.where[post.by])
        elif post.by_name:
            who = isolated(post.by_name)
        if post.on_behalf_of:
            if not who:
                return marked("post.for", name=post.on_behalf_of)
            return marked("post.by_for", who=who, name=post.on_behalf_of)
        return who

    def _parts(self, post: Post) -> Html:
        marked = self.words.marked
        lines = [
            marked("post.parts", number=str(part.quantity), name=part.name)
            for part in post.parts
            if part.name
        ]
        names = list(dict.fromkeys(each.by_name for each in post.promises if each.by_name))
        if names:
            who = joined(*(isolated(name) for name in names), by=self.words.said("hours.comma"))
            lines.append(marked("post.helps", n=len(names), names=who))
        return tag("p", joined(*lines, by=" · "), class_="parts") if lines else NOTHING

    def _photos(self, post: Post) -> Html:
        if not post.photos:
            return NOTHING
        without = self.words.said("post.photo", title=post.title)
        shown = []
        for number, photo in enumerate(post.photos, 1):
            file = self.root + self.contents.photo(post, number)
            picture = tag("img", src=file, alt=photo.alt or without, loading="lazy")
            shown.append(tag("a", picture, href=file))
        return tag("p", *shown, class_="photos")

    def _answer(self, post: Post) -> Html:
        subject = self.words.said("post.subject", code=spaced(post.code), title=post.title)
        address = mail(self.group.email, subject)
        if not address:
            return NOTHING
        return tag("a", self.words.said("post.write"), href=address, class_="button")

    # -- people, places, repairs ----------------------------------------------------------

    def person(self, person: Person) -> Html:
        said, marked = self.words.said, self.words.marked
        speaks = joined(*(isolated(each) for each in person.languages), by=said("hours.comma"))
        rows = [
            (
                said(f"person.{level}"),
                [self.noted(each.name, each.note) for each in person.skills if each.level is level],
            )
            for level in (SkillLevel.CAN, SkillLevel.TEACH, SkillLevel.LEARN)
        ]
        rows.append((said("person.fixes"), self.fixes(person.fixes)))
        own = self.contents.posts_of.get(person.id, ())
        rows.append((said("person.posts"), [self.link(post, post.title) for post in own[:20]]))
        return tag(
            "li",
            tag(
                "article",
                tag("h2", isolated(person.name)),
                tag("p", said("person.known_of"), class_="known") if person.known_of else None,
                self.meta(
                    isolated(person.area),
                    marked("person.speaks", languages=speaks) if speaks else NOTHING,
                    isolated(person.availability),
                ),
                self.listing(rows),
                self.contacts(person.contacts),
                self._source(person.source),
                class_="card",
                id=self.contents.anchors[person.id],
            ),
        )

    def place(self, place: Place) -> Html:
        said = self.words.said
        confirmed = (
            said("places.confirmed", day=self.day(place.confirmed)) if place.confirmed else ""
        )
        rows = [
            (said("places.hours"), [isolated(self.words.hours(place.hours))]),
            (said("places.address"), [isolated(place.address)]),
            (said("places.fixes"), self.fixes(place.fixes)),
        ]
        return tag(
            "li",
            tag(
                "article",
                tag("p", tag("span", said(f"place.{place.kind}"), class_="pill"), class_="pills"),
                tag("h2", isolated(place.name)),
                self.meta(isolated(place.area)),
                self.paragraphs(place.about, None),
                self.listing(rows),
                self.contacts(place.contacts),
                self.meta(
                    confirmed,
                    self.outcomes(
                        self.contents.tried_at[place.id], self.contents.mended_at[place.id]
                    ),
                ),
                self._source(place.source),
                class_="card",
                id=self.contents.anchors[place.id],
            ),
        )

    def repair(self, repair: Repair) -> Html:
        """An attempt as a row of a table."""
        words = self.words
        product = words.product(repair.category)
        # Who calls a kettle a kettle has said it once.
        alike = repair.item.casefold() in {"", repair.category.casefold(), product.casefold()}
        made_in = " ".join(part for part in (repair.year, repair.age and f"({repair.age})") if part)
        what = joined(
            isolated(product if alike else repair.item),
            isolated(repair.brand),
            NOTHING if alike else isolated(product),
            isolated(made_in),
            by=" · ",
        )
        came = joined(
            words.said(f"outcome.{repair.outcome}"),
            isolated(words.barrier(repair.barrier)),
            by=": ",
        )
        source = repair.source
        return tag(
            "tr",
            tag("th", what, scope="row"),
            tag("td", isolated(repair.problem)),
            tag("td", came),
            tag("td", from_left(repair.date)),
            tag("td", joined(isolated(repair.place_name), self._whence(source), by=" · ")),
            id=self.contents.anchors[repair.id],
        )

    def mending(self, thing: Mending) -> Html:
        """Who mends one sort of thing."""
        said = self.words.said
        able = len(thing.people)
        alone = able == 1 and not thing.places
        counted = joined(
            tag("strong", said("fixing.only")) if alone else None,
            None if able or thing.places else tag("strong", said("fixing.nobody")),
            said("fixing.people", n=able) if able and not alone else "",
            said("fixing.places", n=len(thing.places)) if thing.places else "",
            self.outcomes(thing.attempts, thing.fixed),
            by=" · ",
        )
        return tag(
            "section",
            tag("h2", isolated(self.words.product(thing.category)), id=thing.anchor),
            tag("p", counted, class_="meta") if counted else None,
            tag(
                "ul",
                *(
                    self._mender(place, place.name, fix.note, said("fixing.place"), place.area)
                    for place, fix in thing.places
                ),
                *(
                    self._mender(each, each.name, fix.note, each.area, each.availability)
                    for each, fix in thing.people
                ),
                *(
                    self._mender(each, each.name, said("fixing.learns"), each.area)
                    for each in thing.learners
                ),
                class_="lines",
            ),
            aria_labelledby=thing.anchor,
        )

    def _mender(self, who: Person | Place, name: str, *facts: str) -> Html:
        small = joined(*(isolated(fact) for fact in facts), by=" · ")
        return tag(
            "li",
            self.link(who, name),
            tag("span", joined(" ", small), class_="meta") if small else None,
        )

    def outcomes(self, attempts: int, fixed: int) -> str:
        if not attempts:
            return ""
        return self.words.said("fixing.outcomes", fixed=str(fixed), attempts=str(attempts))

    # -- parts of cards -------------------------------------------------------------------

    def meta(self, *facts: str) -> Html:
        shown = joined(*facts, by=" · ")
        return tag("p", shown, class_="meta") if shown else NOTHING

    def paragraphs(self, text: str, language: str | None) -> Html:
        """A long text: empty lines part its paragraphs, each with a direction of its own."""
        return joined(
            *(
                tag("p", part, class_="text", dir="auto", lang=language)
                for part in text.split("\n\n")
                if part.strip()
            )
        )

    def noted(self, name: str, note: str) -> Html:
        if not note:
            return isolated(name)
        return joined(isolated(name), tag("span", " (", isolated(note), ")", class_="note"))

    def fixes(self, fixes: Sequence[Fix]) -> list[Html]:
        return [self.noted(self.words.product(fix.category), fix.note) for fix in fixes]

    def listing(self, rows: Sequence[tuple[str, Sequence[Html]]]) -> Html:
        """Names with what belongs to each; those that nothing belongs to are left out."""
        comma = self.words.said("hours.comma")
        shown = [
            tag("div", tag("dt", name), tag("dd", joined(*items, by=comma)))
            for name, items in rows
            if any(items)
        ]
        return tag("dl", *shown) if shown else NOTHING

    def contacts(self, contacts: Sequence[Contact]) -> Html:
        rows = [(self.words.said(f"contact.{each.kind}"), [reached(each)]) for each in contacts]
        return tag("div", self.listing(rows), class_="contacts") if rows else NOTHING

    def _source(self, source: Source | None) -> Html:
        whence = self._whence(source)
        return tag("p", whence, class_="meta") if whence else NOTHING

    def _whence(self, source: Source | None) -> Html:
        if source is None:
            return NOTHING
        marked = self.words.marked
        return joined(
            marked("post.source", name=source.name) if source.name else NOTHING,
            marked("post.licence", licence=source.licence) if source.licence else NOTHING,
            by=self.words.said("hours.comma"),
        )


def reached(contact: Contact) -> Html:
    """A way to reach somebody; a link where it is safely one."""
    value = contact.value
    if contact.kind is ContactKind.PHONE:
        address = telephone(value)
    elif contact.kind is ContactKind.EMAIL:
        address = mail(value)
    elif contact.kind is ContactKind.ADDRESS:
        return isolated(value)
    else:
        address = web_address(value)
    if not address:
        return isolated(value)
    return tag("a", from_left(value), href=address, rel="noopener noreferrer nofollow")
