# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the sync service tells the window and the command line; light to import."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NetworkStatus:
    """The network as this machine sees it at the moment.

    ``listening`` is ``HOST:PORT`` or None while nobody can connect; ``connected`` are the device
    keys of the machines in touch; ``problem`` is a sentence for the person, "" when all is well;
    ``elsewhere`` is set while another process on this computer syncs this profile.
    """

    listening: str | None = None
    discovery: bool = False
    connected: tuple[bytes, ...] = ()
    problem: str = ""
    elsewhere: bool = False
