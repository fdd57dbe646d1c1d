# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Suggestions as people meet them: what is suggested to whom, why, and what never is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutualaid.errors import BadValueError, NotFoundError
from mutualaid.model.group import Group
from mutualaid.model.values import (
    PostDraft,
    PostFilter,
    PostKind,
    Reason,
    ReasonKind,
    SkillLevel,
    Suggestion,
)
from tests.model.neighbours import Neighbours
from tests.model.street import NOW

HOUR = 3_600_000


@pytest.fixture
def people(tmp_path: Path) -> Iterator[Neighbours]:
    made = Neighbours(tmp_path, "Ana", "Ben", "Cleo")
    yield made
    made.close()


def offer(people: Neighbours, name: str, title: str, **more: Any) -> bytes:
    post = people[name].post(PostDraft(PostKind.OFFER, title, **more)).created
    assert post is not None
    people.meet()
    return post


def need(title: str, **more: Any) -> PostDraft:
    return PostDraft(PostKind.NEED, title, **more)


def titles(found: list[Suggestion]) -> list[str]:
    return [each.post.title for each in found if each.post is not None]


def names(found: list[Suggestion]) -> list[str]:
    return [each.person.name for each in found if each.person is not None]


def kinds(reasons: tuple[Reason, ...]) -> list[ReasonKind]:
    return [reason.kind for reason in reasons]


def test_an_offer_is_suggested_for_a_need_with_reasons(people: Neighbours) -> None:
    offer(people, "Ben", "Travel cot to lend on Saturday", category="children", area="Harbour")
    draft = need("A cot for Saturday", category="children", area="harbour")
    (found,) = people["Ana"].suggest(draft)
    assert found.post is not None
    assert found.post.title == "Travel cot to lend on Saturday"
    assert found.reasons == (
        Reason(ReasonKind.WORDS, "Travel cot"),
        Reason(ReasonKind.CATEGORY, "children"),
        Reason(ReasonKind.AREA, "Harbour"),
        Reason(ReasonKind.TIME, "Saturday"),
    )


def test_a_need_is_suggested_for_an_offer(people: Neighbours) -> None:
    people.need("Ben", "Could somebody repair my kettle?")
    (found,) = people["Ana"].suggest(PostDraft(PostKind.OFFER, "I mend kettles and toasters"))
    assert titles([found]) == ["Could somebody repair my kettle?"]
    assert found.reasons[0] == Reason(ReasonKind.WORDS, "kettle")


def test_it_comes_while_the_word_is_still_typed(people: Neighbours) -> None:
    offer(people, "Ben", "Sewing machine to lend")
    ana = people["Ana"]
    assert titles(ana.suggest(need("sewi"))) == ["Sewing machine to lend"]
    offer(people, "Cleo", "Xylotheque open to all")
    assert titles(ana.suggest(need("a xyloth"))) == ["Xylotheque open to all"]
    assert ana.suggest(need("")) == []
    assert ana.suggest(need("x")) == []
    assert ana.suggest(need("cot"), limit=0) == []


def test_what_is_ones_own_or_closed_is_not_suggested(people: Neighbours) -> None:
    ana, ben = people["Ana"], people["Ben"]
    own = offer(people, "Ana", "A drill to lend")
    parked = offer(people, "Ben", "My drill to lend")
    over = offer(people, "Ben", "Drill to lend soon", expires=NOW + 1)
    ben.park(parked)
    people.meet()
    ana.replica.clock = lambda: NOW + 2
    assert titles(ana.suggest(need("Drill for a day"))) == []
    ben.take_up(parked)
    people.meet()
    assert titles(ana.suggest(need("Drill for a day"))) == ["My drill to lend"]
    assert titles(people["Cleo"].suggest(need("Drill for a day")))[:1] != []
    assert own != over


def test_what_is_promised_is_not_suggested(people: Neighbours) -> None:
    post = people.need("Ben", "Somebody to walk my dog")
    ana, cleo = people["Ana"], people["Cleo"]
    draft = PostDraft(PostKind.OFFER, "I walk dogs")
    assert titles(ana.suggest(draft)) == ["Somebody to walk my dog"]
    answer = cleo.help_with(post).created
    people.meet()
    assert answer is not None
    people["Ben"].accept(answer)
    people.meet()
    assert titles(ana.suggest(draft)) == []


