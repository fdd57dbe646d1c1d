# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m mutualaid``: the same program as ``mutualaid``."""

import sys

from mutualaid.cli import main

if __name__ == "__main__":
    sys.exit(main())
