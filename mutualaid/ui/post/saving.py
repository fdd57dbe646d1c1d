# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the form for a post comes to: a new post, or a correction that can be taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from mutualaid.model.values import (
    NOTHING_CHANGED,
    ChangeSet,
    PhotoDraft,
    PhotoRow,
    PostDetail,
    PostDraft,
)
from mutualaid.ui.bridge import merged
from mutualaid.ui.post.form import changed_fields, draft_of
from mutualaid.ui.post.form_shares import NOTHING_SAID, Shares
from mutualaid.ui.post.photos import size_of

if TYPE_CHECKING:
    from mutualaid.model.group import Group
    from mutualaid.ui.post.form import PostDialog


def save_new(
    group: "Group",
    draft: PostDraft,
    pictures: Sequence[PhotoDraft],
    phone: str,
    shares: Shares = NOTHING_SAID,
) -> ChangeSet:
    """Post it, with its photos, the sealed number of the person it is for, and for whom it may
    leave the group."""
    return put_beside(group, group.post(draft, pictures), phone, shares)


def put_beside(group: "Group", made: ChangeSet, phone: str, shares: Shares) -> ChangeSet:
    """What stands beside a post that was just made: a sealed number, for whom it may leave."""
    post = made.created
    if post is None:
        return made
    both = made
    if phone:
        both = merged(both, group.set_behalf_contact(post, phone, share=True))
    both = _share(group, post, both, shares)
    return ChangeSet(both.records, both.everything, both.members, post)


def _share(group: "Group", post: bytes, done: ChangeSet, shares: Shares) -> ChangeSet:
    if shares.is_nothing:
        return done
    changed = group.share_post(
        post, shares.post, photos=shares.photos, on_behalf_of=shares.on_behalf_of
    )
    return merged(done, changed)


@dataclass(frozen=True, slots=True)
class Correction:
    """Everything in which the form differs from the post it was opened on."""

    group: "Group"
    post: bytes
    after: Mapping[str, Any]  # as ``Group.edit_post`` takes them
    before: Mapping[str, Any]
    added: Sequence[PhotoDraft]
    removed: Sequence[PhotoDraft]  # with their bytes, so that they can come back
    gone: Sequence[PhotoRow]  # removed without their bytes having been here
    described: Sequence[tuple[bytes, str]]
    undescribed: Sequence[tuple[bytes, str]]
    phone: str | None  # of the person it is for; None: as it was
    phone_before: str
    shares: Shares = NOTHING_SAID  # for whom it may leave; None in it: as it was
    shares_before: Shares = NOTHING_SAID

    @classmethod
    def of(cls, group: "Group", detail: PostDetail, draft: PostDraft, dialog: "PostDialog") -> Self:
        was = draft_of(detail)
        after = changed_fields(was, draft)
        taken_off = [(row, group.photo(row.hash)) for row in dialog.photos.removed]
        removed = [_draft_again(row, data) for row, data in taken_off if data]
        said = {row.hash: row.alt for row in detail.photos}
        described = dialog.photos.described
        return cls(
            group=group,
            post=detail.row.id,
            after=after,
            before={name: getattr(was, name) for name in after},
            added=dialog.photos.drafts,
            removed=removed,
            gone=[row for row, _data in taken_off],
            described=described,
            undescribed=[(digest, said[digest]) for digest, _alt in described],
            phone=dialog.changed_phone,
            phone_before=dialog.phone_before,
            shares=dialog.shares.said,
            shares_before=dialog.shares.before,
        )

    @property
    def is_nothing(self) -> bool:
        same = self.phone is None and self.shares.is_nothing
        return same and not (self.after or self.added or self.gone or self.described)

    def make(self) -> ChangeSet:
        """Do it. The fields come first: what is refused there leaves everything as it was."""
        done = NOTHING_CHANGED
        if self.after:
            done = self.group.edit_post(self.post, **self.after)
        off = [row.hash for row in self.gone]
        done = self._photos(done, off, self.added, self.described)
        return _share(self.group, self.post, self._phone(done, self.phone), self.shares)

    def take_back(self) -> ChangeSet:
        """Undo it."""
        done = NOTHING_CHANGED
        if self.before:
            done = self.group.edit_post(self.post, **self.before)
        added = [draft.hash for draft in self.added]
        done = self._photos(done, added, self.removed, self.undescribed)
        done = self._phone(done, None if self.phone is None else self.phone_before)
        return _share(self.group, self.post, done, self.shares_before)

    def _phone(self, done: ChangeSet, phone: str | None) -> ChangeSet:
        if phone is None:
            return done
        return merged(done, self.group.set_behalf_contact(self.post, phone, share=bool(phone)))

    def _photos(
        self,
        done: ChangeSet,
        off: Sequence[bytes],
        on: Sequence[PhotoDraft],
        described: Sequence[tuple[bytes, str]],
    ) -> ChangeSet:
        group = self.group
        for digest in off:
            done = merged(done, group.remove_photo(self.post, digest))
        if on:
            done = merged(done, group.add_photos(self.post, on))
        for digest, alt in described:
            done = merged(done, group.describe_photo(self.post, digest, alt))
        return done


def _draft_again(row: PhotoRow, data: bytes) -> PhotoDraft:
    """A photo of a post, to be put beside it again."""
    size = size_of(data)
    return PhotoDraft(data, row.hash, row.alt, size.width(), size.height())
