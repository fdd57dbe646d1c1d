# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shipped lists agree with the command line and with the repair standard."""

import pytest

from mutualaid.model import taxonomy

IDS = (
    "arts garden transport food animals care children community repair tech housing health tools "
    "translation forms learning organizing other"
)


def test_the_categories_are_those_of_the_command_line() -> None:
    assert [category.id for category in taxonomy.CATEGORIES] == IDS.split()


def test_the_product_categories_are_numbered_as_in_the_standard() -> None:
    assert [product.number for product in taxonomy.PRODUCT_CATEGORIES] == list(range(1, 41))
    assert taxonomy.PRODUCT_CATEGORIES[13].name == "Kettle"
    assert taxonomy.PRODUCT_CATEGORIES[39].name == "Iron"
    assert all(1 <= product.number <= 40 for product in taxonomy.OTHER_PRODUCTS)


def test_each_product_of_the_standard_belongs_to_at_most_one_category_of_posts() -> None:
    numbers = [number for category in taxonomy.CATEGORIES for number in category.products]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("kettle", "Kettle"),
        ("  KETTLES ", "Kettle"),
        ("Electric kettle", "Kettle"),
        ("bike", "Bicycle"),
        ("bikes", "Bicycle"),
        ("Boiler", "Boiler and heating"),
        ("rice cooker", "Small kitchen item"),
        ("Watches", "Watch/clock"),
        ("batteries", "Battery/charger/adapter"),
        ("hi-fi separates", "Hi-Fi separates"),
        ("Tablet", "Tablet"),
        ("sewing", None),
        ("time machine", None),
        ("", None),
    ],
)
def test_everyday_words_name_a_product_category(said: str, meant: str | None) -> None:
    assert taxonomy.product_name(said) == meant


def test_every_name_means_itself() -> None:
    for product in (*taxonomy.PRODUCT_CATEGORIES, *taxonomy.OTHER_PRODUCTS):
        assert taxonomy.product_name(product.name) == product.name


def test_barriers_in_both_wordings_of_the_standard() -> None:
    assert [taxonomy.barrier_number(name) for name in taxonomy.BARRIERS] == [1, 2, 3, 4, 5, 6]
    assert taxonomy.barrier_number("Too worn out") == 6
    assert taxonomy.barrier_number("it was ugly") == 0


def test_posts_are_found_by_the_words_of_their_category() -> None:
    assert taxonomy.categories_named("lif") == ("transport",)
    assert taxonomy.categories_named("li") == ()
    assert "care" in taxonomy.categories_named("care")


def test_the_category_of_posts_for_a_product() -> None:
    assert taxonomy.post_category_of("Laptop") == "tech"
    assert taxonomy.post_category_of("Toy") == "children"
    assert taxonomy.post_category_of("Bicycle") == "repair"
    assert taxonomy.post_category_of("time machine") == "repair"
