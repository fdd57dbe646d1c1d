# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Human Services Data Specification 3.0: what its tables are, and what of ours stands where."""
