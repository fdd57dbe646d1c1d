# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shipped lists: categories of posts, kinds of products that people repair, barriers.

Product categories are those of the Open Repair Data Standard 0.3, with the everyday words that
people use for them, and a few that the standard lacks. Every list can be extended by what people
type: an unknown name stands for itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from mutualaid.model.text import plain


@dataclass(frozen=True, slots=True)
class Category:
    """A category of posts. ``words`` are found by search besides the name; ``products`` are the
    numbers of the repair standard's categories that belong here; ``days`` is how long a post
    stays open unless its owner says otherwise."""

    id: str
    name: str
    words: tuple[str, ...] = ()
    products: tuple[int, ...] = ()
    days: int = 30


@dataclass(frozen=True, slots=True)
class ProductCategory:
    """A kind of thing that is repaired. ``number`` is its id in the repair standard; where
    ``listed`` is false the standard has no such category, and ``number`` is the one under which
    its attempts are exported."""

    name: str
    number: int
    words: tuple[str, ...] = ()
    listed: bool = True


CATEGORIES: Final = (
    Category("arts", "Arts, crafts and music", ("knitting", "painting", "craft"), (20,)),
    Category("garden", "Garden", ("gardening", "plants", "allotment")),
    Category("transport", "Transport", ("lift", "ride", "drive", "driving", "car")),
    Category("food", "Food and drink", ("meal", "groceries", "cooking"), days=3),
    Category("animals", "Animal care", ("pets", "dog", "cat")),
    Category("care", "Caregiving", ("company", "visit", "elderly")),
    Category("children", "Child care", ("children", "kids", "babysitting"), (32,)),
    Category("community", "Community activities", ("neighbourhood", "event", "festival")),
    Category(
        "repair",
        "Repair and mending",
        ("repairing", "fix", "mend", "broken"),
        (1, 3, 7, 9, 14, 15, 17, 18, 21, 24, 27, 28, 29, 31, 34, 35, 36, 37, 39, 40),
    ),
    Category(
        "tech",
        "Tech help",
        ("computer", "phone", "internet", "technology"),
        (2, 4, 5, 6, 8, 10, 11, 12, 13, 16, 19, 22, 23, 25, 26, 30, 33, 38),
    ),
    Category("housing", "Housing", ("home", "room", "rent", "moving")),
    Category("health", "Health", ("medicine", "pharmacy", "doctor")),
    Category("tools", "Tools and things", ("equipment", "borrow")),
    Category("translation", "Translation", ("language", "interpreter", "interpreting")),
    Category("forms", "Legal and forms", ("letters", "paperwork", "law")),
    Category("learning", "Learning", ("lessons", "teaching", "tutoring", "homework")),
    Category("organizing", "Help our organization", ("organisation", "volunteers", "meeting")),
    Category("other", "Other"),
)

PRODUCT_CATEGORIES: Final = (
    ProductCategory("Aircon/dehumidifier", 1, ("air conditioner", "air conditioning")),
    ProductCategory("Battery/charger/adapter", 2, ("power supply", "power bank", "power adaptor")),
    ProductCategory("Decorative or safety lights", 3, ("fairy lights", "bike light", "flashlight")),
    ProductCategory("Desktop computer", 4, ("computer", "pc", "mac")),
    ProductCategory("Digital compact camera", 5, ("camera",)),
    ProductCategory("DSLR/video camera", 6, ("camera", "camcorder", "slr")),
    ProductCategory("Fan", 7, ("electric fan", "ventilator")),
    ProductCategory("Flat screen", 8, ("television", "tv", "monitor")),
    ProductCategory("Hair & beauty item", 9, ("shaver", "razor", "hair straightener", "trimmer")),
    ProductCategory("Handheld entertainment device", 10, ("mp3 player", "e-reader", "walkman")),
    ProductCategory("Headphones", 11, ("earphones", "earbuds", "headset")),
    ProductCategory("Hi-Fi integrated", 12, ("stereo", "cd player", "boombox", "music system")),
    ProductCategory("Hi-Fi separates", 13, ("amplifier", "turntable", "record player", "speaker")),
    ProductCategory("Kettle", 14, ("electric kettle",)),
    ProductCategory("Lamp", 15, ("light", "desk lamp", "floor lamp", "chandelier")),
    ProductCategory("Laptop", 16, ("notebook", "computer", "macbook")),
    ProductCategory("Large home electrical", 17, ("cooker", "oven", "fridge", "freezer")),
    ProductCategory("Misc", 18, ("miscellaneous",)),
    ProductCategory(
        "Mobile", 19, ("phone", "smartphone", "mobile phone", "cell phone", "cellphone")
    ),
    ProductCategory("Musical instrument", 20, ("guitar", "keyboard", "piano", "violin")),
    ProductCategory("Paper shredder", 21, ("shredder",)),
    ProductCategory("PC accessory", 22, ("mouse", "keyboard", "hard drive", "router", "webcam")),
    ProductCategory("Portable radio", 23, ("radio", "clock radio")),
    ProductCategory("Power tool", 24, ("drill", "saw", "sander", "lawn mower", "hedge trimmer")),
    ProductCategory("Printer/scanner", 25, ("printer", "scanner", "photocopier")),
    ProductCategory("Projector", 26, ("beamer", "slide projector")),
    ProductCategory("Sewing machine", 27, ("overlocker", "serger")),
    ProductCategory(
        "Small home electrical", 28, ("heater", "humidifier", "doorbell", "extension lead")
    ),
    ProductCategory(
        "Small kitchen item",
        29,
        ("blender", "mixer", "rice cooker", "microwave", "coffee grinder", "juicer", "slow cooker"),
    ),
    ProductCategory("Tablet", 30, ("ipad", "e-reader")),
    ProductCategory("Toaster", 31, ("toaster oven", "sandwich maker")),
    ProductCategory("Toy", 32, ("doll", "remote control car", "train set")),
    ProductCategory(
        "TV and gaming-related accessories", 33, ("remote control", "dvd player", "vcr")
    ),
    ProductCategory("Vacuum", 34, ("vacuum cleaner", "hoover")),
    ProductCategory("Watch/clock", 35, ("watch", "clock", "alarm clock")),
    ProductCategory("Coffee maker", 36, ("coffee machine", "espresso machine")),
    ProductCategory("Food processor", 37, ("chopper",)),
    ProductCategory("Games console", 38, ("playstation", "xbox", "nintendo", "game controller")),
    ProductCategory("Hair dryer", 39, ("hairdryer", "blow dryer")),
    ProductCategory("Iron", 40, ("steam iron", "steamer")),
)

