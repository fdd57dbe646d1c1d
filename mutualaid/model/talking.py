# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people say to each other: comments for all, private threads, and who is not heard."""

from typing import Final

from mutualaid.errors import NotAllowedError, NotFoundError
from mutualaid.model import queries
from mutualaid.model.confiding import Confiding
from mutualaid.model.opened import LONGEST_MESSAGE
from mutualaid.model.private import Purpose
from mutualaid.model.queries.talking import seen_key
from mutualaid.model.records import Field, FieldType, Kind, check
from mutualaid.model.values import (
    NOTHING_CHANGED,
    BlockedRow,
    ChangeSet,
    MessageRow,
    ThreadRow,
    Unread,
)

#: The check of what was typed as a message.
_MESSAGE: Final = Kind(
    "message",
    (Field("text", FieldType.LONG_TEXT, longest=LONGEST_MESSAGE, required=True, label="message"),),
)


class Talking(Confiding):
    """Comments, private threads, unread marks, blocks."""

    def comment(self, on: bytes, text: str) -> ChangeSet:
        """Say something, for all, beside a post or another record."""
        self._number(on)
        return self._create("comment", {"on": on, "text": text})

    def edit_comment(self, comment: bytes, text: str) -> ChangeSet:
        return self._edit(comment, {"text": text}, kind="comment")

    # -- private threads

    def send(self, post: bytes, to: bytes, text: str) -> ChangeSet:
        """Say something to one person alone, beside a post: its owner to anybody, and whoever
        answered it or was written to, to its owner. For a post on behalf a steward may be
        either."""
        with self._writing() as result:
            created = self._send(post, to, text)
        done = result[0]
        return ChangeSet(done.records, done.everything, done.members, created)

    def _send(self, post: bytes, to: bytes, text: str) -> bytes:
        """As :meth:`send`, inside a transaction; returns the record's id."""
        typed = check(_MESSAGE, {"text": text})["text"]
        self._refuse_to_talk(post, to)
        return self._confide(Purpose.MESSAGE, [post, to, typed], [to])

    def _refuse_to_talk(self, post: bytes, to: bytes) -> None:
        if to == self.me:
            raise NotAllowedError(
                "This would be a message to yourself. Choose the person it is for."
            )
        row = self.post_row(self._number(post, "post"))
        membership = self.replica.membership()
        if to not in membership.persons:
            raise NotFoundError(
                "There is nobody to send this to: the person does not belong to the group, as far"
                " as this machine knows. Nothing was sent."
            )
        if self._is_blocked(to):
            raise NotAllowedError(
                f"You blocked {self._name_of(to)}, so nothing was sent. Unblock them first."
            )
        stewards = membership.stewards() if row.on_behalf_of else frozenset()
        if row.owner == self.me or self.me in stewards:
            return
        if row.owner != to and to not in stewards:
            raise NotAllowedError(
                f"Only {row.owner_name or 'the owner'}, whose post this is, can be written to"
                " about it. Write a comment for all instead."
            )
        answered = self._db.execute(
            "SELECT 1 FROM response WHERE post = ? AND person = ?", (post, self.me)
        ).fetchone()
        if answered is None and not queries.is_in_thread(self._db, post, to):
            raise NotAllowedError(
                "Private messages are between a post's owner and those who answered it. Say that"
                " you can help, or write a comment for all."
            )

    def thread(self, post: bytes, other: bytes) -> list[MessageRow]:
        """The private messages with another person about a post, oldest first."""
        return queries.thread(self._db, self.me, self._now(), self._stewards(), post, other)

    def threads(self) -> list[ThreadRow]:
        """All private threads, the one with the newest message first."""
        return queries.threads(self._db, self.me, self._now(), self._stewards())

    def _stewards(self) -> frozenset[bytes]:
        return self.replica.membership().stewards()

    # -- what was read

    def mark_read(self, post: bytes, other: bytes | None = None) -> ChangeSet:
        """Note that the thread with ``other`` about a post, or, without one, the comments on the
        post, have been read on this machine."""
        if other is None:
            found = [comment for _post, comment in queries.unseen_comments(self._db, self.me, post)]
            return self._mark_read("comment", found)
        found = [row.id for row in self.thread(post, other) if row.unread]
        return self._mark_read("message", found)

    def mark_all_read(self) -> ChangeSet:
        """Note that all threads and comments have been read: nothing is news any more."""
        messages = [
            message.id
            for thread in self.threads()
            if thread.unread
            for message in self.thread(thread.post, thread.person)
            if message.unread
        ]
        comments = [comment for _post, comment in queries.unseen_comments(self._db, self.me)]
        self._mark_read("message", messages)
        return self._mark_read("comment", comments)

    def _mark_read(self, kind: str, records: list[bytes]) -> ChangeSet:
        if not records:
            return NOTHING_CHANGED
        with self._writing() as result:
            queries.mark_seen(self._db, [seen_key(kind, each) for each in records], self._now())
            self._db.executemany(
                "INSERT INTO touched (kind, record) SELECT ?, number FROM record WHERE id = ?",
                [(kind, each) for each in records],
            )
        return result[0]

    def unread(self) -> Unread:
        """How much others said that has not been looked at on this machine."""
        waiting = [each.unread for each in self.threads() if each.unread]
        comments: dict[bytes, int] = {}
        for post, _comment in queries.unseen_comments(self._db, self.me):
            comments[post] = comments.get(post, 0) + 1
        return Unread(len(waiting), sum(waiting), comments)

    # -- blocks

    def block(self, person: bytes) -> ChangeSet:
        """Hear and see nothing more of somebody, on all of one's machines. They are not told, and
        lose what contacts were opened to them."""
        if person == self.me:
            raise NotAllowedError("You cannot block yourself.")
        with self._writing() as result:
            if person not in self.replica.membership().persons:
                raise NotFoundError("There is no such person in the group. Nobody was blocked.")
            if not self._is_blocked(person):
                self._confide(Purpose.BLOCK, [person])
            opened = queries.openings(self._db, self.me, person)
            self._purge([each.record for each in opened])
        return result[0]

    def unblock(self, person: bytes) -> ChangeSet:
        """Hear and see somebody again, with all they wrote meanwhile."""
        with self._writing() as result:
            rows = self._db.execute(
                "SELECT id FROM opened_block AS b JOIN record ON number = b.record"
                " WHERE b.person = ?",
                (person,),
            )
            self._purge([row[0] for row in rows.fetchall()])
        return result[0]

    def blocked(self) -> list[BlockedRow]:
        """The people I blocked, by name."""
        return queries.blocked(self._db, self._now())
