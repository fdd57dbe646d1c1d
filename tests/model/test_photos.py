# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of a picture, what is left of its file, and what is not taken for one."""

import io
import struct
import tracemalloc
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from mutualaid.errors import BadPhotoError
from mutualaid.model import photos
from mutualaid.model.photos import LONGEST_SIDE, MOST_BYTES, MOST_FILE, is_fit, prepare, read
from tests.helpers.pictures import draft, noise, saved

RED, WHITE = (254, 0, 0), (255, 255, 255)
MARKER = b"Elm Street 12, second floor"


def shown(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        return picture.copy()


def is_near(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 30 for one, other in zip(pixel, colour, strict=True))


# What becomes of it


@pytest.mark.parametrize("sort", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("size", [(3000, 2000), (2000, 3000), (40, 30), (1, 1), (5000, 1)])
def test_a_picture_becomes_a_small_jpeg(sort: str, size: tuple[int, int]) -> None:
    made = prepare(saved(Image.new("RGB", size, RED), sort))
    assert is_fit(made.data)
    assert made.hash == photos.photo_hash(made.data)
    picture = shown(made.data)
    assert picture.format is None or picture.format == "JPEG"
    assert (made.width, made.height) == picture.size
    assert picture.mode == "RGB"
    assert max(picture.size) == min(LONGEST_SIDE, max(size))
    if min(size) > 1:
        assert abs(made.width / made.height - size[0] / size[1]) < 0.01
    assert is_near(picture.getpixel((0, 0)), RED)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
def test_every_way_to_keep_colours_is_understood(mode: str) -> None:
    sort = "JPEG" if mode == "CMYK" else "PNG"
    white = {"RGBA": (*WHITE, 255), "LA": (255, 255), "RGB": WHITE, "CMYK": (0, 0, 0, 0)}
    colour = white.get(mode, {"I;16": 65535, "1": 1}.get(mode, 255))
    picture = Image.new("L", (30, 20), 255).convert("P") if mode == "P" else None
    made = prepare(saved(picture or Image.new(mode, (30, 20), colour), sort))
    assert is_near(shown(made.data).getpixel((5, 5)), WHITE)


def test_grey_of_16_bits_stays_grey() -> None:
    made = prepare(saved(Image.new("I;16", (30, 20), 0x8000), "PNG"))
    assert is_near(shown(made.data).getpixel((5, 5)), (128, 128, 128))


@pytest.mark.parametrize("sort", ["PNG", "WEBP", "GIF"])
def test_what_is_seen_through_is_white(sort: str) -> None:
    picture = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    picture.paste((*RED, 255), (20, 0, 40, 40))
    made = shown(
        prepare(saved(picture, sort, **({"lossless": True} if sort == "WEBP" else {}))).data
    )
    assert is_near(made.getpixel((5, 20)), WHITE)
    assert is_near(made.getpixel((35, 20)), RED)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_as_it_was_taken(orientation: int) -> None:
    upright = Image.new("RGB", (60, 40), WHITE)
    upright.paste(RED, (0, 0, 20, 10))  # upper left
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    taken = upright.transpose(turn[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    made = prepare(saved(taken, exif=exif, quality=95))
    assert (made.width, made.height) == (60, 40)
    picture = shown(made.data)
    assert is_near(picture.getpixel((4, 4)), RED)
    assert is_near(picture.getpixel((50, 4)), WHITE)
    assert is_near(picture.getpixel((4, 30)), WHITE)


@pytest.mark.parametrize("exif", [b"Exif\0\0rubbish", b"Exif\0\0II*\0\xff\xff\xff\xff", b"x" * 500])
def test_what_stands_beside_a_picture_does_not_spoil_it(exif: bytes) -> None:
    assert prepare(saved(noise(30, 20), exif=exif)).width == 30


def test_what_does_not_get_small_is_made_coarser_and_then_smaller() -> None:
    made = prepare(saved(noise(1600, 1600), "PNG"))
    assert len(made.data) <= MOST_BYTES
    assert made.width > 600


def test_the_same_picture_makes_the_same_photo() -> None:
    data = saved(noise(300, 200, 3))
    assert prepare(data) == prepare(data)
    assert prepare(data).hash != draft(4).hash


def test_only_the_first_of_many_frames_is_taken() -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in (RED, WHITE, "blue", "green")]
    for sort in ("GIF", "PNG", "WEBP"):
        data = saved(frames[0], sort, save_all=True, append_images=frames[1:] * 60)
        assert is_near(shown(prepare(data).data).getpixel((5, 5)), RED)


def test_words_are_kept_on_one_line() -> None:
    assert prepare(saved(noise(8, 8)), alt=" A red\nladder ").alt == "A red ladder"
    with pytest.raises(BadPhotoError, match="Shorten"):
        prepare(saved(noise(8, 8)), alt="x" * 301)


# What is left of its file


def camera() -> Image.Exif:
    """What a telephone writes beside a picture."""
    exif = Image.Exif()
    exif[0x010E] = exif[0x0110] = exif[0x9286] = MARKER.decode()
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    exif.get_ifd(0x8825)[29] = MARKER.decode()
    return exif


def laden(sort: str) -> bytes:
    """A picture with its maker's words wherever the format has room for them."""
    picture = noise(60, 40)
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + MARKER
    xmp = b"<x:xmpmeta>" + MARKER + b"</x:xmpmeta>"
    if sort == "JPEG":
        data = saved(picture, exif=camera(), icc_profile=icc, xmp=xmp, comment=MARKER, dpi=(7, 7))
        thumbnail = b"\xff\xe0" + struct.pack(">H", 2 + 5 + len(MARKER)) + b"JFXX\0" + MARKER
        application = b"\xff\xed" + struct.pack(">H", 2 + len(MARKER)) + MARKER
        return data[:2] + thumbnail + application + data[2:] + MARKER * 10
    if sort == "PNG":
        notes = PngInfo()
        notes.add_text("Comment", MARKER)
        notes.add_itxt("XML:com.adobe.xmp", xmp.decode())
        return saved(picture, "PNG", exif=camera(), icc_profile=icc, pnginfo=notes) + MARKER
    if sort == "GIF":
        return saved(picture.convert("P"), "GIF", comment=MARKER) + MARKER
    return saved(picture, "WEBP", exif=camera(), icc_profile=icc, xmp=xmp)


@pytest.mark.parametrize("sort", ["JPEG", "PNG", "WEBP", "GIF"])
def test_nothing_but_the_picture_is_left(sort: str) -> None:
    data = laden(sort)
    assert MARKER in data
    made = prepare(data).data
    assert MARKER not in made
    picture = shown(made)
    assert not dict(picture.getexif())
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert picture.info["jfif_density"] == (1, 1)
    kinds = segments(made)
    assert set(kinds) <= {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}
    assert kinds.count(0xE0) == 1
    assert made.endswith(b"\xff\xd9")
    assert made.count(b"\xff\xd9") == 1


def segments(data: bytes) -> list[int]:
    found: list[int] = []
    at = 2
    while found[-1:] != [0xDA]:
        assert data[at] == 0xFF
        found.append(data[at + 1])
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return found


def test_colours_of_a_wide_profile_are_turned_into_the_usual_ones() -> None:
    grey = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = prepare(saved(Image.new("RGB", (20, 20), (200, 80, 40)), "PNG"))
    same = prepare(saved(Image.new("RGB", (20, 20), (200, 80, 40)), "PNG", icc_profile=grey))
    rubbish = prepare(saved(Image.new("RGB", (20, 20), (200, 80, 40)), "PNG", icc_profile=b"no"))
    for made in (same, rubbish):
        pixel = shown(plain.data).getpixel((5, 5))
        assert isinstance(pixel, tuple)
        assert is_near(shown(made.data).getpixel((5, 5)), pixel)  # type: ignore[arg-type]


# What is not taken


def png_of(width: int, height: int) -> bytes:
    """The header of a PNG that says it is so large, and little more."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(100_000), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def jpeg_of(width: int, height: int) -> bytes:
    data = bytearray(saved(noise(16, 16)))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def gif_of(width: int, height: int) -> bytes:
    data = bytearray(saved(noise(16, 16).convert("P"), "GIF"))
    data[6:10] = struct.pack("<HH", width, height)
    return bytes(data)


def webp_of(width: int, height: int) -> bytes:
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("of", [png_of, jpeg_of, gif_of, webp_of])
def test_a_picture_of_200_megapixels_is_refused_by_its_header(of: object) -> None:
    assert callable(of)
    data = of(16_000, 12_500)
    tracemalloc.start()
    try:
        with pytest.raises(BadPhotoError, match="16,000 by 12,500 pixels"):
            prepare(data)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * 1000 * 1000


@pytest.mark.parametrize("data", [png_of(0, 5), jpeg_of(5, 0), webp_of(1, 1)[:20]])
def test_a_picture_of_no_size_is_damaged(data: bytes) -> None:
    with pytest.raises(BadPhotoError, match="damaged"):
        prepare(data)


@pytest.mark.parametrize("sort", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_picture_is_damaged(sort: str, share: float) -> None:
    data = saved(noise(200, 200), sort)
    with pytest.raises(BadPhotoError, match="damaged"):
        prepare(data[: int(len(data) * share)])


NO_PICTURES = {
    "nothing": b"",
    "text": b"A ladder, please\n" * 100,
    "page": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "program": b"\x7fELF" + bytes(500),
    "program of another sort": b"MZ" + bytes(500),
    "paper": b"%PDF-1.7\n" + bytes(500),
    "bitmap": saved(noise(8, 8), "BMP"),
    "layers": saved(noise(8, 8), "TIFF"),
}


@pytest.mark.parametrize("what", sorted(NO_PICTURES))
def test_what_is_no_picture_is_refused_whatever_its_name(what: str) -> None:
    for name in ("", "cat.jpg", "cat"):
        with pytest.raises(BadPhotoError, match="not a picture"):
            prepare(NO_PICTURES[what], name=name)


def test_the_format_of_some_telephones_is_named() -> None:
    with pytest.raises(BadPhotoError, match=r"HEIC.*as JPEG"):
        prepare(b"\0\0\0\x18ftypheic" + bytes(100), name="IMG_1.HEIC")


@pytest.mark.parametrize(
    ("name", "sort"), [("cat.jpg", "PNG"), ("cat.JPEG", "GIF"), ("cat.png", "JPEG")]
)
def test_a_name_that_lies_is_said(name: str, sort: str) -> None:
    with pytest.raises(BadPhotoError, match=f"“{name}” is named like"):
        prepare(saved(noise(8, 8), sort), name=name)
    for honest in ("", "cat", "cat.bin"):
        assert prepare(saved(noise(8, 8), sort), name=honest).width == 8


def test_a_picture_with_passes_without_end_is_refused() -> None:
    data = saved(noise(16, 16), progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    with pytest.raises(BadPhotoError, match="damaged"):
        prepare(data[:-2] + scan * 5000 + b"\xff\xd9")


def test_a_file_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "film.jpg"
    with path.open("wb") as file:
        file.truncate(MOST_FILE + 1)
    with pytest.raises(BadPhotoError, match="larger than 50 megabytes"):
        read(path)
    with pytest.raises(BadPhotoError, match="larger than 50 megabytes"):
        prepare(bytes(MOST_FILE + 1))


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cat.png"
    path.write_bytes(saved(noise(30, 20), "PNG"))
    assert read(path, alt="A cat") == prepare(path.read_bytes(), alt="A cat")
    with pytest.raises(BadPhotoError, match="There is no file"):
        read(tmp_path / "dog.png")
    with pytest.raises(BadPhotoError, match="not a picture"):
        read(tmp_path)
    path.rename(tmp_path / "cat.jpg")
    with pytest.raises(BadPhotoError, match="named like a JPEG"):
        read(tmp_path / "cat.jpg")


@given(st.data())
def test_damage_anywhere_is_borne(data: st.DataObject) -> None:
    sort = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]))
    good = bytearray(saved(noise(24, 24), sort))
    for _ in range(data.draw(st.integers(1, 6))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        made = prepare(bytes(good))
    except BadPhotoError:
        return
    assert is_fit(made.data)


# What other machines may send


def test_a_photo_made_here_is_taken_elsewhere() -> None:
    for side in (1, 7, 100, 1280):
        assert is_fit(prepare(saved(noise(side, side), "PNG")).data)
    assert is_fit(prepare(saved(Image.new("L", (50, 50)))).data)


@pytest.mark.parametrize(
    "data",
    [
        *NO_PICTURES.values(),
        saved(noise(20, 20), "PNG"),
        saved(noise(20, 20), progressive=True),
        saved(noise(20, 20), exif=camera()),
        saved(noise(20, 20), comment=MARKER),
        saved(noise(1281, 3)),
        saved(noise(3, 1281)),
        saved(noise(20, 20)) + b"more",
        saved(noise(20, 20))[:-1],
        saved(noise(20, 20))[:300],
        jpeg_of(0, 20),
        jpeg_of(60_000, 60_000),
        saved(Image.new("CMYK", (20, 20))),
        saved(noise(900, 900), quality=100, subsampling=0),
        draft(1).data[:-2] + draft(1).data[draft(1).data.index(b"\xff\xda") :],
    ],
)
def test_no_other_sort_of_picture_is_taken_from_elsewhere(data: bytes) -> None:
    assert not is_fit(data)


@given(st.data())
def test_any_bytes_are_looked_over(data: st.DataObject) -> None:
    good = bytearray(draft(2).data)
    for _ in range(data.draw(st.integers(1, 6))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    is_fit(bytes(good[: data.draw(st.integers(0, len(good)))]))
    is_fit(data.draw(st.binary(max_size=200)))
