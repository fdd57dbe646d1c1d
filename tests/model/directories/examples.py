# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Directories to write: one with every field and every kind of odd text, a large one, any one.

All text is as the views give it: short text on one line without control characters, long text
with single or double line breaks.
"""

import io
from dataclasses import replace
from functools import cache

from PIL import Image

from mutualaid.model import codes
from mutualaid.model.directories.directory import (
    AsOf,
    Contact,
    Directory,
    GroupCard,
    Person,
    Photo,
    Place,
    Point,
    Post,
    Promise,
    Repair,
    Source,
)
from mutualaid.model.keys import blake2b
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
    Standing,
    Urgency,
)

HOUR = 3_600_000
DAY = 24 * HOUR
NOW = 1_795_356_000_000  # 2026-11-22T14:00:00Z, a Sunday
ENDS = NOW + 90 * DAY

#: A text as people write it, and as an attacker does.
ODD = (
    'Pots & pans, "quotes", commas; semicolons\n\n'
    '=HYPERLINK("http://evil.example","click")\n<script>alert(\'x\')</script></script>\n'
    "BEGIN:VEVENT\nSUMMARY:no\n\\n \\, %0D%0A {{ x }} ${x} ]]> --> 100 %\n"
    "خبز طازج كل صباح 🥖👩🏽\u200d🍳 — ¿qué tal? Ünïcödé 面包"
)


def identity(what: str) -> bytes:
    """The id of a record: 16 bytes that follow from the name."""
    return blake2b(what.encode(), size=16, person=b"example")


def code_of(record: bytes) -> str:
    return codes.code(record)


@cache
def jpeg(colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (48, 32), colour).save(out, "JPEG")
    return out.getvalue()


def card() -> GroupCard:
    return GroupCard(
        name="Nachbarschaft “Mühle & Söhne” <b>",
        country="DEU",
        tz="Europe/Berlin",
        about="We help each other.\nNo money, no account; just neighbours 🏘️.",
        email="hello@muehle.example",
        phone="+49 30 901820",
        form="https://muehle.example/ask?from=directory&x=1",
        where="The church door, Tuesdays 17:00",
        points={"Mühlenviertel": Point(52.51, 13.41), "حي الطاحونة": Point(52.52, 13.39)},
        id=identity("group"),
    )


def people() -> tuple[Person, ...]:
    named = [
        Person(
            identity("ana"),
            "",
            "Ana Souza-Müller",
            area="Mühlenviertel",
            languages=("Deutsch", "português", "العربية"),
            availability="Evenings after 18:00; weekends",
            skills=(
                Skill("Bread baking", SkillLevel.TEACH, "sourdough, “slow” & <good>"),
                Skill("Kettle", SkillLevel.CAN),
                Skill("Welding", SkillLevel.LEARN),
            ),
            fixes=(Fix("Bicycle", "punctures; brakes, gears"), Fix("Kettle")),
            contacts=(
                Contact(ContactKind.PHONE, "+49 30 5550101"),
                Contact(ContactKind.EMAIL, "ana@post.example"),
                Contact(ContactKind.SIGNAL, "ana.77"),
                Contact(ContactKind.ADDRESS, "Mühlenstraße 4, 10115 Berlin"),
                Contact(ContactKind.OTHER, "ring twice, ask for Ana; or Rosa"),
            ),
            updated=NOW - 3 * DAY,
        ),
        Person(
            identity("layla"),
            "",
            "ليلى حسن",
            area="حي الطاحونة",
            languages=("العربية", "English"),
            availability="صباح الثلاثاء",
            skills=(Skill("ترجمة", SkillLevel.CAN, "عربي وإنجليزي"),),
            contacts=(Contact(ContactKind.PHONE, "0049 30 5550102"),),
            updated=NOW - DAY,
        ),
        Person(
            identity("formula"),
            "",
            '=HYPERLINK("http://evil.example","Bob")',
            area="+1+1",
            languages=("-2+3", "@SUM(A1)"),
            availability="=cmd|' /C calc'!A0",
            skills=(Skill("@cmd", SkillLevel.TEACH, "=1+1"),),
            fixes=(Fix("=A1", "-1"),),
            contacts=(Contact(ContactKind.OTHER, "=1+2"),),
            updated=NOW,
        ),
        Person(
            identity("markup"),
            "",
            'O\'Neil "Bob" <img src=x onerror=alert(1)>',
            skills=(Skill("<script>alert(2)</script>", SkillLevel.CAN, "a\u2019b & c"),),
            updated=NOW,
        ),
        Person(
            identity("known"),
            "",
            "Władysław Żółć, «senior»",
            area="Old town",
            languages=("polski",),
            skills=(Skill("Driving", SkillLevel.CAN, "has a van"),),
            fixes=(Fix("Washing machine"),),
            contacts=(Contact(ContactKind.PHONE, "+48 22 5550103"),),
            known_of=True,
            updated=NOW - 9 * DAY,
            source=Source("Parish list 2025", "row 7", "CC BY 4.0"),
            more={"Remarks": "knows the whole street; =1+1", "Geb.": "1951"},
        ),
        Person(identity("bare"), "", "Zoë"),
    ]
    return tuple(replace(each, code=code_of(each.id)) for each in sorted(named, key=_by_name))


def _by_name(each: Person | Place) -> str:
    return each.name.casefold()


def posts() -> tuple[Post, ...]:
    ana, layla = identity("ana"), identity("layla")
    made = [
        Post(
            identity("bread"),
            "",
            PostKind.OFFER,
            "Fresh bread, “every” Saturday 🥖",
            text=ODD,
            category="food",
            urgency=Urgency.WEEK,
            area="Mühlenviertel",
            when="Saturdays from ten, by the well",
            starts=NOW + 6 * DAY - 5 * HOUR,
            ends=NOW + 6 * DAY - 3 * HOUR,
            repeat=Repeat.WEEKLY,
            first=(NOW - 8 * DAY - 5 * HOUR, NOW - 8 * DAY - 3 * HOUR),
            created=NOW - 2 * DAY,
            updated=NOW - DAY,
            expires=None,
            mode=Mode.GIFT,
            parts=(Part("loaf", 5), Part("rolls; sweet", 12)),
            status=PostStatus.PART_COVERED,
            language="en",
            by=ana,
            by_name="Ana Souza-Müller",
            contacts=(
                Contact(ContactKind.PHONE, "+49 30 5550101"),
                Contact(ContactKind.EMAIL, "ana@post.example"),
            ),
            photos=(Photo(jpeg(), 'A loaf, "dark" & <crisp>'), Photo(jpeg("olive"))),
            promises=(
                Promise(
                    identity("bread/1"), layla, "ليلى حسن", Standing.ACCEPTED, 2, "loaf", NOW - HOUR
                ),
                Promise(identity("bread/2"), None, "", Standing.TAKEN, 1, "rolls; sweet", NOW),
            ),
        ),
        Post(
            identity("lift"),
            "",
            PostKind.NEED,
            "أحتاج إلى توصيلة إلى العيادة",
            text="موعدي يوم الخميس الساعة العاشرة.\nأستخدم عكازين.",
            category="transport",
            urgency=Urgency.DAYS,
            area="حي الطاحونة",
            when="Thursday 10:00",
            starts=NOW + 4 * DAY - 4 * HOUR,
            ends=NOW + 4 * DAY,
            created=NOW - 5 * HOUR,
            updated=NOW - 5 * HOUR,
            expires=NOW + 4 * DAY,
            mode=Mode.COST,
            status=PostStatus.OFFERED,
            language="ar",
            by=layla,
            by_name="ليلى حسن",
            on_behalf_of="أم كريم",
            contacts=(Contact(ContactKind.PHONE, "0049 30 5550102"),),
        ),
        Post(
            identity("drill"),
            "",
            PostKind.OFFER,
            '=HYPERLINK("http://evil.example")',
            text="+cmd\n-2\n@x\n\t=1",
            category="tools",
            created=NOW - 30 * DAY,
            updated=NOW - 30 * DAY,
            expires=NOW + 30 * DAY,
            mode=Mode.LEND,
            status=PostStatus.OPEN,
        ),
        Post(
            identity("meals"),
            "",
            PostKind.NEED,
            "Meals for Rosa",
            text="Soft food. " * 60,
            category="care",
            urgency=Urgency.TODAY,
            area="Mühlenviertel",
            starts=NOW + 2 * HOUR,
            ends=NOW + 4 * HOUR,
            repeat=Repeat.MONTHLY,
            created=NOW - DAY,
            updated=NOW - HOUR,
            expires=NOW + 40 * DAY,
            mode=Mode.POOL,
            parts=(Part("", 14),),
            status=PostStatus.AGREED,
            language="de",
            by=ana,
            by_name="Ana Souza-Müller",
            contacts=(Contact(ContactKind.EMAIL, "ana@post.example"),),
            promises=(
                Promise(
                    identity("meals/1"), layla, "ليلى حسن", Standing.SAID_DONE, 14, "", NOW - HOUR
                ),
            ),
        ),
        Post(
            identity("done"),
            "",
            PostKind.OFFER,
            "Repair of <b>zips</b>",
            category="repair",
            created=NOW - 60 * DAY,
            updated=NOW - 50 * DAY,
            expires=NOW - 30 * DAY,
            mode=Mode.HOURS,
            status=PostStatus.DONE,
            by=ana,
            by_name="Ana Souza-Müller",
            promises=(
                Promise(
                    identity("done/1"), layla, "ليلى حسن", Standing.DONE, 1, "", NOW - 55 * DAY
                ),
            ),
        ),
        Post(
            identity("imported"),
            "",
            PostKind.OFFER,
            "Community garden: beds to share",
            category="garden",
            mode=Mode.SWAP,
            created=NOW - 8 * DAY,
            updated=NOW - 8 * DAY,
            source=Source("Garden list", "G-12", "CC0"),
            more={"Plots": "3", "=Note": "=1+1"},
        ),
    ]
    made.sort(key=lambda each: -each.created)
    return tuple(replace(each, code=code_of(each.id)) for each in made)


def places() -> tuple[Place, ...]:
    made = [
        Place(
            identity("kitchen"),
            "",
            "St. Marien Kitchen & “Café”",
            PlaceKind.KITCHEN,
            area="Mühlenviertel",
            address="Mühlenstraße 12, Berlin, Berlin, 10115",
            hours="FREQ=WEEKLY;BYDAY=TU,TH;OPENS=17:00;CLOSES=19:30"
            "|FREQ=MONTHLY;BYDAY=1SA,-1SU;OPENS=10:00;CLOSES=13:00",
            about="Hot soup, no questions.\n\nRamp at the back; ring the bell.",
            contacts=(
                Contact(ContactKind.PHONE, "+49 30 5550110"),
                Contact(ContactKind.EMAIL, "kitchen@marien.example"),
                Contact(ContactKind.OTHER, "https://marien.example/kitchen"),
            ),
            confirmed=NOW - 2 * DAY,
            point=Point(52.5163, 13.3777),
            updated=NOW - 2 * DAY,
        ),
        Place(
            identity("repair"),
            "",
            "Repair café =2+2",
            PlaceKind.REPAIR,
            area="Old town",
            address="in the yard behind the library",
            hours="FREQ=MONTHLY;BYDAY=1SA;OPENS=10:00;CLOSES=13:00",
            about=ODD,
            fixes=(Fix("Kettle", "brings parts; =1"), Fix("Laptop"), Fix("Bicycle")),
            contacts=(Contact(ContactKind.SIGNAL, "repair.cafe.01"),),
            confirmed=NOW,
            updated=NOW,
        ),
        Place(
            identity("clinic"),
            "",
            "عيادة الحي",
            PlaceKind.CLINIC,
            area="حي الطاحونة",
            hours="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;OPENS=22:00;CLOSES=06:00",
            about="مفتوحة ليلاً",
            contacts=(Contact(ContactKind.PHONE, "112"),),
            updated=NOW - 40 * DAY,
        ),
        Place(
            identity("hub"),
            "",
            "Stadtteilzentrum",
            PlaceKind.HUB,
            hours="FREQ=MONTHLY;BYMONTHDAY=1,15;OPENS=09:00",
            updated=NOW - 4 * DAY,
        ),
        Place(
            identity("foodbank"),
            "",
            "Food bank Ost e.V.",
            PlaceKind.ORGANIZATION,
            area="Ost",
            about="Parcels on Fridays",
            contacts=(
                Contact(ContactKind.PHONE, "+49 30 5550111"),
                Contact(ContactKind.PHONE, "+49 30 5550112"),
            ),
            updated=NOW - 7 * DAY,
            source=Source("City helpline", "d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610", "CC BY-SA 4.0"),
            more={"organizations.tax_status": "charity", "Remarks": "=1+1, “see” list"},
        ),
        Place(
            identity("workshop"), "", "Werkstatt", PlaceKind.WORKSHOP, hours="FREQ=WEEKLY;BYDAY=MO"
        ),
    ]
    return tuple(replace(each, code=code_of(each.id)) for each in sorted(made, key=_by_name))


def repairs() -> tuple[Repair, ...]:
    made = [
        Repair(
            identity("r1"),
            "",
            "Kettle",
            "Wasserkocher “blau”",
            RepairOutcome.FIXED,
            brand="Cloer & <Co>",
            problem="Leaks at the seam.\nNew seal, =1+1, done.",
            date="2026-10-03",
            year="2015",
            age="11",
            country="DEU",
            place=identity("repair"),
            place_name="Repair café =2+2",
        ),
        Repair(
            identity("r2"),
            "",
            "Bicycle",
            "bike",
            RepairOutcome.END_OF_LIFE,
            brand="",
            problem="إطار مكسور",
            barrier="Item too worn out",
            date="2026-10-03",
            age="30.5",
            country="DEU",
            place=identity("repair"),
            place_name="Repair café =2+2",
        ),
        Repair(identity("r3"), "", "Misc", "", RepairOutcome.UNKNOWN, date="2026-11-01"),
        Repair(
            identity("r4"),
            "",
            "Laptop",
            "Laptop",
            RepairOutcome.REPAIRABLE,
            brand="Lenovo",
            problem="Battery; ordered",
            date="2026-11-07",
            country="CAN",
            place=identity("elsewhere"),
            place_name="Repair Café Toronto",
            source=Source("ords:repaircafe-4711", "repaircafe-4711", "CC BY-SA 4.0"),
        ),
        Repair(identity("r5"), "", "Gramophone needle", "Gramophone", RepairOutcome.FIXED, date=""),
    ]
    made.sort(key=lambda each: each.date)
    return tuple(replace(each, code=code_of(each.id)) for each in made)


def rich(audience: Audience = Audience.PUBLIC) -> Directory:
    """Every field of every value is filled in at least one record, and empty in another."""
    return Directory(
        card(),
        audience,
        NOW,
        ENDS,
        AsOf(machines=38, heard=31, latest=NOW - HOUR, oldest=None),
        people(),
        posts(),
        places(),
        repairs(),
    )


def bare() -> Directory:
    """A group that shares nothing, and says nothing of itself."""
    return Directory(
        GroupCard("Elm Street"), Audience.PRINT, NOW, ENDS, AsOf(0, 0, latest=None, oldest=None)
    )


def large(people_count: int = 2000, posts_count: int = 5000) -> Directory:
    """A directory as large as a district's: every value the same for the same numbers."""
    categories = ("food", "transport", "repair", "tools", "care", "learning", "other")
    neighbours = tuple(
        Person(
            identity(f"p{number}"),
            code_of(identity(f"p{number}")),
            f"Neighbour {number:05}",
            area=f"Quarter {number % 40}",
            languages=("English", "español")[: 1 + number % 2],
            availability="Weekday evenings",
            skills=(Skill(f"skill {number % 50}", SkillLevel.CAN, "for years"),),
            fixes=(Fix("Kettle"),) if number % 5 == 0 else (),
            contacts=(Contact(ContactKind.PHONE, f"+49 30 {number:07}"),),
            updated=NOW - number * 1000,
        )
        for number in range(people_count)
    )
    board = tuple(
        Post(
            identity(f"n{number}"),
            code_of(identity(f"n{number}")),
            (PostKind.OFFER, PostKind.NEED)[number % 2],
            f"Post number {number} of a neighbour",
            text="We would be glad of some help with this, whenever it suits. " * 5,
            category=categories[number % len(categories)],
            area=f"Quarter {number % 40}",
            when="in the evening",
            created=NOW - number * 60_000,
            updated=NOW - number * 60_000,
            expires=None if number % 3 else NOW + 20 * DAY,
            by=neighbours[number % people_count].id if people_count else None,
            by_name=neighbours[number % people_count].name if people_count else "",
            contacts=neighbours[number % people_count].contacts if people_count else (),
        )
        for number in range(posts_count)
    )
    spots = tuple(
        Place(
            identity(f"l{number}"),
            code_of(identity(f"l{number}")),
            f"Place {number:03}",
            tuple(PlaceKind)[number % len(PlaceKind)],
            area=f"Quarter {number % 40}",
            address=f"{number} Mill Lane, Springfield, Illinois, 62701",
            hours="FREQ=WEEKLY;BYDAY=TU;OPENS=17:00;CLOSES=19:00",
            about="Open to all.",
            contacts=(Contact(ContactKind.PHONE, f"+1 217 555 {number:04}"),),
            confirmed=NOW - DAY,
            updated=NOW - DAY,
        )
        for number in range(people_count // 20)
    )
    attempts = tuple(
        Repair(
            identity(f"r{number}"),
            code_of(identity(f"r{number}")),
            "Kettle",
            "kettle",
            tuple(RepairOutcome)[number % 4],
            date="2026-10-03",
            country="DEU",
            place=spots[number % len(spots)].id if spots else None,
            place_name=spots[number % len(spots)].name if spots else "",
        )
        for number in range(posts_count // 5)
    )
    return Directory(
        card(),
        Audience.PRINT,
        NOW,
        ENDS,
        AsOf(38, 31, NOW - HOUR, NOW - 20 * DAY),
        neighbours,
        board,
        spots,
        attempts,
    )
