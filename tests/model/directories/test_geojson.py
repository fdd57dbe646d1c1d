# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Maps: read by GDAL, every point blurred, what has no place on a map held back."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mutualaid.model.directories.blurring import RADIUS_M, blur, bounds
from mutualaid.model.directories.directory import Directory, Point, public_id
from mutualaid.model.directories.formats import format_named
from tests.model.directories import examples, strategies

FORMAT = format_named("geojson")

POINTS = st.builds(Point, st.floats(-85, 85), st.floats(-180, 180))


def written(directory: Directory) -> bytes:
    (file,) = FORMAT.files(directory, lambda: None)
    assert file.path.endswith(FORMAT.suffix)
    return b"".join(file.chunks)


def loaded(directory: Directory) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(directory))
    return found


def metres(one: Point, other: Point) -> float:
    """How far apart on a sphere."""
    north = math.radians(other.lat - one.lat)
    east = math.radians(other.lon - one.lon)
    lats = math.cos(math.radians(one.lat)) * math.cos(math.radians(other.lat))
    half = math.sin(north / 2) ** 2 + lats * math.sin(east / 2) ** 2
    return 2 * 6_371_000 * math.asin(min(1, math.sqrt(half)))


def test_gdal_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "directory.geojson"
    path.write_bytes(written(examples.rich()))
    info = pyogrio.read_info(path)
    assert info["crs"] == "EPSG:4326"
    assert info["geometry_type"] == "Point"
    meta, _, geometry, fields = pyogrio.raw.read(path)
    table = dict(zip(meta["fields"], fields, strict=True))
    assert len(geometry) == len(table["code"]) == 7
    assert set(table["sort"]) == {"person", "place", "need", "offer"}
    assert set(table["blurred_m"]) == {RADIUS_M}
    bread = list(table["code"]).index(examples.code_of(examples.identity("bread")))
    assert table["title"][bread] == "Fresh bread, “every” Saturday 🥖"
    assert table["text"][bread].startswith('Pots & pans, "quotes", commas; semicolons')
    assert table["contact"][bread] == "+49 30 5550101; ana@post.example"


def test_it_is_as_the_standard_says() -> None:
    found = loaded(examples.rich())
    assert found["type"] == "FeatureCollection"
    assert "crs" not in found  # RFC 7946, section 4: always WGS 84
    ids = [feature["id"] for feature in found["features"]]
    assert len(ids) == len(set(ids))
    assert f"urn:uuid:{public_id(examples.identity('bread'))}" in ids
    west, south, east, north = found["bbox"]
    for feature in found["features"]:
        assert set(feature) == {"type", "id", "geometry", "properties"}
        assert feature["geometry"]["type"] == "Point"
        lon, lat = feature["geometry"]["coordinates"]
        assert west <= lon <= east
        assert south <= lat <= north
        assert 52 < lat < 53  # not the other way around: longitude stands first
        assert 13 < lon < 14
    assert found["as_of"] == "2026-11-22T14:00:00Z"
    assert found["good_until"] == "2027-02-20T14:00:00Z"


def test_a_directory_without_points_is_an_empty_map(tmp_path: Path) -> None:
    found = loaded(examples.bare())
    assert found["features"] == []
    assert "bbox" not in found
    path = tmp_path / "directory.geojson"
    path.write_bytes(written(examples.bare()))
    assert pyogrio.read_info(path)["features"] == 0


def test_what_has_no_point_is_held_back_with_a_reason() -> None:
    directory = examples.rich()
    features = {feature["properties"]["code"] for feature in loaded(directory)["features"]}
    for record in (*directory.people, *directory.posts, *directory.places):
        why = FORMAT.holds_back(directory, record)
        assert (why == "") == (record.code in features)
        assert not why or why.endswith(".")
    by_code = {each.code: each for each in (*directory.people, *directory.places)}
    hub = by_code[examples.code_of(examples.identity("hub"))]
    assert "neither a point on the map nor an area" in FORMAT.holds_back(directory, hub)
    known = by_code[examples.code_of(examples.identity("known"))]
    assert "“Old town”" in FORMAT.holds_back(directory, known)


@pytest.mark.parametrize("point", [Point(math.nan, 0), Point(0, math.inf), Point(91, 0)])
def test_nowhere_on_earth_is_no_point(point: Point) -> None:
    place = replace(examples.places()[0], point=point)
    directory = replace(examples.bare(), places=(place,))
    assert FORMAT.holds_back(directory, place)
    assert loaded(directory)["features"] == []


def test_no_true_point_is_written() -> None:
    text = written(examples.rich()).decode()
    for place in examples.places():
        if place.point is not None:
            assert str(place.point.lat) not in text
            assert str(place.point.lon) not in text


@given(POINTS)
@example(Point(0.0, 180.0))
@example(Point(48.2, -180.0))
def test_the_true_point_is_within_the_radius(point: Point) -> None:
    assert metres(point, blur(point)) <= RADIUS_M


@given(POINTS)
def test_blurring_again_tells_no_more(point: Point) -> None:
    assert blur(blur(point)) == blur(point)


@given(POINTS, st.lists(st.tuples(st.floats(-0.001, 0.001), st.floats(-0.001, 0.001)), max_size=30))
def test_many_exports_of_points_nearby_cannot_be_averaged(
    point: Point, steps: list[tuple[float, float]]
) -> None:
    """Whatever lies in one cell comes to one point, and few cells are near."""
    assert {blur(point) for _ in range(5)} == {blur(point)}
    near = {blur(Point(point.lat + north, point.lon + east)) for north, east in steps}
    assert len(near) <= 4


@pytest.mark.parametrize(
    ("points", "box"),
    [
        ([Point(1, 2)], (2, 1, 2, 1)),
        ([Point(1, 2), Point(3, -4)], (-4, 1, 2, 3)),
        ([Point(-17, 179.5), Point(-16, -179.5)], (179.5, -17, -179.5, -16)),
    ],
)
def test_the_box_around_points(points: list[Point], box: tuple[float, float, float, float]) -> None:
    assert bounds(points) == box


@settings(max_examples=30)
@given(strategies.directories())
def test_any_directory_is_a_map(directory: Directory) -> None:
    found = loaded(directory)
    names = {tuple(feature["properties"]) for feature in found["features"]}
    assert len(names) <= 1


def test_large_ones_come_in_pieces() -> None:
    directory = examples.large(400, 900)
    points = {f"Quarter {number}": Point(52.5, 13.4) for number in range(40)}
    directory = replace(directory, group=replace(directory.group, points=points))
    counted: list[int] = []
    (file,) = FORMAT.files(directory, lambda: counted.append(1))
    pieces = list(file.chunks)
    assert len(pieces) > 2
    assert len(json.loads(b"".join(pieces))["features"]) == len(counted) == 400 + 900 + 20