def test_whom_i_blocked_is_not_suggested(people: Neighbours) -> None:
    ana, ben = people["Ana"], people["Ben"]
    offer(people, "Ben", "Crutches to lend")
    ben.add_skill("Plumbing")
    people.meet()
    assert titles(ana.suggest(need("Crutches please"))) == ["Crutches to lend"]
    assert names(ana.suggest(need("My tap is dripping", category="repair"))) == ["Ben"]
    ana.block(ben.me)
    assert ana.suggest(need("Crutches please")) == []
    assert ana.suggest(need("My tap is dripping", category="repair")) == []
    ana.unblock(ben.me)
    assert titles(ana.suggest(need("Crutches please"))) == ["Crutches to lend"]


def test_windows_that_exclude_each_other_do_not_fit(people: Neighbours) -> None:
    offer(people, "Ben", "A lift to town", starts=NOW + HOUR, ends=NOW + 2 * HOUR)
    ana = people["Ana"]
    early = need("A lift to town", starts=NOW + HOUR, ends=NOW + 2 * HOUR)
    late = need("A lift to town", starts=NOW + 5 * HOUR, ends=NOW + 6 * HOUR)
    assert titles(ana.suggest(early)) == ["A lift to town"]
    assert titles(ana.suggest(late)) == []


def test_people_are_suggested_for_what_they_can_do_and_mend(people: Neighbours) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    ben.add_fix("Kettle")
    ben.set_me(area="Harbour", languages=["Polish"])
    cleo.add_skill("Babysitting", SkillLevel.CAN)
    cleo.add_skill("Kettle repair", SkillLevel.LEARN)
    people.meet()
    (found,) = ana.suggest(need("My kettle is broken", category="repair", area="Harbour"))
    assert names([found]) == ["Ben"]
    assert found.reasons == (
        Reason(ReasonKind.FIXES, "Kettle"),
        Reason(ReasonKind.AREA, "Harbour"),
    )
    (found,) = ana.suggest(need("Somebody to mind my children", category="children"))
    assert (names([found]), found.reasons) == (
        ["Cleo"],
        (Reason(ReasonKind.SKILL, "Babysitting"),),
    )
    (found,) = ana.suggest(need("Polish interpreter", category="translation"))
    assert found.reasons == (Reason(ReasonKind.LANGUAGE, "Polish"),)


def test_learners_are_suggested_to_those_who_offer_to_teach(people: Neighbours) -> None:
    people["Ben"].add_skill("Knitting", SkillLevel.LEARN)
    people["Cleo"].add_skill("Knitting", SkillLevel.CAN)
    people.meet()
    (found,) = people["Ana"].suggest(
        PostDraft(PostKind.OFFER, "Knitting lessons", category="learning")
    )
    assert names([found]) == ["Ben"]
    assert found.reasons == (Reason(ReasonKind.LEARNS, "Knitting"),)


def test_learning_pairs_ones_own_first(people: Neighbours) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    ben.add_skill("Aprender guitarra", SkillLevel.LEARN)
    cleo.add_skill("Guitar", SkillLevel.TEACH)
    ana.add_skill("Guitar for beginners", SkillLevel.TEACH)
    cleo.add_skill("Bread", SkillLevel.CAN)
    ben.add_skill("Bread baking", SkillLevel.LEARN)
    people.meet()
    pairs = ana.learning()
    assert [(pair.learner.name, pair.teacher.name) for pair in pairs] == [
        ("Ben", "Ana"),
        ("Ben", "Cleo"),
    ]
    assert (pairs[0].wanted, pairs[0].taught) == ("Aprender guitarra", "Guitar for beginners")
    assert [pair.teacher.name for pair in ben.learning(limit=1)] == ["Ana"]
    assert [pair.teacher.name for pair in cleo.learning(limit=1)] == ["Cleo"]


def test_a_limit_is_heeded_and_nobodys_load_is_told(people: Neighbours) -> None:
    ana, ben, cleo = people["Ana"], people["Ben"], people["Cleo"]
    cleo.add_skill("Babysitting", SkillLevel.TEACH)
    ben.add_skill("Babysitting", SkillLevel.LEARN)
    cleo.set_me(limit=1)
    people.meet()
    assert cleo.person(cleo.me).limit == 1
    draft = need("Mind my children tonight", category="children")
    (found,) = ana.suggest(draft)
    assert found.reasons == (
        Reason(ReasonKind.SKILL, "Babysitting"),
        Reason(ReasonKind.LIMIT, "1"),
    )
    assert len(ana.learning()) == 1
    post = people.need("Ben", "Water my plants")
    answer = cleo.help_with(post).created
    people.meet()
    assert answer is not None
    assert names(ana.suggest(draft)) == ["Cleo"], "an answer without a yes is no promise"
    ben.accept(answer)
    people.meet()
    assert ana.suggest(draft) == []
    assert ana.learning() == []
    ben.done(post)
    people.meet()
    assert names(ana.suggest(draft)) == ["Cleo"]
    cleo.set_me(limit=0)
    people.meet()
    assert ana.suggest(draft) == []
    cleo.set_me(limit=-1)
    people.meet()
    assert names(ana.suggest(draft)) == ["Cleo"]
    assert ana.person(cleo.me).limit is None
    with pytest.raises(BadValueError):
        cleo.set_me(limit=21)


