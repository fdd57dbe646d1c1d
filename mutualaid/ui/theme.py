# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Colours, sizes and the one stylesheet of the window.

``Theme.install(app)`` once; it follows the system's light, dark and high contrast, or is forced.
Widgets name what they are (``set_look(widget, "card")``) and the stylesheet does the rest; what
paints itself asks ``theme().colours`` and ``theme().px(n)`` **each time it paints**, never at
construction, so that a change of scheme or text size needs no further code.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from mutualaid.paths import resources
from mutualaid.ui.stylesheet import stylesheet

#: The folder with the icons.
ICONS: Final = resources() / "icons"


class Scheme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Size(StrEnum):
    """A size of text. The numbers (pixels of text and line at 100 %) are in ``SIZES``."""

    PAGE = "page"
    DETAIL = "detail"
    CARD = "card"
    STRONG = "strong"  # body size, semi-bold
    BODY = "body"
    META = "meta"


#: Pixels of text, pixels of line, whether semi-bold.
SIZES = {
    Size.PAGE: (24, 32, True),
    Size.DETAIL: (18, 26, True),
    Size.CARD: (16, 24, True),
    Size.STRONG: (14, 20, True),
    Size.BODY: (14, 20, False),
    Size.META: (13, 18, False),
}


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours by role. ``x_soft`` is the ground on which words in ``x`` stand."""

    window: QColor
    sidebar: QColor
    card: QColor
    hairline: QColor
    text: QColor
    quiet: QColor
    accent: QColor
    accent_soft: QColor
    on_accent: QColor
    need: QColor
    need_soft: QColor
    offer: QColor
    offer_soft: QColor
    warn: QColor
    warn_soft: QColor
    high_contrast: bool = False

    def role(self, name: str) -> QColor:
        """The colour with this name; a programming error if there is none."""
        colour: QColor = getattr(self, name)
        return colour


def _colours(*hexes: str) -> Colours:
    # As many as there are colours; ``high_contrast`` is not among them.
    return Colours(*(QColor(text) for text in hexes))  # type: ignore[arg-type]


LIGHT = _colours(
    *("#FAF7F2", "#F1ECE4", "#FFFFFF", "#E4DDD2", "#24211C", "#6B645A"),
    *("#1F6F63", "#DDEDE8", "#FFFFFF"),
    *("#B4471F", "#FBE7DD", "#2B6B3F", "#E0F0E3", "#8A5A00", "#FFF1CF"),
)
DARK = _colours(
    *("#1D1B18", "#24211D", "#2A2722", "#3B362F", "#EFE9DF", "#A79E91"),
    *("#6CC5B4", "#21403A", "#1D1B18"),
    *("#F2A27E", "#472A1D", "#8BCF9C", "#20382A", "#F0C868", "#40341A"),
)


def contrast_colours(palette: QPalette) -> Colours:
    """The system's own high-contrast palette, put into our roles: text on ground, and one mark."""
    ground = palette.color(QPalette.ColorRole.Window)
    text = palette.color(QPalette.ColorRole.WindowText)
    mark = palette.color(QPalette.ColorRole.Highlight)
    on_mark = palette.color(QPalette.ColorRole.HighlightedText)
    return Colours(
        window=ground,
        sidebar=ground,
        card=ground,
        hairline=text,
        text=text,
        quiet=text,
        accent=mark,
        accent_soft=ground,
        on_accent=on_mark,
        need=text,
        need_soft=ground,
        offer=text,
        offer_soft=ground,
        warn=text,
        warn_soft=ground,
        high_contrast=True,
    )


def contrast(one: QColor, other: QColor) -> float:
    """Contrast ratio of two colours by WCAG 2.2, between 1 and 21."""

    def luminance(colour: QColor) -> float:
        parts = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in (colour.redF(), colour.greenF(), colour.blueF())
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def make_palette(colours: Colours) -> QPalette:
    """The palette with which Qt's own style paints what the stylesheet leaves alone."""
    role = QPalette.ColorRole
    palette = QPalette(colours.card, colours.window)
    for name, colour in (
        (role.Window, colours.window),
        (role.WindowText, colours.text),
        (role.Base, colours.card),
        (role.AlternateBase, colours.sidebar),
        (role.Text, colours.text),
        (role.Button, colours.card),
        (role.ButtonText, colours.text),
        (role.BrightText, colours.need),
        (role.PlaceholderText, colours.quiet),
        (role.ToolTipBase, colours.text),
        (role.ToolTipText, colours.window),
        (role.Link, colours.accent),
        (role.LinkVisited, colours.accent),
        (role.Highlight, colours.accent),
        (role.HighlightedText, colours.on_accent),
        (role.Accent, colours.accent),
        (role.Mid, colours.hairline),
        (role.Midlight, colours.hairline),
    ):
        palette.setColor(name, colour)
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, colours.quiet)
    return palette


