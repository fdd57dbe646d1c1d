# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Photos: what a person chooses is made small and bare, what other machines send is looked over.

A photo is drawn anew, so that nothing of the file is left but the picture: no place, no time, no
camera, no small picture of what was cut away. What comes out is one plain sort of JPEG, and only
that sort is taken from other machines. Telling it needs no decoder, and nothing that decodes it
later can be made to work long: one frame, one scan, few pixels.
"""

import io
import re
import stat
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mutualaid.errors import BadPhotoError
from mutualaid.model.keys import blake2b
from mutualaid.model.records.post import LONGEST_ALT
from mutualaid.model.text import one_line
from mutualaid.model.values.photos import PhotoDraft

if TYPE_CHECKING:
    from PIL import Image

#: Pixels along the longer side of a photo.
LONGEST_SIDE: Final = 1280
#: Bytes of a photo as it is made here, and the most that is taken from another machine.
MOST_BYTES: Final = 300 * 1024
MOST_TAKEN: Final = 512 * 1024
#: Bytes and pixels of a picture to make a photo from: more than phones make.
MOST_FILE: Final = 50 * 1000 * 1000
MOST_PIXELS: Final = 65 * 1000 * 1000

#: More passes over one picture than any camera makes; each costs as much as the picture.
_MOST_SCANS: Final = 300
_QUALITIES: Final = (85, 78, 70, 62, 54, 46, 38, 30)

_NAMES: Final = {"JPEG": "a JPEG", "PNG": "a PNG", "GIF": "a GIF", "WEBP": "a WebP"}
_ENDINGS: Final = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif"), "JPEG"),
    ".png": "PNG",
    ".gif": "GIF",
    ".webp": "WEBP",
}


def read(path: Path, *, alt: str = "") -> PhotoDraft:
    """The photo that a picture in a file makes; raises BadPhotoError as :func:`prepare` does."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise _no_picture(path.name)
        if about.st_size > MOST_FILE:
            raise _too_long(path.name)
        with path.open("rb") as file:
            data = file.read(MOST_FILE + 1)
    except FileNotFoundError:
        raise BadPhotoError(
            f"There is no file {path}. Nothing was added. Check its name and try again."
        ) from None
    except OSError as error:
        raise BadPhotoError(
            f"{_called(path.name)} could not be read ({error.strerror}). Nothing was added. Check"
            " that you may open it."
        ) from error
    return prepare(data, name=path.name, alt=alt)


def prepare(data: bytes, *, name: str = "", alt: str = "") -> PhotoDraft:
    """A photo made from the bytes of a JPEG, PNG, WebP or GIF picture (of which the first frame).

    ``name`` is the file's; ``alt`` says in words what is to be seen. Pure, and takes up to some
    seconds: not for the thread of the window. Raises BadPhotoError for what is no picture, is
    damaged or too large, or is of another sort than its name says.
    """
    if len(data) > MOST_FILE:
        raise _too_long(name)
    alt = one_line(alt)
    if len(alt) > LONGEST_ALT:
        raise BadPhotoError(
            f"The words for the photo have {len(alt):,} characters, and at most {LONGEST_ALT} fit."
            " Shorten them and try again."
        )
    sort = _sort(data)
    if sort is None:
        raise _is_heic(name) if data[4:12] in _HEIC else _no_picture(name)
    said = _ENDINGS.get(Path(name).suffix.lower(), sort)
    if said != sort:
        raise BadPhotoError(
            f"{_called(name)} is named like {_NAMES[said]} picture, but what it holds is"
            f" {_NAMES[sort]}. Nothing was added. If you trust where it comes from, give it the"
            " right name and choose it again."
        )
    picture = _drawn(data, sort, name)
    made = _encode(picture)
    return PhotoDraft(made, photo_hash(made), alt, *_size(made))


def photo_hash(data: bytes) -> bytes:
    """The 32 bytes that name a photo."""
    return blake2b(data, person=b"mutualaid/photo")


def is_fit(data: bytes) -> bool:
    """Whether these bytes are a photo as :func:`prepare` makes them; reads headers alone."""
    try:
        width, height = _size(data)
    except ValueError:
        return False
    return 0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE and len(data) <= MOST_TAKEN


# What a file is


def _sort(data: bytes) -> str | None:
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return None


