# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A photo that is ready to be put beside a post."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhotoDraft:
    """What ``photos.prepare`` makes of a picture: a small JPEG that holds the picture alone."""

    data: bytes
    hash: bytes  # of ``data``: the photo's name everywhere
    alt: str  # what it shows, in words, for who cannot see it
    width: int  # pixels
    height: int
