# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Commands on shelves: which ones the group has, and how this machine last found them.

Relays stand in the group's own record, so that every machine knows them. A folder is known on
this machine alone: elsewhere it lies under another path, or is a stick in a pocket. So is storage
of others, such as ``webdav://…#USER:PASSWORD``, because of its secret, unless its address says
that the group may know it.
"""

from collections.abc import Mapping
from typing import Final

from mutualaid.errors import BadValueError, NotFoundError
from mutualaid.model import shelf_notes
from mutualaid.model.content import Identity
from mutualaid.model.invitation import Invitation
from mutualaid.model.reading import NO_NONCE
from mutualaid.model.records.group import LONGEST_ADDRESS
from mutualaid.model.values import ChangeSet, Scalar
from mutualaid.model.values.shelves import ShelfRow
from mutualaid.model.writing import Writing

FOLDER: Final = "folder:"
RELAY: Final = "relay:"
#: The family of fields of the group's record that names its shelves.
FAMILY: Final = "relay:"
#: So many shelves of the group are used, whoever wrote more into its record.
MOST_SHELVES: Final = 8
#: Among the options in an address of storage: everybody in the group may know its secret.
SHARED: Final = "share=yes"
#: Addresses of storage as they are used, secret and all: without the secret → with it.
_KEPT: Final = "storage:"
#: Invitations of this machine whose welcome is to lie on the shelves: public key → seed.
_WELCOME: Final = "welcome:"


def is_shelf(address: str) -> bool:
    """Whether an address is that of a shelf rather than of a machine (``HOST:PORT``)."""
    return address.startswith((FOLDER, RELAY)) or "://" in address


def is_private(address: str) -> bool:
    """Whether an address is one of storage, with a secret that is this machine's alone."""
    if address.startswith((FOLDER, RELAY)):
        return False
    place, sign, _secret = address.partition("#")
    return bool(sign) and SHARED not in place.partition("?")[2].split("&")


def is_local(address: str) -> bool:
    """Whether a shelf is one of this machine alone."""
    return address.startswith(FOLDER) or is_private(address)


def shown_address(address: str) -> str:
    """An address without a relay's token or the secret of storage, fit to be shown."""
    return address if address.startswith(FOLDER) else address.partition("#")[0]


class Shelves(Writing):
    """The shelves of a group."""

    def shelf_addresses(self) -> list[str]:
        """Every shelf this machine uses: the group's relays, then its own folders."""
        rows = self._db.execute(
            "SELECT DISTINCT address FROM group_relay ORDER BY address LIMIT ?", (MOST_SHELVES,)
        )
        relays = [str(row[0]) for row in rows if not is_private(str(row[0]))]
        store = self.replica.store
        local = [
            str(store.meta(_KEPT + each) or each)
            for each in shelf_notes.local_addresses(self._db)
            if each not in relays
        ]
        return [*relays, *local]

    def open_addresses(self) -> list[str]:
        """The same for who is invited: without what is this machine's secret."""
        return [each for each in self.shelf_addresses() if not is_private(each)]

    def shelves(self) -> list[ShelfRow]:
        """How this machine, or whichever process of it syncs, last found each shelf."""
        known = shelf_notes.rows(self._db)
        shown = dict.fromkeys(shown_address(each) for each in self.shelf_addresses())
        return [known.get(each) or ShelfRow(each, is_local(each)) for each in shown]

    def add_shelf(self, address: str) -> ChangeSet:
        """Use a shelf from now on: a relay with the whole group, a folder on this machine, storage
        on this machine unless everybody may know its secret.

        The address has been read by ``sync.shelves``. BadValueError where there are too many.
        """
        if len(address) > LONGEST_ADDRESS and not is_private(address):
            raise BadValueError(
                f"This address has {len(address)} letters, and at most {LONGEST_ADDRESS} fit."
                " Nothing was changed. Choose a folder with a shorter path."
            )
        known = {shown_address(each) for each in self.shelf_addresses()}
        if shown_address(address) not in known and len(known) >= MOST_SHELVES:
            raise BadValueError(
                f"A group can use up to {MOST_SHELVES} shelves. Nothing was changed. Remove one"
                " first."
            )
        if is_local(address):
            with self._writing() as result:
                shown = shown_address(address)
                shelf_notes.add_local(self._db, shown)
                if shown != address:
                    self.replica.store.set_meta(_KEPT + shown, address)
            return result[0]
        return self._edit_relays({f"{FAMILY}{address}": True})

    def remove_shelf(self, address: str) -> ChangeSet:
        """Use a shelf no more; what lies on it stays there. NotFoundError if it is not used."""
        known = self.shelf_addresses()
        meant = [each for each in known if address in (each, shown_address(each))]
        if not meant:
            raise NotFoundError(
                f"{address} is not among the shelves of this group. Nothing was changed."
            )
        if is_local(meant[0]):
            with self._writing() as result:
                shown = shown_address(meant[0])
                shelf_notes.forget(self._db, shown)
                self.replica.store.delete_meta(_KEPT + shown)
            return result[0]
        return self._edit_relays({f"{FAMILY}{each}": None for each in meant})

    def _edit_relays(self, updates: Mapping[str, Scalar]) -> ChangeSet:
        page = Identity(self.id, self.id, NO_NONCE, "group").record_id
        try:
            return self._edit(page, updates, kind="group")
        except NotFoundError:
            raise NotFoundError(
                "The group's own page has not come to this machine yet. Nothing was changed; try"
                " again when a neighbour's machine was near."
            ) from None

    # -- welcomes

    def _owe_welcome(self, invitation: Invitation) -> None:
        """Remember to leave a welcome on every shelf; inside a transaction."""
        key = _WELCOME + invitation.signing.public.hex()
        self.replica.store.set_meta(key, invitation.seed)

    def welcomes(self) -> list[bytes]:
        """Seeds of invitations made here that still let somebody in."""
        now = self._now()
        invitations = self.replica.membership().invitations
        found: list[bytes] = []
        for key, seed in self._db.execute(
            "SELECT key, value FROM meta WHERE key LIKE 'welcome:%' ORDER BY key"
        ):
            known = invitations.get(bytes.fromhex(key[len(_WELCOME) :]))
            if known and not known.closed and known.used < known.uses and known.ends > now:
                found.append(bytes(seed))
        return found
