# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What came of posts, kept as tables: follows posts, answers and decisions as they are applied.

A post that nobody answered has no rows here. Nothing in these tables depends on the present time
or on this machine, so they are part of what machines compare (``Applier.view_hash``).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mutualaid.model import agreement
from mutualaid.model.agreement import Answer, Ask, Decision, Outcome
from mutualaid.model.records.decision import SAYS
from mutualaid.model.records.kind import Table
from mutualaid.model.records.post import STATES
from mutualaid.model.values import PostStatus, Standing

#: How the view keeps them: the place in these tuples.
STATUSES: Final = tuple(PostStatus)
STANDINGS: Final = tuple(Standing)

#: Kinds of records from which outcomes follow. The first column of each is the post.
CONCERNED: Final = ("response", "decision")

TABLES: Final = (
    Table(
        "outcome",
        (
            "round INTEGER NOT NULL",
            "status INTEGER NOT NULL",
            "covered INTEGER NOT NULL",
            "people INTEGER NOT NULL",  # who offered and neither took it back nor was declined
            "waiting INTEGER NOT NULL",
            "oldest INTEGER",  # when the promises that hold were last touched
            "newest INTEGER",
        ),
        indexes=("record, round",),
        one_row=False,
    ),
    Table(
        "standing",  # of an answer: ``record`` is the answer's
        (
            "post BLOB NOT NULL",
            "round INTEGER NOT NULL",
            "standing INTEGER NOT NULL",
            "decided_by BLOB",
            "decided_at INTEGER NOT NULL",
        ),
        indexes=("record, round", "post"),
        one_row=False,
    ),
)

_OUT: Final = (Standing.DECLINED, Standing.RELEASED, Standing.LAPSED)


@dataclass(frozen=True, slots=True)
class Settled:
    """A post with all that bears on who goes, as it stands in the views."""

    number: int
    first_round: int
    repeats: bool
    ask: Ask
    answers: tuple[Answer, ...]
    numbers: Mapping[bytes, int]  # of the answers
    decisions: tuple[Decision, ...]
    stewards: Collection[bytes]

    def outcome(self, round_: int | None = None) -> Outcome:
        """What comes of one round; None for the first that is not over."""
        at = self.first_round if round_ is None else round_
        return agreement.settle(self.ask, self.answers, self.decisions, self.stewards, at)

    def may_decide(self, person: bytes) -> bool:
        return agreement.may_decide(self.ask, person, self.stewards)


def read(db: Any, post: bytes, stewards: Collection[bytes]) -> Settled | None:
    """All that bears on who goes for this post; None while the post is not here."""
    row = db.execute(
        "SELECT record, owner, said, parts, ask, on_behalf_of, round, repeat FROM post"
        " WHERE record = (SELECT number FROM record WHERE id = ?)",
        (post,),
    ).fetchone()
    if row is None:
        return None
    number, owner, said, total, asks, on_behalf_of, round_, repeat = row
    parts = dict(
        db.execute("SELECT name, quantity FROM post_part WHERE record = ? ORDER BY name", (number,))
    )
    answers: list[Answer] = []
    numbers: dict[bytes, int] = {}
    for answer, id_, person, state, touched, part, amount, at, every, did, whom in db.execute(
        "SELECT response.record, id, person, state, touched, part, amount, round, every, did,"
        " on_behalf_of"
        " FROM response JOIN record ON record.number = response.record WHERE post = ?",
        (post,),
    ):
        numbers[id_] = answer
        answers.append(
            Answer(
                id=id_,
                person=person,
                part=part,
                amount=amount,
                round=at,
                every=bool(every),
                released=state == 1,
                done=did if state == 2 else None,
                touched=touched,
                on_behalf=bool(whom),
            )
        )
    decisions = tuple(
        Decision(
            id=id_,
            person=person,
            answer=answer,
            say=SAYS[say],
            also=bool(also),
            lapsed=lapsed,
            round=at,
            at=when,
        )
        for id_, person, answer, say, also, lapsed, at, when in db.execute(
            "SELECT id, person, response, say, also, lapsed, round, at FROM decision"
            " JOIN record ON record.number = decision.record WHERE post = ?",
            (post,),
        )
    )
    ask = Ask(
        owner=owner,
        state=PostStatus(STATES[said]),
        parts=parts or {"": total},
        ask=bool(asks),
        on_behalf=bool(on_behalf_of),
    )
    return Settled(number, round_, bool(repeat), ask, tuple(answers), numbers, decisions, stewards)


def answered(db: Any, posts: Collection[bytes]) -> set[bytes]:
    """Those of these posts about which there are answers or decisions."""
    found: set[bytes] = set()
    some = list(posts)
    for kind in CONCERNED:
        for at in range(0, len(some), 500):
            ids = some[at : at + 500]
            marks = ",".join("?" * len(ids))
            sql = f"SELECT DISTINCT post FROM {kind} WHERE post IN ({marks})"
            found.update(row[0] for row in db.execute(sql, ids))
    return found


def decided_by(db: Any, people: Collection[bytes]) -> set[bytes]:
    """The posts about which any of these people decided something."""
    marks = ",".join("?" * len(people))
    sql = f"SELECT DISTINCT post FROM decision WHERE person IN ({marks})"
    return {row[0] for row in db.execute(sql, list(people))}


def follow(db: Any, posts: Iterable[bytes], stewards: Collection[bytes]) -> list[int]:
    """Write anew what came of these posts. Returns the numbers of those that are here."""
    numbers: list[int] = []
    for post in posts:
        db.execute("DELETE FROM standing WHERE post = ?", (post,))
        db.execute(
            "DELETE FROM outcome WHERE record = (SELECT number FROM record WHERE id = ?)", (post,)
        )
        settled = read(db, post, stewards)
        if settled is None:
            continue
        numbers.append(settled.number)
        if settled.answers or settled.decisions:
            _write(db, post, settled)
        else:
            _set_state(db, settled.number, settled.ask.state)
    return numbers


def _write(db: Any, post: bytes, settled: Settled) -> None:
    rounds = agreement.rounds_of(
        settled.answers, settled.decisions, settled.first_round, repeats=settled.repeats
    )
    for round_ in rounds:
        outcome = settled.outcome(round_)
        if round_ == settled.first_round:
            _set_state(db, settled.number, outcome.status)
        people = {
            answer.person
            for answer in settled.answers
            if answer.id in outcome.stands and outcome.stands[answer.id].standing not in _OUT
        }
        db.execute(
            "INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                settled.number,
                round_,
                STATUSES.index(outcome.status),
                sum(outcome.covered.values()),
                len(people),
                outcome.waiting,
                outcome.oldest,
                outcome.newest,
            ),
        )
        db.executemany(
            "INSERT INTO standing VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    settled.numbers[id_],
                    post,
                    round_,
                    STANDINGS.index(stand.standing),
                    stand.by,
                    stand.at,
                )
                for id_, stand in outcome.stands.items()
            ],
        )


def _set_state(db: Any, number: int, status: PostStatus) -> None:
    """Whether the post is on the board: its owner's word, or all that was agreed is done."""
    name = str(status) if status in STATES else "open"
    state = STATES.index(name)
    db.execute("UPDATE post SET state = ? WHERE record = ? AND state <> ?", (state, number, state))
