# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Commands on what may leave: each person of their page, owners of posts, anyone of a place.

What is stated are ordinary fields of one's own records, so a change counts from then on, on every
machine that hears of it. What went out before stays out; :meth:`Consenting.exports_with_me` says
with which exports it did.
"""

from collections.abc import Mapping
from typing import Any, Final

from mutualaid.errors import BadValueError, NotAllowedError, NotFoundError
from mutualaid.model.codes import code
from mutualaid.model.content import Identity
from mutualaid.model.reading import NO_NONCE
from mutualaid.model.records.person import SHARES
from mutualaid.model.records.sharing import AUDIENCES, UNSAID, clean_point
from mutualaid.model.values import Audience, ChangeSet, Scalar
from mutualaid.model.values.directories import (
    ExportedRow,
    GroupContact,
    PostShares,
    ShareField,
)
from mutualaid.model.writing import Writing

MOST_POINTS: Final = 100


class Consenting(Writing):
    """What each person lets leave, and what left."""

    # -- one's own page

    def shares(self) -> Mapping[ShareField, Audience]:
        """For whom each thing of mine may leave; every field is there."""
        return self._shares_of(self.me)

    def set_share(self, field: ShareField, audience: Audience) -> ChangeSet:
        """Say for whom something of mine may leave; counts from now on."""
        page = Identity(self.id, self.me, NO_NONCE, "person").record_id
        return self._edit(page, {f"share:{ShareField(field)}": str(audience)}, kind="person")

    def _shares_of(self, person: bytes) -> dict[ShareField, Audience]:
        said = dict.fromkeys(ShareField, AUDIENCES[UNSAID])
        for field, shown in self._db.execute(
            "SELECT s.field, s.audience FROM person_share AS s"
            " JOIN person AS p ON p.record = s.record WHERE p.person = ?",
            (person,),
        ):
            said[SHARES[field]] = AUDIENCES[shown]
        return said

    # -- posts and places

    def post_shares(self, post: bytes) -> PostShares:
        """For whom a post may leave, with what its owner says of posts where it says nothing."""
        number = self._number(post, "post")
        owner, on_behalf_of = self._db.execute(
            "SELECT owner, on_behalf_of FROM post WHERE record = ?", (number,)
        ).fetchone() or (b"", "")
        row = self._db.execute(
            "SELECT post, photos, on_behalf_of FROM post_share WHERE record = ?", (number,)
        ).fetchone() or (None, None, None)
        shares = [AUDIENCES[UNSAID if share is None else share] for share in row]
        listed = self._db.execute("SELECT 1 FROM post_source WHERE record = ?", (number,))
        if row[0] is None and not on_behalf_of and listed.fetchone() is None:
            shares[0] = self._shares_of(owner)[ShareField.POSTS]
        return PostShares(*shares)

    def share_post(
        self,
        post: bytes,
        audience: Audience | None = None,
        *,
        photos: Audience | None = None,
        on_behalf_of: Audience | None = None,
    ) -> ChangeSet:
        """Say for whom one's own post, its photos, and the name of whom it is for may leave.

        None leaves each as it is. For the name of somebody else only with their word for it.
        """
        said = {"share": audience, "share_photos": photos, "share_for": on_behalf_of}
        updates: dict[str, Scalar] = {
            name: str(share) for name, share in said.items() if share is not None
        }
        return self._edit(post, updates, kind="post")

    def place_share(self, place: bytes) -> Audience:
        """For whom a place may leave."""
        number = self._number(place, "place")
        row = self._db.execute("SELECT share FROM place WHERE record = ?", (number,)).fetchone()
        return AUDIENCES[row[0] if row else UNSAID]

    def share_place(self, place: bytes, audience: Audience) -> ChangeSet:
        """Say for whom a place may leave."""
        return self._edit(place, {"share": str(Audience(audience))}, kind="place")

    # -- what left

    def exports_with_me(self) -> list[ExportedRow]:
        """The exports that something of mine went out with, the latest first."""
        from mutualaid.model.directories import logged

        mine = [
            row[0]
            for row in self._db.execute(
                "SELECT id FROM post JOIN record ON number = post.record WHERE post.owner = ?",
                (self.me,),
            )
        ]
        found: list[ExportedRow] = []
        for export in logged.exports(self._db, self.me, self._now(), limit=None):
            if export.failed:
                continue
            fields: dict[str, None] = {}
            posts: dict[str, None] = {}
            for part in logged.parts(self._db, export.id):
                fields.update(dict.fromkeys(part.fields(self.me)))
                posts.update(dict.fromkeys(f"post:{code(post)}" for post in part.posts(mine)))
            if fields or posts:
                found.append(ExportedRow(export, (*fields, *posts)))
        return found

    # -- the group as it shows itself outside

    def group_contact(self) -> GroupContact:
        """Where whoever sees a directory can ask; all of it may leave."""
        row: Any = self._db.execute(
            "SELECT about, email, phone, form, whereabouts FROM group_page LIMIT 1"
        ).fetchone()
        if row is None:
            return GroupContact()
        points = {
            area: (lat, lon)
            for area, lat, lon in self._db.execute(
                "SELECT area, lat, lon FROM group_point ORDER BY area"
            )
        }
        about, email, phone, form, where = row
        return GroupContact(about, email, phone, form, where, points)

    def set_group_contact(self, contact: GroupContact) -> ChangeSet:
        """Say how the group shows itself outside. Raises NotAllowedError unless by a steward."""
        if not self.replica.membership().is_steward(self.me):
            raise NotAllowedError(
                "Only a steward can say how the group shows itself outside. Nothing was changed."
            )
        if len(contact.points) > MOST_POINTS:
            raise BadValueError(f"At most {MOST_POINTS} areas can have a point on the map.")
        updates: dict[str, Scalar] = {
            "about": contact.about,
            "contact_email": contact.email,
            "contact_phone": contact.phone,
            "contact_form": contact.form,
            "contact_where": contact.where,
        }
        page = Identity(self.id, self.id, NO_NONCE, "group").record_id
        try:
            fields = self.fields(page)
            wanted = {
                f"point:{area.strip()}": clean_point(f"{lat:f},{lon:f}")
                for area, (lat, lon) in contact.points.items()
            }
            deletes = [name for name in fields if name.startswith("point:") and name not in wanted]
            return self._edit(page, {**updates, **wanted}, deletes, kind="group")
        except NotFoundError:
            raise NotFoundError(
                "The group's own page has not come to this machine yet. Nothing was changed; try"
                " again when a neighbour's machine was near."
            ) from None
