# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why something may fit, in words."""

from collections.abc import Iterable

from mutualaid.model.values import Fit, Reason, ReasonKind, Suggestion
from mutualaid.ui.post.words import who
from mutualaid.ui.wording import language_name
from mutualaid.ui.words import category_word, kind_word, meta, sentence, tr


def reason_words(reason: Reason) -> str:
    """One reason: "also “kettle”", "Food and drink", "speaks Arabic"."""
    what = reason.what
    return {
        ReasonKind.CATEGORY: lambda: category_word(what),
        ReasonKind.WORDS: lambda: tr("says “{words}”", words=what),
        ReasonKind.AREA: lambda: tr("also {area}", area=what),
        ReasonKind.TIME: lambda: tr("also {time}", time=what),
        ReasonKind.LANGUAGE: lambda: tr("speaks {languages}", languages=language_name(what)),
        ReasonKind.SKILL: lambda: tr("can: {skill}", skill=what),
        ReasonKind.FIXES: lambda: tr("fixes: {things}", things=what),
        ReasonKind.LEARNS: lambda: tr("wants to learn: {skill}", skill=what),
        ReasonKind.LIMIT: lambda: tr("takes on up to {count} at once", count=what),
    }[reason.kind]()


def reasons_words(reasons: Iterable[Reason]) -> str:
    return meta(*(reason_words(one) for one in reasons))


def fit_words(fit: Fit) -> str:
    """Why a card on the board could be for whoever looks, the strongest reason with it."""
    start = tr("could fit your post") if fit.post is not None else tr("could fit you")
    if not fit.reasons:
        return start
    return tr("{start}: {reason}", start=start, reason=reason_words(fit.reasons[0]))


def suggestion_title(suggestion: Suggestion) -> str:
    """What is suggested: a post by its title, a person by name."""
    if suggestion.post is not None:
        post = suggestion.post
        return tr("{kind}: {title}", kind=kind_word(post.kind), title=post.title)
    return suggestion.person.name if suggestion.person is not None else ""


def suggestion_about(suggestion: Suggestion) -> str:
    """Whose post it is, and why it may fit."""
    whose = who(suggestion.post) if suggestion.post is not None else ""
    return meta(whose, reasons_words(suggestion.reasons))


def suggestion_sentence(suggestion: Suggestion) -> str:
    return sentence(suggestion_title(suggestion), suggestion_about(suggestion).replace(" · ", ", "))