#: What people repair and the standard does not list, with the category for exporting it.
OTHER_PRODUCTS: Final = tuple(
    ProductCategory(name, number, words, listed=False)
    for name, number, words in (
        ("Bicycle", 18, ("bike", "cycle", "e-bike", "tricycle", "puncture")),
        ("Boiler and heating", 17, ("boiler", "heating", "radiator", "furnace", "central heating")),
        (
            "Clothes and textiles",
            18,
            ("clothing", "zip", "zipper", "trousers", "mending", "textile"),
        ),
        ("Dishwasher", 17, ("dish washer",)),
        ("Furniture", 18, ("chair", "table", "shelf", "drawer", "wood", "carpentry")),
        ("Plumbing", 18, ("tap", "faucet", "toilet", "sink", "leak", "pipe")),
        ("Shoes and bags", 18, ("shoe", "bag", "suitcase", "leather", "cobbler")),
        ("Washing machine", 17, ("washer", "dryer", "tumble dryer", "laundry")),
        ("Wheelchair and walking aid", 18, ("wheelchair", "walker", "rollator", "crutches")),
        ("Windows, doors and locks", 18, ("door", "window", "lock", "key", "hinge")),
    )
)

#: Why something could not be repaired, in the words of the repair standard, numbered from 1.
BARRIERS: Final = (
    "Spare parts not available",
    "Spare parts too expensive",
    "No way to open product",
    "Repair information not available",
    "Lack of equipment",
    "Item too worn out",
)

CATEGORY_BY_ID: Final[Mapping[str, Category]] = {category.id: category for category in CATEGORIES}
PRODUCT_BY_NAME: Final[Mapping[str, ProductCategory]] = {
    product.name: product for product in (*PRODUCT_CATEGORIES, *OTHER_PRODUCTS)
}


@lru_cache(maxsize=256)
def categories_named(word: str) -> tuple[str, ...]:
    """The ids of the categories of posts that a typed word (plain, three letters or more) begins
    to name."""
    if len(word) < 3:
        return ()
    return tuple(
        known
        for known, words in _CATEGORY_WORDS.items()
        if any(own.startswith(word) for own in words)
    )


@lru_cache(maxsize=4096)
def product_name(text: str) -> str | None:
    """The product category that a name in everyday words means, or None for one of its own.

    ``kettles`` and ``Electric kettle`` are ``Kettle``, ``bike`` is ``Bicycle``. A word that
    stands for several categories ("camera") means the first of them.
    """
    key = plain(text)
    for candidate in (key, key.removesuffix("s"), key.removesuffix("es"), _singular(key)):
        if candidate in _PRODUCT_KEYS:
            return _PRODUCT_KEYS[candidate]
    return None


@lru_cache(maxsize=4096)
def product_words(name: str) -> str:
    """The name of a product category and its everyday words, plain, for search."""
    product = PRODUCT_BY_NAME.get(name)
    return plain(" ".join((product.name, *product.words) if product else (name,)))


def barrier_number(text: str) -> int:
    """The number of a barrier in the repair standard, 0 for none or for words of one's own."""
    return _BARRIER_KEYS.get(plain(text), 0)


def post_category_of(product: str) -> str:
    """The category of posts to which a product category belongs."""
    known = PRODUCT_BY_NAME.get(product)
    if known is not None and known.listed:
        for category in CATEGORIES:
            if known.number in category.products:
                return category.id
    return "repair"


def _singular(key: str) -> str:
    return key.removesuffix("ies") + "y" if key.endswith("ies") else key


def _keys(products: Iterable[ProductCategory]) -> dict[str, str]:
    keys: dict[str, str] = {}
    listed = list(products)
    for product in listed:  # names before synonyms: "Tablet" is not a word for something else
        keys.setdefault(plain(product.name), product.name)
        for part in product.name.split("/"):
            keys.setdefault(plain(part), product.name)
    for product in listed:
        for word in product.words:
            keys.setdefault(plain(word), product.name)
    return keys


_PRODUCT_KEYS: Final = _keys((*PRODUCT_CATEGORIES, *OTHER_PRODUCTS))
_BARRIER_KEYS: Final = {
    **{plain(text): number for number, text in enumerate(BARRIERS, 1)},
    "too worn out": 6,
}
_CATEGORY_WORDS: Final = {
    category.id: frozenset(
        word
        for text in (category.name, *category.words, category.id)
        for word in plain(text).split()
        if word not in {"and", "our", "the", "things", "help", "care", "activities"}
        or word == category.id
    )
    for category in CATEGORIES
}
