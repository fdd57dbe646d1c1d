# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which rows of an HSDS package belong together, as one record of ours.

An organization is one, with its services and its first location; each further location is one of
its own, for people go to places. What has no organization stands alone. Everything else goes where
its references lead; terms go to each that uses them. What refers to nothing, or to nothing that is
there, goes along with the first records that have room: nothing stays behind.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import chain
from typing import Final, NamedTuple

from mutualaid.model.directories.hsds import terms
from mutualaid.model.directories.hsds.bundle import Bundle, Row, sub_id
from mutualaid.model.directories.hsds.fitting import MADE_UP
from mutualaid.model.directories.hsds.schema import BY_RESOURCE, TABLES, is_uuid
from mutualaid.model.directories.incoming.hsds_package import Entry, Package
from mutualaid.model.directories.incoming.tables import Problems

#: Services that one record takes; an organization's further ones stand alone.
MOST_SERVICES: Final = 12
#: Rows without a place that one record takes along.
MOST_STRAYS: Final = 20
#: How far parents of a term are followed.
_DEEPEST: Final = 12

#: The columns that say where a row belongs, the first that leads somewhere counts.
_LEADS: Final = (
    ("service_at_location_id", "service_at_location"),
    ("location_id", "locations"),
    ("contact_id", "contacts"),
    ("phone_id", "phones"),
    ("service_id", "services"),
    ("program_id", "programs"),
    ("organization_id", "organizations"),
)
_BY_ID: Final = ("link_id", "resource_id")
#: Read first, in this order, as the others may lead to them.
_FIRST: Final = ("organizations", "services", "locations", "service_at_location")
#: What we write of a group itself; a reader has no use for it.
_OF_A_GROUP: Final = frozenset((*_FIRST, "phones", "attributes"))
_LISTS: Final = ("taxonomies", "taxonomy_terms")


class Found(NamedTuple):
    """A record to be: its rows, the line that stands for it, and what we said it is when we wrote
    it ("person", "offer", "place", or "" in a package of others)."""

    bundle: Bundle
    where: str
    record: str


def with_ids(package: Package, problems: Problems) -> None:
    """Give rows without an id one that follows from what they say."""
    for stem, entries in package.tables.items():
        alike: Counter[str] = Counter()
        for line, row in entries if stem in TABLES else ():
            if not row.get("id"):
                said = "\x1f".join((stem, *chain(*sorted(row.items()))))
                alike[said] += 1
                row["id"] = sub_id(said, f"without an id/{alike[said]}")
                why = "This line has no id. It was given one."
                problems.add(package.where(stem, line), why, kept=True)


def check(package: Package, problems: Problems) -> None:
    """Say which ids are odd and which references lead nowhere; all of them are kept."""
    ids = {
        stem: {entry.row.get("id", "").lower() for entry in entries}
        for stem, entries in package.tables.items()
    }
    everywhere = set().union(*ids.values()) if ids else set()
    shipped = terms.known(())
    for stem, entries in package.tables.items():
        seen: dict[str, int] = {}
        table = TABLES.get(stem)
        for line, row in entries:
            where = package.where(stem, line)
            own = row.get("id", "").lower()
            if own in seen and own:
                why = f"The id {_short(own)} stands in line {seen[own]} already. Both were kept."
                problems.add(where, why, kept=True)
            seen.setdefault(own, line)
            if not is_uuid(own) and table is not None:
                why = f"The id “{_short(own)}” is no UUID. The line was taken all the same."
                problems.add(where, why, kept=True)
            for column in table.columns if table is not None else ():
                value = row.get(column.name, "").lower()
                target = BY_RESOURCE[column.refers].stem if column.refers else ""
                if not value or (not target and column.name != "link_id"):
                    continue
                if value in (ids.get(target, ()) if target else everywhere):
                    continue
                if column.name == "taxonomy_term_id" and value in shipped:
                    continue
                file = TABLES[target].file if target else "the package"
                problems.add(
                    where,
                    f"{column.name} leads nowhere: {_short(value)} is in no line of {file}. It is"
                    " kept as it is, and the rest of the line was taken.",
                    kept=True,
                )


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