_HEIC: Final = tuple(
    b"ftyp" + brand for brand in (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif")
)


def _called(name: str) -> str:
    return f"“{one_line(name)[:80]}”" if name else "This file"


def _no_picture(name: str) -> BadPhotoError:
    return BadPhotoError(
        f"{_called(name)} is not a picture that can be read here. Nothing was added. Choose a"
        " JPEG, PNG, WebP or GIF file."
    )


def _is_heic(name: str) -> BadPhotoError:
    return BadPhotoError(
        f"{_called(name)} is a picture in a format (HEIC or AVIF) that cannot be read here."
        " Nothing was added. Save or share it as JPEG, then choose that."
    )


def _too_long(name: str) -> BadPhotoError:
    return BadPhotoError(
        f"{_called(name)} is larger than {MOST_FILE // 1000 // 1000} megabytes. Nothing was added."
        " Choose a smaller picture, or save this one smaller first."
    )


def _too_large(name: str, width: int, height: int) -> BadPhotoError:
    return BadPhotoError(
        f"{_called(name)} is {width:,} by {height:,} pixels; up to {MOST_PIXELS // 1000 // 1000}"
        " megapixels can be read. Nothing was added. Save it smaller, then choose it again."
    )


def _damaged(name: str) -> BadPhotoError:
    return BadPhotoError(
        f"{_called(name)} is damaged, or part of it is missing. Nothing was added. Choose another"
        " picture, or fetch this one again from where it came."
    )


# Drawing anew


def _drawn(data: bytes, sort: str, name: str) -> "Image.Image":
    """The picture alone: upright, small, opaque, with nothing else that the file held."""
    from PIL import Image  # only now: it takes a while, and few starts need it

    # What it finds odd beside a picture is nobody's concern.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
    # Sizes are bounded here, before anything is decoded, and by a sentence.
    Image.MAX_IMAGE_PIXELS = None
    if sort == "JPEG" and data.count(b"\xff\xda") > _MOST_SCANS:
        raise _damaged(name)
    if sort == "WEBP":
        # The library makes room for the whole picture as soon as it opens one.
        _check_size(name, *_webp_size(data))
    try:
        with Image.open(io.BytesIO(data), formats=[sort]) as opened:
            _check_size(name, *opened.size)
            return _bare(opened)
    except BadPhotoError:
        raise
    except Exception as error:  # damaged pictures raise many kinds
        raise _damaged(name) from error


def _check_size(name: str, width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise _damaged(name)
    if width * height > MOST_PIXELS:
        raise _too_large(name, width, height)


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height as a WebP file's header has them (RFC 9649); zeros if it has none."""
    match data[12:16]:
        case b"VP8X" if len(data) >= 30:
            return (
                int.from_bytes(data[24:27], "little") + 1,
                int.from_bytes(data[27:30], "little") + 1,
            )
        case b"VP8L" if len(data) >= 25:
            packed = int.from_bytes(data[21:25], "little")
            return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
        case b"VP8 " if len(data) >= 30:
            return (
                int.from_bytes(data[26:28], "little") & 0x3FFF,
                int.from_bytes(data[28:30], "little") & 0x3FFF,
            )
    return 0, 0


def _bare(opened: "Image.Image") -> "Image.Image":
    from PIL import Image

    turn = _turn(opened)
    profile = opened.info.get("icc_profile")
    picture: Image.Image = opened
    if opened.has_transparency_data:
        picture = opened.convert("RGBA")
    elif opened.mode.startswith("I"):  # 16 bits of grey
        picture = opened.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    elif opened.mode not in ("L", "RGB"):
        picture = opened.convert("RGB")
    # Of a JPEG this decodes only as many pixels as are wanted.
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    bare = Image.new("RGB", picture.size, "white")
    bare.paste(picture, mask=picture if picture.mode == "RGBA" else None)
    if isinstance(profile, bytes) and opened.mode in ("RGB", "RGBA", "P"):
        bare = _as_usual_colours(bare, profile)
    return bare.transpose(turn) if turn is not None else bare


def _turn(opened: "Image.Image") -> "Image.Transpose | None":
    """How to turn the picture so that it stands as it was taken."""
    from PIL.Image import Transpose

    try:
        orientation = opened.getexif().get(0x0112, 1)
    except Exception:  # noqa: BLE001 - what stands beside a picture does not spoil it
        return None
    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return turns.get(orientation) if isinstance(orientation, int) else None


def _as_usual_colours(picture: "Image.Image", profile: bytes) -> "Image.Image":
    """The colours of phones that see more of them, as a picture without a profile shows them."""
    from PIL import ImageCms

    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        turned = ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    if turned is None:
        return picture
    turned.info.clear()
    return turned


def _encode(picture: "Image.Image") -> bytes:
    """As fine as fits into so many bytes; smaller where even coarse is too much."""
    from PIL import Image

    while True:
        for quality in _QUALITIES:
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= MOST_BYTES:
                return out.getvalue()
        smaller = (max(1, picture.width * 3 // 4), max(1, picture.height * 3 // 4))
        picture = picture.resize(smaller, Image.Resampling.LANCZOS)


# Looking over

#: Segments of a JPEG (ITU-T T.81) that a picture needs: tables, and the plain header. None says
#: anything else.
_TABLES: Final = frozenset((0xC4, 0xDB, 0xDD))
_BASELINE: Final = 0xC0
_SCAN: Final = 0xDA
_JFIF: Final = 0xE0
_JFIF_LENGTH: Final = 16
#: Within a scan only stuffed zeros and restarts follow this byte.
_AFTER_SCAN: Final = re.compile(rb"\xff(?![\x00\xd0-\xd7])")


def _size(data: bytes) -> tuple[int, int]:
    """Width and height of a JPEG of one baseline frame in one scan, with nothing beside it.

    Raises ValueError for any other.
    """
    if data[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    at = 2
    size: tuple[int, int] | None = None
    while len(data) >= at + 4 and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        if length < 2 or len(body) != length - 2:
            break
        at += 2 + length
        if marker == _BASELINE and size is None and len(body) >= 6:
            if body[0] != 8 or body[5] not in (1, 3):
                break
            size = int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big")
        elif marker == _SCAN and size is not None:
            end = _AFTER_SCAN.search(data, at)
            if end is None or data[end.start() :] != b"\xff\xd9":
                break
            return size
        elif marker == _JFIF:
            if length != _JFIF_LENGTH or body[:5] != b"JFIF\0":
                break
        elif marker not in _TABLES:
            break
    raise ValueError("not a photo as they are made here")
