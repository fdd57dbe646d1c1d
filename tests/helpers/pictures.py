# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures as cameras and neighbours make them."""

import io
from functools import cache
from random import Random
from typing import Any

from PIL import Image

from mutualaid.model import photos
from mutualaid.model.values import PhotoDraft


def saved(picture: Image.Image, sort: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, sort, **options)
    return out.getvalue()


@cache
def noise(width: int, height: int, seed: int = 0) -> Image.Image:
    """A picture that does not get small."""
    return Image.frombytes("RGB", (width, height), Random(seed).randbytes(width * height * 3))


@cache
def draft(seed: int = 0, side: int = 40, alt: str = "") -> PhotoDraft:
    """A photo unlike any with another seed; of about 2 KB, or 300 KB with a side of 1280."""
    return photos.prepare(saved(noise(side, side, seed), "PNG"), alt=alt)