class Sorting:
    """Sorts the rows of one package. ``left_behind`` counts those for which there was no room."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._found: list[Found] = []
        self._at: dict[tuple[str, str], Bundle] = {}  # by table and id
        self._by_id: dict[str, Bundle] = {}
        self._strays: list[tuple[str, Row]] = []
        self._records = self._marks()
        self._lists: dict[str, tuple[str, Row]] = {}
        self._claimed: dict[str, Entry] = {}  # organizations that go with a service of ours
        self._nothing = Bundle("")  # what stands for the group that wrote the package

    def sorted(self) -> list[Found]:
        """The records of the package, in the order of its lines."""
        self._organizations()
        self._services()
        self._locations()
        for _line, row in self._entries("service_at_location"):
            self._put("service_at_location", row, self._lead(row, "location_id", "service_id"))
        self._share_areas()
        self._lists = {
            row["id"].lower(): (stem, row)
            for stem in _LISTS
            for _line, row in self._entries(stem)
            if row.get("id")
        }
        for stem in self._package.tables:
            if stem not in (*_FIRST, *_LISTS):
                for _line, row in self._entries(stem):
                    self._put(stem, row, self._owner(row))
        self._terms()
        self._take_along()
        return self._found

    def _entries(self, stem: str) -> list[Entry]:
        return self._package.tables.get(stem, [])

    def _marks(self) -> Mapping[str, str]:
        """What we said of our own rows, by their id."""
        mark = terms.Term("detail", "record").id
        return {
            row.get("link_id", "").lower(): row.get("value", "")
            for _line, row in self._entries("attributes")
            if row.get("taxonomy_term_id", "").lower() == mark
        }

    def _begin(self, stem: str, line: int, row: Row, record: str = "") -> Bundle:
        key = row["id"].lower()
        bundle = Bundle(key)
        bundle.entity = TABLES[stem].name
        self._found.append(Found(bundle, self._package.where(stem, line), record))
        self._put(stem, row, bundle)
        return bundle

    def _put(self, stem: str, row: Row, bundle: Bundle | None) -> None:
        if bundle is None or (bundle is self._nothing and stem not in _OF_A_GROUP):
            self._strays.append((stem, row))
            return
        bundle.rows.setdefault(stem, []).append(row)
        own = row.get("id", "").lower()
        if own:
            self._at.setdefault((stem, own), bundle)
            self._by_id.setdefault(own, bundle)

    def _lead(self, row: Row, *columns: str) -> Bundle | None:
        """Where the first of these references that leads somewhere leads."""
        for column, stem in _LEADS:
            if column in columns and (value := row.get(column, "").lower()):
                found = self._at.get((stem, value))
                if found is not None:
                    return found
        return None

    def _owner(self, row: Row) -> Bundle | None:
        found = self._lead(row, *(column for column, _ in _LEADS))
        for column in _BY_ID:
            if found is None and (value := row.get(column, "").lower()):
                found = self._by_id.get(value)
        return found

    # -- what stands for a record

    def _organizations(self) -> None:
        ours = {sub_id(key, "organization"): key for key in self._records}
        for line, row in self._entries("organizations"):
            own = row.get("id", "").lower()
            if self._records.get(own) in ("group", MADE_UP):
                self._put("organizations", row, self._nothing)
            elif own in ours:
                self._claimed[own] = Entry(line, row)
            elif (before := self._at.get(("organizations", own))) is not None:
                self._put("organizations", row, before)
            else:
                self._begin("organizations", line, row)

    def _services(self) -> None:
        for line, row in self._entries("services"):
            own = row.get("id", "").lower()
            record = self._records.get(own, "")
            if record in ("person", "offer", "place"):
                bundle = self._begin("services", line, row, record)
                mine = self._claimed.pop(sub_id(own, "organization"), None)
                if mine is not None:
                    self._put("organizations", mine.row, bundle)
                continue
            owner = self._at.get(("services", own)) or self._lead(row, "organization_id")
            if (
                owner is None
                or owner is self._nothing
                or len(owner.of("services")) >= MOST_SERVICES
            ):
                self._begin("services", line, row)
            else:
                self._put("services", row, owner)
        for line, row in self._claimed.values():  # their service is not there
            self._begin("organizations", line, row)

    def _locations(self) -> None:
        through: dict[str, list[Bundle]] = {}
        for _line, row in self._entries("service_at_location"):
            service = self._at.get(("services", row.get("service_id", "").lower()))
            if service is not None:
                through.setdefault(row.get("location_id", "").lower(), []).append(service)
        areas = self._areas()
        for line, row in self._entries("locations"):
            own = row.get("id", "").lower()
            if own in areas:
                self._put("locations", row, self._nothing)
                continue
            at = through.get(own, [])
            mine = [found for found in at if sub_id(found.key, "location") == own]
            before = self._at.get(("locations", own))
            owner = mine[0] if mine else self._lead(row, "organization_id")
            owner = owner or (at[0] if at else None)
            if before is not None:
                self._put("locations", row, before)
            elif owner is self._nothing and self._records:
                self._put("locations", row, owner)
            elif owner is None or (owner.of("locations") and not mine):
                self._begin("locations", line, row)
            else:
                self._put("locations", row, owner)

    def _areas(self) -> set[str]:
        """Locations by which we said in which quarter somebody is."""
        groups = [own for own, record in self._records.items() if record == "group"]
        return {
            own
            for _line, row in self._entries("locations")
            for group in groups
            if (own := row.get("id", "").lower()) == sub_id(group, f"area/{row.get('name', '')}")
        }

    def _share_areas(self) -> None:
        """Let each person of ours see the quarter they are in."""
        rows = {row.get("id", "").lower(): row for row in self._nothing.of("locations")}
        for row in self._nothing.of("service_at_location"):
            owner = self._at.get(("services", row.get("service_id", "").lower()))
            area = rows.get(row.get("location_id", "").lower())
            if owner is not None and area is not None:
                owner.rows.setdefault("locations", []).append(area)

    # -- what hangs on them

    def _terms(self) -> None:
        """Terms, what is above them, and their lists, to each record that uses them."""
        used: set[int] = set()  # which rows
        for found in self._found:
            have: set[str] = set()
            wanted = [
                row.get("taxonomy_term_id", "").lower() for row in found.bundle.of("attributes")
            ]
            for _ in range(_DEEPEST):
                further: list[str] = []
                for each in wanted:
                    if each in have or each not in self._lists:
                        continue
                    have.add(each)
                    stem, row = self._lists[each]
                    found.bundle.rows.setdefault(stem, []).append(row)
                    used.add(id(row))
                    further += [row.get(name, "").lower() for name in ("parent_id", "taxonomy_id")]
                wanted = further
        self._strays += [
            (stem, row)
            for stem in _LISTS
            for _line, row in self._entries(stem)
            if not terms.is_ours(row) and id(row) not in used
        ]

    def _take_along(self) -> None:
        """What leads nowhere, with the records that are there."""
        at = 0
        for found in self._found:
            for stem, row in self._strays[at : at + MOST_STRAYS]:
                found.bundle.rows.setdefault(stem, []).append(row)
            at += MOST_STRAYS
        self._strays = self._strays[at:]

    @property
    def left_behind(self) -> int:
        return len(self._strays)
