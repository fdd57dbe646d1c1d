# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Places, and attempts at repairs."""

from collections.abc import Mapping
from typing import Final

from mutualaid.model.codes import code
from mutualaid.model.directories import sources
from mutualaid.model.directories.blurring import blur
from mutualaid.model.directories.directory import Contact, Place, Point, Repair
from mutualaid.model.directories.ledger import Ledger
from mutualaid.model.records.place import CONTACTS, KINDS
from mutualaid.model.records.repair import OUTCOMES
from mutualaid.model.records.sharing import AUDIENCES
from mutualaid.model.taxonomy import BARRIERS
from mutualaid.model.values import Audience, Fix
from mutualaid.model.values.directories import HeldWhy, ShareField

_PUBLIC: Final = AUDIENCES.index(Audience.PUBLIC)


def places(led: Ledger) -> list[Place]:
    """The places that leave, by name."""
    fixes = led.by_record("SELECT record, category, note FROM place_fix ORDER BY category")
    contacts = led.by_record("SELECT record, kind, value FROM place_contact ORDER BY kind")
    origins = sources.read(led.db, "place")
    found: list[Place] = []
    for row in led.db.execute(
        "SELECT p.record, r.id, p.name, p.kind, p.area, p.address, p.hours, p.about,"
        " p.confirmed, p.share, p.lat, p.lon, r.updated FROM place AS p"
        " JOIN record AS r ON r.number = p.record ORDER BY p.sort_name, r.id"
    ):
        led.step()
        number, id_, name, kind, area, address, hours, about, confirmed, share = row[:10]
        lat, lon, updated = row[10:]
        if led.is_left_out("place", id_, name):
            continue
        if not led.may(share):
            led.stays("place", id_, name, HeldWhy.NO_CONSENT)
            continue
        source, more = origins.source(number), origins.more(number)
        if led.outside and not sources.is_published(source):
            # Who said that the place may leave saw the fields of its form, and not these.
            for what in more:
                led.stays("place", id_, name, HeldWhy.NO_CONSENT, f"more:{what}")
            source, more = None, {}
        point = None
        if lat is not None and lon is not None:
            point = blur(Point(lat, lon)) if led.outside else Point(lat, lon)
        found.append(
            Place(
                id=id_,
                code=code(id_),
                name=name,
                kind=KINDS[kind],
                area=area,
                address=address,
                hours=hours,
                about=about,
                fixes=tuple(Fix(*each) for each in fixes.get(number, ())),
                contacts=tuple(
                    Contact(CONTACTS[contact], value) for contact, value in contacts.get(number, ())
                ),
                confirmed=min(confirmed, led.asked.now) if confirmed else None,
                point=point,
                updated=min(updated, led.asked.now),
                source=source,
                more=more,
            )
        )
    return found


def repairs(led: Ledger, places: Mapping[bytes, str]) -> list[Repair]:
    """The attempts that leave, by date. ``places`` are the names of those that leave; of a
    published attempt also the published place is named."""
    published = {
        id_: name
        for id_, name, *source in led.db.execute(
            "SELECT r.id, p.name, s.origin, s.origin_id, s.licence FROM place_source AS s"
            " JOIN place AS p ON p.record = s.record JOIN record AS r ON r.number = s.record"
        )
        if sources.is_published(sources.source_of(*source))
    }
    found: list[Repair] = []
    for row in led.db.execute(
        "SELECT r.id, t.category, t.item, t.outcome, t.brand, t.problem, t.barrier, t.date,"
        " t.year, t.age, t.country, t.place, t.owner, t.origin, t.licence, t.origin_id"
        " FROM repair AS t JOIN record AS r ON r.number = t.record ORDER BY t.date, r.id"
    ):
        led.step()
        id_, category, item, outcome, brand, problem, barrier, date, year, age = row[:10]
        country, place, owner, origin, licence, origin_id = row[10:]
        title = item or category
        if led.is_left_out("repair", id_, title):
            continue
        source = sources.source_of(origin, origin_id, licence)
        is_published = owner == led.asked.group and sources.is_published(source)
        if not _repair_leaves(led, owner, is_published=is_published):
            led.stays("repair", id_, title, HeldWhy.NO_CONSENT)
            continue
        if owner != led.asked.group:
            led.members[id_] = owner
        at = places.get(place, "") if place else ""
        if not at and place and is_published:
            at = published.get(place, "")
        found.append(
            Repair(
                id=id_,
                code=code(id_),
                category=category,
                item=item,
                outcome=OUTCOMES[outcome],
                brand=brand,
                problem=problem,
                barrier=BARRIERS[barrier - 1] if barrier else "",
                date=date,
                year=year,
                age=age,
                country=country,
                place=place if at else None,
                place_name=at,
                source=source,
            )
        )
    return found


def _repair_leaves(led: Ledger, owner: bytes, *, is_published: bool) -> bool:
    if owner == led.asked.group:
        # What was published before it came here may be handed on.
        return led.may(_PUBLIC if is_published else None)
    return led.lets(owner, ShareField.REPAIRS)
