# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shelves by their address."""

from mutualaid.errors import BadValueError
from mutualaid.model.shelves import FOLDER, RELAY, is_shelf
from mutualaid.sync.folder_shelf import FolderShelf, folder_of, make_folder
from mutualaid.sync.shelf import Shelf


def read_address(text: str) -> str:
    """The address of a shelf as it is kept, from what a person typed; a folder is made where it
    is missing. BadValueError for what is none, or cannot be."""
    stripped = text.strip()
    if stripped.startswith(FOLDER):
        return f"{FOLDER}{make_folder(stripped)}"
    if stripped.startswith(RELAY):
        from mutualaid.sync.relay.address import RelayAddress

        return RelayAddress.parse(stripped).secret_text
    if is_shelf(stripped):
        from mutualaid.sync.fsspec_shelf import read_storage_address

        return read_storage_address(stripped)
    raise _unknown(text)


def open_shelf(address: str) -> Shelf:
    """The shelf at an address; BadValueError where this version knows none of the kind."""
    if address.startswith(FOLDER):
        return FolderShelf(folder_of(address))
    if address.startswith(RELAY):
        from mutualaid.sync.relay.client import RelayShelf

        return RelayShelf(address)
    if is_shelf(address):
        from mutualaid.sync.fsspec_shelf import FsspecShelf
        from mutualaid.sync.storage.address import StorageAddress

        return FsspecShelf.at(StorageAddress.parse(address))
    raise _unknown(address)


def _unknown(address: str) -> BadValueError:
    return BadValueError(
        f"“{address.strip()[:80]}” is not the address of a shelf. One begins with relay: as its"
        " keeper tells it, is a folder such as folder:/media/stick, or storage such as webdav://,"
        " s3:// or sftp://. Nothing was changed."
    )