def test_what_could_fit_on_the_board(people: Neighbours) -> None:
    ana, ben = people["Ana"], people["Ben"]
    mine = offer(people, "Ana", "Old bicycle to give away")
    ana.add_skill("Turkish", SkillLevel.CAN)
    ana.add_skill("Knitting", SkillLevel.LEARN)
    people.need("Ben", "A used bicycle")
    people.need("Ben", "Turkish interpreter at the clinic")
    people.need("Cleo", "Room for a month")
    offer(people, "Cleo", "Knitting lessons")
    rows = {row.title: row for row in ana.posts(PostFilter())}
    fits = ana.fits(list(rows.values()))
    by_title = {title: fits[row.number] for title, row in rows.items() if row.number in fits}
    assert by_title.keys() == {
        "A used bicycle",
        "Turkish interpreter at the clinic",
        "Knitting lessons",
    }
    bicycle = by_title["A used bicycle"]
    assert (bicycle.post, bicycle.title) == (mine, "Old bicycle to give away")
    assert bicycle.reasons[0] == Reason(ReasonKind.WORDS, "bicycle")
    assert by_title["Turkish interpreter at the clinic"].post is None
    assert kinds(by_title["Turkish interpreter at the clinic"].reasons) == [ReasonKind.SKILL]
    assert by_title["Knitting lessons"].reasons == (Reason(ReasonKind.LEARNS, "Knitting"),)
    assert ben.fits([row for row in ben.posts(PostFilter()) if row.mine]) == {}
    ana.set_me(limit=0)
    assert ana.fits([rows["Turkish interpreter at the clinic"]]) == {}


def test_suggestions_for_a_post_that_is_here(people: Neighbours) -> None:
    post = people.need("Ben", "A cot for a week")
    offer(people, "Cleo", "Cot to lend")
    offer(people, "Ben", "Cot to lend as well")
    assert titles(people["Ben"].suggestions_for(post)) == ["Cot to lend"]
    assert titles(people["Ana"].suggestions_for(post)) == ["Cot to lend"]
    with pytest.raises(NotFoundError):
        people["Ana"].suggestions_for(bytes(16))


def test_of_equals_the_area_goes_first_and_then_the_newest(people: Neighbours) -> None:
    for name, area in (("Ben", "Hilltop"), ("Cleo", "Harbour"), ("Ben", "Canal")):
        offer(people, name, f"Ladder to lend ({area})", area=area)
    found = titles(people["Ana"].suggest(need("Ladder to borrow", area="Harbour")))
    assert found[0] == "Ladder to lend (Harbour)"
    assert len(found) == 3
    assert found == titles(people["Ana"].suggest(need("Ladder to borrow", area="Harbour")))


def test_people_keep_a_place_beside_many_posts(people: Neighbours) -> None:
    for number in range(8):
        offer(people, "Ben", f"Bike repair {number}", category="repair")
    people["Cleo"].add_fix("Bicycle")
    people.meet()
    found = people["Ana"].suggest(need("Bike repair needed", category="repair"))
    assert len(found) == 5
    assert names(found) == ["Cleo"]
    assert len(titles(found)) == 4


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Group]:
    made = Neighbours(tmp_path_factory.mktemp("street"), "Ana", "Ben")
    for title in ("Drill to lend", "Cuido niños", "دريل للإعارة", "電動ドリル", '"OR" NEAR( *'):
        offer(made, "Ben", title)
    made["Ben"].add_skill('AND "quoted"*', SkillLevel.LEARN)
    made["Ben"].add_fix("Kettle")
    made.meet()
    yield made["Ana"]
    made.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(list(PostKind)),
    st.text(max_size=60),
    st.text(max_size=60),
    st.sampled_from(["", "drill ", "niños ", "دريل ", "電動 ", '" OR * NEAR(', "0q 0r "]),
    st.sampled_from(["other", "repair", "learning", "odd"]),
)
def test_whatever_is_typed_is_answered(
    group: Group, kind: PostKind, title: str, text: str, begin: str, category: str
) -> None:
    draft = PostDraft(kind, begin + title, text, category=category, area=title, when=text)
    found = group.suggest(draft)
    assert found == group.suggest(draft)
    assert len(found) <= 5
    for each in found:
        assert (each.post is None) is not (each.person is None)
        assert each.post is None or each.post.kind is not kind
