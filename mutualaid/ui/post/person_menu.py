# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can be done about one person, in a small menu beside their name."""

from collections.abc import Callable

from PySide6.QtWidgets import QMenu

from mutualaid.ui.page import Desk
from mutualaid.ui.widgets import Button, Look
from mutualaid.ui.words import tr


class PersonMenu(Button):
    """A button with a menu: talk privately, if ``talk`` is given, and block."""

    def __init__(
        self, desk: Desk, person: bytes, name: str, talk: Callable[[], None] | None = None
    ) -> None:
        super().__init__("", Look.QUIET, icon="more", name=tr("More about {name}", name=name))
        self.setToolTip(self.accessibleName())
        self._desk = desk
        self._person = person
        self._name = name
        menu = QMenu(self)
        if talk is not None:
            menu.addAction(tr("Talk privately with {name}", name=name.replace("&", "&&")), talk)
        menu.addAction(tr("Block {name}", name=name.replace("&", "&&")), self.block)
        self.setMenu(menu)

    def block(self) -> None:
        """Hear and see nothing more of this person, here and on my other machines."""
        group, person = self._desk.group, self._person
        self._desk.run(
            lambda: group.block(person),
            tr("You see nothing more of {name}. They are not told.", name=self._name),
            lambda _made: group.unblock(person),
        )
