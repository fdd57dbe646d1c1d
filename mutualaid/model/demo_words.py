# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people in the made-up neighbourhood say. Nobody here exists; any likeness is chance.

``{day}`` and ``{hour}`` stand for a weekday in the post's language and a time of day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mutualaid.model.values import Mode, PlaceKind, PostKind, SkillLevel, Urgency

GROUP: Final = "Elm Street"
COUNTRY: Final = "CAN"
AREAS: Final = ("North side", "South side", "Mill Lane", "Old harbour", "Hill houses", "Library")

NAMES: Final = (
    ("Ana", "es"), ("Tomas", "cs"), ("Lena", "en"), ("Yusuf", "ar"), ("Pavel", "cs"), ("Jo", "en"),
    ("Mireille", "fr"), ("Samira", "ar"), ("Ida", "en"), ("Rafael", "es"), ("Božena", "cs"),
    ("Kwame", "en"), ("Odile", "fr"), ("Nour", "ar"), ("Fergus", "en"), ("Lucía", "es"),
    ("Jiřina", "cs"), ("Thandi", "en"), ("Bastien", "fr"), ("Huda", "ar"), ("Mateo", "es"),
    ("Vojta", "cs"), ("Priya", "en"), ("Élodie", "fr"), ("Salma", "ar"), ("Wendell", "en"),
    ("Inés", "es"), ("Radka", "cs"), ("Amara", "en"), ("Loïc", "fr"), ("Karim", "ar"),
    ("Greta", "en"), ("Paloma", "es"), ("Zbyněk", "cs"), ("Tova", "en"), ("Colette", "fr"),
)  # fmt: skip

LANGUAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("English",),
    "es": ("Español", "English"),
    "cs": ("Čeština", "English"),
    "fr": ("Français", "English"),
    "ar": ("العربية", "English"),
}

AVAILABILITY: Final = (
    "Evenings after six",
    "Weekends",
    "Tuesday and Thursday mornings",
    "Most days, ring the bell",
    "School hours",
    "Every other Saturday",
    "When I am not on shift",
    "",
)

SKILLS: Final = (
    ("Bread baking", SkillLevel.TEACH, "Sourdough, I always have starter to give"),
    ("Arabic and French", SkillLevel.CAN, "Letters and phone calls"),
    ("Filling in forms", SkillLevel.CAN, "Housing, school, benefits"),
    ("Bicycle repair", SkillLevel.TEACH, "Bring the bike, we do it together"),
    ("Sewing", SkillLevel.CAN, ""),
    ("Sewing", SkillLevel.LEARN, "Just a hem would do"),
    ("Driving a van", SkillLevel.CAN, "My own, up to 600 kg"),
    ("Fruit tree pruning", SkillLevel.TEACH, "January to March"),
    ("Guitar", SkillLevel.TEACH, "Beginners welcome"),
    ("Czech", SkillLevel.TEACH, ""),
    ("Spanish", SkillLevel.TEACH, "Conversation while we walk the dog"),
    ("First aid", SkillLevel.CAN, "Certificate from last year"),
    ("Childminding", SkillLevel.CAN, "Two of my own, six and nine"),
    ("Plumbing", SkillLevel.LEARN, ""),
    ("Plumbing", SkillLevel.CAN, "Taps, traps, cisterns; not gas"),
    ("Cooking for many", SkillLevel.CAN, "Up to eighty"),
    ("Sign language", SkillLevel.LEARN, ""),
    ("Phone and computer help", SkillLevel.CAN, "Slowly and without jargon"),
    ("Cutting hair", SkillLevel.CAN, "At home, for people who cannot go out"),
    ("Beekeeping", SkillLevel.TEACH, ""),
    ("Soldering", SkillLevel.TEACH, ""),
    ("Soldering", SkillLevel.LEARN, ""),
    ("Carpentry", SkillLevel.CAN, "Shelves, doors, small furniture"),
    ("Accounts for small groups", SkillLevel.CAN, ""),
)

#: Product category and note.
FIXES: Final = (
    ("Kettle", "Mostly the switch or the base"),
    ("Lamp", ""),
    ("Bicycle", "Gears, brakes, punctures"),
    ("Sewing machine", "Old mechanical ones best"),
    ("Laptop", "Screens, disks, cleaning"),
    ("Mobile", "Batteries and screens"),
    ("Clothes and textiles", "Zips and hems"),
    ("Toaster", ""),
    ("Portable radio", "Valves too"),
    ("Vacuum", ""),
    ("Furniture", "Glue and patience"),
    ("Plumbing", "Taps and cisterns"),
    ("Watch/clock", "Clocks; only batteries for watches"),
    ("Washing machine", "Pumps, belts, doors"),
    ("Coffee maker", ""),
    ("Boiler and heating", "Bleeding radiators; no gas work"),
    ("Hi-Fi separates", ""),
    ("Small kitchen item", ""),
    ("Power tool", "New cables and brushes"),
    ("Shoes and bags", ""),
)

