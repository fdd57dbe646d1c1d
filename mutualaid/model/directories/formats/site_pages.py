# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of a site in one language."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from mutualaid.model.directories.directory import Post, Repair
from mutualaid.model.directories.formats.html import (
    NOTHING,
    Html,
    from_left,
    isolated,
    joined,
    mail,
    tag,
    telephone,
    web_address,
)
from mutualaid.model.directories.formats.site_cards import Cards
from mutualaid.model.directories.formats.site_contents import Contents, Sheet
from mutualaid.model.directories.formats.site_words import LANGUAGES, Words, words_in
from mutualaid.model.directories.formats.stamps import stamp
from mutualaid.model.values import Audience, PostKind

#: Nothing but the site's own files, no inline script or style, nothing to send to. Some browsers
#: do not count files from a stick as 'self'; from a server "file:" allows nothing more.
#: Trusted types keep scripts, ours too, from ever turning text into markup.
POLICY: Final = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file:; "
    "form-action 'self' file:; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)

#: Areas that the search page offers to choose from.
MOST_AREAS: Final = 200


class Pages:
    """``main`` is the language at the top of the site; each other one has a folder."""

    def __init__(self, contents: Contents, words: Words, main: str) -> None:
        self.contents = contents
        self.directory = contents.directory
        self.words = words
        self.main = main
        self.folder = folder_of(words.language, main)
        self.root = "../" if self.folder else ""
        self.cards = Cards(contents, words, self.root)
        self._header: dict[str, Html] = {}

    # -- pages ----------------------------------------------------------------------------

    def index(self) -> str:
        said = self.words.said
        contents = self.contents
        columns = [
            self._first(PostKind.NEED, contents.first_needs, contents.count_needs),
            self._first(PostKind.OFFER, contents.first_offers, contents.count_offers),
        ]
        group = self.directory.group
        return self._page(
            "index.html",
            "index",
            tag("h1", isolated(group.name), tag("span", said("pages.index"), class_="under")),
            tag("p", isolated(group.about), class_="text") if group.about else None,
            self._how_to_answer(),
            tag("div", *columns, class_="columns"),
            self._categories(),
            self._also(),
            title=said("pages.index"),
        )

    def _first(self, kind: PostKind, posts: Sequence[Post], count: int) -> Html:
        name = f"{kind}s"
        shown: Html = (
            tag("ul", *(self.cards.post(post, "h3") for post in posts), class_="cards")
            if posts
            else tag("p", self.words.said(f"empty.{name}"), class_="empty")
        )
        all_of_them = tag(
            "p",
            tag("a", self.words.said(f"index.all_{name}", n=count), href=f"{name}.html"),
            class_="all",
        )
        return tag(
            "section",
            tag("h2", self.words.said(f"pages.{name}"), id=f"{name}-here"),
            shown,
            all_of_them if count > len(posts) else None,
            aria_labelledby=f"{name}-here",
        )

    def _categories(self) -> Html:
        items = [
            tag(
                "li",
                tag("a", isolated(self.words.category(category)), href=sheets[0].file),
                tag("span", f" {sum(len(sheet.items) for sheet in sheets)}", class_="count"),
            )
            for category, sheets in self.contents.categories
        ]
        if not items:
            return NOTHING
        return tag(
            "section",
            tag("h2", self.words.said("pages.categories"), id="by-category"),
            tag("ul", *items, class_="chips"),
            aria_labelledby="by-category",
        )

    def _also(self) -> Html:
        said, directory = self.words.said, self.directory
        items = [
            tag(
                "li",
                tag("a", said(f"pages.{name}"), href=f"{name}.html"),
                tag("span", joined(" ", said(f"index.counted_{name}", n=count)), class_="count"),
            )
            for name, count in (
                ("people", len(directory.people)),
                ("places", len(directory.places)),
                ("repairs", len(directory.repairs)),
            )
            if count
        ]
        if not items:
            return NOTHING
        return tag(
            "section",
            tag("h2", said("index.also"), id="also"),
            tag("ul", *items, class_="chips"),
            aria_labelledby="also",
        )

    def posts(self, name: str, sheet: Sheet[Post], tick: Callable[[], None]) -> str:
        """A page of needs or of offers."""
        return self._list(
            name, sheet, self._cards(sheet, lambda post: self.cards.post(post, "h2"), tick, name)
        )

    def people(self, sheet: Sheet[Any], tick: Callable[[], None]) -> str:
        inside = self._cards(sheet, self.cards.person, tick, "people")
        span = ""
        if sheet.of > 1:
            first, last = sheet.items[0].name, sheet.items[-1].name
            span = self.words.marked("person.areas", first=first, last=last)
        return self._list(
            "people", sheet, joined(tag("p", span, class_="meta") if span else None, inside)
        )

    def places(self, sheet: Sheet[Any], tick: Callable[[], None]) -> str:
        return self._list("places", sheet, self._cards(sheet, self.cards.place, tick, "places"))

    def _cards(
        self, sheet: Sheet[Any], card: Callable[[Any], Html], tick: Callable[[], None], name: str
    ) -> Html:
        if not sheet.items:
            return tag("p", self.words.said(f"empty.{name}"), class_="empty")
        shown = []
        for item in sheet.items:
            tick()
            shown.append(card(item))
        return tag("ul", *shown, class_="cards")

    def repairs(self, sheet: Sheet[Repair], tick: Callable[[], None]) -> str:
        said = self.words.said
        rows = []
        for repair in sheet.items:
            tick()
            rows.append(self.cards.repair(repair))
        names = ("item", "problem", "outcome", "date", "place")
        head = tag("tr", *(tag("th", said(f"repairs.{name}"), scope="col") for name in names))
        table = tag(
            "table",
            tag("caption", said("repairs.caption"), id="what-came"),
            tag("thead", head),
            tag("tbody", *rows),
        )
        # A wide table is moved within its frame, by keyboard as well.
        frame = tag(
            "div", table, class_="wide", tabindex="0", role="region", aria_labelledby="what-came"
        )
        return self._list("repairs", sheet, frame)

    def fixes(self, sheet: Sheet[Any]) -> str:
        said = self.words.said
        if not sheet.items:
            return self._list("fixes", sheet, tag("p", said("empty.fixes"), class_="empty"))
        things = [
            tag(
                "li",
                tag("a", isolated(self.words.product(thing.category)), href=f"{at}#{thing.anchor}"),
                tag("span", f" {len(thing.people) + len(thing.places)}", class_="count"),
            )
            for page in self.contents.fixes
            for thing in page.items
            for at in ("" if page.file == sheet.file else page.file,)
        ]
        return self._list(
            "fixes",
            sheet,
            joined(
                tag("nav", tag("ul", *things, class_="chips"), aria_label=said("fixing.things")),
                *(self.cards.mending(thing) for thing in sheet.items),
            ),
        )

    def category(self, category: str, sheet: Sheet[Post]) -> str:
        sections = []
        for kind in PostKind:
            lines = [self.cards.line(post) for post in sheet.items if post.kind is kind]
            if lines:
                name = f"{kind}s-here"
                sections.append(
                    tag(
                        "section",
                        tag(
                            "h2",
                            self.cards.kind_pill(kind, self.words.said(f"pages.{kind}s")),
                            id=name,
                        ),
                        tag("ul", *lines, class_="lines"),
                        aria_labelledby=name,
                    )
                )
        return self._list(
            "categories", sheet, joined(*sections), title=self.words.category(category)
        )

    def about(self) -> str:
        said, directory = self.words.said, self.directory
        zone = directory.group.tz
        heard = self.words.heard(directory.as_of, zone)
        ends = self.words.day(directory.ends, zone)
        about = directory.group.about
        sections = [
            ("group", [tag("p", isolated(about), class_="text")] if about else []),
            ("answer", self._answer_at_length()),
            ("for_whom", [tag("p", said(f"about.audience.{_shown(directory.audience)}"))]),
            (
                "fresh",
                [
                    tag("p", said("about.made", made=self.words.moment(directory.made, zone))),
                    tag("p", " ".join(heard)),
                ],
            ),
            ("until", [tag("p", said("about.ends", ends=ends))]),
            ("withdraw", [tag("p", said("about.withdraw_how")), self._ways()]),
        ]
        return self._page(
            "about.html",
            "about",
            tag("h1", said("about.title")),
            *(
                tag(
                    "section",
                    tag("h2", said(f"about.{name}"), id=name),
                    *inside,
                    aria_labelledby=name,
                )
                for name, inside in sections
                if inside
            ),
            title=said("about.title"),
        )

    def search(self) -> str:
        said = self.words.said
        kinds = [("", said("search.everything"))]
        kinds += [(kind, said(f"kinds.{kind}")) for kind in ("need", "offer", "person", "place")]
        if self.directory.repairs:
            kinds.append(("repair", said("kinds.repair")))
        categories = [("", said("search.every_category"))]
        categories += [(one, self.words.category(one)) for one, _ in self.contents.categories]
        areas = dict.fromkeys(
            record.area
            for records in (self.directory.posts, self.directory.people, self.directory.places)
            for record in records
            if record.area
        )
        places = [("", said("search.every_area"))]
        places += [(one, one) for one in sorted(areas, key=str.casefold)[:MOST_AREAS]]
        forms = self.words.forms("search.found")
        result = tag(
            "section",
            tag("h2", said("search.results"), id="found"),
            tag("ul", id="results", class_="cards"),
            tag("p", tag("button", said("search.more"), type="button", id="more", hidden=True)),
            aria_labelledby="found",
            id="finding",
            hidden=True,
            data_nothing=said("search.nothing"),
            **{f"data_found_{number}": form for number, form in forms.items()},
        )
        filters = tag(
            "div",
            _choice("kind", said("search.show"), kinds),
            _choice("category", said("search.category"), categories),
            _choice("area", said("search.area"), places),
            class_="filters",
            id="filters",
            hidden=True,
        )
        return self._page(
            "search.html",
            "search",
            tag("h1", said("search.title")),
            tag("p", said("search.without"), id="without"),
            filters,
            # Always there: what appears together with its words is not read out everywhere.
            tag("p", id="count", role="status", aria_live="polite"),
            result,
            title=said("search.title"),
            scripts=("index.js", "site.js"),
        )

    # -- how to answer --------------------------------------------------------------------

    def _how_to_answer(self) -> Html:
        ways = joined(*(way for _, way in self._contacts()), by=" · ")
        marked = self.words.marked
        said = marked("text.answer", how=ways) if ways else marked("text.answer_none")
        return tag("p", said, class_="hint")

    def _answer_at_length(self) -> list[Html]:
        ways = self._ways()
        if not ways:
            return [tag("p", self.words.said("about.answer_none"))]
        return [tag("p", self.words.said("about.answer_how")), ways]

    def _ways(self) -> Html:
        items = [
            tag("li", self.words.marked(f"about.{name}", way=way)) for name, way in self._contacts()
        ]
        return tag("ul", *items) if items else NOTHING

    def _contacts(self) -> list[tuple[str, Html]]:
        group = self.directory.group
        found = [
            ("email", _link(group.email, mail(group.email))),
            ("phone", _link(group.phone, telephone(group.phone))),
            ("form", _link(group.form, web_address(group.form))),
            ("where", isolated(group.where)),
        ]
        return [(name, way) for name, way in found if way]

    # -- the frame of every page ----------------------------------------------------------

    def _list(self, name: str, sheet: Sheet[Any], inside: Html, title: str = "") -> str:
        """A page of a list that may have several."""
        said = self.words.said
        title = title or said(f"pages.{name}")
        number = ""
        turning = NOTHING
        if sheet.of > 1:
            number = said("frame.page_of", number=str(sheet.number), of=str(sheet.of))
            turning = self._turning(sheet)
        return self._page(
            sheet.file,
            name,
            tag("h1", isolated(title)),
            tag("p", number, class_="meta") if number else None,
            inside,
            turning,
            title=f"{title} ({number})" if number else title,
        )

    def _turning(self, sheet: Sheet[Any]) -> Html:
        said = self.words.said
        stem = sheet.file.removesuffix(".html")
        stem = stem.removesuffix(f"-{sheet.number}") if sheet.number > 1 else stem

        def to(number: int, words: str, rel: str | None = None) -> Html:
            here = number == sheet.number
            file = f"{stem}.html" if number == 1 else f"{stem}-{number}.html"
            return tag(
                "li", tag("a", words, href=file, rel=rel, aria_current="page" if here else None)
            )

        items = [to(number, str(number)) for number in range(1, sheet.of + 1)]
        if sheet.number > 1:
            items.insert(0, to(sheet.number - 1, said("frame.previous"), "prev"))
        if sheet.number < sheet.of:
            items.append(to(sheet.number + 1, said("frame.next"), "next"))
        return tag("nav", tag("ul", *items, class_="chips"), aria_label=said("frame.more_pages"))

    def _page(
        self,
        file: str,
        name: str,
        *inside: Html | None,
        title: str,
        scripts: Iterable[str] = ("site.js",),
    ) -> str:
        said, directory, root = self.words.said, self.directory, self.root
        zone = directory.group.tz
        made, ends = self.words.moment(directory.made, zone), self.words.day(directory.ends, zone)
        head = [
            tag("meta", charset="utf-8"),
            tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="referrer", content="no-referrer"),
            tag("meta", http_equiv="x-dns-prefetch-control", content="off"),
            tag("meta", name="robots", content=self._robots()),
            tag("meta", name="color-scheme", content="light dark"),
            tag("title", said("frame.title", page=title, group=directory.group.name)),
            tag("link", rel="icon", href=f"{root}assets/icon.svg", type="image/svg+xml"),
            tag("link", rel="stylesheet", href=f"{root}assets/site.css"),
            *(
                tag("link", rel="alternate", hreflang=one, href=self._in(one, file))
                for one in LANGUAGES
            ),
            *(tag("script", src=f"{root}assets/{script}", defer=True) for script in scripts),
        ]
        body = [
            tag("a", said("frame.skip"), href="#content", class_="skip"),
            tag("p", said("frame.outdated", ends=ends), id="outdated", role="alert", hidden=True),
            self._head(file, name),
            tag("main", *inside, id="content", tabindex="-1"),
            tag(
                "footer",
                self._how_to_answer() if name != "index" else None,
                tag("p", said("frame.footer", made=made, ends=ends)),
                tag("p", said(f"about.audience.{_shown(directory.audience)}")),
                tag("p", tag("a", said("frame.footer_about"), href="about.html")),
            ),
        ]
        page = tag(
            "html",
            tag("head", *head),
            tag("body", *body, data_ends=str(directory.ends)),
            lang=self.words.language,
            dir=self.words.direction,
        )
        return f"<!doctype html>\n{page}\n"

    def _robots(self) -> str:
        if self.directory.audience is not Audience.PUBLIC:
            return "noindex, nofollow, noarchive"
        return f"index, follow, unavailable_after: {stamp(self.directory.ends)[:10]}"

    def _head(self, file: str, name: str) -> Html:
        said = self.words.said
        languages = tag(
            "nav",
            tag(
                "ul",
                *(
                    tag(
                        "li",
                        tag(
                            "a",
                            words_in(one).name,
                            href=self._in(one, file),
                            lang=one,
                            hreflang=one,
                            aria_current="true" if one == self.words.language else None,
                        ),
                    )
                    for one in LANGUAGES
                ),
            ),
            aria_label=said("frame.languages"),
            class_="languages",
        )
        return tag(
            "header",
            tag(
                "div",
                tag("a", isolated(self.directory.group.name), href="index.html", class_="brand"),
                self._search_form(),
                languages,
                class_="top",
            ),
            self._navigation(name),
        )

    def _search_form(self) -> Html:
        said = self.words.said
        return tag(
            "form",
            tag("label", said("frame.search_label"), for_="q", class_="unseen"),
            tag(
                "div",
                *(
                    tag(
                        "input",
                        type="search",
                        id="q",
                        name="q",
                        autocomplete="off",
                        dir="auto",
                        placeholder=said("frame.search_label"),
                    ),
                    tag("button", said("frame.search_button"), type="submit"),
                ),
            ),
            action="search.html",
            method="get",
            role="search",
            class_="search",
            hidden=True,
        )

    def _navigation(self, current: str) -> Html:
        found = self._header.get(current)
        if found is None:
            names = ["index", "needs", "offers", "people", "fixes", "places"]
            if self.directory.repairs:
                names.append("repairs")
            items = [
                tag(
                    "li",
                    tag(
                        "a",
                        self.words.said(f"pages.{name}"),
                        href=f"{name}.html",
                        aria_current="page" if name == current else None,
                    ),
                )
                for name in (*names, "about")
            ]
            found = tag(
                "nav",
                tag("ul", *items),
                aria_label=self.words.said("frame.pages"),
                class_="pages",
            )
            self._header[current] = found
        return found

    def _in(self, language: str, file: str) -> str:
        """The same page in another language."""
        return f"{self.root}{folder_of(language, self.main)}{file}"


def folder_of(language: str, main: str) -> str:
    return "" if language == main else f"{language}/"


def _shown(audience: Audience) -> Audience:
    """The audience whose sentence stands on the page; what is for one person is for the group."""
    return Audience.GROUP if audience.sealed else audience


def _link(shown: str, address: str) -> Html:
    if not address:
        return isolated(shown)
    return tag("a", from_left(shown), href=address, rel="noopener noreferrer nofollow")


def _choice(name: str, label: str, options: Iterable[tuple[str, str]]) -> Html:
    return tag(
        "p",
        tag("label", label, for_=name),
        tag(
            "select",
            *(tag("option", words, value=value) for value, words in options),
            id=name,
            name=name,
        ),
    )
