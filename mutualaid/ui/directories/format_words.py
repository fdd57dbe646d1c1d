# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What formats are called and who reads them, without importing what writes them."""

from typing import NamedTuple

from mutualaid.ui.words import tr


class FormatWords(NamedTuple):
    title: str
    about: str  # one sentence: who reads it


def formats() -> dict[str, FormatWords]:
    """Every format by name, in the order of ``mutualaid.model.directories.formats.NAMES``."""
    found = {
        "hsds": (
            tr("Human services data (HSDS 3.0)"),
            tr("For helplines, city directories and all who list services by Open Referral."),
        ),
        "ords": (
            tr("Open Repair Data 0.3 (CSV)"),
            tr("For the Open Repair Alliance, and everybody who counts what is repaired."),
        ),
        "csv": (tr("Tables for people (CSV)"), tr("Any spreadsheet opens it.")),
        "xlsx": (
            tr("Spreadsheet (XLSX)"),
            tr("Any spreadsheet opens it; people, posts, places and repairs have a sheet each."),
        ),
        "vcard": (
            tr("Address book (vCard)"),
            tr("Address books of phones and mail programs read this."),
        ),
        "icalendar": (
            tr("Calendar (iCalendar)"),
            tr("Calendars of phones and computers show this: hours, sessions, what comes back."),
        ),
        "murmurations": (
            tr("Murmurations offers and wants"),
            tr("Maps and markets that gather offers and wants of many groups read this."),
        ),
        "valueflows": (
            tr("Valueflows (JSON-LD)"),
            tr("Networks that plan in common read needs, offers and what came of them."),
        ),
        "geojson": (
            tr("Map (GeoJSON)"),
            tr("For maps on the web and on the desk; every point is blurred to half a kilometre."),
        ),
        "schemaorg": (
            tr("Linked data in the words of schema.org (JSON-LD)"),
            tr("For search engines and assistants, and for pages that show it."),
        ),
        "site": (
            tr("Web site in one folder"),
            tr("For anyone with a browser: from a stick or a server, with its own search."),
        ),
        "text": (
            tr("Text for a chat"),
            tr("For a chat or a message: needs and offers in two lines each, with their codes."),
        ),
        "automerge": (
            tr("A copy of the whole group (Automerge and JSON)"),
            tr("For members: everything the group shares, so that nobody is locked in."),
        ),
    }
    return {name: FormatWords(*words) for name, words in found.items()}
