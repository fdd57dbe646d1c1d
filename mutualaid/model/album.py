# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The photos beside a post."""

from collections.abc import Mapping, Sequence

from mutualaid.errors import BadPhotoError, NotFoundError
from mutualaid.model import blobs, photos
from mutualaid.model.records.post import MOST_PHOTOS
from mutualaid.model.records.post import photos as post_photos
from mutualaid.model.values import ChangeSet, PhotoDraft, Scalar
from mutualaid.model.writing import Writing


class Album(Writing):
    """Commands on photos, and their bytes."""

    def photo(self, digest: bytes) -> bytes | None:
        """The JPEG with this hash; None while it has not come."""
        return blobs.get(self._db, digest)

    def missing_photos(self) -> list[bytes]:
        """Photos of living posts that have not come yet, newest posts first."""
        return list(self.replica.blobs.missing())

    def add_photos(self, post: bytes, drafts: Sequence[PhotoDraft]) -> ChangeSet:
        """Put photos beside one's own post, after those that are there; one that is there already
        is left as it is."""
        with self._writing() as result:
            fields = self._fields_of_own_post(post)
            self._edit_within(post, self._keep_photos(drafts, fields), kind="post")
        return result[0]

    def describe_photo(self, post: bytes, digest: bytes, alt: str) -> ChangeSet:
        """Say in words what a photo of one's own post shows."""
        with self._writing() as result:
            keys = _keys(self._fields_of_own_post(post), digest)
            self._edit_within(post, {f"alt:{key}": alt for key in keys}, kind="post")
        return result[0]

    def remove_photo(self, post: bytes, digest: bytes) -> ChangeSet:
        """Take a photo off one's own post. Its bytes go as well, here and on every machine that
        hears of it, unless another post shows the same photo."""
        with self._writing() as result:
            keys = _keys(self._fields_of_own_post(post), digest)
            names = [f"{family}:{key}" for key in keys for family in ("photo", "alt")]
            self._edit_within(post, {}, names, kind="post")
        return result[0]

    def _fields_of_own_post(self, post: bytes) -> Mapping[str, Scalar]:
        weighed, _kind = self._own_record(post, "post")
        return weighed.merged.fields if weighed.merged else {}

    def _keep_photos(
        self, drafts: Sequence[PhotoDraft], fields: Mapping[str, Scalar] | None = None
    ) -> dict[str, Scalar]:
        """Store photos, and return the fields of a post that name them; inside the transaction
        that writes these. ``fields`` are those that the post has already."""
        if not drafts:
            return {}
        taken = dict(post_photos(fields or {}))
        fresh = {draft.hash: draft for draft in drafts if draft.hash not in taken.values()}
        if len(taken) + len(fresh) > MOST_PHOTOS:
            has = f" This one has {len(taken)} already." if taken else ""
            raise BadPhotoError(
                f"A post can have up to {MOST_PHOTOS} photos.{has} Nothing was changed. Choose"
                " fewer."
            )
        last = max((key[:1] for key in taken if key[:1].isdigit()), default="0")
        db = self._db
        room = blobs.room_left(db, self.me)
        named: dict[str, Scalar] = {}
        for place, draft in enumerate(fresh.values(), min(int(last), 9 - MOST_PHOTOS) + 1):
            if photos.photo_hash(draft.data) != draft.hash or not photos.is_fit(draft.data):
                raise ValueError("a photo is to be made by photos.prepare")
            room -= max(len(draft.data), blobs.LEAST_COUNTED)
            if room < 0:
                raise BadPhotoError(
                    "Your photos take up as much as neighbours' machines keep for one person"
                    f" ({blobs.MOST_OF_AUTHOR >> 20} MiB). Nothing was changed. Take photos off"
                    " older posts of yours first."
                )
            blobs.put(db, draft.hash, draft.data)
            key = f"{place}-{draft.hash[:4].hex()}"
            named[f"photo:{key}"] = draft.hash
            if draft.alt:
                named[f"alt:{key}"] = draft.alt
        return named


def _keys(fields: Mapping[str, Scalar], digest: bytes) -> list[str]:
    keys = [key for key, each in post_photos(fields) if each == digest]
    if not keys:
        raise NotFoundError("This photo is not beside the post (any more). Nothing was changed.")
    return keys
