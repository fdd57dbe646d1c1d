# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may fit what, by words, without a network and without a model of any language.

A post is read (``meaning``) with lists of what words mean (``lexicon``, the files in
``resources/words``) and with stems (``stems``); two of them are compared (``scoring``). All of it
is pure; what to compare with what is for ``advisor``.
"""

from mutualaid.model.matching.lexicon import lexicon
from mutualaid.model.matching.meaning import Meaning, read
from mutualaid.model.matching.scoring import Score, best, compare

__all__ = ["Meaning", "Score", "best", "compare", "lexicon", "read"]
