# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may leave, for whom, in which formats and why not: in words, the same on every page."""

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QLocale

from mutualaid.model.values import Audience, ContactKind
from mutualaid.model.values.directories import ExportRow, HeldWhy, ShareField
from mutualaid.ui.directories.format_words import formats
from mutualaid.ui.mine.contact_words import contact_word
from mutualaid.ui.widgets import Choice
from mutualaid.ui.wording import listed
from mutualaid.ui.words import day, tr

#: For whom something can leave, each wider than the one before.
AUDIENCES: Final = (Audience.GROUP, Audience.LINKED, Audience.PRINT, Audience.PUBLIC)
#: The sorts of records, in the order in which they are told.
SORTS: Final = ("person", "post", "place", "repair")


def leaving_word(audience: Audience) -> str:
    """Who it may leave for: "only our group", "everybody"."""
    if audience.sealed:
        return tr("nobody else")
    return {
        Audience.GROUP: tr("only our group"),
        Audience.LINKED: tr("linked groups"),
        Audience.PRINT: tr("a printed directory"),
        Audience.PUBLIC: tr("everybody"),
    }[audience]


def export_word(audience: Audience) -> str:
    """Whom an export is for: "for our own group", "for everybody"."""
    return {
        Audience.LINKED: tr("for linked groups"),
        Audience.PRINT: tr("for a printed directory"),
        Audience.PUBLIC: tr("for everybody"),
    }.get(audience, tr("for our own group"))


def leaving_box(name: str) -> Choice:
    """A box with the audiences, from *only our group* on."""
    box = Choice()
    for audience in AUDIENCES:
        box.addItem(leaving_word(audience), audience)
    box.setAccessibleName(name)
    return box


def chosen_audience(box: Choice) -> Audience:
    # What Qt gives back of an enum of texts is its text.
    return Audience(box.currentData())


def share_word(field: ShareField) -> str:
    """A part of my page, or of what I write."""
    return {
        ShareField.NAME: tr("My name"),
        ShareField.AREA: tr("My area"),
        ShareField.LANGUAGES: tr("My languages"),
        ShareField.AVAILABILITY: tr("When I have time"),
        ShareField.SKILLS: tr("My skills"),
        ShareField.FIXES: tr("What I fix"),
        ShareField.REPAIRS: tr("Repairs I wrote down"),
        ShareField.POSTS: tr("My needs and offers"),
        ShareField.HELPING: tr("That I help"),
    }[field]


def share_help(field: ShareField) -> str:
    """What else there is to know about it; "" for most."""
    return {
        ShareField.NAME: tr("Without it nothing else of this page leaves."),
        ShareField.REPAIRS: tr("What was broken and what came of it, without my name."),
        ShareField.POSTS: tr("Each post can say otherwise in its own form."),
        ShareField.HELPING: tr("My promises on posts of others that leave."),
    }.get(field, "")


def sort_word(sort: str) -> str:
    """What a record is: "Person", "Place"."""
    return {
        "person": tr("Person"),
        "post": tr("Post"),
        "place": tr("Place"),
        "repair": tr("Repair"),
    }.get(sort, sort)


def sorts_word(sort: str) -> str:
    """Records of one sort: "People", "Places"."""
    return {
        "person": tr("People"),
        "post": tr("Needs and offers"),
        "place": tr("Places"),
        "repair": tr("Repairs"),
    }.get(sort, sort)


def count_words(counts: Mapping[str, int]) -> str:
    """ "12 people, 1 post and 3 places"; "" for nothing at all."""
    people, posts = counts.get("person", 0), counts.get("post", 0)
    places, repairs = counts.get("place", 0), counts.get("repair", 0)
    return listed(
        [
            tr("%n people", one="%n person", n=people) if people else "",
            tr("%n posts", one="%n post", n=posts) if posts else "",
            tr("%n places", one="%n place", n=places) if places else "",
            tr("%n repairs", one="%n repair", n=repairs) if repairs else "",
        ]
    )


def went_words(row: ExportRow) -> str:
    """How many of what left with an export."""
    counts = {
        "person": row.people,
        "post": row.posts,
        "place": row.places,
        "repair": row.repairs,
    }
    return count_words(counts) or tr("nothing")


def format_word(name: str) -> str:
    """A format as people call it; a sheet of paper for ``print:board``."""
    if name.startswith("print:"):
        return tr("on paper: {sheet}", sheet=sheet_word(name.removeprefix("print:")))
    known = formats().get(name)
    return name if known is None else known.title  # of a newer version


