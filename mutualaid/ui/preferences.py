# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How this person likes the window; in a small file of the profile that names nobody."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QSettings

from mutualaid.ui.theme import Scheme

#: Where relays listen where nobody says otherwise, as in ``sync.relay.address``.
RELAY_PORT: Final = 47471


class Preferences:
    """Kept in ``window.ini``. Without a directory nothing is kept (tests, a made-up group)."""

    def __init__(self, directory: Path | None) -> None:
        self._settings = (
            QSettings(str(directory / "window.ini"), QSettings.Format.IniFormat)
            if directory is not None
            else None
        )
        self._kept: dict[str, object] = {}

    def _get(self, key: str, default: object) -> object:
        if self._settings is None:
            return self._kept.get(key, default)
        return self._settings.value(key, default)

    def _set(self, key: str, value: object) -> None:
        if self._settings is None:
            self._kept[key] = value
        else:
            self._settings.setValue(key, value)
            self._settings.sync()

    @property
    def scheme(self) -> Scheme:
        value = self._get("scheme", Scheme.SYSTEM.value)
        return next((one for one in Scheme if one.value == value), Scheme.SYSTEM)

    @scheme.setter
    def scheme(self, scheme: Scheme) -> None:
        self._set("scheme", scheme.value)

    @property
    def text_scale(self) -> float:
        try:
            return float(str(self._get("text_scale", 1.0)))
        except ValueError:
            return 1.0

    @text_scale.setter
    def text_scale(self, scale: float) -> None:
        self._set("text_scale", scale)

    @property
    def geometry(self) -> QByteArray:
        value = self._get("geometry", QByteArray())
        return value if isinstance(value, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._set("geometry", geometry)

    @property
    def group(self) -> str:
        """The folder name of the group that was open last; says nothing to others."""
        return str(self._get("group", ""))

    @group.setter
    def group(self, folder: str) -> None:
        self._set("group", folder)

    @property
    def sync(self) -> bool:
        """Whether this machine looks for neighbours' machines on the network."""
        return str(self._get("sync", "true")).lower() != "false"

    @sync.setter
    def sync(self, wanted: bool) -> None:
        self._set("sync", "true" if wanted else "false")

    @property
    def announce(self) -> bool:
        """Whether this machine can be found by others on the same network."""
        return str(self._get("announce", "true")).lower() != "false"

    @announce.setter
    def announce(self, wanted: bool) -> None:
        self._set("announce", "true" if wanted else "false")

    @property
    def notify(self) -> bool:
        """Whether the system tells, summed up, what happens while the window is away."""
        return str(self._get("notify", "true")).lower() != "false"

    @notify.setter
    def notify(self, wanted: bool) -> None:
        self._set("notify", "true" if wanted else "false")

    @property
    def relay(self) -> bool:
        """Whether this machine is a relay while the window is open."""
        return str(self._get("relay", "false")).lower() == "true"

    @relay.setter
    def relay(self, wanted: bool) -> None:
        self._set("relay", "true" if wanted else "false")

    @property
    def relay_port(self) -> int:
        """Where that relay listens."""
        value = str(self._get("relay_port", ""))
        known = value.isascii() and value.isdigit() and 0 < int(value) < 65536
        return int(value) if known else RELAY_PORT

    @relay_port.setter
    def relay_port(self, port: int) -> None:
        self._set("relay_port", str(port))

    @property
    def peers(self) -> tuple[str, ...]:
        """Addresses of machines that cannot be found by themselves."""
        value = self._get("peers", "")
        return tuple(str(value).split()) if value else ()

    @peers.setter
    def peers(self, addresses: tuple[str, ...]) -> None:
        self._set("peers", " ".join(addresses))