class Theme(QObject):
    """What the window looks like now. One per application, a child of it."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._scheme = Scheme.SYSTEM
        self._system_palette = QPalette(app.palette())
        self._text_scale = 1.0
        self.colours = LIGHT
        self._body = 14.0
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self.refresh)
        if hasattr(hints, "accessibility"):
            hints.accessibility().contrastPreferenceChanged.connect(self.refresh)

    @staticmethod
    def install(app: QApplication, scheme: Scheme = Scheme.SYSTEM) -> "Theme":
        """Make the application's theme, once; later calls return the one there is."""
        found = app.findChild(Theme)
        if found is not None:
            return found
        made = Theme(app)
        made._scheme = scheme
        made.refresh()
        return made

    @property
    def scheme(self) -> Scheme:
        return self._scheme

    @property
    def dark(self) -> bool:
        return self.colours.window.lightnessF() < 0.5

    def force(self, scheme: Scheme) -> None:
        """Follow the system, or be light or dark whatever the system says."""
        self._scheme = scheme
        wanted = {
            Scheme.SYSTEM: Qt.ColorScheme.Unknown,
            Scheme.LIGHT: Qt.ColorScheme.Light,
            Scheme.DARK: Qt.ColorScheme.Dark,
        }[scheme]
        self._app.styleHints().setColorScheme(wanted)
        self.refresh()

    def dress(self, scheme: Scheme, text_scale: float) -> None:
        """Take both settings at once, at the start."""
        self._text_scale = min(max(text_scale, 0.75), 3.0)
        if scheme is not self._scheme:
            self.force(scheme)
        elif text_scale != 1.0:
            self.refresh()

    def set_text_scale(self, scale: float) -> None:
        """Make all text larger: 1.0 is the system's size, 2.0 twice that."""
        self._text_scale = min(max(scale, 0.75), 3.0)
        self.refresh()

    @property
    def text_scale(self) -> float:
        return self._text_scale

    def px(self, pixels: float) -> int:
        """A length at 100 % in pixels, grown with the text. Never rounds something to nothing."""
        return max(1, round(pixels * self._body / 14.0))

    def font(self, size: Size) -> QFont:
        """The system's font in one of our sizes, for what paints its own text."""
        pixels, _line, strong = SIZES[size]
        font = QFont(self._app.font())
        font.setPixelSize(self.px(pixels))
        font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
        return font

    def line(self, size: Size) -> int:
        """The height of one line of text of this size."""
        return self.px(SIZES[size][1])

    def refresh(self) -> None:
        """Look at the system and our settings again, and dress the application anew."""
        self._body = max(14.0, float(QFontInfo(self._app.font()).pixelSize())) * self._text_scale
        self.colours = self._wanted_colours()
        self._app.setPalette(make_palette(self.colours))
        roles = {
            field.name: self.colours.role(field.name).name()
            for field in fields(self.colours)
            if field.name != "high_contrast"
        }
        self._app.setStyleSheet(stylesheet(roles, self.px, ICONS.as_posix()))
        self.changed.emit()

    def _wanted_colours(self) -> Colours:
        hints = self._app.styleHints()
        if hasattr(hints, "accessibility"):
            preference = hints.accessibility().contrastPreference()
            if preference == Qt.ContrastPreference.HighContrast:
                self._app.setPalette(QPalette())
                return contrast_colours(self._app.palette())
        if self._scheme is Scheme.SYSTEM:
            return DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT
        return DARK if self._scheme is Scheme.DARK else LIGHT


def theme() -> Theme:
    """The application's theme, like its palette and its font a fact of the whole application."""
    app = QApplication.instance()
    assert isinstance(app, QApplication), "there is no QApplication yet"
    return Theme.install(app)


def set_look(widget: QWidget, look: str, **more: str) -> None:
    """Say what a widget is ("primary", "card", …), and what else the stylesheet asks for."""
    for name, value in {"look": look, **more}.items():
        widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