def formats_words(names: Sequence[str]) -> str:
    return listed([format_word(name) for name in names])


def sheet_word(sheet: str) -> str:
    """A sheet of paper by what it is for."""
    return {
        "directory": tr("the directory, a booklet"),
        "board": tr("the board, with strips to tear off"),
        "card": tr("a card for one post"),
        "phone-tree": tr("a phone tree"),
        "sign-up": tr("a sign-up sheet"),
        "need-form": tr("a blank form for a need"),
        "offer-form": tr("a blank form for an offer"),
        "repair-sheet": tr("a repair-session sheet"),
    }.get(sheet, sheet)


#: What the parts of records are called: of "post.title" the part after the dot.
def part_word(name: str) -> str:
    """A field of a record: "title", "skills", "contact:phone"; one nobody knows as it stands."""
    head, _, rest = name.partition(":")
    if head == "contact" and rest:
        known = next((kind for kind in ContactKind if kind.value == rest), None)
        return contact_word(known).lower() if known else rest
    return _parts().get(head, head.replace("_", " "))


def _parts() -> dict[str, str]:
    return {
        "name": tr("name"),
        "title": tr("title"),
        "text": tr("text"),
        "area": tr("area"),
        "languages": tr("languages"),
        "availability": tr("when they have time"),
        "skills": tr("skills"),
        "fixes": tr("what is repaired"),
        "contacts": tr("contacts"),
        "contact": tr("contacts"),
        "kind": tr("kind"),
        "category": tr("category"),
        "urgency": tr("how urgent"),
        "when": tr("when"),
        "starts": tr("from when"),
        "ends": tr("until when"),
        "repeat": tr("how often"),
        "mode": tr("how it is given"),
        "parts": tr("parts"),
        "status": tr("how far it is"),
        "language": tr("language"),
        "by": tr("whose it is"),
        "by_name": tr("whose it is"),
        "on_behalf_of": tr("for whom it is"),
        "photos": tr("photos"),
        "promises": tr("who helps"),
        "created": tr("since when"),
        "updated": tr("last changed"),
        "expires": tr("how long it holds"),
        "address": tr("address"),
        "hours": tr("hours"),
        "about": tr("about it"),
        "confirmed": tr("last confirmed"),
        "point": tr("place on the map"),
        "item": tr("thing"),
        "outcome": tr("what came of it"),
        "brand": tr("brand"),
        "problem": tr("problem"),
        "barrier": tr("why not repaired"),
        "date": tr("date"),
        "year": tr("year it was made"),
        "age": tr("age"),
        "country": tr("country"),
        "place": tr("where"),
        "place_name": tr("where"),
        "source": tr("where it is from"),
        "more": tr("what the list said beside"),
        "code": tr("code"),
        "known_of": tr("that they are no member"),
    }


def parts_words(fields: Sequence[str]) -> str:
    """Fields of one record: "name, skills and phone"."""
    return listed(list(dict.fromkeys(part_word(field) for field in fields)))


def mine_words(fields: Sequence[str]) -> str:
    """What of mine went out: values of ShareField, "contact:phone", "post:CODE"."""
    said: dict[str, None] = {}
    for field in fields:
        head, _, rest = field.partition(":")
        known = next((one for one in ShareField if one.value == field), None)
        if known is not None:
            words = share_word(known)
            said[f"{words[:1].lower()}{words[1:]}"] = None
        elif head == "post" and rest:
            said[tr("post {code}", code=rest)] = None
        else:
            said[part_word(field)] = None
    return listed(list(said))


def why_word(why: HeldWhy) -> str:
    """Why something stays."""
    return {
        HeldWhy.NO_CONSENT: tr("nobody agreed that it leaves for these readers"),
        HeldWhy.NO_NAME: tr("the name stays, so the page does"),
        HeldWhy.NO_CONTACT: tr("there is no contact that may leave with it"),
        HeldWhy.LEFT_OUT: tr("held back by hand"),
        HeldWhy.FORMAT: tr("this format cannot hold it"),
        HeldWhy.PAST: tr("it is not open any more"),
    }[why]


def until_words(row: ExportRow) -> str:
    """Until when an export says that it holds."""
    when = day(row.ends)
    return tr("ended on {day}", day=when) if row.ended else tr("until {day}", day=when)


def size_words(size: int) -> str:
    """Bytes, as people say them."""
    return QLocale().formattedDataSize(size, 1)
