# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Any directory that can be gathered: texts as the views give them, values in their bounds."""

from datetime import date

from hypothesis import strategies as st

from mutualaid.model import hours
from mutualaid.model.codes import code
from mutualaid.model.directories.directory import (
    AsOf,
    Contact,
    Directory,
    GroupCard,
    Person,
    Place,
    Point,
    Post,
    Repair,
)
from mutualaid.model.records.reading import line
from mutualaid.model.taxonomy import BARRIERS, CATEGORIES, PRODUCT_BY_NAME
from mutualaid.model.text import is_blank, paragraphs
from mutualaid.model.values import (
    Audience,
    ContactKind,
    Fix,
    Mode,
    Part,
    PlaceKind,
    PostKind,
    PostStatus,
    RepairOutcome,
    Repeat,
    Skill,
    SkillLevel,
    Urgency,
)

NOW = 1_795_356_000_000
DAY = 86_400_000

_ODD = st.sampled_from(
    [
        "=1+1",
        "+49 30 1",
        "-x",
        "@y",
        '"quoted", and; more',
        "<b>bold</b>",
        "خبز",
        "面包 🥖",
        "a, b, c, 12345",
        "'",
        "NULL",
        "true",
        "0012",
        "1,5",
    ]
)


def lines(longest: int = 40, *, least: int = 0) -> st.SearchStrategy[str]:
    """Text on one line, as a view gives it."""
    cleaned = st.text(max_size=longest).map(lambda text: line(text, longest))
    return st.one_of(cleaned, _ODD.map(lambda text: text[:longest])).filter(
        lambda text: len(text) >= least and text == line(text, longest) and _shows(text)
    )


def _shows(text: str) -> bool:
    return not text or not is_blank(text)


def texts(longest: int = 200) -> st.SearchStrategy[str]:
    """Text of several lines, as it is kept."""
    cleaned = st.text(max_size=longest).map(lambda text: paragraphs(text)[:longest].strip())
    return cleaned.filter(_shows)


def ids(sort: bytes) -> st.SearchStrategy[bytes]:
    """Ids of records of one sort: no two sorts share one."""
    return st.binary(min_size=15, max_size=15).map(lambda rest: sort + rest)


times = st.integers(NOW - 1000 * DAY, NOW)
later = st.integers(NOW, NOW + 1000 * DAY)
products = st.one_of(st.sampled_from(sorted(PRODUCT_BY_NAME)), lines(30, least=1))
points = st.builds(
    lambda lat, lon: Point(round(lat, 4) + 0.0, round(lon, 4) + 0.0),  # there is one zero
    st.floats(-90, 90, allow_nan=False),
    st.floats(-180, 180, allow_nan=False),
)
sessions = st.one_of(
    st.builds(
        lambda days, opens, closes: hours.Session(
            tuple(sorted({(0, day) for day in days})),
            (),
            opens,
            closes if opens is not None else None,
        ),
        st.lists(st.integers(0, 6), min_size=1, max_size=7),
        st.none() | st.integers(0, 1439),
        st.none() | st.integers(0, 1439),
    ),
    st.builds(
        lambda days, opens: hours.Session((), tuple(sorted(set(days))), opens, None),
        st.lists(st.integers(1, 31), min_size=1, max_size=4),
        st.none() | st.integers(0, 1439),
    ),
    st.builds(
        lambda ordinal, day, opens, closes: hours.Session(((ordinal, day),), (), opens, closes),
        st.sampled_from([1, 2, 3, 4, 5, -1]),
        st.integers(0, 6),
        st.integers(0, 1439),
        st.none() | st.integers(0, 1439),
    ),
)
opening = st.lists(sessions, max_size=4).map(hours.write)
contacts = st.lists(
    st.builds(Contact, st.sampled_from(ContactKind), lines(40, least=1)), max_size=4
).map(tuple)
contact_each = contacts.map(
    lambda found: tuple({contact.kind: contact for contact in found}.values())
)
fixes = st.lists(
    st.builds(Fix, products, lines(40)), max_size=3, unique_by=lambda fix: fix.category
).map(tuple)
skills = st.lists(
    st.builds(Skill, lines(30, least=1), st.sampled_from(SkillLevel), lines(40)),
    max_size=3,
    unique_by=lambda skill: skill.name,
).map(tuple)
tongues = st.lists(
    st.one_of(st.sampled_from(["English", "español", "العربية"]), lines(20, least=1)),
    max_size=3,
    unique=True,
).map(tuple)
more = st.dictionaries(lines(30, least=1), texts(60).filter(bool), max_size=3)


