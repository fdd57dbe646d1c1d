# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Colours that can be read, icons that are there, a window that follows the system."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QPushButton

from mutualaid.ui.icons import icon, icon_names
from mutualaid.ui.theme import DARK, LIGHT, Scheme, Size, Theme, contrast, contrast_colours
from mutualaid.ui.widgets.paint import AVATAR_COLOURS

#: Words on grounds, by role.
PAIRS = [
    *((words, ground) for words in ("text", "quiet") for ground in ("window", "sidebar", "card")),
    ("on_accent", "accent"),
    ("accent", "accent_soft"),
    ("accent", "window"),
    ("accent", "card"),
    ("need", "need_soft"),
    ("need", "card"),
    ("offer", "offer_soft"),
    ("warn", "warn_soft"),
    ("text", "accent_soft"),
    ("accent_soft", "text"),
]


@pytest.fixture
def theme(qapp):
    found = Theme.install(qapp)
    yield found
    found.set_text_scale(1.0)
    found.force(Scheme.SYSTEM)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("words", "ground"), PAIRS)
def test_words_can_be_read(colours, words, ground):
    assert contrast(colours.role(words), colours.role(ground)) >= 4.5


def test_initials_can_be_read():
    for colour in AVATAR_COLOURS:
        assert contrast(colour, QColor("#FFFFFF")) >= 4.5


def test_contrast_is_that_of_the_guidelines():
    assert contrast(QColor("#000000"), QColor("#FFFFFF")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("#FFFFFF")) == pytest.approx(4.48, abs=0.01)


def test_it_can_be_forced_and_set_free(theme, qapp):
    theme.force(Scheme.DARK)
    assert theme.dark
    assert qapp.palette().window().color() == DARK.window
    theme.force(Scheme.LIGHT)
    assert not theme.dark
    assert qapp.palette().window().color() == LIGHT.window


def test_high_contrast_takes_the_systems_colours():
    palette = QPalette(QColor("#000000"), QColor("#000000"))
    palette.setColor(QPalette.ColorRole.WindowText, QColor("#FFFF00"))
    colours = contrast_colours(palette)
    assert colours.text == colours.quiet == QColor("#FFFF00")
    assert colours.card == QColor("#000000")


def test_text_grows_with_its_setting(theme):
    before = theme.font(Size.BODY).pixelSize()
    theme.set_text_scale(2.0)
    assert theme.font(Size.BODY).pixelSize() == 2 * before
    assert theme.px(12) == 24 * before // 14


@pytest.mark.parametrize("name", icon_names())
def test_every_icon_draws_something(theme, name):
    image = icon(name).pixmap(QSize(24, 24), 2.0).toImage()
    assert image.width() == 48
    assert any(image.pixelColor(x, y).alpha() for x in range(0, 48, 2) for y in range(0, 48, 2))


def test_icons_follow_the_scheme(theme):
    def ink() -> set[str]:
        image = icon("need", "need").pixmap(QSize(24, 24)).toImage()
        return {image.pixelColor(image.width() // 2, image.height() // 2).name()}

    theme.force(Scheme.LIGHT)
    light = ink()
    theme.force(Scheme.DARK)
    assert light == {LIGHT.need.name()}
    assert ink() == {DARK.need.name()}


def test_an_icon_that_is_not_there_is_an_error(theme):
    with pytest.raises(KeyError):
        icon("no-such-icon")


def test_an_icon_outlives_its_button(theme, qapp):
    kept = icon("board")
    for _ in range(50):
        button = QPushButton()
        button.setIcon(kept)
        button.grab()
        del button
    assert not kept.isNull()