#: What was brought along to be repaired: category, item, what was wrong and done.
REPAIRS: Final = (
    ("Kettle", "Electric kettle", "Did not switch off. Cleaned the lid sensor."),
    ("Kettle", "Kettle", "Leaks at the window; the seal cannot be bought."),
    ("Lamp", "Standing lamp", "Loose wire in the plug."),
    ("Bicycle", "Child's bike", "New cable for the back brake."),
    ("Sewing machine", "Sewing machine", "Timing was off; feeds again."),
    ("Laptop", "Laptop", "Fan full of dust."),
    ("Mobile", "Smartphone", "Battery worn, part ordered."),
    ("Toaster", "Toaster", "Lever does not hold; the magnet is dead."),
    ("Portable radio", "Kitchen radio", "Battery contacts cleaned."),
    ("Vacuum", "Vacuum cleaner", "Blocked hose."),
    ("Clothes and textiles", "Winter coat", "New zip."),
    ("Washing machine", "Washing machine", "A coin in the pump."),
    ("Coffee maker", "Espresso pot", "New gasket."),
    ("Watch/clock", "Wall clock", "Oiled; keeps time."),
    ("Small kitchen item", "Hand blender", "Sealed housing, could not be opened."),
    ("Hair dryer", "Hair dryer", "Cable broken at the grip, shortened."),
)

NOTICES: Final = (
    "Water is off in Mill Lane on Thursday from 9 to 12. Numbers 4 and 10 still have some.",
    "The repair afternoon moves to the library while the hall is being painted.",
)

#: Language and text.
COMMENTS: Final = (
    ("en", "The lift in house 4 is out, use the ramp."),
    ("en", "I know someone who did this last year, I will ask her."),
    ("en", "Could it also be on Sunday?"),
    ("en", "I have a trolley that you can borrow for it."),
    ("en", "Thank you, that worked very well."),
    ("en", "Ring twice, the bell sticks."),
    ("es", "¿Hace falta llevar algo?"),
    ("fr", "Je peux apporter des cartons."),
    ("cs", "Můžu přijít až po páté."),
    ("ar", "أنا قريبة من هناك، أستطيع المرور عليك."),
)

#: What is said to a need.
HELP: Final = (
    ("en", "I have the van free."),
    ("en", "Can stand by."),
    ("en", "I could come after work."),
    ("en", "Glad to, tell me when."),
    ("en", "I pass there every morning."),
    ("es", "Con mucho gusto, mañana puedo."),
    ("fr", "Je suis libre samedi."),
    ("cs", "Ráda přijdu."),
    ("ar", "يسعدني ذلك، بعد العصر."),
)

#: What is said to an offer.
THANKS: Final = (
    ("en", "I would like that, thank you."),
    ("en", "Yes please, whenever it suits you."),
    ("en", "For my neighbour upstairs, if it is still there."),
    ("es", "Me interesa, gracias."),
    ("fr", "Volontiers, merci."),
    ("cs", "Moc děkuji, hodí se."),
    ("ar", "شكراً، أنا بحاجة إليه."),
)

DAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("el lunes", "el martes", "el miércoles", "el jueves", "el viernes", "el sábado"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "cs": ("v pondělí", "v úterý", "ve středu", "ve čtvrtek", "v pátek", "v sobotu", "v neděli"),
    "ar": ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
}
HOURS: Final = ("9:00", "10:00", "11:30", "14:00", "15:30", "16:00", "17:30", "18:00")

ON_BEHALF: Final = ("Mrs. Okafor", "Old Mr. Brandt", "the family at number 9", "Auntie Rose")


@dataclass(frozen=True, slots=True)
class Line:
    """A post that somebody could have written."""

    kind: PostKind
    category: str
    title: str
    text: str = ""
    urgency: Urgency = Urgency.ANYTIME
    when: str = ""
    mode: Mode = Mode.GIFT
    parts: int = 1
    standing: bool = False
    language: str = "en"


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place in the neighbourhood. ``hours`` are in the words that places take."""

    name: str
    kind: PlaceKind
    area: str
    hours: str = ""
    about: str = ""
    fixes: tuple[str, ...] = ()


PLACES: Final = (
    PlaceLine(
        "Repair afternoon",
        PlaceKind.REPAIR,
        "Library",
        "First Saturday, 10:00 to 13:00",
        "Bring what is broken and stay while it is mended. Coffee and cake by whoever bakes.",
        ("Kettle", "Lamp", "Toaster", "Portable radio", "Vacuum", "Clothes and textiles"),
    ),
    PlaceLine(
        "The Tuesday kitchen",
        PlaceKind.KITCHEN,
        "South side",
        "Tuesday, 12:00 to 14:00",
        "Lunch for whoever comes. Nobody asks why. Cooks are welcome from nine.",
    ),
    PlaceLine(
        "Bike cellar",
        PlaceKind.WORKSHOP,
        "Mill Lane",
        "Wednesday, 17:00 to 20:00",
        "Tools, stands and a box of used parts. The ramp is in the yard.",
        ("Bicycle", "Wheelchair and walking aid"),
    ),
    PlaceLine(
        "Harbour clinic",
        PlaceKind.CLINIC,
        "Old harbour",
        "Monday, 9:00 to 12:00",
        "Without papers too. Interpreters for Arabic and Spanish on Mondays.",
    ),
    PlaceLine(
        "Elm Street library",
        PlaceKind.HUB,
        "Library",
        "Thursday, 10:00 to 19:00",
        "Warm room, printer, help with forms on Thursdays, the toolshed behind the counter.",
    ),
    PlaceLine(
        "Tenants' union",
        PlaceKind.ORGANIZATION,
        "North side",
        "Thursday, 18:00 to 20:00",
        "Bring the letter, even if you have not opened it.",
    ),
)

#: What people say when something is done.
SAID_THANKS: Final = (
    "Thank you. That was a great help.",
    "You saved my week. There is soup for you any time.",
    "Merci beaucoup, c'était parfait !",
    "Many thanks, also from my mother.",
)

#: What somebody to whom I said yes writes to me alone.
MESSAGE: Final = "Glad to. I will ring twice when I am at the door."