@st.composite
def people(draw: st.DrawFn) -> Person:
    record = draw(ids(b"a"))
    return Person(
        record,
        code(record),
        draw(lines(40, least=1)),
        area=draw(lines(30)),
        languages=draw(tongues),
        availability=draw(lines(60)),
        skills=draw(skills),
        fixes=draw(fixes),
        contacts=draw(contacts),
        known_of=draw(st.booleans()),
        updated=draw(times),
    )


@st.composite
def posts(draw: st.DrawFn, owners: tuple[Person, ...] = ()) -> Post:
    record = draw(ids(b"b"))
    starts = draw(st.none() | later)
    parts = draw(
        st.one_of(
            st.just(()),
            st.integers(2, 99).map(lambda count: (Part("", count),)),
            st.lists(
                st.builds(Part, lines(30, least=1), st.integers(1, 99)),
                max_size=3,
                unique_by=lambda part: part.name,
            ).map(tuple),
        )
    )
    owner = draw(st.sampled_from(owners)) if owners and draw(st.booleans()) else None
    return Post(
        record,
        code(record),
        draw(st.sampled_from(PostKind)),
        draw(lines(60, least=1)),
        text=draw(texts()),
        category=draw(st.sampled_from([category.id for category in CATEGORIES])),
        urgency=draw(st.sampled_from(Urgency)),
        area=draw(lines(30)),
        when=draw(lines(60)),
        starts=starts,
        ends=None if starts is None else starts + draw(st.integers(0, 10 * DAY)),
        repeat=None if starts is None else draw(st.none() | st.sampled_from(Repeat)),
        created=draw(times),
        updated=draw(times),
        expires=draw(st.none() | later),
        mode=draw(st.sampled_from(Mode)),
        parts=parts,
        status=draw(st.sampled_from([PostStatus.OPEN, PostStatus.OFFERED, PostStatus.LAPSED])),
        language=draw(st.sampled_from(["", "en", "ar", "pt-BR"])),
        by=owner.id if owner else None,
        by_name=owner.name if owner else "",
        on_behalf_of=draw(lines(30)),
        contacts=owner.contacts if owner else (),
    )


@st.composite
def places(draw: st.DrawFn) -> Place:
    record = draw(ids(b"c"))
    return Place(
        record,
        code(record),
        draw(lines(60, least=1)),
        draw(st.sampled_from(PlaceKind)),
        area=draw(lines(30)),
        address=draw(st.one_of(lines(80), st.just("12 Mill Lane, Springfield, Illinois, 62701"))),
        hours=draw(opening),
        about=draw(texts()),
        fixes=draw(fixes),
        contacts=draw(contact_each),
        confirmed=draw(st.none() | times),
        point=draw(st.none() | points),
        updated=draw(times),
        more=draw(more),
    )


@st.composite
def repairs(draw: st.DrawFn) -> Repair:
    record = draw(ids(b"d"))
    outcome = draw(st.sampled_from(RepairOutcome))
    ended = outcome is RepairOutcome.END_OF_LIFE
    return Repair(
        record,
        code(record),
        draw(products),
        draw(lines(40)),
        outcome,
        brand=draw(lines(20).filter(lambda text: text.lower() != "unknown")),
        problem=draw(texts()),
        barrier=draw(st.sampled_from(["", *BARRIERS])) if ended else "",
        date=draw(st.one_of(st.just(""), st.dates(date(1990, 1, 1)).map(date.isoformat))),
        year=draw(st.sampled_from(["", "1987", "2020"])),
        age=draw(st.sampled_from(["", "3", "12.5"])),
        country=draw(st.sampled_from(["", "DEU", "CAN"])),
        place_name=draw(lines(40)),
    )


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    """Any directory of some records."""
    neighbours = tuple(draw(st.lists(people(), max_size=3, unique_by=lambda each: each.id)))
    return Directory(
        GroupCard(
            draw(lines(40, least=1)),
            country=draw(st.sampled_from(["", "DEU", "USA", "XKX"])),
            tz=draw(st.sampled_from(["", "Europe/Berlin", "Nowhere/Else"])),
            about=draw(texts()),
            email=draw(st.sampled_from(["", "hello@street.example", "a@b"])),
            phone=draw(lines(20)),
            form=draw(st.sampled_from(["", "https://street.example/ask?x=1&y=ä"])),
            where=draw(lines(40)),
        ),
        draw(st.sampled_from([Audience.GROUP, Audience.LINKED, Audience.PRINT, Audience.PUBLIC])),
        NOW,
        NOW + 90 * DAY,
        AsOf(3, 2, NOW, None),
        neighbours,
        tuple(draw(st.lists(posts(neighbours), max_size=3, unique_by=lambda each: each.id))),
        tuple(draw(st.lists(places(), max_size=3, unique_by=lambda each: each.id))),
        tuple(draw(st.lists(repairs(), max_size=3, unique_by=lambda each: each.id))),
    )
